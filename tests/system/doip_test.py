"""A vehicle on Ethernet, alone in a network of its own: nothing is ever sent beyond it."""
import array
import fcntl
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys

from harness import BIN, SystemTest, main

LOOPBACK = '127.255.255.255'  # its broadcast address


def loopback_up():
    """What `ip link set lo up` does, where that is not installed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up_and_running = 0x1 | 0x40
        request = array.array('B', struct.pack('16sh14x', b'lo', up_and_running))
        fcntl.ioctl(any_socket, 0x8914, request)  # SIOCSIFFLAGS


class DoIP(SystemTest):
    def vehicle(self, name, *more, host='127.0.0.1', port=0):
        service = self.service(BIN / 'obd-sim', '--vehicle', name, '--doip', f'{host}:{port}', *more)
        service.endpoint = service.line.split()[-1]
        return service

    def read(self, endpoint, expect=0, *more):
        done = self.command('read', '--adapter', endpoint, '--format', 'json', *more, expect=expect)
        return json.loads(done.stdout) if done.stdout else done.stderr

    @staticmethod
    def meaning(snapshot):
        return [{key: item.get('value') for key, item in ecu.items()
                 if isinstance(item, dict) and key not in ('parameters', 'more')}
                for ecu in snapshot['ecus']]

    def test_says_what_an_elm327_says_through_every_gateway(self):
        for vehicle in ('mil-on', 'bus-2019'):
            expected = self.meaning(self.read(self.sim(vehicle).endpoint))
            read = self.read(self.vehicle(vehicle).endpoint)
            self.assertEqual(self.meaning(read), expected)
            self.assertTrue(read['protocol']['spoken'].startswith('ISO 13400 (DoIP) · SAE J1979'))
        expected = self.meaning(self.read(self.vehicle('uds-2027').endpoint))
        for gateway in ('2019', 'default-activation', 'alive-check'):
            vehicle = self.vehicle('uds-2027', '--gateway', gateway)
            self.assertEqual(self.meaning(self.read(vehicle.endpoint)), expected, gateway)

    def test_is_found_by_its_announcement(self):
        vehicle = self.vehicle('uds-2027', port=13400)
        read = self.read(f'doip:any@{LOOPBACK}')
        self.assertEqual(read['ecus'][0]['vin']['value'], '1HGCR2F37VA112233')
        vehicle.stop()
        nobody = self.read(f'doip:any@{LOOPBACK}', 20)
        self.assertIn('no vehicle announced itself', nobody)
        self.assertIn('E-ADP-01', nobody)
        # Two, at two addresses: which one is a person's to say.
        self.vehicle('uds-2027', port=13401)
        self.vehicle('healthy-petrol', host='127.0.0.2', port=13401)
        both = self.read(f'doip:any@{LOOPBACK}:13401', 20)
        self.assertIn('several vehicles announced themselves', both)
        for vin in ('1HGCR2F37VA112233', self.read('doip:127.0.0.2:13401')['ecus'][0]['vin']['value']):
            self.assertIn(vin, both)

    def test_is_judged_and_the_report_names_what_was_spoken(self):
        vehicle = self.vehicle('uds-2027')
        papers = subprocess.check_output([BIN / 'obd-sim', '--papers', 'uds-2027'], text=True).strip()
        done = self.inspect(vehicle.endpoint, vehicle=papers, expect=10)
        self.assertEqual(json.loads(done.stdout)['verdict'], 'FAIL')
        report = self.command('report', '--station', self.station, '--sequence', '1', expect=0).stdout
        text = subprocess.check_output(['pdftotext', json.loads(report)['file'], '-'], text=True)
        self.assertIn('ISO 13400 (DoIP) · SAE J1979-2', ' '.join(text.split()))
        self.assertIn('clase A', text)  # of P0420, as the unit told it
        replayed = json.loads(self.command('replay', '--station', self.station, expect=0).stdout)
        self.assertTrue(replayed['same'])

    def test_every_way_of_not_being_there_says_what_to_do(self):
        self.assertIn('no vehicle at doip:127.0.0.1', self.read('doip:127.0.0.1:13499', 20))
        self.assertIn('doip:HOST or doip:any', self.command('read', '--adapter', 'doip:', expect=2).stderr)
        for bad in ('doip:127.0.0.1:0', 'doip:127.0.0.1:banana', 'doip:any@'):
            self.command('read', '--adapter', bad, expect=2)
        self.assertIn('cannot ask for vehicles at nowhere', self.read('doip:any@nowhere', 20))
        vehicle = self.vehicle('uds-2027')
        tried = self.command('adapters', '--adapter', vehicle.endpoint, '--qualify')
        self.assertNotEqual(tried.returncode, 0)
        self.assertIn('DoIP', tried.stderr)


if __name__ == '__main__':
    inside = 'OBD_TEST_NETWORK'
    alone = ['unshare', '--user', '--map-root-user', '--net']
    if inside not in os.environ and subprocess.run([*alone, 'true'], capture_output=True).returncode == 0:
        os.execvpe(alone[0], [*alone, sys.executable, '-W', 'ignore', str(pathlib.Path(__file__)),
                              *sys.argv[1:]], {**os.environ, inside: '1'})
    if inside in os.environ:
        loopback_up()
    main()
