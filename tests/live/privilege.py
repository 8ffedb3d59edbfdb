#!/usr/bin/env python3
"""What a live capture started by root may do, read from /proc, and that it goes on when its interface is taken away and
made again.

    privilege.py SIPGLASS

In a network namespace of its own. Exit status 77 (skipped) without root, ip, or network namespaces.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NS = "sg-priv-%d" % os.getpid()
NET_RAW, NET_ADMIN = 1 << 13, 1 << 12
SEND = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(int(sys.argv[1]), int(sys.argv[2])):
    s.sendto(("OPTIONS sip:a@example.com SIP/2.0\\r\\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%d\\r\\n"
              "From: <sip:a@example.com>;tag=1\\r\\nTo: <sip:b@example.com>\\r\\nCall-ID: %d@example.com\\r\\n"
              "CSeq: 1 OPTIONS\\r\\nContent-Length: 0\\r\\n\\r\\n" % (n, n)).encode(), ("192.0.2.2", 5060))
"""
failures = 0


def check(ok, what):
    global failures
    print("%s %s" % ("ok  " if ok else "FAIL", what))
    failures += not ok


def ip(*args):
    subprocess.run(["ip", "-n", NS, *args], check=True, stdout=subprocess.DEVNULL)


def make_link():
    ip("link", "add", "va", "type", "veth", "peer", "name", "vb")
    ip("link", "set", "va", "up")
    ip("link", "set", "vb", "up")
    ip("addr", "add", "192.0.2.1/24", "dev", "va")
    ip("neigh", "add", "192.0.2.2", "lladdr", "02:00:00:00:00:02", "dev", "va")


def send(first, last):
    subprocess.run(["ip", "netns", "exec", NS, sys.executable, "-c", SEND, str(first), str(last)], check=True)


def status(pid):
    with open("/proc/%d/status" % pid) as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(x) for x in f.read().split()]


def look(pid):
    ours, helpers = status(pid), children(pid)
    print("     rest:   Uid %s  CapEff %s  NoNewPrivs %s  Seccomp %s" % (
        ours["Uid"].split()[0], ours["CapEff"], ours["NoNewPrivs"], ours["Seccomp"]))
    check(ours["Uid"].split() == ["65534"] * 4, "the program runs as nobody")
    check(int(ours["CapPrm"], 16) == 0 and int(ours["CapEff"], 16) == 0, "it has no capability")
    check(ours["NoNewPrivs"] == "1", "it can get no new rights")
    check(len(helpers) == 1, "there is one helper")
    helper = status(helpers[0])
    print("     helper: Uid %s  CapEff %s  NoNewPrivs %s" % (
        helper["Uid"].split()[0], helper["CapEff"], helper["NoNewPrivs"]))
    check(helper["Uid"].split() == ["65534"] * 4, "it is nobody as well")
    check(int(helper["CapPrm"], 16) & ~(NET_RAW | NET_ADMIN) == 0, "with rights on the network alone")
    check(helper["NoNewPrivs"] == "1", "and can get no new ones")
    packet = [l for p in (pid, helpers[0]) for l in sockets(p)]
    check(not sockets(pid), "the program holds no packet socket")
    check(len(packet) >= 1, "the helper does")


def sockets(pid):
    """Inodes of the packet sockets that a process holds."""
    with open("/proc/%d/net/packet" % pid) as f:
        known = {line.split()[-1] for line in f.readlines()[1:]}
    held = [os.readlink("/proc/%d/fd/%s" % (pid, fd)) for fd in os.listdir("/proc/%d/fd" % pid)]
    return [h for h in held if h.startswith("socket:[") and h[8:-1] in known]


def start(sipglass, folder, *args):
    return subprocess.Popen(["ip", "netns", "exec", NS, sipglass, *args], stdin=subprocess.DEVNULL,
                            stdout=open(os.path.join(folder, "out"), "w"), stderr=open(os.path.join(folder, "err"), "w"))


def text(folder, name):
    with open(os.path.join(folder, name)) as f:
        return f.read()


def play(sipglass, folder):
    make_link()
    p = start(sipglass, folder, "calls", "-i", "vb", "--json")
    time.sleep(1)
    try:
        look(p.pid)
        helper = children(p.pid)[0]
        send(0, 10)
        time.sleep(0.3)
        ip("link", "del", "va")
        time.sleep(1)
        make_link()
        time.sleep(1.5)
        send(10, 20)
        ip("link", "set", "vb", "down")
        time.sleep(0.6)
        ip("link", "set", "vb", "up")
        time.sleep(0.6)
        send(20, 30)  # SIGINT comes at once after: what was captured is not lost
        p.send_signal(signal.SIGINT)
        p.wait(20)
        check(p.returncode == 0, "it ends with status 0")
        rows = [json.loads(line) for line in text(folder, "out").splitlines()]
        check(len({r["call_id"] for r in rows}) == 30, "all 30 calls are listed (%d)" % len(rows))
        notes = text(folder, "err")
        print("     " + notes.strip().replace("\n", "\n     "))
        check("vb: the interface is gone" in notes and "vb: the interface is down" in notes, "what happened is said")
        check(notes.count("vb: the interface is up again") == 2, "twice it came back")
        check(not os.path.exists("/proc/%d" % helper), "the helper is gone")
        helper_dies(sipglass, folder)
        no_place(sipglass, folder)
    finally:
        if p.poll() is None:
            p.kill()
            p.wait()


def helper_dies(sipglass, folder):
    p = start(sipglass, folder, "calls", "-i", "vb", "--json")
    time.sleep(1)
    os.kill(children(p.pid)[0], signal.SIGKILL)
    try:
        p.wait(5)
    except subprocess.TimeoutExpired:
        p.kill()
        p.wait()
    check(p.returncode == 1 and "the process that captures has ended" in text(folder, "err"),
          "the end of the helper is seen and said")


def no_place(sipglass, folder):
    closed = os.path.join(folder, "closed")
    os.mkdir(closed, 0o755)
    p = start(sipglass, folder, "calls", "-i", "vb", "--db", os.path.join(closed, "x.db"))
    time.sleep(1)
    p.send_signal(signal.SIGINT)
    p.wait(20)
    print("     " + text(folder, "err").strip())
    check(p.returncode == 1 and "x.db" in text(folder, "err"), "a folder that nobody may write is an error")


def main():
    if os.geteuid() != 0 or not shutil.which("ip"):
        print("not root, or no ip(8): skipped")
        return 77
    if subprocess.run(["ip", "netns", "add", NS], stderr=subprocess.DEVNULL).returncode:
        print("no network namespaces here: skipped")
        return 77
    folder = tempfile.mkdtemp(prefix="sipglass-privilege-")
    os.environ.pop("SUDO_UID", None)
    try:
        if subprocess.run(["ip", "netns", "exec", NS, "true"], stderr=subprocess.DEVNULL).returncode:
            print("network namespaces cannot be entered here: skipped")
            return 77
        os.chmod(folder, 0o755)
        play(os.path.abspath(sys.argv[1]), folder)
    finally:
        subprocess.run(["ip", "netns", "del", NS], stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
