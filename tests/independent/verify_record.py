#!/usr/bin/env python3
"""Verifies exports of records and certificates, from station/records/FORMAT.md alone.

    verify_record.py EXPORT.jsonl [--key PUBLIC_KEY_HEX]      every record's hash, chain, signature, assertion
    verify_record.py --certificate OBDC1:… --keys KEYS.signed --trust PUBLIC_KEY_HEX

Needs Python 3 and its package cryptography; shares no code with the station. Prints JSON; exit 0 when all holds.
"""
import argparse
import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EPOCH = 1_000_000_000
LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
VERDICTS = ['PASS', 'FAIL', 'NOT_READY', 'NO_COMM', 'REFER', 'NOT_APPLICABLE', 'INVALID']


def sha256(data):
    return hashlib.sha256(data).digest()


def u64(number):
    return number.to_bytes(8, 'big')


def field(data):
    data = data.encode() if isinstance(data, str) else data
    return u64(len(data)) + data


def signed(key, signature, data):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
        return True
    except (InvalidSignature, ValueError):
        return False


def station_of(key):
    return 'ST-' + sha256(key)[:6].hex()


def assertion_problem(body, transcript_hash):
    """Why the technician's assertion does not hold; None when it does or there is none."""
    given = (body.get('confirmation') or {}).get('assertion')
    if given is None:
        return None
    digest = sha256(field('obd-station/document/1') + field('assertion') + field(given['statement']))
    if not signed(bytes.fromhex(given['public_key']), bytes.fromhex(given['signature']), digest):
        return 'the assertion is not signed by its key'
    said = json.loads(given['statement'])
    agrees = (said['inspection'] == body['inspection'] and said['person'] == body['confirmation']['by'] and
              said['verdict'] == body['judgement']['verdict'] and said['vin'] == body['vehicle']['vin'] and
              said['plate'] == body['vehicle']['plate'] and said['transcript'] == transcript_hash.hex())
    return None if agrees else 'the assertion is of another inspection'


def record_problem(station, key, record, sequence, previous):
    """Why a record does not hold; None when it does."""
    stamp, body, transcript = (base64.b64decode(record[part], validate=True)
                               for part in ('stamp', 'body', 'transcript'))
    hashes = [sha256(body), sha256(transcript)]
    if 'erased' in record:
        if body or transcript:
            return 'an erased record still has its body'
        hashes = [bytes.fromhex(record['erased'][part]) for part in ('body', 'transcript')]
    number = record['sequence']
    if number != sequence and not (number > sequence and number % EPOCH == 1):
        return f'record {sequence} is missing'
    if bytes.fromhex(record['previous']) != previous:
        return 'it does not follow the record before'
    digest = sha256(field('obd-station/record/2') + field(station) + u64(number) + previous + field(stamp) +
                    hashes[0] + hashes[1])
    if digest.hex() != record['hash']:
        return 'it was changed after it was stored'
    if not signed(key, bytes.fromhex(record['signature']), digest):
        return 'it was not signed by the station'
    if 'erased' in record:
        return None
    return assertion_problem(json.loads(body), hashes[1])


def verify_export(path, expected_key):
    lines = open(path, encoding='utf-8')
    head = json.loads(next(lines))
    key = bytes.fromhex(head['public_key'])
    if head['schema'] != 'obd-station/chain/1' or station_of(key) != head['station']:
        return {'ok': False, 'problem': 'the file is no export of this station'}
    if expected_key and expected_key != head['public_key']:
        return {'ok': False, 'problem': 'the key is not the one the programme vouches for'}
    sequence, previous, count = head['first'], bytes.fromhex(head['previous']), 0
    for line in lines:
        record = json.loads(line)
        problem = record_problem(head['station'], key, record, sequence, previous)
        if problem:
            return {'ok': False, 'problem': problem, 'broken_at': record['sequence'], 'records': count}
        sequence, previous, count = record['sequence'] + 1, bytes.fromhex(record['hash']), count + 1
    return {'ok': True, 'station': head['station'], 'records': count}


def from_base45(text):
    out = bytearray()
    for at in range(0, len(text), 3):
        part = text[at:at + 3]
        number = sum(LETTERS.index(letter) * 45 ** i for i, letter in enumerate(part))
        out += number.to_bytes(len(part) - 1, 'big')
    return bytes(out)


def cbor(data, at=0):
    """(value, where it ends): integers, bytes, text, arrays, maps, tags."""
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    number = info
    if info >= 24:
        width = 1 << (info - 24)
        number, at = int.from_bytes(data[at:at + width], 'big'), at + width
    if major in (0, 1):
        return (number if major == 0 else -1 - number), at
    if major in (2, 3):
        part = data[at:at + number]
        return (part if major == 2 else part.decode()), at + number
    if major == 6:
        return cbor(data, at)
    items = []
    for _ in range(number * (2 if major == 5 else 1)):
        item, at = cbor(data, at)
        items.append(item)
    return (dict(zip(items[::2], items[1::2])) if major == 5 else items), at


def as_bytes(data):
    head = [0x40 | len(data)] if len(data) < 24 else [0x58, len(data)] if len(data) < 256 else [0x59, *divmod(len(data), 256)]
    return bytes(head) + data


def open_document(path, kind, trusted):
    document = json.load(open(path, encoding='utf-8'))
    payload = base64.b64decode(document['payload'], validate=True)
    digest = sha256(field('obd-station/document/1') + field(kind) + field(payload))
    vouched = any(one['key'] == trusted and signed(bytes.fromhex(one['key']), bytes.fromhex(one['signature']), digest)
                  for one in document['signatures'])
    return json.loads(payload) if vouched and document['kind'] == kind else None


def verify_certificate(text, keys_file, trusted):
    keys = open_document(keys_file, 'keys', trusted)
    if keys is None:
        return {'ok': False, 'problem': 'the list of keys is not signed by the programme'}
    header, _, payload, signature = cbor(from_base45(text.removeprefix('OBDC1:')))[0]
    name = cbor(header)[0][4]
    key = next((bytes.fromhex(one['key']) for one in keys['keys'] if sha256(bytes.fromhex(one['key']))[:8] == name), None)
    if key is None:
        return {'ok': False, 'problem': 'no key of the list signed it'}
    to_sign = b'\x84\x6aSignature1' + as_bytes(header) + b'\x40' + as_bytes(payload)
    if not signed(key, signature, to_sign):
        return {'ok': False, 'problem': 'the content is not what was signed'}
    said = cbor(payload)[0]
    shown = {name: said.get(number) if not isinstance(said.get(number), bytes) else said[number].hex()
             for number, name in ((2, 'vin'), (3, 'plate'), (5, 'programme'), (6, 'made'), (9, 'valid_until'), (10, 'record'))}
    return {'ok': True, 'number': f'{station_of(key)}-{said[1]}', 'verdict': VERDICTS[said[4]], **shown}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('export', nargs='?')
    for name in ('--key', '--certificate', '--keys', '--trust'):
        parser.add_argument(name)
    given = parser.parse_args()
    try:
        found = (verify_certificate(given.certificate, given.keys, given.trust) if given.certificate
                 else verify_export(given.export, given.key))
    except (ValueError, KeyError, IndexError, TypeError, OverflowError, StopIteration) as problem:
        found = {'ok': False, 'problem': f'not of the form: {problem!r}'}
    print(json.dumps(found))
    return 0 if found['ok'] else 1


if __name__ == '__main__':
    sys.exit(main())
