#!/usr/bin/env python3
"""Faults between real programs, captured live on the bridge between them: what `sipglass diagnose` says must name each.

    faults.py SIPGLASS [FAULT...]

down: the phone's proxy does not run, its host answers with ICMP. ack: Kamailio drops the ACKs between two SIPps. deaf: nftables (or
a blackhole route) eats one direction of RTP. password: a phone registers at Kamailio with a wrong one. lapse: a phone stops for
longer than its binding lasts, and is called meanwhile. The namespaces are those of phones.py; everything made is taken away again.
Exit status 77 (skipped) without root or the programs.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import phones
from phones import IP, KAMAILIO, NS, Players

REGISTRAR = """#!KAMAILIO
debug=0
log_stderror=yes
children=1
listen=udp:%s:5060
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("registrar", "max_expires", 10)
modparam("registrar", "min_expires", 5)
modparam("usrloc", "timer_interval", 2)
request_route {
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("$fd", "open sesame", "0")) { auth_challenge("$fd", "0"); exit; }
    save("location");
    exit;
  }
  if (is_method("ACK")) { t_check_trans(); exit; }
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  t_relay();
}
"""


class Stage:
    def __init__(self, sipglass, folder):
        self.sipglass, self.folder, self.players = os.path.abspath(sipglass), folder, Players(folder)

    def kamailio(self, text):
        path = os.path.join(self.folder, "kamailio.cfg")
        with open(path, "w") as f:
            f.write(text)
        self.players.start("proxy", "kamailio.log", "kamailio", "-f", path, "-DD", "-E", "-Y", self.folder)
        time.sleep(2.0)

    def capture(self):
        with open(os.path.join(self.folder, "found.json"), "w") as out:
            self.ours = self.players.start("bridge", "sipglass.log", self.sipglass, "diagnose", "-i", "br0", "--json", stdout=out)
        time.sleep(1.5)

    def found(self):
        self.ours.send_signal(signal.SIGINT)
        self.ours.wait(20)
        with open(os.path.join(self.folder, "found.json")) as f:
            return [json.loads(line) for line in f]

    def phone(self, who, account, seconds, *more):
        path = os.path.join(self.folder, who)
        shutil.rmtree(path, ignore_errors=True)
        phones.phone(self.folder, who, account, seconds + 5)
        return self.players.start(who, who + ".log", "baresip", "-f", path, *more, "-t", str(seconds))


def hang_up(p, after):
    """A phone without a call does not always end by itself."""
    try:
        p.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGTERM)
        try:
            p.wait(3)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()


def call(stage, seconds):
    """Alice's phone calls bob's by way of the proxy."""
    stage.phone("bob", "<sip:bob@%s>;answermode=auto" % IP["bob"], seconds + 4)
    time.sleep(1.0)
    alice = '<sip:alice@%s>;outbound="sip:%s"' % (IP["proxy"], IP["proxy"])
    hang_up(stage.phone("alice", alice, seconds, "-e", "/dial sip:bob@" + IP["proxy"]), seconds + 3)
    time.sleep(1.0)


def down(stage):
    stage.capture()
    call(stage, 6)
    return ("A01", "ICMP port unreachable")


def ack(stage):
    stage.kamailio((KAMAILIO % (IP["proxy"], IP["bob"])).replace(
        "if (has_totag()) {", 'if (is_method("ACK")) { exit; }\n  if (has_totag()) {'))
    stage.capture()
    stage.players.start("bob", "uas.log", "sipp", "-sn", "uas", "-i", IP["bob"], "-nostdin")
    time.sleep(0.5)
    stage.players.start("alice", "uac.log", "sipp", "-sn", "uac", "-i", IP["alice"], "-nostdin", "-m", "1", "-d", "30000",
                        "%s:5060" % IP["proxy"])
    time.sleep(14)
    return ("C01", "no ACK")


def deaf(stage):
    stage.kamailio(KAMAILIO % (IP["proxy"], IP["bob"]))
    rules = "table inet deaf { chain out { type filter hook output priority 0; udp sport != 5060 drop; }; }"
    inside = ["ip", "netns", "exec", NS["bob"]]
    if not shutil.which("nft") or subprocess.run([*inside, "nft", "-f", "-"], input=rules.encode(), capture_output=True).returncode:
        phones.ip("-n", NS["bob"], "route", "add", "blackhole", IP["alice"] + "/32")
    stage.capture()
    call(stage, 9)
    subprocess.run([*inside, "nft", "delete", "table", "inet", "deaf"], capture_output=True)
    subprocess.run(["ip", "-n", NS["bob"], "route", "del", "blackhole", IP["alice"] + "/32"], capture_output=True)
    return ("D02", "the caller never hears the called side")


def registers(who, password):
    return '<sip:%s@%s>;auth_user=%s;auth_pass=%s;answermode=auto;regint=10' % (who, IP["proxy"], who, password)


def password(stage):
    stage.kamailio(REGISTRAR % IP["proxy"])
    stage.capture()
    account = registers("bob", "open barley").replace(";regint=10", "")
    path = os.path.join(stage.folder, "bob")
    shutil.rmtree(path, ignore_errors=True)
    phones.phone(stage.folder, "bob", account, 15)
    with open(path + "/accounts", "w") as f:
        f.write(account + ";regint=60\n")
    hang_up(stage.players.start("bob", "bob.log", "baresip", "-f", path, "-t", "9"), 11)
    return ("A06", "wrong password")


def lapse(stage):
    stage.kamailio(REGISTRAR % IP["proxy"])
    stage.capture()
    path = os.path.join(stage.folder, "bob")
    shutil.rmtree(path, ignore_errors=True)
    phones.phone(stage.folder, "bob", "", 40)
    with open(path + "/accounts", "w") as f:
        f.write(registers("bob", '"open sesame"') + "\n")
    phone = stage.players.start("bob", "bob.log", "baresip", "-f", path, "-t", "36")
    time.sleep(4)
    os.killpg(phone.pid, signal.SIGSTOP)
    time.sleep(13)
    alice = '<sip:alice@%s>;outbound="sip:%s"' % (IP["proxy"], IP["proxy"])
    hang_up(stage.phone("alice", alice, 3, "-e", "/dial sip:bob@" + IP["proxy"]), 4)
    os.killpg(phone.pid, signal.SIGCONT)
    time.sleep(6)
    return ("B02", "lapsed")


FAULTS = {"down": down, "ack": ack, "deaf": deaf, "password": password, "lapse": lapse}


def play(sipglass, name, keep):
    folder = tempfile.mkdtemp(prefix="sipglass-fault-")
    stage = Stage(sipglass, folder)
    try:
        rule, words = FAULTS[name](stage)
        found = stage.found()
    finally:
        stage.players.end()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    worst = next((f for f in found if not f["cause"]), None)
    for f in found:
        print("    %s %s call %s%s: %s" % (f["rule"], f["severity"], f["call"], " (follows)" if f["cause"] else "", f["headline"]))
    ok = worst and worst["rule"] == rule and words in worst["headline"]
    print("%s %s: %s" % ("named" if ok else "FAIL", name, worst["headline"] if worst else "nothing found"))
    return bool(ok)


def main():
    args = [x for x in sys.argv[1:] if x != "--keep"]
    if not args or any(x not in FAULTS for x in args[1:]):
        sys.exit(__doc__)
    why = phones.usable() or (None if shutil.which("sipp") else "sipp is not installed")
    if why:
        print(why + ": skipped")
        return 77
    try:
        phones.prepare()
        named = [play(args[0], name, "--keep" in sys.argv) for name in args[1:] or FAULTS]
        return 0 if all(named) else 1
    finally:
        for ns in NS.values():
            subprocess.run(["ip", "netns", "del", ns], stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
