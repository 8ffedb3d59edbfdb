#!/usr/bin/env python3
"""Writes the seed files of fuzz_rtp, fuzz_rtcp, fuzz_stun, fuzz_udptl and fuzz_bodies."""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
COOKIE = 0x2112a442
ID = bytes(range(12))


def rtp(first=0x80, pt=0, seq=1, ts=160, ssrc=0x11223344, rest=bytes(160)):
    return struct.pack('>BBHII', first, pt, seq, ts, ssrc) + rest


def rtcp(kind, count, body, first=0x80):
    return struct.pack('>BBH', first | count, kind, len(body) // 4) + body


def report(ssrc=2, fraction=5, lost=-3, highest=0x10005, jitter=80, lsr=0xb7052000, dlsr=0x54000):
    return struct.pack('>IIIIII', ssrc, fraction << 24 | lost & 0xffffff, highest, jitter, lsr, dlsr)


def block(kind, specific, body):
    return struct.pack('>BBH', kind, specific, len(body) // 4) + body


SR = rtcp(200, 1, struct.pack('>IQIII', 1, 0xe0000000b7108000, 160, 10, 1600) + report())
SDES = rtcp(202, 1, struct.pack('>I', 1) + b'\x01\x11alice@example.com\x06\x02ab\0\0')
XR = rtcp(207, 0, struct.pack('>I', 1)
          + block(7, 0, struct.pack('>I4B4H8BBBHHH', 2, 12, 3, 128, 1, 120, 500, 200, 60, 0xee, 0xce,
                                    55, 16, 90, 127, 42, 41, 0xf3, 0, 40, 80, 200))
          + block(4, 0, struct.pack('>Q', 0xe0000000b7108000))
          + block(5, 0, struct.pack('>III', 2, 0xb7052000, 0x54000) * 2)
          + block(6, 0xf8, struct.pack('>IHHIIIIIIBBBB', 2, 1, 50, 3, 1, 0, 90, 40, 5, 60, 64, 63, 1)))


def attribute(kind, value):
    return struct.pack('>HH', kind, len(value)) + value + bytes(-len(value) % 4)


def stun(kind, body, cookie=COOKIE):
    return struct.pack('>HHI', kind, len(body), cookie) + ID + body


PEER = attribute(0x12, struct.pack('>BBHI', 0, 1, 4000 ^ 0x2112, 0xc0000201 ^ COOKIE))
VQ = b'''VQSessionReport: CallTerm\r
CallID:1@example.com\r
LocalID:<sip:alice@example.com>\r
RemoteID:<sip:bob@example.com>\r
LocalAddr:IP=192.0.2.1 PORT=5000 SSRC=1a3b5c7d\r
RemoteAddr:IP=2001:db8::2 PORT=5002 SSRC=0x2468abcd\r
LocalMetrics:\r
Timestamps:START=2024-01-01T00:00:00Z STOP=2024-01-01T00:02:00Z\r
SessionDesc:PT=18 PD=G729 SR=8000 FD=20 FPP=2 PPS=50 FMTP="annexb=no" PLC=3\r
JitterBuffer:JBA=3 JBR=2 JBN=40 JBM=80 JBX=120\r
PacketLoss:NLR=5.0 JDR=2.0\r
BurstGapLoss:BLD=0 BD=0 GLD=2.0 GD=500 GMIN=16\r
Delay:RTD=200 ESD=140 IAJ=2 MAJ=10\r
Signal:SL=-18 NL=-50 RERL=55\r
QualityEst:RLQ=90 RCQ=85 EXTRI=90 MOSLQ=4.2 MOSCQ=4.3 QoEEstAlg=P.564\r
RemoteMetrics:\r
PacketLoss:NLR=0.5\r
DialogID:1@example.com;to-tag=2;from-tag=3\r
'''
SEEDS = {
    'rtp': {
        'pcmu': rtp(), 'event': rtp(pt=101, rest=b'\x05\x8a\x03\x20'), 'g723': rtp(pt=4, rest=b'\0' * 24 + b'\1' * 20),
        'all': rtp(0xb2, 0xe0, rest=bytes(8) + struct.pack('>HH', 0xbede, 1) + b'\x10\xff\0\0' + bytes(20) + b'\0\0\0\4'),
        'cut_extension': rtp(0x90, rest=struct.pack('>HH', 0xbede, 9000)), 'zrtp': b'\x10\0\0\1ZRTP' + bytes(20),
        'dtls': b'\x16\xfe\xfd' + bytes(20)},
    'rtcp': {
        'compound': SR + SDES + rtcp(203, 1, struct.pack('>I', 1) + b'\x03end'), 'xr': rtcp(201, 0, bytes(4)) + XR,
        'two': rtcp(201, 2, bytes(4) + report() * 2) + rtcp(205, 1, bytes(12)) + rtcp(206, 1, bytes(8)),
        'app': rtcp(204, 0, bytes(4) + b'test' + bytes(8)), 'lying': rtcp(200, 31, bytes(24))[:20],
        'padding': rtcp(201, 0, bytes(8) + b'\0\0\0\4', 0xa0)},
    'stun': {
        'request': stun(1, attribute(6, b'bob:ali') + attribute(0x25, b'')),
        'success': stun(0x101, attribute(0x20, struct.pack('>BBHI', 0, 1, 4000 ^ 0x2112, 0xc0000201 ^ COOKIE))),
        'success6': stun(0x101, attribute(0x20, struct.pack('>BBH', 0, 2, 4000 ^ 0x2112) + bytes(16))),
        'classic': stun(0x101, attribute(1, struct.pack('>BBHI', 0, 1, 4000, 0xc0000201)), 0x01020304),
        'send': stun(0x16, PEER + attribute(0x13, rtp())), 'data': stun(0x17, PEER + attribute(0x13, stun(1, b''))),
        'error': stun(0x111, attribute(9, b'\0\0\4\x26Wrong')), 'bind': stun(9, attribute(0xc, b'\x40\1\0\0') + PEER),
        'channel': struct.pack('>HH', 0x4001, 172) + rtp()},
    'udptl': {
        'indicator': b'\0\1\1\2\0\0', 'redundancy': b'\0\2\6\xc0\1\x80\0\0\xff\0\2\1\2\1\6',
        'fec': b'\0\3\1\6\x80\1\3\2\2\1\2\3\4\5\6', 'long': b'\0\4\x80\x81' + bytes(129) + b'\0\0',
        'fragment': b'\0\5\xc1' + bytes(30), 'extension': b'\0\6\2\x23\x40\0\0'},
    'bodies': {
        'vq': VQ, 'alert': b'VQAlertReport: Type=NLR Severity=Critical Dir=local\nPacketLoss:NLR=1e9 JDR=-0.5\n',
        'relay': b'Signal= 5\r\nDuration= 160\r\n', 'number': b'11', 'key': b'#\r\n',
        'kpml': b'<?xml version="1.0"?><kpml-response xmlns="urn:ietf:params:xml:ns:kpml-response" '
                b'version="1.0" code="200" text="OK" digits="12#" tag="d"/>'},
}


def main():
    for target, seeds in SEEDS.items():
        folder = os.path.join(HERE, 'corpus', target)
        os.makedirs(folder, exist_ok=True)
        for name, data in seeds.items():
            with open(os.path.join(folder, name), 'wb') as f:
                f.write(data)


if __name__ == '__main__':
    main()
