"""Killed at every system call that touches the disk, the station's database opens, verifies and
continues, and no stored inspection is lost."""
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from harness import BIN, JUDGED, SystemTest, VEHICLE, main, tool


class Crash(SystemTest):
    def run_command(self, sim):
        return [str(BIN / 'obd-inspect'), 'run', '--adapter', sim.endpoint, '--profile', 'generic',
                '--vehicle', VEHICLE, '--station', str(self.station)]

    def kill_points(self, calls, command, check):
        """Runs `command` again and again, killed at the 1st, 2nd, 3rd … of each system call, until
        it gets through. `check(killed)` looks at what is left. strace counts each call by itself."""
        total = 0
        for call in calls:
            for n in range(1, 400):
                done = subprocess.run(
                    ['strace', '-f', '-qq', '-o', '/dev/null', '-e', f'trace={call}', '-e',
                     f'inject={call}:signal=KILL:when={n}', *command],
                    stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
                killed = done.returncode in (-9, 137)
                if not killed:
                    self.assertIn(done.returncode, JUDGED, f'{call} {n}: {done.stderr}')
                check(f'{call} {n}')
                if not killed:
                    break
                total += 1
        return total

    def bodies(self):
        with contextlib.closing(sqlite3.connect(self.station / 'station.sqlite')) as store:
            return [json.loads(body) for (body,) in
                    store.execute('SELECT body FROM record ORDER BY sequence')]

    @unittest.skipUnless(tool('strace'), 'strace is not installed')
    def test_kill_at_any_disk_access_loses_nothing(self):
        sim = self.fast_sim()
        stored = []

        def goes_on(where):
            # The next inspection opens the same folder, closes what was left open and is stored.
            after = subprocess.run(self.run_command(sim), stdin=subprocess.DEVNULL,
                                   capture_output=True, text=True, timeout=60)
            self.assertIn(after.returncode, JUDGED, f'{where}: {after.stderr}')
            found = self.verify()
            self.assertTrue(found['ok'], where)
            out = json.loads(after.stdout)
            self.assertEqual(out['sequence'], found['records'], where)
            if stored:
                self.assertGreater(out['sequence'], stored[-1], where)
            stored.append(out['sequence'])

        killed = self.kill_points(
            ['openat', 'write', 'pwrite64', 'fdatasync', 'fsync', 'ftruncate', 'unlink', 'rename'],
            self.run_command(sim), goes_on)
        print(f'  killed at {killed} points', flush=True)
        self.assertGreater(killed, 60, 'the kill points were never reached')
        replayed = json.loads(self.command('replay', '--station', self.station, expect=0).stdout)
        self.assertTrue(replayed['same'])

    @unittest.skipUnless(tool('strace'), 'strace is not installed')
    def test_killed_anywhere_the_same_inspection_goes_on_to_its_verdict(self):
        sim = self.fast_sim()
        self.command(*self.run_command(sim)[1:])
        phases = set()
        counted = {'before': 1}

        def goes_on(where):
            records = self.verify()['records']
            after = subprocess.run(
                [str(BIN / 'obd-inspect'), 'run', '--resume', '--adapter', sim.endpoint,
                 '--station', str(self.station)], stdin=subprocess.DEVNULL, capture_output=True,
                text=True, timeout=60)
            self.assertTrue(self.verify()['ok'], where)
            if after.returncode == 2:  # killed before it began, or after it had its record
                self.assertIn(records - counted['before'], (0, 1), where)
                counted['before'] = records
                return
            self.assertIn(after.returncode, JUDGED, f'{where}: {after.stderr}')
            self.assertEqual(records, counted['before'], f'{where}: it had its record already')
            counted['before'] = records + 1
            body = self.bodies()[-1]
            self.assertEqual(body['type'], 'inspection', where)
            self.assertEqual(body['vehicle']['plate'], 'PTR-55-21', where)
            self.assertEqual(body['judgement']['verdict'], json.loads(after.stdout)['verdict'], where)
            self.assertIsNotNone(body['confirmation'], where)
            phases.update(cut['phase'] for cut in body['interruptions'])

        killed = self.kill_points(['pwrite64', 'fdatasync', 'write'],
                                  self.run_command(sim), goes_on)
        print(f'  killed at {killed} points, in {sorted(phases)}', flush=True)
        self.assertLessEqual({'key_on', 'ready', 'reading', 'judged'}, phases)
        ids = [body['inspection'] for body in self.bodies() if body['type'] == 'inspection']
        self.assertEqual(len(ids), len(set(ids)), 'one inspection has two verdicts')
        replayed = json.loads(self.command('replay', '--station', self.station, expect=0).stdout)
        self.assertTrue(replayed['same'])

    def test_a_thousand_kills_at_random_lose_nothing_and_double_nothing(self):
        sim = self.fast_sim()
        chance = random.Random(20261126)
        command = self.run_command(sim)
        self.command(*command[1:])
        promised = {self.verify()['head']}
        longest = 0.05
        killed = 0
        for _ in range(1000):
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
            started = time.monotonic()
            try:
                process.wait(chance.uniform(0, longest))
                longest = 0.9 * longest + 0.1 * 1.3 * (time.monotonic() - started)
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
                longest = max(longest, 1.001 * longest)
            said = process.stdout.read()
            process.stdout.close()
            process.wait()
            if said.endswith('}\n'):
                promised.add(json.loads(said)['sequence'])
        self.command(*command[1:])
        found = self.verify()
        self.assertTrue(found['ok'], found)
        self.assertEqual(found['records'], found['head'], 'every number was given once')
        self.assertGreater(killed, 300)
        self.assertLessEqual(max(promised), found['head'])
        bodies = self.bodies()
        for sequence in promised:
            self.assertEqual(bodies[sequence - 1]['type'], 'inspection')
        begun = [body['inspection'] for body in bodies]
        self.assertEqual(len(begun), len(set(begun)), 'one inspection has two records')
        print(f'  killed {killed} of 1000, {len(promised)} promised, {found["records"]} stored', flush=True)

    @unittest.skipUnless(tool('strace'), 'strace is not installed')
    def test_kill_while_the_folder_is_made(self):
        sim = self.fast_sim()

        def starts_anew(where):
            after = subprocess.run(self.run_command(sim), stdin=subprocess.DEVNULL,
                                   capture_output=True, text=True, timeout=60)
            self.assertIn(after.returncode, JUDGED, f'{where}: {after.stderr}')
            self.assertTrue(self.verify()['ok'], where)
            shutil.rmtree(self.station)

        killed = self.kill_points(
            ['mkdir', 'pwrite64', 'fdatasync', 'fsync', 'rename'], self.run_command(sim), starts_anew)
        self.assertGreater(killed, 15)

    @unittest.skipUnless(tool('strace'), 'strace is not installed')
    def test_kill_while_sending_neither_loses_nor_doubles(self):
        sim = self.fast_sim()
        centre = self.centre()
        for _ in range(3):
            self.command(*self.run_command(sim)[1:])
        killed = self.kill_points(
            ['sendto', 'recvfrom', 'pwrite64', 'fdatasync'],
            [str(BIN / 'obd-inspect'), 'send', '--station', str(self.station), '--centre',
             centre.url], lambda where: self.assertTrue(self.verify()['ok'], where))
        self.assertGreater(killed, 2)
        sent = json.loads(self.command('send', '--station', self.station, '--centre', centre.url,
                                       expect=0).stdout)
        self.assertEqual(sent['waiting'], 0)
        self.assertEqual(len(self.get(f'{centre.url}/api/inspections')['inspections']), 3)

    @unittest.skipUnless(tool('strace'), 'strace is not installed')
    def test_kill_the_centre_at_any_disk_access_and_send_again(self):
        sim = self.fast_sim()
        for _ in range(2):
            self.command(*self.run_command(sim)[1:])
        for call in ('pwrite64', 'fdatasync'):
            data = self.folder / call
            killed = 0
            for n in range(1, 100):
                with self.centre_killed_at(call, n, data) as url:
                    code = self.command('send', '--station', self.station, '--centre', url
                                        ).returncode if url else 35
                if code == 0:
                    break
                self.assertEqual(code, 35)
                killed += 1
            self.assertGreater(killed, 2, call)
            centre = self.centre(call)
            self.command('send', '--station', self.station, '--centre', centre.url, expect=0)
            self.assertEqual(len(self.get(f'{centre.url}/api/inspections')['inspections']),
                             2 if call == 'pwrite64' else 3)
            self.command(*self.run_command(sim)[1:])

    @contextlib.contextmanager
    def centre_killed_at(self, call, n, data):
        with subprocess.Popen(
                ['strace', '-f', '-qq', '-o', '/dev/null', '-e', f'trace={call}', '-e',
                 f'inject={call}:signal=KILL:when={n}', str(BIN / 'obd-central'), 'serve',
                 '--data', str(data), '--port', '0'],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                start_new_session=True) as centre:
            yield centre.stdout.readline().strip().rstrip('/')
            with contextlib.suppress(ProcessLookupError):
                os.killpg(centre.pid, signal.SIGTERM)  # strace alone would leave its child
            centre.wait(60)


if __name__ == '__main__':
    main()
