"""Whatever a station keeps beside inspections: killed, or the disk full or broken, at any access, it is done whole
or not at all, it is said in words, and it can be repeated. And databases that were cut or written over."""
import itertools
import json
import pathlib
import shutil
import subprocess
import unittest

from court import Court
from harness import BIN, JUDGED, main, tool

KILLS = [(call, 'signal=KILL') for call in ('pwrite64', 'fdatasync', 'write', 'rename')]
ERRORS = [('pwrite64', 'error=ENOSPC'), ('pwrite64', 'error=EIO'), ('fdatasync', 'error=EIO'),
          ('write', 'error=ENOSPC'), ('rename', 'error=EIO')]


@unittest.skipUnless(tool('strace'), 'strace is not installed')
class AtAnyAccess(Court):
    def at_every(self, command, look, faults=None, codes=(0,)):
        """Runs what `command` gives, with the 1st, 2nd, 3rd … of each call failing, until none is left to fail.
        `look(done)` sees what is left; done: it said that it was."""
        struck = 0
        for call, fault in faults or KILLS + ERRORS:
            for n in self.points():
                trace = self.folder / 'trace'
                done = subprocess.run(
                    ['strace', '-f', '-qq', '-o', trace, '-e', f'trace={call}', '-e', f'inject={call}:{fault}:when={n}',
                     str(BIN / 'obd-inspect'), *map(str, command())], stdin=subprocess.DEVNULL, capture_output=True,
                    text=True, timeout=120)
                killed = done.returncode in (-9, 137)
                hit = killed or 'INJECTED' in trace.read_text()
                where = f'{call} {fault} {n}: {done.returncode} {done.stderr}'
                if not killed and done.returncode not in codes:
                    self.assertRegex(done.stderr, r'E-[A-Z]+-\d+', where)
                look(done.returncode in codes, where)
                if not hit:
                    self.assertIn(done.returncode, codes, where)
                    break
                struck += 1
        print(f'  struck at {struck} accesses', flush=True)
        self.assertGreater(struck, 10, 'the faults never came')

    @staticmethod
    def points():
        """Each of the first twenty, then every fifth: what follows there is pages of one file."""
        yield from range(1, 20)
        yield from itertools.count(20, 5)

    def whole(self, where):
        self.assertTrue(self.verify()['ok'], where)

    def test_an_inspection_by_whoever_signed_in(self):
        self.staff(expect=0)
        sim = self.fast_sim()
        kept = [0]

        def look(done, where):
            self.whole(where)
            ids = [body['inspection'] for body in self.bodies() if body['type'] in ('inspection', 'aborted')]
            self.assertEqual(len(ids), len(set(ids)), f'one inspection has two records: {where}')
            # Two: what was cut short before, and its own.
            self.assertIn(len(ids) - kept[0], (1, 2) if done else (0, 1, 2), where)
            kept[0] = len(ids)

        self.at_every(lambda: ['run', '--adapter', sim.endpoint, '--profile', 'generic', '--vehicle',
                               'plate=PTR-55-21,year=2019,fuel=gasoline,gvwr=1550', '--station', self.station,
                               *self.by('T-1', 'technician')], look, KILLS, JUDGED)

    def test_the_list_of_people(self):
        self.staff(expect=0)
        version = itertools.count(2)
        installed = [1]

        def command():
            self.staff_made(next(version))
            return ['staff', 'install', self.folder / 'roster', '--station', self.station, '--trust', self.trust]

        def look(done, where):
            self.whole(where)
            now = self.out('staff', 'status', '--station', self.station)['version']
            self.assertGreaterEqual(now, installed[0], where)
            self.assertEqual(now, max(body['event']['version'] for body in self.bodies()
                                      if body['type'] == 'event' and body['event']['kind'] == 'roster'), where)
            installed[0] = now

        self.at_every(command, look)

    def test_paper_received_and_printed(self):
        self.staff(expect=0)
        self.inspect(self.fast_sim().endpoint, '--visual', 'all=pass', '--connector', 'ok',
                     *self.by('T-1', 'technician'))
        counter = itertools.count(1)

        def received():
            first = next(counter) * 10
            return ['stock', 'receive', '--station', self.station, '--kind', 'hologram-0', '--first', f'MX-{first:05}',
                    '--last', f'MX-{first + 4:05}', *self.by('S-1'), *self.by('T-2', 'second')]

        def counted(done, where):
            self.whole(where)
            self.assertEqual(self.stock() % 5, 0, where)
            self.assertEqual(self.stock(), 5 * self.moved(), where)

        self.at_every(received, counted)
        file = self.folder / 'page.pdf'

        def page(done, where):
            self.whole(where)
            if done:
                said = subprocess.run(['pdfinfo', file], capture_output=True, text=True)
                self.assertIn('Pages:           1', said.stdout, where + said.stderr)
            file.unlink(missing_ok=True)

        self.at_every(lambda: ['report', '--station', self.station, '--sequence', 3, '--out', file], page)

    def stock(self):
        return self.out('stock', 'status', '--station', self.station)['counts'].get('hologram-0', {}).get('in_stock', 0)

    def moved(self):
        return self.kinds().count('stock')

    def test_backup_and_restore(self):
        self.inspect(self.fast_sim().endpoint)
        (self.folder / 'pass').write_text('correct horse\n')
        secret = ['--passphrase-file', self.folder / 'pass']
        backup = self.folder / 'backup'
        other = self.folder / 'other'

        def restores(where):
            self.command('restore', backup, '--station', other, *secret, expect=0)
            self.assertTrue(self.out('verify', '--station', other)['ok'], where)
            shutil.rmtree(other)

        def kept(done, where):
            self.whole(where)
            self.assertFalse(done and not backup.exists(), where)
            if backup.exists():
                restores(where)
                backup.unlink()

        self.at_every(lambda: ['backup', backup, '--station', self.station, *secret], kept)
        self.command('backup', backup, '--station', self.station, *secret, expect=0)

        def restored(done, where):
            if other.exists():
                self.assertTrue(self.out('verify', '--station', other)['ok'], where)
                shutil.rmtree(other)
            else:
                self.assertFalse(done, where)
                restores(where)

        self.at_every(lambda: ['restore', backup, '--station', other, *secret], restored)


