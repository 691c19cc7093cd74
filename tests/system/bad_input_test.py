"""Everything that goes wrong around a station ends in a sentence with the next step, in the user's
language, with an exit code of its own, in bounded time, and nothing stored is lost."""
import contextlib
import fcntl
import json
import os
import pathlib
import pty
import random
import shutil
import socket
import sqlite3
import subprocess
import threading
import tty
import unittest

from harness import BIN, PROFILE, ROOT, SystemTest, VEHICLE, main, tool

NOBODY = ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups')


@contextlib.contextmanager
def listener(talk):
    """A TCP port; `talk(socket)` runs for each host that connects."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        def serve():
            with contextlib.suppress(OSError):
                while True:  # until the socket is shut
                    connection, _ = server.accept()
                    threading.Thread(target=talk, args=(connection,), daemon=True).start()
        threading.Thread(target=serve, daemon=True).start()
        yield f'tcp:127.0.0.1:{server.getsockname()[1]}'
        server.shutdown(socket.SHUT_RDWR)


def silent(connection):
    with connection, contextlib.suppress(OSError):
        while connection.recv(100):
            pass


def babbling(connection):
    noise = random.Random(7)
    with connection, contextlib.suppress(OSError):
        while connection.recv(100):
            connection.sendall(bytes(noise.choice(b'\x00\x80\xffAZ0 \r?:<') for _ in range(300)))


def endless(connection):
    with connection, contextlib.suppress(OSError):
        connection.recv(100)
        while True:
            connection.sendall(b'41 0C 1A F8 \r' * 100)


class BadInput(SystemTest):
    def told(self, done, code, *parts):
        """The sentence stands on stderr, in Spanish or English, with its stable code."""
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)
        self.assertNotIn('terminate called', done.stderr)
        self.assertNotIn('Traceback', done.stderr)

    def read(self, endpoint, *more, **options):
        return self.command('read', '--adapter', endpoint, *more, **options)

    # ---- the adapter

    def test_no_such_device(self):
        self.told(self.read('serial:/dev/no-such-adapter'), 20, 'E-ADP-01', 'No se puede abrir')
        self.told(self.read('serial:/dev/no-such-adapter', '--lang', 'en'), 20, 'cannot be opened')

    def test_a_device_that_is_none(self):
        self.told(self.read(f'serial:{self.folder}'), 20, 'E-ADP-01')
        file = self.folder / 'file'
        file.write_text('x')
        self.told(self.read(f'serial:{file}'), 20, 'E-ADP-01', 'not a serial device')

    def test_a_busy_device(self):
        sim = self.sim()
        path = sim.endpoint.removeprefix('serial:')
        with open(path, 'rb+', buffering=0) as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.told(self.read(sim.endpoint), 20, 'another program')
        self.read(sim.endpoint, expect=0)

    @unittest.skipUnless(os.geteuid() == 0 and tool('setpriv'), 'needs root to become nobody')
    def test_no_permission(self):
        master, slave = pty.openpty()
        path = os.ttyname(slave)
        os.chmod(path, 0o600)
        binary = self.folder / 'obd-inspect'
        shutil.copy(BIN / 'obd-inspect', binary)
        os.chmod(self.folder, 0o755)
        done = subprocess.run([*NOBODY, str(binary), 'read', '--adapter', f'serial:{path}'],
                              capture_output=True, text=True, timeout=60)
        self.told(done, 20, 'dialout')
        os.close(master)
        os.close(slave)

    def test_an_impossible_baud_rate(self):
        sim = self.sim()
        self.told(self.read(sim.endpoint + '@7'), 20)
        self.told(self.read(sim.endpoint + '@fast'), 2, '@BAUD')

    def test_a_port_that_accepts_and_says_nothing(self):
        with listener(silent) as endpoint:
            self.told(self.read(endpoint), 22, 'E-ADP-03')

    def test_garbage_instead_of_an_adapter(self):
        with listener(babbling) as endpoint:
            done = self.read(endpoint)
            self.assertIn(done.returncode, (22, 23), done.stderr)

    def test_an_adapter_that_never_stops_talking(self):
        with listener(endless) as endpoint:
            done = self.read(endpoint)
            self.assertIn(done.returncode, (22, 23), done.stderr)

    def test_nobody_at_the_address(self):
        self.told(self.read('tcp:127.0.0.1:1'), 20, 'E-ADP-01')
        self.told(self.read('tcp:no-such-host.invalid:35000'), 20, 'E-ADP-01')

    def test_the_adapter_is_pulled_out_at_any_moment(self):
        for events in range(1, 14, 3):
            sim = self.sim('mil-on', baud=38400, speed=1)
            process = subprocess.Popen(
                [BIN / 'obd-inspect', 'run', '--adapter', sim.endpoint, '--profile', PROFILE,
                 '--vehicle', VEHICLE, '--station', self.station, '--reconnect', '0'],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(events):
                line = process.stderr.readline()
                if '100 %' in line:
                    break
            sim.stop()
            out, err = process.communicate(timeout=60)
            if process.returncode in (0, 10):
                continue
            self.assertEqual(process.returncode, 21, err)
            self.assertIn('E-ADP-02', err)
            self.assertEqual(json.loads(out)['aborted']['fault'], 1)
        found = self.verify()
        self.assertTrue(found['ok'])
        self.assertEqual(found['records'], 5)

    def unplugged_and_back(self, lines, back):
        """Pulls the adapter out after some lines of progress and plugs `back` in at the same socket."""
        sim = self.sim('mil-on', baud=9600, speed=1)
        link = sim.endpoint.removeprefix('serial:')
        process = subprocess.Popen(
            [BIN / 'obd-inspect', 'run', '--adapter', f'{sim.endpoint}@9600', '--profile', PROFILE, '--vehicle',
             'plate=TUN-84-12,year=2013,fuel=gasoline,gvwr=1950', '--station', self.station],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(lines):
            process.stderr.readline()
        sim.stop()
        for line in process.stderr:
            if 'desconect' in line:
                break
        self.service(BIN / 'obd-sim', '--vehicle', back, '--baud', 0, '--speed', 20, '--elm',
                     f'pty:{link}')
        out, err = process.communicate(timeout=90)
        return process.returncode, json.loads(out), err

    def test_unplugged_at_any_step_and_plugged_in_again_it_goes_on(self):
        for lines in (3, 4, 5, 6, 7):
            code, out, err = self.unplugged_and_back(lines, 'mil-on')
            self.assertEqual(code, 10, err)
            self.assertEqual(out['verdict'], 'FAIL')
        replayed = json.loads(self.command('replay', '--station', self.station, expect=0).stdout)
        self.assertTrue(replayed['same'])
        self.assertEqual(len(replayed['records']), 5)

    def test_plugged_into_another_car_it_does_not_go_on(self):
        code, out, err = self.unplugged_and_back(6, 'healthy-petrol')
        self.assertEqual(code, 28, err)
        self.assertIn('E-VEH-06', err)
        self.assertIsNone(out['verdict'])

    def test_the_tcp_connection_breaks(self):
        def cut(connection):
            connection.recv(100)
            connection.sendall(b'\r\rELM327 v1.5\r\r>')
            connection.recv(100)
            connection.close()
        with listener(cut) as endpoint:
            self.told(self.read(endpoint), 21, 'E-ADP-02')

    # ---- files and words

    def test_files_that_are_not_what_they_should_be(self):
        bad = self.folder / 'bad.json'
        bad.write_text('{\n  "vehicle": {"model_year": "2015"},\n  "obd": {}\n}')
        self.told(self.command('judge', '--profile', PROFILE, '--facts', bad), 26,
                  '/vehicle/model_year (line 2)', str(bad))
        bad.write_text('{\n  oops')
        self.told(self.command('judge', '--profile', PROFILE, '--facts', bad), 26, 'line 2')
        self.told(self.command('judge', '--profile', PROFILE, '--facts', self.folder / 'none'), 26)
        profile = self.folder / 'programme.json'
        text = (ROOT / f'station/criteria/profiles/{PROFILE}.json').read_text()
        profile.write_text(text.replace('"op": "ge"', '"op": "about"', 1))
        self.told(self.command('judge', '--profile', profile, '--facts', '-', stdin='{}'), 26,
                  '/rules/0/require', 'line ')
        profile.write_text('')
        self.told(self.command('judge', '--profile', profile, '--facts', '-', stdin='{}'), 26)
        self.told(self.command('judge', '--profile', 'no-such', '--facts', '-', stdin='{}'), 26, PROFILE)
        bad.write_text('not a transcript')
        self.told(self.command('replay', bad, '--profile', PROFILE), 26, 'line 1')
        self.told(self.command('replay', self.folder / 'none', '--profile', PROFILE), 26)
        self.told(self.command('decode', '--bus', 'can', 'XYZ'), 26)

    def test_words_that_make_no_sense(self):
        for words in ([], ['fly'], ['read'], ['read', '--adapter', 'usb'], ['read', '--adapter'],
                      ['read', '--adapter', 'tcp:x', '--format', 'xml'], ['judge'],
                      ['read', '--adapter', 'serial:/dev/x', '--colour', 'red'],
                      ['decode', '--bus', 'rail', '410C'], ['decode', '--bus', 'can'],
                      ['run', '--adapter', 'serial:/x', '--profile', 'generic', '--station', self.folder / 'none',
                       '--vehicle', 'year=2019'],
                      ['run', '--adapter', 'serial:/x', '--profile', 'generic', '--station', self.folder / 'none',
                       '--vehicle', 'plate=A,year=19999'],
                      ['run', '--adapter', 'serial:/x', '--profile', 'generic', '--station', self.folder / 'none',
                       '--vehicle', 'plate=A,fuel=water'],
                      ['replay'], ['verify']):
            done = self.command(*words)
            self.assertEqual(done.returncode, 2, f'{words}: {done.stderr}')
            self.assertEqual(done.stdout, '')
            self.assertTrue(done.stderr.strip())

    # ---- the store

    def test_a_locked_database(self):
        sim = self.fast_sim()
        self.inspect(sim.endpoint, expect=0)
        with contextlib.closing(sqlite3.connect(self.station / 'station.sqlite')) as other:
            other.execute('BEGIN EXCLUSIVE')
            self.told(self.inspect(sim.endpoint), 30, 'E-DSK-02')
            other.rollback()
        self.inspect(sim.endpoint, expect=0)
        self.assertEqual(self.verify()['records'], 2)

    @unittest.skipUnless(os.geteuid() == 0 and tool('setpriv'), 'needs root to become nobody')
    def test_a_folder_that_cannot_be_written(self):
        sim = self.fast_sim()
        self.inspect(sim.endpoint, expect=0)
        for path in [self.station, *self.station.iterdir()]:
            os.chmod(path, 0o555 if path.is_dir() else 0o444)
        device = pathlib.Path(os.path.realpath(sim.endpoint.removeprefix('serial:')))
        os.chmod(device, 0o666)
        os.chmod(self.folder, 0o755)
        binary = self.folder / 'obd-inspect'
        shutil.copy(BIN / 'obd-inspect', binary)
        for station in (self.station, self.folder / 'new'):
            done = subprocess.run(
                [*NOBODY, str(binary), 'run', '--adapter', f'serial:{device}', '--profile', 'generic',
                 '--vehicle', VEHICLE, '--station', str(station)],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            self.assertIn(done.returncode, (32, 34), done.stderr)
            self.assertRegex(done.stderr, 'E-(DSK|KEY)-0')

    @unittest.skipUnless(os.geteuid() == 0, 'needs root for a small disk')
    def test_a_full_disk(self):
        disk = self.folder / 'disk'
        disk.mkdir()
        made = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', str(disk)],
                              capture_output=True, text=True)
        if made.returncode != 0:
            self.skipTest(f'no small disk here: {made.stderr.strip()}')
        self.addCleanup(subprocess.run, ['umount', str(disk)])
        self.station = disk / 'station'
        sim = self.fast_sim()
        codes = []
        for _ in range(60):
            codes.append(self.inspect(sim.endpoint).returncode)
            if codes[-1] != 0:
                break
        stored = codes.count(0)
        self.assertEqual(codes[-1], 31, codes)
        found = self.verify()
        self.assertTrue(found['ok'])
        self.assertEqual(found['records'], stored)
        self.told(self.inspect(sim.endpoint), 31, 'E-DSK-01', 'espacio')
        found = self.verify()
        self.assertTrue(found['ok'])
        # All that were stored are there; what was interrupted is closed once there is room for it.
        with contextlib.closing(sqlite3.connect(self.station / 'station.sqlite')) as store:
            bodies = [json.loads(body) for body, in store.execute('SELECT body FROM record')]
        judged = [body['inspection'] for body in bodies if body['type'] == 'inspection']
        # One whose verdict was confirmed when the disk was full has its record now.
        self.assertIn(len(judged), (stored, stored + 1))
        self.assertEqual(len(judged), len(set(judged)))
        aborted = [body for body in bodies if body['type'] == 'aborted']
        self.assertEqual(len(judged) + len(aborted), found['records'])
        self.assertLessEqual(found['records'], stored + 1)

    def test_a_database_that_was_changed(self):
        sim = self.fast_sim()
        self.inspect(sim.endpoint, expect=0)
        with contextlib.closing(sqlite3.connect(self.station / 'station.sqlite')) as other:
            other.execute("UPDATE record SET body=replace(body, 'PTR', 'XTR')")
            other.commit()
        done = self.command('verify', '--station', self.station)
        self.told(done, 33, 'E-DSK-04')
        self.assertEqual(json.loads(done.stdout)['broken_at'], 1)
        (self.station / 'station.sqlite').write_bytes(b'x' * 5000)
        self.told(self.command('verify', '--station', self.station), 33)
        self.told(self.command('verify', '--station', self.folder / 'none'), 33)

    def test_a_missing_key(self):
        sim = self.fast_sim()
        self.inspect(sim.endpoint, expect=0)
        (self.station / 'station.key').unlink()
        self.told(self.inspect(sim.endpoint), 34, 'E-KEY-01')

    # ---- the centre

    def test_the_centre_is_down_and_comes_back(self):
        sim = self.fast_sim()
        done = self.inspect(sim.endpoint, '--centre', 'http://127.0.0.1:1', expect=0)
        self.assertIn('E-NET-01', done.stderr)
        self.told(self.command('send', '--station', self.station, '--centre', 'http://127.0.0.1:1'), 35)
        centre = self.centre()
        sent = json.loads(self.command('send', '--station', self.station, '--centre', centre.url,
                                       expect=0).stdout)
        self.assertEqual(sent, {'confirmed': 1, 'waiting': 0})

    def test_a_centre_in_the_clear_is_refused(self):
        sim = self.fast_sim()
        self.inspect(sim.endpoint, expect=0)
        self.told(self.command('send', '--station', self.station, '--centre', 'http://example.com'), 36,
                  'https://')

    def test_services_that_cannot_start_say_why(self):
        for words, part in (
                (['obd-central'], 'serve'),
                (['obd-central', 'serve'], '--data'),
                (['obd-central', 'serve', '--data', self.folder / 'c', '--port', '99999'], 'port'),
                (['obd-central', 'serve', '--data', self.folder / 'c', '--host', '0.0.0.0'], 'loopback'),
                (['obd-sim'], '--elm'),
                (['obd-sim', '--vehicle', 'hovercraft', '--elm', 'tcp:127.0.0.1:0'], 'hovercraft'),
                (['obd-sim', '--vehicle', '/none.json', '--elm', 'tcp:127.0.0.1:0'], '/none.json'),
                (['obd-sim', '--adapter', 'elm9000', '--elm', 'tcp:127.0.0.1:0'], 'elm9000'),
                (['obd-sim', '--dialogue', '/none', '--elm', 'tcp:127.0.0.1:0'], '/none'),
                (['obd-sim', '--elm', 'pty:/no/such/folder/x'], '/no/such/folder/x')):
            done = subprocess.run([str(BIN / words[0]), *map(str, words[1:])], capture_output=True,
                                  text=True, timeout=60)
            self.assertIn(done.returncode, (1, 2), words)
            self.assertIn(part, done.stderr, words)
        first = self.centre()
        port = first.url.rsplit(':', 1)[1]
        done = subprocess.run([str(BIN / 'obd-central'), 'serve', '--data', str(self.folder / 'd'),
                               '--port', port], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn(port, done.stderr)


if __name__ == '__main__':
    main()
