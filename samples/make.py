#!/usr/bin/env python3
"""Makes the samples in this folder, and the list of them in README.md.

    make.py [--check] [FOLDER]

The same bytes every time; --check makes them elsewhere and says which differ from those here.
"""
import filecmp
import os
import sys
import tempfile

sys.dont_write_bytecode = True
import net
from sip import Scenario

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = {}  # name -> (description, maker)


def sample(name, text, play, cut=0, mtu=1500, **capture):
    """A sample told as one scenario text."""
    def make(path):
        cap = net.Capture(**capture)
        Scenario(name, cap, mtu).play(play)
        cap.write(path, cut)
    SAMPLES[name] = (text, make)


def made(name, text):
    """Decorator for a sample that takes more than one text."""
    def keep(function):
        def make(path):
            cap = net.Capture()
            cut = function(cap) or 0
            cap.write(path, cut)
        SAMPLES[name] = (text, make)
        return function
    return keep


# --- calls over UDP ----------------------------------------------------------------------

sample("plain", "Two phones: INVITE, 100, 180, 200, ACK, PCMA both ways for 2 s, BYE by the caller.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.004 bob>alice 100
0.182 bob>alice 180
2.914 bob>alice 200 sdp
2.931 alice>bob ACK
2.940 alice>bob rtp 2.0
2.948 bob>alice rtp 2.0
4.960 alice>bob BYE
4.983 bob>alice 200
""")

sample("proxied", "A call through a proxy that records its route; both hops captured; the callee hangs up.", """
call 1 alice bob
0.000 alice>proxy INVITE sdp
0.001 proxy>alice 100
0.002 proxy>bob relay INVITE
0.006 bob>proxy 100
0.310 bob>proxy 180
0.311 proxy>alice relay 180
1.870 bob>proxy 200 sdp m=INVITE
1.871 proxy>alice relay 200
1.890 alice>proxy ACK
1.891 proxy>bob relay ACK
9.420 bob>proxy BYE
9.421 proxy>alice relay BYE
9.440 alice>proxy 200
9.441 proxy>bob relay 200
""")

sample("invite-auth", "An INVITE challenged with 407, sent again with credentials, answered: one call.", """
call 1 alice bob
0.000 alice>proxy INVITE sdp
0.003 proxy>alice 407 auth
0.021 alice>proxy ACK
0.034 alice>proxy INVITE sdp auth
0.037 proxy>alice 100
0.240 proxy>alice 180
1.650 proxy>alice 200 sdp m=INVITE
1.672 alice>proxy ACK
31.900 alice>proxy BYE
31.915 proxy>alice 200
""")

sample("busy", "486 Busy Here through a proxy, acknowledged hop by hop.", """
call 1 alice bob
0.000 alice>proxy INVITE sdp
0.001 proxy>alice 100
0.002 proxy>bob relay INVITE
0.047 bob>proxy 486 "+Reason: Q.850;cause=17;text=\\"User busy\\""
0.048 proxy>bob ACK
0.049 proxy>alice relay 486
0.066 alice>proxy ACK
""")

sample("no-answer-cancel", "Rings for 20 s, then the caller gives up: CANCEL, 200, 487, ACK.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.003 bob>alice 100
0.204 bob>alice 180
20.100 alice>bob CANCEL "+Reason: SIP;cause=487;text=\\"Request Terminated\\""
20.104 bob>alice 200
20.106 bob>alice 487 m=INVITE
20.120 alice>bob ACK
""")

sample("no-answer-480", "Rings for 30 s, then the called phone gives up with 480.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.003 bob>alice 100
0.204 bob>alice 180
30.210 bob>alice 480 m=INVITE "+Reason: Q.850;cause=19;text=\\"No answer from user\\""
30.231 alice>bob ACK
""")

sample("no-answer-408", "A proxy gets nothing from the phone behind it and answers 408 after 32 s.", """
call 1 alice bob
0.000 alice>proxy INVITE sdp
0.001 proxy>alice 100
0.002 proxy>bob relay INVITE
0.502 proxy>bob repeat INVITE
1.502 proxy>bob repeat INVITE
3.502 proxy>bob repeat INVITE
7.502 proxy>bob repeat INVITE
15.502 proxy>bob repeat INVITE
31.502 proxy>bob repeat INVITE
32.010 proxy>alice 408
32.031 alice>proxy ACK
""")

sample("silent-timeout", "Nobody answers: seven INVITEs at 0.5, 1, 2, 4, 8, 16 s and no response; other traffic goes on for 70 s.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.500 alice>bob repeat INVITE
1.500 alice>bob repeat INVITE
3.500 alice>bob repeat INVITE
7.500 alice>bob repeat INVITE
15.500 alice>bob repeat INVITE
31.500 alice>bob repeat INVITE
call 2 alice proxy
10.000 alice>proxy OPTIONS c=2
10.002 proxy>alice 200 c=2
70.000 alice>proxy OPTIONS c=2
70.002 proxy>alice 200 c=2
""")

