"""What samples/sip.py does not play, for the cases of the rules: media with faults, DNS, TCP, ICE, DTLS, fax.

    rtp SECONDS [option...]   packets every ms=20, timestamps on by step=160, payload type pt=8, size=160 bytes
        first=N begin with packet N; skip=A-B,C packets left out; every=N each Nth left out; late=N:MS each Nth later
        by MS; gap=N:MS a pause before packet N, timestamps with it; seqjump=N:D, tsjump=N:D from packet N on; hold=N
        each Nth packet without a step of its timestamp; drift=PPM; ssrc=X; sport=P, dport=P, src=IP, dst=IP; tos=N;
        tag=N bytes more; sound=tone|noise|zero|NAME (the same NAME: the same payloads); mark=0 no marker
    dtmf KEY [ms=100] [pt=101] [end=3] [gap=MS]     rtcp sr|rr|srr ssrc=X [of=X] [lsr=SECONDS] [lost=N] [jitter=N]
    fax SECONDS [size=N] [skip=A-B]                 dns TYPE NAME [id=N] [code=N] [ttl=N] [srv=PORT,TARGET] [a=IP]
    tcp FLAGS [tls=client|server|alert:N|data] [seq=N] [cport=N] [sport=N] [client=0]
    stun request|success [use]                      dtls client|server
A line `each N STEP TIME SOURCE>DESTINATION WHAT...` is that message in N calls. dns is an answer where code=, srv= or a= is given. sdp=WORDS joined by `;`: only=PT,... port=N ip=X ptime=N
proto=P no=PREFIX add=LINE media=fax|none, and those of samples/sip.py.
"""
import hashlib
import math
import struct

import net
from sip import Scenario, alaw

FLAG = {"syn": 2, "synack": 18, "ack": 16, "fin": 17, "rst": 20, "data": 24}
TYPES = {"A": 1, "AAAA": 28, "SRV": 33, "NAPTR": 35}


def ranges(text):
    out = set()
    for part in text.split(",") if text else ():
        a, _, b = part.partition("-")
        out |= set(range(int(a), int(b or a) + 1))
    return out


def pair(text):
    a, _, b = text.partition(":")
    return int(a), float(b or 0)


def sound(kind, i, size):
    if kind == "zero":
        return b"\xd5" * size
    if kind == "tone":
        return bytes(alaw(8000 * math.sin((160 * i + k) * 2 * math.pi * 440 / 8000)) for k in range(size))
    out = b""
    while len(out) < size:
        out += hashlib.sha256(("%s %d %d" % (kind, i, len(out))).encode()).digest()
    return out[:size]


def dns_name(name):
    return b"".join(bytes([len(x)]) + x.encode() for x in name.split(".") if x) + b"\0"


