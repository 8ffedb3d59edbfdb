#!/usr/bin/env python3
"""Databases together, captures that come twice, what is left out, and text that tries to be SQL.

    databases.py SIPGLASS
"""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SAMPLES = os.path.join(ROOT, "samples")
TABLES = ["calls", "messages", "streams", "slices", "offers", "events", "findings", "ledger"]
faults = 0


def check(name, good, what=""):
    global faults
    faults += not good
    print("%s %s%s" % ("ok  " if good else "FAIL", name, "" if good else ": " + str(what)[:400]))


def run(sipglass, *arguments):
    return subprocess.run([sipglass, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=120)


def rows(sipglass, sources, table):
    p = run(sipglass, "sql", *sources, "--json", "SELECT * FROM %s" % table)
    return [json.loads(line) for line in p.stdout.splitlines()]


def sample(name):
    return os.path.join(SAMPLES, name + ".pcap")


def store(sipglass, folder, name, *captures):
    path = os.path.join(folder, name + ".db")
    for capture in captures:
        subprocess.run([sipglass, "calls", "-q", capture, "--db", path], check=True, stderr=subprocess.DEVNULL)
    return path


def together(sipglass, folder):
    """Captures of different times: at the same time and place one would explain the other."""
    first, second, third = sample("real-sipp"), sample("real-baresip"), sample("hold")
    a = store(sipglass, folder, "a", first, second)
    b = store(sipglass, folder, "b", second, third)
    c = store(sipglass, folder, "c", third)
    ways = {
        "three databases, captures in two of them": [a, b, c],
        "the same in another order": [c, b, a],
        "a database twice": [a, a, b],
        "a database beside its captures": [a, first, second, third],
        "a database beside a capture that it has": [a, b, second],
    }
    for table in ["calls", "messages", "streams", "offers", "events"]:
        wanted = unnumbered(rows(sipglass, [first, second, third], table))
        for name, sources in ways.items():
            got = unnumbered(rows(sipglass, sources, table))
            check("%s: %s" % (name, table), got == wanted, (len(got), len(wanted)))
    wanted = sorted((r["rule"], r["headline"]) for r in rows(sipglass, [first, second, third], "findings") if r["call"])
    got = sorted((r["rule"], r["headline"]) for r in rows(sipglass, [a, b, c], "findings"))
    check("findings of several databases", got == wanted, (got, wanted))


def unnumbered(listed):
    """Captures of the same time come in the order of their sources: ids are not compared."""
    without = ("id", "call", "session", "stream", "copy_of", "pair", "cause")
    return sorted(json.dumps({k: v for k, v in r.items() if k not in without}, sort_keys=True) for r in listed)


def twice(sipglass, folder):
    path = store(sipglass, folder, "twice", sample("hold"))
    counts = lambda: {t: len(rows(sipglass, [path], t)) for t in TABLES}
    before = counts()
    p = run(sipglass, "calls", "-q", sample("hold"), "--db", path)
    check("a capture that comes twice is said", b"not stored again" in p.stderr and not p.returncode, p.stderr)
    check("and not doubled", counts() == before, (counts(), before))
    copy = os.path.join(folder, "another name.pcap")
    with open(sample("hold"), "rb") as f, open(copy, "wb") as g:
        g.write(f.read())
    run(sipglass, "calls", "-q", copy, "--db", path)
    check("not under another name either", counts() == before, (counts(), before))
    # Read in part: as if the program had been killed.
    c = sqlite3.connect(path)
    c.execute("UPDATE captures SET ended=NULL")
    c.commit()
    c.close()
    run(sipglass, "calls", "-q", sample("hold"), "--db", path)
    check("one that was read in part is read again", counts() == before, (counts(), before))


def save(sipglass, folder):
    path, out = store(sipglass, folder, "save", sample("plain")), os.path.join(folder, "out.pcap")
    for more in ([], ["--call", "1"], [sample("busy")]):
        p = run(sipglass, "save", path, *more, "-O", out)
        check("no frames in a database %s" % more[:1], p.returncode == 1 and b"no frames" in p.stderr and not os.path.exists(out), p.stderr)


def redacted(sipglass, folder):
    path = os.path.join(folder, "redacted.db")
    run(sipglass, "calls", "-q", sample("info-dtmf"), "--db", path, "--redact")
    c = sqlite3.connect(path)
    texts = c.execute("SELECT count(*) FROM message_more WHERE text IS NOT NULL").fetchone()[0]
    digits = c.execute("SELECT count(*) FROM events WHERE kind='dtmf' AND value IS NOT NULL").fetchone()[0]
    c.close()
    check("nothing of texts and digits with --redact", texts == 0 and digits == 0, (texts, digits))
    got = unnumbered([r for r in rows(sipglass, [path], "messages")])
    check("messages of it", got == unnumbered(rows(sipglass, [sample("info-dtmf")], "messages")))


def hostile_capture(folder):
    """The sample with SQL in its headers, records of a length of their own."""
    out = os.path.join(folder, "a'); DROP TABLE messages;--.pcap")
    with open(sample("plain"), "rb") as f:
        data = f.read()
    for old in (b"alice", b"bob"):
        assert old in data
    # The same number of bytes, so that no length changes: names in From, To and Contact.
    data = data.replace(b"alice", b"a';--").replace(b"bob", b"';\"")
    with open(out, "wb") as f:
        f.write(data)
    return out


def injection(sipglass, folder):
    capture = hostile_capture(folder)
    path = os.path.join(folder, "b'); DROP TABLE calls;--.db")
    p = run(sipglass, "calls", "-q", capture, "--db", path)
    check("stored under a hostile name", p.returncode == 0, p.stderr)
    for table in TABLES[:7]:
        wanted, got = rows(sipglass, [capture], table), rows(sipglass, [path], table)
        check("hostile names: %s" % table, got == wanted and (table != "calls" or len(got) == 1), (wanted[:1], got[:1]))
    check("the name is text", rows(sipglass, [capture], "calls")[0]["from_user"] == "a';--")
    run(sipglass, "calls", "-q", capture, "--db", path)
    c = sqlite3.connect(path)
    names = {r[0] for r in c.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    check("no table is gone", set(TABLES) | {"captures"} <= names, names)
    check("the capture's name", [r[0] for r in c.execute("SELECT name FROM captures")] == [capture])
    c.close()
    attempts = ["1); DROP TABLE calls; --", "1; DELETE FROM calls", "(SELECT 1) UNION SELECT * FROM calls", "1) OR (1=1",
                "id = 1; ATTACH 'x.db' AS x", "load_extension('x') = 1", "writefile('x', 'y') = 1", "' OR 1=1 --", "1 /*",
                "id IN (SELECT id FROM calls) --", "x'); DROP TABLE calls;--", "fts3_tokenizer('x') = 1",
                "randomblob(2000000000) = 1", "printf('%2000000000d', 1) = 1"]
    whole = rows(sipglass, [path], "calls")
    for text in attempts:
        for source in (capture, path):
            p = run(sipglass, "calls", source, "--json", "-e", text)
            check("filter %r: status %d" % (text, p.returncode), p.returncode in (0, 2), p.stderr)
        p = run(sipglass, "sql", path, text)
        check("statement %r: status %d" % (text, p.returncode), p.returncode == 2, p.stderr)
    for text in ("DROP TABLE calls", "DELETE FROM calls", "INSERT INTO calls(id) VALUES(9)", "ATTACH 'x.db' AS x",
                 "PRAGMA writable_schema=ON", "CREATE TABLE t(x)", "VACUUM INTO 'x.db'", "UPDATE calls SET id=2",
                 "SELECT 1; DROP TABLE calls", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n"):
        p = run(sipglass, "sql", "--sql-timeout", "1", path, text)
        check("statement %r: status %d" % (text[:30], p.returncode), p.returncode != 0, p.stdout)
    check("nothing was written", rows(sipglass, [path], "calls") == whole)
    check("no file was made", not os.path.exists("x.db") and not os.path.exists("x"))
    configured(sipglass, folder, path, whole)


def configured(sipglass, folder, path, whole):
    """Names of columns and filters of the configuration."""
    config = os.path.join(folder, "config.ini")
    for section in ("[columns]\ncalls = id, from_user); DROP TABLE calls;--, state\n", "[filters]\nbad = 1); DROP TABLE calls;--\n",
                    "[filters]\nx'); DROP TABLE calls;-- = id = 1\n", "[columns]\nx'); DROP TABLE calls;-- = id\n"):
        with open(config, "w") as f:
            f.write(section)
        for more in ([], ["-e", "@bad"], ["-e", "bad"]):
            p = run(sipglass, "calls", path, "--config", config, *more)
            check("configuration %r %s: status %d" % (section[:40], more, p.returncode), p.returncode in (0, 1, 2), p.stderr)
    check("nothing was written", rows(sipglass, [path], "calls") == whole)


def main():
    sipglass = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for part in (together, twice, save, redacted, injection):
            part(sipglass, folder)
    print("%d faults" % faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
