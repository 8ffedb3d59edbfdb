#!/usr/bin/env python3
"""Makes the captures in cases/ and cases/LIST: streams and frames that are easy to lose messages of.

    make_cases.py [FOLDER]

LIST has a line a case: the name, what it is about, and the messages that must be listed, in order, as
`what@Call-ID#CSeq`: what is a method or a status; a long Call-ID is `~LENGTH:SHA1`.
The expected messages are those that were put in, never those that a program found.
"""
import hashlib
import os
import struct
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "samples"))
import net

A, B = ("192.0.2.10", 5060), ("198.51.100.20", 5060)
CLIENT = ("192.0.2.10", 42301)
CASES = {}


def case(text):
    """Decorator: a function that fills a capture and returns the messages to expect."""
    def keep(function):
        CASES[function.__name__.replace("_", "-")] = (text, function)
        return function
    return keep


def sip(what, call_id, cseq, body="", transport="TCP", extra="", end="\r\n", length=True,
        call_id_line=None):
    """One message and how it must be listed. `what` is a method, or a status and its method."""
    what, _, method = what.partition(" ")
    method = method or what
    start = "SIP/2.0 %s Any" % what if what.isdigit() else "%s sip:bob@example.com SIP/2.0" % what
    to = ";tag=b7" if what.isdigit() and what != "100" else ""
    lines = [start, "Via: SIP/2.0/%s 192.0.2.10:5060;branch=z9hG4bK%s%s" % (
        transport, call_id[:12].replace("@", ""), cseq),
        "Max-Forwards: 70", "From: <sip:alice@example.com>;tag=a3", "To: <sip:bob@example.com>" + to,
        call_id_line or "Call-ID: " + call_id, "CSeq: %d %s" % (cseq, method),
        "Contact: <sip:alice@192.0.2.10>"]
    if extra:
        lines.append(extra)
    if body:
        lines.append("Content-Type: text/plain")
    if length:
        lines.append("Content-Length: %d" % len(body))
    return (end.join(lines) + end + end + body).encode(), \
        "%s@%s#%d" % (what, shown(call_id), cseq)


def shown(call_id):
    """A Call-ID as LIST has it: long ones by length and hash."""
    if len(call_id) <= 80:
        return call_id
    return "~%d:%s" % (len(call_id), hashlib.sha1(call_id.encode()).hexdigest())


def link(cap, opened=True, seq=(1000, 5000)):
    one = net.TcpLink(cap, CLIENT, B, seq)
    if opened:
        one.open(0)
    return one


def dialog(n=3):
    """A few messages, their bytes and how they must be listed."""
    names = ["OPTIONS", "MESSAGE", "INFO", "NOTIFY", "UPDATE", "PUBLISH"]
    return [sip(names[i % 6], "call-%d@example.com" % i, i + 1, "text %d" % i) for i in range(n)]


# --- streams -----------------------------------------------------------------------------

@case("three messages in one TCP segment")
def tcp_three_in_one(cap):
    m = dialog(3)
    link(cap).send(1, 0, b"".join(x[0] for x in m))
    return [x[1] for x in m]


@case("one message a byte a segment at its start line, the rest in three segments")
def tcp_bytewise(cap):
    m = dialog(2)
    data = m[0][0] + m[1][0]
    link(cap).send(1, 0, data, list(range(1, 40)) + [90, len(m[0][0]) - 3, len(m[0][0]) + 5])
    return [x[1] for x in m]


@case("the first part of a message is retransmitted before the second comes")
def tcp_retransmitted_part(cap):
    m = dialog(2)
    data = m[0][0] + m[1][0]
    link(cap).segments(1, 0, data, [150, 330], [0, 0, 1, 0, 2])
    return [x[1] for x in m]


@case("the first part is retransmitted together with the second, in one longer segment")
def tcp_retransmitted_longer(cap):
    data, name = dialog(1)[0]
    one = link(cap)
    one.raw(1, 0, one.next[0], data[:150])
    one.raw(1.3, 0, one.next[0], data)
    return [name]


