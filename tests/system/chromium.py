"""A real Chromium that a test can use as a person would: open, choose a file, type, look."""
import json
import os
import shutil
import subprocess
import tempfile

SWITCHES = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync',
            '--remote-debugging-pipe']


class Chromium:
    """Spoken to by its debugging pipe: JSON messages that end with a zero byte."""

    def __init__(self, test, size=(420, 900), without_network=True, camera=None):
        self.folder = tempfile.mkdtemp(prefix='chromium-')
        to_it, self.write = os.pipe()
        self.read, from_it = os.pipe()

        def three_and_four():
            first, second = os.dup(to_it), os.dup(from_it)  # out of the way of each other
            os.dup2(first, 3)
            os.dup2(second, 4)

        alone = ['unshare', '--net'] if without_network and os.geteuid() == 0 else []
        sees = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
                f'--use-file-for-fake-video-capture={camera}'] if camera else []
        self.process = subprocess.Popen(
            [*alone, 'chromium', *SWITCHES, *sees, f'--user-data-dir={self.folder}',
             f'--window-size={size[0]},{size[1]}', 'about:blank'],
            close_fds=False, preexec_fn=three_and_four, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_it)
        os.close(from_it)
        self.buffer = b''
        self.number = 0
        self.session = None
        test.addCleanup(self.close)
        target = next(one for one in self.ask('Target.getTargets')['targetInfos'] if one['type'] == 'page')
        self.session = self.ask('Target.attachToTarget', targetId=target['targetId'], flatten=True)['sessionId']
        self.ask('Page.enable')
        self.ask('Emulation.setDeviceMetricsOverride', width=size[0], height=size[1], deviceScaleFactor=1,
                 mobile=False)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.write)
        os.close(self.read)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _next(self):
        while b'\0' not in self.buffer:
            piece = os.read(self.read, 1 << 20)
            if not piece:
                raise RuntimeError('chromium has gone')
            self.buffer += piece
        message, self.buffer = self.buffer.split(b'\0', 1)
        return json.loads(message)

    def ask(self, method, **params):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': params}
        if self.session:
            message['sessionId'] = self.session
        os.write(self.write, json.dumps(message).encode() + b'\0')
        while True:
            answer = self._next()
            if answer.get('id') == self.number:
                if 'error' in answer:
                    raise RuntimeError(f'{method}: {answer["error"]}')
                return answer['result']

    def open(self, url):
        self.ask('Page.navigate', url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def value(self, script):
        result = self.ask('Runtime.evaluate', expression=script, returnByValue=True, awaitPromise=True)
        if 'exceptionDetails' in result:
            raise RuntimeError(result['exceptionDetails']['text'])
        return result['result'].get('value')

    def until(self, script):
        """Waits for the page itself to say so, however slow the machine is."""
        return self.value(f'''new Promise((resolve, reject) => {{
          const give_up = Date.now() + 60000;
          const look = () => ({script}) ? resolve(true)
            : Date.now() > give_up ? reject(new Error('never: ' + {json.dumps(script)})) : setTimeout(look, 20);
          look();
        }})''')

    def choose(self, selector, *paths):
        root = self.ask('DOM.getDocument')['root']['nodeId']
        node = self.ask('DOM.querySelector', nodeId=root, selector=selector)['nodeId']
        self.ask('DOM.setFileInputFiles', nodeId=node, files=[str(path) for path in paths])

    def type(self, selector, text):
        self.value(f'''(() => {{
          const field = document.querySelector({json.dumps(selector)});
          field.value = {json.dumps(text)};
          field.dispatchEvent(new Event('input'));
        }})()''')

    def text(self, selector):
        return self.value(f'document.querySelector({json.dumps(selector)}).innerText')

    def picture(self, path):
        import base64
        shot = self.ask('Page.captureScreenshot', format='png')
        path.write_bytes(base64.b64decode(shot['data']))
