#!/usr/bin/env python3
"""Holds the pictures in docs/screens.md against the golden files of the screens (tests/golden/screens/samples): below
each `<!-- NAME WxH -->` stands what the screen shows.

    shots.py ROOT [--update]
"""
import os
import re
import sys


def shot(root, name, size):
    """One size of a golden file, without the blanks of empty lines at its end."""
    with open(os.path.join(root, "tests/golden/screens/samples", name + ".txt"), encoding="utf-8") as f:
        parts = re.split(r"^==== (.*)\n", f.read(), flags=re.M)
    text = dict(zip(parts[1::2], parts[2::2]))[size]
    return text.split("---- styles\n")[0]


def main():
    root = sys.argv[1]
    path = os.path.join(root, "docs/screens.md")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    seen = 0

    def replace(m):
        nonlocal seen
        seen += 1
        return "<!-- %s %s -->\n```\n%s```\n" % (m[1], m[2], shot(root, m[1], m[2]))

    fresh = re.sub(r"<!-- (\S+) (\d+x\d+(?: ascii)?) -->\n```\n(?:.*\n)*?```\n", replace, text)
    if "--update" in sys.argv:
        with open(path, "w", encoding="utf-8") as f:
            f.write(fresh)
    elif fresh != text:
        print("docs/screens.md is not what the screens show: tests/shots.py . --update")
        return 1
    return 0 if seen else 1


if __name__ == "__main__":
    sys.exit(main())
