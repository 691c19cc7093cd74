"""The technician's window on a real X server, driven as a person drives it: scanner, mouse, keys."""
import json
import os
import pathlib
import subprocess
import time
import unittest

from harness import BIN, PROFILE, SystemTest, main, tool

VIN = '1HGCR2F39DA112233'


@unittest.skipUnless(tool('Xvfb') and tool('xdotool') and (BIN / 'obd-station').exists(),
                     'needs Xvfb, xdotool and obd-station')
class Window(SystemTest):
    def setUp(self):
        super().setUp()
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ['Xvfb', '-displayfd', str(write), '-screen', '0', '1280x800x24', '-nolisten', 'tcp'],
            pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        self.addCleanup(self.server.wait, 30)
        self.addCleanup(self.server.terminate)
        with os.fdopen(read) as display:
            number = display.readline().strip()
        self.env = {**os.environ, 'DISPLAY': f':{number}', 'QT_QUICK_BACKEND': 'software',
                    'XDG_RUNTIME_DIR': str(self.folder), 'QT_QPA_PLATFORM': 'xcb'}

    def start(self, endpoint, *more):
        self.log = open(self.folder / 'window.log', 'w+')
        self.addCleanup(self.log.close)
        self.window = subprocess.Popen(
            [BIN / 'obd-station', '--station', self.station, '--adapter', endpoint, '--profile',
             PROFILE, *more], env=self.env, stderr=self.log, stdout=self.log)
        self.addCleanup(self.close)
        self.until(lambda: subprocess.run(['xdotool', 'search', '--name', 'ST-'], env=self.env,
                                          capture_output=True).returncode == 0, 'the window')
        self.settle()

    def close(self):
        if self.window.poll() is None:
            self.window.terminate()
            self.window.wait(30)
        self.log.seek(0)
        warnings = [line for line in self.log if 'qrc:' in line or 'QML' in line]
        self.assertEqual(warnings, [], 'QML complained')

    def xdo(self, *words):
        subprocess.run(['xdotool', *map(str, words)], env=self.env, check=True, timeout=30)

    def click(self, x, y):
        self.xdo('mousemove', x, y, 'click', 1)

    def scan(self, text):
        self.xdo('type', '--delay', '2', text)
        self.xdo('key', 'Return')

    def picture(self):
        """The screen as raw bytes."""
        return subprocess.run(['import', '-window', 'root', '-depth', '8', 'rgb:-'], env=self.env, check=True,
                              capture_output=True).stdout

    def settle(self):
        """Waits until the screen stands still: two equal pictures."""
        last = [None]

        def still():
            now = self.picture()
            same = now == last[0]
            last[0] = now
            return same
        self.until(still, 'a still screen')

    def records(self):
        if not (self.station / 'station.sqlite').exists():
            return 0
        done = self.command('verify', '--station', self.station)
        return json.loads(done.stdout)['records'] if done.returncode == 0 else 0

    def enter_vehicle(self):
        self.scan(VIN)
        self.settle()
        self.click(170, 505)          # petrol
        self.click(1080, 380)         # gross weight
        self.xdo('type', '--delay', '80', '1950')
        self.settle()
        self.click(1100, 735)         # next
        self.settle()

    def body(self, centre, number):
        station = self.verify()['station']
        return self.get(f'{centre.url}/api/inspections/{station}/{number}')['body']

    def test_a_car_from_scan_to_verdict_and_the_next_one(self):
        centre = self.centre()
        sim = self.sim('mil-on', baud=115200)
        self.start(sim.endpoint + '@115200', '--centre', centre.url)
        empty = self.picture()
        self.enter_vehicle()
        self.click(850, 405)          # lamp at key on: yes
        self.click(850, 570)          # lamp running: yes
        self.settle()
        self.xdo('key', 'Return')     # start reading
        self.until(lambda: self.records() == 1, 'the record')
        self.until(lambda: self.get(f'{centre.url}/api/summary')['total'] == 1, 'the upload')
        body = self.body(centre, 1)
        self.assertEqual(body['judgement']['verdict'], 'FAIL')
        self.assertEqual(body['vehicle']['vin'], VIN)
        self.assertEqual(body['vehicle']['model_year'], 2013)
        self.assertEqual(body['vehicle']['gvwr_kg'], 1950)
        self.assertTrue(body['vehicle']['lamp_at_key_on'])
        self.settle()
        verdict = self.picture()
        self.assertGreater(verdict.count(bytes.fromhex('b42318')), 20000, 'no red band')
        self.xdo('key', 'F2')         # the other language, live
        self.settle()
        self.assertNotEqual(self.picture(), verdict)
        self.xdo('key', 'F2')
        self.click(1100, 735)         # next vehicle
        self.settle()
        self.assertEqual(len(self.picture()), len(empty))
        self.enter_vehicle()
        self.xdo('key', 'Return')
        self.until(lambda: self.records() == 2, 'the second record')

    def test_the_adapter_is_pulled_out_and_nothing_entered_is_lost(self):
        centre = self.centre()
        sim = self.sim('mil-on', baud=9600)
        self.start(sim.endpoint + '@9600', '--centre', centre.url)
        self.enter_vehicle()
        before = self.picture()
        self.xdo('key', 'Return')
        self.until(lambda: self.picture() != before, 'the reading page')
        sim.stop()
        self.until(lambda: self.records() == 1, 'the aborted record')
        self.until(lambda: self.get(f'{centre.url}/api/summary')['total'] == 1, 'the upload')
        self.assertEqual(self.body(centre, 1)['type'], 'aborted')
        self.settle()
        self.assertGreater(self.picture().count(bytes.fromhex('ffc53d')), 5000, 'no amber notice')
        # A new cable on the same socket: the same car is read without typing anything again.
        again = subprocess.Popen(
            [BIN / 'obd-sim', '--vehicle', 'mil-on', '--baud', '0', '--elm',
             'pty:' + sim.endpoint.removeprefix('serial:')], stdout=subprocess.PIPE, text=True)
        self.addCleanup(again.wait, 30)
        self.addCleanup(again.terminate)
        again.stdout.readline()
        self.xdo('key', 'Return')
        self.until(lambda: self.records() == 2, 'the second record')
        self.until(lambda: self.get(f'{centre.url}/api/summary')['total'] == 2, 'the upload')
        self.assertEqual(self.body(centre, 2)['vehicle']['vin'], VIN)
        again.stdout.close()

    def test_stop_ends_the_reading_and_keeps_a_record(self):
        sim = self.sim('silent')
        self.start(sim.endpoint)
        self.enter_vehicle()
        before = self.picture()
        self.xdo('key', 'Return')
        self.until(lambda: self.picture() != before, 'the reading page')
        self.click(1140, 740)         # stop
        self.until(lambda: self.records() == 1, 'the record')

    def test_without_a_centre_it_works_and_counts(self):
        sim = self.fast_sim()
        self.start(sim.endpoint, '--lang', 'en')
        self.enter_vehicle()
        self.xdo('key', 'Return')
        self.until(lambda: self.records() == 1, 'the record')
        self.assertEqual(self.verify()['confirmed'], 0)


if __name__ == '__main__':
    main()
