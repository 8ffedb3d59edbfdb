#!/usr/bin/env python3
"""Writes the seed files of fuzz_pcap and fuzz_pcapng."""
import gzip
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))


def pcap(order, magic=0xa1b2c3d4, more=b'', record=b'', snap=65535, lengths=((60, 60), (40, 90))):
    out = struct.pack(order + 'IHHIIII', magic, 2, 4, 0, 0, snap, 1) + more
    for i, (cap, whole) in enumerate(lengths):
        out += struct.pack(order + 'IIII', 1700000000 + i, i, cap, whole) + record + bytes([65 + i]) * cap
    return out


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack(order + 'II', kind, len(body) + 12) + body + struct.pack(order + 'I', len(body) + 12)


def option(order, code, value):
    return struct.pack(order + 'HH', code, len(value)) + value + bytes(-len(value) % 4)


def interface(order, link=1, *options):
    return block(order, 1, struct.pack(order + 'HHI', link, 0, 0) + b''.join(options))


def packet(order, which=0, ticks=1700000000000000, data=b'A' * 61):
    return block(order, 6, struct.pack(order + 'IIIII', which, ticks >> 32, ticks & 0xffffffff, len(data), len(data)) + data)


def pcapng(order):
    o = order
    return {
        'plain': interface(o) + packet(o) + packet(o, 0, 1700000000000001, b'BB'),
        'options': interface(o, 113, option(o, 2, b'eth0'), option(o, 9, b'\x8a'), option(o, 14, struct.pack(o + 'q', 3600))) + packet(o),
        'others': interface(o) + block(o, 4, bytes(4)) + block(o, 0xbad, b'x' * 9) + block(o, 3, struct.pack(o + 'I', 5) + b'CCCCC')
        + block(o, 2, struct.pack(o + 'HHIIII', 0, 1, 0, 5, 3, 3) + b'DDD')
        + block(o, 5, struct.pack(o + 'III', 0, 0, 0) + option(o, 5, struct.pack(o + 'Q', 7)) + option(o, 7, struct.pack(o + 'Q', 9))),
        'damaged': interface(o) + packet(o) + b'\0' * 16 + packet(o) + packet(o)[:-3],
    }


def write(target, name, data):
    folder = os.path.join(HERE, 'corpus', target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), 'wb') as f:
        f.write(data)


def main():
    for name, order in (('little', '<'), ('big', '>')):
        write('pcap', name, pcap(order))
        write('pcap', name + '-ns', pcap(order, 0xa1b23c4d))
        write('pcap', name + '-modified', pcap(order, 0xa1b2cd34, b'', bytes(8)))
        for what, data in pcapng(order).items():
            write('pcapng', what + '-' + name, (b'\0' if order == '<' else b'\1') + data)
    write('pcap', 'ixia', pcap('<', 0x1c0001ac, bytes(4)))
    good = pcap('<', lengths=((30, 30),) * 5)
    write('pcap', 'damaged', good[:24 + 46 + 8] + b'\xff' * 4 + good[24 + 46 + 12:])
    write('pcap', 'cut', good[:-7])
    write('pcap', 'gzip', gzip.compress(good, mtime=0) + gzip.compress(good[24:], mtime=0))


main()
