#!/usr/bin/env python3
"""Figures of streams and of their slices, held against a computation of their own from the packets of generated captures.

    figures.py SIPGLASS [MIX...]

Written after the definitions (RFC 3550 A.3 and A.8, RFC 3611 4.7.2, G.107), not after the program; but the ten seconds whose
smallest transit lateness is measured against move by whole seconds, as they do there. Drift is of every packet here, of
every fourth there. Exit status 77 (skipped) where gencalls is absent.
"""
import collections
import ipaddress
import json
import math
import os
import struct
import subprocess
import sys
import tempfile

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "tools")
MIXES = {
    "impaired": "--seed 31 --calls 40 --rate 10 --hold 40 --loss 0.03 --jitter 12 --dup 0.01 --reorder 0.02 --loss-model gilbert --rtcp",
    "late": "--seed 32 --calls 40 --rate 10 --hold 40 --loss 0.02 --jitter 25 --codecs opus=1,G722=1,G729=1,PCMA=1",
    "clean": "--seed 33 --calls 20 --rate 10 --hold 40 --loss 0 --loss-model none --jitter 1 --dup 0 --reorder 0 --ipv6 0.5 --vlan 0.5",
}
SECOND, SLICE, GMIN = 10 ** 9, 10 ** 10, 16
# Name: scale, Ie, Bpl (narrowband: G.113 appendix I; the others are assumptions that the rows say are assumed).
CODECS = {"PCMU": ("nb", 0, 25.1), "PCMA": ("nb", 0, 25.1), "G729": ("nb", 11, 19), "G722": ("wb", 13, 4.3), "OPUS": ("fb", 10.2, 10)}
SCALES = {"nb": (93.2, 95, 1), "wb": (129, 95, 1.29), "fb": (148, 132, 1.48)}  # R0, the 95 of 7-29, what R is divided by

Packet = collections.namedtuple("Packet", "time marker pt seq ts size")


def packets(path):
    """Source, destination, UDP payload of the capture's frames that begin as RTP does."""
    with open(path, "rb") as f:
        data = f.read()
    at = 24
    while at + 16 <= len(data):
        seconds, micros, kept, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + kept]
        at += 16 + kept
        ip = 18 if frame[12:14] == b"\x81\x00" else 14
        if frame[ip] >> 4 == 4:
            proto, udp, ends = frame[ip + 9], ip + 4 * (frame[ip] & 15), (frame[ip + 12:ip + 16], frame[ip + 16:ip + 20])
            text = "%s:%d"
        else:
            proto, udp, ends = frame[ip + 6], ip + 40, (frame[ip + 8:ip + 24], frame[ip + 24:ip + 40])
            text = "[%s]:%d"
        rtp = frame[udp + 8:]
        if proto != 17 or len(rtp) < 12 or rtp[0] >> 6 != 2 or 192 <= rtp[1] <= 223:
            continue
        ports = struct.unpack_from("!HH", frame, udp)
        src, dst = (text % (ipaddress.ip_address(end), port) for end, port in zip(ends, ports))
        seq, ts, ssrc = struct.unpack_from("!HII", rtp, 2)
        yield (src, dst, "0x%08x" % ssrc), Packet(seconds * SECOND + micros * 1000, rtp[1] >> 7, rtp[1] & 127, seq, ts, len(rtp))


def signed(value, bits):
    return (value + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1)


def runs(numbers):
    return sum(1 for n in numbers if n - 1 not in numbers)


def burst_r(bad, expected):
    """G.107 7-30, from the runs."""
    return len(bad) / runs(bad) * (1 - len(bad) / expected) if bad else 1


def rating(codec, percent, burst):
    """R and MOS of a loss in percent (G.107 7-29, B.4; G.107.1, G.107.2)."""
    scale, ie, bpl = CODECS[codec.upper()]
    r0, most, factor = SCALES[scale]
    r = r0 - ie - ((most - ie) * percent / (percent / max(1, burst) + bpl) if percent else 0)
    x = r / factor
    return r, 1 if x < 6.5 else 4.5 if x >= 100 else 1 + 0.035 * x + x * (x - 60) * (100 - x) * 7e-6


def bursts(bad, expected):
    """RFC 3611 4.7.2: how many bursts, packets in them, share of bad ones there and in the gaps."""
    groups = []
    for n in sorted(bad):
        if groups and n - groups[-1][-1] - 1 < GMIN:
            groups[-1].append(n)
        else:
            groups.append([n])
    groups = [g for g in groups if len(g) > 1]
    inside, lost = sum(g[-1] - g[0] + 1 for g in groups), sum(map(len, groups))
    outside = expected - inside
    return len(groups), inside, lost / inside if inside else 0, (len(bad) - lost) / outside if outside else 0


