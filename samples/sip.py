"""Calls told as short texts, and played into a capture.

A scenario is lines of `TIME SOURCE>DESTINATION WHAT [option...]`; times are seconds from the
start. The names are those of CAST, or of `who NAME URI HOST:PORT [AGENT]` lines.

  INVITE, BYE, ...   a request of that method in the call, with what the call's state asks for
  180, 486, ...      a response to the last request received from there (`m=INVITE`: of that method)
  relay WHAT         what SOURCE received last of that name, sent on as a proxy does it
  repeat WHAT        what was sent last of that name, again (a retransmission)
  rtp SECONDS        RTP from SOURCE to DESTINATION        icmp: a port-unreachable answer to the
                                                           last message that SOURCE received
Options: c=N the call (1); sdp, sdp=sendonly|inactive|zero a session description; auth a challenge or
credentials; join keep the bytes for the next message (TCP); split=A,B segment boundaries;
cseq=N, ruri=URI, tag=NAME; reason=TEXT the phrase; body=TYPE:TEXT; +Name:value one more header;
-Name none of that header; {tag N NAME} the tag of that party in call N.  Lines `call N FROM TO [Call-ID]` name a call's parties, `tcp|ws|sctp A B`
join two parties by such a connection, `#` begins a comment.
"""
import hashlib
import math
import re
import shlex
import struct

import net

CAST = """
who alice  sip:alice@example.com   192.0.2.10:5060     Example Phone 4.2
who bob    sip:bob@example.com     198.51.100.20:5060  Sample Softphone/2.1.7
who carol  sip:carol@example.com   203.0.113.30:5060   Example Phone 4.2
who mobile sip:bob@example.com     198.51.100.77:5072  Pocket SIP 1.9
who proxy  sip:proxy.example.com   192.0.2.1:5060      Example Proxy 5.6
who pbx    sip:pbx.example.net     203.0.113.5:5060    Example PBX 18.2
"""
PHRASE = dict(line.split(" ", 1) for line in """100 Trying
180 Ringing
181 Call Is Being Forwarded
182 Queued
183 Session Progress
199 Early Dialog Terminated
200 OK
202 Accepted
300 Multiple Choices
301 Moved Permanently
302 Moved Temporarily
305 Use Proxy
380 Alternative Service
400 Bad Request
401 Unauthorized
403 Forbidden
404 Not Found
405 Method Not Allowed
407 Proxy Authentication Required
408 Request Timeout
415 Unsupported Media Type
420 Bad Extension
423 Interval Too Brief
480 Temporarily Unavailable
481 Call/Transaction Does Not Exist
486 Busy Here
487 Request Terminated
488 Not Acceptable Here
500 Server Internal Error
501 Not Implemented
502 Bad Gateway
503 Service Unavailable
504 Server Time-out
513 Message Too Large
600 Busy Everywhere
603 Decline
604 Does Not Exist Anywhere
606 Not Acceptable""".splitlines())
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, NOTIFY, INFO, UPDATE, PRACK, MESSAGE"
PASSWORD = "open sesame"


class Party:
    def __init__(self, name, uri, addr, agent):
        self.name, self.uri, self.addr, self.agent = name, uri, addr, agent
        self.user = uri.split(":", 1)[1].split("@")[0] if "@" in uri else ""
        if uri.startswith("tel:"):
            self.user = uri[4:]

    def contact(self, transport):
        user = self.user + "@" if self.user else ""
        extra = "" if transport == "UDP" else ";transport=" + transport.lower()
        return "<sip:%s%s%s>" % (user, net.text(self.addr), extra)


class Message:
    """Start line, headers in order, body."""

    def __init__(self, start, headers, body=b""):
        self.start, self.headers, self.body = start, headers, body

    def get(self, name):
        return next((v for n, v in self.headers if n == name), None)

    def all(self, name):
        return [v for n, v in self.headers if n == name]

    def bytes(self):
        head = [self.start] + ["%s: %s" % h for h in self.headers]
        return "\r\n".join(head + ["", ""]).encode("utf-8", "surrogateescape") + self.body

    def name(self):
        first = self.start.split(" ")
        return first[1] if first[0] == "SIP/2.0" else first[0]

    def method(self):
        return self.get("CSeq").split()[1]


