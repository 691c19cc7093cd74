"""Criteria as a programme's people handle them: lint, show, diff, bundles, exports; and a programme
that is one file with its examples."""
import contextlib
import csv
import io
import json
import re
import shutil
import sqlite3
import subprocess
import unittest

import schema_test
from harness import BIN, PROFILE, ROOT, SystemTest, baseline, main, tool

ROLES = ('root', 'targets', 'snapshot', 'timestamp')


class Criteria(SystemTest):
    def out(self, *words, expect=0):
        return json.loads(self.command(*words, expect=expect).stdout)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        return path

    def test_three_programmes_judge_one_car_differently_and_say_why(self):
        facts = baseline()
        facts['obd']['monitors'].update(EVAP='incomplete', EGR='incomplete')
        done = self.command('judge', '--profile', PROFILE, '--profile', 'us-epa-im', '--profile',
                            'us-ca-bar-ois', '--facts', '-', '--lang', 'en', stdin=json.dumps(facts),
                            expect=11)
        verdicts = [one['verdict'] for one in json.loads(done.stdout)['programmes']]
        self.assertEqual(verdicts, ['PASS', 'NOT_READY', 'FAIL'])
        self.assertIn('Monitors not complete: EVAP, EGR [US-R2, EPA420-R-01-015]', done.stderr)
        self.assertIn('[CA-R2, BAR reference table 1]', done.stderr)

    def test_the_programme_shown_in_decisions_is_one_file_with_its_examples(self):
        text = (ROOT / 'decisions/0008-a-programme-is-one-file.md').read_text()
        profile, examples = re.findall(r'```json\n(.*?)```', text, re.S)
        path = self.write('valle/valle-2026.json', profile)
        self.write('valle/valle-2026.examples.json', examples)
        self.assertTrue(self.out('criteria', 'lint', path)['ok'])
        page = self.command('criteria', 'show', path, '--lang', 'es', expect=0).stdout
        self.assertIn('Valle', page)
        facts = self.write('facts.json', baseline())
        self.assertEqual(self.out('judge', '--profile', path, '--facts', facts)['verdict'], 'PASS')

    def test_lint_names_every_place_line_and_what_to_write(self):
        good = (ROOT / f'station/criteria/profiles/{PROFILE}.json').read_text()
        bad = self.write('bad.json', good.replace('"connect_attempts"', '"conect_attempts"')
                         .replace('"op": "ge"', '"op": "greater"'))
        done = self.command('criteria', 'lint', bad, '--lang', 'es', expect=1)
        complaints = json.loads(done.stdout)['complaints']
        self.assertEqual([one['pointer'] for one in complaints],
                         ['/conect_attempts', '/connect_attempts', '/rules/0/require/op'])
        lines = bad.read_text().splitlines()
        self.assertIn('conect_attempts', lines[complaints[0]['line'] - 1])
        self.assertIn('greater', lines[complaints[2]['line'] - 1])
        self.assertIn('debe ser uno de: eq', done.stderr)
        self.command('criteria', 'lint', self.write('cut.json', good[:2000]), expect=1)
        alone = self.write('alone/x.json', good)
        self.assertIn('examples', self.command('criteria', 'lint', alone, '--lang', 'en', expect=1).stderr)

    def test_diff_says_whose_verdict_would_change_and_by_which_rule(self):
        for vehicle in ('healthy-petrol', 'mil-on', 'just-cleared'):
            sim = self.sim(vehicle)
            papers = subprocess.check_output([BIN / 'obd-sim', '--papers', vehicle], text=True).strip()
            self.inspect(sim.endpoint, vehicle=papers, profile='us-epa-im')
            sim.stop()
        strict = json.loads((ROOT / 'station/criteria/profiles/us-epa-im.json').read_text())
        for rule in strict['rules']:
            if rule['id'] == 'US-R2':
                rule['require']['count'] = 0
            if rule['id'] == 'US-D1':
                rule['enabled'] = False
        path = self.write('strict.json', strict)
        found = self.out('criteria', 'diff', 'us-epa-im', path, '--station', self.station)
        self.assertEqual(found['judged'], 3)
        self.assertEqual(found['without_facts'], 0)
        same = self.out('criteria', 'diff', 'us-epa-im', 'us-epa-im', '--station', self.station)
        self.assertEqual(same['changes'], [])
        other = self.out('criteria', 'diff', 'us-epa-im', 'us-ca-bar-ois', '--station', self.station)
        self.assertTrue(other['changes'])
        for change in other['changes']:
            self.assertNotEqual(change['before'], change['after'])
            self.assertTrue(change['rules'])
            self.assertTrue(change['plate'])

    # ---- bundles --------------------------------------------------------------------------------

    def programme(self):
        """A folder with two people's keys and a machine's, and what they publish."""
        home = self.folder / 'programme'
        for folder in ('src/profiles', 'src/tables', 'src/texts'):
            (home / folder).mkdir(parents=True)
        for file in (ROOT / 'station/criteria/profiles').glob(f'{PROFILE}*.json'):
            shutil.copy(file, home / 'src/profiles')
        (home / 'src/texts/dtc.json').write_text('{"P0420": {"es": "Catalizador gastado", "en": "Worn"}}')
        self.keys = {name: self.out('bundle', 'key', home / f'{name}.key')['public_key']
                     for name in ('ana', 'luis', 'machine')}
        self.assertEqual((home / 'ana.key').stat().st_mode & 0o777, 0o600)
        return home

    def publish(self, home, version, timestamp='2099-01-01T00:00:00Z', sign=True):
        people = {'keys': [self.keys['ana'], self.keys['luis']], 'threshold': 2}
        machine = {'keys': [self.keys['machine']], 'threshold': 1}
        (home / 'src/bundle.json').write_text(json.dumps({
            'version': version, 'root_version': 1,
            'expires': {**dict.fromkeys(ROLES, '2099-01-01T00:00:00Z'), 'timestamp': timestamp},
            'roles': {'root': people, 'targets': people, 'snapshot': machine, 'timestamp': machine}}))
        file = home / f'{version}.bundle'
        root = self.out('bundle', 'make', home / 'src', '--out', file)['root']
        if sign:
            for who in ('ana', 'luis'):
                self.out('bundle', 'sign', file, '--role', 'root', '--role', 'targets', '--key',
                         home / f'{who}.key')
            self.out('bundle', 'sign', file, '--role', 'snapshot', '--role', 'timestamp', '--key',
                     home / 'machine.key')
        return file, root

    def test_a_bundle_from_the_keys_to_the_verdict_that_names_it(self):
        home = self.programme()
        file, root = self.publish(home, 1)
        self.assertFalse(self.out('bundle', 'install', file, '--station', self.station, expect=1)['installed'],
                         'nothing is trusted yet')
        self.assertFalse(self.out('bundle', 'install', file, '--station', self.station, '--trust', '0' * 64,
                                  expect=1)['installed'])
        installed = self.out('bundle', 'install', file, '--station', self.station, '--trust', root)
        self.assertTrue(installed['installed'])
        status = self.out('bundle', 'status', '--station', self.station)
        self.assertEqual(status['sha256'], installed['sha256'])
        sim = self.sim('mil-on')
        done = self.inspect(sim.endpoint, vehicle='plate=ABC-1,year=2015,fuel=gasoline,gvwr=1500')
        self.assertIn('Catalizador gastado', done.stderr + self.command(
            'bundle', 'status', '--station', self.station).stderr)
        with contextlib.closing(sqlite3.connect(self.station / 'station.sqlite')) as store:
            event, body = (json.loads(body) for (body,) in
                           store.execute('SELECT body FROM record ORDER BY sequence'))
        self.assertEqual((event['event']['kind'], event['event']['sha256']), ('bundle', status['sha256']))
        self.assertEqual(body['bundle'],
                         {'sha256': status['sha256'], 'version': 1, 'expired': False})
        # What is refused changes nothing.
        unsigned, _ = self.publish(home, 3, sign=False)
        late, _ = self.publish(home, 2, timestamp='2026-01-01T00:00:00Z')
        half = self.write('half.bundle', file.read_text()[:-100])
        for bad, why in ((unsigned, 'not signed'), (late, 'expired'), (half, 'cut short')):
            refused = self.out('bundle', 'install', bad, '--station', self.station, expect=1)
            self.assertIn(why, refused['en'])
            self.assertEqual(self.out('bundle', 'status', '--station', self.station)['sha256'],
                             status['sha256'])
        newer, _ = self.publish(home, 4)
        self.out('bundle', 'install', newer, '--station', self.station)
        self.assertIn('older', self.out('bundle', 'install', file, '--station', self.station, expect=1)['en'])
        self.command('bundle', 'key', home / 'ana.key', expect=2)

    @unittest.skipUnless(tool('strace'), 'strace is not installed')
    def test_a_programme_that_names_readiness_groups_judges_a_bus_by_them(self):
        home = self.programme()
        for file in (ROOT / 'station/criteria/profiles').glob('generic*.json'):
            shutil.copy(file, home / 'src/profiles')
        generic = home / 'src/profiles/generic.json'
        document = json.loads(generic.read_text())
        groups = {'EGR': ['0B'], 'NOX': ['0C'], 'BP': ['0D'], 'PMF': ['10']}
        document['readiness_groups'] = {code: {'groups': groups.get(code, []), 'verified': 'memory', 'cite': []}
                                        for code in baseline()['obd']['monitors'] | groups}
        generic.write_text(json.dumps(document))
        self.assertEqual(self.schema_complaints('profile', document), [])
        missing = self.out('criteria', 'lint', generic, expect=1)['complaints']
        self.assertTrue(missing and all('which a rule consults' in one['en'] for one in missing), missing)
        for one in missing:
            code = re.search('does not name (\\w+)', one['en'])[1]
            document['readiness_groups'][code] = {'groups': [], 'verified': 'memory', 'cite': []}
        generic.write_text(json.dumps(document))
        self.assertEqual(self.out('criteria', 'lint', generic)['complaints'], [])
        self.assertIn('EGR  0B · de memoria', self.command('criteria', 'show', generic, expect=0).stdout)
        file, root = self.publish(home, 1)
        self.out('bundle', 'install', file, '--station', self.station, '--trust', root)
        bus = json.loads((ROOT / 'protocols/simulator/vehicles/bus-2019.json').read_text())
        for unit in bus['ecus']:
            unit['codes'] = [code for code in unit['codes'] if code['status'] in ('00', '50')]
        papers = 'vin=WEB62823213700417,year=2019,fuel=diesel,gvwr=18000'
        sim = self.sim(self.write('bus.json', bus))
        good = json.loads(self.inspect(sim.endpoint, vehicle=papers, profile='generic', expect=0).stdout)
        rule = next(rule for rule in good['rules'] if rule['id'] == 'G-R2')
        self.assertEqual(rule['value']['obd.monitors.BP'], 'incomplete')
        self.assertEqual(rule['value']['obd.monitors.EGR'], 'complete')
        self.assertIn('18DAF100 1956330D 595633FF040D0299000002340050 (BP, readiness group: memory)',
                      rule['evidence'])
        sim.stop()
        bus['ecus'][0]['codes'][0]['status'] = '50'  # a second monitor not completed
        sim = self.sim(self.write('bus.json', bus))
        self.inspect(sim.endpoint, vehicle=papers, profile='generic', expect=11)
        with contextlib.closing(sqlite3.connect(self.station / 'station.sqlite')) as store:
            *_, body = (json.loads(body) for (body,) in store.execute('SELECT body FROM record ORDER BY sequence'))
        self.assertEqual(self.schema_complaints('snapshot', body['snapshot']), [])
        self.assertEqual(body['snapshot']['vehicle']['monitors']['EGR'], 'incomplete')
        self.assertTrue(self.out('replay', '--station', self.station)['same'])

    def schema_complaints(self, name, value):
        """Nothing, too, where the validator is not installed: tests/system/schema_test.py says so."""
        if schema_test.jsonschema is None:
            return []
        store = schema_test.load()
        schema = next(one for key, one in store.items() if key.endswith(f'/{name}.schema.json'))
        resolver = schema_test.jsonschema.RefResolver(schema['$id'], schema, store=store)
        validator = schema_test.jsonschema.Draft202012Validator(schema, resolver=resolver)
        return [error.message[:200] for error in validator.iter_errors(value)]

    def test_the_power_fails_anywhere_while_a_bundle_is_installed(self):
        home = self.programme()
        first, root = self.publish(home, 1)
        second, _ = self.publish(home, 2)
        old = self.out('bundle', 'install', first, '--station', self.station, '--trust', root)['sha256']
        seen = set()
        killed = 0
        for call in ('openat', 'write', 'fsync', 'rename', 'close'):
            for n in range(1, 200):
                done = subprocess.run(
                    ['strace', '-f', '-qq', '-o', '/dev/null', '-e', f'trace={call}', '-e',
                     f'inject={call}:signal=KILL:when={n}', str(BIN / 'obd-inspect'), 'bundle', 'install',
                     str(second), '--station', str(self.station)], capture_output=True, timeout=60)
                status = self.out('bundle', 'status', '--station', self.station)
                self.assertTrue(status['installed'], f'{call} {n}')
                seen.add(status['sha256'])
                if done.returncode == 0:
                    break
                killed += 1
                shutil.copy(first, self.station / 'criteria.bundle')  # begin again with the old one
        self.assertGreater(killed, 10)
        self.assertIn(old, seen)
        self.assertEqual(len(seen), 2, 'the old one or the new one, whole')

    # ---- exports --------------------------------------------------------------------------------

    def test_records_in_the_encodings_of_three_systems(self):
        sim = self.sim('mil-on')
        self.inspect(sim.endpoint, vehicle='plate=ABC-1,vin=1HGCR2F39DA112233,year=2015,fuel=gasoline,'
                                           'gvwr=1500', profile=f'{PROFILE}@edomex-saechvv')
        sim.stop()
        silent = self.sim('silent')
        self.inspect(silent.endpoint, vehicle='plate=XYZ-9,year=2015,fuel=gasoline,gvwr=1500',
                     profile=f'{PROFILE}@edomex-saechvv')
        rows = {}
        for name in ('mx-sivev-obd', 'mx-edomex-saechvv', 'mx-vendor-imclean'):
            done = self.command('export', '--as', name, '--station', self.station, expect=0)
            rows[name] = list(csv.DictReader(io.StringIO(done.stdout)))
            self.assertEqual(len(rows[name]), 2)
            lines = self.command('export', '--as', name, '--station', self.station, '--format', 'json',
                                 expect=0).stdout.splitlines()
            self.assertEqual(list(json.loads(lines[0])), list(rows[name][0]))
        # The same monitors, three ways: complete, not complete, not there, no connection.
        pick = [(rows[name][0][evap], rows[name][0][air], rows[name][0][fuel], rows[name][1][fuel])
                for name, evap, air, fuel in (
                    ('mx-sivev-obd', 'SE', 'SSA', 'SC'),
                    ('mx-edomex-saechvv', 'EVAPORATIVO', 'AIRE_SECUNDARIO', 'COMBUSTIBLE'),
                    ('mx-vendor-imclean', 'EVAP', 'AIR', 'FUE'))]
        self.assertEqual(pick, [('3', '2', '1', '0'), ('2', '0', '1', 'N/A'), ('109', '000', '110', '909')])
        self.assertEqual(rows['mx-vendor-imclean'][0]['CAT'], '111', 'a code of that system')
        self.assertEqual([row['RESULTADO'] for row in rows['mx-edomex-saechvv']], ['3', '0'])
        self.assertEqual(rows['mx-sivev-obd'][1]['RPM'], '', 'what was not read is empty, never 0')
        self.assertEqual(rows['mx-sivev-obd'][0]['CODIGOS'], 'P0301,P0420')
        self.command('export', '--as', 'nobody', '--station', self.station, expect=26)


if __name__ == '__main__':
    main()
