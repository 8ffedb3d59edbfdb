#!/usr/bin/env python3
"""Floods that want to use up memory or time, as capture files: sipglass stays within its limits, counts what it gives up, and
the calls that come after a flood are as whole as those before it.

    flood.py SIPGLASS [KIND] [--many N] [--keep FILE]

KIND: invites (unique Call-IDs, 100 000 a second), same (one Call-ID), half-open (TCP connections that say nothing after their
SYN), unfinished (TCP connections with the beginning of a message), fragments (first fragments without the rest), clock (the
clock is set back an hour). All of them unless one is given.
"""
import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
import time

START = 1710235800
A, B = bytes([192, 0, 2, 10]), bytes([198, 51, 100, 20])
failures = 0


def check(ok, what):
    global failures
    print("%s %s" % ("ok  " if ok else "FAIL", what))
    failures += not ok


def ip(proto, src, dst, payload, number=0, flags=0):
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), number & 0xFFFF, flags, 64, proto, 0, src, dst) + payload


def udp(src, sport, dst, dport, payload):
    return ip(17, src, dst, struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload)


def tcp(src, sport, dst, dport, seq, flags, payload=b""):
    return ip(6, src, dst, struct.pack("!HHIIBBHHH", sport, dport, seq, 1, 0x50, flags, 65535, 0, 0) + payload)


def request(method, call, cseq=1, to=b"", branch=b""):
    return (b"%s sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK%s%s%d\r\n"
            b"From: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>%s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n"
            b"Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n" % (method, branch, call, cseq, to, call, cseq, method))


def response(status, call, cseq=1, method=b"INVITE"):
    return (b"SIP/2.0 %s\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK%s%d\r\nFrom: <sip:alice@example.com>;tag=a\r\n"
            b"To: <sip:bob@example.com>;tag=b\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContent-Length: 0\r\n\r\n" % (
                status, call, cseq, call, cseq, method))


