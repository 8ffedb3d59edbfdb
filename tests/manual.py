#!/usr/bin/env python3
"""Holds the manual against --help: the same commands, the same options, the same letters, both ways.

    manual.py SIPGLASS MANUAL
"""
import re
import subprocess
import sys


def helped(sipglass):
    text = subprocess.run([sipglass, "--help"], stdout=subprocess.PIPE, check=True, timeout=30).stdout.decode()
    commands, options = text.split("\nCommands\n")[1].split("\nOptions\n")
    names = set(re.findall(r"^  (\w+)  ", commands, re.M))
    for line in options.splitlines():
        m = re.match(r"  (?:(-\w),|   ) (--[\w-]+)", line)
        if m:
            names.update(x for x in m.groups() if x)
            names.update(re.findall(r"\(also (-\w)\)", line))
    return names


def written(path):
    with open(path) as f:
        text = f.read().replace("\\-", "-")
    commands, options = text.split(".Ss Commands")[1].split(".Ss Options")
    names = set(re.findall(r"^\.It Ic (\w+)", commands, re.M))
    for line in re.findall(r"^\.It (.*)", options.split("\n.Sh ")[0], re.M):
        for flag in re.findall(r"\bFl (-?\w[\w-]*)", line):
            names.add("-" + flag)
    return names


def main():
    said, told = helped(sys.argv[1]), written(sys.argv[2])
    for name in sorted(said - told):
        print("%s is in --help and not in the manual" % name)
    for name in sorted(told - said):
        print("%s is in the manual and not in --help" % name)
    return 1 if said != told or len(said) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
