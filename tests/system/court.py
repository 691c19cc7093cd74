"""What the tests of people, certificates and paper have in common: a programme with its key, and a station with staff."""
import json

from harness import SystemTest

PINS = {'T-1': '2468', 'T-2': '1357', 'S-1': '97531', 'S-2': '864200'}


class Court(SystemTest):
    def setUp(self):
        super().setUp()
        made = self.command('bundle', 'key', self.folder / 'programme.key', expect=0)
        self.trust = json.loads(made.stdout)['public_key']
        for who, pin in PINS.items():
            (self.folder / who).write_text(pin + '\n')

    def staff(self, version=1, expires='2099-12-31', **more):
        """A signed list of people, installed."""
        self.staff_made(version, expires)
        return self.command('staff', 'install', self.folder / 'roster', '--station', self.station, '--trust',
                            self.trust, **more)

    def staff_made(self, version, expires='2099-12-31'):
        people = [{'id': who, 'name': f'Name of {who}', 'pin': pin,
                   'roles': ['supervisor', 'technician'] if who[0] == 'S' else ['technician']}
                  for who, pin in PINS.items()]
        people[0]['badge'] = 'BADGE-0001'
        plan = self.folder / 'plan.json'
        plan.write_text(json.dumps({'schema': 'obd-station/roster-plan/1', 'version': version,
                                    'expires': expires, 'people': people}))
        self.command('staff', 'make', plan, '--key', self.folder / 'programme.key', '--out',
                     self.folder / 'roster', expect=0)

    def by(self, who, role='by'):
        return [f'--{role}', who, f'--{role}-pin-file', self.folder / who]

    def out(self, *words, expect=0):
        return json.loads(self.command(*words, expect=expect).stdout)

    def lists(self, *revoked):
        """The programme's signed lists of keys and of revoked certificates."""
        key = self.out('key', 'show', '--station', self.station)
        keys = self.folder / 'keys.json'
        keys.write_text(json.dumps({'schema': 'obd-station/keys/1', 'programme': 'MX', 'version': 1,
                                    'expires': '2099-12-31', 'keys': [
                                        {'key': key['public_key'], 'station': key['station'],
                                         'name': 'Los Pinos', 'from': '2026-01-01', 'until': ''}]}))
        gone = self.folder / 'revoked.json'
        gone.write_text(json.dumps({'schema': 'obd-station/revoked/1', 'version': 1, 'issued': '2026-11-26',
                                    'certificates': [{'number': number, 'reason': 'duplicate'}
                                                     for number in revoked]}))
        for name in ('keys', 'revoked'):
            self.command('certificate', 'list', self.folder / f'{name}.json', '--kind', name, '--key',
                         self.folder / 'programme.key', '--out', self.folder / f'{name}.signed', expect=0)
        return ['--keys', self.folder / 'keys.signed', '--revoked', self.folder / 'revoked.signed', '--trust',
                self.trust]

    def bodies(self):
        """Bodies of all records, from the export that anybody may verify."""
        import base64
        file = self.folder / 'all.jsonl'
        self.command('export', '--records', file, '--station', self.station, expect=0)
        return [json.loads(base64.b64decode(json.loads(line)['body']))
                for line in file.read_text().splitlines()[1:]]

    def kinds(self):
        return [body['event']['kind'] if body['type'] == 'event' else body['type'] for body in self.bodies()]
