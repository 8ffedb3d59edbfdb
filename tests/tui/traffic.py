"""Captures for the tests of the screen: many calls with a few that fail, and one that means harm."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples"))
from net import Capture  # noqa: E402

ALICE, PBX = ("192.0.2.10", 5060), ("198.51.100.20", 5060)


def message(start, headers, body=b""):
    head = [start] + headers + [b"Content-Length: %d" % len(body)]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def headers(n, cseq, user, to_tag=None, more=()):
    return [b"Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK%d-%s" % (n, cseq.replace(b" ", b"")),
            b"From: <sip:%s@example.com>;tag=f%d" % (user, n),
            b"To: <sip:8%05d@example.net>%s" % (n, b";tag=t%d" % n if to_tag else b""),
            b"Call-ID: call-%d@example.com" % n, b"CSeq: " + cseq, b"Max-Forwards: 70",
            b"Contact: <sip:%s@%s>" % (user, b"198.51.100.20" if to_tag else b"192.0.2.10"), *more]


def talk(c, n, at, user=b"alice"):
    """A call that goes well."""
    uri = b"sip:8%05d@example.net" % n
    c.udp(at, ALICE, PBX, message(b"INVITE %s SIP/2.0" % uri, headers(n, b"1 INVITE", user)))
    c.udp(at + 0.1, PBX, ALICE, message(b"SIP/2.0 180 Ringing", headers(n, b"1 INVITE", user, True)))
    c.udp(at + 1, PBX, ALICE, message(b"SIP/2.0 200 OK", headers(n, b"1 INVITE", user, True)))
    c.udp(at + 1.01, ALICE, PBX, message(b"ACK %s SIP/2.0" % uri, headers(n, b"1 ACK", user, True)))
    c.udp(at + 20, ALICE, PBX, message(b"BYE %s SIP/2.0" % uri, headers(n, b"2 BYE", user, True)))
    c.udp(at + 20.02, PBX, ALICE, message(b"SIP/2.0 200 OK", headers(n, b"2 BYE", user, True)))


def refused(c, n, at, code, phrase, user=b"bob"):
    uri = b"sip:8%05d@example.net" % n
    c.udp(at, ALICE, PBX, message(b"INVITE %s SIP/2.0" % uri, headers(n, b"1 INVITE", user)))
    c.udp(at + 0.1, PBX, ALICE, message(b"SIP/2.0 %d %s" % (code, phrase), headers(n, b"1 INVITE", user, True)))
    c.udp(at + 0.11, ALICE, PBX, message(b"ACK %s SIP/2.0" % uri, headers(n, b"1 ACK", user, True)))


def unacknowledged(c, n, at):
    """RFC 3261 13.3.1.4: a 200 without ACK is repeated for 64*T1, then the callee gives up."""
    uri = b"sip:8%05d@example.net" % n
    c.udp(at, ALICE, PBX, message(b"INVITE %s SIP/2.0" % uri, headers(n, b"1 INVITE", b"carol")))
    t, step = at + 1, 0.5
    while t < at + 33:
        c.udp(t, PBX, ALICE, message(b"SIP/2.0 200 OK", headers(n, b"1 INVITE", b"carol", True)))
        t += step
        step = min(2 * step, 4)
    c.udp(at + 33, PBX, ALICE, message(b"BYE sip:carol@192.0.2.10 SIP/2.0",
                                       [b"Via: SIP/2.0/UDP 198.51.100.20:5060;branch=z9hG4bKb%d" % n,
                                        b"From: <sip:8%05d@example.net>;tag=t%d" % (n, n),
                                        b"To: <sip:carol@example.com>;tag=f%d" % n,
                                        b"Call-ID: call-%d@example.com" % n, b"CSeq: 1 BYE", b"Max-Forwards: 70"]))


def three_thousand(path, failed=2345):
    c = Capture()
    for n in range(1, 3001):
        (unacknowledged if n == failed else talk)(c, n, n * 0.1)
    c.write(path)


def mixed(path):
    """Twenty that go well; of five busy ones each has a caller of its own, the first in the alphabet last."""
    c = Capture()
    for n in range(1, 26):
        if n % 5:
            talk(c, n, n)
        else:
            refused(c, n, n, 486, b"Busy Here", b"user-%d" % (9 - n // 5))
    c.write(path)


# What must not reach a terminal: escape sequences (also as C1), bells, NULs, bidirectional controls, invisible characters,
# runs of combining characters, UTF-8 that is none.
HARM = [b"\x1b[2J\x1b[1;1H", b"\x1b]0;owned\x07", b"\x1b]52;c;b3duZWQ=\x07", b"\x9b31m", b"\xc2\x9b31m", b"\x00", b"\x07\x08\x7f",
        b"\xe2\x80\xae", b"\xe2\x81\xa6", b"\xe2\x80\x8b\xe2\x80\x8f", b"e" + b"\xcc\x81" * 40, b"\xff\xfe\xc0\xaf\xed\xa0\x80",
        b"\xf4\x90\x80\x80", b"\x1bP1$r0m\x1b\\", b"\x0e\x0f\x05", b"\xef\xbb\xbf"]


def hostile(path):
    """A call a kind of harm, with it in every header, the phrase and the body; and one with all of them."""
    c = Capture()
    for n, harm in enumerate(HARM + [b"".join(HARM)], 1):
        user, at = b"u" + harm + b"r", n * 2.0
        common = [b"Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK%d%s;x=%s" % (n, harm, harm),
                  b"From: \"%s\" <sip:%s@example.com>;tag=f%s" % (harm, user, harm),
                  b"To: \"%s\" <sip:%s@example.net>" % (harm, user), b"Call-ID: %d%s@example.com" % (n, harm),
                  b"Contact: <sip:%s@192.0.2.10>" % user, b"User-Agent: x" + harm, b"Server: x" + harm,
                  b"Subject: " + harm + b"subject", b"X-" + b"Odd: " + harm, b"Warning: 399 example.com \"%s\"" % harm,
                  b"Reason: SIP;cause=488;text=\"%s\"" % harm, b"Content-Type: application/sdp"]
        body = b"v=0\r\no=%s 1 1 IN IP4 192.0.2.10\r\ns=%s\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n" \
               b"m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 %s/8000\r\na=%s\r\n" % (harm, harm, harm, harm)
        c.udp(at, ALICE, PBX, message(b"INVITE sip:%s@example.net SIP/2.0" % user, common + [b"CSeq: 1 INVITE"], body))
        c.udp(at + 0.1, PBX, ALICE, message(b"SIP/2.0 488 No" + harm + b"pe", common + [b"CSeq: 1 INVITE"]))
        c.udp(at + 0.5, ALICE, PBX, message(b"M%s sip:%s@example.net SIP/2.0" % (harm, user), common + [b"CSeq: 2 M" + harm]))
    c.write(path)
