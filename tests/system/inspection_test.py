"""A whole inspection from the shell: adapter, reading, verdict, signed record, centre, replay."""
import json
import signal
import subprocess

from harness import BIN, ROOT, SystemTest, baseline, main


class Inspection(SystemTest):
    @staticmethod
    def said(snapshot):
        """What the vehicle said, without what moves from moment to moment."""
        units = [{key: value for key, value in unit.items() if key != 'parameters'}
                 for unit in snapshot['ecus']]
        return json.dumps(units, sort_keys=True)

    def test_verdicts_exit_codes_and_records_of_the_simulated_fleet(self):
        centre = self.centre()
        expected = {'healthy-petrol': (0, 'PASS'), 'mil-on': (10, 'FAIL'), 'silent': (12, 'NO_COMM'),
                    'diesel': (14, 'NOT_APPLICABLE'), 'hybrid': (0, 'PASS')}
        for number, (vehicle, (code, verdict)) in enumerate(expected.items(), 1):
            sim = self.sim(vehicle)
            papers = subprocess.check_output([BIN / 'obd-sim', '--papers', vehicle], text=True).strip()
            done = self.inspect(sim.endpoint, '--centre', centre.url, vehicle=papers, expect=code)
            out = json.loads(done.stdout)
            self.assertEqual(out['verdict'], verdict)
            self.assertEqual(out['sequence'], number)
            self.assertTrue(done.stderr)
            for rule in out['rules']:
                self.assertIn('clause', rule)
            sim.stop()
        found = self.verify()
        self.assertEqual((found['records'], found['confirmed']), (5, 5))
        listed = self.get(f'{centre.url}/api/inspections')['inspections']
        self.assertEqual([row['verdict'] for row in listed],
                         [verdict for _, verdict in reversed(expected.values())])
        one = self.get(f"{centre.url}/api/inspections/{found['station']}/2")
        self.assertTrue(one['hash_holds'] and one['signature_holds'])
        self.assertTrue(any(line.get('text') == '0100\r' for line in one['transcript']))
        replayed = json.loads(self.command('replay', '--station', self.station, expect=0).stdout)
        self.assertTrue(replayed['same'])
        self.assertEqual(len(replayed['records']), 5)

    def test_one_command_reads_four_generations_and_the_report_names_what_was_spoken(self):
        fleet = {'j1850-vpw-1998': ('us-epa-im', 0, 'SAE J1850 VPW'),
                 'healthy-petrol': ('us-epa-im', 0, 'ISO 15765-4 (CAN 11/500) · SAE J1979'),
                 'uds-2027': ('us-epa-im', 10, 'ISO 15765-4 (CAN 11/500) · SAE J1979-2'),
                 'truck-2018': ('us-ca-clean-truck-check', 0, 'SAE J1939 (CAN 29/500) · SAE J1939-73')}
        for number, (vehicle, (profile, code, spoken)) in enumerate(fleet.items(), 1):
            sim = self.sim(vehicle)
            papers = subprocess.check_output([BIN / 'obd-sim', '--papers', vehicle], text=True).strip()
            self.inspect(sim.endpoint, vehicle=papers, profile=profile, expect=code)
            report = self.command('report', '--station', self.station, '--sequence', number, expect=0)
            said = subprocess.check_output(['pdftotext', json.loads(report.stdout)['file'], '-'], text=True)
            self.assertIn(spoken, ' '.join(said.split()))
            sim.stop()

    def test_other_verdicts_have_their_exit_codes(self):
        sim = self.sim('just-cleared')
        papers = 'plate=X-1,year=2017,fuel=gasoline,gvwr=1750'
        self.inspect(sim.endpoint, vehicle=papers, profile='us-epa-im', expect=11)
        self.inspect(sim.endpoint, vehicle=papers.replace('plate=X-1', 'vin=1G1JC5444R7252367'),
                     profile='us-ca-bar-ois', expect=10)
        healthy = self.sim('healthy-petrol')
        # Nobody stated the year: what cannot be determined is never a pass.
        self.inspect(healthy.endpoint, vehicle='plate=X-1,fuel=gasoline,gvwr=1750', expect=15)
        self.inspect(healthy.endpoint, vehicle='vin=1G1JC5444R7252367,year=2019,fuel=gasoline,gvwr=1550',
                     profile='generic', expect=13)

    def test_a_bus_tells_its_lamp_and_the_class_of_its_codes(self):
        sim = self.sim('bus-2019')
        text = self.command('read', '--adapter', sim.endpoint, expect=0).stdout
        for line in ('Protocolo: ISO 15765-4 (CAN 29/500) · SAE J1979-2', 'MIL: encendida', 'P0401 (clase B1)'):
            self.assertIn(line, text)
        # Which readiness groups its monitors are no built-in programme says.
        done = self.inspect(sim.endpoint, vehicle='plate=BUS-20-19,year=2019,fuel=diesel,gvwr=18000',
                            profile='generic', expect=10)
        self.assertRegex(done.stderr, 'Monitores +no se sabe')
        lamp = next(rule for rule in json.loads(done.stdout)['rules'] if rule['id'] == 'G-M1')
        self.assertEqual(lamp['evidence'], ['18DAF100 1942330C1E 594233FFFF040220EE00AF0404011C2C',
                                            '18DAF13D 1942330C1E 594233FFFF041020020024'])
        report = self.command('report', '--station', self.station, '--sequence', 1, expect=0)
        said = subprocess.check_output(['pdftotext', json.loads(report.stdout)['file'], '-'], text=True)
        self.assertIn('todos: no se sabe', ' '.join(said.split()))

    def test_reads_through_every_adapter_over_serial_and_tcp(self):
        seen = set()
        for adapter in ('elm327-2.3', 'elm327-1.5-clone', 'stn2255'):
            sim = self.sim('mil-on', adapter)
            snapshot = json.loads(self.command('read', '--adapter', sim.endpoint, '--format', 'json',
                                               expect=0).stdout)
            seen.add(self.said(snapshot))
            sim.stop()
        tcp = self.service(BIN / 'obd-sim', '--vehicle', 'mil-on', '--baud', 0, '--elm', 'tcp:127.0.0.1:0')
        endpoint = tcp.line.split(' at ')[1]
        snapshot = json.loads(self.command('read', '--adapter', endpoint, '--format', 'json',
                                           expect=0).stdout)
        seen.add(self.said(snapshot))
        self.assertEqual(len(seen), 1)
        text = self.command('read', '--adapter', endpoint, '--lang', 'en', expect=0).stdout
        self.assertIn('P0420', text)
        old = self.sim('iso9141-2003')
        text = self.command('read', '--adapter', old.endpoint, '--lang', 'es', expect=0).stdout
        self.assertIn('Códigos permanentes: no lo ofrece', text)

    def test_two_programs_read_two_cars_at_once(self):
        expected, readings = [], []
        for vehicle in ('mil-on', 'diesel'):
            sim = self.sim(vehicle)
            command = [BIN / 'obd-inspect', 'read', '--adapter', sim.endpoint, '--format', 'json']
            expected.append(self.said(json.loads(subprocess.check_output(command))))
            readings.append(command)
        together = [subprocess.Popen(command, stdout=subprocess.PIPE) for command in readings]
        self.assertEqual([self.said(json.loads(one.communicate(timeout=60)[0])) for one in together],
                         expected)

    def test_a_recording_is_judged_again_without_an_adapter(self):
        file = self.folder / 'talk.jsonl'
        sim = self.sim('mil-on')
        self.command('read', '--adapter', sim.endpoint, '--record', file, expect=0)
        sim.stop()
        done = self.command('replay', file, '--profile', 'mx-nom-167-2017', '--vehicle',
                            'plate=X,year=2013,fuel=gasoline,gvwr=1950', expect=10)
        self.assertEqual(json.loads(done.stdout)['reasons'], ['dtc_confirmed'])
        lines = file.read_text().splitlines()
        file.write_text('\n'.join(lines[:5] + lines[6:]) + '\n')
        self.command('replay', file, '--profile', 'mx-nom-167-2017', expect=25)

    def test_names_the_adapter(self):
        sim = self.sim('healthy-petrol', 'stn2255')
        found = json.loads(self.command('adapters', '--adapter', sim.endpoint, expect=0).stdout)
        self.assertIn('STN2255', json.dumps(found))
        self.command('adapters', expect=0)

    def test_interrupting_keeps_what_was_entered_and_read(self):
        sim = self.sim('silent', speed=1)
        process = subprocess.Popen(
            [BIN / 'obd-inspect', 'run', '--adapter', sim.endpoint, '--profile', 'generic',
             '--vehicle', 'plate=STOP-1,year=2019,fuel=gasoline,gvwr=1550', '--station', self.station],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertTrue(process.stderr.readline())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 21, err)
        self.assertIsNone(json.loads(out)['verdict'])
        self.assertEqual(self.verify()['records'], 1)

    def test_json_is_alone_on_stdout(self):
        for words in (['decode', '--bus', 'can', '410C1AF8'], ['verify', '--station', self.station]):
            if words[0] == 'verify':
                sim = self.fast_sim()
                self.inspect(sim.endpoint)
            json.loads(self.command(*words, expect=0).stdout)

    def test_judges_facts_from_a_file_or_standard_input(self):
        facts = json.dumps(baseline())
        for profile in ('mx-nom-167-2017', 'us-epa-im', 'us-ca-bar-ois', 'generic',
                        'mx-nom-167-2017@edomex-saechvv'):
            out = json.loads(self.command('judge', '--profile', profile, '--facts', '-', stdin=facts,
                                          expect=0).stdout)
            self.assertEqual((out['verdict'], out['reasons']), ('PASS', []))
            self.assertTrue(out['rules'])


if __name__ == '__main__':
    main()
