#!/usr/bin/env python3
"""Every word people can see exists in Spanish and English, is used, and names no missing key."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
problems = []


def complain(where, what):
    problems.append(f'{where}: {what}')


def pairs(text):
    """key -> (es, en) of `"key": ["…", "…"]` or `key: ['…', '…']`."""
    found = {}
    for match in re.finditer(r'''^\s*["']?(\w+)["']?:\s*\[(["'])(.*?)\2,\s*(["'])(.*?)\4\]''',
                             text, re.M | re.S):
        if match.group(1) in found:
            complain(match.group(1), 'is defined twice')
        found[match.group(1)] = (match.group(3), match.group(5))
    return found


def check(name, words, used):
    for key, (es, en) in words.items():
        if not es.strip() or not en.strip():
            complain(name, f'{key} lacks a language')
        if es.count('%') != en.count('%'):
            complain(name, f'{key} has other placeholders in the other language')
    for key in sorted(used - set(words)):
        complain(name, f'{key} is used and not defined')


qml = ROOT / 'ui/technician/qml'
words = pairs((qml / 'Words.qml').read_text())
used = set()
prefixes = set()
for file in qml.glob('*.qml'):
    text = file.read_text()
    used |= set(re.findall(r'Words\.say\("(\w+)"\)', text))
    used |= set(re.findall(r'(?:model: )?"(step_\w+)"', text)) | set(re.findall(r'key: "(\w+)"', text))
    prefixes |= set(re.findall(r'Words\.say\("(\w+_)"\s*\+', text))
    for line in re.findall(r'^\s*text: "([^"]*[a-záéíóú]{3}[^"]*)"', text, re.M):
        complain(file.name, f'visible text outside Words: "{line}"')
if len(words) < 50:
    complain('Words.qml', 'could not be read')
check('Words.qml', words, used)
for prefix in prefixes:
    if not any(key.startswith(prefix) for key in words):
        complain('Words.qml', f'no word begins with {prefix}')

# Keys that C++ hands to the views.
monitors = set(re.findall(r'Row\{Monitor::\w+, "(\w+)"', (ROOT / 'obd/decode/monitors.cpp').read_text()))
steps = set(re.findall(r'What::\w+, [^"}]*"(\w+)"\}', (ROOT / 'obd/session/plan.cpp').read_text()))
if len(monitors) < 16 or len(steps) < 6:
    complain('words.py', 'cannot find the monitors or steps in the sources')
check('Words.qml', words, {f'monitor_{code}' for code in monitors} | steps)

page = pairs((ROOT / 'ui/supervisor/texts.js').read_text())
script = (ROOT / 'ui/supervisor/app.js').read_text()
used = set(re.findall(r"say\('(\w+)'\)", script))
used |= set(re.findall(r'data-text="(\w+)"', (ROOT / 'ui/supervisor/index.html').read_text()))
fuels = set(re.findall(r'"(\w+)"', re.search(
    r'fuels\{([^}]*)\}', (ROOT / 'ui/terminal/vehicle_options.cpp').read_text()).group(1)))
verdicts = set(re.findall(r"'([A-Z_]+)'", re.search(r'VERDICTS = \[(.*?)\]', script).group(1)))
kinds = set(re.findall(r"'([A-Z_]+)'", re.search(r'OTHER_KINDS = \[(.*?)\]', script).group(1)))
check('texts.js', page, used | fuels | verdicts | kinds)

for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
