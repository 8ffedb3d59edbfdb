#!/usr/bin/env python3
"""Checks that a document is what `sipglass diagnose --explain all` writes.   document.py SIPGLASS FILE [--update]"""
import subprocess
import sys

made = subprocess.run([sys.argv[1], "diagnose", "--explain", "all"], capture_output=True, check=True).stdout
if "--update" in sys.argv:
    with open(sys.argv[2], "wb") as f:
        f.write(made)
with open(sys.argv[2], "rb") as f:
    same = f.read() == made
print("as made" if same else "%s: not what --explain all writes" % sys.argv[2])
sys.exit(0 if same else 1)
