#!/usr/bin/env python3
"""HEP in and out over the loopback.

    hep.py SIPGLASS SAMPLES pair|listen|away|flood

pair: one sipglass reads samples and sends HEP to another; both must have the same tables. listen: envelopes of every version, compressed,
logs, RTCP as it is and as JSON, several agents, a key, a list of those allowed. away: the collector goes away and comes back. flood: more
than can be taken; each datagram is taken or counted. Bounded in time and number.
"""
import gzip
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib

PAIRS = ("plain", "proxied", "ipv6", "sctp", "websocket", "tcp", "malformed", "mid-call", "hostile-text", "retransmissions", "register",
         "real-sipp", "real-baresip", "fork", "b2bua", "responses")
MESSAGE = ("call_id", "time", "src", "dst", "transport", "method", "status", "reason", "cseq", "from_tag", "to_tag", "branch", "size",
           "content_type", "sdp", "retransmission", "malformed", "summary")
CALL = ("call_id", "method", "state", "status", "reason", "from_uri", "to_uri", "ruri", "src", "dst", "transport", "user_agent", "start",
        "ring", "answer", "end", "pdd", "setup", "duration", "ended_by", "messages", "retransmissions", "legs", "link")
BAD = []


def want(what, got, expected):
    if got != expected:
        BAD.append("%s: %s, expected %s" % (what, got, expected))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Run:
    """A sipglass, its rows, and its end."""
    all = []

    def __init__(self, folder, *command):
        self.out = tempfile.TemporaryFile("w+", dir=folder)
        self.err = tempfile.TemporaryFile("w+", dir=folder)
        self.p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err)
        Run.all.append(self)

    def end(self, how=signal.SIGTERM):
        if self.p.poll() is None:
            self.p.send_signal(how)
        try:
            self.p.wait(20)
        except subprocess.TimeoutExpired:
            BAD.append("does not end")
            self.p.kill()
            self.p.wait()
        return self

    def rows(self):
        self.out.seek(0)
        return [json.loads(line) for line in self.out]

    def notes(self):
        self.err.seek(0)
        return self.err.read()


def rounded(row, columns):
    """HEP tells microseconds."""
    return tuple(round(row[c], 6) if c in ("time", "start", "ring", "answer", "end") and row[c] is not None else
                 round(row[c], 5) if isinstance(row[c], float) else row[c] for c in columns)


def wait_for(port, seconds=10):
    end = time.time() + seconds
    while time.time() < end:
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % port, timeout=5) as r:
                return r.read()
        except OSError:
            time.sleep(0.05)
    raise SystemExit("no metrics at %d" % port)


def metrics(port):
    return {k: float(v) for k, v in re.findall(r"^([^#\s][^\s]*) (\S+)$", wait_for(port).decode(), re.M)}


def until(port, name, value, seconds=20):
    end, got = time.time() + seconds, None
    while time.time() < end:
        got = metrics(port).get(name, 0)
        if got >= value:
            break
        time.sleep(0.25)
    return got


# ---- envelopes ----

def chunk(kind, value):
    return struct.pack(">HHH", 0, kind, 6 + len(value)) + value


def hep3(payload, agent=7, kind=1, key=None, call_id=None, when=None, packed=False, src="192.0.2.1", dst="192.0.2.2"):
    when = time.time() if when is None else when
    body = [chunk(1, b"\2"), chunk(2, b"\x11"), chunk(3, socket.inet_aton(src)), chunk(4, socket.inet_aton(dst)),
            chunk(7, struct.pack(">H", 5060)), chunk(8, struct.pack(">H", 5060)), chunk(9, struct.pack(">I", int(when))),
            chunk(10, struct.pack(">I", int(when % 1 * 1e6))), chunk(11, bytes([kind])), chunk(12, struct.pack(">I", agent))]
    body += [chunk(14, key)] if key else []
    body += [chunk(17, call_id)] if call_id else []
    body = b"".join(body + [chunk(16 if packed else 15, payload)])
    return b"HEP3" + struct.pack(">H", 6 + len(body)) + body


def hep2(payload, when):
    return (bytes([2, 16, 2, 17]) + struct.pack(">HH", 5060, 5060) + socket.inet_aton("192.0.2.1") + socket.inet_aton("192.0.2.2") +
            struct.pack("<IIHH", int(when), int(when % 1 * 1e6), 9, 0) + payload)


def hep1(payload):
    return (bytes([1, 16, 2, 17]) + struct.pack(">HH", 5060, 5060) + socket.inet_aton("192.0.2.1") + socket.inet_aton("192.0.2.2") +
            payload)


