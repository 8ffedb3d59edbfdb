#!/usr/bin/env python3
"""A real call between two baresip phones through a Kamailio proxy, captured live on the bridge between them.

    phones.py SIPGLASS [--seconds N]

Each of the three is in a network namespace of its own; a fourth has the bridge, sipglass and tcpdump. Both streams must be bound to
the call by both ends of its descriptions, and their packets be as many as tcpdump saw and as the phones say that they sent.
Bounded in time; everything made is taken away again. Exit status 77 (skipped) without root or the programs.
"""
import argparse
import array
import collections
import json
import math
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import wave

NS = {x: "sg-phones-%d-%s" % (os.getpid(), x) for x in ("alice", "bob", "proxy", "bridge")}
IP = {"alice": "192.0.2.1", "bob": "192.0.2.2", "proxy": "192.0.2.3"}
TOOLS = ("ip", "baresip", "kamailio", "tcpdump")

CONFIG = """poll_method epoll
sip_listen {ip}:5060
audio_player aufile,{folder}/heard.wav
audio_source aufile,{folder}/tone.wav
audio_alert aufile,{folder}/alert.wav
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_buffer 20-160
jitter_buffer_type fixed
jitter_buffer_delay 5-10
rtp_stats yes
module_path {modules}
module g711.so
module aufile.so
module uuid.so
module_tmp account.so
module_app menu.so
"""

KAMAILIO = """#!KAMAILIO
debug=0
log_stderror=yes
children=1
listen=udp:%s:5060
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
modparam("rr", "enable_full_lr", 1)
request_route {
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK") && t_check_trans()) t_relay();
    exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  record_route();
  $du = "sip:%s:5060";
  t_relay();
}
"""


def ip(*args):
    subprocess.run(["ip", *args], check=True, stdout=subprocess.DEVNULL)


