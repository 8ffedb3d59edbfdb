#!/usr/bin/env python3
"""What `save` writes is the call whole: read again it has the same messages and the same streams, figure for figure, and
nothing of other calls. (Over TCP a frame may hold messages of several calls, and is saved whole.)

    save.py SIPGLASS
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")
PLACE = ("id", "call", "session", "frame", "pair", "file", "interface", "txn", "same")  # where a row stands, not what it is
faults = 0


def rows(sipglass, command, capture, *more):
    p = subprocess.run([sipglass, command, "--json", capture, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       env=dict(os.environ, TZ="UTC"), timeout=60)
    assert p.returncode == 0, p.stderr
    return [json.loads(line) for line in p.stdout.decode().splitlines()]


def plain(rows):
    return [{k: v for k, v in row.items() if k not in PLACE} for row in rows]


def check(what, ok):
    global faults
    faults += not ok
    print("%s %s" % ("ok  " if ok else "FAIL", what))


def of_call(found, call):
    return [row for row in found if row["call"] == call]


def saved(sipglass, name, folder):
    """Each call of a sample, saved alone."""
    source = os.path.join(SAMPLES, name + ".pcap")
    messages, streams = rows(sipglass, "messages", source), rows(sipglass, "streams", source)
    for call in rows(sipglass, "calls", source):
        out = os.path.join(folder, "%s-%d.pcap" % (name, call["id"]))
        p = subprocess.run([sipglass, "save", source, "--call", str(call["id"]), "-O", out], stderr=subprocess.PIPE)
        what = "%s, call %d" % (name, call["id"])
        check(what + ": saved", p.returncode == 0)
        if p.returncode:
            continue
        check(what + ": one call", len(rows(sipglass, "calls", out)) == 1)
        check(what + ": its messages",
              plain(rows(sipglass, "messages", out)) == plain(of_call(messages, call["id"])))
        check(what + ": its streams",
              plain(rows(sipglass, "streams", out)) == plain(of_call(streams, call["id"])))
    return len(streams)


def signalling(sipglass, folder):
    """With --no-media the signalling alone."""
    source, out = os.path.join(SAMPLES, "plain.pcap"), os.path.join(folder, "signalling.pcap")
    subprocess.run([sipglass, "save", "--no-media", source, "-O", out], stderr=subprocess.PIPE, check=True)
    check("--no-media: no streams", not rows(sipglass, "streams", out))
    check("--no-media: all messages", len(rows(sipglass, "messages", out)) == len(rows(sipglass, "messages", source)))


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def two_interfaces(path):
    """plain.pcap's messages as two interfaces see them, the second 1 ms later."""
    with open(os.path.join(SAMPLES, "plain.pcap"), "rb") as f:
        data = f.read()
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    for name in (b"inside", b"outside"):
        out += block(1, struct.pack("<HHIHH", 1, 0, 0, 2, len(name)) + name + b"\0" * (-len(name) % 4) + b"\0" * 4)
    at = 24
    while at < len(data):
        seconds, micros, n, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + n]
        at += 16 + n
        for i in range(2 if b"SIP/2.0" in frame else 0):
            when = seconds * 1000000 + micros + 1000 * i
            out += block(6, struct.pack("<IIIII", i, when >> 32, when & 0xFFFFFFFF, n, n) + frame)
    with open(path, "wb") as f:
        f.write(out)


def interfaces(sipglass, folder):
    """pcapng keeps interfaces apart and their names, so that copies are copies again."""
    source, out = os.path.join(folder, "two.pcapng"), os.path.join(folder, "two-saved.pcapng")
    two_interfaces(source)
    subprocess.run([sipglass, "save", source, "-O", out], stderr=subprocess.PIPE, check=True)
    before, after = ([{k: v for k, v in row.items() if k != "file"} for row in rows(sipglass, "messages", path)]
                     for path in (source, out))
    check("two interfaces: seven messages and their copies", [m["copy_of"] is None for m in before] == [True, False] * 7)
    check("two interfaces: the same rows", before == after)


def main():
    sipglass = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        streams = sum(saved(sipglass, name, folder)
                      for name in ("plain", "hold", "real-baresip", "responses", "ipv6", "fragments"))
        check("samples with media", streams >= 4)
        signalling(sipglass, folder)
        interfaces(sipglass, folder)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