@case("a message boundary where the sequence number wraps to 0")
def tcp_wrap(cap):
    m = dialog(3)
    one = link(cap, seq=(2 ** 32 - len(m[0][0]), 5000))
    for i, x in enumerate(m):
        one.send(1 + i, 0, x[0])
    return [x[1] for x in m]


@case("the sequence number wraps inside a message, and its segments come in the wrong order")
def tcp_wrap_inside(cap):
    data, name = dialog(1)[0]
    one = link(cap, seq=(2 ** 32 - 120, 5000))
    one.segments(1, 0, data, [60, 200], [0, 2, 1])
    return [name]


@case("segments in the order 1, 3, 2")
def tcp_order_132(cap):
    m = dialog(3)
    data = b"".join(x[0] for x in m)
    link(cap).segments(1, 0, data, [200, 500], [0, 2, 1])
    return [x[1] for x in m]


@case("no Content-Length over TCP, then another message")
def tcp_no_length(cap):
    m = [sip("MESSAGE", "nolength@example.com", 1, "hello\r\n", length=False),
         sip("OPTIONS", "after@example.com", 2)]
    link(cap).send(1, 0, m[0][0] + m[1][0])
    return [x[1] for x in m]


@case("no Content-Length and no body over TCP, then another message in the next segment")
def tcp_no_length_no_body(cap):
    m = [sip("OPTIONS", "nolength@example.com", 1, length=False),
         sip("OPTIONS", "after@example.com", 2)]
    one = link(cap)
    one.send(1, 0, m[0][0])
    one.send(2, 0, m[1][0])
    return [x[1] for x in m]


@case("Content-Length as `l`, in capitals, with blanks before the colon")
def tcp_length_spellings(cap):
    out, data = [], b""
    for i, spelling in enumerate(("l: 4", "CONTENT-LENGTH   :  4", "content-length:4", "L\t:\t4")):
        text, name = sip("MESSAGE", "spelling-%d@example.com" % i, i + 1, length=False, extra=spelling)
        data += text + b"body"
        out.append(name)
    link(cap).send(1, 0, data, [300, 400])
    return out


@case("a Content-Length header inside a body does not count")
def tcp_length_in_body(cap):
    m = [sip("MESSAGE", "quoting@example.com", 1, "Content-Length: 9999\r\n\r\nSIP/2.0 200 OK\r\n"),
         sip("OPTIONS", "after@example.com", 2)]
    link(cap).send(1, 0, m[0][0] + m[1][0])
    return [x[1] for x in m]


@case("CRLF keep-alives before, between and after messages")
def tcp_keepalives(cap):
    m = dialog(2)
    link(cap).send(1, 0, b"\r\n\r\n" + m[0][0] + b"\r\n\r\n\r\n" + m[1][0] + b"\r\n", [3])
    return [x[1] for x in m]


@case("a capture that starts in the middle of a connection, in the middle of a message")
def tcp_midstream(cap):
    m = dialog(3)
    one = link(cap, False, seq=(77000, 9000))
    one.send(1, 0, m[0][0][180:])
    one.send(1.5, 0, m[1][0], [100])
    one.send(2, 0, m[2][0])
    return [m[1][1], m[2][1]]


@case("a segment is missing for good: what follows the hole is listed")
def tcp_hole(cap):
    m = dialog(4)
    one = link(cap)
    one.send(1, 0, m[0][0])
    one.next[0] += len(m[1][0])
    one.send(2, 0, m[2][0])
    one.send(4, 0, m[3][0])
    return [m[0][1], m[2][1], m[3][1]]


@case("overlapping segments with other bytes: the first bytes count")
def tcp_overlap(cap):
    data, name = dialog(1)[0]
    one = link(cap)
    base = one.next[0]
    one.raw(1, 0, base, data[:200])
    one.raw(1.1, 0, base + 100, b"X" * 100 + data[200:])
    return [name]


@case("a message of 11 KB over TCP")
def tcp_11k(cap):
    m = [sip("MESSAGE", "eleven@example.com", 1, "0123456789abcdef" * 704), sip("OPTIONS", "after@example.com", 2)]
    link(cap).send(1, 0, m[0][0] + m[1][0])
    return [x[1] for x in m]