class Players:
    """What is started, each in its namespace, and ended again whatever happens."""

    def __init__(self, folder):
        self.folder, self.all = folder, []

    def start(self, who, log, *command, **more):
        with open(os.path.join(self.folder, log), "w") as f:
            more.setdefault("stdout", f)
            p = subprocess.Popen(["ip", "netns", "exec", NS[who], *command], stdin=subprocess.DEVNULL, stderr=f, cwd=self.folder,
                                 start_new_session=True, **more)
        self.all.append(p)
        return p

    def end(self):
        for p in reversed(self.all):
            try:
                os.killpg(p.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            p.wait()


def prepare():
    for name in NS.values():
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
    ip("-n", NS["bridge"], "link", "add", "br0", "type", "bridge")
    ip("-n", NS["bridge"], "link", "set", "br0", "up")
    for who, address in IP.items():
        ip("link", "add", "e0", "netns", NS[who], "type", "veth", "peer", "name", who, "netns", NS["bridge"])
        ip("-n", NS["bridge"], "link", "set", who, "master", "br0", "up")
        ip("-n", NS[who], "addr", "add", address + "/24", "dev", "e0")
        ip("-n", NS[who], "link", "set", "e0", "up")


def modules():
    for base in ("/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules"):
        if os.path.exists(os.path.join(base, "aufile.so")):
            return base
    return None


def tone(path, seconds):
    with wave.open(path, "wb") as w:
        w.setparams((1, 2, 8000, 0, "NONE", ""))
        w.writeframes(array.array("h", (int(8000 * math.sin(i * 440 * math.tau / 8000)) for i in range(8000 * seconds))).tobytes())


def phone(folder, who, account, seconds):
    path = os.path.join(folder, who)
    os.makedirs(path)
    tone(path + "/tone.wav", seconds)
    with open(os.path.join(path, "config"), "w") as f:
        f.write(CONFIG.format(ip=IP[who], folder=path, modules=modules()))
    with open(os.path.join(path, "accounts"), "w") as f:
        f.write(account + ";regint=0;audio_codecs=pcmu,pcma\n")
    return path


def play(sipglass, seconds, folder):
    """Plays the call; returns exit status of sipglass."""
    prepare()
    with open(os.path.join(folder, "kamailio.cfg"), "w") as f:
        f.write(KAMAILIO % (IP["proxy"], IP["bob"]))
    alice = phone(folder, "alice", '<sip:alice@%s>;outbound="sip:%s"' % (IP["proxy"], IP["proxy"]), seconds + 10)
    bob = phone(folder, "bob", "<sip:bob@%s>;answermode=auto" % IP["bob"], seconds + 10)
    p = Players(folder)
    try:
        p.start("proxy", "kamailio.log", "kamailio", "-f", folder + "/kamailio.cfg", "-DD", "-E", "-Y", folder)
        dump = p.start("bridge", "tcpdump.log", "tcpdump", "-U", "-B", "8192", "-s0", "-i", "br0", "-w", folder + "/call.pcap", "udp")
        with open(folder + "/streams.json", "w") as out:
            ours = p.start("bridge", "sipglass.log", sipglass, "streams", "-i", "br0", "--json", stdout=out)
        time.sleep(2.5)
        callee = p.start("bob", "bob.log", "baresip", "-f", bob, "-t", str(seconds + 5))
        time.sleep(1.0)
        caller = p.start("alice", "alice.log", "baresip", "-f", alice, "-e", "/dial sip:bob@" + IP["proxy"], "-t", str(seconds))
        caller.wait(seconds + 20)
        callee.wait(seconds + 20)
        time.sleep(1.0)
        for capture in (ours, dump):
            capture.send_signal(signal.SIGINT)
            capture.wait(20)
        return ours.returncode
    finally:
        p.end()


def packets_on(path):
    """(source, destination) -> packets of RTP, by the file that tcpdump wrote: the least that reads it, for this test alone."""
    seen = collections.Counter()
    with open(path, "rb") as f:
        order = "<" if f.read(24)[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        while len(head := f.read(16)) == 16:
            d = f.read(struct.unpack(order + "IIII", head)[2])
            if len(d) < 14 + 20 + 8 + 12 or d[12:14] != b"\x08\x00" or d[23] != 17:
                continue
            udp = 14 + (d[14] & 15) * 4
            rtp = d[udp + 8:]
            if rtp[0] >> 6 != 2 or 192 <= rtp[1] <= 223:
                continue
            ends = ["%s:%d" % (".".join(map(str, d[at:at + 4])), struct.unpack(">H", d[port:port + 2])[0])
                    for at, port in ((26, udp), (30, udp + 2))]
            seen[tuple(ends)] += 1
    return seen


def reported(path):
    """(sent, received) as the phone sums its call up; None where it does not."""
    with open(path, errors="replace") as f:
        text = f.read()
    found = re.search(r"^packets:\s+(\d+)\s+(\d+)", text, re.MULTILINE)
    return (int(found.group(1)), int(found.group(2))) if found else None


def compare(folder, status):
    with open(folder + "/streams.json") as f:
        rows = [json.loads(line) for line in f]
    on_bridge = packets_on(folder + "/call.pcap")
    says = {who: reported(os.path.join(folder, who + ".log")) for who in ("alice", "bob")}
    bad = [] if status == 0 else ["exit status %d" % status]
    if len(rows) != 2:
        bad.append("streams: %d, not 2" % len(rows))
    if len({r["call"] for r in rows}) != 1:
        bad.append("streams of more than one call")
    for r in rows:
        who = {v: k for k, v in IP.items()}.get(r["src"].rsplit(":", 1)[0], "?")
        other = {"alice": "bob", "bob": "alice"}.get(who)
        sent = says[who][0] if says.get(who) else None
        received = says[other][1] if says.get(other) else None
        dumped = on_bridge.get((r["src"], r["dst"]), 0)
        print("%s -> %s: %s, %s, %d packets, %d lost; tcpdump %d; sent %s, received %s" % (
            r["src"], r["dst"], r["codec"], r["binding"], r["packets"], r["lost"], dumped, sent, received))
        if r["call"] is None or r["binding"] != "sdp-both":
            bad.append("%s is bound by %s" % (r["src"], r["binding"]))
        if r["packets"] != dumped:
            bad.append("%s: %d packets, tcpdump saw %d" % (r["src"], r["packets"], dumped))
        if sent is not None and r["packets"] != sent:
            bad.append("%s: %d packets, the phone sent %d" % (r["src"], r["packets"], sent))
        if sent is None:
            bad.append("%s does not say what it sent" % who)
        if r["packets"] < 100:
            bad.append("%s: hardly any packets" % r["src"])
    for line in bad:
        print("FAIL " + line)
    return 1 if bad else 0


def usable():
    """Why the test cannot run here; None where it can."""
    if os.geteuid() != 0:
        return "not root"
    for tool in TOOLS:
        if not shutil.which(tool):
            return tool + " is not installed"
    if not modules():
        return "baresip's modules are not found"
    made = subprocess.run(["ip", "netns", "add", NS["bridge"]], stderr=subprocess.DEVNULL).returncode == 0
    entered = subprocess.run(["ip", "netns", "exec", NS["bridge"], "true"], stderr=subprocess.DEVNULL).returncode == 0
    if made:
        ip("netns", "del", NS["bridge"])
    return None if made and entered else "no network namespaces here"


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sipglass")
    ap.add_argument("--seconds", type=int, default=8)
    ap.add_argument("--keep", action="store_true", help="leave the folder with the logs")
    a = ap.parse_args()
    why = usable()
    if why:
        print(why + ": skipped")
        return 77
    folder = tempfile.mkdtemp(prefix="sipglass-phones-")
    try:
        return compare(folder, play(os.path.abspath(a.sipglass), a.seconds, folder))
    finally:
        for ns in NS.values():
            subprocess.run(["ip", "netns", "del", ns], stderr=subprocess.DEVNULL)
        if a.keep:
            print(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
