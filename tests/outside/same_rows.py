#!/usr/bin/env python3
"""The same rows four ways: a list with --where, `sql`, the database read by sipglass, the database read by sqlite3.

    same_rows.py SIPGLASS samples | corpus | truth

Every capture is stored, with and without text, and what the ways give is compared value by value. Exit status 77 (skipped)
where there is nothing to read.
"""
import glob
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
SHARED = os.path.join(ROOT, "..", "shared")
ASK = [
    ("calls", "1 = 1"),
    ("calls", "status >= 400 OR state = 'cancelled'"),
    ("calls", "pdd > 0.2 AND method = 'INVITE'"),
    ("calls", "from_user LIKE '%1%' AND retransmissions = 0"),
    ("messages", "1 = 1"),
    ("messages", "status BETWEEN 180 AND 299"),
    ("messages", "retransmission OR copy_of IS NOT NULL OR malformed IS NOT NULL"),
]


def run(sipglass, *arguments):
    p = subprocess.run([sipglass, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if p.returncode not in (0, 1):
        raise SystemExit("%s: exit status %d: %s" % (" ".join(arguments), p.returncode, p.stderr.decode("utf-8", "replace")))
    return p.stdout


def rows_of(text):
    return [json.loads(line) for line in text.decode("utf-8").splitlines()]


def by_sqlite(database, table, where):
    connection = sqlite3.connect("file:%s?mode=ro" % database, uri=True)
    connection.row_factory = sqlite3.Row
    rows = [dict(r) for r in connection.execute("SELECT * FROM %s WHERE %s ORDER BY id" % (table, where))]
    connection.close()
    return rows


def same(a, b):
    if isinstance(a, bool) or isinstance(b, bool):
        return a is not None and b is not None and int(a) == int(b)
    if isinstance(a, float) or isinstance(b, float):
        return a is not None and b is not None and math.isclose(a, b, rel_tol=1e-12, abs_tol=1.1e-6)
    return a == b


def differ(a, b):
    """The first difference of two lists of rows, None: there is none."""
    if len(a) != len(b):
        return "%d and %d rows" % (len(a), len(b))
    for x, y in zip(a, b):
        if list(x) != list(y):
            return "columns %s and %s" % (list(x), list(y))
        for name in x:
            if not same(x[name], y[name]):
                return "row %s, %s: %r and %r" % (x.get("id"), name, x[name], y[name])
    return None


def from_capture(sipglass, capture):
    """What the capture itself gives for all questions, and where its two ways differ."""
    listed, faults = [], []
    for table, where in ASK:
        rows = rows_of(run(sipglass, table, capture, "--json", "--where", where))
        asked = rows_of(run(sipglass, "sql", capture, "--json", "SELECT * FROM %s WHERE %s ORDER BY id" % (table, where)))
        fault = differ(rows, asked)
        if fault:
            faults.append("%s %s, sql: %s" % (table, where, fault))
        listed.append(rows)
    return listed, faults


def check(sipglass, capture, folder):
    all_listed, faults = from_capture(sipglass, capture)
    count = 0
    for text in ([], ["--no-text"]):
        database = os.path.join(folder, "rows.db")
        for name in glob.glob(database + "*"):
            os.unlink(name)
        run(sipglass, "calls", "-q", capture, "--db", database, *text)
        if subprocess.run(["sqlite3", database, "PRAGMA integrity_check"], stdout=subprocess.PIPE,
                          check=True).stdout.strip() != b"ok":
            faults.append("the database is not whole")
        for (table, where), listed in zip(ASK, all_listed):
            count += len(listed)
            ways = {
                "database": rows_of(run(sipglass, table, database, "--json", "--where", where)),
                "sqlite3": by_sqlite(database, table, where),
            }
            for way, rows in ways.items():
                if way == "database" and text and "torture" in capture:
                    continue  # what cannot be parsed is known by its text alone
                wanted = listed
                if way == "database" and text:
                    # Of a malformed message only its text knows more than its columns.
                    wanted = [r for r in listed if not r.get("malformed")]
                    rows = [r for r in rows if not r.get("malformed")]
                fault = differ(wanted, rows)
                if fault:
                    faults.append("%s %s, %s%s: %s" % (table, where, way, " without text" if text else "", fault))
    return count, faults


def generated(folder):
    tools = os.path.join(SHARED, "tools")
    if not os.path.exists(os.path.join(tools, "gencalls.c")):
        return []
    tool = os.path.join(folder, "gencalls")
    subprocess.run(["cc", "-O2", "-o", tool, os.path.join(tools, "gencalls.c"), "-lm"], check=True)
    found = []
    for name, options in (("mixed", "--transport mix --ipv6 0.3 --vlan 0.3 --frag --sipnoise 0.3"), ("b2bua", "--b2bua 0.4"),
                          ("cut", "--cut 3"), ("nsec", "--nsec")):
        path = os.path.join(folder, name + ".pcap")
        subprocess.run([tool, "--seed", "5", "--calls", "300", "--rate", "30", "--hold", "10", "--media", "no", *options.split(),
                        "--out", path, "--truth", path + ".jsonl"], check=True, stdout=subprocess.DEVNULL)
        found.append(path)
    return found


def captures(kind, folder):
    if kind == "samples":
        return sorted(glob.glob(os.path.join(ROOT, "samples", "*.pcap*")))
    if kind == "truth":
        return generated(folder)
    found = []
    for path, _, names in os.walk(os.path.join(SHARED, "corpus")):
        found += [os.path.join(path, n) for n in names if n.endswith((".pcap", ".pcapng", ".cap"))]
    return sorted(p for p in found if os.path.getsize(p) < 20 << 20)


def scratch():
    """A folder for a while: in memory where that can be, since a disk takes longer to be sure than all the rest does."""
    memory = "/dev/shm"
    return tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None)


def main():
    sipglass, kind = sys.argv[1], sys.argv[2]
    bad = rows = 0
    with scratch() as folder:
        found = captures(kind, folder)
        for capture in found:
            n, faults = check(sipglass, capture, folder)
            rows += n
            bad += len(faults) > 0
            for fault in faults:
                print("FAIL %s: %s" % (os.path.basename(capture), fault))
    print("%d captures, %d rows four ways, %d captures with differences" % (len(found), rows, bad))
    return 77 if not found else 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