@case("a message of 64 KB over TCP")
def tcp_64k(cap):
    m = [sip("MESSAGE", "sixtyfour@example.com", 1, "0123456789abcdef" * 4096), sip("OPTIONS", "after@example.com", 2)]
    link(cap).send(1, 0, m[0][0] + m[1][0])
    return [x[1] for x in m]


@case("a message of 64 KB in one offloaded frame, IPv4 total length 0")
def tcp_offload(cap):
    m = [sip("MESSAGE", "offload@example.com", 1, "0123456789abcdef" * 4080), sip("OPTIONS", "after@example.com", 2)]
    data = m[0][0] + m[1][0]
    packet = bytearray(net.ip(CLIENT[0], B[0], net.TCP, b""))
    packet[2:4] = b"\0\0"
    segment = net.tcp(CLIENT, B, 1000, 5000, 0x18, b"") + data
    cap.frame(1, net.ethernet(CLIENT[0], B[0], bytes(packet) + segment))
    return [x[1] for x in m]


@case("two connections between the same hosts, their segments interleaved")
def tcp_interleaved(cap):
    m = dialog(2)
    one = link(cap)
    two = net.TcpLink(cap, ("192.0.2.10", 42302), B, (90000, 95000))
    two.open(0.5)
    for i in range(0, 400, 50):
        one.send(1 + i / 100, 0, m[0][0][i:i + 50] if i < 350 else m[0][0][i:])
        two.send(1.2 + i / 100, 0, m[1][0][i:i + 50] if i < 350 else m[1][0][i:])
    return [x[1] for x in m]


@case("the port is used again for a new connection with other sequence numbers")
def tcp_port_again(cap):
    m = dialog(2)
    one = link(cap)
    one.send(1, 0, m[0][0])
    one.close(2)
    two = net.TcpLink(cap, CLIENT, B, (3000000000, 77))
    two.open(3)
    two.send(4, 0, m[1][0])
    return [x[1] for x in m]


@case("SIP on a port that is not SIP's, both ends")
def tcp_any_port(cap):
    m = dialog(2)
    one = net.TcpLink(cap, ("192.0.2.10", 33001), ("198.51.100.20", 8443))
    one.open(0)
    one.send(1, 0, m[0][0] + m[1][0])
    return [x[1] for x in m]


# --- WebSocket ---------------------------------------------------------------------------

MASK = b"\x11\x7a\xc3\x08"