def options(call_id, branch="1"):
    return ("OPTIONS sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%s\r\nFrom: <sip:alice@example.com>;tag=1\r\n"
            "To: <sip:bob@example.com>\r\nCall-ID: %s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n" % (branch, call_id)).encode()


# ---- the parts ----

def pair(sipglass, samples, folder):
    for name in PAIRS:
        path = os.path.join(samples, name + ".pcap")
        for command, columns in (("messages", MESSAGE), ("calls", CALL)):
            port, shown = free_port(), free_port()
            there = Run(folder, sipglass, command, "--json", "--no-media", "-L", "tcp:127.0.0.1:%d" % port, "--metrics", str(shown))
            wait_for(shown)
            here = Run(folder, sipglass, command, "--json", "--no-media", "-H", "tcp:127.0.0.1:%d" % port, path)
            here.p.wait(20)
            there.end()
            tables = [sorted(map(str, (rounded(r, columns) for r in x.rows() if not r.get("copy_of")))) for x in (here, there)]
            if tables[0] != tables[1] or not tables[0]:
                BAD.append("%s of %s differ: %s" % (command, name, [x for x in zip(*tables) if x[0] != x[1]][:1]))
            print("%-16s %-8s %3d rows" % (name, command, len(tables[0])))


def listen(sipglass, samples, folder):
    del samples
    key, udp, tcp, shown, now = b"secret", free_port(), free_port(), free_port(), time.time()
    database = os.path.join(folder, "hep.db")
    run = Run(folder, sipglass, "messages", "--json", "-L", "udp:127.0.0.1:%d" % udp, "-L", "tcp:127.0.0.1:%d" % tcp, "--metrics", str(shown),
              "--hep-key", key.decode(), "--hep-allow", "127.0.0.0/8", "--db", database)
    wait_for(shown)
    raw = zlib.compressobj(6, zlib.DEFLATED, -15)
    envelopes = [hep3(options("v3"), key=key), hep3(zlib.compress(options("zlib")), key=key, packed=True),
                 hep3(gzip.compress(options("gzip")), key=key, packed=True),
                 hep3(raw.compress(options("deflate")) + raw.flush(), key=key, packed=True),
                 hep3(options("twice", "2"), agent=1, key=key, when=now), hep3(options("twice", "2"), agent=2, key=key, when=now + 0.1),
                 hep3(options("ahead"), key=key, when=now + 86400),
                 hep3(b"routed to bob by rule 7\n", kind=100, key=key, call_id=b"v3"), hep3(b"nobody", kind=100, key=key, call_id=b"unknown"),
                 hep3(b'{"type":201,"ssrc":1,"report_blocks":[{"source_ssrc":2}]}', kind=5, key=key),
                 hep3(bytes([0x80, 201, 0, 1, 0, 0, 0, 1]), kind=5, key=key), hep3(b"{}", kind=34, key=key),
                 hep3(zlib.compress(b"a" * 10_000_000), key=key, packed=True), hep3(options("keyless")), hep3(options("other"), key=b"guess"),
                 hep2(options("v2"), now), hep1(options("v1")), b"no envelope at all"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for e in envelopes:
            s.sendto(e, ("127.0.0.1", udp))
            time.sleep(0.01)
    with socket.create_connection(("127.0.0.1", tcp)) as s:
        for byte in hep3(options("bytewise"), key=key):
            s.sendall(bytes([byte]))
        s.sendall(b"".join(hep3(options("many-%d" % i), key=key) for i in range(500)))
        until(shown, "sipglass_sip_messages_total", 508)
    time.sleep(2.2)
    m = metrics(shown)
    run.end()
    rows = run.rows()
    ids = sorted(r["call_id"] for r in rows if not r["call_id"].startswith("many-"))
    want("messages", ids, sorted(["ahead", "bytewise", "deflate", "gzip", "twice", "twice", "v3", "zlib"]))
    want("messages of a connection", sum(r["call_id"].startswith("many-") for r in rows), 500)
    want("copies", [r["call_id"] for r in rows if r["copy_of"]], ["twice"])
    want("times ahead of ours", [r["call_id"] for r in rows if r["time"] > now + 3600], [])
    ledger = {x: m.get('sipglass_ledger_total{reason="%s"}' % x, 0) for x in
              ("hep_key", "hep_noise", "hep_log", "hep_other", "hep_clock", "hep_bad", "rtcp_stray", "hep_refused")}
    want("ledger", ledger, {"hep_key": 4, "hep_noise": 1, "hep_log": 1, "hep_other": 1, "hep_clock": 1, "hep_bad": 1, "rtcp_stray": 1,
                            "hep_refused": 0})
    want("RTCP packets", m["sipglass_rtcp_packets_total"], 2)
    events = Run(folder, sipglass, "sql", database, "--json", "SELECT kind, value FROM events")
    events.p.wait(20)
    want("log lines", events.rows(), [{"kind": "log", "value": "routed to bob by rule 7"}])
    print("%d messages, ledger %s" % (len(rows), ledger))


def away(sipglass, samples, folder):
    del samples
    for kind in ("tcp", "udp"):
        entry, port, shown = free_port(), free_port(), free_port()
        middle = Run(folder, sipglass, "watch", "-q", "-L", "udp:127.0.0.1:%d" % entry, "-H", "%s:127.0.0.1:%d" % (kind, port), "--metrics",
                     str(shown), "--no-media")
        wait_for(shown)
        got = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for turn in range(3):  # nobody is there at first; each collector goes away after its turn
                for i in range(500):
                    s.sendto(hep3(options("%d-%d" % (turn, i))), ("127.0.0.1", entry))
                    if i % 50 == 0:
                        time.sleep(0.01)
                until(shown, "sipglass_sip_messages_total", 500 * (turn + 1))
                up = free_port()
                there = Run(folder, sipglass, "messages", "--json", "--no-media", "-L", "%s:127.0.0.1:%d" % (kind, port), "--metrics", str(up))
                wait_for(up)
                until(up, "sipglass_sip_messages_total", 500)
                got += [r["call_id"] for r in there.end().rows() if not r["retransmission"]]
                time.sleep(0.3)
        m = metrics(shown)
        middle.end()
        lost = 1500 - len(set(got))
        print("%s: %d of 1500 came through, %d breaks, %d sent again, in the ledger %d" % (
            kind, len(set(got)), m["sipglass_hep_breaks_total"], m["sipglass_hep_resent_total"],
            m.get('sipglass_ledger_total{reason="hep_unsent"}', 0)))
        want("%s: lost" % kind, lost, 0)
        if m["sipglass_hep_breaks_total"] < 2:
            BAD.append("%s: %d breaks" % (kind, m["sipglass_hep_breaks_total"]))


def flood(sipglass, samples, folder):
    del samples
    port, shown, n = free_port(), free_port(), 300_000
    run = Run(folder, sipglass, "watch", "-q", "-L", "udp:127.0.0.1:%d" % port, "--metrics", str(shown), "--max-calls", "1000", "-B", "1")
    wait_for(shown)
    envelopes = [hep3(options("f-%d" % i)) for i in range(2000)] + [b"junk" * 50] * 200
    begun = time.time()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", port))
        for i in range(n):
            s.send(envelopes[i % len(envelopes)])
        took = time.time() - begun
        time.sleep(0.5)
        s.send(envelopes[0])  # with it comes the kernel's count of those before
        time.sleep(3)
        begun = time.time()
        m = metrics(shown)
        answered = time.time() - begun
    source = '{source="udp:127.0.0.1:%d"' % port
    frames = m["sipglass_source_frames_total%s}" % source]
    drops = sum(v for k, v in m.items() if k.startswith("sipglass_source_dropped_frames_total" + source))
    noise = m.get('sipglass_ledger_total{reason="hep_noise"}', 0)
    with open("/proc/%d/status" % run.p.pid) as f:
        resident = int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])
    want("datagrams taken, dropped and thrown away", frames + drops + noise, n + 1)
    run.end()
    want("exit status", run.p.returncode, 0)
    if resident > 200 << 10 or answered > 1:
        BAD.append("%d KB in memory, metrics in %.2f s" % (resident, answered))
    print("%d datagrams in %.1f s: %d taken, %d dropped, %d no envelopes; %d MB in memory" % (
        n + 1, took, frames, drops, noise, resident >> 10))


def main():
    sipglass, samples, part = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3]
    if subprocess.run([sipglass, "watch", "--metrics", "127.0.0.1:1", os.devnull], stderr=subprocess.PIPE).stderr.find(b"libmicrohttpd") >= 0:
        print("not built with libmicrohttpd: skipped")
        return 77
    folder = tempfile.mkdtemp(prefix="sipglass-hep-")
    os.chmod(folder, 0o777)  # started by root, sipglass runs as somebody else
    try:
        {"pair": pair, "listen": listen, "away": away, "flood": flood}[part](sipglass, samples, folder)
    finally:
        for r in Run.all:
            if r.p.poll() is None:
                r.p.kill()
                r.p.wait()
        shutil.rmtree(folder, ignore_errors=True)
    for line in BAD:
        print("FAIL " + line)
    if BAD:
        for r in Run.all[-2:]:
            print(r.notes()[-500:])
    return 1 if BAD else 0


if __name__ == "__main__":
    sys.exit(main())