sample("cancel-early", "CANCEL 1 s after the INVITE, before anything rang.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.005 bob>alice 100
1.020 alice>bob CANCEL
1.023 bob>alice 200
1.024 bob>alice 487 m=INVITE
1.041 alice>bob ACK
""")

sample("cancel-crossed", "CANCEL crosses the 200 of the INVITE: the call is answered and ended at once with BYE.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.005 bob>alice 100
0.180 bob>alice 180
4.000 alice>bob CANCEL
4.001 bob>alice 200 sdp m=INVITE
4.012 bob>alice 200 m=CANCEL
4.020 alice>bob ACK
4.024 alice>bob BYE
4.037 bob>alice 200
""")

sample("redirect", "302 to another address; the caller follows it with a second INVITE in the same call.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.008 bob>alice 302 "+Contact: <sip:bob@198.51.100.77:5072>;q=0.9" "+Diversion: <sip:bob@example.com>;reason=unconditional"
0.022 alice>bob ACK
0.041 alice>mobile INVITE sdp ruri=sip:bob@198.51.100.77:5072
0.046 mobile>alice 100
0.890 mobile>alice 180
3.402 mobile>alice 200 sdp m=INVITE
3.431 alice>mobile ACK
15.770 mobile>alice BYE
15.792 alice>mobile 200
""")

sample("fork", "A proxy rings two phones (two To-tags); the mobile answers, the desk phone is cancelled.", """
call 1 alice bob
0.000 alice>proxy INVITE sdp
0.001 proxy>alice 100
0.003 proxy>bob relay INVITE
0.004 proxy>mobile relay INVITE
0.180 bob>proxy 180
0.181 proxy>alice relay 180
0.420 mobile>proxy 180
0.421 proxy>alice relay 180
5.110 mobile>proxy 200 sdp m=INVITE
5.111 proxy>alice relay 200
5.113 proxy>bob CANCEL
5.118 bob>proxy 200
5.121 bob>proxy 487 m=INVITE
5.122 proxy>bob ACK
5.140 alice>proxy ACK
5.141 proxy>mobile relay ACK
22.500 alice>proxy BYE
22.501 proxy>mobile relay BYE
22.530 mobile>proxy 200
22.531 proxy>alice relay 200
""")

sample("transfer", "Blind transfer: bob refers alice to carol (REFER, 202, NOTIFYs); alice calls carol and hangs up on bob.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.005 bob>alice 100
0.170 bob>alice 180
2.310 bob>alice 200 sdp m=INVITE
2.332 alice>bob ACK
9.000 bob>alice REFER "+Refer-To: <sip:carol@203.0.113.30:5060>" "+Referred-By: <sip:bob@example.com>"
9.011 alice>bob 202
9.020 alice>bob NOTIFY "+Event: refer" "+Subscription-State: active;expires=60" "body=message/sipfrag;version=2.0:SIP/2.0 100 Trying\\r\\n"
9.026 bob>alice 200
call 2 alice carol
9.040 alice>carol INVITE c=2 sdp ruri=sip:carol@203.0.113.30:5060 "+Referred-By: <sip:bob@example.com>"
9.046 carol>alice 100 c=2
9.240 carol>alice 180 c=2
11.800 carol>alice 200 c=2 sdp m=INVITE
11.822 alice>carol ACK c=2
11.830 alice>bob NOTIFY "+Event: refer" "+Subscription-State: terminated;reason=noresource" "body=message/sipfrag;version=2.0:SIP/2.0 200 OK\\r\\n"
11.838 bob>alice 200
11.900 alice>bob BYE
11.911 bob>alice 200
25.000 carol>alice BYE c=2
25.019 alice>carol 200 c=2
""")

sample("transfer-attended", "Attended transfer: alice talks to bob and to carol; bob's phone is referred with Replaces and takes carol's dialog over.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.180 bob>alice 180
1.910 bob>alice 200 sdp m=INVITE
1.930 alice>bob ACK
call 2 alice carol consult-5501@192.0.2.10
8.000 alice>carol INVITE c=2 sdp
8.190 carol>alice 180 c=2
10.020 carol>alice 200 c=2 sdp m=INVITE
10.041 alice>carol ACK c=2
16.000 alice>bob REFER "+Refer-To: <sip:carol@203.0.113.30:5060?Replaces=consult-5501%40192.0.2.10%3Bto-tag%3D{tag 2 carol}%3Bfrom-tag%3D{tag 2 alice}>"
16.012 bob>alice 202
call 3 bob carol
16.030 bob>carol INVITE c=3 sdp "+Replaces: consult-5501@192.0.2.10;to-tag={tag 2 carol};from-tag={tag 2 alice}" "+Referred-By: <sip:alice@example.com>"
16.061 carol>bob 200 c=3 sdp m=INVITE
16.080 bob>carol ACK c=3
16.084 carol>alice BYE c=2
16.099 alice>carol 200 c=2
16.110 bob>alice NOTIFY "+Event: refer" "+Subscription-State: terminated;reason=noresource" "body=message/sipfrag;version=2.0:SIP/2.0 200 OK\\r\\n"
16.118 alice>bob 200
16.200 alice>bob BYE
16.211 bob>alice 200
30.000 carol>bob BYE c=3
30.017 bob>carol 200 c=3
""")

sample("hold", "Hold and resume by re-INVITE: sendonly answered recvonly, then sendrecv; later an old-style hold with c=0.0.0.0.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.005 bob>alice 100
0.190 bob>alice 180
1.500 bob>alice 200 sdp m=INVITE
1.522 alice>bob ACK
1.530 alice>bob rtp 0.5
1.531 bob>alice rtp 0.5
6.000 alice>bob INVITE sdp=sendonly
6.004 bob>alice 100
6.017 bob>alice 200 sdp=recvonly m=INVITE
6.030 alice>bob ACK
14.000 alice>bob INVITE sdp
14.019 bob>alice 200 sdp m=INVITE
14.033 alice>bob ACK
14.040 alice>bob rtp 0.4
14.041 bob>alice rtp 0.4
18.000 bob>alice INVITE sdp=zero
18.016 alice>bob 200 sdp m=INVITE
18.031 bob>alice ACK
24.000 bob>alice BYE
24.013 alice>bob 200
""")

