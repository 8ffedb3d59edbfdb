#!/usr/bin/env python3
"""Media that means harm: memory is bounded, work grows with the bytes, and what is not listed is in the ledger.

    hostile_media.py SIPGLASS [KIND...]

Of each kind memory has to stay under a limit, and every packet is one of a stream, or counted in the ledger. Smaller ones are
made twice, the second of twice the size: instructions, which callgrind counts, may grow 2.2 times at most. Seconds would say
more of the machine than of the program.
"""
import json
import os
import random
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile

LIMIT_MB = 150
LIMIT_SECONDS = 60  # of processor time: what never ends is ended
GROWTH = 2.2
SMALLER = 20  # how many times less is enough to count instructions of
CALLER, CALLEE = "192.0.2.1", "198.51.100.2"


def ipv4(src, dst, proto, payload):
    address = lambda text: bytes(int(x) for x in text.split("."))
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, proto, 0) + address(src) + address(dst) + payload


def udp(src, sport, dst, dport, payload):
    return ipv4(src, dst, 17, struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload)


class Capture:
    def __init__(self, path):
        self.file, self.us, self.packets = open(path, "wb"), 0, 0
        self.file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))

    def add(self, packet, us=20):
        self.us += us
        self.file.write(struct.pack("<IIII", 1700000000 + self.us // 1000000, self.us % 1000000, len(packet), len(packet)))
        self.file.write(packet)

    def media(self, payload, src=CALLER, sport=4000, dst=CALLEE, dport=5000):
        self.packets += 1
        self.add(udp(src, sport, dst, dport, payload))


def message(start, call, cseq, body):
    return ("%s\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s%s\r\nFrom: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.net>%s\r\n"
            "Call-ID: %s@example.com\r\nCSeq: %s INVITE\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s" % (
                start, CALLER, call, cseq, ";tag=b" if start.startswith("SIP") else "", call, cseq, len(body), body)).encode()


def sdp(host, port):
    return "v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\n" % (host, host, port)


def call(c):
    c.add(udp(CALLER, 5060, CALLEE, 5060, message("INVITE sip:bob@example.net SIP/2.0", "one", 1, sdp(CALLER, 4000))))
    c.add(udp(CALLEE, 5060, CALLER, 5060, message("SIP/2.0 200 OK", "one", 1, sdp(CALLEE, 5000))))


def rtp(seq, ts, ssrc):
    return struct.pack(">BBHII", 0x80, 0, seq & 0xffff, ts & 0xffffffff, ssrc & 0xffffffff) + b"\x2a" * 20


def sources_announced(c, n):
    """A source a packet to a port that a call waits at."""
    call(c)
    for i in range(n):
        c.media(rtp(i, 160 * i, 0x9e3779b1 * i))


def sources_unannounced(c, n):
    """A source a packet to a port that nobody named."""
    for i in range(n):
        c.media(rtp(i, 160 * i, 0x9e3779b1 * i))


def series_unannounced(c, n):
    """Five packets of each source, so that each is a stream."""
    for i in range(n // 5):
        for k in range(5):
            c.media(struct.pack(">BBHII", 0x80, 0, k, 160 * k, 0x9e3779b1 * i & 0xffffffff) + b"\x2a" * 160)


def numbers_at_random(c, n):
    """One stream of a call whose numbers and timestamps mean nothing."""
    call(c)
    for _ in range(n):
        c.media(rtp(random.getrandbits(16), random.getrandbits(32), 7))


def ports_at_random(c, n):
    """One source from everywhere."""
    call(c)
    for i in range(n):
        c.media(rtp(i, 160 * i, 7), sport=1024 + i * 7919 % 60000)


def reports_that_lie(c, n):
    """RTCP whose counts and lengths have nothing to do with what follows."""
    call(c)
    for i in range(50):
        c.media(rtp(i, 160 * i, 7))
    for _ in range(n):
        kind = random.choice((200, 201, 202, 203, 204, 207))
        body = struct.pack(">BBHI", 0x80 | random.getrandbits(5), kind, random.choice((0, 1, 6, 7, 300, 65535)), 7)
        c.add(udp(CALLEE, 5001, CALLER, 4001, body + random.randbytes(random.randrange(120))))


def lines_of_media(c, n):
    """INVITEs over TCP that describe 10 000 streams each."""
    body = sdp(CALLER, 4000) + "m=audio 4002 RTP/AVP 0\r\n" * 10000
    seq = 1
    for i in range(n):
        data = message("INVITE sip:bob@example.net SIP/2.0", "lines%d" % i, 1, body)
        for at in range(0, len(data), 60000):
            part = data[at:at + 60000]
            tcp = struct.pack(">HHIIBBHHH", 30000, 5060, seq & 0xffffffff, 1, 0x50, 0x18, 65535, 0, 0) + part
            c.add(ipv4(CALLER, CALLEE, 6, tcp))
            seq += len(part)


KINDS = {  # packets or messages of the smaller one
    sources_announced: 500000,
    sources_unannounced: 500000,
    series_unannounced: 250000,
    numbers_at_random: 300000,
    ports_at_random: 200000,
    reports_that_lie: 150000,
    lines_of_media: 40,
}

# What the ledger has to say of a kind, and how often at least, for each of its packets or messages.
COUNTED = {
    sources_announced: ("streams_limit", 0.99),
    sources_unannounced: ("rtp_stray", 0.99),
    series_unannounced: ("streams_limit", 0.1),
    ports_at_random: ("streams_limit", 0.99),
    reports_that_lie: ("rtcp_stray", 0.05),
    lines_of_media: ("offers_limit", 1),
}


def sql(sipglass, path, statement):
    out = subprocess.run([sipglass, "sql", "-q", path, "--json", statement], stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out.splitlines()[0])


def peak_mb(sipglass, path):
    """Peak of memory; None where it ended with an error."""
    limit = (LIMIT_SECONDS, LIMIT_SECONDS)
    p = subprocess.Popen([sipglass, "streams", "-q", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, limit))
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return None if p.returncode else usage.ru_maxrss / 1024


def instructions(sipglass, path):
    out = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sipglass, "streams", "-q", path],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True).stderr
    return int(re.search(r"Collected : (\d+)", out).group(1))


def make(kind, n, folder):
    """A capture of `n` packets or messages of a kind: its path, and the packets of media in it."""
    path = os.path.join(folder, "%s-%d.pcap" % (kind.__name__ if kind else "empty", n))
    capture = Capture(path)
    if kind:
        random.seed(7)
        kind(capture, n)
    capture.file.close()
    return path, capture.packets


def accounted(sipglass, path, packets):
    """Packets in streams, and in the ledger where they are not."""
    streams = sql(sipglass, path, "SELECT coalesce(sum(packets), 0) AS n FROM streams")["n"]
    other = sql(sipglass, path, "SELECT coalesce(sum(count), 0) AS n FROM ledger WHERE reason IN "
                "('rtp_stray', 'streams_limit', 'rtp_copy')")["n"]
    return streams, other, streams == packets or streams <= packets <= streams + 5 * other


def counted(sipglass, path, kind, n):
    reason, share = COUNTED.get(kind, ("", 0))
    times = sql(sipglass, path, "SELECT coalesce(sum(count), 0) AS n FROM ledger WHERE reason = '%s'" % reason)["n"]
    return times >= share * n


def growth(sipglass, kind, start, folder):
    """Instructions of twice the size, in times of those of the size; `start` is what a capture of nothing takes."""
    n = KINDS[kind] // SMALLER
    once, twice = (instructions(sipglass, make(kind, n * times, folder)[0]) - start for times in (1, 2))
    return twice / once


def run(sipglass, kind, start, folder):
    n = 2 * KINDS[kind]
    path, packets = make(kind, n, folder)
    memory = peak_mb(sipglass, path)
    if memory is None:
        print("FAIL %s: ended with an error" % kind.__name__)
        return False
    streams, other, whole = accounted(sipglass, path, packets)
    whole = whole and counted(sipglass, path, kind, n)
    os.unlink(path)
    grown = growth(sipglass, kind, start, folder)
    ok = grown <= GROWTH and memory <= LIMIT_MB and whole
    print("%s%s: twice as many take %.2f times the instructions; %.0f MB; %d packets: %d in streams, %d rows counted otherwise" % (
        "" if ok else "FAIL ", kind.__name__, grown, memory, packets, streams, other))
    return ok


def main():
    if not shutil.which("valgrind"):
        print("no valgrind here: skipped")
        return 77
    sipglass = os.path.abspath(sys.argv[1])
    kinds = [k for k in KINDS if len(sys.argv) < 3 or k.__name__ in sys.argv[2:]]
    with tempfile.TemporaryDirectory(prefix="sipglass-hostile-") as folder:
        start = instructions(sipglass, make(None, 0, folder)[0])
        return 1 if [k for k in kinds if not run(sipglass, k, start, folder)] else 0


if __name__ == "__main__":
    sys.exit(main())
