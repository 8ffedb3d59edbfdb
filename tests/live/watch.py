#!/usr/bin/env python3
"""SIPp's calls watched as a service does it: what `watch` writes, stores, shows as metrics and sends on is what SIPp says that it played.

    watch.py SIPGLASS [--calls N] [--rate N] [--max-calls N]

Two watch: one captures on a veth pair, stores, serves metrics and sends HEP over TCP to the other, whose table of calls must be the same.
Meanwhile a second program opens the database that is being written, and the first is told to read its configuration again. SIPp plays
calls that are answered; a share of them is refused. Bounded in time; everything made is taken away again. Exit status 77 (skipped) without
root, ip, or SIPp.
"""
import argparse
import csv
import glob
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

NS = ["sg-watch-%d-%s" % (os.getpid(), x) for x in "ab"]
UAC, UAS = "192.0.2.1", "192.0.2.2"
METRICS, HEP = 9100, 9060
COLUMNS = ("call_id", "method", "state", "status", "from_uri", "to_uri", "src", "dst", "transport", "messages", "retransmissions")

REFUSE = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="refuse">
<recv request="INVITE"></recv>
<send><![CDATA[
SIP/2.0 486 Busy Here
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<recv request="ACK"></recv>
</scenario>
"""


def ip(*args):
    subprocess.run(["ip", *args], check=True, stdout=subprocess.DEVNULL)


def inside(ns, *command, **more):
    return subprocess.Popen(["ip", "netns", "exec", ns, *command], stdin=subprocess.DEVNULL, **more)


def prepare():
    for ns in NS:
        ip("netns", "add", ns)
        ip("-n", ns, "link", "set", "lo", "up")
    ip("link", "add", "veth0", "netns", NS[0], "type", "veth", "peer", "name", "veth0", "netns", NS[1])
    for ns, address in zip(NS, (UAC, UAS)):
        ip("-n", ns, "addr", "add", address + "/24", "dev", "veth0")
        ip("-n", ns, "link", "set", "veth0", "up")


def statistics(folder, name):
    """The last line of the file that -trace_stat wrote."""
    with open(glob.glob(os.path.join(folder, name + "_*.csv"))[0]) as f:
        return list(csv.DictReader(f, delimiter=";"))[-1]


def scrape():
    """Metrics as Prometheus would get them: {name with labels: value}, and the text."""
    code = "import urllib.request,sys;sys.stdout.write(urllib.request.urlopen('http://127.0.0.1:%d/metrics',timeout=5).read().decode())"
    text = subprocess.run(["ip", "netns", "exec", NS[0], sys.executable, "-c", code % METRICS], check=True, timeout=20,
                          stdout=subprocess.PIPE).stdout.decode()
    return {k: float(v) for k, v in re.findall(r"^([^#\s][^\s]*) (\S+)$", text, re.M)}, text


def resident(pid):
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])


def processor(pid):
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def play(sipglass, calls, rate, most, folder):
    prepare()
    db, config = os.path.join(folder, "calls.db"), os.path.join(folder, "config")
    null = subprocess.DEVNULL
    with open(config, "w") as f:
        f.write("[aliases]\nuac = %s\n[alarms]\nrefused = asr < 90 for 1s over 30s to peers\n" % UAC)
        f.write("command = echo $SIPGLASS_STATE $SIPGLASS_ALARM $SIPGLASS_GROUP $SIPGLASS_KPI $SIPGLASS_VALUE >> %s/alarms\n" % folder)
    with open(os.path.join(folder, "refuse.xml"), "w") as f:
        f.write(REFUSE)
    out = {n: open(os.path.join(folder, n), "w") for n in ("first", "first.err", "second", "second.err")}
    user = ["--user", "root"] if "--user" in subprocess.run([sipglass, "--help"], stdout=subprocess.PIPE).stdout.decode() else []
    second = inside(NS[0], sipglass, "watch", "-L", "tcp:127.0.0.1:%d" % HEP, "--no-media", *user,
                    stdout=out["second"], stderr=out["second.err"])
    time.sleep(0.5)
    first = inside(NS[0], sipglass, "watch", "-i", "veth0", "-B", "64", "--db", db, "--metrics", str(METRICS), "--config", config, "--no-media",
                   "--max-calls", str(most),
                   "-H", "tcp:127.0.0.1:%d" % HEP, *user, stdout=out["first"], stderr=out["first.err"])
    time.sleep(1.0)
    running = [second, first]
    bad, seen = [], {}
    try:
        for port, scenario in ((5060, ["-sn", "uas"]), (5070, ["-sf", "refuse.xml"])):
            running.append(inside(NS[1], "sipp", *scenario, "-i", UAS, "-p", str(port), "-nostdin", stdout=null, stderr=null, cwd=folder))
        time.sleep(0.7)
        begun = time.time()
        clients = []
        for name, port, share, more in (("good", 5060, 0.8, ["-sn", "uac", "-d", "200"]), ("busy", 5070, 0.2, ["-sn", "uac"])):
            clients.append(inside(NS[0], "sipp", *more, "-i", UAC, "-p", str(port + 1), "%s:%d" % (UAS, port), "-m", str(int(calls * share)),
                                  "-r", str(max(1, int(rate * share))), "-nostdin", "-timeout", str(int(calls / rate) + 60), "-trace_stat", "-stf",
                                  os.path.join(folder, name + "_stat.csv"), stdout=null, stderr=null, cwd=folder))
        running += clients
        half, used = calls / rate / 2, None
        time.sleep(half)
        memory = resident(first.pid)
        first.send_signal(signal.SIGHUP)
        seen["while"] = rows_by(sipglass, db)
        for c in clients:
            c.wait(calls / rate + 90)
        took = time.time() - begun
        used = processor(first.pid)
        time.sleep(8)
        grown = resident(first.pid) - memory
        values, text = scrape()
        print("processor %.1f %% of a core while %.0f s of traffic; memory %+d KB in the second half" % (100 * used / took, took, grown))
        for p in (first, second):
            p.send_signal(signal.SIGTERM)
            p.wait(30)
    finally:
        for p in running:
            if p.poll() is None:
                p.terminate()
                try:
                    p.wait(5)
                except subprocess.TimeoutExpired:
                    p.kill()
                    p.wait()
        for f in out.values():
            f.close()
    for p, name in ((first, "first"), (second, "second")):
        if p.returncode:
            bad.append("%s: exit status %s" % (name, p.returncode))
    return compare(folder, db, values, text, seen, bad)


def rows_by(sipglass, db):
    """How many calls a second program finds in the database that is being written."""
    got = subprocess.run([sipglass, "calls", db, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return got.returncode, len(got.stdout.splitlines())


def events(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def ended(path):
    return [r for r in events(path) if r["event"] == "call"]


def compare(folder, db, values, text, seen, bad):
    good, busy = (int(statistics(folder, n)[c]) for n, c in (("good", "SuccessfulCall(C)"), ("busy", "FailedCall(C)")))
    again = sum(int(statistics(folder, n)["Retransmissions(C)"]) for n in ("good", "busy"))
    lines = {n: ended(os.path.join(folder, n)) for n in ("first", "second")}
    with open(os.path.join(folder, "first.err")) as f:
        notes = f.read()
    kpi = {n: values.get('sipglass_kpi_%s_total{kind="all",name="",way="both"}' % n) for n in ("attempts", "answered", "completed", "effective")}
    peer = values.get('sipglass_kpi_attempts_total{kind="peer",name="%s",way="to"}' % UAS)
    with sqlite3.connect(db) as sql:
        stored = dict(sql.execute("SELECT state, count(*) FROM calls GROUP BY state").fetchall())
        messages = sql.execute("SELECT count(*) FROM messages WHERE retransmission = 0").fetchone()[0]
    print("SIPp: %d successful, %d refused, %d retransmissions" % (good, busy, again))
    print("lines: %d and %d; stored: %s, %d messages without repetitions; attempts %s, to the peer %s, answered %s, completed %s" % (
        len(lines["first"]), len(lines["second"]), stored, messages, kpi["attempts"], peer, kpi["answered"], kpi["completed"]))
    print("a second program found %d calls in the database meanwhile" % seen["while"][1])

    def want(what, got, expected):
        if got != expected:
            bad.append("%s: %s, expected %s" % (what, got, expected))
    want("calls in lines", len(lines["first"]), good + busy)
    want("completed in lines", sum(r["state"] == "completed" for r in lines["first"]), good)
    want("busy in lines", sum(r["state"] == "busy" for r in lines["first"]), busy)
    want("calls stored", stored, {"completed": good, "busy": busy})
    want("messages stored", messages, 6 * good + 3 * busy)
    want("attempts", kpi["attempts"], good + busy)
    want("attempts to the peer", peer, good + busy)
    want("answered", kpi["answered"], good)
    want("completed", kpi["completed"], good)
    want("486 among the effective", kpi["effective"], busy)
    want("calls seen", values["sipglass_calls_total"], good + busy)
    want("frames dropped", sum(v for k, v in values.items() if k.startswith("sipglass_source_dropped")), 0)
    want("HEP in the queue", values["sipglass_hep_queue_bytes"], 0)
    tables = [sorted(tuple(r[c] for c in COLUMNS) for r in lines[n]) for n in ("first", "second")]
    want("calls that differ beyond HEP", sum(a != b for a, b in zip(*tables)) + abs(len(tables[0]) - len(tables[1])), 0)
    want("a second program's exit status", seen["while"][0], 0)
    if not 0 < seen["while"][1] < good + busy:
        bad.append("a second program found %d calls" % seen["while"][1])
    with open(os.path.join(folder, "alarms")) as f:
        alarms = f.read().splitlines()
    told = [r for r in events(os.path.join(folder, "first")) if r["event"] == "alarm"]
    print("alarms: %s" % alarms)
    want("alarms that the command was told", [a.split()[:4] for a in alarms], [["raised", "refused", UAS, "asr"]])
    want("alarms in lines", [(r["state"], r["name"], r["group"]) for r in told], [("raised", "refused", UAS)])
    if alarms and not 70 < float(alarms[0].split()[4]) < 90:
        bad.append("the alarm's value: " + alarms[0])
    want("the alarm among the metrics", values.get('sipglass_alarm_raised{alarm="refused",group="%s"}' % UAS), 1)
    if "read again" not in notes:
        bad.append("SIGHUP: " + notes)
    if shutil.which("promtool"):
        tool = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        want("promtool", (tool.returncode, tool.stdout.decode()), (0, ""))
    for line in bad:
        print("FAIL " + line)
    if bad:
        print(notes)
    return 1 if bad else 0


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sipglass")
    ap.add_argument("--calls", type=int, default=3000)
    ap.add_argument("--rate", type=int, default=300)
    ap.add_argument("--max-calls", type=int, default=2000, help="calls that the first may keep")
    a = ap.parse_args()
    if os.geteuid() != 0:
        print("not root: skipped")
        return 77
    for tool in ("ip", "sipp"):
        if not shutil.which(tool):
            print("%s is not installed: skipped" % tool)
            return 77
    if subprocess.run(["ip", "netns", "add", NS[0]], stderr=subprocess.DEVNULL).returncode:
        print("no network namespaces here: skipped")
        return 77
    usable = subprocess.run(["ip", "netns", "exec", NS[0], "true"], stderr=subprocess.DEVNULL).returncode == 0
    ip("netns", "del", NS[0])
    if not usable:
        print("network namespaces cannot be entered here: skipped")
        return 77
    folder = tempfile.mkdtemp(prefix="sipglass-watch-")
    try:
        return play(os.path.abspath(a.sipglass), a.calls, a.rate, a.max_calls, folder)
    finally:
        for ns in NS:
            subprocess.run(["ip", "netns", "del", ns], stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