sample("glare", "Both sides send a re-INVITE at once; each gets 491 and the caller tries again.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.180 bob>alice 180
1.500 bob>alice 200 sdp m=INVITE
1.522 alice>bob ACK
6.000 alice>bob INVITE sdp=sendonly
6.001 bob>alice INVITE sdp=sendonly
6.020 bob>alice 491 m=INVITE "reason=Request Pending"
6.021 alice>bob 491 m=INVITE "reason=Request Pending"
6.040 alice>bob ACK
6.041 bob>alice ACK
8.500 alice>bob INVITE sdp=sendonly
8.520 bob>alice 200 sdp=recvonly m=INVITE
8.541 alice>bob ACK
12.000 alice>bob BYE
12.020 bob>alice 200
""")

sample("prack-update", "Early media with 183 sent reliably: PRACK, UPDATE in the early dialog, then 180, 200.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.004 bob>alice 100
0.350 bob>alice 183 sdp "+Require: 100rel" "+RSeq: 8201"
0.371 alice>bob PRACK "+RAck: 8201 1 INVITE"
0.389 bob>alice 200 m=PRACK
0.400 bob>alice rtp 0.6
1.000 alice>bob UPDATE sdp
1.016 bob>alice 200 sdp m=UPDATE
1.210 bob>alice 180 m=INVITE "+Require: 100rel" "+RSeq: 8202"
1.231 alice>bob PRACK "+RAck: 8202 1 INVITE"
1.246 bob>alice 200 m=PRACK
3.700 bob>alice 200 m=INVITE
3.719 alice>bob ACK
12.100 bob>alice BYE
12.118 alice>bob 200
""")

B2BUA = """
who alice sip:+12025550110@192.0.2.10 192.0.2.10:5060 Example Phone 4.2
who dest  sip:+12025550142@203.0.113.5 203.0.113.5:5060 Example PBX 18.2
who out   sip:+12025550110@203.0.113.5 203.0.113.5:5080 Example PBX 18.2
who bob   sip:+12025550142@198.51.100.20 198.51.100.20:5060 Example Gateway 7.1
call 1 alice dest
call 2 out bob
0.000 alice>dest INVITE sdp %s
0.002 dest>alice 100
0.024 out>bob INVITE c=2 sdp %s
0.028 bob>out 100 c=2
0.700 bob>out 180 c=2
0.702 dest>alice 180
4.210 bob>out 200 c=2 sdp m=INVITE
4.213 dest>alice 200 sdp m=INVITE
4.220 out>bob ACK c=2
4.236 alice>dest ACK
18.400 bob>out BYE c=2
18.402 out>bob 200 c=2
18.405 dest>alice BYE
18.422 alice>dest 200
"""
sample("b2bua", "A call through a PBX that makes a second leg with another Call-ID; nothing but numbers and times join them.",
       B2BUA % ("", ""))
sample("b2bua-xcid", "The same, the second leg names the first in X-Call-ID.",
       B2BUA.replace("call 1 alice dest", "call 1 alice dest leg-a-77120@192.0.2.10") %
       ("", '"+X-Call-ID: leg-a-77120@192.0.2.10"'))
sample("b2bua-session-id", "The same, both legs carry one Session-ID (RFC 7989).",
       B2BUA % ('"+Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000"',
                '"+Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000"'))