class Buffers:
    """Lateness against the smallest transit of 10 s; a fixed buffer of 50 ms, one of 200, an adaptive one."""

    def __init__(self):
        self.least, self.delay, self.first, self.last = {}, 40.0, None, None

    def take(self, time, transit):
        self.first = time if self.first is None else self.first
        second = max([(time - self.first) // SECOND, *self.least])
        self.least[second] = min(transit, self.least.get(second, math.inf))
        self.least = {k: v for k, v in self.least.items() if k > second - 10}
        late = transit - min(self.least.values())
        if self.last is not None:
            self.delay *= 1 - 0.02 * min(1, (time - self.last) / SECOND)
        self.last = time
        lost = late > self.delay
        if lost:
            self.delay = min(late, 200)
        return late > 50, late > 200, lost


class Count:
    """What one stream, or one slice of it, adds up to."""

    def __init__(self):
        self.packets = self.played = self.late50 = self.late200 = 0
        self.jitter = []


class Stream:
    def __init__(self, ticks_ms, pt):
        self.ms, self.pt = ticks_ms, pt
        self.seen, self.late, self.all = {}, set(), Count()
        self.slices = collections.defaultdict(Count)
        self.before = self.ts = self.start = self.end = None
        self.jitter = self.units = self.duplicates = self.reordered = self.delta_max = self.bytes = 0
        self.buffers, self.points = Buffers(), []

    def take(self, p):
        if self.start is None:
            self.start = self.end = p.time
            self.low = self.high = 65536 + p.seq
        self.delta_max, self.end = max(self.delta_max, p.time - self.end), p.time
        self.bytes += p.size
        n = (p.time - self.start) // SLICE + 1
        if n not in self.slices and self.slices:
            self.close()
        piece = self.slices[n]
        number = self.high + signed(p.seq - self.high, 16)
        fresh = number not in self.seen
        self.duplicates += not fresh
        self.reordered += fresh and number < self.high
        self.seen[number] = True
        self.low, self.high = min(self.low, number), max(self.high, number)
        for count in (self.all, piece):
            count.packets += 1
        if p.pt == self.pt:
            self.sound(p, number, fresh, piece)

    def close(self):
        """The newest slice ends: what is missing now may still come, in the next one."""
        piece = self.slices[max(self.slices)]
        bad = {n for n in range(self.low, self.high + 1) if n not in self.seen} | self.late
        piece.expected, piece.unique = self.high - self.low + 1, len(self.seen)
        piece.bad, piece.runs = len(bad), runs(bad)

    def sound(self, p, number, fresh, piece):
        if self.before:
            passed, told = (p.time - self.before[0]) / 1e6, signed(p.ts - self.before[1], 32) * self.ms
            self.jitter += (abs(passed - told) - self.jitter) / 16
            for count in (self.all, piece):
                count.jitter.append(self.jitter)
        self.before = p.time, p.ts
        if not fresh:
            return
        self.units += signed(p.ts - (p.ts if self.ts is None else self.ts), 32)
        self.ts = p.ts
        late50, late200, lost = self.buffers.take(p.time, (p.time - self.start) / 1e6 - self.units * self.ms)
        for count in (self.all, piece):
            count.played, count.late50, count.late200 = count.played + 1, count.late50 + late50, count.late200 + late200
        if lost:
            self.late.add(number)
        if number == self.high:
            self.points.append(((p.time - self.start) / 1e9, self.units * self.ms / 1e3))

    def drift(self):
        """Parts per million by least squares, and their standard error."""
        n = len(self.points)
        x, y = sum(a for a, _ in self.points) / n, sum(b for _, b in self.points) / n
        xx = sum((a - x) ** 2 for a, _ in self.points)
        slope = sum((a - x) * (b - y) for a, b in self.points) / xx
        rest = sum((b - y - slope * (a - x)) ** 2 for a, b in self.points)
        return (slope - 1) * 1e6, math.sqrt(rest / n / xx) * 1e6


def mean(values):
    return sum(values) / len(values) if values else 0


def percent(part, whole):
    return 100 * part / whole if whole else 0


class Tally:
    """How many values of each figure agree."""

    def __init__(self):
        self.all, self.bad, self.worst = collections.Counter(), collections.Counter(), {}

    def hold(self, what, got, want, by, where):
        self.all[what] += 1
        off = 0 if got == want else math.inf if got is None or want is None else abs(got - want)
        if off > by:
            self.bad[what] += 1
        if off >= self.worst.get(what, (0,))[0]:
            self.worst[what] = off, got, want, where

    def say(self):
        for what in self.all:
            good = self.all[what] - self.bad[what]
            print("%-18s %6d of %6d agree, at most %.4g off" % (what, good, self.all[what], self.worst[what][0]))
            if self.bad[what]:
                print("FAIL %s: got %s, want %s at %s" % (what, *self.worst[what][1:]))


def hold_stream(t, row, s, key):
    expected = s.high - s.low + 1
    lost = {n for n in range(s.low, s.high + 1) if n not in s.seen}
    bad = lost | s.late
    r, mos = rating(row["codec"], percent(len(bad), expected), burst_r(bad, expected))
    periods, inside, dense, thin = bursts(bad, expected)
    exact = {"packets": s.all.packets, "expected": expected, "lost": len(lost), "duplicates": s.duplicates, "bytes": s.bytes,
             "reordered": s.reordered, "loss_bursts": runs(lost)}
    for what, want in exact.items():
        t.hold(what, row[what], want, 0, key)
    close = {"loss": (percent(len(lost), expected), 1e-6), "delta_max": (s.delta_max / 1e6, 1e-6),
             "jitter_mean": (mean(s.all.jitter), 1e-4), "jitter_max": (max(s.all.jitter, default=0), 1e-4),
             "late50": (percent(s.all.late50, s.all.played), 1e-6),
             "late200": (percent(s.all.late200, s.all.played), 1e-6),
             "r": (r, 1e-4), "mos": (mos, 1e-6), "burst_r": (burst_r(bad, expected), 1e-6), "burst_periods": (periods, 0),
             "burst_loss": (100 * dense if periods else None, 1e-6), "gap_loss": (100 * thin, 1e-6),
             "burst_length": (inside / periods * row["ptime"] if periods else None, 1e-3)}
    for what, late in (("mos_fixed50", s.all.late50), ("mos_fixed200", s.all.late200)):
        share = percent(len(lost) + late, expected)
        close[what] = rating(row["codec"], min(100, share), burst_r(lost, expected))[1], 1e-6
    if len(s.points) > 500:
        ppm, error = s.drift()
        close["drift_ppm"] = ppm, 1 + 8 * error  # every fourth packet: twice the error
    for what, (want, by) in close.items():
        t.hold(what, row[what], want, by, key)


def hold_slices(t, row, s, rows, key):
    expected = unique = bad = broken = 0
    t.hold("slices", sorted(rows), sorted(s.slices), 0, key)
    for n in sorted(s.slices):
        piece, got = s.slices[n], rows.get(n)
        new, lost = piece.expected - expected, max(0, piece.expected - expected - (piece.unique - unique))
        missed, apart = max(0, piece.bad - bad), max(1, piece.runs - broken)
        expected, unique, bad, broken = piece.expected, piece.unique, piece.bad, piece.runs
        if not got:
            continue
        share = min(100, percent(missed, new))
        mos = rating(row["codec"], share, missed / apart * (1 - share / 100))[1]
        for what, want, by in (("packets", piece.packets, 0), ("lost", lost, 0), ("loss", percent(lost, new), 1e-3),
                               ("jitter_mean", mean(piece.jitter), 1e-3), ("jitter_max", max(piece.jitter, default=0), 1e-3),
                               ("late50", percent(piece.late50, piece.played), 1e-3),
                               ("late200", percent(piece.late200, piece.played), 1e-3), ("mos", mos, 1e-5)):
            t.hold("slice " + what, got[what], want, by, (key, n))
    counted = [rows[n]["mos"] for n in rows if n < max(rows) or s.end - s.start - (n - 1) * SLICE >= 2 * SECOND]
    t.hold("mos_min", row["mos_min"], min(counted) if counted else None, 1e-6, key)


def rows_of(sipglass, *args):
    out = subprocess.run([sipglass, "streams", "--json", *args], stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def run(sipglass, name, folder):
    capture = os.path.join(folder, name + ".pcap")
    subprocess.run([os.path.join(folder, "gencalls"), *MIXES[name].split(), "--out", capture, "--truth", capture + ".jsonl"],
                   check=True, stdout=subprocess.DEVNULL)
    rows = {(r["src"], r["dst"], r["ssrc"]): r for r in rows_of(sipglass, capture) if r["codec"] and r["codec"].upper() in CODECS}
    slices = collections.defaultdict(dict)
    for r in rows_of(sipglass, "--slices", capture):
        slices[r["stream"]][r["n"]] = r
    streams = {key: Stream(1000 / r["clock_rate"], r["pt"]) for key, r in rows.items()}
    for key, packet in packets(capture):
        if key in streams:
            streams[key].take(packet)
    t = Tally()
    for key, s in streams.items():
        s.close()
        hold_stream(t, rows[key], s, key)
        hold_slices(t, rows[key], s, slices[rows[key]["id"]], key)
    print("== %s: %d streams" % (name, len(streams)))
    t.say()
    return not streams or bool(+t.bad)


def main():
    sipglass, names = os.path.abspath(sys.argv[1]), sys.argv[2:] or list(MIXES)
    if not os.path.exists(os.path.join(TOOLS, "gencalls.c")):
        print("no %s: skipped" % os.path.normpath(TOOLS))
        return 77
    with tempfile.TemporaryDirectory(prefix="sipglass-figures-") as folder:
        subprocess.run(["cc", "-O2", "-o", os.path.join(folder, "gencalls"), os.path.join(TOOLS, "gencalls.c"), "-lm"],
                       check=True)
        return 1 if [n for n in names if run(sipglass, n, folder)] else 0


if __name__ == "__main__":
    sys.exit(main())
