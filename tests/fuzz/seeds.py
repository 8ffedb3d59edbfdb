#!/usr/bin/env python3
"""Writes the seed files of fuzz_packet, fuzz_hep and fuzz_websocket (scapy)."""
import os
import struct
import sys

from scapy.all import (ARP, ESP, GRE, ICMP, IP, TCP, UDP, Dot1Q, Ether, IPv6,
                       IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrRouting, PPP,
                       PPPoE, Raw, SCTP, SCTPChunkData, SNAP, LLC, Dot3, IPOption_NOP,
                       CookedLinux, ICMPv6DestUnreach)
from scapy.contrib.erspan import ERSPAN_II, ERSPAN_III
from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header
from scapy.contrib.mpls import MPLS
from scapy.contrib.nsh import NSH
from scapy.layers.vxlan import VXLAN

HERE = os.path.dirname(os.path.abspath(__file__))
LINKS = [1, 0, 9, 12, 50, 51, 101, 104, 105, 108, 113, 127, 197, 228, 229, 276, 0x10000, 252]
SIP = (b'OPTIONS sip:bob@example.com SIP/2.0\r\nCall-ID: 1@example.com\r\n'
       b'CSeq: 1 OPTIONS\r\n\r\n')
V4 = IP(src='192.0.2.1', dst='198.51.100.2', tos=0xb8)
V6 = IPv6(src='2001:db8::1', dst='2001:db8::2')
ETH = Ether(src='00:00:5e:00:53:01', dst='00:00:5e:00:53:02')
DATAGRAM = UDP(sport=5060, dport=5060) / Raw(SIP)
PLAIN = V4 / DATAGRAM


def outer(port, payload):
    return ETH / IP(src='203.0.113.1', dst='203.0.113.2') / UDP(sport=port, dport=port) / payload


def hep3():
    def chunk(kind, value):
        return struct.pack('>HHH', 0, kind, 6 + len(value)) + value
    body = b''.join([
        chunk(1, b'\2'), chunk(2, b'\x11'), chunk(3, bytes([192, 0, 2, 1])),
        chunk(4, bytes([198, 51, 100, 2])), chunk(7, struct.pack('>H', 5060)),
        chunk(8, struct.pack('>H', 5080)), chunk(9, struct.pack('>I', 1700000000)),
        chunk(10, struct.pack('>I', 250000)), chunk(11, b'\1'),
        chunk(12, struct.pack('>I', 42)), chunk(17, b'1@example.com'), chunk(15, SIP)])
    return b'HEP3' + struct.pack('>H', 6 + len(body)) + body


def hep2():
    return (bytes([2, 16, 2, 17]) + struct.pack('>HH', 5060, 5080) + bytes([192, 0, 2, 1])
            + bytes([198, 51, 100, 2]) + struct.pack('<IIHH', 1700000000, 250000, 42, 0) + SIP)


def hep1():
    return (bytes([1, 40, 10, 17]) + struct.pack('>HH', 5060, 5080)
            + bytes(V6)[8:40] + SIP)


def esp_null(check):
    inner = bytes(PLAIN)[20:]
    pad = -(len(inner) + 2) % 4
    return ESP(spi=0x1234, seq=1, data=inner + bytes(range(1, pad + 1)) + bytes([pad, 17])
               + b'\xaa' * check)