sample("b2bua-strangers", "Two calls to the same PBX within a second, and one leg out of it: only one of them belongs to it.", """
who dest  sip:+12025550142@203.0.113.5 203.0.113.5:5060 Example PBX 18.2
who alice sip:+12025550110@192.0.2.10 192.0.2.10:5060 Example Phone 4.2
who dave  sip:+12025550111@192.0.2.11 192.0.2.11:5060 Example Phone 4.2
who other sip:+12025550177@203.0.113.5 203.0.113.5:5060 Example PBX 18.2
who out   sip:+12025550110@203.0.113.5 203.0.113.5:5080 Example PBX 18.2
who bob   sip:+12025550142@198.51.100.20 198.51.100.20:5060 Example Gateway 7.1
call 1 alice dest
call 2 out bob
call 3 dave other
0.000 alice>dest INVITE sdp
0.002 dest>alice 100
0.010 dave>other INVITE c=3 sdp
0.012 other>dave 100 c=3
0.024 out>bob INVITE c=2 sdp
0.028 bob>out 100 c=2
0.700 bob>out 180 c=2
0.702 dest>alice 180
0.900 other>dave 404 c=3 m=INVITE
0.915 dave>other ACK c=3
4.210 bob>out 200 c=2 sdp m=INVITE
4.213 dest>alice 200 sdp m=INVITE
4.220 out>bob ACK c=2
4.236 alice>dest ACK
9.400 alice>dest BYE
9.402 dest>alice 200
9.405 out>bob BYE c=2
9.422 bob>out 200 c=2
""")

sample("no-ack", "The ACK never comes: the 200 is repeated, then the callee hangs up at 32 s.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.004 bob>alice 100
0.160 bob>alice 180
1.000 bob>alice 200 sdp m=INVITE
1.500 bob>alice repeat 200
2.500 bob>alice repeat 200
4.500 bob>alice repeat 200
8.500 bob>alice repeat 200
12.500 bob>alice repeat 200
16.500 bob>alice repeat 200
20.500 bob>alice repeat 200
24.500 bob>alice repeat 200
28.500 bob>alice repeat 200
32.500 bob>alice repeat 200
33.000 bob>alice BYE
33.019 alice>bob 200
""")

sample("one-host", "Both ends on one address and port, as load tests have them: 404, and no ACK for it.", """
who tester sip:tester@example.com 127.0.0.1:5060 Example Tester 1.0
who tested sip:nobody@example.com 127.0.0.1:5060 Example Tester 1.0
call 1 tester tested
0.000 tester>tested INVITE sdp
0.003 tested>tester 100
0.160 tested>tester 404
0.660 tested>tester repeat 404
1.660 tested>tester repeat 404
3.660 tested>tester repeat 404
7.660 tested>tester repeat 404
""")

sample("retransmissions", "A lossy hop: INVITE, 200 and BYE repeated on the same branch, then a re-INVITE that is no repetition.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.500 alice>bob repeat INVITE
0.504 bob>alice 100
0.700 bob>alice 180
2.000 bob>alice 200 sdp m=INVITE
2.500 bob>alice repeat 200
2.521 alice>bob ACK
2.530 alice>bob repeat ACK
9.000 alice>bob INVITE sdp
9.020 bob>alice 200 sdp m=INVITE
9.040 alice>bob ACK
15.000 alice>bob BYE
15.500 alice>bob repeat BYE
15.512 bob>alice 200 m=BYE
""")

# --- other methods -----------------------------------------------------------------------

sample("register", "Registration with a challenge: REGISTER, 401, REGISTER with credentials, 200; refreshed; removed.", """
who registrar sip:example.com 192.0.2.1:5060 Example Registrar 5.6
call 1 alice alice
0.000 alice>registrar REGISTER "+Expires: 3600"
0.004 registrar>alice 401 auth
0.022 alice>registrar REGISTER auth "+Expires: 3600"
0.027 registrar>alice 200
1800.000 alice>registrar REGISTER auth "+Expires: 3600"
1800.005 registrar>alice 200
2400.000 alice>registrar REGISTER auth -Contact "+Contact: *" "+Expires: 0"
2400.006 registrar>alice 200 -Contact
""")

sample("register-refused", "Wrong password: 401, again 401, 403.", """
who registrar sip:example.com 192.0.2.1:5060 Example Registrar 5.6
call 1 carol carol
0.000 carol>registrar REGISTER "+Expires: 600"
0.004 registrar>carol 401 auth
0.020 carol>registrar REGISTER auth "+Expires: 600"
0.024 registrar>carol 401 auth
0.040 carol>registrar REGISTER auth "+Expires: 600"
0.045 registrar>carol 403 "reason=Forbidden (wrong password)"
""")

sample("message", "Two MESSAGEs: one accepted with 200, one with text in UTF-8 refused with 404.", """
call 1 alice bob
0.000 alice>bob MESSAGE "body=text/plain:Lunch at noon?"
0.012 bob>alice 200
call 2 alice carol
4.100 alice>proxy MESSAGE c=2 "body=text/plain;charset=utf-8:Gr\\xc3\\xbc\\xc3\\x9fe"
4.103 proxy>alice 404 c=2
""")

