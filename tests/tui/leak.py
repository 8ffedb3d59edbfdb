#!/usr/bin/env python3
"""A person at the keys who never tires: presses keys on every screen, again and again, and looks whether memory grows.

    leak.py PROGRAM ROOT [--seconds S] [--valgrind]

Without valgrind: the resident memory at the end against that after the first third; more than 2 % and 2 MB of growth is a leak.
With it: valgrind's verdict, over all that was allocated. Exit status 1 for a leak, 77 without valgrind.
"""
import argparse
import fcntl
import os
import pty
import random
import select
import shutil
import struct
import sys
import tempfile
import termios
import time

import traffic

# From the list of calls to a screen, things to do there, and back.
TOURS = [b"\n jj\trtcwd\x0c n/INVITE\nnN\x1b\x1b", b"\n\nrw\t/Via\nn\x1b\x1b\x1b\x1b", b"mjj\t\x1b", b"vjnN\x1b", b"SjjC \x1b\x1b\x1b", b"M\njj\ny\x1b\x1b",
         b"M5060\n\x1b\x1b", b"L>z\x1b", b"i\x06\x02\x1b", b"b\tPwT<>\x1b", b"R><\x1b", b"o\x1b", b"tj K+-\n", b"taX-Trunk\nD\n", b":fail\t\n",
         b"/status >= 400 and pdd is null\n\x1b", b"/@none\n\x1b", b"/5060 alice\n>z<\x1b", b"ee", b"aa", b"nNnN", b"s\x1b", b"?\x06\x1b",
         b" jj D\x1b\x1b", b"y", b"pp", b"FgG"]


class Player:
    def __init__(self, command, seed, folder):
        self.random = random.Random(seed)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", XDG_CONFIG_HOME=folder, DEBUGINFOD_URLS="")
            os.execvp(command[0], command)
        self.resize(120, 36)

    def resize(self, w, h):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", h, w, 0, 0))

    def drain(self, seconds):
        """Reads what is drawn until nothing comes for so long; False: the program ended."""
        while select.select([self.fd], [], [], seconds)[0]:
            try:
                if not os.read(self.fd, 1 << 20):
                    return False
            except OSError:
                return False
        return True

    def tour(self, patience):
        for byte in self.random.choice(TOURS):
            os.write(self.fd, bytes([byte]))
            if byte == 27:
                time.sleep(0.04)  # else the next key would be Alt and that key
            if not self.drain(patience):
                return False
        if self.random.random() < 0.05:
            self.resize(self.random.randint(1, 220), self.random.randint(1, 70))
        return True

    def memory(self):
        with open("/proc/%d/statm" % self.pid) as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def leave(self):
        """Quits as a person does; returns the exit status."""
        self.resize(120, 36)
        for _ in range(200):
            try:
                os.write(self.fd, b"\x1b")
                time.sleep(0.05)
                self.drain(0.05)
                os.write(self.fd, b"q")
            except OSError:
                pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            if not self.drain(0.1):
                return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        return None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("program")
    p.add_argument("root")
    p.add_argument("--seconds", type=float, default=30)
    p.add_argument("--valgrind", action="store_true")
    p.add_argument("--seed", type=int, default=1)
    o = p.parse_args()
    if o.valgrind and not shutil.which("valgrind"):
        return 77
    with tempfile.TemporaryDirectory() as folder:
        capture, log = os.path.join(folder, "in.pcap"), os.path.join(folder, "valgrind")
        traffic.mixed(capture)
        samples = [os.path.join(o.root, "samples", n) for n in ("b2bua.pcap", "real-baresip.pcap", "hostile-text.pcap", "hold.pcap")]
        command = ["valgrind", "--leak-check=full", "--show-leak-kinds=definite", "--error-exitcode=99",
                   "--errors-for-leak-kinds=definite", "--log-file=" + log] if o.valgrind else []
        player = Player(command + [o.program, capture] + samples, o.seed, folder)
        player.drain(5 if o.valgrind else 0.5)
        end, tours, sizes = time.monotonic() + o.seconds, 0, []
        while time.monotonic() < end:
            if not player.tour(0.05 if o.valgrind else 0.01):
                print("it ended in the middle: %s" % (os.waitpid(player.pid, 0),))
                if o.valgrind:
                    print(open(log).read()[-4000:])
                return 1
            tours += 1
            sizes.append(player.memory())
        status = player.leave()
        early, late = max(sizes[:len(sizes) // 3 + 1]), max(sizes[-(len(sizes) // 3 + 1):])
        print("%d tours in %.0f s; resident %.1f MB, then %.1f MB; exit status %s" %
              (tours, o.seconds, early / 1e6, late / 1e6, status))
        if o.valgrind:
            with open(log) as f:
                print("".join(line for line in f if "lost:" in line or "ERROR SUMMARY" in line or "at 0x" in line or "by 0x" in line))
            return 0 if status == 0 else 1
        return 1 if status != 0 or late - early > max(early * 0.02, 2e6) else 0


if __name__ == "__main__":
    sys.exit(main())
