#!/usr/bin/env python3
"""A trunk's packets, calls and their media, replayed over veth at a rate, with the screen open in tmux on one processor: nothing is
dropped, and keys are answered.

    trunk.py SIPGLASS [--rate N] [--seconds N] [--core N] [--capture FILE] [--nice N]

The generator is gencalls.c of ../shared/tools. Exit status 77 (skipped) without root, tcpreplay, tmux, the generator, or network
namespaces. It wants a machine that has nothing else to do.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import wire

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
GENCALLS = os.path.join(ROOT, "..", "shared", "tools", "gencalls.c")
check = wire.Checks()


class Terminal:
    """A program in tmux, 200 x 50."""

    def __init__(self, space, command):
        self.name = "sg-trunk-%d" % os.getpid()
        subprocess.run(self.tmux("new-session", "-d", "-s", "main", "-x", "200", "-y", "50",
                                 " ".join(space.inside(*command))), check=True)

    def tmux(self, *words):
        return ["tmux", "-L", self.name, "-f", "/dev/null", *words]

    def text(self):
        return subprocess.run(self.tmux("capture-pane", "-p", "-t", "main"), stdout=subprocess.PIPE).stdout.decode()

    def press(self, *keys):
        subprocess.run(self.tmux("send-keys", "-t", "main", *keys))

    def answer(self, key, expected, limit=3.0):
        """Seconds from a key until the screen shows what it should; None: it did not."""
        start = time.time()
        self.press(key)
        while time.time() - start < limit:
            if re.search(expected, self.text()):
                return time.time() - start
        return None

    def pid(self):
        out = subprocess.run(self.tmux("list-panes", "-t", "main", "-F", "#{pane_pid}"), stdout=subprocess.PIPE).stdout
        return int(out)

    def close(self):
        subprocess.run(self.tmux("kill-server"), stderr=subprocess.DEVNULL)


def family(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        below = [int(x) for x in f.read().split()]
    return [pid] + [x for b in below for x in family(b)]


def processor(pids):
    total = 0
    for p in pids:
        with open("/proc/%d/stat" % p) as f:
            words = f.read().rsplit(")", 1)[1].split()
        total += int(words[11]) + int(words[12])
    return total / os.sysconf("SC_CLK_TCK")


def number(text, word):
    found = re.search(r"((?:\d{1,3}(?: \d{3})*|\d+))\s+" + word, text) or re.search(word + r"\s+(\d{1,3}(?: \d{3})*|\d+)", text)
    return int(found.group(1).replace(" ", "")) if found else None


def make(folder, packets):
    generator, capture = os.path.join(folder, "gencalls"), os.path.join(folder, "trunk.pcap")
    subprocess.run(["cc", "-O2", "-o", generator, GENCALLS, "-lm"], check=True)
    subprocess.run([generator, "--seed", "7", "--calls", str(max(20, packets // 4700)), "--rate", "20", "--hold", "60",
                    "--out", capture], check=True, stdout=subprocess.DEVNULL)
    return capture


def replay(space, screen, capture, a, packets):
    helpers = family(screen.pid())
    before, began = processor(helpers), time.time()
    player = subprocess.Popen(space.inside("nice", "-n", str(a.nice), "tcpreplay", "-q", "-i", "va", "--pps", str(a.rate),
                                           "--limit", str(packets), "--preload-pcap", capture),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    waits, worst, turn = [], 0, 0
    while player.poll() is None:
        t = screen.answer(*(("i", "Ledger|ledger:|KPI") if turn % 2 == 0 else ("q", "Start\\S* +From")))
        waits.append(t)
        if t is None:
            print("     no answer to key %d:\n%s" % (turn, "\n".join(screen.text().splitlines()[:6])))
        turn += 1
        wire.settle(0.3)
    out = player.communicate()[0].decode()
    sent = int(re.search(r"Successful packets:\s+(\d+)", out).group(1))
    rate = re.search(r"([\d.]+) pps", out).group(1)
    wire.settle(1.5)
    used, took = processor(helpers) - before, time.time() - began
    print("     %d packets at %s a second; %.2f s of a processor, %.2f us a packet, in %.1f s" % (
        sent, rate, used, used / sent * 1e6, took))
    seen = [t for t in waits if t is not None]
    print("     %d keys, answered within %.0f ms, median %.0f ms" % (
        len(waits), 1000 * max(seen, default=0), 1000 * sorted(seen)[len(seen) // 2] if seen else 0))
    check(waits and len(seen) == len(waits), "every key was answered")
    return sent


def play(space, sipglass, folder, a):
    packets = a.rate * a.seconds
    capture = a.capture or make(folder, packets)
    for words in (("link", "add", "va", "type", "veth", "peer", "name", "vb"), ("link", "set", "va", "mtu", "9000"),
                  ("link", "set", "vb", "mtu", "9000"), ("link", "set", "va", "up"), ("link", "set", "vb", "up")):
        subprocess.run(["ip", "-n", space.name, *words], check=True)
    screen = Terminal(space, ["nice", "-n", str(a.nice), "taskset", "-c", str(a.core), sipglass, "-i", "vb", "-B", "256",
                              "2>%s/err" % folder])
    try:
        wire.settle(1.5)
        sent = replay(space, screen, capture, a, packets)
        wire.settle(2)
        top = screen.text().splitlines()[0] if screen.text() else ""
        print("     " + top.strip())
        read = number(top, "pkt(?!/s)") or 0  # the link has a few of its own
        check(sent <= read <= sent + 20, "every packet was read (%d of %d)" % (read, sent))
        check(number(top, "drops") is not None and re.search(r"drops 0\b", top), "and none was dropped")
    finally:
        screen.press("q", "y")
        wire.settle(0.5)
        screen.close()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sipglass")
    ap.add_argument("--rate", type=int, default=200000)
    ap.add_argument("--seconds", type=int, default=10)
    ap.add_argument("--core", type=int, default=0)
    ap.add_argument("--nice", type=int, default=0)
    ap.add_argument("--capture")
    a = ap.parse_args()
    for tool in ("tcpreplay", "tmux", "taskset", "cc"):
        if not shutil.which(tool):
            print("no %s: skipped" % tool)
            return 77
    if not a.capture and not os.path.exists(GENCALLS):
        print("no generator: skipped")
        return 77
    folder = tempfile.mkdtemp(prefix="sipglass-trunk-")
    os.chmod(folder, 0o777)
    try:
        with wire.Space("trunk") as space:
            why = space.usable()
            if why:
                print(why + ": skipped")
                return 77
            play(space, os.path.abspath(a.sipglass), folder, a)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
