#!/usr/bin/env python3
"""A trunk for a while: SIPp's uac and uas over veth, a limit on calls, and memory that stops growing.

    soak.py SIPGLASS [--seconds N] [--warm N] [--rate N] [--max-calls N] [--growth MB]

What sipglass counted is what SIPp says that it played, nothing was dropped, calls that left are in the database, and after the
warm-up memory grows by no more than asked for. Prints the share of a processor. Exit status 77 (skipped) without root, SIPp, or
network namespaces.
"""
import argparse
import csv
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import wire

check = wire.Checks()
PER_CALL = 6  # INVITE 180 200 ACK BYE 200


def memory(pid):
    """Bytes that a process and its helper have got, each page once; not of files, whose share depends on who else maps them."""
    total = 0
    for p in [pid] + children(pid):
        with open("/proc/%d/smaps_rollup" % p) as f:
            total += sum(int(line.split()[1]) for line in f if line.startswith(("Pss_Anon:", "Pss_Shmem:"))) * 1024
    return total


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(x) for x in f.read().split()]


def processor(pid):
    """Seconds that a process and its helper have used."""
    total = 0
    for p in [pid] + children(pid):
        with open("/proc/%d/stat" % p) as f:
            words = f.read().rsplit(")", 1)[1].split()
        total += int(words[11]) + int(words[12])
    return total / os.sysconf("SC_CLK_TCK")


def veth(space, other):
    subprocess.run(["ip", "link", "add", "veth0", "netns", space.name, "type", "veth", "peer", "name", "veth0", "netns",
                    other.name], check=True)
    for n, s in enumerate((space, other)):
        subprocess.run(["ip", "-n", s.name, "addr", "add", "192.0.2.%d/24" % (n + 1), "dev", "veth0"], check=True)
        subprocess.run(["ip", "-n", s.name, "link", "set", "veth0", "up"], check=True)


def sipp(space, folder, name, *args):
    return subprocess.Popen(space.inside("sipp", *args, "-nostdin"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=open(os.path.join(folder, name + ".err"), "w"), cwd=folder)


def statistics(folder):
    with open(glob.glob(os.path.join(folder, "uac_*.csv"))[0]) as f:
        return list(csv.DictReader(f, delimiter=";"))[-1]


def watch_memory(p, client, a):
    """Samples until SIPp ends: [(second, bytes)], and processor seconds at the end of the warm-up and at the last."""
    start, samples, used = time.time(), [], [None, None]
    while client.poll() is None:
        wire.settle(1)
        t = time.time() - start
        samples.append((t, memory(p.pid)))
        if t >= a.warm and not used[0]:
            used[0] = (t, processor(p.pid))
        used[1] = (t, processor(p.pid))
        if len(samples) % 30 == 0:
            print("     %4.0f s  %6.1f MB" % (t, samples[-1][1] / 1e6))
            sys.stdout.flush()
        if t > a.seconds + 60:
            client.kill()
    return samples, used


def play(space, other, sipglass, folder, a):
    veth(space, other)
    db = os.path.join(folder, "calls.db")
    p = space.start(os.path.join(folder, "out"), os.path.join(folder, "err"), sipglass, "stats", "-i", "veth0", "--json",
                    "--no-media", "-l", str(a.max_calls), "--db", db, "--no-text", "--spool-size", "32M")
    wire.settle(1)
    server = sipp(other, folder, "uas", "-sn", "uas", "-i", "192.0.2.2")
    wire.settle(0.7)
    calls = a.rate * a.seconds
    client = sipp(space, folder, "uac", "-sn", "uac", "-i", "192.0.2.1", "192.0.2.2", "-m", str(calls), "-r", str(a.rate),
                  "-d", "200", "-trace_stat", "-stf", os.path.join(folder, "uac_stat.csv"))
    try:
        samples, used = watch_memory(p, client, a)
        wire.settle(3)
        status = wire.stop(p, 60)
    finally:
        for one in (server, client):
            if one.poll() is None:
                one.kill()
                one.wait()
    judge(sipglass, folder, db, a, samples, used, status)


def judge(sipglass, folder, db, a, samples, used, status):
    stat = statistics(folder)
    done, failed = int(stat["SuccessfulCall(C)"]), int(stat["FailedCall(C)"])
    again = int(stat.get("Retransmissions(C)") or 0)
    print("     SIPp: %d successful, %d failed, %d retransmissions" % (done, failed, again))
    with open(os.path.join(folder, "err")) as f:
        print("     " + f.read().strip())
    check(status == 0, "status 0")
    with open(os.path.join(folder, "out")) as f:
        ledger = {}
        for r in json.load(f)["ledger"]:
            ledger[r["reason"]] = ledger.get(r["reason"], 0) + r["count"]
    print("     ledger: %s" % ledger)
    left, drops = ledger.get("calls_limit", 0), sum(n for reason, n in ledger.items() if "drop" in reason)
    check(drops == 0, "no drop")
    check(left == max(0, done + failed - a.max_calls), "each call that left is counted (%d)" % left)
    out = subprocess.run([sipglass, "sql", "-l", "10000000", "--max-memory", "8G", db, "SELECT count(*) n, sum(state = 'completed') done, sum(messages - "
                          "retransmissions) messages FROM calls", "--json"], stdout=subprocess.PIPE).stdout
    row = json.loads(out.splitlines()[0])
    print("     database: %s" % row)
    # A call that SIPp gave up while it was over for the network is one that failed for SIPp alone.
    check(row["n"] == done + failed and done <= row["done"] <= done + failed,
          "all calls are in the database, also those that left")
    check(failed or row["messages"] == PER_CALL * done, "with all their messages")
    warm = [m for t, m in samples if a.warm <= t < a.warm + 5]
    late = [m for _, m in samples[-5:]]
    if warm and used[0]:
        grown = (max(late) - min(warm)) / 1e6
        share = 100 * (used[1][1] - used[0][1]) / max(0.001, used[1][0] - used[0][0])
        print("     memory after the warm-up %.1f MB, at the end %.1f MB; %.1f %% of a processor" % (
            min(warm) / 1e6, max(late) / 1e6, share))
        check(grown <= a.growth, "it grew by %.2f MB, at most %.1f are allowed" % (grown, a.growth))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sipglass")
    ap.add_argument("--seconds", type=int, default=40)
    ap.add_argument("--warm", type=int, default=25)
    ap.add_argument("--rate", type=int, default=500)
    ap.add_argument("--max-calls", type=int, default=2000)
    ap.add_argument("--growth", type=float, default=90)
    a = ap.parse_args()
    if not shutil.which("sipp"):
        print("no SIPp: skipped")
        return 77
    folder = tempfile.mkdtemp(prefix="sipglass-soak-")
    os.chmod(folder, 0o777)
    try:
        with wire.Space("soak-a") as space, wire.Space("soak-b") as other:
            why = space.usable() or other.usable()
            if why:
                print(why + ": skipped")
                return 77
            play(space, other, os.path.abspath(a.sipglass), folder, a)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
