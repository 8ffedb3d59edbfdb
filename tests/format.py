#!/usr/bin/env python3
"""Checks that every C file is as clang-format 14 writes it. Exit status 77 (skipped) without clang-format 14."""
import os
import shutil
import subprocess
import sys

MOST = 100  # files at once

root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
tool = shutil.which("clang-format-14")
if not tool:
    print("clang-format-14 is not installed")
    sys.exit(77)
files = []
for top in ("dissect", "src", "tui", "tests"):
    for folder, _, names in os.walk(os.path.join(root, top)):
        files += [os.path.join(folder, n) for n in sorted(names) if n.endswith((".c", ".h"))]
bad = []
for at in range(0, len(files), MOST):
    some = files[at:at + MOST]
    done = subprocess.run([tool, "--dry-run", "-Werror"] + some, stderr=subprocess.PIPE, text=True, errors="replace")
    named = {line.split(":", 1)[0] for line in done.stderr.splitlines()}
    wrong = [f for f in some if f in named]
    bad += wrong if wrong or not done.returncode else some  # an error that names none of them
for f in bad:
    print("%s: not formatted (clang-format-14 -i)" % os.path.relpath(f, root))
print("%d files, %d not formatted" % (len(files), len(bad)))
sys.exit(1 if bad or not files else 0)