class Call:
    def __init__(self, caller, callee, call_id, make):
        self.caller, self.callee, self.id = caller, callee, call_id
        self.make = make
        self.tags = {caller.name: make("tag", 10)}
        self.cseq, self.established, self.target = {}, None, {}
        self.routes, self.seen, self.sent = [], {}, {}
        self.nonce = None

    def tag(self, party):
        if party.name not in self.tags:
            self.tags[party.name] = self.make("tag", 10)
        return self.tags[party.name]


class Scenario:
    """Plays a text into a capture."""

    def __init__(self, name, capture, mtu=1500):
        self.name, self.capture, self.mtu = name, capture, mtu
        self.party, self.calls, self.links, self.held = {}, {}, {}, {}
        self.counter, self.media = 0, 0
        self.play(CAST)

    def make(self, kind, n):
        """An identifier: random in looks, the same every time."""
        self.counter += 1
        seed = "%s %s %d" % (self.name, kind, self.counter)
        return hashlib.sha1(seed.encode()).hexdigest()[:n]

    def play(self, text):
        for line in text.splitlines():
            words = shlex.split(line, comments=True)
            if words:
                getattr(self, "do_" + words[0], self.event)(*words)
        return self

    # --- lines that are no events
    def do_who(self, _, name, uri, addr, *agent):
        host, port = addr.rsplit(":", 1)
        self.party[name] = Party(name, uri, (host.strip("[]"), int(port)), " ".join(agent))

    def do_call(self, _, key, caller, callee, call_id=None):
        caller, callee = self.party[caller], self.party[callee]
        self.calls[key] = Call(caller, callee, call_id or "%s@%s" % (
            self.make("call", 16), caller.addr[0]), self.make)

    def do_tcp(self, kind, a, b, when="0"):
        """Joins two parties; at a negative time the connection is older than the capture."""
        client = (self.party[a].addr[0], 40000 + 17 * len(self.links))
        link = net.TcpLink(self.capture, client, self.party[b].addr)
        if float(when) >= 0:
            link.open(float(when))
        self.links[a, b], self.links[b, a] = (kind, link, 0), (kind, link, 1)
        if kind == "ws":
            at = float(when) + 0.03
            link.send(at, 0, (
                "GET /ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n"
                "Sec-WebSocket-Version: 13\r\nOrigin: https://phone.example.com\r\n\r\n"
                % self.party[b].addr[0]).encode())
            link.send(at + 0.02, 1, (
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                "Sec-WebSocket-Protocol: sip\r\n\r\n").encode())

    do_ws = do_tcp

    def do_sctp(self, kind, a, b):
        self.links[a, b] = self.links[b, a] = (kind, {a: 100, b: 700}, 0)

    # --- events
    def event(self, when, hop, what, *options):
        src, dst = (self.party[n] for n in hop.split(">"))
        opt = {}
        for o in options:
            o = re.sub(r"\{tag (\w+) (\w+)\}",
                       lambda m: self.calls[m[1]].tag(self.party[m[2]]), o)
            if o[0] in "+-":
                opt.setdefault(o[0], []).append(o[1:])
            else:
                key, _, value = o.partition("=")
                opt[key] = value
        call = self.calls.get(opt.get("c", "1"))
        when = float(when)
        if what == "rtp":
            return self.rtp(when, src, dst, float(options[0]), opt)
        if what == "icmp":
            return self.icmp(when, src, dst)
        if what == "keepalive":
            return self.transmit(when, src, dst, b"\r\n\r\n", opt)
        if what == "relay":
            m = self.relay(call, src, dst, options[0])
        elif what == "repeat":
            m = call.sent[src.name, dst.name, options[0]]
        elif what.isdigit():
            m = self.response(call, src, dst, what, opt)
        else:
            m = self.request(call, src, dst, what, opt)
        if what not in ("repeat",):
            self.adjust(m, opt)
        call.sent[src.name, dst.name, m.name()] = m
        call.seen[dst.name, src.name, m.name()] = m
        if not m.start.startswith("SIP/2.0") and m.name() != "ACK":
            call.seen[dst.name, src.name, "request"] = m
        call.seen[dst.name, m.name()] = m
        return self.transmit(when, src, dst, m.bytes(), opt)

    def adjust(self, m, opt):
        for name in opt.get("-", []):
            m.headers = [h for h in m.headers if h[0] != name]
        at = next((i for i, h in enumerate(m.headers) if h[0].startswith("Content-")),
                  len(m.headers))
        for text in opt.get("+", []):
            name, _, value = text.partition(":")
            m.headers.insert(at, (name, value.strip()))
            at += 1

    def transport(self, src, dst):
        return self.links.get((src.name, dst.name), ("udp",))[0].upper()

    def body(self, headers, opt, src, call):
        body = b""
        if "sdp" in opt:
            headers.append(("Content-Type", "application/sdp"))
            body = self.sdp(src, call, opt["sdp"]).encode()
        elif "body" in opt:
            kind, _, text = opt["body"].partition(":")
            headers.append(("Content-Type", kind))
            body = text.encode("utf-8").decode("unicode_escape").encode("latin-1")
        headers.append(("Content-Length", str(len(body))))
        return body

    def sdp(self, src, call, how):
        """An offer or answer; RTP goes to port 10000 + 2 * (number of the party)."""
        port = 10000 + 2 * sorted(self.party).index(src.name)
        host = src.addr[0]
        kind = "IP6" if net.is_v6(host) else "IP4"
        key = src.name, "sdp version"
        call.cseq[key] = version = call.cseq.get(key, 0) + 1
        lines = ["v=0", "o=- 3919 %d IN %s %s" % (version, kind, host), "s=-",
                 "c=IN %s %s" % (kind, "0.0.0.0" if how == "zero" else host), "t=0 0",
                 "m=audio %d RTP/AVP 8 0 101" % port, "a=rtpmap:8 PCMA/8000",
                 "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000",
                 "a=fmtp:101 0-15", "a=ptime:20",
                 "a=" + (how if how and how != "zero" else "sendrecv")]
        if how == "large":
            lines += ["a=candidate:%d 1 UDP %d 192.0.2.%d %d typ host" % (
                i, 2130706431 - i, 10 + i % 200, 20000 + 2 * i) for i in range(1, 25)]
        return "".join(line + "\r\n" for line in lines)

    def via(self, src, dst, branch=None):
        return "SIP/2.0/%s %s;branch=z9hG4bK%s;rport" % (
            self.transport(src, dst), net.text(src.addr), branch or self.make("branch", 12))

    def request(self, call, src, dst, method, opt):
        invite = call.sent.get((src.name, dst.name, "INVITE"))
        final = next((call.seen[k] for k in reversed(list(call.seen))
                      if k[0] == src.name and len(k) == 3 and k[1] == dst.name and
                      k[2].isdigit() and k[2] >= "200" and
                      call.seen[k].method() == "INVITE"), None)
        if method == "CANCEL" or (method == "ACK" and final and final.name() >= "300"):
            return self.hop_request(invite, method, final, src)
        mine = call.caller if src is call.caller else call.callee
        other = call.callee if mine is call.caller else call.caller
        tag = call.tag(src)
        early = method in ("PRACK", "UPDATE", "BYE", "NOTIFY", "ACK", "INFO")
        if src is not call.caller:
            other_tag = call.tags[call.caller.name]
        else:
            peer = opt.get("tag") or call.established or (early and call.target.get("early"))
            other_tag = call.tags.get(peer) if peer else None
        if method == "ACK":
            number = int(invite.get("CSeq").split()[0]) if invite else call.cseq[src.name]
        else:
            number = call.cseq.get(src.name, 0 if mine is call.caller else 100) + 1
            call.cseq[src.name] = number
        number = int(opt.get("cseq", number))
        inside = other_tag is not None
        ruri = opt.get("ruri") or (inside and call.target.get(
            mine is call.caller and "callee" or "caller"))
        if not ruri:
            ruri = other.uri
            if method == "REGISTER":
                ruri = "sip:" + mine.uri.split("@")[1]
        headers = [("Via", self.via(src, dst)), ("Max-Forwards", "70")]
        if inside and call.routes:
            headers += [("Route", r) for r in call.routes]
        headers += [("From", "%s<%s>;tag=%s" % (self.display(mine), mine.uri, tag)),
                    ("To", "<%s>%s" % (other.uri, ";tag=" + other_tag if inside else "")),
                    ("Call-ID", call.id), ("CSeq", "%d %s" % (number, method))]
        if method in ("INVITE", "REGISTER", "SUBSCRIBE", "NOTIFY", "REFER", "UPDATE"):
            headers.append(("Contact", src.contact(self.transport(src, dst))))
        if method in ("INVITE", "SUBSCRIBE"):
            call.target["caller" if mine is call.caller else "callee"] = \
                src.contact(self.transport(src, dst)).strip("<>")
        headers.append(("User-Agent", src.agent))
        if method in ("INVITE", "REGISTER", "OPTIONS"):
            headers += [("Allow", ALLOW), ("Supported", "replaces, 100rel, timer")]
        if "auth" in opt:
            headers.append(self.credentials(call, method, ruri, mine))
        body = self.body(headers, opt, src, call)
        return Message("%s %s SIP/2.0" % (method, ruri), headers, body)

    def display(self, party):
        return '"%s" ' % party.user.capitalize() if party.user.isalpha() else ""

    def hop_request(self, invite, method, final, src):
        """CANCEL, and the ACK to a refusal: parts of the INVITE's transaction (RFC 3261 9.1, 17.1.1.3)."""
        to = final.get("To") if method == "ACK" else invite.get("To")
        headers = [("Via", invite.get("Via")), ("Max-Forwards", "70")]
        headers += [("Route", r) for r in invite.all("Route")]
        headers += [("From", invite.get("From")), ("To", to), ("Call-ID", invite.get("Call-ID")),
                    ("CSeq", "%s %s" % (invite.get("CSeq").split()[0], method)),
                    ("User-Agent", src.agent), ("Content-Length", "0")]
        return Message("%s %s SIP/2.0" % (method, invite.start.split(" ")[1]), headers)

    def credentials(self, call, method, uri, party):
        def md5(s):
            return hashlib.md5(s.encode()).hexdigest()
        name, realm, nonce = call.nonce
        a1 = md5("%s:%s:%s" % (party.user, realm, PASSWORD))
        answer = md5("%s:%s:00000001:0a4f113b:auth:%s" % (a1, nonce, md5(method + ":" + uri)))
        return (name, 'Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s", '
                'algorithm=MD5, cnonce="0a4f113b", qop=auth, nc=00000001' % (
                    party.user, realm, nonce, uri, answer))

    def response(self, call, src, dst, status, opt):
        request = call.seen[src.name, dst.name, opt.get("m", "request")]
        headers = [("Via", v.replace(";rport", ";received=%s;rport=%d" % dst.addr)
                    if i == 0 else v) for i, v in enumerate(request.all("Via"))]
        method = request.method()
        headers += [("Record-Route", r) for r in request.all("Record-Route")]
        to = request.get("To")
        if status != "100" and ";tag=" not in to:
            to += ";tag=" + call.tag(src)
        headers += [("From", request.get("From")), ("To", to), ("Call-ID", call.id),
                    ("CSeq", request.get("CSeq"))]
        contact = src.contact(self.transport(src, dst))
        if method in ("INVITE", "SUBSCRIBE", "UPDATE", "REFER") and "101" <= status <= "299":
            headers.append(("Contact", contact))
            side = "caller" if src is call.caller else "callee"
            call.target[side] = contact.strip("<>")
            if side == "callee":
                call.target["early"] = src.name
                call.routes = request.all("Record-Route")
                if status >= "200":
                    call.established = src.name
        if method == "REGISTER" and status == "200" and request.get("Contact"):
            headers.append(("Contact", request.get("Contact") + ";expires=3600"))
        if "auth" in opt:
            realm = "example.com"
            call.nonce = ("Proxy-Authorization" if status == "407" else "Authorization",
                          realm, self.make("nonce", 24))
            headers.append(("Proxy-Authenticate" if status == "407" else "WWW-Authenticate",
                            'Digest realm="%s", nonce="%s", algorithm=MD5, qop="auth"' % (
                                realm, call.nonce[2])))
        headers.append(("Server", src.agent))
        if method == "OPTIONS" or (method == "INVITE" and status == "200"):
            headers.append(("Allow", ALLOW))
        body = self.body(headers, opt, src, call)
        return Message("SIP/2.0 %s %s" % (status, opt.get("reason", PHRASE.get(status, "Other"))),
                       headers, body)

    def relay(self, call, src, dst, what):
        old = call.seen[src.name, what]
        headers = list(old.headers)
        if old.start.startswith("SIP/2.0"):
            top = next(i for i, h in enumerate(headers) if h[0] == "Via")
            del headers[top]
            return Message(old.start, headers, old.body)
        headers.insert(0, ("Via", self.via(src, dst)))
        headers = [(n, str(int(v) - 1) if n == "Max-Forwards" else v) for n, v in headers]
        mine = "<sip:%s;lr>" % net.text(src.addr)
        if ("Route", mine) in headers:
            headers.remove(("Route", mine))
        elif what in ("INVITE", "SUBSCRIBE"):
            headers.insert(1, ("Record-Route", mine))
        start = old.start
        if ";tag=" not in old.get("To") and dst.user:
            start = "%s sip:%s@%s SIP/2.0" % (what, dst.user, net.text(dst.addr))
        return Message(start, headers, old.body)

    def transmit(self, when, src, dst, data, opt):
        kind, link, side = self.links.get((src.name, dst.name), ("udp", None, 0))
        if kind == "udp":
            self.last = src.addr, dst.addr, data
            return self.capture.udp(when, src.addr, dst.addr, data, self.mtu)
        if kind == "sctp":
            link[src.name] += 1
            chunk = net.sctp_data(link[src.name], 0, link[src.name] & 0xFF, data)
            packet = net.sctp_packet(src.addr, dst.addr, 0x1234 + side, chunk)
            return self.capture.ip(when, src.addr[0], dst.addr[0], net.SCTP, packet, self.mtu)
        if kind == "ws":
            mask = bytes.fromhex(self.make("mask", 8)) if side == 0 else None
            data = net.ws_frame(data, mask=mask)
        data = self.held.pop((src.name, dst.name), b"") + data
        if "join" in opt:
            self.held[src.name, dst.name] = data
            return None
        cuts = [int(n) for n in opt.get("split", "").split(",") if n]
        return link.send(when, side, data, cuts)

    def icmp(self, when, src, dst):
        """`src` could not take the last datagram that `dst` sent."""
        a, b, data = self.last
        packet = net.ip(a[0], b[0], net.UDP, net.udp(a, b, data), self.capture.ident)
        self.capture.packet(when, src.addr[0], dst.addr[0],
                            net.icmp_unreachable(src.addr[0], dst.addr[0], packet))

    def rtp(self, when, src, dst, seconds, opt):
        """A steady PCMA tone, 20 ms a packet."""
        names = sorted(self.party)
        a = (src.addr[0], 10000 + 2 * names.index(src.name))
        b = (dst.addr[0], 10000 + 2 * names.index(dst.name))
        self.media += 1
        ssrc = int(self.make("ssrc", 8), 16)
        first = int(self.make("seq", 4), 16)
        for i in range(round(seconds * 50)):
            head = struct.pack("!BBHII", 0x80, 8 | (0x80 if i == 0 else 0),
                               (first + i) & 0xFFFF, (160 * (i + self.media * 1000)), ssrc)
            tone = bytes(alaw(8000 * math.sin((160 * i + k) * 2 * math.pi * 440 / 8000))
                         for k in range(160))
            self.capture.udp(when + i * 0.02, a, b, head + tone)


def alaw(x):
    """One sample to G.711 A-law."""
    x = int(round(x)) >> 3
    sign = 0xD5 if x >= 0 else 0x55
    x = x if x >= 0 else -x - 1
    if x < 32:
        return x >> 1 ^ sign
    segment = x.bit_length() - 5
    return (segment << 4 | (x >> segment) & 15) ^ sign
