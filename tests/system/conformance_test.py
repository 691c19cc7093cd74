"""The simulated J2534 libraries as a program calls them: rules of SAE J2534-1, one a line, on the exports."""
import ctypes
import os
import shutil
import time

from harness import BIN, SystemTest, main

PASS, BLOCK, FLOW = 1, 2, 3
CAN, ISO15765, LOGICAL = 5, 6, 0x200
OK, NULL, FAILED, TIMEOUT, INVALID_MSG, EXCEEDED, EMPTY = 0, 4, 7, 9, 0xA, 0xC, 0x10
INVALID_CHANNEL, INVALID_PROTOCOL, INVALID_FLAGS, INVALID_IOCTL, IN_USE = 2, 3, 6, 0xF, 0xE
INVALID_FILTER, NOT_UNIQUE, INVALID_BAUD, INVALID_DEVICE, PROTOCOL = 0x16, 0x18, 0x19, 0x1A, 0x15
GET_CONFIG, SET_CONFIG, READ_VBATT, CLEAR_RX = 1, 2, 3, 8
OWN, START, DONE = 1, 2, 8
EVERYBODY = bytes.fromhex('000007DF')
ENGINE, TO_ENGINE = bytes.fromhex('000007E8'), bytes.fromhex('000007E0')


class Library:
    """One library of one width, with the device it has."""

    def __init__(self, folder, name, width, vehicle='healthy-petrol'):
        os.environ.update(OBDSIM_ULONG=str(width), OBDSIM_VEHICLE=vehicle)
        copy = folder / f'{width}-{vehicle}-{name}'
        shutil.copy(BIN / name, copy)  # a library loaded twice from one path would be one
        self.dll = ctypes.CDLL(str(copy))
        self.number = ctypes.c_uint64 if width == 8 else ctypes.c_uint32
        number = self.number

        class Message(ctypes.Structure):
            _fields_ = [(field, number) for field in ('protocol', 'rx_status', 'tx_flags', 'timestamp', 'size',
                                                      'extra')] + [('data', ctypes.c_ubyte * 4128)]

        class Message05(ctypes.Structure):
            _fields_ = [(field, number) for field in ('protocol', 'handle', 'rx_status', 'tx_flags', 'timestamp',
                                                      'size', 'extra')] + [
                ('data', ctypes.POINTER(ctypes.c_ubyte)), ('room', number)]

        class Pair(ctypes.Structure):
            _fields_ = [('parameter', number), ('value', number)]

        class List(ctypes.Structure):
            _pack_ = 1
            _fields_ = [('count', number), ('first', ctypes.c_void_p)]

        class Resources(ctypes.Structure):
            _fields_ = [('connector', number), ('count', number), ('pins', ctypes.c_void_p)]

        class Descriptor(ctypes.Structure):
            _fields_ = [('local_flags', number), ('remote_flags', number), ('local', ctypes.c_ubyte * 5),
                        ('remote', ctypes.c_ubyte * 5)]

        class Set(ctypes.Structure):
            _fields_ = [('count', number), ('threshold', number), ('channels', ctypes.c_void_p)]
        self.Message, self.Message05, self.Pair, self.List = Message, Message05, Pair, List
        self.Resources, self.Descriptor, self.Set = Resources, Descriptor, Set

    def call(self, name, *arguments):
        whole = [ctypes.c_uint64(one) if isinstance(one, int) else one for one in arguments]
        return getattr(self.dll, 'PassThru' + name)(*whole)

    def out(self, value=0):
        return self.number(value)

    def message(self, protocol, data, flags=0x40):
        one = self.Message(protocol=protocol, tx_flags=flags, size=len(data))
        ctypes.memmove(one.data, data, len(data))
        return one

    def message05(self, protocol, data, handle=0, flags=0x40, room=4128):
        one = self.Message05(protocol=protocol, handle=handle, tx_flags=flags, size=len(data), room=room)
        one.data = (ctypes.c_ubyte * room)(*data)
        return one


