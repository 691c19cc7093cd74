"""A real J2534 library behind its worker: the same inspection, whatever the library does."""
import json
import os

from harness import BIN, SystemTest, main

LIBRARY = BIN / 'libobdsim-j2534.so'


class PassThru(SystemTest):
    def read(self, vehicle, *more, expect=0, **variables):
        env = dict(os.environ, OBDSIM_VEHICLE=vehicle, **variables)
        done = self.command('read', '--adapter', f'j2534:{LIBRARY}', '--format', 'json', *more, env=env,
                            expect=expect)
        return json.loads(done.stdout) if done.stdout else done

    def meaning(self, snapshot):
        """What the vehicle said, without the adapter and what moves."""
        return [{key: item.get('value') for key, item in ecu.items()
                 if isinstance(item, dict) and key not in ('parameters', 'more')} for ecu in snapshot['ecus']]

    def test_both_widths_of_a_library_say_what_an_elm327_says(self):
        sim = self.sim('mil-on')
        elm = self.command('read', '--adapter', sim.endpoint, '--format', 'json', expect=0)
        expected = self.meaning(json.loads(elm.stdout))
        for width in ('4', '8'):
            for order in ('', 'turned'):
                read = self.read('mil-on', OBDSIM_ULONG=width, OBDSIM_VERSION_ORDER=order)
                self.assertEqual(self.meaning(read), expected)
                self.assertIn('04.04', read['adapter']['banner'])
        for vehicle in ('can29', 'iso9141-2003', 'kwp-fast-2005', 'j1850-pwm-1999'):
            self.assertTrue(self.read(vehicle)['complete'], vehicle)

    def test_a_crash_or_a_pulled_cable_at_any_call_is_said_and_read_past(self):
        expected = self.meaning(self.read('mil-on'))
        for kind in ('crash', 'gone'):
            for call in (1, 2, 3, 4, 5, 9, 14, 15, 16, 23, 34, 45, 58):
                once = self.folder / f'{kind}-{call}'
                read = self.read('mil-on', OBDSIM_FAULT=f'{kind}:{call}:{once}')
                self.assertTrue(once.exists(), f'no {kind} at {call}')
                self.assertEqual(self.meaning(read), expected, f'{kind} at {call}')

    def test_a_library_that_hangs_is_left_behind(self):
        expected = self.meaning(self.read('mil-on'))
        once = self.folder / 'hang'
        self.assertEqual(self.meaning(self.read('mil-on', OBDSIM_FAULT=f'hang:30:{once}')), expected)

    def test_libraries_are_found_by_name(self):
        folder = self.folder / 'passthru'
        folder.mkdir()
        (folder / 'sim.json').write_text(json.dumps(
            {'NAME': 'Simulated', 'VENDOR': 'obd-sim', 'FUNCTION_LIB': str(LIBRARY), 'ABI_ULONG': 8}))
        (folder / 'broken.json').write_text('{')
        env = dict(os.environ, PASSTHRU_PATH=str(folder), OBDSIM_VEHICLE='healthy-petrol')
        done = self.command('read', '--adapter', 'j2534:Simulated', '--format', 'json', env=env, expect=0)
        self.assertTrue(json.loads(done.stdout)['complete'])
        listed = self.command('adapters', env=env, expect=0)
        self.assertIn('j2534:Simulated', listed.stdout)
        unknown = self.command('read', '--adapter', 'j2534:Other', env=env, expect=20)
        self.assertIn('Simulated', unknown.stderr)
        broken = self.command('read', '--adapter', 'j2534:/no/such.so', '--reconnect', '0', env=env, expect=23)
        self.assertIn('E-ADP-14', broken.stderr)

    def test_an_inspection_through_it_is_stored_and_repeated(self):
        env = dict(os.environ, OBDSIM_VEHICLE='healthy-petrol')
        done = self.inspect(f'j2534:{LIBRARY}', env=env)
        self.assertEqual(json.loads(done.stdout)['verdict'], 'PASS', done.stderr)
        self.command('replay', '--station', self.station, expect=0)


main()
