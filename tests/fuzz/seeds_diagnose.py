#!/usr/bin/env python3
"""Writes seeds of fuzz_diagnose: the cases of the rules (tests/diagnose), a part of their media left out, as its records.

    seeds_diagnose.py FOLDER
"""
import glob
import os
import struct
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "diagnose"))
from run import cases, make

MOST = 60  # frames of a seed


def records(path):
    with open(path, "rb") as f:
        data = f.read()[24:]
    out, before, n = b"", None, 0
    while len(data) >= 16 and n < MOST:
        s, us, kept, wire = struct.unpack("<IIII", data[:16])
        frame, data = data[16:16 + kept], data[16 + kept:]
        now = s * 1000 + us // 1000
        step = 0 if before is None else max(0, now - before)
        before, n = now, n + 1
        step = step if step < 0x8000 else 0x8000 | min(step // 1000, 0x7FFF)
        out += struct.pack(">BHH", 1 | (4 if wire > kept else 0), step, len(frame)) + frame
    return out


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.makedirs(sys.argv[1], exist_ok=True)
    wanted = {"c01-no-ack", "c08-closed", "d25-back-to-audio", "d28-comes-up", "d28-no-way", "e04-dead-target", "a26-certificate",
              "d09-twice", "d24-keys-in-clear", "d12-still-held", "b02-lapsed", "a24-two-phones", "c10-target-refuses",
              "a06-loop", "a14-circle", "d06-stopped"}
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(glob.glob(os.path.join(HERE, "..", "diagnose", "*.cases"))):
            for name, rules, play in cases(path):
                if name in wanted:
                    make(name, rules, play, os.path.join(folder, "a.pcap"))
                    with open(os.path.join(sys.argv[1], name), "wb") as f:
                        f.write(records(os.path.join(folder, "a.pcap")))


if __name__ == "__main__":
    main()