sample("subscribe", "Message-waiting subscription: SUBSCRIBE, 200, NOTIFY twice, refreshed, ended by NOTIFY terminated.", """
call 1 alice pbx
0.000 alice>pbx SUBSCRIBE "+Event: message-summary" "+Expires: 600" "+Accept: application/simple-message-summary"
0.006 pbx>alice 200 "+Expires: 600"
0.014 pbx>alice NOTIFY "+Event: message-summary" "+Subscription-State: active;expires=600" "body=application/simple-message-summary:Messages-Waiting: no\\r\\n"
0.028 alice>pbx 200
92.300 pbx>alice NOTIFY "+Event: message-summary" "+Subscription-State: active;expires=508" "body=application/simple-message-summary:Messages-Waiting: yes\\r\\nVoice-Message: 1/0\\r\\n"
92.315 alice>pbx 200
500.000 alice>pbx SUBSCRIBE "+Event: message-summary" "+Expires: 0"
500.007 pbx>alice 200 "+Expires: 0"
500.012 pbx>alice NOTIFY "+Event: message-summary" "+Subscription-State: terminated;reason=timeout" "body=application/simple-message-summary:Messages-Waiting: yes\\r\\nVoice-Message: 1/0\\r\\n"
500.025 alice>pbx 200
""")

sample("publish", "Presence published with PUBLISH, refused first (423), then accepted with an entity tag.", """
call 1 alice alice
0.000 alice>pbx PUBLISH ruri=sip:alice@example.com "+Event: presence" "+Expires: 30" "body=application/pidf+xml:<?xml version=\\"1.0\\"?><presence xmlns=\\"urn:ietf:params:xml:ns:pidf\\" entity=\\"pres:alice@example.com\\"><tuple id=\\"a1\\"><status><basic>open</basic></status></tuple></presence>"
0.006 pbx>alice 423 "+Min-Expires: 300"
0.019 alice>pbx PUBLISH ruri=sip:alice@example.com "+Event: presence" "+Expires: 300" "body=application/pidf+xml:<?xml version=\\"1.0\\"?><presence xmlns=\\"urn:ietf:params:xml:ns:pidf\\" entity=\\"pres:alice@example.com\\"><tuple id=\\"a1\\"><status><basic>open</basic></status></tuple></presence>"
0.025 pbx>alice 200 "+SIP-ETag: dx200xyz" "+Expires: 300"
""")

sample("options", "OPTIONS keep-alives of a trunk every 30 s: three answered 200, one 503, one never.", """
call 1 pbx proxy
0.000 pbx>proxy OPTIONS
0.018 proxy>pbx 200
call 2 pbx proxy
30.000 pbx>proxy OPTIONS c=2
30.017 proxy>pbx 200 c=2
call 3 pbx proxy
60.000 pbx>proxy OPTIONS c=3
60.020 proxy>pbx 503 c=3 "+Retry-After: 30"
call 4 pbx proxy
90.000 pbx>proxy OPTIONS c=4
90.500 pbx>proxy repeat OPTIONS c=4
91.500 pbx>proxy repeat OPTIONS c=4
call 5 pbx proxy
130.000 pbx>proxy OPTIONS c=5
130.016 proxy>pbx 200 c=5
""")