class Damaged(Court):
    """The database was cut short or written over anywhere: words, no crash, and what is whole is still told."""

    def commands(self):
        return [['verify', '--station', self.station], ['run', '--adapter', self.car.endpoint, '--profile', 'generic',
                '--vehicle', 'plate=X-1,year=2019,fuel=gasoline,gvwr=1550', '--station', self.station],
                ['replay', '--station', self.station], ['stock', 'status', '--station', self.station],
                ['report', '--station', self.station, '--sequence', '1', '--out', self.folder / 'page.pdf'],
                ['export', '--records', self.folder / 'out.jsonl', '--station', self.station],
                ['backup', self.folder / 'backup', '--station', self.station, '--passphrase-file',
                 self.folder / 'pass']]

    def test_anywhere(self):
        self.car = self.fast_sim()
        for _ in range(4):
            self.inspect(self.car.endpoint)
        (self.folder / 'pass').write_text('correct horse\n')
        whole = self.folder / 'whole'
        self.station.rename(whole)
        shutil.copytree(whole, self.station)
        self.command('verify', '--station', self.station, expect=0)  # a copy: its new epoch is in the file
        shutil.rmtree(self.station)
        database = (whole / 'station.sqlite').read_bytes()
        pages = len(database) // 4096
        found = 0
        for page in range(0, pages, max(1, pages // 6)):
            cut = database[:page * 4096 + 100]
            holed = database[:page * 4096] + bytes(4096) + database[(page + 1) * 4096:]
            noise = database[:page * 4096] + bytes(i * 37 & 255 for i in range(4096)) + database[(page + 1) * 4096:]
            for name, changed in (('cut', cut), ('holed', holed), ('noise', noise)):
                for command in self.commands():
                    shutil.rmtree(self.station, ignore_errors=True)
                    shutil.copytree(whole, self.station)
                    (self.station / 'station.sqlite').write_bytes(changed)
                    done = self.command(*command)
                    where = f'{name} at page {page}: {command[0]}: {done.returncode} {done.stderr}'
                    self.assertGreaterEqual(done.returncode, 0, where)
                    if done.returncode not in JUDGED:
                        found += 1
                        self.assertTrue('E-' in done.stderr or '"ok":false' in done.stdout, where)
                    pathlib.Path(self.folder / 'backup').unlink(missing_ok=True)
        self.assertGreater(found, 20, 'nothing was damaged')


if __name__ == '__main__':
    main()
