"""`./run` as a person uses it: with and without a display, ended with Ctrl-C."""
import json
import os
import re
import signal
import subprocess
import unittest

from harness import ROOT, Screen, SystemTest, main, tool


def children_of(group):
    listed = subprocess.run(['ps', '-o', 'pid=,comm=', '-g', str(group)], capture_output=True, text=True)
    return [line.split()[1] for line in listed.stdout.splitlines() if 'obd-' in line]


class Run(SystemTest):
    def start(self, *words, display=''):
        env = {**os.environ, 'DISPLAY': display, 'QT_QUICK_BACKEND': 'software'}
        self.script = subprocess.Popen(
            ['./run', '--port', '0', '--data', str(self.folder / 'data'), *words], cwd=ROOT, env=env,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
            start_new_session=True)
        self.addCleanup(self.script.stdout.close)
        self.addCleanup(self.end)

    def end(self):
        if self.script.poll() is None:
            os.killpg(self.script.pid, signal.SIGKILL)
        self.script.wait(30)

    def line_with(self, part):
        for line in self.script.stdout:
            if part in line:
                return line
        self.fail(f'./run ended without "{part}"')

    def centre_url(self):
        return re.search(r'http://[0-9.:]+', self.line_with('Supervisor')).group(0)

    def interrupted(self):
        self.script.send_signal(signal.SIGINT)
        self.script.wait(60)
        self.assertEqual(self.script.returncode, 130)
        self.until(lambda: not children_of(self.script.pid), 'the end of everything it started')

    def test_without_a_display_it_inspects_in_the_terminal_and_goes_on_serving(self):
        self.start('--vehicle', 'mil-on', '--baud', '115200')
        url = self.centre_url()
        self.assertIn('RECHAZADO', self.line_with('RECHAZADO'))
        self.line_with('Ctrl-C')
        listed = self.get(f'{url}/api/inspections')['inspections']
        self.assertEqual([row['verdict'] for row in listed], ['FAIL'])
        self.interrupted()

    def test_once_ends_with_the_verdicts_exit_code(self):
        self.start('--once', '--vehicle', 'just-cleared', '--profile', 'us-epa-im', '--lang', 'en')
        self.script.stdout.read()
        self.assertEqual(self.script.wait(60), 11)
        out = json.loads((self.folder / 'data/last.json').read_text())
        self.assertEqual(out['verdict'], 'NOT_READY')

    def test_ctrl_c_in_the_middle_of_a_reading_stops_everything(self):
        self.start('--vehicle', 'silent')
        self.line_with('Buscando')
        self.interrupted()

    def test_words_it_does_not_know(self):
        self.start('--fly')
        self.assertIn('--vehicle', self.script.stdout.read())
        self.assertEqual(self.script.wait(60), 2)

    @unittest.skipUnless(tool('Xvfb') and tool('xdotool'), 'needs Xvfb and xdotool')
    def test_with_a_display_the_window_opens_and_inspects(self):
        screen = Screen(self)
        self.start('--vehicle', 'healthy-petrol', '--baud', '115200', display=screen.name)
        url = self.centre_url()
        screen.await_window()
        screen.enter_vehicle('3N1CN7AD3KL812345', '1550')
        screen.click(1120, 165)      # the visual check: all good
        screen.settle()
        screen.xdo('key', 'Return')
        screen.settle()
        screen.xdo('key', 'Return')  # start reading
        self.until(lambda: screen.picture().count(bytes.fromhex('0b5fa5')) > 20000, 'the verdict')
        screen.settle()
        screen.xdo('key', 'Return')  # confirm
        self.until(lambda: self.get(f'{url}/api/summary')['total'] > 0, 'an inspection at the centre')
        verdicts = {row['verdict'] for row in self.get(f'{url}/api/inspections')['inspections']}
        self.assertEqual(verdicts, {'PASS'})
        self.interrupted()

    @unittest.skipUnless(tool('Xvfb'), 'needs Xvfb')
    def test_a_display_that_does_not_answer_falls_back_to_the_terminal(self):
        self.start('--vehicle', 'healthy-petrol', '--baud', '115200', display=':77')
        self.assertIn('APROBADO', self.line_with('APROBADO'))
        self.interrupted()


if __name__ == '__main__':
    main()
