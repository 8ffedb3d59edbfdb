#!/usr/bin/env python3
"""-O of a live capture: files that change by size and stay few, calls that match a filter, calls with findings out of the
spool, and a disk that is full for a while.

    record.py SIPGLASS

In a network namespace of its own. Exit status 77 (skipped) without root, ip, or network namespaces.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

import wire

check = wire.Checks()


def calls_in(sipglass, files):
    out = subprocess.run([sipglass, "calls", "--json", *sorted(files)], stdout=subprocess.PIPE).stdout
    return {r["call_id"].split("@")[0]: r for r in map(json.loads, out.splitlines())}


def text(path):
    with open(path) as f:
        return f.read()


def capture(space, sipglass, folder, *args):
    p = space.start(os.path.join(folder, "out"), os.path.join(folder, "err"), sipglass, "calls", "-i", "lo", "--json",
                    *args)
    wire.settle(1)
    return p


def all_of_it(space, sipglass, folder):
    out = os.path.join(folder, "all.pcap")
    p = capture(space, sipglass, folder, "-O", out)
    space.play([m for n in range(20) for m in wire.good("g%d" % n)])
    wire.settle(0.3)
    check(wire.stop(p) == 0, "saved everything: status 0")
    rows = calls_in(sipglass, [out])
    check(len(rows) == 20 and all(r["messages"] == 6 for r in rows.values()), "20 calls of 6 messages are in the file")
    check(" frames saved in 1 file" in text(os.path.join(folder, "err")), "and said so")


def rotated(space, sipglass, folder):
    out = os.path.join(folder, "turn.pcapng")
    p = capture(space, sipglass, folder, "-O", out, "--rotate-size", "40K", "--rotate-files", "3")
    space.play([m for n in range(100) for m in wire.good("r%d" % n)])
    wire.settle(1.5)
    files = glob.glob(os.path.join(folder, "turn_*.pcapng"))
    check(wire.stop(p) == 0, "files by size: status 0")
    files = sorted(glob.glob(os.path.join(folder, "turn_*.pcapng")))
    print("     %s" % ", ".join("%s %d" % (os.path.basename(f), os.path.getsize(f)) for f in files))
    check(len(files) == 3, "three files stay")
    check(all(os.path.getsize(f) < 45000 for f in files), "none is larger than asked for by more than a frame")
    rows = calls_in(sipglass, files)
    last = {"r%d" % n for n in range(95, 100)}
    check(last <= set(rows) and all(rows[c]["messages"] == 6 for c in last), "the newest calls are in them, whole")
    check(not glob.glob(os.path.join(folder, "turn*.pcapng.*")), "no temporary file stays")


def filtered(space, sipglass, folder):
    out = os.path.join(folder, "some.pcapng")
    p = capture(space, sipglass, folder, "-O", out, "--where", "status = 486")
    space.play([m for n in range(10) for m in wire.good("g%d" % n) + wire.refused("b%d" % n, "486 Busy Here")])
    wire.settle(5.5)
    during = os.path.getsize(glob.glob(out + ".*")[0])
    space.play([m for n in range(10, 12) for m in wire.refused("b%d" % n, "486 Busy Here")])
    check(during > 10 * 3 * 300, "calls that match are in the file while the capture goes on (%d bytes)" % during)
    check(wire.stop(p) == 0, "calls that match: status 0")
    rows = calls_in(sipglass, [out])
    check(set(rows) == {"b%d" % n for n in range(12)}, "all that match and no others")
    check(all(r["messages"] == 3 for r in rows.values()), "each once and whole")


def with_media(space, sipglass, folder):
    out = os.path.join(folder, "media.pcapng")
    p = capture(space, sipglass, folder, "-O", out, "-r", "--where", "call_id like 'm%'")
    space.play(wire.talked("m1", 50) + wire.talked("other", 20, 41000))
    wire.settle(0.5)
    check(wire.stop(p) == 0, "calls with their media: status 0")
    check(set(calls_in(sipglass, [out])) == {"m1"}, "one call is saved")
    rows = subprocess.run([sipglass, "streams", "--json", out], stdout=subprocess.PIPE).stdout.splitlines()
    packets = [json.loads(row)["packets"] for row in rows]
    check(packets == [50, 50], "with both streams, whole, and no other (%s)" % packets)


def bad_only(space, sipglass, folder):
    out = os.path.join(folder, "bad.pcapng")
    p = capture(space, sipglass, folder, "-O", out, "--save-bad", "-l", "150")
    for part in range(0, 300, 50):
        space.play([m for n in range(part, part + 50)
                    for m in (wire.refused("b%d" % n) if n % 10 == 0 else wire.asked("g%d" % n))])
        wire.settle(1.4)
    check(wire.stop(p) == 0, "calls with findings: status 0")
    rows = calls_in(sipglass, [out])
    print("     %s" % text(os.path.join(folder, "err")).strip())
    check(set(rows) == {"b%d" % n for n in range(0, 300, 10)}, "all refused calls are saved, no others (%d)" % len(rows))
    check(all(r["messages"] == 3 for r in rows.values()), "each once and whole")


def disk_full(space, sipglass, folder):
    small = os.path.join(folder, "small")
    os.mkdir(small)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k,mode=777", "none", small]).returncode:
        print("     no tmpfs here: not looked at")
        return
    try:
        filler = os.path.join(small, "filler")
        with open(filler, "wb") as f:
            f.write(bytes(420 * 1024))
        out = os.path.join(small, "x.pcapng")
        p = capture(space, sipglass, folder, "-O", out, "--rotate-size", "10M")
        for part in range(3):
            space.play([m for n in range(60) for m in wire.good("f%d-%d" % (part, n))])
            wire.settle(1.3)
        os.unlink(filler)
        wire.settle(6)
        space.play([m for n in range(10) for m in wire.good("after%d" % n)])
        wire.settle(1.5)
        check(wire.stop(p) == 1 or p.returncode == 0, "it lives through a full disk")
        notes = text(os.path.join(folder, "err"))
        print("     " + notes.strip().replace("\n", "\n     "))
        check(notes.count("nothing is saved now, capture goes on: the disk is full") == 1, "a full disk is said once")
        check(notes.count("saving goes on") == 1, "and that there is room again")
        heard = {json.loads(line)["call_id"] for line in text(os.path.join(folder, "out")).splitlines()}
        check(len(heard) == 190, "no call is missing in the capture (%d)" % len(heard))
        saved = calls_in(sipglass, glob.glob(os.path.join(small, "x_*.pcapng")))
        check({"after%d" % n for n in range(10)} <= set(saved), "calls after it are saved")
        check("f0-0" in saved, "and those before it")
    finally:
        subprocess.run(["umount", small])


def main():
    folder = tempfile.mkdtemp(prefix="sipglass-record-")
    os.chmod(folder, 0o777)
    os.umask(0)
    sipglass = os.path.abspath(sys.argv[1])
    try:
        with wire.Space("rec") as space:
            why = space.usable()
            if why:
                print(why + ": skipped")
                return 77
            for part in (all_of_it, rotated, filtered, with_media, bad_only, disk_full):
                part(space, sipglass, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
