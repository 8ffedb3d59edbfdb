#!/usr/bin/env python3
"""Floods on the wire: INVITEs with unique Call-IDs, one Call-ID again and again, TCP connections that say nothing, replayed over
veth at a rate, under a limit on memory. What is lost is counted, memory stays within the limit, the screen draws, and calls after
it are whole.

    flooded.py SIPGLASS [KIND] [--rate N] [--many N] [--nice N]

Exit status 77 (skipped) without root, tcpreplay, tmux, or network namespaces.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

import trunk
import wire

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "flood"))
import flood

check = trunk.check
LIMIT, RING, DATABASE = 64 << 20, 64 << 20, 128 << 20


def resident(pid):
    """Bytes of a process: its own, and those of the ring that it shares."""
    with open("/proc/%d/status" % pid) as f:
        lines = dict(line.split(":", 1) for line in f if line.startswith("Rss"))
    return int(lines["RssAnon"].split()[0]) * 1024, int(lines["RssShmem"].split()[0]) * 1024


def replayed(space, capture, rate, nice):
    out = subprocess.run(space.inside("nice", "-n", str(nice), "tcpreplay", "-q", "-i", "va", "--pps", str(rate),
                                      "--preload-pcap", capture), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    found = re.search(r"Successful packets:\s+(\d+)", out.stdout.decode())
    print("     " + " ".join(re.findall(r"[\d.]+ pps", out.stdout.decode())))
    return int(found.group(1))


def open_in(space, path):
    return subprocess.run(space.inside("cat", path), stdout=subprocess.PIPE).stdout


def rest(screen):
    """The first line of the screen once everything that came was read."""
    for _ in range(60):
        wire.settle(1)
        top = screen.text().splitlines()[0]
        if re.search(r" 0 pkt/s", top) and re.search(r"ring 0 %", top):
            break
    return top


def play(space, sipglass, folder, a, kind):
    capture, after = os.path.join(folder, kind + ".pcap"), os.path.join(folder, "after.pcap")
    flood.make(kind, a.many, capture, True)
    c = flood.Capture(after, True)
    for n in range(20):
        c.call("after-%d@192.0.2.10" % n)
    c.file.close()
    db = os.path.join(folder, kind + ".db")
    screen = trunk.Terminal(space, ["nice", "-n", str(a.nice), sipglass, "-i", "vb", "-B", "128", "--db", db,
                                    "--no-text", "--max-memory", "64M", "--spool-size", "64M"])
    try:
        wire.settle(1.5)
        lost = sum(int(open_in(space, "/sys/class/net/%s/statistics/%s" % name)) for name in (
            ("vb", "rx_dropped"), ("va", "tx_dropped")))
        sent = replayed(space, capture, a.rate, a.nice)
        wait = screen.answer("i", "KPI|stats|Stats")
        own, shared = resident(screen.pid())
        screen.press("q")
        # Who got no answer in 32 s is over, and then leaves first; the database's writer catches up meanwhile.
        wire.settle(36 if kind == "invites" else 1)
        sent += replayed(space, after, 1000, a.nice)
        top = rest(screen)
        lost = sum(int(open_in(space, "/sys/class/net/%s/statistics/%s" % name)) for name in (
            ("vb", "rx_dropped"), ("va", "tx_dropped"))) - lost
        print("     " + re.sub(" {3,}", "  ", top.strip()))
        print("     %s: memory %.1f MB of its own, %.1f MB of the ring; a key was answered in %s" % (
            kind, own / 1e6, shared / 1e6, "%.0f ms" % (1000 * wait) if wait else "no time"))
        read, dropped = trunk.number(top, "pkt(?!/s)") or 0, trunk.number(top, "drops") or 0
        check(sent <= read + dropped + lost <= sent + 20, "%s: every packet was read or is counted (read %d, dropped %d, lost by "
              "the link itself %d, of %d)" % (kind, read, dropped, lost, sent))
        check(wait is not None, "%s: keys are answered" % kind)
        # Beside the model: TCP has 64 MB of its own, the database's queue and its cache 64 MB each, the program some 10.
        check(own <= 1.1 * (LIMIT + DATABASE + (64 << 20 if kind == "half-open" else 0)) + (10 << 20), "%s: memory stays within limits" % kind)
        check(shared <= RING + (1 << 20), "%s: the ring is as large as it is" % kind)
    finally:
        screen.press("q", "y")
        for _ in range(100):
            wire.settle(0.1)
            if subprocess.run(screen.tmux("has-session"), stderr=subprocess.DEVNULL).returncode:
                break
        screen.close()
    out = subprocess.run([sipglass, "sql", db, "SELECT count(*) n FROM calls WHERE call_id LIKE 'after-%' AND state = 'completed' "
                          "AND messages = 7", "--format", "csv"], stdout=subprocess.PIPE).stdout.decode()
    check(out.split()[-1:] == ["20"], "%s: calls after it are whole (%s of 20)" % (kind, out.split()[-1:]))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sipglass")
    ap.add_argument("kind", nargs="?", choices=["invites", "same", "half-open"])
    ap.add_argument("--rate", type=int, default=50000)
    ap.add_argument("--many", type=int, default=100000)
    ap.add_argument("--nice", type=int, default=0)
    a = ap.parse_args()
    for tool in ("tcpreplay", "tmux"):
        if not shutil.which(tool):
            print("no %s: skipped" % tool)
            return 77
    folder = tempfile.mkdtemp(prefix="sipglass-flooded-")
    os.chmod(folder, 0o777)
    try:
        with wire.Space("flooded") as space:
            why = space.usable()
            if why:
                print(why + ": skipped")
                return 77
            for words in (("link", "add", "va", "type", "veth", "peer", "name", "vb"), ("link", "set", "va", "up"),
                          ("link", "set", "vb", "up")):
                subprocess.run(["ip", "-n", space.name, *words], check=True)
            for kind in [a.kind] if a.kind else ["invites", "same", "half-open"]:
                play(space, os.path.abspath(a.sipglass), folder, a, kind)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
