"""Frames and capture files, for the scripts that make the samples and the test cases.

Only the standard library. Everything is deterministic: the same calls give the same bytes.
An address is a tuple (host, port), the host in text ("192.0.2.10", "2001:db8::10").
"""
import ipaddress
import struct

START = 1710235800  # 2024-03-12 09:30:00 UTC: every sample begins here
LINK_ETHERNET, LINK_RAW, LINK_SLL = 1, 101, 113
UDP, TCP, ICMP, ICMP6, SCTP = 17, 6, 1, 58, 132


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def crc32c(data):
    """CRC-32C (RFC 3309), for SCTP."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def packed(host):
    return ipaddress.ip_address(host).packed


def is_v6(host):
    return ":" in host


def text(addr):
    """An address as SIP writes it."""
    return ("[%s]:%d" if is_v6(addr[0]) else "%s:%d") % addr


def pseudo(src, dst, proto, length):
    if is_v6(src):
        return packed(src) + packed(dst) + struct.pack("!IxxxB", length, proto)
    return packed(src) + packed(dst) + struct.pack("!xBH", proto, length)


def udp(src, dst, payload):
    head = struct.pack("!HHHH", src[1], dst[1], 8 + len(payload), 0)
    sum_ = checksum(pseudo(src[0], dst[0], UDP, 8 + len(payload)) + head + payload)
    return head[:6] + struct.pack("!H", sum_ or 0xFFFF) + payload


def tcp(src, dst, seq, ack, flags, payload):
    head = struct.pack("!HHIIBBHHH", src[1], dst[1], seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
                       5 << 4, flags, 64240, 0, 0)
    sum_ = checksum(pseudo(src[0], dst[0], TCP, 20 + len(payload)) + head + payload)
    return head[:16] + struct.pack("!H", sum_) + head[18:] + payload


def ip(src, dst, proto, payload, ident=0, tos=0, fragment=0):
    """One IP packet. `fragment`: IPv4's flags and offset field."""
    if is_v6(src):
        return struct.pack("!IHBB", 6 << 28 | tos << 20, len(payload), proto, 64) + \
            packed(src) + packed(dst) + payload
    head = struct.pack("!BBHHHBBH", 0x45, tos, 20 + len(payload), ident & 0xFFFF, fragment,
                       64, proto, 0) + packed(src) + packed(dst)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def fragments(src, dst, proto, payload, ident, mtu=1500):
    """An IP packet as the fragments that a link of `mtu` bytes needs (RFC 791, RFC 8200 4.5)."""
    v6 = is_v6(src)
    if len(payload) + (40 if v6 else 20) <= mtu:
        return [ip(src, dst, proto, payload, ident)]
    step = (mtu - (48 if v6 else 20)) // 8 * 8
    out = []
    for at in range(0, len(payload), step):
        more = at + step < len(payload)
        part = payload[at:at + step]
        if v6:
            head = struct.pack("!BBHI", proto, 0, at | more, ident)
            out.append(ip(src, dst, 44, head + part))
        else:
            out.append(ip(src, dst, proto, part, ident, 0, (0x2000 if more else 0) | at // 8))
    return out


def mac(host):
    return b"\x02\x00" + packed(host)[-4:]


def ethernet(src, dst, packet, tags=()):
    """`tags`: (TPID, VLAN id) from the outermost on."""
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    out = mac(dst) + mac(src)
    for tpid, vlan in tags:
        out += struct.pack("!HH", tpid, vlan)
    return out + struct.pack("!H", kind) + packet


def vxlan(outer_src, outer_dst, vni, frame, ident=0):
    """An Ethernet frame in VXLAN (RFC 7348): an IP packet."""
    return ip(outer_src, outer_dst, UDP, udp((outer_src, 49152), (outer_dst, 4789),
              struct.pack("!BxxxI", 8, vni << 8) + frame), ident)


def gtp_u(outer_src, outer_dst, teid, packet, ident=0):
    """An IP packet in GTP-U (3GPP TS 29.281): an IP packet."""
    return ip(outer_src, outer_dst, UDP, udp((outer_src, 2152), (outer_dst, 2152),
              struct.pack("!BBHI", 0x30, 255, len(packet), teid) + packet), ident)


def hep3(src, dst, when, payload, transport=UDP, agent=2001):
    """A HEP version 3 envelope around a SIP message."""
    def chunk(kind, data):
        return struct.pack("!HHH", 0, kind, 6 + len(data)) + data
    v6 = is_v6(src[0])
    body = chunk(1, b"\x0a" if v6 else b"\x02") + chunk(2, bytes([transport])) + \
        chunk(5 if v6 else 3, packed(src[0])) + chunk(6 if v6 else 4, packed(dst[0])) + \
        chunk(7, struct.pack("!H", src[1])) + chunk(8, struct.pack("!H", dst[1])) + \
        chunk(9, struct.pack("!I", int(when))) + \
        chunk(10, struct.pack("!I", round(when * 1e6) % 1000000)) + \
        chunk(11, b"\x01") + chunk(12, struct.pack("!I", agent)) + chunk(15, payload)
    return b"HEP3" + struct.pack("!H", 6 + len(body)) + body


def icmp_unreachable(src, dst, packet, code=3):
    """`dst` sent `packet`; `src` answers that its port cannot be reached."""
    quote = packet[:548]
    if is_v6(src):
        head = struct.pack("!BBHI", 1, 4, 0, 0) + quote
        sum_ = checksum(pseudo(src, dst, ICMP6, len(head)) + head)
        return ip(src, dst, ICMP6, head[:2] + struct.pack("!H", sum_) + head[4:])
    head = struct.pack("!BBHI", 3, code, 0, 0) + quote
    return ip(src, dst, ICMP, head[:2] + struct.pack("!H", checksum(head)) + head[4:], tos=0xC0)


def ws_frame(payload, opcode=1, mask=None, final=True):
    """A WebSocket frame (RFC 6455 5.2)."""
    bit = 0x80 if mask else 0
    out = bytes([opcode | (0x80 if final else 0)])
    if len(payload) < 126:
        out += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        out += struct.pack("!BH", bit | 126, len(payload))
    else:
        out += struct.pack("!BQ", bit | 127, len(payload))
    if mask:
        out += mask
        payload = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
    return out + payload


def sctp_packet(src, dst, tag, chunks):
    head = struct.pack("!HHI", src[1], dst[1], tag)
    return head + struct.pack("<I", crc32c(head + b"\0\0\0\0" + chunks)) + chunks


def sctp_data(tsn, stream, sequence, payload, flags=3):
    """A DATA chunk (RFC 9260 3.3.1); flags 3: a whole user message."""
    out = struct.pack("!BBHIHHI", 0, flags, 16 + len(payload), tsn, stream, sequence, 0)
    return out + payload + b"\0" * (-len(payload) % 4)


class Capture:
    """Frames with times, written as one pcap file in time order."""

    def __init__(self, link=LINK_ETHERNET, tags=(), wrap=None):
        self.link, self.tags, self.wrap = link, tags, wrap
        self.frames = []
        self.ident = 1000

    def frame(self, when, data):
        self.frames.append((round(when * 1000000), len(self.frames), data))

    def packet(self, when, src, dst, packet):
        """An IP packet between two hosts, in this capture's link and tunnel."""
        if self.wrap:
            src, dst, packet = self.wrap(src, dst, packet)
        if self.link == LINK_RAW:
            return self.frame(when, packet)
        if self.link == LINK_SLL:
            kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
            head = struct.pack("!HHH", 0, 1, 6) + mac(src) + b"\0\0" + struct.pack("!H", kind)
            return self.frame(when, head + packet)
        return self.frame(when, ethernet(src, dst, packet, self.tags))

    def ip(self, when, src, dst, proto, payload, mtu=1500):
        self.ident += 1
        for i, part in enumerate(fragments(src, dst, proto, payload, self.ident, mtu)):
            self.packet(when + i * 12e-6, src, dst, part)

    def udp(self, when, src, dst, payload, mtu=1500):
        self.ip(when, src[0], dst[0], UDP, udp(src, dst, payload), mtu)

    def write(self, path, cut=0, snap=262144):
        """`cut`: bytes left off at the end of the file. `snap`: bytes kept of a frame."""
        out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snap, self.link)
        for when, _, data in sorted(self.frames):
            out += struct.pack("<IIII", START + when // 1000000, when % 1000000, min(len(data), snap),
                               len(data)) + data[:snap]
        with open(path, "wb") as f:
            f.write(out[:len(out) - cut])


class TcpLink:
    """One TCP connection: the client's and the server's bytes, as segments."""

    def __init__(self, capture, client, server, seq=(1000, 5000), mss=1460):
        self.capture, self.mss = capture, mss
        self.end = (client, server)
        self.next = [seq[0], seq[1]]
        self.first = tuple(seq)

    def raw(self, when, side, seq, payload, flags=0x18):
        """A segment as given; sequence numbers do not move."""
        src, dst = self.end[side], self.end[1 - side]
        self.capture.ip(when, src[0], dst[0], TCP,
                        tcp(src, dst, seq, self.next[1 - side], flags, payload))

    def ack(self, when, side):
        self.raw(when, side, self.next[side], b"", 0x10)

    def open(self, when, gap=0.01):
        self.raw(when, 0, self.next[0] - 1, b"", 2)
        self.raw(when + gap, 1, self.next[1] - 1, b"", 0x12)
        self.ack(when + 2 * gap, 0)

    def send(self, when, side, payload, cuts=(), gap=0.0002):
        """Bytes in order, cut into segments at the offsets `cuts` (and at the MSS)."""
        edges = [0] + [c for c in cuts if 0 < c < len(payload)] + [len(payload)]
        n = 0
        for a, b in zip(edges, edges[1:]):
            for at in range(a, b, self.mss):
                part = payload[at:min(at + self.mss, b)]
                self.raw(when + n * gap, side, self.next[side], part)
                self.next[side] += len(part)
                n += 1
        self.ack(when + n * gap + 0.0001, 1 - side)

    def segments(self, when, side, payload, cuts, order, gap=0.001):
        """Cut at `cuts`; the segments are sent in `order` (indexes, which may repeat)."""
        edges = [0] + list(cuts) + [len(payload)]
        base = self.next[side]
        for n, i in enumerate(order):
            self.raw(when + n * gap, side, base + edges[i], payload[edges[i]:edges[i + 1]])
        self.next[side] = base + len(payload)
        self.ack(when + len(order) * gap, 1 - side)

    def close(self, when, side=0):
        self.raw(when, side, self.next[side], b"", 0x11)
        self.next[side] += 1
        self.raw(when + 0.01, 1 - side, self.next[1 - side], b"", 0x11)
        self.next[1 - side] += 1
        self.ack(when + 0.02, side)
