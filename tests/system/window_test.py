"""The technician's window on a real X server, driven as a person drives it: scanner, mouse, keys."""
import json
import os
import subprocess

from harness import BIN, main
from window import VIN, Window


class WindowTest(Window):
    def test_a_car_from_scan_to_verdict_and_the_next_one(self):
        centre = self.centre()
        sim = self.sim('mil-on', baud=115200)
        self.start(sim.endpoint + '@115200', '--centre', centre.url, profile='generic')
        empty = self.screen.picture()
        self.enter_vehicle()
        self.screen.click(850, 405)          # lamp at key on: yes
        self.screen.click(850, 570)          # lamp running: yes
        self.screen.settle()
        self.screen.xdo('key', 'Return')     # start reading
        self.confirm(1)
        self.until(lambda: self.get(f'{centre.url}/api/summary')['total'] == 1, 'the upload')
        body = self.body(centre, 1)
        self.assertEqual(body['judgement']['verdict'], 'FAIL')
        self.assertEqual(body['vehicle']['vin'], VIN)
        self.assertEqual(body['vehicle']['model_year'], 2013)
        self.assertEqual(body['vehicle']['gvwr_kg'], 1950)
        self.assertTrue(body['vehicle']['lamp_at_key_on'])
        self.assertTrue(body['vehicle']['lamp_running'])
        self.assertEqual([phase['phase'] for phase in body['phases']],
                         ['identify', 'key_on', 'ready', 'reading', 'judged'])
        self.screen.settle()
        verdict = self.screen.picture()
        self.assertGreater(verdict.count(bytes.fromhex('b42318')), 20000, 'no red band')
        self.screen.xdo('key', 'F2')         # the other language, live
        self.screen.settle()
        self.assertNotEqual(self.screen.picture(), verdict)
        self.screen.xdo('key', 'F2')
        self.screen.click(1100, 735)         # next vehicle
        self.screen.settle()
        self.assertEqual(len(self.screen.picture()), len(empty))
        self.enter_vehicle()
        self.screen.xdo('key', 'Return')
        self.confirm(2)
        self.until(lambda: self.get(f'{centre.url}/api/summary')['total'] == 2, 'the upload')
        again = self.body(centre, 2)
        self.assertEqual((again['relation'] or {}).get('kind'), None,
                         'this programme has no days for a retest')

    def test_the_adapter_is_pulled_out_and_nothing_entered_is_lost(self):
        centre = self.centre()
        sim = self.sim('mil-on', baud=9600, speed=1)
        self.start(sim.endpoint + '@9600', '--centre', centre.url)
        self.enter_vehicle()
        self.look()
        before = self.screen.picture()
        self.screen.xdo('key', 'Return')
        self.until(lambda: self.screen.picture() != before, 'the reading page')
        sim.stop()
        self.until(lambda: self.screen.picture().count(bytes.fromhex('ffc53d')) > 5000,
                   'an amber notice')
        self.assertEqual(self.records(), 0)
        # The cable is plugged in again: the same reading goes on, nothing is typed or touched.
        again = subprocess.Popen(
            [BIN / 'obd-sim', '--vehicle', 'mil-on', '--baud', '0', '--elm',
             'pty:' + sim.endpoint.removeprefix('serial:')], stdout=subprocess.PIPE, text=True)
        self.addCleanup(again.wait, 30)
        self.addCleanup(again.terminate)
        again.stdout.readline()
        # The notice of the cable has the colour of a verdict, too.
        self.until(lambda: self.screen.picture().count(bytes.fromhex('b42318')) > 20000, 'the red band')
        self.confirm(1)
        self.until(lambda: self.get(f'{centre.url}/api/summary')['total'] == 1, 'the upload')
        body = self.body(centre, 1)
        self.assertEqual(body['judgement']['verdict'], 'FAIL')
        self.assertEqual(body['vehicle']['vin'], VIN)
        self.assertEqual(body['vehicle']['visual']['leaks'], 'pass')
        again.stdout.close()

    def test_stop_ends_the_reading_and_the_vehicle_may_leave(self):
        centre = self.centre()
        sim = self.sim('silent', speed=1)
        self.start(sim.endpoint, '--centre', centre.url)
        self.enter_vehicle()
        self.look()
        before = self.screen.picture()
        self.screen.xdo('key', 'Return')
        self.until(lambda: self.screen.picture() != before, 'the reading page')
        reading = self.screen.picture()
        self.screen.click(1140, 740)         # stop
        self.until(lambda: self.screen.picture() != reading, 'the page before')
        self.screen.settle()
        self.assertEqual(self.records(), 0, 'it may be read again')
        self.screen.click(300, 735)          # close
        self.screen.settle()
        self.screen.click(640, 360)          # the vehicle leaves
        self.until(lambda: self.records() == 1, 'the record')
        self.until(lambda: self.get(f'{centre.url}/api/summary')['total'] == 1, 'the upload')
        body = self.body(centre, 1)
        self.assertEqual(body['type'], 'aborted')
        self.assertEqual(body['aborted']['reason'], 'vehicle_left')
        self.assertEqual(body['vehicle']['vin'], VIN)

    def test_a_window_killed_with_a_verdict_unconfirmed_goes_on_there(self):
        sim = self.sim('mil-on', baud=115200)
        self.start(sim.endpoint + '@115200')
        self.enter_vehicle()
        self.look()
        self.screen.xdo('key', 'Return')
        self.until(lambda: self.screen.picture().count(bytes.fromhex('b42318')) > 20000, 'the verdict')
        self.window.kill()
        self.window.wait(30)
        self.start(sim.endpoint + '@115200')
        self.screen.settle()
        self.assertEqual(self.records(), 0)
        self.screen.click(1190, 195)         # go on
        self.confirm(1)
        self.assertEqual(self.verify()['records'], 1)

    def test_without_a_centre_it_works_and_counts(self):
        sim = self.fast_sim()
        self.start(sim.endpoint, '--lang', 'en')
        self.enter_vehicle()
        self.look()
        self.screen.xdo('key', 'Return')
        self.confirm(1)
        self.assertEqual(self.verify()['confirmed'], 0)


if __name__ == '__main__':
    main()
