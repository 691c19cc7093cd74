#!/usr/bin/env python3
"""Writes a C++ file that holds the text of data files.

Usage: embed.py OUT NAMESPACE FUNCTION BASE FILE...
"""
import pathlib
import sys

BYTES_A_LINE = 60


def literal(data: bytes) -> str:
    rows = [data[i:i + BYTES_A_LINE] for i in range(0, len(data), BYTES_A_LINE)]
    return '\n'.join('"' + ''.join(f'\\{byte:03o}' for byte in row) + '"' for row in rows) or '""'


def main() -> None:
    out, namespace, function, base, *files = sys.argv[1:]
    signature = f'const std::vector<protocols::EmbeddedFile>& {function}()'
    lines = ['#include "protocols/base/embedded.hpp"', '#include <vector>',
             f'namespace {namespace} {{', f'{signature};', f'{signature} {{',
             'static const std::vector<protocols::EmbeddedFile> all{']
    for name in files:
        data = (pathlib.Path(base) / name).read_bytes()
        lines.append(f'{{"{name}", std::string_view({literal(data)}, {len(data)})}},')
    lines += ['};', 'return all;', '}', '}']
    pathlib.Path(out).write_text('\n'.join(lines) + '\n')


if __name__ == '__main__':
    main()