sample("info-dtmf", "Digits sent with INFO in an answered call.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.180 bob>alice 180
1.000 bob>alice 200 sdp m=INVITE
1.020 alice>bob ACK
3.000 alice>bob INFO "body=application/dtmf-relay:Signal=5\\r\\nDuration=160\\r\\n"
3.013 bob>alice 200
3.400 alice>bob INFO "body=application/dtmf-relay:Signal=#\\r\\nDuration=160\\r\\n"
3.412 bob>alice 200
8.000 alice>bob BYE
8.014 bob>alice 200
""")


def responses():
    """Scenario with a call refused by each of many final responses, after 1xx of each kind."""
    lines = ["call a alice bob", "0.000 alice>bob INVITE sdp c=a"]
    for i, code in enumerate(("100", "180", "181", "182", "183", "199")):
        lines.append("%.3f bob>alice %s c=a" % (0.05 + 0.3 * i, code))
    lines += ["2.000 bob>alice 200 sdp c=a m=INVITE", "2.020 alice>bob ACK c=a",
              "5.000 alice>bob BYE c=a", "5.010 bob>alice 200 c=a"]
    finals = ("300 301 302 305 380 400 401 403 404 405 407 408 415 420 480 481 486 487 488 "
              "500 501 502 503 504 513 600 603 604 606").split()
    for i, code in enumerate(finals):
        key, at = "r" + code, 10.0 + 2 * i
        auth = " auth" if code in ("401", "407") else ""
        contact = ' "+Contact: <sip:bob@198.51.100.77:5072>"' if code[0] == "3" else ""
        lines += ["call %s alice bob" % key, "%.3f alice>bob INVITE sdp c=%s" % (at, key),
                  "%.3f bob>alice %s c=%s%s%s" % (at + 0.03, code, key, auth, contact),
                  "%.3f alice>bob ACK c=%s" % (at + 0.05, key)]
    return "\n".join(lines)


sample("responses", "Every response class: one answered call with six provisional responses, then 29 calls refused with 300 to 606.", responses())

sample("addresses", "Ways to write an address: user@domain, user@ip:port, tel:, sips:, with display names, parameters, escapes and IPv6.", """
who ip    sip:2001@192.0.2.44:5062  192.0.2.44:5062 Example Phone 4.2
who tel   tel:+12025550123;phone-context=example.com 192.0.2.45:5060 Example Gateway 7.1
who sips  sips:dora@secure.example.com 192.0.2.46:5060 Example Phone 4.2
who six   sip:eve@[2001:db8::46] 192.0.2.47:5060 Example Phone 4.2
who odd   sip:j%40work;x=1@example.com 192.0.2.48:5060 Example Phone 4.2
call 1 ip bob
0.000 ip>bob INVITE sdp
0.200 bob>ip 486 m=INVITE
0.220 ip>bob ACK
call 2 tel bob
1.000 tel>bob INVITE c=2 sdp "+P-Asserted-Identity: <tel:+12025550123>"
1.200 bob>tel 486 c=2 m=INVITE
1.220 tel>bob ACK c=2
call 3 bob tel
2.000 bob>tel INVITE c=3 sdp
2.200 tel>bob 404 c=3 m=INVITE
2.220 bob>tel ACK c=3
call 4 sips bob
3.000 sips>bob INVITE c=4 sdp
3.200 bob>sips 486 c=4 m=INVITE
3.220 sips>bob ACK c=4
call 5 six bob
4.000 six>bob INVITE c=5 sdp
4.200 bob>six 486 c=5 m=INVITE
4.220 six>bob ACK c=5
call 6 odd bob
5.000 odd>bob INVITE c=6 sdp -From "+From: \\"Weber, \\\\\\"J\\\\\\"\\" <sip:j%40work;x=1@example.com>;tag=8a1f"
5.200 bob>odd 486 c=6 m=INVITE
5.220 odd>bob ACK c=6
call 7 ip bob
6.000 ip>bob INVITE c=7 sdp -From "+From: sip:2001@192.0.2.44:5062;tag=noangle1"
6.200 bob>ip 486 c=7 m=INVITE
6.220 ip>bob ACK c=7
""")

# --- transports and layers ---------------------------------------------------------------

TCP = """
tcp alice proxy -1
call 1 alice bob
0.000 alice>proxy INVITE sdp split=300,700
0.002 proxy>alice 100 join
0.150 proxy>alice 180
1.900 proxy>alice 200 sdp m=INVITE split=40
1.920 alice>proxy ACK join
call 2 alice alice
1.921 alice>proxy OPTIONS c=2 ruri=sip:example.com join
call 3 alice bob
1.922 alice>proxy MESSAGE c=3 "body=text/plain:three in one segment"
1.930 proxy>alice 200 c=2 join
1.931 proxy>alice 200 c=3
8.000 alice>proxy keepalive
12.000 alice>proxy BYE
12.015 proxy>alice 200
"""
sample("tcp", "A call over TCP: messages over several segments, several messages in one, keep-alive CRLFs between them.",
       TCP.replace("proxy -1", "proxy"))
sample("tcp-midstream", "The same without the connection's beginning.", TCP)

sample("ipv6", "A call over IPv6.", """
who alice sip:alice@example.com [2001:db8::10]:5060 Example Phone 4.2
who bob   sip:bob@example.com   [2001:db8:2::20]:5060 Sample Softphone/2.1.7
call 1 alice bob
0.000 alice>bob INVITE sdp
0.004 bob>alice 100
0.182 bob>alice 180
2.914 bob>alice 200 sdp
2.931 alice>bob ACK
2.940 alice>bob rtp 0.5
2.948 bob>alice rtp 0.5
4.960 alice>bob BYE
4.983 bob>alice 200
""")

FRAGMENTS = """
call 1 alice bob
0.000 alice>bob INVITE sdp=large "+Identity: %s"
0.005 bob>alice 100
0.180 bob>alice 180
2.100 bob>alice 200 sdp=large m=INVITE
2.130 alice>bob ACK
6.000 alice>bob BYE
6.012 bob>alice 200
""" % ("eyJhbGciOiJFUzI1NiJ9." + "c2FtcGxl" * 30)
sample("fragments", "INVITE and 200 larger than a link's 1500 bytes: IPv4 fragments.", FRAGMENTS)
sample("fragments-ipv6", "The same over IPv6 with a path of 1280 bytes.", """
who alice sip:alice@example.com [2001:db8::10]:5060 Example Phone 4.2
who bob   sip:bob@example.com   [2001:db8:2::20]:5060 Sample Softphone/2.1.7
""" + FRAGMENTS, mtu=1280)

SHORT = """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.004 bob>alice 100
0.182 bob>alice 180
1.914 bob>alice 200 sdp m=INVITE
1.931 alice>bob ACK
4.960 alice>bob BYE
4.983 bob>alice 200
"""
sample("vlan", "A call in an 802.1Q VLAN.", SHORT, tags=((0x8100, 120),))
sample("qinq", "A call in a customer's VLAN inside a provider's (802.1ad).", SHORT,
       tags=((0x88A8, 2001), (0x8100, 120)))
sample("sll", "A call captured on Linux's `any` interface (SLL).", SHORT, link=net.LINK_SLL)
sample("raw-ip", "A call captured without a link header.", SHORT, link=net.LINK_RAW)


def in_vxlan(src, dst, packet):
    return ("198.51.100.201", "198.51.100.202",
            net.vxlan("198.51.100.201", "198.51.100.202", 4096, net.ethernet(src, dst, packet)))


def in_gtp(src, dst, packet):
    return ("203.0.113.101", "203.0.113.102",
            net.gtp_u("203.0.113.101", "203.0.113.102", 0x7F001, packet))


sample("vxlan", "A call inside a VXLAN tunnel.", SHORT, wrap=in_vxlan)
sample("gtp-u", "A call of a mobile phone inside GTP-U.", SHORT, wrap=in_gtp)
sample("sctp", "A call over SCTP.", "sctp alice bob\n" + SHORT)
sample("websocket", "A browser phone: HTTP upgrade, masked WebSocket frames, a call to a proxy.", """
who alice sip:alice@example.com 192.0.2.60:5066 Example WebPhone 0.9
who proxy sip:proxy.example.com 192.0.2.1:8080 Example Proxy 5.6
ws alice proxy
call 1 alice bob
0.100 alice>proxy INVITE sdp
0.102 proxy>alice 100
0.300 proxy>alice 180
2.200 proxy>alice 200 sdp m=INVITE
2.230 alice>proxy ACK
7.000 alice>proxy BYE
7.012 proxy>alice 200
""")
sample("icmp", "Nobody listens on the called port: every INVITE is answered with an ICMP port unreachable.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.011 bob>alice icmp
0.500 alice>bob repeat INVITE
0.511 bob>alice icmp
1.500 alice>bob repeat INVITE
1.511 bob>alice icmp
""")


