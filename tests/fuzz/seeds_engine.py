#!/usr/bin/env python3
"""Writes the seed files of fuzz_tcp, fuzz_defrag and fuzz_engine."""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
FIN, SYN, RST, REVERSE, OTHER, LATER, CUT, LONG = 1, 2, 4, 8, 16, 32, 64, 128


def sip(call_id, body=b'', length=True, eol=b'\r\n'):
    lines = [b'MESSAGE sip:bob@example.com SIP/2.0', b'Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1',
             b'From: <sip:alice@example.com>;tag=1', b'To: <sip:bob@example.com>',
             b'Call-ID: ' + call_id, b'CSeq: 1 MESSAGE', b'Content-Type: text/plain']
    if length:
        lines.append(b'Content-Length: %d' % len(body))
    return eol.join(lines + [b'', b'']) + body


def segment(data, flags=0, back=0):
    out = b''
    while True:
        part, data = data[:255], data[255:]
        out += struct.pack('>BhB', flags, back, len(part)) + part
        flags, back = flags & ~SYN, 0
        if not data:
            return out


def websocket(data, first=0x81, key=b'\1\2\3\4'):
    masked = bytes(b ^ key[i % 4] for i, b in enumerate(data))
    return struct.pack('>BBH', first, 0x80 | 126, len(data)) + key + masked


def hep3(data):
    def chunk(kind, value):
        return struct.pack('>HHH', 0, kind, 6 + len(value)) + value
    body = b''.join([chunk(1, b'\2'), chunk(2, b'\x11'), chunk(3, bytes([192, 0, 2, 1])),
                     chunk(4, bytes([192, 0, 2, 2])), chunk(7, b'\x13\xc4'), chunk(8, b'\x13\xc4'),
                     chunk(11, b'\1'), chunk(15, data)])
    return b'HEP3' + struct.pack('>H', 6 + len(body)) + body


A, B = sip(b'a', b'hello'), sip(b'b')
UPGRADE = b'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n'
TCP = {
    'three': segment(b'', SYN) + segment(A + B + A) + segment(b'', FIN),
    'again': segment(A[:100]) + segment(A[:100], back=-100) + segment(A[100:] + B),
    'hole': segment(A) + segment(B, back=20) + segment(A, LATER) + segment(B, LATER),
    'reorder': segment(A[50:], back=50) + segment(A[:50], back=-len(A)) + segment(B, RST),
    'middle': segment(A[80:] + B) + segment(sip(b'lf', b'x', False, b'\n')) + segment(B),
    'cut': segment(A, CUT) + segment(B) + segment(A, REVERSE) + segment(B, OTHER),
    'ws': segment(UPGRADE, SYN) + segment(websocket(A) + websocket(B, 1) + websocket(B, 0x80)),
    'ws_middle': segment(websocket(A)) + segment(b'\x89\0' + websocket(B)),
    'hep': segment(hep3(A) + hep3(B)),
    'tls': segment(b'\x16\3\1\0\5hello', SYN) + segment(B),
    'bytes': b''.join(segment(A[i:i + 1]) for i in range(len(A))),
    'crlf': segment(b'\r\n\r\n' + A + b'\r\n') + segment(b'\0', back=-1) + segment(B),
}


def fragment(data, offset, more, ident=0, flags=0, cut=0):
    size, odd = divmod(len(data), 8)
    flags |= ident | (4 if more else 0) | (32 if odd == 3 else 0)
    return struct.pack('>BHBB', flags, offset // 8, size, cut) + data[:size * 8 + (3 if odd == 3 else 0)]


U = struct.pack('>HHHH', 5060, 5060, 8 + 403, 0) + sip(b'a', b'x' * 500)[:403]
DEFRAG = {
    'order': fragment(U[:200], 0, 1) + fragment(U[200:], 200, 0),
    'reverse': fragment(U[400:], 400, 0) + fragment(U[200:400], 200, 1) + fragment(U[:200], 0, 1),
    'twice': fragment(U[:200], 0, 1) * 2 + fragment(U[200:], 200, 0),
    'overlap': fragment(U[:200], 0, 1) + fragment(U[96:], 96, 0) + fragment(U[:400], 0, 1, 1),
    'lost': fragment(U[:200], 0, 1) + fragment(b'', 0, 0, 1, 8) + fragment(U[:200], 0, 1, 2, 16),
    'cut': fragment(U[:200], 0, 1, 0, 0, 255) + fragment(U[200:], 200, 0),
    'teardrop': fragment(U[:64], 0, 1) + fragment(U[24:32], 24, 0) + fragment(U[:8], 65528, 1),
}


def frame(data, how=0, interface=0):
    return struct.pack('>BBH', how, interface, len(data)) + data


def ip(proto, data, flags=0):
    return struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(data), 7, flags, 64, proto, 0) + bytes(
        [192, 0, 2, 1, 192, 0, 2, 2]) + data


def udp(data):
    return struct.pack('>HHHH', 5060, 5060, 8 + len(data), 0) + data


def tcp(data, seq, flags=0x18):
    return struct.pack('>HHIIHHI', 5060, 5061, seq, 0, 0x5000 | flags, 65535, 0) + data


def sctp(data, tsn, flags):
    pad = b'\0' * (-len(data) % 4)
    return struct.pack('>HHIIBBHIHHI', 5060, 5060, 0, 0, 0, flags, 16 + len(data), tsn, 1, 2, 0) + data + pad


W = udp(A)
ENGINE = {
    'udp': frame(ip(17, W)) + frame(ip(17, udp(b'\r\n\r\n'))) + frame(ip(17, udp(b'\x80\0' + b'\1' * 20))),
    'tcp': frame(ip(6, tcp(A[:99], 1))) + frame(ip(6, tcp(B, 200))) + frame(ip(6, tcp(A[99:], 100)), 16),
    'fragments': frame(ip(17, W[:80], 0x2000)) + frame(ip(17, W[80:], 10)) + frame(ip(17, W[:80], 0x2000), 8),
    'sctp': frame(ip(132, sctp(A, 1, 3))) + frame(ip(132, sctp(A[:80], 2, 2))) + frame(ip(132, sctp(A[80:], 3, 1))),
    'icmp': frame(ip(1, b'\3\3\0\0\0\0\0\0' + ip(17, W))),
    'hep': frame(hep3(A), 3),
    'tunnel': frame(ip(4, ip(17, W)[:120], 0x2000)) + frame(ip(4, ip(17, W)[120:], 15)),
}

for target, seeds in (('tcp', TCP), ('defrag', DEFRAG), ('engine', ENGINE)):
    folder = os.path.join(HERE, 'corpus', target)
    os.makedirs(folder, exist_ok=True)
    for name, data in seeds.items():
        with open(os.path.join(folder, name), 'wb') as f:
            f.write(data)
