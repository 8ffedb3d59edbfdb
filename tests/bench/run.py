#!/usr/bin/env python3
"""Speed and memory on generated captures, beside the best-known peers, in one run.

    tests/bench/run.py [--sipglass PATH] [--gencalls SOURCE.c] [--calls N] [--runs N] [--core N] [--no-peers] [--keep FOLDER]

Makes a signalling capture (100 000 calls, about 775 000 messages) and one of twice the calls, runs each measurement on
one core, alternating between programs, and prints medians. The generator is gencalls.c of ../shared/tools. Exit status 77
without it.
"""
import argparse
import json
import os
import pty
import resource
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")


def measure(command, core):
    """Wall seconds, peak RSS in bytes, exit status, processor seconds."""
    def pin():
        os.sched_setaffinity(0, {core})
        resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
    start = time.perf_counter()
    p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                         preexec_fn=pin)
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - start, usage.ru_maxrss * 1024, p.returncode, \
        usage.ru_utime + usage.ru_stime


def first_screen(sipglass, capture):
    """Seconds until the list of calls stands on a terminal of 120 x 36."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", COLUMNS="120", LINES="36")
        os.execv(sipglass, [sipglass, capture])
    start, seen, took = time.perf_counter(), b"", None
    while time.perf_counter() - start < 10:
        if not select.select([fd], [], [], 0.05)[0]:
            continue
        try:
            seen += os.read(fd, 65536)
        except OSError:
            break
        if b"Start" in seen or b"Calls" in seen:
            took = time.perf_counter() - start
            break
    try:
        os.write(fd, b"qy")
        time.sleep(0.3)
    except OSError:
        pass
    os.kill(pid, 9)
    os.close(fd)
    os.waitpid(pid, 0)
    return took


def generate(gencalls, folder, calls, seed=77):
    capture, truth = os.path.join(folder, "%d.pcap" % calls), os.path.join(folder, "%d.jsonl" % calls)
    if not os.path.exists(capture):
        subprocess.run([gencalls, "--seed", str(seed), "--calls", str(calls), "--rate", "200", "--media", "no", "--out",
                        capture, "--truth", truth], check=True, stdout=subprocess.DEVNULL)
    with open(truth, "rb") as f:
        f.seek(max(0, os.path.getsize(truth) - 4096))
        totals = json.loads(f.read().splitlines()[-1])["totals"]
    return capture, totals["sip_messages"]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--sipglass", default=os.path.join(ROOT, "build", "sipglass"))
    ap.add_argument("--gencalls", default=os.path.join(ROOT, "..", "shared", "tools", "gencalls.c"))
    ap.add_argument("--calls", type=int, default=100000)
    ap.add_argument("--runs", type=int, default=3)
    ap.add_argument("--core", type=int, default=1 if (os.cpu_count() or 1) > 1 else 0)
    ap.add_argument("--no-peers", action="store_true")
    ap.add_argument("--keep", help="keep the captures in this folder and use those there")
    a = ap.parse_args()
    if not os.path.exists(a.gencalls):
        print("no generator at %s" % a.gencalls)
        return 77
    sipglass = os.path.abspath(a.sipglass)
    folder = a.keep or tempfile.mkdtemp(prefix="sipglass-bench-")
    os.makedirs(folder, exist_ok=True)
    try:
        gencalls = os.path.join(folder, "gencalls")
        subprocess.run(["cc", "-O2", "-o", gencalls, a.gencalls, "-lm"], check=True)
        return report(a, sipglass, *generate(gencalls, folder, a.calls), *generate(gencalls, folder, 2 * a.calls))
    finally:
        if not a.keep:
            shutil.rmtree(folder)


def store_goals(a, sipglass, capture, messages, reading):
    """Messages stored in a second of processor time, that of reading taken off."""
    goals = []
    for name, more, least in (("without text", ["--no-text"], 1e5), ("with text", [], 4e4)):
        took = []
        for _ in range(a.runs):
            with tempfile.TemporaryDirectory(prefix="sipglass-store-") as folder:
                took.append(measure([sipglass, "calls", "-q", capture, "--db", os.path.join(folder, "bench.db"), *more], a.core)[3])
        rate = messages / max(statistics.median(took) - reading, 0.001)
        goals.append(("messages stored a second, " + name, "%.0f" % rate, ">= %.0f" % least, rate >= least))
    return goals


def report(a, sipglass, capture, messages, double, double_messages):
    ours = [sipglass, "calls", "--no-media", capture]  # its table has the verdicts: the rules are run
    todo = {"sipglass": ours, "sipglass, twice": ours[:-1] + [double]}
    if not a.no_peers:
        if shutil.which("tshark"):
            todo["tshark"] = ["tshark", "-q", "-z", "sip,stat", "-r", capture]
        if shutil.which("sngrep"):
            todo["sngrep"] = ["sngrep", "-N", "-q", "-l", "1000000", "-I", capture]
    found = {name: [] for name in todo}
    for path in (capture, double):  # in the page cache for all
        with open(path, "rb") as f:
            while f.read(1 << 24):
                pass
    for _ in range(a.runs):
        for name, command in todo.items():
            found[name].append(measure(command, a.core))
    wall = {n: statistics.median(x[0] for x in r) for n, r in found.items()}
    memory = {n: statistics.median(x[1] for x in r) for n, r in found.items()}
    print("%d messages, %d calls, %d MB; %d runs, medians" % (messages, a.calls, os.path.getsize(capture) >> 20, a.runs))
    for name, runs in found.items():
        print("%-16s %7.3f s  (%s)  processor %.3f s  peak %5.0f MB  exit %s" % (
            name, wall[name], " ".join("%.3f" % x[0] for x in runs), statistics.median(x[3] for x in runs), memory[name] / 2 ** 20,
            ",".join(sorted({str(x[2]) for x in runs}))))
    base = statistics.median(measure([sipglass, "--version"], a.core)[1] for _ in range(3))
    rate = messages / wall["sipglass"]
    calls_part = 1024 * a.calls
    growth = wall["sipglass, twice"] / wall["sipglass"]
    goals = [("messages a second", "%.0f" % rate, ">= 1000000", rate >= 1e6),
             ("memory over budget (300 B a message + 1 KB a call)", "%.2f" % (
                 (memory["sipglass"] - base) / (300 * messages + calls_part)), "<= 1",
              memory["sipglass"] - base <= 300 * messages + calls_part),
             ("bytes a message, 1 KB a call taken off", "%.0f" % (
                 (memory["sipglass"] - base - calls_part) / messages), "<= 300", None),
             ("twice the calls: time", "%.2f" % (growth * 2 * messages / double_messages), "<= 2.15", growth <= 2.15)]
    for peer in ("tshark", "sngrep"):
        if peer in wall:
            ratio = wall[peer] / wall["sipglass"]
            goals.append(("times faster than " + peer, "%.1f" % ratio, ">= 15", ratio >= 15))
    goals += store_goals(a, sipglass, capture, messages, statistics.median(x[3] for x in found["sipglass"]))
    screens = [first_screen(sipglass, double) for _ in range(a.runs)]
    if all(screens):
        took = statistics.median(screens)
        goals.append(("first screen of the larger file, s", "%.3f" % took, "<= 0.3", took <= 0.3))
    else:
        goals.append(("first screen", "none seen", "<= 0.3 s", False))
    for what, value, goal, ok in goals:
        print("%-52s %12s   %-12s %s" % (what, value, goal, "" if ok is None else "ok" if ok else "MISSED"))
    return 0 if all(g[3] is not False for g in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
