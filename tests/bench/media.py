#!/usr/bin/env python3
"""Media streams on a generated trunk, beside an empty loop of libpcap and tshark, in one run.

    tests/bench/media.py [--sipglass PATH] [--gencalls SOURCE.c] [--capture FILE] [--runs N] [--core N] [--no-peers] [--keep FOLDER]

Trunk: 2000 calls of a minute, 20 a second, about 9.5 million packets in 2 GB; --capture names one made before. Then
calls of six seconds, 5 a second (100 streams at most at a time) and 3500 a second (20 000): what a packet costs may hardly
depend on that. Everything runs on one core, the programs in turn; times are user and system time together, so
that they hold on a machine that has other work, and medians. tshark runs once. The generator is gencalls.c of
../shared/tools. Exit status 77 without it, 1 where a goal is missed.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from run import HERE, ROOT, measure

TRUNK = ["--seed", "78", "--calls", "2000", "--rate", "20", "--hold", "60"]
FEW = ["--seed", "78", "--calls", "8000", "--rate", "5", "--hold", "6"]
MANY = ["--seed", "78", "--calls", "24000", "--rate", "3500", "--hold", "6"]


def make(gencalls, path, how):
    if not os.path.exists(path):
        subprocess.run([gencalls, *how, "--out", path], check=True, stdout=subprocess.DEVNULL)
    return path


def load(path):
    """Into the page cache."""
    with open(path, "rb") as f:
        while f.read(1 << 24):
            pass


class Race:
    """Commands run in turn; medians of processor time and of peak memory."""

    def __init__(self, core):
        self.core, self.runs = core, {}

    def run(self, commands, times):
        for _ in range(times):
            for name, command in commands.items():
                self.runs.setdefault(name, []).append(measure(command, self.core))

    def processor(self, name):
        return statistics.median(r[3] for r in self.runs[name])

    def memory(self, name):
        return statistics.median(r[1] for r in self.runs[name])

    def report(self):
        for name, runs in self.runs.items():
            print("%-22s processor %8.3f s  (%s)  wall %8.3f s  peak %5.0f MB  exit %s" % (
                name, self.processor(name), " ".join("%.3f" % r[3] for r in runs), statistics.median(r[0] for r in runs),
                self.memory(name) / 2 ** 20, ",".join(sorted({str(r[2]) for r in runs}))))

    def failed(self):
        return [name for name, runs in self.runs.items() if any(r[2] for r in runs)]


def packets_of(loop, path):
    return int(subprocess.run([loop, path], check=True, stdout=subprocess.PIPE).stdout)


def report(a, loop, trunk, few, many):
    ours = [os.path.abspath(a.sipglass), "streams", "-q"]
    n = {path: packets_of(loop, path) for path in (trunk, few, many)}
    race = Race(a.core)
    load(trunk)
    race.run({"empty loop": [loop, trunk], "streams": ours + [trunk]}, a.runs)
    if not a.no_peers and shutil.which("tshark"):
        race.run({"tshark": ["tshark", "-q", "-z", "rtp,streams", "-r", trunk]}, 1)
    load(few)
    load(many)
    race.run({"few at a time": ours + [few], "many at a time": ours + [many]}, a.runs)
    print("%d packets, %d MB; %d runs, medians" % (n[trunk], os.path.getsize(trunk) >> 20, a.runs))
    race.report()
    against = race.processor("streams") / race.processor("empty loop")
    memory = race.memory("streams") / 2 ** 20
    each = [race.processor(name) / n[path] * 1e9 for name, path in (("few at a time", few), ("many at a time", many))]
    goals = [("time, of an empty loop's", "%.2f" % against, "<= 2.5", against <= 2.5),
             ("peak memory, MB", "%.0f" % memory, "<= 100", memory <= 100),
             ("ns a packet, few streams at a time", "%.0f" % each[0], "", None),
             ("ns a packet, many streams at a time", "%.0f" % each[1], "", None),
             ("ns a packet, many against few", "%.2f" % (each[1] / each[0]), "<= 1.5", each[1] <= 1.5 * each[0])]
    if "tshark" in race.runs:
        ratio = race.processor("tshark") / race.processor("streams")
        goals.append(("times faster than tshark", "%.1f" % ratio, ">= 25", ratio >= 25))
    for what, value, goal, ok in goals:
        print("%-44s %10s   %-8s %s" % (what, value, goal, "" if ok is None else "ok" if ok else "MISSED"))
    for name in race.failed():
        print("FAIL %s ended with an error" % name)
    return 1 if race.failed() or any(g[3] is False for g in goals) else 0


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--sipglass", default=os.path.join(ROOT, "build", "sipglass"))
    ap.add_argument("--gencalls", default=os.path.join(ROOT, "..", "shared", "tools", "gencalls.c"))
    ap.add_argument("--capture", help="the trunk, made before")
    ap.add_argument("--runs", type=int, default=3)
    ap.add_argument("--core", type=int, default=1 if (os.cpu_count() or 1) > 1 else 0)
    ap.add_argument("--no-peers", action="store_true")
    ap.add_argument("--keep", help="keep the captures in this folder and use those there")
    a = ap.parse_args()
    if not os.path.exists(a.gencalls):
        print("no generator at %s" % a.gencalls)
        return 77
    folder = a.keep or tempfile.mkdtemp(prefix="sipglass-bench-")
    os.makedirs(folder, exist_ok=True)
    try:
        gencalls, loop = os.path.join(folder, "gencalls"), os.path.join(folder, "pcap_loop")
        subprocess.run(["cc", "-O2", "-o", gencalls, a.gencalls, "-lm"], check=True)
        subprocess.run(["cc", "-O2", "-o", loop, os.path.join(HERE, "pcap_loop.c"), "-lpcap"], check=True)
        trunk = a.capture or make(gencalls, os.path.join(folder, "trunk.pcap"), TRUNK)
        return report(a, loop, trunk, make(gencalls, os.path.join(folder, "few.pcap"), FEW),
                      make(gencalls, os.path.join(folder, "many.pcap"), MANY))
    finally:
        if not a.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