@made("hep", "A proxy's HEP version 3 copies of a call, on their way to a collector.")
def hep(cap):
    class Sender(net.Capture):
        def udp(self, when, src, dst, payload, mtu=1500):
            cap.udp(when + 0.0004, ("192.0.2.1", 39060), ("192.0.2.90", 9060),
                    net.hep3(src, dst, net.START + when, payload), mtu)
    Scenario("hep", Sender()).play(SHORT)


# --- damaged, cut, hostile ---------------------------------------------------------------

MIDCALL = """
call 1 alice bob
-9.000 alice>bob INVITE sdp
-8.800 bob>alice 180
-6.000 bob>alice 200 sdp m=INVITE
-5.980 alice>bob ACK
call 2 carol bob
-3.000 carol>bob INVITE c=2 sdp
-2.990 bob>carol 100 c=2
-0.900 bob>carol 180 c=2
1.000 alice>bob INVITE sdp=sendonly
1.020 bob>alice 200 sdp=recvonly m=INVITE
1.040 alice>bob ACK
2.000 bob>carol 200 c=2 sdp m=INVITE
2.019 carol>bob ACK c=2
5.000 bob>alice BYE
5.020 alice>bob 200
8.000 carol>bob BYE c=2
8.013 bob>carol 200 c=2
"""


@made("mid-call", "The capture starts in mid-call: of one call only a re-INVITE and the BYE, of another the 200.")
def mid_call(cap):
    Scenario("mid-call", cap).play(MIDCALL)
    cap.frames = [f for f in cap.frames if f[0] >= 0]


sample("cut-short", "The file ends in the middle of a packet's record, in mid-call.", """
call 1 alice bob
0.000 alice>bob INVITE sdp
0.004 bob>alice 100
0.182 bob>alice 180
1.914 bob>alice 200 sdp m=INVITE
1.931 alice>bob ACK
4.960 alice>bob BYE
""", cut=200)


@made("malformed", "Datagrams that look like SIP and cannot be used (no Call-ID, no CSeq, bad version, status 42, headers cut), between good ones.")
def malformed(cap):
    s = Scenario("malformed", cap).play("""
call 1 alice bob
0.000 alice>bob OPTIONS
0.010 bob>alice 200
9.000 alice>bob OPTIONS
9.010 bob>alice 200
""")
    good = s.calls["1"].sent["alice", "bob", "OPTIONS"].bytes().decode()
    a, b = s.party["alice"].addr, s.party["bob"].addr
    lines = good.split("\r\n")

    def without(name):
        return "\r\n".join(x for x in lines if not x.startswith(name))
    for i, text in enumerate([
            without("Call-ID"), without("CSeq"), good.replace("SIP/2.0\r\n", "SIP/7.0\r\n", 1),
            good.replace(lines[0], "SIP/2.0 42 What"), good[:220],
            good.replace("CSeq: 2 OPTIONS", "CSeq: two OPTIONS"),
            good.replace("Content-Length: 0", "Content-Length: 99999999999999999999")]):
        cap.udp(1.0 + i, a, b, text.encode())


