#!/usr/bin/env python3
"""Live capture of SIPp's built-in uac and uas: what sipglass lists is what SIPp says that it played.

    sipp.py SIPGLASS lo|veth [--calls N] [--rate N]

lo: both on the loopback of a network namespace of its own. veth: each in a namespace, joined by a veth pair, captured at one end.
Bounded in time; everything made is taken away again. Exit status 77 (skipped) without root, ip, or SIPp.
"""
import argparse
import csv
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NS = ["sg-live-%d-%s" % (os.getpid(), x) for x in "ab"]
PER_CALL = 6  # INVITE 180 200 ACK BYE 200


def ip(*args):
    subprocess.run(["ip", *args], check=True, stdout=subprocess.DEVNULL)


def inside(ns, *command, **more):
    return subprocess.Popen(["ip", "netns", "exec", ns, *command], stdin=subprocess.DEVNULL, **more)


def prepare(kind):
    """Makes the namespaces; returns (capturing namespace, interface, [(namespace, address)] of uac and uas)."""
    ip("netns", "add", NS[0])
    ip("-n", NS[0], "link", "set", "lo", "up")
    if kind == "lo":
        return NS[0], "lo", [(NS[0], "127.0.0.1"), (NS[0], "127.0.0.2")]
    ip("netns", "add", NS[1])
    ip("link", "add", "veth0", "netns", NS[0], "type", "veth", "peer", "name", "veth0", "netns", NS[1])
    for n, ns in enumerate(NS):
        ip("-n", ns, "addr", "add", "192.0.2.%d/24" % (n + 1), "dev", "veth0")
        ip("-n", ns, "link", "set", "veth0", "up")
    return NS[0], "veth0", [(NS[0], "192.0.2.1"), (NS[1], "192.0.2.2")]


def statistics(folder):
    """The last line of the file that -trace_stat wrote."""
    with open(glob.glob(os.path.join(folder, "uac_*.csv"))[0]) as f:
        return list(csv.DictReader(f, delimiter=";"))[-1]


def play(sipglass, kind, calls, rate, folder):
    ns, interface, ((uac_ns, uac), (uas_ns, uas)) = prepare(kind)
    out, ledger = os.path.join(folder, "calls.json"), os.path.join(folder, "stderr")
    with open(out, "w") as o, open(ledger, "w") as e:
        capture = inside(ns, sipglass, "calls", "-i", interface, "--json", "--no-media", "-B", "64", stdout=o, stderr=e)
    time.sleep(1.0)
    null = subprocess.DEVNULL
    server = inside(uas_ns, "sipp", "-sn", "uas", "-i", uas, "-nostdin", stdout=null, stderr=null, cwd=folder)
    time.sleep(0.7)
    started = time.time()
    client = inside(uac_ns, "sipp", "-sn", "uac", "-i", uac, uas, "-m", str(calls), "-r", str(rate), "-d", "200",
                    "-nostdin", "-timeout", "60", "-trace_stat", "-stf", os.path.join(folder, "uac_stat.csv"),
                    stdout=null, stderr=null, cwd=folder)
    try:
        client.wait(90)
        print("SIPp: %d calls at %d a second in %.1f s, exit status %d" % (
            calls, rate, time.time() - started, client.returncode))
        time.sleep(1.5)
        capture.send_signal(signal.SIGINT)
        capture.wait(20)
    finally:
        for p in (client, server, capture):
            if p.poll() is None:
                p.kill()
                p.wait()
    return compare(folder, out, ledger, capture.returncode)


def compare(folder, out, ledger, status):
    stat = statistics(folder)
    want = int(stat["SuccessfulCall(C)"])
    failed, again = int(stat["FailedCall(C)"]), int(stat.get("Retransmissions(C)") or 0)
    with open(out) as f:
        rows = [json.loads(line) for line in f]
    with open(ledger) as f:
        notes = f.read().strip()
    done = [r for r in rows if r["state"] == "completed" and r["status"] == 200]
    messages = sum(r["messages"] - r["retransmissions"] for r in rows)
    print("SIPp: %d successful, %d failed, %d retransmissions" % (want, failed, again))
    print("sipglass: exit status %d, %d calls, %d completed, %d messages without repetitions" % (
        status, len(rows), len(done), messages))
    print(notes)
    bad = []
    if status != 0:
        bad.append("exit status %d" % status)
    if len(rows) != want + failed:
        bad.append("calls listed: %d, played: %d" % (len(rows), want + failed))
    if len(done) != want:
        bad.append("completed: %d, successful: %d" % (len(done), want))
    if not failed and messages != PER_CALL * want:
        bad.append("messages: %d, played: %d" % (messages, PER_CALL * want))
    if "drop" in notes:
        bad.append("frames were dropped")
    for line in bad:
        print("FAIL " + line)
    return 1 if bad else 0


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sipglass")
    ap.add_argument("kind", choices=["lo", "veth"])
    ap.add_argument("--calls", type=int, default=200)
    ap.add_argument("--rate", type=int, default=100)
    a = ap.parse_args()
    if os.geteuid() != 0:
        print("not root: skipped")
        return 77
    for tool in ("ip", "sipp"):
        if not shutil.which(tool):
            print("%s is not installed: skipped" % tool)
            return 77
    if subprocess.run(["ip", "netns", "add", NS[0]], stderr=subprocess.DEVNULL).returncode:
        print("no network namespaces here: skipped")
        return 77
    usable = subprocess.run(["ip", "netns", "exec", NS[0], "true"], stderr=subprocess.DEVNULL).returncode == 0
    ip("netns", "del", NS[0])
    if not usable:
        print("network namespaces cannot be entered here: skipped")
        return 77
    folder = tempfile.mkdtemp(prefix="sipglass-live-")
    try:
        return play(os.path.abspath(a.sipglass), a.kind, a.calls, a.rate, folder)
    finally:
        for ns in NS:
            subprocess.run(["ip", "netns", "del", ns], stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
