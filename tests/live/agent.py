#!/usr/bin/env python3
"""A real capture agent: Kamailio's siptrace sends HEP version 3 of SIPp's calls to a listening sipglass, which must list the messages
that another one captures on the wire.

    agent.py SIPGLASS [--calls N]

Everything is on the loopback of a network namespace of its own. Bounded in time; everything made is taken away again. Exit status 77
(skipped) without root or the programs.
"""
import argparse
import collections
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NS = "sg-agent-%d" % os.getpid()
TOOLS = ("ip", "kamailio", "sipp")
UAC, PROXY, UAS = "127.0.0.2", "127.0.0.3", "127.0.0.4"
MODULE = "/usr/lib/x86_64-linux-gnu/kamailio/modules/siptrace.so"

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
loadmodule "siptrace.so"
modparam("siptrace","duplicate_uri","sip:127.0.0.1:9060")
modparam("siptrace","hep_mode_on",1)
modparam("siptrace","hep_version",3)
modparam("siptrace","trace_to_database",0)
modparam("siptrace","trace_on",1)
modparam("siptrace","trace_mode",1)
modparam("siptrace","hep_capture_id",7)
modparam("rr","enable_full_lr",1)
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


def inside(*command, **more):
    return subprocess.Popen(["ip", "netns", "exec", NS, *command], stdin=subprocess.DEVNULL, **more)


def seen(path):
    """Messages without copies and repetitions: how often each (source, destination, method, status, cseq) was seen."""
    out = collections.Counter()
    with open(path) as f:
        for line in f:
            m = json.loads(line)
            if m["copy_of"] is None and "9060" not in m["src"] + m["dst"]:
                out[(m["call_id"], m["src"], m["dst"], m["method"], m["status"], m["cseq"], m["retransmission"])] += 1
    return out


def play(sipglass, calls, folder):
    subprocess.run(["ip", "netns", "add", NS], check=True)
    subprocess.run(["ip", "-n", NS, "link", "set", "lo", "up"], check=True)
    null = subprocess.DEVNULL
    config = os.path.join(folder, "kamailio.cfg")
    with open(config, "w") as f:
        f.write(KAMAILIO % (PROXY, UAS))
    running, files = [], []

    def start(name, *command):
        out, err = (open(os.path.join(folder, name + x), "w") for x in ("", ".err"))
        files.extend((out, err))
        running.append(inside(*command, stdout=out, stderr=err, cwd=folder))
        return running[-1]
    try:
        told = start("told", sipglass, "messages", "--json", "-L", "udp:127.0.0.1:9060")
        wire = start("wire", sipglass, "messages", "--json", "--no-media", "-i", "lo", "-f", "port 5060 and not port 9060")
        start("kamailio", "kamailio", "-f", config, "-DD", "-E", "-Y", folder)
        start("uas", "sipp", "-sn", "uas", "-i", UAS, "-p", "5060", "-nostdin")
        time.sleep(2.0)
        client = inside("sipp", "-sn", "uac", "-i", UAC, "-p", "5060", PROXY + ":5060", "-m", str(calls), "-r", "20", "-d", "200",
                        "-nostdin", "-timeout", "60", stdout=null, stderr=null, cwd=folder)
        running.append(client)
        client.wait(90)
        time.sleep(1.5)
        for p in (told, wire):
            p.send_signal(signal.SIGTERM)
            p.wait(20)
    finally:
        for p in running:
            if p.poll() is None:
                p.terminate()
                try:
                    p.wait(5)
                except subprocess.TimeoutExpired:
                    p.kill()
                    p.wait()
        for f in files:
            f.close()
    return compare(folder, calls, client.returncode, (told.returncode, wire.returncode))


def compare(folder, calls, status, statuses):
    told, wire = seen(os.path.join(folder, "told")), seen(os.path.join(folder, "wire"))
    print("SIPp: %d calls, exit status %d; on the wire %d messages, told by the agent %d" % (
        calls, status, sum(wire.values()), sum(told.values())))
    bad = []
    if status or any(statuses):
        bad.append("exit status of SIPp %d, of sipglass %s" % (status, statuses))
    # Both hops: INVITE 100 180 200 ACK BYE 200 and the same without the 100 of the server
    if sum(wire.values()) < 13 * calls:
        bad.append("the wire has %d messages, expected %d" % (sum(wire.values()), 13 * calls))
    for name, more in (("not told", wire - told), ("not on the wire", told - wire)):
        for key in list(more)[:5]:
            bad.append("%s: %s" % (name, key))
    for line in bad:
        print("FAIL " + line)
    if bad:
        for name in ("told.err", "wire.err", "kamailio.err"):
            with open(os.path.join(folder, name)) as f:
                print(name, f.read()[-1000:])
    return 1 if bad else 0


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sipglass")
    ap.add_argument("--calls", type=int, default=20)
    a = ap.parse_args()
    if os.geteuid() != 0:
        print("not root: skipped")
        return 77
    for tool in TOOLS:
        if not shutil.which(tool):
            print("%s is not installed: skipped" % tool)
            return 77
    if not os.path.exists(MODULE):
        print("kamailio-extra-modules is not installed: skipped")
        return 77
    if subprocess.run(["ip", "netns", "add", NS], stderr=subprocess.DEVNULL).returncode:
        print("no network namespaces here: skipped")
        return 77
    usable = subprocess.run(["ip", "netns", "exec", NS, "true"], stderr=subprocess.DEVNULL).returncode == 0
    subprocess.run(["ip", "netns", "del", NS])
    if not usable:
        print("network namespaces cannot be entered here: skipped")
        return 77
    folder = tempfile.mkdtemp(prefix="sipglass-agent-")
    try:
        return play(os.path.abspath(a.sipglass), a.calls, folder)
    finally:
        subprocess.run(["ip", "netns", "del", NS], stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
