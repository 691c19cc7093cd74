"""People at a station: nobody works without proof, what two must do two do, and the records say who."""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from court import Court
from harness import BIN, ROOT, VEHICLE, main, tool

VERIFIER = ROOT / 'tests/independent/verify_record.py'


class Staff(Court):
    def run_by(self, endpoint, who, **options):
        return self.inspect(endpoint, '--visual', 'all=pass', '--connector', 'ok', *self.by(who, 'technician'),
                            **options)

    def test_an_inspection_is_signed_by_whoever_made_it(self):
        self.staff(expect=0)
        sim = self.fast_sim()
        self.inspect(sim.endpoint, expect=2)
        done = self.run_by(sim.endpoint, 'T-1')
        self.assertIn(done.returncode, (0, 10, 11, 13, 15), done.stderr)
        self.assertEqual(self.kinds(), ['roster', 'sign_in', 'inspection', 'sign_out'])
        body = self.bodies()[2]
        self.assertEqual(body['technician'], 'T-1')
        self.assertEqual(body['confirmation']['by'], 'T-1')
        said = json.loads(body['confirmation']['assertion']['statement'])
        self.assertEqual((said['person'], said['inspection']), ('T-1', body['inspection']))
        # A program that shares no code, on the exported file alone.
        found = subprocess.run([sys.executable, VERIFIER, self.folder / 'all.jsonl'], capture_output=True, text=True)
        self.assertEqual(json.loads(found.stdout), {'ok': True, 'station': self.verify()['station'], 'records': 4})

    def test_the_independent_verifier_finds_what_was_altered(self):
        self.staff(expect=0)
        self.run_by(self.fast_sim().endpoint, 'T-1')
        self.bodies()
        lines = (self.folder / 'all.jsonl').read_text().splitlines()

        def changed(number, **parts):
            record = {**json.loads(lines[number]), **parts}
            return '\n'.join([*lines[:number], json.dumps(record), *lines[number + 1:]]) + '\n'

        body = base64.b64decode(json.loads(lines[3])['body'])
        for text in (changed(3, body=base64.b64encode(body.replace(b'"T-1"', b'"T-2"', 1)).decode()),
                     changed(2, previous='00' * 32), changed(4, signature='00' * 64),
                     changed(1, stamp=base64.b64encode(b'{}').decode()),
                     '\n'.join(lines[:2] + lines[3:]) + '\n', '{}\n', ''):
            file = self.folder / 'altered.jsonl'
            file.write_text(text)
            found = subprocess.run([sys.executable, VERIFIER, file], capture_output=True, text=True)
            self.assertEqual(found.returncode, 1, text[:200])
            self.assertFalse(json.loads(found.stdout)['ok'])
            self.assertNotEqual(self.command('verify', file).returncode, 0)

    def test_wrong_pins_wait_and_a_supervisor_unlocks(self):
        self.staff(expect=0)
        sim = self.fast_sim()
        (self.folder / 'T-1').write_text('0000\n')
        for _ in range(3):
            self.assertIn('E-STF-02', self.run_by(sim.endpoint, 'T-1', expect=2).stderr)
        self.assertIn('E-STF-03', self.run_by(sim.endpoint, 'T-1', expect=2).stderr)
        self.command('staff', 'unlock', 'T-1', '--station', self.station, *self.by('T-2'), expect=2)
        self.command('staff', 'unlock', 'T-1', '--station', self.station, *self.by('S-1'), expect=0)
        (self.folder / 'T-1').write_text('2468\n')
        self.assertIn(self.run_by(sim.endpoint, 'T-1').returncode, (0, 10, 11, 13, 15))
        kinds = self.kinds()
        self.assertEqual(kinds.count('sign_in_refused'), 3)
        self.assertEqual(kinds.count('unlock'), 1)

    def test_an_expired_list_stops_work_and_loses_nothing(self):
        self.staff(expires='2026-01-01', expect=0)
        self.assertIn('E-STF-05', self.run_by(self.fast_sim().endpoint, 'T-1', expect=2).stderr)
        self.staff(version=2, expect=0)
        self.assertIn(self.run_by(self.fast_sim().endpoint, 'T-1').returncode, (0, 10, 11, 13, 15))
        self.staff(version=1, expect=26)

    def test_overrides_take_a_supervisor_who_is_another(self):
        self.staff(expect=0)
        sim = self.fast_sim()
        self.run_by(sim.endpoint, 'S-1')
        amend = ['amend', 'duplicate', '--station', self.station, '--sequence', 3, '--reason', 'lost']
        self.assertIn('E-STF-07', self.command(*amend, *self.by('T-1', 'technician'), expect=2).stderr)
        self.assertIn('E-STF-08', self.command(*amend, *self.by('S-1', 'technician'), expect=2).stderr)
        self.command(*amend, *self.by('S-2', 'technician'), expect=0)
        self.assertEqual(self.bodies()[-1]['technician'], 'S-2')

    def test_paper_is_received_by_two_and_given_once(self):
        self.staff(expect=0)
        sim = self.sim('healthy-petrol')
        self.run_by(sim.endpoint, 'T-1', expect=0)
        stock = ['--station', self.station, '--kind', 'hologram-0']
        receive = ['stock', 'receive', *stock, '--first', 'MX-0001', '--last', 'MX-0010', *self.by('S-1')]
        self.command(*receive, *self.by('S-1', 'second'), expect=2)
        self.assertEqual(self.out(*receive, *self.by('T-2', 'second'))['serials'], 10)
        issue = ['stock', 'issue', *stock, '--serial', 'MX-0001', '--sequence', 3, *self.by('T-1')]
        self.command(*issue, expect=0)
        self.command(*issue, expect=2)
        status = self.out('stock', 'status', '--station', self.station)
        self.assertEqual(status['counts'], {'hologram-0': {'in_stock': 9, 'issued': 1}})

    @unittest.skipUnless(tool('faketime'), 'faketime is not installed')
    def test_a_clock_set_back_ten_years_stops_work_until_somebody_answers_for_it(self):
        self.staff(expect=0)
        sim = self.fast_sim()
        self.run_by(sim.endpoint, 'T-1')
        past = ['faketime', '-f', '-10y']
        env = {'FAKETIME_DONT_FAKE_MONOTONIC': '1'}
        self.assertIn('E-CLK-01', self.run_by(sim.endpoint, 'T-1', expect=2, prefix=past, env=env).stderr)
        # Nor does setting it right again pass unseen once something was recorded meanwhile.
        self.command('settings', '--station', self.station, '--site', 'X', *self.by('S-1'), prefix=past, env=env,
                     expect=0)
        self.assertTrue(self.out('clock', 'status', '--station', self.station)['locked'])
        self.command('clock', 'confirm', '--station', self.station, '--reason', 'battery', *self.by('T-1'), expect=2)
        self.command('clock', 'confirm', '--station', self.station, '--reason', 'battery', *self.by('S-1'), expect=0)
        self.assertIn(self.run_by(sim.endpoint, 'T-1').returncode, (0, 10, 11, 13, 15))
        found = self.verify()
        self.assertTrue(found['ok'])
        self.assertGreaterEqual(found['clock_jumps'], 1)

    def test_two_programs_do_not_inspect_in_one_folder(self):
        slow = self.sim('healthy-petrol', baud=9600, speed=1)
        first = subprocess.Popen(
            [*map(str, (BIN / 'obd-inspect', 'run', '--adapter', slow.endpoint + '@9600',
                        '--profile', 'generic', '--vehicle', VEHICLE, '--station', self.station))],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        self.addCleanup(first.wait)
        self.addCleanup(first.kill)
        self.until(lambda: (self.station / 'station.lock').exists(), 'the first one at work')
        second = self.inspect(self.fast_sim().endpoint, expect=30)
        self.assertIn('E-DSK-02', second.stderr)

    @unittest.skipUnless(tool('softhsm2-util'), 'softhsm2 is not installed')
    def test_a_key_that_never_leaves_its_token(self):
        tokens = self.folder / 'tokens'
        tokens.mkdir()
        (self.folder / 'hsm.conf').write_text(f'directories.tokendir = {tokens}\nlog.level = ERROR\n')
        env = {'SOFTHSM2_CONF': str(self.folder / 'hsm.conf')}
        subprocess.run(['softhsm2-util', '--init-token', '--free', '--label', 'station', '--pin', '1234',
                        '--so-pin', '5678'], env={**os.environ, **env}, check=True, capture_output=True)
        (self.folder / 'pin').write_text('1234\n')
        module = next(path for path in ('/usr/lib/softhsm/libsofthsm2.so',
                                        '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so')
                      if pathlib.Path(path).exists())
        words = ['key', 'token', '--station', self.station, '--module', module, '--token', 'station', '--key',
                 'device', '--pin-file', self.folder / 'pin']
        self.command(*words[:-1], self.folder / 'T-1', env=env, expect=34)
        made = json.loads(self.command(*words, env=env, expect=0).stdout)
        self.assertTrue(made['in_token'])
        self.command(*words, env=env, expect=2)
        done = self.inspect(self.fast_sim().endpoint, env=env)
        self.assertIn(done.returncode, (0, 10, 11, 13, 15), done.stderr)
        self.assertFalse((self.station / 'station.key').exists())
        # Whoever verifies needs no token.
        self.assertTrue(self.verify()['ok'])
        self.command('certificate', 'show', '--station', self.station, '--sequence', 1, env=env, expect=0)
        (self.folder / 'pin').write_text('9999\n')
        lost = self.inspect(self.fast_sim().endpoint, env=env, expect=34)
        self.assertIn('E-KEY-01', lost.stderr)

    def test_backup_restore_and_a_new_epoch_the_centre_takes(self):
        centre = self.centre()
        sim = self.fast_sim()
        self.inspect(sim.endpoint, '--centre', centre.url)
        (self.folder / 'pass').write_text('correct horse\n')
        backup = self.folder / 'backup'
        self.command('backup', backup, '--station', self.station, '--passphrase-file', self.folder / 'pass', expect=0)
        self.inspect(sim.endpoint, '--centre', centre.url)
        lost = self.verify()
        shutil.rmtree(self.station)
        (self.folder / 'wrong').write_text('wrong horse\n')
        restore = ['restore', backup, '--station', self.station, '--passphrase-file']
        self.command(*restore, self.folder / 'wrong', expect=26)
        restored = self.out(*restore, self.folder / 'pass')
        self.assertEqual(restored['station'], lost['station'])
        self.inspect(sim.endpoint, '--centre', centre.url)
        found = self.verify()
        self.assertTrue(found['ok'])
        self.assertEqual(found['epochs'], 2)
        self.assertEqual(found['confirmed'], found['head'])
        summary = self.get(f'{centre.url}/api/summary')
        self.assertEqual(summary['quarantined'], 0)
        # The inspection that was lost here is still known there.
        self.assertEqual(summary['total'], 3)


if __name__ == '__main__':
    main()
