"""Starts the real programs for system tests: a simulated car, a centre, a station."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

BIN = pathlib.Path(os.environ.get('OBD_BIN', 'build/dev/bin')).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE_S = 60  # a limit against hanging, far above what anything takes
VEHICLE = 'plate=PTR-55-21,year=2019,fuel=gasoline,gvwr=1550'
PROFILE = 'mx-nom-167-2017'
JUDGED = (0, 10, 11, 13, 15)  # the inspection was stored, whatever the verdict


def baseline(profile=PROFILE):
    """A vehicle that every programme passes, as facts."""
    examples = json.loads((ROOT / f'station/criteria/profiles/{profile}.examples.json').read_text())
    return examples['baselines']['usual']


def tool(name):
    return shutil.which(name)


class Service:
    """A program that prints one line when it is ready, and is ended with the test."""

    def __init__(self, *command):
        self.process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.line = self.process.stdout.readline().strip()
        if not self.line:
            raise RuntimeError(f'{command[0]} did not start: {self.process.stderr.read()}')

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self.process.stderr.close()


class Screen:
    """An X server without a monitor, and a person in front of it."""

    def __init__(self, test):
        self.test = test
        read, write = os.pipe()
        # Without -noreset the server begins anew whenever its last client leaves, and turns away who
        # comes meanwhile: the first window, after a question by xdotool.
        server = subprocess.Popen(
            ['Xvfb', '-displayfd', str(write), '-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-noreset'],
            pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        test.addCleanup(server.wait, 30)
        test.addCleanup(server.terminate)
        with os.fdopen(read) as number:
            self.name = f':{number.readline().strip()}'
        self.env = {**os.environ, 'DISPLAY': self.name, 'QT_QUICK_BACKEND': 'software',
                    'XDG_RUNTIME_DIR': str(test.folder), 'QT_QPA_PLATFORM': 'xcb'}

    def xdo(self, *words):
        subprocess.run(['xdotool', *map(str, words)], env=self.env, check=True, timeout=30)

    def click(self, x, y):
        self.xdo('mousemove', x, y, 'click', 1)

    def scan(self, text):
        """As a keyboard-wedge scanner types: fast, with Return behind it."""
        self.xdo('type', '--delay', '2', text)
        self.xdo('key', 'Return')

    def picture(self):
        """The screen as raw bytes."""
        return subprocess.run(['import', '-window', 'root', '-depth', '8', 'rgb:-'], env=self.env,
                              check=True, capture_output=True).stdout

    def settle(self):
        """Waits until the screen stands still: two equal pictures."""
        last = [None]

        def still():
            now = self.picture()
            same = now == last[0]
            last[0] = now
            return same
        self.test.until(still, 'a still screen')

    def await_window(self):
        self.test.until(lambda: subprocess.run(['xdotool', 'search', '--name', 'ST-'], env=self.env,
                                               capture_output=True).returncode == 0, 'the window')
        self.settle()

    def enter_vehicle(self, vin, weight):
        """From the empty vehicle page to the next one."""
        self.scan(vin)
        self.settle()
        self.click(170, 505)          # petrol
        self.click(830, 380)          # gross weight
        self.xdo('type', '--delay', '80', weight)
        self.settle()
        self.click(1100, 735)         # next
        self.settle()


class SystemTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='station-system-'))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.station = self.folder / 'station'

    def service(self, *command):
        service = Service(*command)
        self.addCleanup(service.stop)
        return service

    def sim(self, vehicle='healthy-petrol', adapter='elm327-2.3', baud=0, speed=20):
        link = self.folder / f'adapter-{time.monotonic_ns()}'
        service = self.service(BIN / 'obd-sim', '--vehicle', vehicle, '--adapter', adapter,
                               '--baud', baud, '--speed', speed, '--elm', f'pty:{link}')
        service.endpoint = f'serial:{link}'
        return service

    def fast_sim(self):
        """A car that answers at once: a dialogue without any simulated time."""
        lines = {'0100': '7E8064100BE1FA813', '0120': '7E8064120800180 01'.replace(' ', ''),
                 '0140': '7E80641404000 0000'.replace(' ', ''), '0101': '7E80641010007E500',
                 '03': '7E8024300', '07': '7E8024700', '0A': '7E8024A00',
                 '020200': '7E8054202000000', '010C': '7E804410C0BB8', '010D': '7E803410D00',
                 '0900': '7E806490040000000', '0105': '7E80341057B', '011C': '7E803411C01',
                 '0902': '7E8101449020133 4E31'.replace(' ', '') + '\r7E821434E374144334B\r7E8224C383132333435'}
        file = self.folder / 'fast.jsonl'
        file.write_text(json.dumps({'id': 'fast', 'protocol': '6', 'exchanges': [
            {'req': request, 'raw': raw} for request, raw in lines.items()]}) + '\n')
        link = self.folder / 'fast-adapter'
        service = self.service(BIN / 'obd-sim', '--dialogue', file, '--elm', f'pty:{link}')
        service.endpoint = f'serial:{link}'
        return service

    def centre(self, name='centre'):
        service = self.service(BIN / 'obd-central', 'serve', '--data', self.folder / name, '--port', 0)
        service.url = service.line.rstrip('/')
        return service

    def command(self, *words, stdin='', env=None, expect=None, timeout=PATIENCE_S, prefix=()):
        """Runs obd-inspect; the exit code must be `expect` when one is given."""
        done = subprocess.run([*prefix, str(BIN / 'obd-inspect'), *map(str, words)], input=stdin,
                              capture_output=True, text=True, timeout=timeout,
                              env={**os.environ, 'LANG': 'C', **(env or {})})
        if expect is not None:
            self.assertEqual(done.returncode, expect, f'{words}\n{done.stdout}\n{done.stderr}')
        return done

    def inspect(self, endpoint, *more, vehicle=VEHICLE, profile=PROFILE, **options):
        return self.command('run', '--adapter', endpoint, '--profile', profile, '--vehicle', vehicle,
                            '--station', self.station, '--lamp', 'key-on=yes,running=no', *more,
                            **options)

    def verify(self):
        return json.loads(self.command('verify', '--station', self.station, expect=0).stdout)

    def get(self, url):
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            return json.loads(answer.read())

    def until(self, condition, what):
        """Polls a condition of the outside world; fails when it does not come true in time."""
        limit = time.monotonic() + PATIENCE_S
        while time.monotonic() < limit:
            found = condition()
            if found:
                return found
            time.sleep(0.02)
        self.fail(f'never happened: {what}')


def main():
    unittest.main(verbosity=2)
