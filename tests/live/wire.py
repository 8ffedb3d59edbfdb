"""What the live tests share: a network namespace with a loopback, a capture in it, and calls played as datagrams."""
import os
import shutil
import signal
import struct
import subprocess
import sys
import time

CALLER, CALLEE = "127.0.0.1", "127.0.0.2"
PLAY = """
import json, socket, sys, time
ends = {}
for line in sys.stdin:
    src, dst, port, wait, text = json.loads(line)
    if (src, port) not in ends:
        ends[src, port] = s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((src, port))
    ends[src, port].sendto(text.encode("latin-1"), (dst, port))
    if wait:
        time.sleep(wait)
"""


class Checks:
    """Prints what was looked at; `failed` counts."""

    def __init__(self):
        self.failed = 0

    def __call__(self, ok, what):
        print("%s %s" % ("ok  " if ok else "FAIL", what))
        self.failed += not ok
        sys.stdout.flush()


class Space:
    """A network namespace of our own, as a context."""

    def __init__(self, name):
        self.name = "sg-%s-%d" % (name, os.getpid())
        self.processes = []

    def __enter__(self):
        return self

    def usable(self):
        """None where it is there, else why not."""
        if os.geteuid() != 0 or not shutil.which("ip"):
            return "not root, or no ip(8)"
        if subprocess.run(["ip", "netns", "add", self.name], stderr=subprocess.DEVNULL).returncode:
            return "no network namespaces here"
        if subprocess.run(self.inside("true"), stderr=subprocess.DEVNULL).returncode:
            return "network namespaces cannot be entered here"
        subprocess.run(["ip", "-n", self.name, "link", "set", "lo", "up"], check=True)
        return None

    def inside(self, *command):
        return ["ip", "netns", "exec", self.name, *command]

    def start(self, out, err, *command):
        p = subprocess.Popen(self.inside(*command), stdin=subprocess.DEVNULL, stdout=open(out, "w"), stderr=open(err, "w"))
        self.processes.append(p)
        return p

    def play(self, messages):
        """[(src, dst, port, seconds to wait after it, text)]"""
        import json
        subprocess.run(self.inside(sys.executable, "-c", PLAY), check=True,
                       input="".join(json.dumps(m) + "\n" for m in messages).encode())

    def __exit__(self, *_):
        for p in self.processes:
            if p.poll() is None:
                p.kill()
                p.wait()
        subprocess.run(["ip", "netns", "del", self.name], stderr=subprocess.DEVNULL)


def stop(p, seconds=20):
    p.send_signal(signal.SIGINT)
    p.wait(seconds)
    return p.returncode


def message(first, call, cseq, method, to_tag="", body="", more=""):
    return ("%s\r\nVia: SIP/2.0/UDP %s:5060;branch=z9hG4bK%s-%d%s\r\nMax-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=a%s\r\n"
            "To: <sip:bob@example.com>%s\r\nCall-ID: %s@example.com\r\nCSeq: %d %s\r\nContact: <sip:x@%s>\r\n%s%s"
            "Content-Length: %d\r\n\r\n%s" % (
                first, CALLER, call, cseq, "a" if method == "ACK" and cseq == 1 and to_tag else "", call,
                ";tag=" + to_tag if to_tag else "", call, cseq, method, CALLER, more,
                "Content-Type: application/sdp\r\n" if body else "", len(body), body))


def good(call, wait=0.0):
    """A call that is answered and ends."""
    uri = "sip:bob@example.com SIP/2.0"
    return [(CALLER, CALLEE, 5060, 0, message("INVITE " + uri, call, 1, "INVITE")),
            (CALLEE, CALLER, 5060, 0, message("SIP/2.0 180 Ringing", call, 1, "INVITE", "b")),
            (CALLEE, CALLER, 5060, 0, message("SIP/2.0 200 OK", call, 1, "INVITE", "b")),
            (CALLER, CALLEE, 5060, wait, message("ACK " + uri, call, 1, "ACK", "b")),
            (CALLER, CALLEE, 5060, 0, message("BYE " + uri, call, 2, "BYE", "b")),
            (CALLEE, CALLER, 5060, 0, message("SIP/2.0 200 OK", call, 2, "BYE", "b"))]


def refused(call, status="503 Service Unavailable"):
    """A call that the other side refuses."""
    uri = "sip:bob@example.com SIP/2.0"
    return [(CALLER, CALLEE, 5060, 0, message("INVITE " + uri, call, 1, "INVITE")),
            (CALLEE, CALLER, 5060, 0, message("SIP/2.0 " + status, call, 1, "INVITE", "b")),
            (CALLER, CALLEE, 5060, 0, message("ACK " + uri, call, 1, "ACK", "b"))]


def asked(call):
    """OPTIONS and its answer: nothing is wrong with it."""
    return [(CALLER, CALLEE, 5060, 0, message("OPTIONS sip:bob@example.com SIP/2.0", call, 1, "OPTIONS")),
            (CALLEE, CALLER, 5060, 0, message("SIP/2.0 200 OK", call, 1, "OPTIONS", "b"))]


def talked(call, packets, port=40000):
    """A call with G.711 both ways, every 20 ms; `packets` each."""
    uri, parts = "sip:bob@example.com SIP/2.0", good(call)
    for at, host in ((0, CALLER), (2, CALLEE)):
        body = "v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\n" % (host, host, port)
        src, dst, sip, wait, _ = parts[at]
        first = "SIP/2.0 200 OK" if at else "INVITE " + uri
        parts[at] = (src, dst, sip, wait, message(first, call, 1, "INVITE", "b" if at else "", body))
    media = []
    for n in range(packets):
        rtp = struct.pack(">BBHII", 0x80, 0, n, n * 160, 0x1234) + b"\xd5\x55" * 80
        media.append((CALLER, CALLEE, port, 0, rtp.decode("latin-1")))
        media.append((CALLEE, CALLER, port, 0.02, rtp.decode("latin-1")))
    return parts[:4] + media + parts[4:]


def settle(seconds):
    time.sleep(seconds)
