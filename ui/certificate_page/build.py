#!/usr/bin/env python3
"""Builds the page that verifies certificates: one file, nothing fetched, scripts named by their hash.

Usage: build.py ESBUILD OUT
"""
import base64
import hashlib
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def hashed(text):
    return 'sha256-' + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def main(esbuild, out):
    script = subprocess.run(
        [esbuild, 'page.js', '--bundle', '--minify', '--format=iife', '--target=es2020', '--charset=utf8',
         '--legal-comments=inline'], cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout
    script = script.replace('</script', '<\\/script')
    style = (HERE / 'style.css').read_text()
    page = (HERE / 'index.html').read_text()
    for name, text in (('@SCRIPT_HASH@', hashed(script)), ('@STYLE_HASH@', hashed(style)), ('@STYLE@', style),
                       ('@SCRIPT@', script)):
        page = page.replace(name, text)
    pathlib.Path(out).write_text(page)


if __name__ == '__main__':
    main(*sys.argv[1:])