@made("hostile-text", "Terminal escapes, bidirectional controls, zero-width characters, NUL and broken UTF-8 in names, subjects and phrases.")
def hostile(cap):
    # Every character that a terminal might act on is written here as an escape.
    Scenario("hostile-text", cap).play("""
call 1 alice bob
0.000 alice>bob INVITE sdp -From "+From: \\"\x1b[2J\x1b]0;owned\x07\\" <sip:alice@example.com>;tag=e5c1" "+Subject: \u202egnp.exe\u202c \u2066x\u2069"
0.010 bob>alice 486 m=INVITE "reason=Busy \x1b[31mred\x1b[0m \x9b31m"
0.030 alice>bob ACK
call 2 carol bob =cmd|calc@203.0.113.30
1.000 carol>bob INVITE c=2 sdp -From "+From: \\"a\u200b\u200bb\u0301\u0301\u0301\u0301\u0301\u0301\\" <sip:carol@example.com>;tag=z0w1" "-User-Agent" "+User-Agent: \udcff\udcfe\udc80broken"
1.010 bob>carol 603 c=2 m=INVITE "+Warning: 399 bob \\"a\x00b\\""
1.030 carol>bob ACK c=2
""")


@made("copies", "A mirror port that shows each frame twice, once per VLAN: copies, not retransmissions.")
def copies(cap):
    twin = net.Capture(tags=((0x8100, 10),))
    Scenario("copies", twin).play(SHORT)
    for when, _, data in twin.frames:
        cap.frame(when / 1e6, data)
        cap.frame(when / 1e6 + 0.0003, data[:14] + b"\x00\x14" + data[16:])


@made("noise", "A call between DNS, ARP, HTTP, STUN and spanning tree frames: none of them becomes a message.")
def noise(cap):
    Scenario("noise", cap).play(SHORT)
    alice, bob = net.mac("192.0.2.10"), net.mac("198.51.100.20")
    cap.frame(0.1, b"\xff" * 6 + alice + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01" + alice +
              net.packed("192.0.2.10") + b"\0" * 6 + net.packed("192.0.2.1"))
    cap.frame(0.2, b"\x01\x80\xc2\x00\x00\x00" + bob + b"\x00\x26\x42\x42\x03" + b"\0" * 35)
    cap.frame(0.3, bob + alice + b"\x88\xcc\x02\x07\x04" + alice +
              b"\x04\x03\x07e0\x06\x02\x00\x78\x00\x00")
    cap.udp(0.4, ("192.0.2.10", 33333), ("192.0.2.53", 53), bytes.fromhex(
        "1a2b01000001000000000000045f736970045f756470076578616d706c6503636f6d0000210001"))
    cap.udp(0.5, ("192.0.2.10", 10000), ("192.0.2.70", 3478), bytes.fromhex(
        "000100002112a442b7e7a701bc34d686fa87dfae"))
    link = net.TcpLink(cap, ("192.0.2.10", 45000), ("192.0.2.80", 80))
    link.open(0.6)
    link.send(0.7, 0, b"GET /status HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
    link.send(0.8, 1, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    link.close(0.9)


RECORDED = """\
| `real-sipp.pcap` | SIPp's built-in uac and uas, three calls over UDP, recorded in two network namespaces (`record.sh`). |
| `real-baresip.pcap` | Two baresip phones through Kamailio, PCMU, recorded in network namespaces (`record.sh`); the middle of the RTP is left out. |
"""


def readme():
    rows = "".join("| `%s.pcap` | %s |\n" % (n, SAMPLES[n][0]) for n in sorted(SAMPLES))
    return ("# Samples\n\nSmall captures to try things on, and what the golden tests read. All but the "
            "recorded ones are made by\n`python3 samples/make.py` from the scenario texts in it (the same "
            "bytes every time; `sip.py` plays the\ntexts, `net.py` makes the frames). Names are those of "
            "RFC 2606, addresses of RFC 5737 and RFC 3849.\n\n| sample | what it shows |\n|---|---|\n" +
            rows + "\nRecorded from real programs:\n\n| sample | what it shows |\n|---|---|\n" + RECORDED)


def main():
    args = sys.argv[1:]
    check = "--check" in args
    args = [a for a in args if a != "--check"]
    folder = args[0] if args else HERE
    with tempfile.TemporaryDirectory() as temporary:
        out = temporary if check else folder
        for name in sorted(SAMPLES):
            SAMPLES[name][1](os.path.join(out, name + ".pcap"))
        with open(os.path.join(out, "README.md"), "w") as f:
            f.write(readme())
        if not check:
            return 0
        names = [n + ".pcap" for n in SAMPLES] + ["README.md"]
        bad = [n for n in sorted(names) if not os.path.exists(os.path.join(folder, n)) or
               not filecmp.cmp(os.path.join(out, n), os.path.join(folder, n), False)]
        for name in bad:
            print("%s: not what make.py makes" % name)
        return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
