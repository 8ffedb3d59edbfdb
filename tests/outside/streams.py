#!/usr/bin/env python3
"""Streams of the real captures in ../shared/corpus, held against tshark's.

    streams.py SIPGLASS

Ends, source, packets and losses of every stream have to be those of `tshark -z rtp,streams`, with its heuristic for media
that nobody announced; what differs is in KNOWN, with the reason why tshark is wrong. Where a capture has calls with media,
streams of calls are bound to them. Exit status 77 (skipped) without the captures or tshark.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "corpus", "captures")

# Where tshark has to be told that these are RTP.
DECODE = {"rtpproxy_DLT_NULL.a.rtp.pcap": "udp.port==12344,rtp", "rtpproxy_dtmf.pcap": "udp.port==24272,rtp"}
TWICE = "each packet is there two or three times, in and out of tunnels: tshark counts all, its loss is negative"
FEW = "nobody announced them, and tshark's heuristic takes what only begins as RTP does: a series is five packets here"
# capture -> why tshark's table is not ours
KNOWN = {
    "alwishariff_Analysis_1_vega.pcap": "frame 1895 is RTP, from before the re-INVITE to T.38 was in force; tshark has it as T.38",
    "mts_tutorial_RTP.pcap": FEW,
    "open5gs_ipsec_to_nonipsec_call.pcapng": TWICE,
    "open5gs_volte.pcapng": TWICE,
    "testsuite_ssrc1.pcap": FEW,
    "testsuite_ssrc2.pcap": FEW,
}


def tshark(capture):
    """(source, destination, SSRC) -> packets, lost."""
    told = DECODE.get(os.path.basename(capture))
    out = subprocess.run(["tshark", "-n", "-r", capture, "-o", "rtp.heuristic_rtp:TRUE", "--enable-heuristic", "rtp_udp", "-q",
                          *(["-d", told] if told else []), "-z", "rtp,streams"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=300).stdout
    found = {}
    for line in out.decode(errors="replace").splitlines():
        m = re.match(r"\s*[\d.]+\s+[\d.]+\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(0x[0-9A-Fa-f]+)\s+(.*?)\s+(\d+)\s+(-?\d+) \(", line)
        if m:
            src, sport, dst, dport, ssrc, _, packets, lost = m.groups()
            key = (src, int(sport), dst, int(dport), int(ssrc, 16))
            found[key] = (int(packets), int(lost))
    return found


def end_of(text):
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), int(port)


def ours(sipglass, capture):
    out = subprocess.run([sipglass, "streams", "--json", capture], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         timeout=300).stdout
    rows = [json.loads(line) for line in out.splitlines()]
    return {(*end_of(r["src"]), *end_of(r["dst"]), int(r["ssrc"], 16)): r for r in rows if r["ssrc"]}


def text_of(key):
    return "%s:%d > %s:%d 0x%08x" % key


def compare(sipglass, capture):
    want, got, said = tshark(capture), ours(sipglass, capture), []
    for key in sorted(set(want) | set(got)):
        if key not in got:
            said.append("%s: tshark has %d packets, we have none" % (text_of(key), want[key][0]))
        elif key not in want:
            said.append("%s: we have %d packets, tshark has none" % (text_of(key), got[key]["packets"]))
        else:
            row, (packets, lost) = got[key], want[key]
            if (row["packets"], row["lost"] - row["duplicates"]) != (packets, lost):
                said.append("%s: packets %d, lost %d, duplicates %d; tshark %d, %d" % (
                    text_of(key), row["packets"], row["lost"], row["duplicates"], packets, lost))
    return len(want), len(got), sum(r["call"] is None for r in got.values()), said


def calls_with_media(sipglass, capture):
    out = subprocess.run([sipglass, "sql", capture, "--json", "SELECT count(*) AS n FROM offers WHERE port > 0"],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=300).stdout
    return json.loads(out.splitlines()[0])["n"] if out else 0


def main():
    sipglass = sys.argv[1]
    if not os.path.isdir(CORPUS) or not shutil.which("tshark"):
        print("no %s or no tshark: skipped" % os.path.normpath(CORPUS))
        return 77
    bad = streams = 0
    for capture in sorted(glob.glob(os.path.join(CORPUS, "*"))):
        name = os.path.basename(capture)
        theirs, mine, orphans, said = compare(sipglass, capture)
        streams += mine
        if not theirs and not mine:
            continue
        stray = orphans if calls_with_media(sipglass, capture) else 0
        fault = (said and name not in KNOWN) or stray
        bad += bool(fault)
        print("%s%s: %d streams, tshark %d; %d of no call%s" % ("FAIL " if fault else "", name, mine, theirs, orphans,
              " (%s)" % KNOWN[name] if said and name in KNOWN else ""))
        for line in said:
            print("    " + line)
    print("%d streams, %d captures differ" % (streams, bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
