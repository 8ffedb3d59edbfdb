#!/usr/bin/env python3
"""A database that is written while things go wrong.

    store_faults.py SIPGLASS kill [ROUNDS]   kill -9 at random moments: the file opens, is whole, and what was seen in it stays
    store_faults.py SIPGLASS faults          disk full, no right to write, not a database, damaged bytes: a line says so,
                                             the capture is read to its end
"""
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "samples"))
SAMPLE = os.path.join(ROOT, "samples", "responses.pcap")


def grown(path, copies):
    """A capture of many calls: the sample's records many times, with Call-IDs of their own."""
    with open(SAMPLE, "rb") as f:
        data = f.read()
    with open(path, "wb") as f:
        f.write(data[:24])
        for i in range(copies):
            # Same length, so that no checksum of a length changes; UDP checksums are not looked at.
            f.write(data[24:].replace(b"Call-ID: ", b"Call-ID:%c" % (33 + i % 90)) if i < 90 else
                    data[24:].replace(b"Call-ID: ", b"Call-ID:%c" % (33 + i % 90)).replace(b"example", b"ex%05d" % i))
    return path


def look(database):
    """Committed rows as another program sees them; None: nothing there yet."""
    try:
        c = sqlite3.connect("file:%s?mode=ro" % database, uri=True, timeout=5)
        rows = c.execute("SELECT id, frame, time_ns, summary FROM messages").fetchall()
        c.close()
        return rows
    except sqlite3.Error:
        return None


def kill(sipglass, rounds, folder):
    capture = grown(os.path.join(folder, "many.pcap"), 400)
    database, bad, seen, least = os.path.join(folder, "k.db"), 0, 0, None
    for i in range(rounds):
        for end in ("", "-wal", "-shm"):
            if i % 10 == 0 and os.path.exists(database + end):
                os.unlink(database + end)
        p = subprocess.Popen([sipglass, "calls", "-q", capture, "--db", database], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.0, 0.6))
        before = look(database)
        p.send_signal(signal.SIGKILL)
        p.wait()
        if not os.path.exists(database):
            continue
        c = sqlite3.connect(database, timeout=5)
        whole = c.execute("PRAGMA integrity_check").fetchone()[0]
        tables = c.execute("SELECT count(*) FROM sqlite_master WHERE name='messages'").fetchone()[0]
        after = set(c.execute("SELECT id, frame, time_ns, summary FROM messages")) if tables else set()
        c.close()
        lost = set(before or ()) - after
        seen += len(before or ())
        if whole != "ok" or lost:
            bad += 1
            print("FAIL round %d: %s, %d acknowledged rows lost" % (i, whole, len(lost)))
    # In the end the capture is read whole, once.
    subprocess.run([sipglass, "calls", "-q", capture, "--db", database], check=True, stderr=subprocess.DEVNULL)
    n = len(look(database))
    want = len(subprocess.run([sipglass, "messages", capture, "--json"], stdout=subprocess.PIPE, check=True).stdout.splitlines())
    if n != want:
        bad += 1
        print("FAIL: %d messages in the file, %d in the capture" % (n, want))
    print("%d kills, %d rows seen before them, %d faults" % (rounds, seen, bad))
    return bad


def expect(name, p, part):
    said = p.stderr.decode("utf-8", "replace")
    rows = len(p.stdout.splitlines())
    ok = part in said and p.returncode == 1 and rows > 0
    print("%s %s: exit status %d, %d rows, %s" % ("ok  " if ok else "FAIL", name, p.returncode, rows, said.strip()[:160]))
    return not ok


def call(sipglass, capture, database, **more):
    return subprocess.run([sipglass, "calls", "--json", capture, "--db", database], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=120, check=False, **more)


def faults(sipglass, folder):
    bad, path = 0, lambda name: os.path.join(folder, name)
    many = grown(path("many.pcap"), 200)
    small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    bad += expect("disk full", call(sipglass, many, path("full.db"), preexec_fn=small), "not all is stored")
    bad += expect("no such folder", call(sipglass, SAMPLE, path("none/x.db")), "nothing is stored")
    with open(path("text.db"), "w") as f:
        f.write("no database at all " * 50)
    bad += expect("not a database", call(sipglass, SAMPLE, path("text.db")), "not a database")
    other = sqlite3.connect(path("other.db"))
    other.execute("CREATE TABLE t(x)")
    other.commit()
    other.close()
    bad += expect("another program's", call(sipglass, SAMPLE, path("other.db")), "not one of sipglass")
    subprocess.run([sipglass, "calls", "-q", SAMPLE, "--db", path("a.db")], check=True)
    newer = sqlite3.connect(path("a.db"))
    newer.execute("PRAGMA user_version=77")
    newer.close()
    bad += expect("a newer schema", call(sipglass, SAMPLE, path("a.db")), "newer sipglass")
    bad += locked(sipglass, path)
    bad += on_small_disks(sipglass, folder, many)
    bad += mutated(sipglass, path)
    return bad


