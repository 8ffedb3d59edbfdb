#!/usr/bin/env python3
"""Captures that come through pipes, and files that grow: all messages, each printed as soon as it came.

    pipes.py SIPGLASS
"""
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time

SAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples", "busy.pcap")
ENV = dict(os.environ, TZ="UTC")
faults = 0


def check(what, ok, got=""):
    global faults
    faults += not ok
    print("%s %s%s" % ("ok  " if ok else "FAIL", what, "" if ok else "\n     got: %r" % (got,)))


def records(data):
    """The file's header, and its records."""
    out, at = [data[:24]], 24
    while at < len(data):
        n = 16 + int.from_bytes(data[at + 8:at + 12], "little")
        out.append(data[at:at + n])
        at += n
    return out


def start(sipglass, *args, **more):
    return subprocess.Popen([sipglass, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV, **more)


def line(p, seconds=10):
    """The next row of output; None where none comes."""
    ready, _, _ = select.select([p.stdout], [], [], seconds)
    text = os.read(p.stdout.fileno(), 65536) if ready else b""
    return json.loads(text) if text.count(b"\n") == 1 else text or None


def named(sipglass, folder, data):
    """Pipes with a name: a FIFO, a shell's <(...), /dev/stdin."""
    fifo = os.path.join(folder, "fifo")
    os.mkfifo(fifo)
    written = []

    def write():
        try:
            with open(fifo, "wb") as f:
                written.append(f.write(data))
        except OSError as e:
            written.append(e)
    for command in (["calls"], ["calls", "--db", os.path.join(folder, "x.db")]):
        del written[:]
        writer = threading.Thread(target=write)
        writer.start()
        p = subprocess.run([sipglass, *command, fifo, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV, timeout=20)
        writer.join(5)
        check("a FIFO, %s: its call, all of it taken" % " ".join(command[:2]),
              p.returncode == 0 and p.stdout.count(b"\n") == 1 and written == [len(data)], (p, written))
    for what, shell in (("<(...)", '"$0" calls --json <(cat "$1")'), ("/dev/stdin", 'cat "$1" | "$0" calls --json /dev/stdin')):
        p = subprocess.run(["bash", "-c", shell, sipglass, SAMPLE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV, timeout=20)
        check(what + ": its call", p.returncode == 0 and p.stdout.count(b"\n") == 1 and not p.stderr, p)


def at_once(sipglass, folder, parts):
    """A message is printed while the source is still open."""
    p = start(sipglass, "messages", "-", "--json", stdin=subprocess.PIPE)
    for i, part in enumerate(parts[1:4]):
        p.stdin.write(parts[0] * (i == 0) + part)
        p.stdin.flush()
        row = line(p)
        check("a pipe: message %d as it comes" % (i + 1), isinstance(row, dict) and row["id"] == i + 1, row)
    p.communicate(timeout=10)
    path = os.path.join(folder, "grows.pcap")
    with open(path, "wb") as f:
        f.write(parts[0])
    p = start(sipglass, "messages", "--follow", path, "--json")
    for i, part in enumerate(parts[1:4]):
        with open(path, "ab") as f:
            f.write(part[:60])
            f.flush()
            time.sleep(0.05)
            f.write(part[60:])
        row = line(p)
        check("a file that grows: message %d as it comes" % (i + 1), isinstance(row, dict) and row["id"] == i + 1, row)
    p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=10)
    check("... ends at Ctrl-C, quietly", p.returncode == 0 and not out and not err, (p.returncode, out, err))


def saved(sipglass, folder):
    """Of a pipe RTP is kept with -r, and without it the line says so."""
    plain, out = SAMPLE.replace("busy", "plain"), os.path.join(folder, "saved.pcap")
    size = []
    for more, said in (([], True), (["-r"], False), (["--no-media"], False)):
        with open(plain, "rb") as f:
            p = subprocess.run([sipglass, "save", "-", "-O", out, *more], stdin=f, stderr=subprocess.PIPE, env=ENV, timeout=20)
        size.append(os.path.getsize(out))
        check("saving from a pipe %s: what is said" % more, p.returncode == 0 and (b"signalling only" in p.stderr) == said, p)
    check("saving from a pipe: -r has it all", size[1] == os.path.getsize(plain) and size[0] == size[2] < size[1], size)


def beside(sipglass, folder, parts):
    """Output and errors in files beside the capture are no captures of its series."""
    path = os.path.join(folder, "cap.pcap")
    with open(path, "wb") as f:
        f.write(parts[0] + parts[1])
    with open(os.path.join(folder, "cap.json"), "wb") as out, open(os.path.join(folder, "cap.err"), "wb") as err:
        p = subprocess.Popen([sipglass, "messages", "--follow", path, "--json"], stdout=out, stderr=err, env=ENV)
        time.sleep(0.7)
        with open(path, "ab") as f:
            f.write(parts[2])
        time.sleep(0.7)
        p.send_signal(signal.SIGINT)
        status = p.wait(10)
    with open(os.path.join(folder, "cap.json"), "rb") as f:
        rows = f.read().count(b"\n")
    check("output beside the followed file", status == 0 and rows == 2, (status, rows))


def main():
    sipglass = os.path.abspath(sys.argv[1])
    with open(SAMPLE, "rb") as f:
        data = f.read()
    with tempfile.TemporaryDirectory(prefix="sipglass-pipes-") as folder:
        named(sipglass, folder, data)
        at_once(sipglass, folder, records(data))
        saved(sipglass, folder)
        beside(sipglass, folder, records(data))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
