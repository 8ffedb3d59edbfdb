#!/usr/bin/env python3
"""The statements of the README, run over samples: each has to give what it says, and those with an answer below that.

    queries.py SIPGLASS
"""
import glob
import json
import os
import re
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SAMPLES = sorted(glob.glob(os.path.join(ROOT, "samples", "*.pcap*")))
# What of the samples is known from samples/make.py.
KNOWN = {
    "what the box added between two legs": ("b2bua-xcid.pcap", lambda rows: [(r["id"], r["leg"], r["link"], r["delay"]) for r in rows]
                                            == [(1, 2, "X-Call-ID", 0.024)]),
    "slowest post-dial delay by peer": ("b2bua-xcid.pcap", lambda rows: [(r["dst"], r["calls"], round(r["worst"], 2)) for r in rows]
                                        == [("203.0.113.5:5060", 1, 0.7), ("198.51.100.20:5060", 1, 0.68)]),
    "share of retransmissions by path": ("retransmissions.pcap", lambda rows: len(rows) > 0 and all(r["percent"] > 0 for r in rows)),
    "who sends which user agent, and how its calls end": ("busy.pcap", lambda rows: [r["state"] for r in rows] == ["busy"]),
}


def statements():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as f:
        block = re.search(r"```sql\n(.*?)```", f.read(), re.S)[1]
    return [(m[1], m[2]) for m in re.finditer(r"-- ([^\n]*)\n(.*?;)\n", block, re.S)]


def run(sipglass, files, statement):
    p = subprocess.run([sipglass, "sql", *files, "--json", "--utc", statement], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       timeout=60, check=False)
    return p.returncode, [json.loads(line) for line in p.stdout.decode().splitlines()], p.stderr.decode()


def main():
    bad = 0
    found = statements()
    for name, statement in found:
        status, rows, said = run(sys.argv[1], SAMPLES, statement)
        if status == 2 or "sql:" in said:
            print("FAIL %s: %s" % (name, said))
            bad += 1
        if name in KNOWN:
            sample, check = KNOWN[name]
            _, rows, _ = run(sys.argv[1], [os.path.join(ROOT, "samples", sample)], statement)
            if not check(rows):
                print("FAIL %s: %s gives %s" % (name, sample, rows))
                bad += 1
    print("%d statements, %d faults" % (len(found), bad))
    return 1 if bad or len(found) < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
