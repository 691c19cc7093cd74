"""A real J2534 library behind its worker: the same inspection, whatever the library does."""
import concurrent.futures
import json
import os
import subprocess

from harness import BIN, SystemTest, main

LIBRARY = BIN / 'libobdsim-j2534.so'
# The same device as a library of 05.00, in every way its structures travel: what its driver's file says.
LIBRARIES_0500 = {
    'libobdsim-j2534-0500.so': {},
    'libobdsim-j2534-0500-narrow.so': {'ABI_ULONG': 4},
    'libobdsim-j2534-0500-pointer.so': {'ABI_ULONG': 8, 'ABI_RESOURCES': 'pointer'},
}
CAN = ('mil-on', 'can29', 'can11-250-2009', 'eight-units')
SLOW = ('iso9141-2003', 'kwp-fast-2005', 'j1850-pwm-1999', 'j1850-vpw-2001')


class PassThru(SystemTest):
    def read(self, vehicle, *more, expect=0, library=LIBRARY, **variables):
        env = dict(os.environ, OBDSIM_VEHICLE=vehicle, **variables)
        done = self.command('read', '--adapter', f'j2534:{library}', '--format', 'json', *more, env=env,
                            expect=expect)
        return json.loads(done.stdout) if done.stdout else done

    def meaning(self, snapshot):
        """What the vehicle said, without the adapter and what moves."""
        return {ecu['address']: {key: item.get('value') for key, item in ecu.items()
                                 if isinstance(item, dict) and key not in ('parameters', 'more')}
                for ecu in snapshot['ecus']}

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

    def test_a_library_of_0500_says_the_same(self):
        expected = {vehicle: self.meaning(self.read(vehicle)) for vehicle in CAN + SLOW}
        folder = self.folder / 'newer'
        folder.mkdir()
        for name, layout in LIBRARIES_0500.items():
            (folder / (name + '.json')).write_text(json.dumps(
                {'NAME': name, 'FUNCTION_LIB': str(BIN / name), 'API': '05.00', **layout}))
            width = str(layout.get('ABI_ULONG', 8))
            for vehicle in CAN + SLOW:
                read = self.read(vehicle, library=name, PASSTHRU_PATH=str(folder), OBDSIM_ULONG=width)
                self.assertEqual(self.meaning(read), expected[vehicle], f'{name} {vehicle}')
                self.assertIn('05.00', read['adapter']['banner'])
        # By path, nothing is known of it but what it exports; and one without logical channels.
        plain = BIN / 'libobdsim-j2534-0500.so'
        for more in ({}, {'OBDSIM_NO_LOGICAL': '1'}):
            for vehicle in CAN:
                self.assertEqual(self.meaning(self.read(vehicle, library=plain, **more)), expected[vehicle])

    def fails_at_every_call(self, kind, library=LIBRARY):
        """Reads a vehicle as often as there are calls in it, with a fault at another one each time."""
        expected = self.meaning(self.read('mil-on'))

        def read_with_fault(call):
            once = self.folder / f'{library.name}-{kind}-{call}'
            read = self.read('mil-on', library=library, OBDSIM_FAULT=f'{kind}:{call}:{once}')
            return once.exists(), self.meaning(read)

        at_once, last, more = 24, 0, True
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            while more:
                calls = range(last + 1, last + at_once + 1)
                for call, (failed, meaning) in zip(calls, pool.map(read_with_fault, calls)):
                    self.assertEqual(meaning, expected, f'{kind} at call {call}')
                    more = failed
                    last = call if failed else last
        self.assertGreater(last, 50)

    def test_a_crash_at_every_call_is_read_past(self):
        self.fails_at_every_call('crash')

    def test_a_cable_pulled_out_at_every_call_is_read_past(self):
        self.fails_at_every_call('gone')

    def test_a_library_that_hangs_at_any_call_is_left_behind(self):
        self.fails_at_every_call('hang')

    def test_impossible_lengths_and_old_messages_are_read_past(self):
        self.fails_at_every_call('sizes')
        self.fails_at_every_call('stale')

    def test_a_crash_of_a_library_of_0500_is_read_past(self):
        self.fails_at_every_call('crash', BIN / 'libobdsim-j2534-0500.so')

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
        reader = subprocess.run([BIN / 'obd-reader', 'libraries'], env=env, capture_output=True, text=True,
                                check=True)
        self.assertEqual(json.loads(reader.stdout)['libraries'], [
            {'name': 'Simulated', 'vendor': 'obd-sim', 'library': str(LIBRARY), 'version': ''}])
        reader = subprocess.run([BIN / 'obd-reader', 'read', 'j2534:Simulated'], env=env, capture_output=True,
                                text=True, check=True)
        self.assertEqual(self.meaning(json.loads(reader.stdout)), self.meaning(json.loads(done.stdout)))
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
