"""The supervisor's page in a real browser: the list, the search, one inspection down to its bytes."""
import contextlib
import json
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib

from harness import SystemTest, main, tool

CHROMIUM = ['chromium', '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
            '--no-first-run', '--disable-background-networking', '--disable-component-update',
            '--disable-sync', '--window-size=1280,900', '--virtual-time-budget=6000']


@unittest.skipUnless(tool('chromium'), 'chromium is not installed')
class Browser(SystemTest):
    def page(self, url, *more):
        profile = tempfile.mkdtemp(prefix='chromium-')
        self.addCleanup(shutil.rmtree, profile, ignore_errors=True)
        return subprocess.run([*CHROMIUM, f'--user-data-dir={profile}', *more, url],
                              capture_output=True, text=True, timeout=120).stdout

    def text(self, url):
        """What the page shows after its scripts ran, without markup."""
        dom = self.page(url, '--dump-dom')
        body = re.sub(r'<(script|style).*?</\1>', ' ', dom, flags=re.S)
        return re.sub(r'\s+', ' ', re.sub(r'<[^>]+>', ' ', body))

    def test_an_empty_centre_says_so(self):
        self.assertIn('Todavía no llega nin', self.text(self.centre().url))

    def test_monitors_nobody_told_are_not_known(self):
        centre = self.centre()
        self.inspect(self.sim('bus-2019').endpoint, '--centre', centre.url, profile='generic',
                     vehicle='plate=BUS-20-19,year=2019,fuel=diesel,gvwr=18000', expect=10)
        one = self.text(f"{centre.url}/#/{self.verify()['station']}/1")
        self.assertIn('Monitores no se sabe', one)

    def test_an_inspection_appears_and_opens_down_to_its_bytes(self):
        centre = self.centre()
        sim = self.sim('mil-on')
        self.inspect(sim.endpoint, '--centre', centre.url, '--technician', '<b>A. Morales</b>',
                     vehicle='plate=TUN-84-12,year=2013,fuel=gasoline,gvwr=1950', expect=10)
        listed = self.text(centre.url)
        for part in ('TUN-84-12', '1HGCR2F39DA112233', 'Rechazado', 'mx-nom-167-2017',
                     '&lt;b&gt;A. Morales'):
            self.assertIn(part, listed)
        station = self.verify()['station']
        one = self.text(f'{centre.url}/#/{station}/1')
        for part in ('RECHAZADO', 'P0420', 'P0301', 'NOM-167', 'Firmada por la estación: sí', '0100',
                     '7E8064302', 'gasolina'):
            self.assertIn(part, one)
        missing = self.text(f'{centre.url}/#/{station}/99')
        self.assertNotIn('undefined', missing)

    def test_looks_like_a_page_and_not_like_nothing(self):
        centre = self.centre()
        sim = self.fast_sim()
        self.inspect(sim.endpoint, '--centre', centre.url, expect=0)
        shot = self.folder / 'page.png'
        self.page(centre.url, f'--screenshot={shot}')
        self.assertGreater(len(colours(shot.read_bytes())), 50)


def colours(png):
    """Distinct pixel values of an 8-bit RGB or RGBA picture's raw rows, filters left in."""
    width, = struct.unpack('>I', png[16:20])
    data, at = b'', 8
    while at < len(png):
        size, = struct.unpack('>I', png[at:at + 4])
        if png[at + 4:at + 8] == b'IDAT':
            data += png[at + 8:at + 8 + size]
        at += 12 + size
    raw = zlib.decompress(data)
    return {raw[i:i + 3] for i in range(1, len(raw), 3 * max(1, width // 400))}


if __name__ == '__main__':
    main()
