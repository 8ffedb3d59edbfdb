#!/usr/bin/env python3
"""How soon the screen answers a key while a capture loads, on a terminal of 200 x 60; and what an idle screen costs.

    tests/bench/screen.py [--sipglass PATH] [--gencalls SOURCE.c] [--calls N] [--seconds S]

Times are from the key to the first byte of what it changes. Promised: 50 ms while loading, also while sorting and filtering; nothing
drawn where nothing changes. Exit status 1 where a promise is not kept, 77 without the generator of ../shared/tools.
"""
import argparse
import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

from run import ROOT, generate


class Terminal:
    def __init__(self, words, folder):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", XDG_CONFIG_HOME=folder)
            os.execv(words[0], words)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
        self.seen = b""

    def read(self, seconds):
        """What comes within so many seconds, at once when something came."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self.fd, 1 << 20)
        except OSError:
            return b""

    def drain(self, seconds):
        end, got = time.perf_counter() + seconds, b""
        while time.perf_counter() < end:
            got += self.read(end - time.perf_counter())
        return got

    def press(self, key, mark, limit=3.0):
        """Milliseconds until the mark is drawn; None: it never was."""
        start, got = time.perf_counter(), b""
        os.write(self.fd, key)
        while time.perf_counter() - start < limit:
            got += self.read(0.5)
            if mark in got:
                return (time.perf_counter() - start) * 1000
        return None

    def close(self):
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


# key, what it draws that was not there, the key that takes it back, what that draws
KEYS = [("help", b"?", b"Keys:", b"q", b"happened"), ("filter", b"/", b"Filter:", b"\x15\n", b"verdict"),
        ("palette", b":", b"Palette", b"\x1b", b"verdict"), ("ladder", b"\n", b"Ladder", b"q", b"happened"),
        ("stats", b"i", b"Stat", b"q", b"happened"), ("board", b"b", b"Board", b"q", b"happened")]
BETWEEN = [b">", b"z", b"/5\n", b"/\x15\n", b"<", b"/status >= 400\n", b"/\x15\n", b"j", b"\x06"]


def measure(sipglass, capture, seconds):
    t = Terminal([sipglass, "--no-media", capture], os.path.dirname(capture))
    t.drain(0.3)
    times, end, n = {name: [] for name, *_ in KEYS}, time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        name, key, mark, back, gone = KEYS[n % len(KEYS)]
        for press, what in ((key, mark), (back, gone)):
            ms = t.press(press, what)
            if ms is None:
                print("no answer to %r: no %r" % (press, what))
                t.close()
                return None, 0
            times[name].append(ms)
        os.write(t.fd, BETWEEN[n % len(BETWEEN)])
        t.drain(0.03)
        n += 1
    os.write(t.fd, b"\x1b")
    while t.drain(1.0):
        pass
    idle = len(t.drain(2.0))
    t.close()
    return times, idle


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--sipglass", default=os.path.join(ROOT, "build", "sipglass"))
    p.add_argument("--gencalls", default=os.path.join(ROOT, "..", "shared", "tools", "gencalls.c"))
    p.add_argument("--calls", type=int, default=100000)
    p.add_argument("--seconds", type=float, default=3.0)
    o = p.parse_args()
    if not os.path.exists(o.gencalls):
        print("no generator: " + o.gencalls)
        return 77
    with tempfile.TemporaryDirectory() as folder:
        tool = os.path.join(folder, "gencalls")
        subprocess.run(["cc", "-O2", "-o", tool, o.gencalls, "-lm"], check=True)
        capture, messages = generate(tool, folder, o.calls)
        times, idle = measure(o.sipglass, capture, o.seconds)
    if times is None:
        return 1
    kept = idle == 0
    print("%d messages; ms from a key to what it draws" % messages)
    for name, ms in times.items():
        if ms:
            ms.sort()
            print("%-10s n %3d   median %6.1f   p95 %6.1f   most %6.1f" %
                  (name, len(ms), statistics.median(ms), ms[int(len(ms) * 0.95) - 1], ms[-1]))
            kept = kept and ms[int(len(ms) * 0.95) - 1] <= 50
    print("drawn in two idle seconds: %d bytes" % idle)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
