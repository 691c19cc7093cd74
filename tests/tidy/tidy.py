#!/usr/bin/env python3
"""Fails the test run when the tree breaks a rule that a compiler cannot see.

Usage: tidy.py SOURCE_ROOT. Prints `path:line: rule` for each breach; exit status 1 if any.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

LINES_MAX = {'tests/': 900, '': 500}
COLUMNS_MAX = 110

# Folder -> what its files must not mention. The longest matching folder decides.
PURE = r'boost/asio|<Q[A-Z]|sqlite3\.h|curl/|<thread>|<mutex>|<fstream>|_clock::now|sleep_for|\btime\('
EDGE = r'<Q[A-Z]|sleep_for'
BANNED = {
    'protocols/': PURE,
    'protocols/link/': EDGE,
    'protocols/passthru_worker/': EDGE,
    'protocols/simulator/main.cpp': EDGE,
    'protocols/simulator/serve.': EDGE,
    # Stands for a device: it takes real time and is loaded by others.
    'protocols/simulator/j2534_': r'<Q[A-Z]|boost/asio|curl/',
    'obd/': PURE,
    'station/': PURE,
    'station/app/': EDGE,
    'station/reading/': EDGE,
    'station/records/': r'<Q[A-Z]|boost/asio|curl/|_clock::now|sleep_for',
    'station/clock/system.': r'<Q[A-Z]|boost/asio|sleep_for',
    'station/token/': r'<Q[A-Z]|boost/asio|sqlite3\.h|curl/|sleep_for',
    'station/report/pdf/': r'<QtQuick|boost/asio|sqlite3\.h|curl/|<fstream>|sleep_for',
    'station/sqlite/': r'<Q[A-Z]|boost/asio|curl/|_clock::now|sleep_for',
    'sync/wire/': PURE,
    'sync/uploader/uploader.': PURE,
    'sync/central/': r'<Q[A-Z]|boost/asio|boost/beast|curl/|_clock::now|sleep_for',
    'sync/': EDGE,
    'ui/reader/': EDGE,
    'ui/terminal/': EDGE,
    'ui/supervisor/': EDGE,
    'ui/presenters/': r'<QtQuick|<QtGui|boost/asio|sqlite3\.h|curl/|<thread>|sleep_for',
    'ui/technician/': r'sleep_for',
    'tests/': r'sleep_for',
}
BEAST_IN = {'sync/central_web/serve.cpp'}

EVERYWHERE = [
    ('co_await stands alone: name its arguments on the lines above',
     re.compile(r'co_await.*(\{|\[[^\]]+\]\s*\(|\?)|auto\s*&?\s*\[.*co_await|\?.*co_await')),
    ('include from the root, not upwards', re.compile(r'#include\s+"\.\./')),
    ('no catch-all', re.compile(r'catch\s*\(\s*\.\.\.\s*\)')),
    ('no note to do something later', re.compile(r'\b(TODO|FIXME|XXX)\b')),
    ('no file-scope using namespace of the standard library', re.compile(r'using namespace std;')),
]
# Rooms from the inside out; a room includes itself and those before it.
ROOMS = ['protocols', 'obd', 'station', 'sync', 'ui']
INCLUDE = re.compile(r'#include\s+"([a-z0-9_]+)/')


def longest(table, path):
    matches = [key for key in table if path.startswith(key)]
    return table[max(matches, key=len)] if matches else None


def breaches(path, text):
    lines = text.splitlines()
    limit = longest(LINES_MAX, path)
    if len(lines) > limit:
        yield limit, f'more than {limit} lines'
    banned = longest(BANNED, path)
    room = path.split('/')[0]
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            yield number, f'more than {COLUMNS_MAX} columns'
        if banned and (found := re.search(banned, line)):
            yield number, f'{found.group()} has no place in this folder'
        if 'boost/beast' in line and path not in BEAST_IN:
            yield number, 'Beast costs many seconds a file: keep it in one'
        code = line.split('//')[0].rstrip().removesuffix('{')
        for rule, pattern in EVERYWHERE:
            if pattern.search(code):
                yield number, rule
        if (included := INCLUDE.match(line)) and room in ROOMS and included.group(1) in ROOMS:
            if ROOMS.index(included.group(1)) > ROOMS.index(room):
                yield number, f'{room} does not know {included.group(1)}'
    if path.endswith('.hpp') and '#pragma once' not in text:
        yield 1, 'a header begins with #pragma once'


def misformatted(root, names):
    """Files that clang-format 14 (the one of Debian 12) would write differently."""
    if not shutil.which('clang-format'):
        print('clang-format is not installed: formatting is not checked', file=sys.stderr)
        return
    for name in names:
        if name.endswith(('.hpp', '.cpp')):
            shaped = subprocess.run(['clang-format', str(root / name)], capture_output=True, text=True)
            if shaped.stdout != (root / name).read_text(encoding='utf-8'):
                yield name, 1, 'is not formatted: clang-format -i'


def tracked(root):
    listed = subprocess.run(['git', '-C', str(root), 'ls-files', '-co', '--exclude-standard'],
                            capture_output=True, text=True)
    names = listed.stdout.splitlines() if listed.returncode == 0 else [
        file.relative_to(root).as_posix() for file in root.rglob('*') if file.is_file()]
    return [name for name in names if not name.startswith(('build', 'var/')) and
            (root / name).is_file()]


def documents(root, names):
    """Promises of the text files: links lead somewhere, folders have their page."""
    for name in names:
        if name.endswith('.md'):
            text = (root / name).read_text(encoding='utf-8')
            for target in re.findall(r'\]\(([^)#:]+)\)', text):
                if not (root / name).parent.joinpath(target).exists():
                    yield name, 1, f'links to {target}, which does not exist'
        if name.endswith('.json'):
            try:
                json.loads((root / name).read_text(encoding='utf-8'))
            except ValueError as problem:
                yield name, 1, f'is not JSON: {problem}'
    for folder in [*ROOMS, 'tests']:
        page = root / folder / 'README.md'
        if not page.exists():
            yield folder, 1, 'has no README.md'
        elif len(page.read_text().splitlines()) > 60:
            yield f'{folder}/README.md', 60, 'more than 60 lines'


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    names = tracked(root)
    count = 0
    for name in names:
        if name.endswith(('.hpp', '.cpp')):
            for number, rule in breaches(name, (root / name).read_text(encoding='utf-8')):
                print(f'{name}:{number}: {rule}')
                count += 1
    for name, number, rule in [*documents(root, names), *misformatted(root, names)]:
        print(f'{name}:{number}: {rule}')
        count += 1
    return 1 if count else 0


if __name__ == '__main__':
    sys.exit(main())