def ws_link(cap, upgrade=True):
    one = net.TcpLink(cap, CLIENT, ("198.51.100.20", 8088))
    one.open(0)
    if upgrade:
        one.send(0.1, 0, b"GET / HTTP/1.1\r\nHost: 198.51.100.20\r\nUpgrade: websocket\r\n"
                 b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                 b"Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n")
        one.send(0.2, 1, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                 b"Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
    return one


@case("two masked WebSocket frames in one segment")
def ws_two_in_one(cap):
    m = [sip("OPTIONS", "one@example.com", 1, transport="WS"), sip("OPTIONS", "two@example.com", 2, transport="WS")]
    ws_link(cap).send(1, 0, b"".join(net.ws_frame(x[0], mask=MASK) for x in m))
    return [x[1] for x in m]


@case("one message in three WebSocket frames, a ping between them, cut into odd segments")
def ws_fragmented(cap):
    data, name = sip("MESSAGE", "frames@example.com", 1, "x" * 300, transport="WS")
    stream = net.ws_frame(data[:100], 1, MASK, False) + net.ws_frame(b"ping", 9, MASK) + \
        net.ws_frame(data[100:250], 0, MASK, False) + net.ws_frame(data[250:], 0, MASK)
    ws_link(cap).send(1, 0, stream, [1, 3, 107, 114, 300])
    return [name]


@case("WebSocket frames of a connection whose upgrade was not captured, both directions")
def ws_no_upgrade(cap):
    m = [sip("OPTIONS", "one@example.com", 1, transport="WS"), sip("200 OPTIONS", "one@example.com", 1, transport="WS")]
    one = ws_link(cap, False)
    one.send(1, 0, net.ws_frame(m[0][0], mask=MASK))
    one.send(2, 1, net.ws_frame(m[1][0]))
    return [x[1] for x in m]


@case("a server's unmasked binary frame of over 64 KB")
def ws_large(cap):
    data, name = sip("MESSAGE", "large@example.com", 1, "y" * 66000, transport="WS")
    ws_link(cap).send(1, 1, net.ws_frame(data, 2))
    return [name]


# --- links and IP ------------------------------------------------------------------------

def tagged(cap, tags):
    m = [sip("OPTIONS", "call-%d@example.com" % i, 1, transport="UDP") for i in (1, 2)]
    cap.tags = tags
    for i, x in enumerate(m):
        cap.udp(1 + i, A, B, x[0])
    return [x[1] for x in m]


@case("802.1Q in 802.1Q (QinQ with TPID 0x8100 twice)")
def vlan_qinq(cap):
    return tagged(cap, ((0x8100, 300), (0x8100, 12)))


@case("802.1Q in 802.1ad")
def vlan_8021ad(cap):
    return tagged(cap, ((0x88A8, 300), (0x8100, 12)))


@case("802.1Q in the old QinQ TPID 0x9100, three tags")
def vlan_three(cap):
    return tagged(cap, ((0x9100, 9), (0x88A8, 300), (0x8100, 12)))


def fragmented(cap, order, mtu=600, a=A, b=B):
    data, name = sip("MESSAGE", "fragments@example.com", 1, "z" * 1500, transport="UDP")
    parts = net.fragments(a[0], b[0], net.UDP, net.udp(a, b, data), 4711, mtu)
    for n, i in enumerate(order):
        cap.packet(1 + n * 0.01, a[0], b[0], parts[i])
    return [name]


@case("a duplicated IPv4 fragment")
def ip_fragment_twice(cap):
    return fragmented(cap, [0, 1, 1, 2, 3])


@case("the first IPv4 fragment comes twice, the last one first")
def ip_fragment_order(cap):
    return fragmented(cap, [3, 0, 2, 0, 1])


@case("IPv6 fragments in reverse order, one duplicated")
def ip6_fragments(cap):
    a, b = ("2001:db8::10", 5060), ("2001:db8::20", 5060)
    return fragmented(cap, [3, 2, 2, 1, 0], 600, a, b)


@case("an IPv4 packet with options, Ethernet padding behind a short datagram")
def ip_options_padding(cap):
    data, name = sip("OPTIONS", "options@example.com", 1, transport="UDP")
    whole = net.ip(A[0], B[0], net.UDP, net.udp(A, B, data))
    head = bytearray(whole[:20] + b"\x94\x04\x00\x00\x01\x01\x01\x00")
    head[0] = 0x47
    head[2:4] = (len(whole) + 8).to_bytes(2, "big")
    head[10:12] = b"\0\0"
    head[10:12] = net.checksum(bytes(head)).to_bytes(2, "big")
    cap.frame(1, net.ethernet(A[0], B[0], bytes(head) + whole[20:]) + b"\0" * 6)
    cap.frame(2, net.ethernet(A[0], B[0], net.ip(A[0], B[0], net.UDP, net.udp(A, B, b"\r\n\r\n"))) + b"\0" * 14)
    return [name]


@case("a datagram with wrong IP and UDP checksums")
def ip_checksum(cap):
    data, name = sip("OPTIONS", "checksum@example.com", 1, transport="UDP")
    packet = bytearray(net.ip(A[0], B[0], net.UDP, net.udp(A, B, data)))
    packet[10] ^= 0x55
    packet[26] ^= 0x55
    cap.frame(1, net.ethernet(A[0], B[0], bytes(packet)))
    return [name]


# --- messages ----------------------------------------------------------------------------

def datagrams(cap, messages):
    for i, x in enumerate(messages):
        cap.udp(1 + i, A, B, x[0], 65535)
    return [x[1] for x in messages]


@case("lines that end in LF alone")
def sip_lf(cap):
    return datagrams(cap, [sip("OPTIONS", "lf@example.com", 1, transport="UDP", end="\n"),
                           sip("200 OPTIONS", "lf@example.com", 1, transport="UDP", end="\n")])


@case("lines that end in LF alone over TCP, two messages in a segment")
def tcp_lf(cap):
    m = [sip("MESSAGE", "lf-1@example.com", 1, "one", end="\n"), sip("MESSAGE", "lf-2@example.com", 2, "two", end="\n")]
    link(cap).send(1, 0, m[0][0] + m[1][0])
    return [x[1] for x in m]


@case("an unknown method")
def sip_unknown_method(cap):
    return datagrams(cap, [sip("PING", "unknown@example.com", 1, transport="UDP"),
                           sip("X-Test.Method", "unknown2@example.com", 2, transport="UDP")])


@case("a Call-ID on a folded line, after a tab, with blanks around, compact, in capitals")
def sip_call_id_spellings(cap):
    lines = ["Call-ID:\r\n folded@example.com", "Call-ID:\ttabbed@example.com",
             "Call-ID   :   spaced@example.com   ", "i:compact@example.com",
             "CALL-ID: Capitals@example.com", "Call-ID: \r\n\t twice@example.com\t"]
    names = ["folded", "tabbed", "spaced", "compact", "Capitals", "twice"]
    return datagrams(cap, [sip("OPTIONS", n + "@example.com", i + 1, transport="UDP", call_id_line=line)
                           for i, (n, line) in enumerate(zip(names, lines))])


@case("a Call-ID of 10 KB")
def sip_long_call_id(cap):
    name = "0123456789abcdef" * 640 + "@example.com"
    return datagrams(cap, [sip("INVITE", name, 1, transport="UDP"), sip("180 INVITE", name, 1, transport="UDP")])


@case("a datagram of 11 KB")
def sip_11k(cap):
    return datagrams(cap, [sip("MESSAGE", "eleven@example.com", 1, "0123456789abcdef" * 704, transport="UDP")])


@case("a NUL byte and bytes that are no UTF-8 in headers and body")
def sip_binary(cap):
    data, name = sip("MESSAGE", "binary@example.com", 1, "b\0dy", transport="UDP", extra="Subject: a\0b@@@")
    return datagrams(cap, [(data.replace(b"@@@", b"\xff\xfe\x80"), name)])


@case("headers without a colon, empty ones, and 300 unknown ones")
def sip_odd_headers(cap):
    extra = "this is no header\r\nSubject:\r\n: nothing\r\n" + "\r\n".join("X-%d: %d" % (i, i) for i in range(300))
    return datagrams(cap, [sip("OPTIONS", "odd@example.com", 1, transport="UDP", extra=extra)])


@case("a call of which only the end is in the capture")
def sip_mid_call(cap):
    return datagrams(cap, [sip(what, "midcall@example.com", 3, transport="UDP")
                           for what in ("BYE", "200 BYE")])


@case("a datagram cut by the snap length inside the body, and one inside the headers")
def sip_snaplen(cap):
    text, name = sip("MESSAGE", "cut@example.com", 1, "w" * 500, transport="UDP")
    frame = net.ethernet(A[0], B[0], net.ip(A[0], B[0], net.UDP, net.udp(A, B, text)))
    cap.cut_frame(1, frame, len(frame) - 300)
    cap.cut_frame(2, frame, frame.index(b"Contact"))
    return [name, name]


class Cut(net.Capture):
    """A capture that may keep fewer bytes of a frame than were on the wire."""

    def __init__(self):
        super().__init__()
        self.kept = {}

    def cut_frame(self, when, data, n):
        self.kept[len(self.frames)] = n
        self.frame(when, data)

    def write(self, path, cut=0):
        out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, self.link)
        for when, i, data in sorted(self.frames):
            part = data[:self.kept.get(i, len(data))]
            out += struct.pack("<IIII", net.START + when // 1000000, when % 1000000, len(part),
                               len(data)) + part
        with open(path, "wb") as f:
            f.write(out)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "cases")
    with open(os.path.join(folder, "LIST"), "w") as f:
        f.write("# name | what it is about | the messages that must be listed, in order\n"
                "# (made by make_cases.py; what@Call-ID#CSeq)\n")
        for name in sorted(CASES):
            text, function = CASES[name]
            cap = Cut()
            expected = function(cap)
            cap.write(os.path.join(folder, name + ".pcap"))
            f.write("%s | %s | %s\n" % (name, text, " ".join(expected)))


if __name__ == "__main__":
    main()
