#!/usr/bin/env python3
"""Holds the tour in README.md against what sipglass prints: every `$ sipglass ... samples/...` there is run, and the
lines below it are what comes, `...` standing for any lines. The table of folders names every folder of the source.

    tour.py SIPGLASS ROOT [--update]
"""
import os
import re
import shutil
import subprocess
import sys


def output(sipglass, command, root):
    env = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8", COLUMNS="120", TERM="dumb",
               PATH=os.path.dirname(sipglass) + ":" + os.environ["PATH"])
    p = subprocess.run(["sh", "-c", command], cwd=root, env=env, stdout=subprocess.PIPE, timeout=30)
    return "".join("    " + line + "\n" for line in p.stdout.decode().splitlines())


def main():
    sipglass, root = os.path.abspath(sys.argv[1]), sys.argv[2]
    path = os.path.join(root, "README.md")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    faults, seen, fresh = 0, 0, text
    for command, shown in re.findall(r"^    \$ (sipglass .*samples/.*)\n((?:    .*\n)+)", text, re.M):
        if "| jq" in command and not shutil.which("jq"):
            continue
        seen += 1
        got = output(sipglass, command, root)
        pattern = ".*".join(re.escape(part) for part in re.split(r"(?<=\n)    \.\.\.\n", shown))
        if not re.fullmatch(pattern, got, re.S):
            faults += 1
            print("%s\nprints now\n%s" % (command, got))
            fresh = fresh.replace(shown, got)
    folders = ["dissect", "tui"] + ["src/" + d for d in os.listdir(os.path.join(root, "src"))]
    for folder in sorted(folders):
        if os.path.isdir(os.path.join(root, folder)) and "| `%s` |" % folder not in text:
            faults += 1
            print("%s is missing in the table of folders" % folder)
    if "--update" in sys.argv:
        with open(path, "w", encoding="utf-8") as f:
            f.write(fresh)
    return 1 if faults or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