class Conformance(SystemTest):
    def check_0404(self, width):
        library = Library(self.folder, 'libobdsim-j2534.so', width)
        call, out, ref = library.call, library.out, ctypes.byref
        device, channel, identifier = out(), out(), out()
        # Nothing before PassThruOpen; a name nobody has; the device once.
        self.assertEqual(call('Connect', 1, ISO15765, 0, 500000, ref(channel)), INVALID_DEVICE)
        self.assertEqual(call('Open', b'J2534-1:', ref(device)), FAILED)
        self.assertEqual(call('Open', None, ref(device)), OK)
        self.assertEqual(call('Open', None, ref(identifier)), IN_USE)
        handle = device.value
        texts = [ctypes.create_string_buffer(80) for _ in range(3)]
        self.assertEqual(call('ReadVersion', handle, *texts), OK)
        self.assertEqual(texts[2].value, b'04.04')
        volts = out()
        self.assertEqual(call('Ioctl', handle, READ_VBATT, None, ref(volts)), OK)
        self.assertTrue(11000 < volts.value < 18000)
        # Channels.
        self.assertEqual(call('Connect', handle, ISO15765, 0, 500000, None), NULL)
        self.assertEqual(call('Connect', handle, 0x55, 0, 500000, ref(channel)), INVALID_PROTOCOL)
        self.assertEqual(call('Connect', handle, ISO15765, 0x4000, 500000, ref(channel)), INVALID_FLAGS)
        self.assertEqual(call('Connect', handle, ISO15765, 0, 99, ref(channel)), INVALID_BAUD)
        self.assertEqual(call('Connect', handle, ISO15765, 0, 500000, ref(channel)), OK)
        line = channel.value
        self.assertEqual(call('Disconnect', 999), INVALID_CHANNEL)
        # Without a filter nothing but one's own is received.
        request = library.message(ISO15765, EVERYBODY + b'\x01\x00')
        got = (library.Message * 4)()
        count = out(1)
        self.assertEqual(call('WriteMsgs', line, ref(request), ref(count), 100), OK)
        self.assertEqual(count.value, 1)
        count = out(4)
        call('ReadMsgs', line, got, ref(count), 60)
        self.assertTrue(all(one.rx_status & OWN for one in got[:count.value]))
        # Filters.
        mask, pattern, flow = (library.message(ISO15765, data) for data in (b'\xff' * 4, ENGINE, TO_ENGINE))
        self.assertEqual(call('StartMsgFilter', line, FLOW, ref(mask), ref(pattern), None, ref(identifier)), NULL)
        self.assertEqual(call('StartMsgFilter', line, FLOW, ref(mask), None, ref(flow), ref(identifier)), NULL)
        wrong = library.message(CAN, ENGINE)
        self.assertEqual(call('StartMsgFilter', line, FLOW, ref(mask), ref(wrong), ref(flow), ref(identifier)),
                         PROTOCOL)
        short = library.message(ISO15765, b'\x07')
        self.assertEqual(call('StartMsgFilter', line, FLOW, ref(mask), ref(short), ref(flow), ref(identifier)),
                         INVALID_MSG)
        self.assertEqual(call('StartMsgFilter', line, FLOW, ref(mask), ref(pattern), ref(flow), ref(identifier)), OK)
        first = identifier.value
        self.assertEqual(call('StartMsgFilter', line, FLOW, ref(mask), ref(pattern), ref(flow), ref(identifier)),
                         NOT_UNIQUE)
        self.assertEqual(call('StopMsgFilter', line, 999), INVALID_FILTER)
        # An answer of one frame, then one of several: announced, then whole.
        self.assertEqual(call('Ioctl', line, CLEAR_RX, None, None), OK)
        count = out(1)
        self.assertEqual(call('WriteMsgs', line, ref(request), ref(count), 100), OK)
        count = out(4)
        self.assertEqual(call('ReadMsgs', line, got, ref(count), 80), TIMEOUT)  # in part
        self.assertEqual([one.rx_status for one in got[:count.value]], [OWN | DONE, 0])
        self.assertEqual(bytes(got[1].data[:6]), ENGINE + b'\x41\x00')
        vin = library.message(ISO15765, EVERYBODY + b'\x09\x02')
        count = out(1)
        self.assertEqual(call('WriteMsgs', line, ref(vin), ref(count), 100), OK)
        count = out(3)
        self.assertEqual(call('ReadMsgs', line, got, ref(count), 200), OK)
        self.assertEqual([(one.rx_status, one.size) for one in got[:3]], [(OWN | DONE, 4), (START, 4), (0, 24)])
        self.assertLess(got[1].timestamp, got[2].timestamp)  # microseconds
        # Nothing: at once, or when the time has passed.
        for wait in (0, 70):
            begin = time.monotonic()
            count = out(1)
            self.assertEqual(call('ReadMsgs', line, got, ref(count), wait), EMPTY)
            self.assertEqual(count.value, 0)
            self.assertGreaterEqual(time.monotonic() - begin, wait / 1000)
        # Parameters, there and back; unknown ioctls; the last error in words.
        pair = library.Pair(0x1E, 4)
        pairs = library.List(1, ctypes.cast(ctypes.pointer(pair), ctypes.c_void_p))
        self.assertEqual(call('Ioctl', line, SET_CONFIG, ref(pairs), None), OK)
        pair.value = 0
        self.assertEqual(call('Ioctl', line, GET_CONFIG, ref(pairs), None), OK)
        self.assertEqual(pair.value, 4)
        self.assertEqual(call('Ioctl', line, GET_CONFIG, None, None), NULL)
        self.assertEqual(call('Ioctl', line, 0x77, None, None), INVALID_IOCTL)
        words = ctypes.create_string_buffer(80)
        self.assertEqual(call('GetLastError', words), OK)
        self.assertEqual(words.value, b'ERR_INVALID_IOCTL_ID')
        # Programming voltage is never given.
        self.assertEqual(call('Ioctl', handle, 0x0E, None, ref(volts)), OK)
        self.assertEqual(volts.value, 0)
        self.assertNotEqual(call('SetProgrammingVoltage', handle, 15, 0xFFFFFFFE), OK)
        self.assertEqual(call('StopMsgFilter', line, first), OK)
        self.assertEqual(call('Disconnect', line), OK)
        self.assertEqual(call('Close', handle), OK)
        self.assertEqual(call('Close', handle), INVALID_DEVICE)

    def test_a_library_of_0404_of_either_width(self):
        self.check_0404(8)
        self.check_0404(4)

    def test_a_library_of_0500(self):
        library = Library(self.folder, 'libobdsim-j2534-0500.so', 8)
        call, out, ref = library.call, library.out, ctypes.byref
        device, channel, logical, identifier = out(), out(), out(), out()
        count = out()
        self.assertEqual(call('ScanForDevices', ref(count)), OK)
        found = ctypes.create_string_buffer(80 + 6 * 8)
        self.assertEqual(call('GetNextDevice', found), OK)
        self.assertEqual(call('Open', found, ref(device)), OK)
        handle = device.value
        pins = (ctypes.c_uint64 * 2)(6, 14)
        resources = library.Resources(1, 2, ctypes.cast(pins, ctypes.c_void_p))
        # ISO 15765 is logical alone, on a physical channel of CAN.
        self.assertEqual(call('Connect', handle, ISO15765, 0, 500000, resources, ref(channel)), INVALID_PROTOCOL)
        self.assertEqual(call('Connect', handle, CAN, 0, 500000, resources, ref(channel)), OK)
        line = channel.value
        descriptor = library.Descriptor(0x40, 0)
        ctypes.memmove(descriptor.local, TO_ENGINE, 4)
        ctypes.memmove(descriptor.remote, ENGINE, 4)
        self.assertEqual(call('LogicalConnect', line, ISO15765, 0, ref(descriptor), ref(logical)), 0x24)
        self.assertEqual(call('LogicalConnect', line, LOGICAL, 0, None, ref(logical)), NULL)
        self.assertEqual(call('LogicalConnect', line, LOGICAL, 0, ref(descriptor), ref(logical)), OK)
        above = logical.value
        self.assertEqual(call('LogicalConnect', line, LOGICAL, 0, ref(descriptor), ref(identifier)), NOT_UNIQUE)
        # Filters have no flow control any more.
        mask, pattern = library.message05(CAN, b'\xff' * 4), library.message05(CAN, ENGINE)
        self.assertEqual(call('StartMsgFilter', line, FLOW, ref(mask), ref(pattern), ref(identifier)), 0x1D)
        # A request to everybody is a frame; that it has left is said, with its handle.
        request = library.message05(CAN, EVERYBODY + bytes.fromhex('0209020000000000'), handle=77)
        count = out(1)
        self.assertEqual(call('QueueMsgs', line, ref(request), ref(count)), OK)
        self.assertEqual(count.value, 1)
        got = library.message05(CAN, b'')
        count = out(1)
        self.assertEqual(call('ReadMsgs', line, ref(got), ref(count), 50), OK)
        self.assertEqual((got.rx_status, got.handle), (OWN | DONE, 77))
        # Select says which channels have something.
        ids = (ctypes.c_uint64 * 1)(above)
        chosen = library.Set(1, 1, ctypes.cast(ids, ctypes.c_void_p))
        self.assertEqual(call('Select', ref(chosen), 2, 0), 0x25)
        self.assertEqual(call('Select', ref(chosen), 1, 500), OK)
        self.assertEqual((chosen.count, ids[0]), (1, above))
        statuses = []
        while not statuses or statuses[-1][0] != 0:
            count = out(1)
            self.assertEqual(call('ReadMsgs', above, ref(got), ref(count), 200), OK)
            statuses.append((got.rx_status, got.size))
        self.assertEqual(statuses, [(START, 4), (0, 24)])
        self.assertEqual(bytes(got.data[:7]), ENGINE + b'\x49\x02\x01')
        # To one unit on its logical channel, and to nobody else there.
        own = library.message05(LOGICAL, TO_ENGINE + b'\x01\x00')
        count = out(1)
        self.assertEqual(call('QueueMsgs', above, ref(own), ref(count)), OK)
        other = library.message05(LOGICAL, bytes.fromhex('000007E1') + b'\x01\x00')
        count = out(1)
        self.assertEqual(call('QueueMsgs', above, ref(other), ref(count)), 0x17)
        # Nothing: the time passes, and no channel is left in the set.
        count = out(8)
        many = (library.Message05 * 8)(*[library.message05(LOGICAL, b'') for _ in range(8)])
        call('ReadMsgs', above, many, ref(count), 100)
        ids[0], chosen.count = above, 1
        begin = time.monotonic()
        self.assertEqual(call('Select', ref(chosen), 1, 60), TIMEOUT)
        self.assertGreaterEqual(time.monotonic() - begin, 0.06)
        self.assertEqual(chosen.count, 0)
        # The battery's contact, no other.
        volts = out()
        pin = ctypes.c_uint64(16)
        contact = library.Resources(1, 1, ctypes.cast(ctypes.pointer(pin), ctypes.c_void_p))
        self.assertEqual(call('Ioctl', handle, READ_VBATT, ref(contact), ref(volts)), OK)
        self.assertTrue(11000 < volts.value < 18000)
        pin.value = 3
        self.assertEqual(call('Ioctl', handle, READ_VBATT, ref(contact), ref(volts)), 0x13)
        self.assertEqual(call('LogicalDisconnect', above), OK)
        self.assertEqual(call('LogicalDisconnect', above), INVALID_CHANNEL)
        self.assertEqual(call('Disconnect', line), OK)
        self.assertEqual(call('Close', handle), OK)


main()