def packets():
    """name -> (link type, frame)"""
    yield 'udp', 1, ETH / PLAIN
    yield 'options', 1, ETH / IP(src='192.0.2.1', dst='198.51.100.2',
                                 options=[IPOption_NOP()] * 4) / DATAGRAM
    yield 'tcp', 1, ETH / V4 / TCP(sport=5060, dport=5062, flags='PA', seq=7, ack=9,
                                   options=[('NOP', None)] * 4) / Raw(SIP)
    yield 'sctp', 1, ETH / V4 / SCTP(sport=5060, dport=5060) / SCTPChunkData(
        beginning=1, ending=1, tsn=5, stream_id=1, data=SIP)
    yield 'icmp', 1, ETH / IP(src='203.0.113.9', dst='192.0.2.1') / ICMP(type=3, code=3) / PLAIN
    yield 'icmp6', 1, ETH / V6 / ICMPv6DestUnreach(code=4) / V6 / DATAGRAM
    yield 'arp', 1, ETH / ARP()
    yield 'fragment', 1, ETH / IP(src='192.0.2.1', dst='198.51.100.2', flags='MF', id=99,
                                  proto=17) / Raw(bytes(DATAGRAM)[:48])
    yield 'fragment6', 1, ETH / V6 / IPv6ExtHdrFragment(offset=6, m=1, id=77, nh=17) / Raw(SIP)
    yield 'extensions', 1, ETH / V6 / IPv6ExtHdrRouting() / IPv6ExtHdrDestOpt() / DATAGRAM
    yield 'qinq', 1, Ether(type=0x88a8) / Dot1Q(vlan=10) / Dot1Q(vlan=20) / PLAIN
    yield 'snap', 1, Dot3() / LLC(dsap=0xaa, ssap=0xaa, ctrl=3) / SNAP(code=0x800) / PLAIN
    yield 'mpls', 1, ETH / MPLS(label=16, s=0) / MPLS(label=17, s=1) / PLAIN
    yield 'pseudowire', 1, ETH / MPLS(label=16, s=1) / Raw(bytes(4)) / ETH / PLAIN
    yield 'pppoe', 1, ETH / PPPoE(sessionid=5) / PPP(proto=0x21) / PLAIN
    yield 'nsh', 1, ETH / NSH(mdtype=2, nextproto=1) / PLAIN
    yield 'sll', 113, CookedLinux(proto=0x800) / PLAIN
    yield 'sll2', 276, struct.pack('>HHIHBB8s', 0x86dd, 0, 1, 1, 0, 6, bytes(8)) + bytes(V6 / DATAGRAM)
    yield 'raw4', 228, PLAIN
    yield 'raw6', 229, V6 / DATAGRAM
    yield 'raw', 101, PLAIN
    yield 'null', 0, struct.pack('<I', 2) + bytes(PLAIN)
    yield 'loop', 108, struct.pack('>I', 24) + bytes(V6 / DATAGRAM)
    yield 'ppp', 9, b'\xff\x03\x00\x21' + bytes(PLAIN)
    yield 'hdlc', 104, b'\x0f\x00\x08\x00' + bytes(PLAIN)
    eth = bytes(ETH / PLAIN)
    yield 'erf', 197, struct.pack('>QBBHHH', 1, 2, 4, 18 + len(eth), 0, len(eth)) + b'\0\0' + eth
    wlan = bytes([0x88, 1, 0, 0]) + bytes(18) + b'\0\0\0\0' + b'\xaa\xaa\3\0\0\0\x08\0'
    yield 'wlan', 105, wlan + bytes(PLAIN)
    yield 'radiotap', 127, b'\0\0\x08\0\0\0\0\0' + wlan + bytes(PLAIN)
    yield 'hep_link', 0x10000, hep3()
    yield 'exported', 252, (bytes([0, 12, 0, 4]) + b'sip\0' + bytes([0, 20, 0, 4, 192, 0, 2, 1])
                            + bytes([0, 21, 0, 4, 198, 51, 100, 2, 0, 24, 0, 4, 0, 0, 0, 2])
                            + bytes([0, 25, 0, 4, 0, 0, 0x13, 0xc4, 0, 26, 0, 4, 0, 0, 0x13, 0xd8])
                            + bytes(4) + SIP)
    yield 'ipip', 1, ETH / IP(src='203.0.113.1', dst='203.0.113.2') / PLAIN
    yield '6in4', 1, ETH / IP(src='203.0.113.1', dst='203.0.113.2') / V6 / DATAGRAM
    yield 'gre', 1, ETH / V4 / GRE(key_present=1, key=5, chksum_present=1) / PLAIN
    yield 'gre_bridge', 1, ETH / V4 / GRE(proto=0x6558) / ETH / PLAIN
    ppp = bytes(PPP(proto=0x21) / PLAIN)
    yield 'pptp', 1, (ETH / IP(src='203.0.113.1', dst='203.0.113.2', proto=47)
                      / Raw(struct.pack('>HHHHI', 0x3001, 0x880b, len(ppp), 7, 1) + ppp))
    yield 'erspan2', 1, ETH / V4 / GRE(proto=0x88be, seqnum_present=1) / ERSPAN_II(
        ver=1, session_id=3) / ETH / PLAIN
    yield 'erspan3', 1, ETH / V4 / GRE(proto=0x22eb, seqnum_present=1) / ERSPAN_III(
        ver=2, session_id=3) / ETH / PLAIN
    yield 'vxlan', 1, outer(4789, VXLAN(vni=77) / ETH / PLAIN)
    yield 'geneve', 1, outer(6081, GENEVE(vni=78, proto=0x6558) / ETH / PLAIN)
    yield 'gtpu', 1, outer(2152, GTP_U_Header(teid=0x1234) / V6 / DATAGRAM)
    yield 'gtpu_ext', 1, outer(2152, Raw(struct.pack(
        '>BBHIHBBBBBB', 0x34, 255, 8 + len(PLAIN), 9, 0, 0, 0x85, 1, 0, 9, 0) + bytes(PLAIN)))
    yield 'tzsp', 1, outer(37008, Raw(b'\1\0\0\1\x0a\2ab\0\1') / ETH / PLAIN)
    yield 'l2tp', 1, outer(1701, Raw(struct.pack('>HHH', 2, 3, 4) + b'\xff\3\0\x21') / PLAIN)
    yield 'hep3', 1, outer(9060, Raw(hep3()))
    yield 'hep2', 1, outer(9060, Raw(hep2()))
    yield 'hep1', 1, outer(9060, Raw(hep1()))
    yield 'esp12', 1, ETH / V4 / esp_null(12)
    yield 'esp16', 1, ETH / V4 / esp_null(16)
    yield 'esp_udp', 1, outer(4500, esp_null(12))


def write(folder, name, data):
    path = os.path.join(HERE, 'corpus', folder)
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, name), 'wb') as f:
        f.write(data)


def main():
    for name, link, frame in packets():
        write('packet', name, bytes([LINKS.index(link), 0]) + bytes(frame))
    for name, data in ('v1', hep1()), ('v2', hep2()), ('v3', hep3() + hep3()):
        write('hep', name, data)
    mask = bytes(b ^ b'\x37\xfa\x21\x3d'[i % 4] for i, b in enumerate(SIP))
    write('websocket', 'text', b'\x81' + bytes([len(SIP)]) + SIP + b'\x89\x00')
    write('websocket', 'masked', b'\x82' + bytes([0x80 | len(SIP)]) + b'\x37\xfa\x21\x3d' + mask)
    write('websocket', 'pieces', b'\x01\x7e\x00\x80' + bytes(128) + b'\x80\x02ab')
    write('websocket', 'long', b'\x82\x7f' + struct.pack('>Q', 70000) + bytes(200))
    return 0


if __name__ == '__main__':
    sys.exit(main())
