"""People at the window: sign in, confirm, hand out, print, take over, and what two must do."""
from court import Court
from harness import main
from window import Window

BLUE, AMBER = bytes.fromhex('0b5fa5'), bytes.fromhex('ffc53d')


class WindowStaff(Window, Court):
    def setUp(self):
        super().setUp()
        self.staff(expect=0)

    def type(self, text):
        self.screen.xdo('type', '--delay', '60', text)
        self.screen.xdo('key', 'Return')
        self.screen.settle()

    def sign_in(self, x, y, pin):
        """Touches the name's tile and types the PIN; a PIN takes its time, and a screen that stands still meanwhile
        is no answer: the record is."""
        before = len(self.kinds())
        self.screen.click(x, y)
        self.screen.settle()
        self.type(pin)
        self.until(lambda: len(self.kinds()) > before, 'the record of who signed in')
        self.screen.settle()

    def told(self, what):
        self.until(lambda: self.screen.picture().count(AMBER) > 20000, what)

    def judged(self):
        """A healthy car up to its verdict."""
        self.enter_vehicle()
        self.look()
        self.screen.xdo('key', 'Return')
        self.until(lambda: self.screen.picture().count(BLUE) > 20000, 'the verdict')
        self.screen.settle()

    def test_from_sign_in_to_the_paper_in_the_motorists_hand(self):
        self.command('stock', 'receive', '--station', self.station, '--kind', 'hologram-0', '--first', 'MX-0101',
                     '--last', 'MX-0110', *self.by('S-1'), *self.by('T-2', 'second'), expect=0)
        self.start(self.sim('healthy-petrol').endpoint)
        self.screen.click(200, 190)
        self.screen.settle()
        self.type('0000')
        self.told('a wrong PIN')
        self.screen.settle()
        before = len(self.kinds())
        self.type('2468')
        self.until(lambda: len(self.kinds()) > before, 'the record of who signed in')
        self.screen.settle()
        self.judged()
        self.screen.xdo('key', 'Return')          # confirm
        self.until(lambda: 'inspection' in self.kinds(), 'the record')
        self.screen.settle()
        self.screen.click(1174, 320)              # hand out the next serial
        self.until(lambda: self.kinds().count('stock') == 2, 'the serial')
        self.screen.settle()
        self.screen.xdo('key', 'F9')              # print: there is no print service here
        self.until(lambda: list((self.station / 'reports').glob('*.pdf')), 'the PDF')
        self.screen.settle()
        self.told('the printer\'s trouble')
        body = next(body for body in self.bodies() if body['type'] == 'inspection')
        self.assertEqual(body['technician'], 'T-1')
        self.assertIsNotNone(body['confirmation']['assertion'])
        self.assertEqual(self.out('stock', 'status', '--station', self.station)['counts'],
                         {'hologram-0': {'in_stock': 9, 'issued': 1}})

    def test_a_read_vehicle_is_sent_away_by_two(self):
        self.start(self.sim('healthy-petrol').endpoint)
        self.sign_in(200, 190, '2468')
        self.judged()
        self.screen.click(330, 735)               # close without a verdict
        self.screen.settle()
        self.screen.xdo('key', 'Tab')             # the first reason
        self.screen.xdo('key', 'space')
        self.screen.settle()
        self.type('S-1')
        self.assertNotIn('aborted', self.kinds())
        self.screen.xdo('key', 'Tab')
        self.screen.xdo('key', 'Tab')
        self.type('97531')
        self.until(lambda: 'aborted' in self.kinds(), 'the closing record')
        self.until(lambda: self.screen.picture().count(BLUE) < 20000, 'a screen without the verdict')
        body = next(body for body in self.bodies() if body['type'] == 'aborted')
        self.assertEqual((body['aborted']['by'], body['aborted']['second']), ('T-1', 'S-1'))

    def test_another_technician_takes_over_and_confirms(self):
        self.start(self.sim('healthy-petrol').endpoint)
        self.sign_in(200, 190, '2468')
        self.judged()
        self.screen.click(1020, 26)               # the name in the head of the window
        self.screen.settle()
        self.sign_in(600, 190, '1357')            # the other one's tile
        self.screen.xdo('key', 'Return')
        self.until(lambda: 'inspection' in self.kinds(), 'the record')
        body = next(body for body in self.bodies() if body['type'] == 'inspection')
        self.assertEqual(body['confirmation']['by'], 'T-2')
        self.assertEqual([one['phase'] for one in body['handovers']], ['T-1'])
        self.assertIn('take_over', self.kinds())


if __name__ == '__main__':
    main()