def locked(sipglass, path):
    """By another program for as long as it takes, from before the start and in the middle."""
    subprocess.run([sipglass, "calls", "-q", SAMPLE, "--db", path("l.db")], check=True)
    other = sqlite3.connect(path("l.db"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    bad = expect("locked by another", call(sipglass, grown(path("l.pcap"), 3), path("l.db")), "another program has it locked")
    other.execute("ROLLBACK")
    other.close()
    # A second one of its own: the first reads a pipe that does not end.
    first = subprocess.Popen([sipglass, "calls", "-q", "-", "--db", path("own.db")], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    with open(SAMPLE, "rb") as f:
        data = f.read()
    first.stdin.write(data)
    first.stdin.flush()
    for _ in range(100):
        if os.path.exists(path("own.db")):
            break
        time.sleep(0.05)
    time.sleep(0.3)
    bad += expect("written by a second one", call(sipglass, SAMPLE, path("own.db")), "another sipglass writes to it")
    first.stdin.close()
    first.wait()
    rows = look(path("own.db")) or []
    ok = first.returncode == 0 and rows
    print("%s the first one goes on: %d rows" % ("ok  " if ok else "FAIL", len(rows)))
    return bad + (not ok)


SMALL = """
set -e
mount -t tmpfs -o size=1500k none "$1"
set +e
"$2" calls --json "$3" --db "$1/full.db" >"$4/out" 2>"$4/err"
echo $? >"$4/status"
"$2" calls -q "$5" --db "$4/ro.db"
mkdir "$4/keep"; cp "$4/ro.db" "$4/keep/ro.db"
mount --bind "$4/keep" "$1"; mount -o remount,bind,ro "$1"
"$2" calls --json "$5" --db "$1/ro.db" >"$4/out-ro" 2>"$4/err-ro"
echo $? >"$4/status-ro"
"$2" calls --json "$5" --db "$1/new.db" >"$4/out-new" 2>"$4/err-new"
echo $? >"$4/status-new"
"$2" messages --json "$1/ro.db" >"$4/out-read" 2>"$4/err-read"
echo $? >"$4/status-read"
"""


def on_small_disks(sipglass, folder, many):
    """A disk that is full, a folder that may not be written: in a name space of our own."""
    place = os.path.join(folder, "disk")
    os.mkdir(place)
    p = subprocess.run(["unshare", "-rm", "sh", "-c", SMALL, "sh", place, os.path.abspath(sipglass), many, folder, SAMPLE],
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if p.returncode:
        print("no name spaces here (%s): the disk is left out" % p.stderr.decode().strip()[:60])
        return 0

    def said(name, part, status):
        read = lambda what: open(os.path.join(folder, what + name), "rb").read()
        rows, line, code = len(read("out").splitlines()), read("err").decode(), int(read("status"))
        ok = part in line and code == status and rows > 0
        print("%s disk%s: exit status %d, %d rows, %s" % ("ok  " if ok else "FAIL", name, code, rows, line.strip()[:120]))
        return not ok
    return said("", "the disk is full", 1) + said("-ro", "nothing is stored", 1) + said("-new", "nothing is stored", 1) + \
        said("-read", "", 0)


def mutated(sipglass, path):
    """Damaged bytes anywhere: read or refused, never a crash."""
    subprocess.run([sipglass, "calls", "-q", SAMPLE, "--db", path("m.db")], check=True)
    with open(path("m.db"), "rb") as f:
        whole = f.read()
    random.seed(7)
    crashed = 0
    for i in range(150):
        data = bytearray(whole)
        for _ in range(random.choice((1, 3, 20, 200))):
            data[random.randrange(len(data))] = random.randrange(256)
        if i % 5 == 0:
            data = data[:random.randrange(len(data))]
        with open(path("x.db"), "wb") as f:
            f.write(data)
        for command in (["calls", path("x.db")], ["messages", path("x.db"), "--json"], ["calls", "-q", SAMPLE, "--db", path("x.db")]):
            p = subprocess.run([sipglass, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120, check=False)
            if p.returncode not in (0, 1):
                crashed += 1
                print("FAIL mutation %d, %s: exit status %d %s" % (i, command[0], p.returncode, p.stderr[-200:]))
        for end in ("-wal", "-shm"):
            if os.path.exists(path("x.db" + end)):
                os.unlink(path("x.db" + end))
    print("150 damaged files, %d crashes" % crashed)
    return crashed


def main():
    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[2] == "kill":
            return 1 if kill(sys.argv[1], int(sys.argv[3]) if len(sys.argv) > 3 else 25, folder) else 0
        return 1 if faults(sys.argv[1], folder) else 0


if __name__ == "__main__":
    sys.exit(main())
