"""Everything the programs write in JSON, and every data file that ships, has the form its schema in
schemas/ states; and the schemas refuse what is not so."""
import json
import subprocess
import unittest

from harness import BIN, PROFILE, ROOT, SystemTest, baseline, main

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMAS = {}


def load():
    for file in (ROOT / 'schemas').glob('*.schema.json'):
        schema = json.loads(file.read_text())
        SCHEMAS[file.name.removesuffix('.schema.json')] = schema
    return {schema['$id']: schema for schema in SCHEMAS.values()}


@unittest.skipUnless(jsonschema, 'python3-jsonschema is not installed')
class Schemas(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.store = load()

    def errors(self, name, value):
        schema = SCHEMAS[name]
        resolver = jsonschema.RefResolver(schema['$id'], schema, store=self.store)
        validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
        return [f'{"/".join(map(str, e.absolute_path))}: {e.message[:200]}'
                for e in validator.iter_errors(value)]

    def holds(self, name, value):
        self.assertEqual(self.errors(name, value), [], name)

    def test_the_schemas_themselves(self):
        for schema in SCHEMAS.values():
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_data_files(self):
        for file in (ROOT / 'station/criteria/profiles').glob('*.json'):
            self.holds('examples' if file.name.endswith('.examples.json') else 'profile',
                       json.loads(file.read_text()))
        for file in (ROOT / 'station/criteria/tables').glob('*.json'):
            self.holds('table', json.loads(file.read_text()))
        for file in (ROOT / 'station/exports/maps').glob('*.json'):
            self.holds('export', json.loads(file.read_text()))
        for file in (ROOT / 'protocols/simulator/vehicles').glob('*.json'):
            self.holds('vehicle', json.loads(file.read_text()))
        self.holds('test_results', json.loads((ROOT / 'obd/data/test_results.json').read_text()))
        self.holds('dtc', json.loads((ROOT / 'obd/data/dtc.json').read_text()))
        self.holds('signals', json.loads((ROOT / 'obd/data/signals.json').read_text()))
        self.holds('information', json.loads((ROOT / 'obd/data/information.json').read_text()))
        self.holds('wmi', json.loads((ROOT / 'obd/data/wmi.json').read_text()))
        self.holds('j1939', json.loads((ROOT / 'obd/data/j1939.json').read_text()))
        self.holds('quirks', json.loads((ROOT / 'protocols/passthru/quirks.json').read_text()))
        self.holds('pids', json.loads((ROOT / 'obd/data/pids.json').read_text()))
        self.holds('facts', baseline())

    def test_what_the_commands_print_and_the_station_stores(self):
        centre = self.centre()
        talk = self.folder / 'talk.jsonl'
        for vehicle in ('mil-on', 'hybrid', 'iso9141-2003', 'clean-plug'):
            sim = self.sim(vehicle)
            papers = subprocess.check_output([BIN / 'obd-sim', '--papers', vehicle], text=True).strip()
            done = self.inspect(sim.endpoint, '--centre', centre.url, vehicle=papers, profile='generic')
            self.holds('run', json.loads(done.stdout))
            read = self.command('read', '--adapter', sim.endpoint, '--format', 'json', '--record', talk,
                                expect=0)
            self.holds('snapshot', json.loads(read.stdout))
            everything = self.command('read', '--adapter', sim.endpoint, '--format', 'json', '--all', expect=0)
            self.holds('snapshot', json.loads(everything.stdout))
            for line in talk.read_text().splitlines():
                self.holds('transcript', json.loads(line))
            replayed = self.command('replay', talk, '--profile', PROFILE, '--vehicle', papers)
            self.holds('judgement', json.loads(replayed.stdout))
            sim.stop()
        aborted = self.inspect('serial:/dev/no-such-device')
        self.holds('run', json.loads(aborted.stdout))
        verified = json.loads(self.command('verify', '--station', self.station, expect=0).stdout)
        self.holds('verify', verified)
        for number in range(1, verified['records'] + 1):
            one = self.get(f"{centre.url}/api/inspections/{verified['station']}/{number}") \
                if number <= 4 else None
            if one:
                self.holds('record', one['body'])
        sent = self.command('send', '--station', self.station, '--centre', centre.url, expect=0)
        self.holds('send', json.loads(sent.stdout))
        one = self.get(f"{centre.url}/api/inspections/{verified['station']}/5")
        self.assertEqual(one['body']['type'], 'aborted')
        self.holds('record', one['body'])
        changed = self.command('criteria', 'diff', 'generic', 'us-ca-bar-ois', '--station', self.station,
                               expect=0)
        self.holds('criteria_diff', json.loads(changed.stdout))
        for kind, more in (('correction', ('--vehicle', 'year=2001')), ('duplicate', ()),
                           ('exemption', ('--until', '2027-01-01'))):
            self.command('amend', kind, '--station', self.station, '--sequence', 1 if kind == 'correction' else 2,
                         '--reason', 'test', *more, expect=0)
        self.command('send', '--station', self.station, '--centre', centre.url, expect=0)
        for number in (6, 7, 8):
            one = self.get(f"{centre.url}/api/inspections/{verified['station']}/{number}")
            self.holds('record', one['body'])
        self.holds('criteria_lint', json.loads(self.command('criteria', 'lint', PROFILE, expect=0).stdout))
        replayed = self.command('replay', '--station', self.station, expect=0)
        self.holds('replay', json.loads(replayed.stdout))
        for bus, text in (('can', '7E8 06 43 02 04 20 03 01'), ('can', '410C1AF8'), ('can', '7F0112'),
                          ('can', '4902013147314A43353434345237323532333637'), ('legacy', '43013300000000'),
                          ('can', '4100BE3EB811'), ('can', '41010007E500'), ('can', '5902FF'),
                          ('can', '41145AFF'), ('can', '41030200'), ('can', '41740000000000'),
                          ('can', '46218124006400500078'), ('can', '4621812400640050'),
                          ('can', '4600C0000001'), ('legacy', '46301103AC01FE'), ('legacy', '4505013C0078'),
                          ('legacy', '450001CF000000'), ('legacy', '450101'), ('legacy', '490103'),
                          ('can', '4621800B000000000000'), ('can', '49080400020003000400FF'), ('can', '4912010280'),
                          ('can', '49170400000001'), ('can', '41068007800C0FA0'), ('can', '4902014D0A')):
            self.holds('decode', json.loads(self.command('decode', '--bus', bus, text, expect=0).stdout))

    def test_what_is_read_in_other_tongues(self):
        for vehicle in ('uds-2027', 'both-2025', 'bus-2019', 'truck-2014'):
            sim = self.sim(vehicle)
            for more in ((), ('--all',)):
                read = self.command('read', '--adapter', sim.endpoint, '--format', 'json', *more, expect=0)
                self.holds('snapshot', json.loads(read.stdout))
            sim.stop()

        for text in ('5904042000AF0001F40C1A2C', '5904042000AF00', '5906042000AF910B', '62F601010B0BB003E80FA0',
                     '595633FF0407', '7F1931'):
            self.holds('decode_uds', json.loads(self.command('decode', '--bus', 'uds', text, expect=0).stdout))

    def test_explanations(self):
        for pid in ('0C', '06', '03', '74', '13', '01', '1C', '02', '20', 'A6', '32'):
            done = self.command('explain', '01', pid, expect=0)
            self.holds('explain', json.loads(done.stdout))
        for code in ('P0420', 'P1234', 'P0999', 'U0100', 'B3000'):
            self.holds('explain', json.loads(self.command('explain', code, expect=0).stdout))
        self.command('explain', '01', 'B9', expect=26)
        self.command('explain', '01', 'tiger', expect=2)
        for words in (('02', '0C'), ('03',), ('04',), ('05', '07'), ('06', '21'), ('08',), ('09', '08'), ('09', '17'),
                      ('09', '12'), ('0A',), ('uas', '0A'), ('uas', 'FE')):
            self.holds('explain', json.loads(self.command('explain', *words, expect=0).stdout))
        for words in (('22', '0C'), ('09', '7F'), ('06', '70'), ('05', '0B'), ('03', '01'), ('uas', 'F0')):
            self.command('explain', *words, expect=26)
        self.command('explain', '01', '0C', '0D', expect=2)

    def test_qualifications(self):
        for adapter in ('elm327-2.3', 'elm327-2.1-clone', 'stn2255'):
            for vehicle in ('adapter-bench', 'silent'):
                sim = self.sim(vehicle, adapter, speed=100)
                done = self.command('adapters', '--adapter', sim.endpoint, '--qualify')
                self.holds('qualification', json.loads(done.stdout))
                sim.stop()

    def test_the_schemas_refuse_what_is_not_so(self):
        facts = baseline()
        facts['obd']['monitors']['CAT'] = 'maybe'
        self.assertTrue(self.errors('facts', facts))
        profile = json.loads((ROOT / f'station/criteria/profiles/{PROFILE}.json').read_text())
        del profile['rules'][0]['clause']
        self.assertTrue(self.errors('profile', profile))
        self.assertTrue(self.errors('transcript', {'t': 1, 'k': 'sideways'}))
        self.assertTrue(self.errors('verify', {'ok': True}))


if __name__ == '__main__':
    main()
