#!/usr/bin/env python3
"""Checks that every rule has a case in which it is found, with the frames that prove it, and a near miss.

    whole.py SIPGLASS LIST...
"""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from run import cases


def main():
    made = subprocess.run([sys.argv[1], "diagnose", "--explain", "all"], capture_output=True, check=True).stdout.decode()
    rules = re.findall(r"^### ([A-Z]+\d+) [A-Z]", made, re.M)
    found, missed = set(), set()
    for path in sys.argv[2:]:
        for _, lines, _ in cases(path):
            found |= {x[1] for x in lines if x[0] == "expect" and any(w.startswith("frames=") for w in x[3:])}
            missed |= {x[1] for x in lines if x[0] == "never" and len(x) == 2}
    for kind, have in (("positive case with frames", found), ("near miss", missed)):
        print("no %s: %s" % (kind, " ".join(r for r in rules if r not in have) or "-"))
        unknown = sorted(have - set(rules))
        if unknown:
            sys.exit("no such rule: " + " ".join(unknown))
    print("%d rules" % len(rules))
    return 0 if rules and found >= set(rules) <= missed else 1


if __name__ == "__main__":
    sys.exit(main())
