#!/usr/bin/env python3
"""Sums the results of all builds in a folder: the last line is `N passed, N failed[, N skipped]`."""
import collections
import glob
import json
import os
import sys

PASSED, SKIPPED = {"OK", "EXPECTEDFAIL"}, {"SKIP"}


def main():
    work = sys.argv[1]
    total = collections.Counter()
    for path in sorted(glob.glob(os.path.join(work, "*", "meson-logs", "testlog.json"))):
        count = collections.Counter()
        with open(path) as f:
            for line in f:
                result = json.loads(line)
                kind = "passed" if result["result"] in PASSED else \
                    "skipped" if result["result"] in SKIPPED else "failed"
                count[kind] += 1
                if kind == "failed":
                    print("failed: %s (%s)" % (result["name"], path.split(os.sep)[-3]))
        total += count
    try:
        with open(os.path.join(work, "not-built")) as f:
            for name in f.read().split():
                print("failed: the build `%s`" % name)
                total["failed"] += 1
    except FileNotFoundError:
        pass
    skipped = ", %d skipped" % total["skipped"] if total["skipped"] else ""
    print("%d passed, %d failed%s" % (total["passed"], total["failed"], skipped))
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