class Capture:
    """A capture file: raw IP, or Ethernet for what is replayed."""

    def __init__(self, path, ethernet=False):
        self.file = open(path, "wb", 1 << 20)
        self.file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1 if ethernet else 101))
        self.time = START * 1000000000
        self.head = b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" if ethernet else b""

    def put(self, packet, step):
        self.time += step
        packet = self.head + packet
        self.file.write(struct.pack("<IIII", self.time // 1000000000, self.time % 1000000000, len(packet), len(packet)))
        self.file.write(packet)

    def call(self, name):
        """A call as it should be: 7 messages."""
        name = name.encode()
        for there, text in ((1, request(b"INVITE", name)), (0, response(b"100 Trying", name)),
                            (0, response(b"180 Ringing", name)), (0, response(b"200 OK", name)),
                            (1, request(b"ACK", name, 1, b";tag=b", b"x")), (1, request(b"BYE", name, 2, b";tag=b")),
                            (0, response(b"200 OK", name, 2, b"BYE"))):
            self.put(udp(A, 5060, B, 5060, text) if there else udp(B, 5060, A, 5060, text), 20000000)


def invites(c, many):
    for n in range(many):
        c.put(udp(A, 5060, B, 5060, request(b"INVITE", b"flood-%d@192.0.2.10" % n)), 10000)


def same(c, many):
    for n in range(many):
        c.put(udp(A, 5060, B, 5060, request(b"INVITE", b"same@192.0.2.10", 1 + n % 1000000)), 10000)


def half_open(c, many):
    for n in range(many):
        c.put(tcp(struct.pack("!I", 0x0A000000 + n // 50000), 1024 + n % 50000, B, 5060, n, 2), 1000)


def unfinished(c, many):
    text = b"INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.10;branch=z9hG4bKx\r\nX-Padding: " + b"x" * 1200
    for n in range(many):
        src, port = struct.pack("!I", 0x0A000000 + n // 50000), 1024 + n % 50000
        c.put(tcp(src, port, B, 5060, 0, 2), 500)
        c.put(tcp(src, port, B, 5060, 1, 0x18, text), 500)


def fragments(c, many):
    text = struct.pack("!HHHH", 5060, 5060, 3008, 0) + request(b"INVITE", b"cut@192.0.2.10") + b" " * 1000
    text = text[:len(text) // 8 * 8]
    for n in range(many):
        c.put(ip(17, struct.pack("!I", 0x0A000000 + n // 60000), B, text, n % 60000, 0x2000), 500)


def clock(c, many):
    for n in range(20):
        c.call("before-%d@192.0.2.10" % n)
    c.time -= 3600 * 1000000000
    for n in range(40):
        c.call("between-%d@192.0.2.10" % n)
        c.time += 1000000000


KINDS = {"invites": (invites, 100000), "same": (same, 100000), "half-open": (half_open, 100000),
         "unfinished": (unfinished, 80000), "fragments": (fragments, 80000), "clock": (clock, 0)}


def make(kind, many, path, ethernet=False):
    c = Capture(path, ethernet)
    for n in range(5):
        c.call("first-%d@192.0.2.10" % n)
    KINDS[kind][0](c, many)
    # Who got no answer in 32 s is over, and then leaves first. In a TCP flood, what the clock has to do with it is done too.
    c.time += 40 * 1000000000
    for n in range(10):
        c.call("last-%d@192.0.2.10" % n)
    c.file.close()


def run(sipglass, *args):
    """(output, peak of memory, processor seconds, status). The peak is looked at while it runs: what wait4() tells counts
    this process as well, from before the program took its place."""
    peak, before = 0, os.times()
    with tempfile.TemporaryFile() as out:
        p = subprocess.Popen([sipglass, *args], stdout=out, stderr=subprocess.DEVNULL)
        while p.poll() is None:
            try:
                with open("/proc/%d/status" % p.pid) as f:
                    peak = max([peak] + [int(line.split()[1]) * 1024 for line in f if line.startswith("VmHWM")])
            except OSError:
                pass
            time.sleep(0.002)
        out.seek(0)
        text = out.read()
    after = os.times()
    return text, peak, after.children_user + after.children_system - before.children_user - before.children_system, \
        p.returncode


# What may be used beside --max-memory: fragments and TCP have limits of their own.
MEMORY, OTHERS = 64 << 20, {"half-open": 64 << 20, "unfinished": 64 << 20, "fragments": 32 << 20}
COUNTED = {"invites": "calls_limit", "same": "messages_limit", "unfinished": "tcp_limit", "fragments": "fragment_limit"}

# Of one run: what stays depends on what a command counts besides.
KEPT_AND_LEFT = "SELECT (SELECT count(*) FROM calls) + (SELECT sum(count) FROM ledger WHERE reason = 'calls_limit') n"


def look(sipglass, kind, path, many):
    limits = ["--max-memory", "64M", "--max-messages", "1000"]
    _, base, _, _ = run(sipglass, "calls", "-q", os.devnull)
    out, peak, cpu, status = run(sipglass, "calls", "--json", *limits, path)
    bound = 1.1 * (MEMORY + OTHERS.get(kind, 0))
    print("     %s: %d, %.2f s of a processor, %.1f MB above an empty run, at most %.1f MB are allowed" % (
        kind, many, cpu, (peak - base) / 1e6, bound / 1e6))
    check(status in (0, 1), "%s: it ends by itself (%d)" % (kind, status))
    check(peak - base <= bound, "%s: memory stays within the limit" % kind)
    rows = {r["call_id"]: r for r in map(json.loads, out.splitlines())}
    last = [rows.get("last-%d@192.0.2.10" % n, {}) for n in range(10)]
    check(all(r.get("state") == "completed" and r.get("messages") == 7 for r in last), "%s: calls after it are whole" % kind)
    stats, most, _, _ = run(sipglass, "stats", "--json", *limits, path)
    check(most - base <= bound, "%s: with key figures counted, too" % kind)
    stats = json.loads(stats)
    ledger = {}
    for r in stats["ledger"]:
        ledger[r["reason"]] = ledger.get(r["reason"], 0) + r["count"]
    print("     ledger: %s" % ledger)
    account(kind, many, rows, stats, ledger)
    if kind == "invites":
        shown, _, _, _ = run(sipglass, "sql", *limits, path, KEPT_AND_LEFT, "--json")
        check(json.loads(shown)["n"] == many + 15, "invites: calls listed and given up are all")


def account(kind, many, rows, stats, ledger):
    """Everything is shown or counted."""
    if kind in COUNTED:
        check(ledger.get(COUNTED[kind], 0) > 0, "%s: what was given up is counted (%s %d)" % (
            kind, COUNTED[kind], ledger.get(COUNTED[kind], 0)))
    if kind == "same":
        one = rows.get("same@192.0.2.10")
        check(one and one["messages"] == many, "same: its messages are counted")
        check(one and one["incomplete"] and ledger["messages_limit"] == many - 1000, "same: and those not kept are")
    if kind == "unfinished":
        check(ledger.get("stream_cut", 0) + ledger.get("tcp_limit", 0) >= many, "unfinished: each connection is counted")
    if kind == "fragments":
        check(ledger.get("fragment_lost", 0) + ledger.get("fragment_limit", 0) >= many, "fragments: each is counted")
    if kind == "clock":
        check(len(rows) == 75, "clock: all calls are there")
        check(ledger.get("time_back", 0) >= 1, "clock: that it went back is counted")
        check(all(r["duration"] is None or 0 <= r["duration"] < 1 for r in rows.values()), "clock: no duration is off")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sipglass")
    ap.add_argument("kind", nargs="?", choices=list(KINDS))
    ap.add_argument("--many", type=int)
    ap.add_argument("--keep")
    a = ap.parse_args()
    os.environ.pop("MALLOC_PERTURB_", None)  # it writes to memory that is set aside and not used
    for kind in [a.kind] if a.kind else KINDS:
        many = a.many or KINDS[kind][1]
        path = a.keep or os.path.join(tempfile.gettempdir(), "sipglass-flood-%d.pcap" % os.getpid())
        try:
            make(kind, many, path)
            look(a.sipglass, kind, path, many)
        finally:
            if not a.keep and os.path.exists(path):
                os.unlink(path)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
