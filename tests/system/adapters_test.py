"""Adapters are tried out, remembered, and used at the rate they were found fit for."""
import json
import sqlite3

from harness import BIN, SystemTest, main


class Adapters(SystemTest):
    def test_says_what_an_adapter_may_be_used_for(self):
        for adapter, code, word in (('elm327-2.3', 0, 'FIT FOR INSPECTIONS'),
                                    ('elm327-1.5-clone', 16, 'FOR READING ONLY'),
                                    ('elm327-2.1-clone', 17, 'UNFIT')):
            sim = self.sim('adapter-bench', adapter)
            done = self.command('adapters', '--adapter', sim.endpoint, '--qualify', '--lang', 'en',
                                expect=code)
            self.assertIn(word, done.stderr)
        tcp = self.service(BIN / 'obd-sim', '--vehicle', 'adapter-bench', '--adapter', 'stn2255', '--baud', 0,
                           '--speed', 20, '--elm', 'tcp:127.0.0.1:0')
        done = self.command('adapters', '--adapter', tcp.line.split(' at ')[1], '--qualify', expect=0)
        self.assertEqual(json.loads(done.stdout)['baud'], {'line': 0, 'best': 0, 'tried': []})
        missing = self.command('adapters', '--qualify', expect=2)
        self.assertIn('--adapter', missing.stderr)

    def test_a_rate_that_was_found_is_used_and_given_back(self):
        # Half as fast as real: a busy machine has twice the time to confirm a new rate.
        sim = self.sim('adapter-bench', 'stn2255', baud=115200, speed=0.5)
        place = f'{sim.endpoint}@115200'
        talk = self.folder / 'talk.jsonl'

        def spoken():
            self.command('read', '--adapter', place, '--station', self.station, '--record', talk, expect=0)
            return talk.read_text()
        def qualified():
            done = self.command('adapters', '--adapter', place, '--qualify', '--station', self.station,
                                expect=0)
            return json.loads(done.stdout)['baud']['best'] == 2000000
        self.until(qualified, 'the fastest rate')
        for _ in range(2):  # twice: the first reading gave the rate back
            self.assertIn('"k":"baud","text":"2000000"', spoken())
            self.assertEqual(json.loads(talk.read_text().splitlines()[-1])['text'], 'ATZ\r')
        judged = self.inspect(place)
        with sqlite3.connect(self.station / 'station.sqlite') as store:
            body, = store.execute('SELECT body FROM record WHERE sequence = ?',
                                  [json.loads(judged.stdout)['sequence']]).fetchone()
        self.assertEqual(json.loads(body)['qualification']['fitness'], 'fit')
        self.command('replay', '--station', self.station, expect=0)
        self.command('replay', talk, '--profile', 'generic', '--vehicle', 'plate=X,year=2020,fuel=gasoline')
        # At another rate than the adapter's it is found all the same.
        self.command('read', '--adapter', f'{sim.endpoint}@9600', expect=0)


if __name__ == '__main__':
    main()
