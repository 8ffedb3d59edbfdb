#!/usr/bin/env python3
"""Real and malformed captures that lie beside the checkout (../shared/corpus), not in it.

    corpus.py SIPGLASS real        every message that the truth files list is found (check_corpus.py)
    corpus.py SIPGLASS torture     every malformed message is listed, as a message or with a reason

Exit status 77 (skipped) where they are absent.
"""
import collections
import glob
import json
import os
import subprocess
import sys

SHARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared")
CORPUS = os.path.join(SHARED, "corpus")


NO_MESSAGE = ("simple_uris.txt",)  # a list of URIs: there is no message in it


def torture(sipglass):
    bad = 0
    for capture in sorted(glob.glob(os.path.join(CORPUS, "torture", "*.pcap"))):
        p = subprocess.run([sipglass, "messages", capture, "--json"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=120)
        rows = [json.loads(line) for line in p.stdout.decode().splitlines()]
        frames = collections.Counter(r["frame"] for r in rows)
        index, want = capture + ".index.tsv", {}
        if os.path.exists(index):
            with open(index) as f:
                want = {int(x.split("\t")[0]): x.split("\t")[1] for x in f if x.split("\t")[0].isdigit()}
        missing = [n for n in want if not frames[n] and want[n] not in NO_MESSAGE]
        malformed = sum(r["malformed"] is not None for r in rows)
        print("%s: %d listed, %d of them malformed, %d of %d frames missing, exit status %d" % (
            os.path.basename(capture), len(rows), malformed, len(missing), len(want), p.returncode))
        for n in missing[:5]:
            print("    frame %d: %s" % (n, want[n]))
        if p.returncode not in (0, 1):
            print(p.stderr.decode(errors="replace")[-2000:])
        bad += bool(missing) or p.returncode not in (0, 1)
    return 1 if bad else 0


def main():
    sipglass, what = sys.argv[1:3]
    if not os.path.isdir(CORPUS):
        print("no %s: skipped" % os.path.normpath(CORPUS))
        return 77
    if what == "torture":
        return torture(sipglass)
    return subprocess.run([sys.executable, os.path.join(SHARED, "tools", "check_corpus.py"), "--sipglass", sipglass,
                           CORPUS]).returncode


if __name__ == "__main__":
    sys.exit(main())
