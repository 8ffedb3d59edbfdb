#!/usr/bin/env python3
"""Seeds of fuzz_streams: records of kind, time step, ends, length and bytes.

    seeds_streams.py [FOLDER]
"""
import os
import struct
import sys

FOLDER = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus", "streams")
MESSAGE, DATAGRAM, RUN = range(3)


def record(kind, step, ends, data):
    return struct.pack(">BBBH", kind, step, ends, len(data)) + data


def ip(n):
    return "%d.0.0.%d" % (192 if n % 3 else 10, n // 2)


def sdp(n, media="audio %d RTP/AVP 0 96 101\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\n"):
    return "v=0\r\nc=IN IP4 %s\r\nm=%s" % (ip(n), media % (4000 + n))


def sip(start, cseq, tag, body, call="a"):
    return ("%s\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK%s\r\nFrom: <sip:alice@example.com>;tag=1\r\nTo: <sip:bob@example.com>%s\r\n"
            "Call-ID: %s\r\nCSeq: %s\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s"
            % (start, cseq[0], tag, call, cseq, len(body), body)).encode()


def invite(a, b, call="a", media=None):
    one, two = (sdp(a), sdp(b)) if media is None else (sdp(a, media), sdp(b, media))
    ends = a << 4 | b
    return record(MESSAGE, 10, ends, sip("INVITE sip:bob@example.com SIP/2.0", "1 INVITE", "", one, call)) + \
        record(MESSAGE, 10, (b << 4 | a), sip("SIP/2.0 200 OK", "1 INVITE", ";tag=2", two, call))


def bye(ends, call="a"):
    return record(MESSAGE, 5, ends, sip("BYE sip:bob@example.com SIP/2.0", "2 BYE", ";tag=2", "", call))


def rtp(ssrc, pt=0, seq=250, ts=1000, payload=b"\x2a" * 40, marker=0):
    return struct.pack(">BBHII", 0x80, pt | marker << 7, seq, ts, ssrc) + payload


def rtcp(ssrc, about):
    return struct.pack(">BBHIQIII", 0x81, 200, 12, ssrc, 0x1234567890abcdef, 1000, 5, 200) + \
        struct.pack(">IIIIII", about, 5 << 24 | 3, 300, 20, 0x567890ab, 0x8000)


SEEDS = {
    "call": invite(1, 2) + record(RUN, 20, 0x12, rtp(7)) + record(RUN, 1, 0x21, rtp(8, 96)) + bye(0x12),
    "early": record(RUN, 20, 0x12, rtp(7, 96)) + invite(1, 2) + record(RUN, 1, 0x12, rtp(7, 96, 290 - 256, 7400)),
    "digits": invite(1, 2) + record(RUN, 20, 0x12, rtp(7)) + record(RUN, 1, 0x12, rtp(7, 101, 34, 7400, b"\x05\x0a\x00\xa0")),
    "rtcp": invite(1, 2) + record(RUN, 20, 0x12, rtp(7)) + record(RUN, 20, 0x21, rtp(8)) +
            record(DATAGRAM, 1, 0x12, rtcp(7, 8)) + record(DATAGRAM, 50, 0x21, rtcp(8, 7)),
    "fax": invite(1, 2, "a", "image %d udptl t38\r\n") + record(DATAGRAM, 1, 0x12, b"\0\1\1\6\0\0") + record(DATAGRAM, 1, 0x12, b"\0\4\1\6\0\0"),
    "box": invite(1, 2) + invite(4, 5, "b") + b"".join(
        record(DATAGRAM, 15, 0x12, rtp(7, 0, i, i * 160)) + record(DATAGRAM, 5, 0x45, rtp(9, 0, i, i * 160)) for i in range(20)),
    "copies": invite(1, 2) + b"".join(
        record(DATAGRAM, 20, 0x12, rtp(7, 0, i, i * 160)) + record(DATAGRAM + 129, 0, 0x12, rtp(7, 0, i, i * 160)) for i in range(10)),
    "evicted": b"".join(invite(1, 2, "c%d" % i) + record(RUN, 20, 0x12, rtp(i)) + bye(0x12, "c%d" % i) for i in range(6)),
}

os.makedirs(FOLDER, exist_ok=True)
for name, data in SEEDS.items():
    with open(os.path.join(FOLDER, name), "wb") as f:
        f.write(data)
