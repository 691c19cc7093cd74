"""The paper in the motorist's hand: read back by other programs, photographed, forged, checked without a network."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

from chromium import Chromium
from court import Court
from harness import ROOT, main, tool

VERIFIER = ROOT / 'tests/independent/verify_record.py'


def convert(*words):
    subprocess.run(['convert', *map(str, words)], check=True)


@unittest.skipUnless(tool('pdftoppm') and tool('convert'), 'needs poppler and ImageMagick')
class Certificate(Court):
    def setUp(self):
        super().setUp()
        sim = self.sim('healthy-petrol')
        self.inspect(sim.endpoint, '--visual', 'all=pass', '--connector', 'ok', expect=0)
        self.report = self.folder / 'report.pdf'
        self.text = self.out('report', '--station', self.station, '--sequence', 1, '--out',
                             self.report)['certificate']
        self.number = self.out('certificate', 'show', '--station', self.station, '--sequence', 1)['number']

    def page_picture(self, dpi):
        picture = self.folder / f'page-{dpi}'
        subprocess.run(['pdftoppm', '-r', str(dpi), '-png', '-singlefile', self.report, picture], check=True)
        return picture.with_suffix('.png')

    def photographs(self):
        """The paper as phones see it: turned, blurred, badly lit, creased and copied."""
        flat = self.page_picture(150)
        shots = {}
        for name, words in {
                'turned': ['-rotate', '17', '-blur', '0x1', '-quality', '55'],
                'upside-down': ['-rotate', '180', '-blur', '0x0.8', '-quality', '60'],
                'dim': ['-modulate', '45', '-blur', '0x1.2', '-quality', '50'],
                'askew': ['-virtual-pixel', 'white', '-distort', 'Perspective',
                          '0,0 60,30  1275,0 1200,0  0,1650 0,1600  1275,1650 1275,1650', '-quality', '60']}.items():
            shots[name] = self.folder / f'{name}.jpg'
            convert(flat, *words, shots[name])
        return shots

    def creased(self):
        """A photocopy that was folded: black and white, speckled, with a line through the code."""
        sharp = self.page_picture(300)
        copy = self.folder / 'creased.png'
        width, height = map(int, subprocess.check_output(
            ['identify', '-format', '%w %h', str(sharp)], text=True).split())
        y = height - 420
        convert(sharp, '-colorspace', 'Gray', '-attenuate', '0.4', '+noise', 'Gaussian', '-blur', '0x1.1',
                '-threshold', '52%', '-stroke', 'white', '-strokewidth', '5', '-draw',
                f'line 0,{y} {width},{y + 40}', '-rotate', '1.5', copy)
        return copy

    def verify_one(self, *words, expect=0):
        done = self.command('certificate', 'verify', *words)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return json.loads(done.stdout)['state'] if done.stdout else None

    @unittest.skipUnless(tool('zbarimg'), 'zbar is not installed')
    def test_another_reader_reads_it_from_paper_and_from_a_creased_copy(self):
        for picture in (self.page_picture(600), self.creased()):
            done = subprocess.run(['zbarimg', '-q', '--raw', picture], capture_output=True, text=True)
            self.assertEqual(done.stdout.strip(), self.text, picture)

    def test_the_command_judges_photographs_as_the_lists_say(self):
        lists = self.lists()
        for name, shot in {**self.photographs(), 'creased': self.creased()}.items():
            self.assertEqual(self.verify_one(shot, *lists), 'valid', name)
        self.assertEqual(self.verify_one(self.text, *lists, '--vin', '3N1CN7AD3KL812345'), 'valid')
        self.assertEqual(self.verify_one(self.text, *lists, '--vin', '3N1CN7AD3KL812346', expect=18), 'other_vehicle')
        self.assertEqual(self.verify_one(self.text, *self.lists(self.number), expect=18), 'revoked')
        self.assertEqual(self.verify_one(self.text[:-1], *lists, expect=18), 'unreadable')
        other = self.text[:-40] + ('0' if self.text[-40] != '0' else '1') + self.text[-39:]
        self.assertIn(self.verify_one(other, *lists, expect=18), ('forged', 'unreadable'))
        # A list that the programme did not sign is no list.
        stranger = json.loads(self.command('bundle', 'key', self.folder / 'other.key', expect=0).stdout)
        self.verify_one(self.text, *lists[:-1], stranger['public_key'], expect=34)
        self.verify_one(self.folder / 'nothing.png', *lists, expect=26)

    def test_a_program_that_shares_no_code_agrees(self):
        self.lists()
        done = subprocess.run([sys.executable, VERIFIER, '--certificate', self.text, '--keys',
                               self.folder / 'keys.signed', '--trust', self.trust], capture_output=True, text=True)
        found = json.loads(done.stdout)
        self.assertTrue(found['ok'], found)
        self.assertEqual((found['number'], found['verdict'], found['plate']), (self.number, 'PASS', 'PTR-55-21'))
        forged = self.text[:60] + ('A' if self.text[60] != 'A' else 'B') + self.text[61:]
        done = subprocess.run([sys.executable, VERIFIER, '--certificate', forged, '--keys',
                               self.folder / 'keys.signed', '--trust', self.trust], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stdout)

    @unittest.skipUnless(tool('chromium'), 'chromium is not installed')
    def test_the_page_judges_photographs_from_a_disk_without_a_network(self):
        page = self.folder / 'page.html'
        noise = self.folder / 'noise.png'
        subprocess.run(['convert', '-size', '600x600', 'xc:white', '-seed', '7', '+noise', 'Random', noise], check=True)
        self.command('certificate', 'page', '--out', page, *self.lists(), expect=0)
        self.assertNotRegex(page.read_text(), r'(src|href)="')
        browser = Chromium(self)
        browser.open(page.as_uri())

        def judged(choose):
            browser.value("document.getElementById('verdict').dataset.state = 'none'")
            choose()
            browser.until("document.getElementById('verdict').dataset.state !== 'none'")
            return browser.value("document.getElementById('verdict').dataset.state")

        for name, shot in {**self.photographs(), 'creased': self.creased()}.items():
            self.assertEqual(judged(lambda: browser.choose('#picture', shot)), 'valid', name)
        self.assertIn('3N1CN7AD3KL812345', browser.text('#facts'))
        self.assertIn('Los Pinos', browser.text('#facts'))
        self.assertEqual(judged(lambda: browser.choose('#picture', noise)), 'unreadable')
        self.assertEqual(judged(lambda: browser.type('#text', self.text)), 'valid')
        self.assertEqual(judged(lambda: browser.type('#at_hand', 'PTR-55-21')), 'valid')
        self.assertEqual(judged(lambda: browser.type('#at_hand', 'XYZ-00-00')), 'other_vehicle')
        browser.type('#at_hand', '')
        for at in (10, 60, 150, 200, len(self.text) - 3):
            other = self.text[:at] + ('A' if self.text[at] != 'A' else 'B') + self.text[at + 1:]
            self.assertIn(judged(lambda: browser.type('#text', other)), ('forged', 'unreadable', 'unknown_key'), at)
        browser.type('#text', self.text)
        # A newer list takes the certificate back; one that nobody signed changes nothing.
        self.lists(self.number)
        newer = json.loads((self.folder / 'revoked.json').read_text())
        (self.folder / 'forged.signed').write_text((self.folder / 'keys.signed').read_text().replace('"kind":"keys"', '"kind":"revoked"'))
        self.assertEqual(newer['certificates'][0]['number'], self.number)
        browser.choose('#newer', self.folder / 'forged.signed')
        browser.until("document.getElementById('lists').textContent.includes('conserva') || "
                      "document.getElementById('lists').textContent.includes('kept')")
        self.assertEqual(browser.value("document.getElementById('verdict').dataset.state"), 'valid')
        browser.choose('#newer', self.folder / 'revoked.signed')
        browser.until("document.getElementById('verdict').dataset.state === 'revoked'")

    @unittest.skipUnless(tool('chromium'), 'chromium is not installed')
    def test_the_page_reads_the_paper_in_front_of_its_camera(self):
        page = self.folder / 'page.html'
        self.command('certificate', 'page', '--out', page, *self.lists(), expect=0)
        # What the camera sees: the table first, then the paper moved into view and turned. (Motion JPEG.)
        paper = self.page_picture(150)
        frames = []
        for number, words in enumerate((['-fill', 'gray40', '-colorize', '100'], ['-rotate', '4', '-blur', '0x1'],
                                        ['-rotate', '7', '-blur', '0x0.8'])):
            frame = self.folder / f'frame-{number}.jpg'
            convert(paper, *words, '-gravity', 'SouthWest', '-crop', '900x900+0+60', '+repage', '-resize', '720x720!',
                    '-colorspace', 'sRGB', '-sampling-factor', '4:2:0', '-type', 'TrueColor', frame)
            frames.append(frame.read_bytes())
        film = self.folder / 'film.mjpeg'
        film.write_bytes(frames[0] * 20 + frames[1] * 20 + frames[2] * 40)
        browser = Chromium(self, camera=film)
        browser.open(page.as_uri())
        browser.value("document.getElementById('camera').click()")
        browser.until("document.getElementById('verdict').dataset.state === 'valid'")
        self.assertIn('3N1CN7AD3KL812345', browser.text('#facts'))
        self.assertTrue(browser.value("document.getElementById('view').hidden"), 'the camera is off again')

    def test_a_missing_printer_is_told_and_the_pdf_is_kept(self):
        done = self.command('report', '--station', self.station, '--sequence', 1, '--print', '--printer',
                            'no-such-queue', expect=38)
        self.assertIn('E-PRN-01', done.stderr)
        self.assertTrue(list((self.station / 'reports').glob('*.pdf')))

    @unittest.skipUnless(pathlib.Path('/usr/sbin/cupsd').exists() and os.geteuid() == 0,
                         'needs CUPS, and root to start it')
    def test_printing_through_cups_and_again_marked_as_such(self):
        root = self.folder / 'cups'
        for name in ('spool', 'cache', 'state', 'log', 'ppd', 'out'):
            (root / name).mkdir(parents=True)
        socket = root / 'socket'
        (root / 'cupsd.conf').write_text(f'Listen {socket}\nWebInterface No\nBrowsing No\nDefaultAuthType None\n'
                                         '<Location />\nOrder allow,deny\nAllow all\n</Location>\n'
                                         '<Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n')
        paper = root / 'out' / 'paper'
        (root / 'printers.conf').write_text(f'<DefaultPrinter paper>\nDeviceURI tray:/\nState Idle\nAccepting Yes\n'
                                            'Shared No\n</DefaultPrinter>\n')
        (root / 'cups-files.conf').write_text(
            f'ServerBin {root}/bin\nServerRoot {root}\nRequestRoot {root}/spool\nCacheDir {root}/cache\nStateDir {root}/state\n'
            f'AccessLog {root}/log/access\nErrorLog {root}/log/error\nPageLog {root}/log/page\nPrintcap\n'
            'User lp\nGroup lp\n')
        subprocess.run(['chmod', '-R', 'a+rwX', root], check=True)
        # The printer itself, where a print service ends: it lays the sheet into a tray.
        (root / 'bin' / 'backend').mkdir(parents=True)
        (root / 'bin' / 'daemon').symlink_to('/usr/lib/cups/daemon')
        tray = root / 'bin' / 'backend' / 'tray'
        tray.write_text(f'#!/bin/sh\n[ $# -eq 0 ] && exit 0\ncat "${{6:--}}" >{paper}\n')
        tray.chmod(0o755)
        self.folder.chmod(0o711)  # the print service is a user of its own
        daemon = subprocess.Popen(['/usr/sbin/cupsd', '-f', '-c', root / 'cupsd.conf', '-s', root / 'cups-files.conf'],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        env = {'CUPS_SERVER': str(socket)}
        self.until(socket.exists, 'the print service')
        words = ['report', '--station', self.station, '--sequence', 1, '--print', '--printer', 'paper']
        first = json.loads(self.command(*words, env=env, expect=0).stdout)
        self.assertEqual(first['copy'], 1)
        self.until(lambda: paper.exists() and paper.read_bytes().startswith(b'%PDF'), 'the paper')
        again = json.loads(self.command(*words, env=env, expect=0).stdout)
        self.assertEqual(again['copy'], 2)
        said = subprocess.check_output(['pdftotext', again['file'], '-'], text=True)
        self.assertIn('REIMPRESIÓN 2', said)
        events = [body['event'] for body in self.bodies() if body['type'] == 'event']
        self.assertEqual([(event['kind'], event['copy']) for event in events], [('print', 1), ('print', 2)])


if __name__ == '__main__':
    main()
