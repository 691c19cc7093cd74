"""The technician's window on a real X server, as tests drive it: scanner, mouse, keys."""
import json
import subprocess
import unittest

from harness import BIN, PROFILE, Screen, SystemTest, tool

VIN = '1HGCR2F39DA112233'


@unittest.skipUnless(tool('Xvfb') and tool('xdotool') and (BIN / 'obd-station').exists(),
                     'needs Xvfb, xdotool and obd-station')
class Window(SystemTest):
    def setUp(self):
        super().setUp()
        self.screen = Screen(self)

    def start(self, endpoint, *more, profile=PROFILE):
        self.log = open(self.folder / 'window.log', 'w+')
        self.addCleanup(self.log.close)
        self.window = subprocess.Popen(
            [BIN / 'obd-station', '--station', self.station, '--adapter', endpoint, '--profile',
             profile, *more], env=self.screen.env, stderr=self.log, stdout=self.log)
        self.addCleanup(self.close, self.window, self.log)
        try:
            self.screen.await_window()
        except AssertionError as never:
            self.log.seek(0)
            raise AssertionError(f'{never}; ended: {self.window.poll()}; it said: {self.log.read()}') from never

    def close(self, window, log):
        if window.poll() is None:
            window.terminate()
            window.wait(30)
        log.seek(0)
        warnings = [line for line in log if 'qrc:' in line or 'QML' in line]
        self.assertEqual(warnings, [], 'QML complained')

    def records(self):
        if not (self.station / 'station.sqlite').exists():
            return 0
        done = self.command('verify', '--station', self.station)
        return json.loads(done.stdout)['records'] if done.returncode == 0 else 0

    def enter_vehicle(self):
        self.screen.enter_vehicle(VIN, '1950')

    def look(self):
        """The visual check: all good."""
        self.screen.click(1120, 165)
        self.screen.settle()
        self.screen.xdo('key', 'Return')
        self.screen.settle()

    def confirm(self, number):
        """Once the verdict is there, confirms it: there is a record then, and not before."""
        band = [bytes.fromhex(colour) for colour in ('b42318', '0b5fa5', 'ffc53d')]
        self.until(lambda: any(self.screen.picture().count(colour) > 20000 for colour in band),
                   'the verdict')
        self.screen.settle()
        self.assertEqual(self.records(), number - 1)
        self.screen.xdo('key', 'Return')
        self.until(lambda: self.records() == number, 'the record')

    def body(self, centre, number):
        station = self.verify()['station']
        return self.get(f'{centre.url}/api/inspections/{station}/{number}')['body']