class Play(Scenario):
    later = 0  # seconds that are added to every time

    def event(self, when, hop, what, *options):
        when = float(when) + self.later
        kind = getattr(self, "wire_" + what, None)
        if not kind:
            return super().event(when, hop, what, *options)
        src, dst = (self.party[n] for n in hop.split(">"))
        opt = dict(o.split("=", 1) if "=" in o else (o, "") for o in options[1:])
        return kind(when, src, dst, options[0], opt)

    def do_each(self, _, n, step, when, hop, what, *options):
        """The same message N times, STEP seconds apart, each in a call of its own (the parties are those of call 1)."""
        like = self.calls["1"]
        for i in range(int(n)):
            self.do_call("call", "each%d" % i, like.caller.name, like.callee.name)
            self.event(float(when) + i * float(step), hop, what, *options, "c=each%d" % i)

    def ends(self, src, dst, opt):
        names = sorted(self.party)
        a = (opt.get("src", src.addr[0]), int(opt.get("sport", 10000 + 2 * names.index(src.name))))
        b = (opt.get("dst", dst.addr[0]), int(opt.get("dport", 10000 + 2 * names.index(dst.name))))
        return a, b

    def send(self, when, a, b, payload, tos=0):
        self.capture.ident += 1
        packet = net.ip(a[0], b[0], net.UDP, net.udp(a, b, payload), self.capture.ident, tos)
        self.capture.packet(when, a[0], b[0], packet)

    # --- media
    def wire_rtp(self, when, src, dst, seconds, opt):
        a, b = self.ends(src, dst, opt)
        self.media += 1
        ssrc = int(opt["ssrc"], 16) if "ssrc" in opt else int(self.make("ssrc", 8), 16)
        seq, ts = int(self.make("seq", 4), 16), 160 * self.media * 1000
        ms, step, size = float(opt.get("ms", 20)), int(opt.get("step", 160)), int(opt.get("size", 160))
        first, late, gap = int(opt.get("first", 0)), pair(opt.get("late", "0")), pair(opt.get("gap", "-1"))
        seqjump, tsjump = pair(opt.get("seqjump", "-1")), pair(opt.get("tsjump", "-1"))
        skip, every, hold = ranges(opt.get("skip")), int(opt.get("every", 0)), int(opt.get("hold", 0))
        speed = 1 - float(opt.get("drift", 0)) * 1e-6
        for i in range(first, first + round(float(seconds) * 1000 / ms)):
            n, stamp, delay = seq + i, ts + step * i, 0.0
            if gap[0] >= 0 and i >= gap[0]:
                delay, stamp = gap[1], stamp + int(gap[1] * step / ms)
            if seqjump[0] >= 0 and i >= seqjump[0]:
                n += int(seqjump[1])
            if tsjump[0] >= 0 and i >= tsjump[0]:
                stamp += int(tsjump[1])
            if hold and i % hold == 0 and i > first:
                stamp -= step
            if late[0] and i % late[0] == 0:
                delay += late[1]
            if i in skip or (every and i % every == 0):
                continue
            mark = 0x80 if i == first and opt.get("mark") != "0" else 0
            head = struct.pack("!BBHII", 0x80, int(opt.get("pt", 8)) | mark, n & 0xFFFF, stamp & 0xFFFFFFFF, ssrc)
            data = sound(opt.get("sound", "tone"), i, size) + bytes(range(1, 1 + int(opt.get("tag", 0))))
            self.send(when + (i - first) * ms * speed / 1000 + delay / 1000, a, b, head + data, int(opt.get("tos", 0)))

    def wire_dtmf(self, when, src, dst, keys, opt):
        a, b = self.ends(src, dst, opt)
        ssrc = int(opt["ssrc"], 16) if "ssrc" in opt else int(self.make("ssrc", 8), 16)
        long, rate = float(opt.get("ms", 100)), int(opt.get("rate", 8000)) / 1000
        seq, at = int(opt.get("seq", 1000)), when
        for key in keys:
            ts = int((at - when) * 1000 * rate) + int(opt.get("ts", 80000))
            steps = max(1, round(long / 20))
            for i in range(steps + int(opt.get("end", 3))):
                done = i >= steps
                duration = int(min((i + 1) * 20, long) * rate)
                event = struct.pack("!BBH", "0123456789*#".index(key), 0x80 | 10 if done else 10, duration)
                head = struct.pack("!BBHII", 0x80, int(opt.get("pt", 101)) | (0x80 if i == 0 else 0),
                                   seq & 0xFFFF, ts, ssrc)
                self.send(at + min(i, steps) * 0.02 + max(0, i - steps) * 0.001, a, b, head + event)
                seq += 1
            at += (long + float(opt.get("gap", 100))) / 1000

    def wire_rtcp(self, when, src, dst, kind, opt):
        a, b = self.ends(src, dst, opt)
        a, b = (a[0], a[1] + 1), (b[0], int(opt.get("dport", b[1] + 1)))
        ssrc, report = int(opt["ssrc"], 16), b""
        if "of" in opt:
            lsr = int(float(opt.get("lsr", 0)) * 65536)
            report = struct.pack("!IIIIII", int(opt["of"], 16), int(opt.get("lost", 0)), 0, int(opt.get("jitter", 0)),
                                 lsr & 0xFFFFFFFF, 0)
        if kind == "rr":
            head = struct.pack("!BBHI", 0x80 | len(report) // 24, 201, 1 + len(report) // 4, ssrc)
        else:
            head = struct.pack("!BBHIIIIII", 0x80 | len(report) // 24, 200, 6 + len(report) // 4, ssrc, int(when) + 1,
                               int((when % 1) * 2 ** 32), 0, 0, 0)
        self.send(when, a, b, head + report)

    def wire_fax(self, when, src, dst, seconds, opt):
        a, b = self.ends(src, dst, opt)
        skip = ranges(opt.get("skip"))
        for i in range(round(float(seconds) * 50)):
            if i not in skip:
                data = b"\x06\xc0\x01\x80\x00\x00\xff" + b"\x55" * (int(opt.get("size", 40)) - 11)
                body = bytes([len(data)]) + data if len(data) < 128 else struct.pack("!H", 0x8000 | len(data)) + data
                self.send(when + i * 0.02, a, b, struct.pack("!H", i) + body + b"\x00\x00")

    # --- beside media
    def wire_dns(self, when, src, dst, kind, opt):
        name = next(k for k in opt if k not in ("id", "code", "ttl", "srv", "a"))
        answer = any(k in opt for k in ("code", "srv", "a"))
        rr, n = b"", 0
        for key, value in opt.items():
            if key == "srv":
                port, _, target = value.partition(",")
                data, what = struct.pack("!HHH", 10, 5, int(port)) + dns_name(target), 33
            elif key == "a":
                data, what = net.packed(value), 1
            else:
                continue
            rr += b"\xc0\x0c" + struct.pack("!HHIH", what, 1, int(opt.get("ttl", 300)), len(data)) + data
            n += 1
        flags = 0x8180 | int(opt.get("code", 0)) if answer else 0x0100
        body = struct.pack("!HHHHHH", int(opt.get("id", 7)), flags, 1, n, 0, 0) + dns_name(name) + \
            struct.pack("!HH", TYPES[kind], 1) + rr
        self.send(when, (src.addr[0], 53 if answer else 33333), (dst.addr[0], 33333 if answer else 53), body)

    def wire_tcp(self, when, src, dst, flags, opt):
        client = opt.get("client") != "0"
        port = int(opt.get("cport", 44444))
        a = (src.addr[0], port if client else int(opt.get("sport", src.addr[1])))
        b = (dst.addr[0], dst.addr[1] if client else port)
        tls = opt.get("tls", "")
        data = {"": b"", "client": b"\x16\x03\x01\x00\x04\x01\x00\x00\x00", "server": b"\x16\x03\x03\x00\x04\x02\x00\x00\x00",
                "data": b"\x17\x03\x03\x00\x04abcd"}.get(tls)
        if data is None:
            data = b"\x15\x03\x03\x00\x02\x02" + bytes([int(tls.split(":")[1])])
        segment = net.tcp(a, b, int(opt.get("seq", 100)), 1, FLAG[flags], data)
        self.capture.ip(when, a[0], b[0], net.TCP, segment)

    def wire_stun(self, when, src, dst, kind, opt):
        a, b = self.ends(src, dst, opt)
        attribute = b"\x00\x25\x00\x00" if "use" in opt else b""
        head = struct.pack("!HHI", 1 if kind == "request" else 0x101, len(attribute), 0x2112A442)
        self.send(when, a, b, head + hashlib.md5(kind.encode()).digest()[:12] + attribute)

    def wire_dtls(self, when, src, dst, kind, opt):
        a, b = self.ends(src, dst, opt)
        hand = bytes([1 if kind == "client" else 2]) + bytes(11) + b"\xfe\xfd" + bytes(32)
        self.send(when, a, b, b"\x16\xfe\xfd" + bytes(8) + struct.pack("!H", len(hand)) + hand)

    # --- descriptions
    def sdp(self, src, call, how):
        plain = "" if "=" in how else how
        lines = super().sdp(src, call, plain).split("\r\n")[:-1]
        for word in how.split(";") if "=" in how else ():
            key, _, value = word.partition("=")
            lines = getattr(self, "sdp_" + key)(lines, value)
        return "".join(x + "\r\n" for x in lines)

    @staticmethod
    def m_line(lines, change):
        return [" ".join(change(x.split(" "))) if x.startswith("m=") else x for x in lines]

    def sdp_only(self, lines, value):
        keep = value.split(",")
        lines = [x for x in lines if not x.startswith(("a=rtpmap:", "a=fmtp:")) or
                 x.split(":")[1].split(" ")[0] in keep]
        return self.m_line(lines, lambda w: w[:3] + keep)

    def sdp_port(self, lines, value):
        return self.m_line(lines, lambda w: w[:1] + [value] + w[2:])

    def sdp_proto(self, lines, value):
        return self.m_line(lines, lambda w: w[:2] + [value] + w[3:])

    def sdp_ip(self, lines, value):
        return ["c=IN IP4 " + value if x.startswith("c=") else x for x in lines]

    def sdp_ptime(self, lines, value):
        return ["a=ptime:" + value if x.startswith("a=ptime") else x for x in lines]

    def sdp_no(self, lines, value):
        return [x for x in lines if not x.startswith(value)]

    def sdp_add(self, lines, value):
        return lines + [value]

    def sdp_dir(self, lines, value):
        return [x for x in lines if x[2:] not in ("sendrecv", "sendonly", "recvonly", "inactive")] + ["a=" + value]

    def sdp_media(self, lines, value):
        at = next(i for i, x in enumerate(lines) if x.startswith("m="))
        port = lines[at].split(" ")[1]
        fax = ["m=image %s udptl t38" % port, "a=T38FaxVersion:0", "a=T38FaxMaxDatagram:100"]
        return lines[:at] + (fax + (["a=T38FaxUdpEC:t38UDPRedundancy"] if value == "fax" else []))
