#!/usr/bin/env python3
"""Whole tasks of a person at the screen: find what failed and why, save calls, watch a capture; and what must never happen.

    tasks.py PROGRAM ROOT [TEST...]     exit status 1 for a failure, 77 (skipped) without tmux
"""
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import traffic
from terminal import PROGRAM, Failure, Skip, expect, main, sample


def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, timeout=60)


def calls_of(path):
    return [json.loads(line) for line in run("calls", "--json", path).stdout.splitlines()]


def finds_the_failed_call_among_3000_and_reads_why(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "trunk.pcap")
        traffic.three_thousand(capture)
        s = open_screen([capture], size=(120, 36))
        s.wait(r"Calls 3 000")
        s.keys("n").wait(r"Calls 3 000 +●")
        expect(re.search(r"● .* carol +802345", s.text()), "the failed call is not on the screen:\n" + s.text())
        text = s.keys("v").wait(r"802345")
        s.wait(r"ACK")
        expect(re.search(r"(?i)200 OK.*(repeated|\d+x|times)|no ACK|ACK never", s.text()), "why is not said:\n" + text)
        s.keys("Escape").keys("Escape").wait(r"Calls 3 000")
        s.type("/verdict = 'crit'").keys("Enter").wait(r"shown 1 ")
        s.keys("Escape").wait(r"shown", absent=True)


def filters_sorts_saves_three_calls_and_opens_the_file(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        capture, out = os.path.join(folder, "in.pcap"), os.path.join(folder, "three.pcap")
        traffic.mixed(capture)
        s = open_screen([capture], size=(120, 36))
        s.wait(r"Calls 25")
        s.type("/status = 486").keys("Enter").wait(r"shown 5")
        s.keys(">").wait(r"From↑")
        rows = [l for l in s.text().splitlines() if "user-" in l]
        expect([re.search(r"user-(\d)", l)[1] for l in rows] == list("45678"), "not sorted by From:\n" + s.text())
        s.keys("Home", "Space", "Space", "Space").wait(r"marked 3")
        s.keys("s").wait(r"\(x\) marked calls  3")
        s.keys("C-u").type(out).keys("Enter").wait(r"Saved 3 calls, 9 frames, to")
        expect(sorted(c["from_user"] for c in calls_of(out)) == ["user-4", "user-5", "user-6"], "other calls in the file")
        s.keys("q")
        s = open_screen([out])
        s.wait(r"Calls 3$|Calls 3\n")
        s.keys("End", "Enter").wait(r"486 Busy Here")


def saves_a_file_a_call(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        capture, out = os.path.join(folder, "in.pcap"), os.path.join(folder, "one.pcapng")
        traffic.mixed(capture)
        s = open_screen([capture], size=(120, 36))
        s.wait(r"Calls 25")
        s.type("/status = 486").keys("Enter").wait(r"shown 5")
        s.keys("a").wait(r"marked 5")
        s.keys("s").wait(r"File:")
        s.keys("F3").keys("C-u").type(out).keys("Enter").wait(r"Saved 5 calls, 15 frames")
        names = sorted(f for f in os.listdir(folder) if f.startswith("one-"))
        expect(names == ["one-10.pcapng", "one-15.pcapng", "one-20.pcapng", "one-25.pcapng", "one-5.pcapng"], repr(names))
        s.keys("s").wait(r"File:")
        s.keys("F3", "F4").wait(r"\(x\) signalling ")
        s.keys("C-u").type(out).keys("Enter").wait(r"5 of the files exist. Enter again")
        s.keys("F2").wait(r"one.pcap$|one.pcap ")


def saves_with_media_or_without(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        s = open_screen([sample("real-baresip.pcap")], size=(120, 36))
        s.wait(r"Calls \d")
        counts = []
        for name, keys in (("both.pcap", []), ("sip.pcap", ["F4"])):
            out = os.path.join(folder, name)
            s.keys("s").wait(r"File:")
            s.keys("Tab", "Tab", *keys).wait(r"\(x\) signalling" + (r" and media" if not keys else r"\b(?! and)"))
            s.keys("C-u").type(out).keys("Enter").wait(r"Saved \d+ calls?, \d+ frames, to .*%s" % name)
            stats = json.loads(run("stats", "--json", out).stdout.splitlines()[0])
            counts.append(len(run("streams", "--json", out).stdout.splitlines()))
            expect(stats, "no stats")
        expect(counts[0] > 0 and counts[1] == 0, "streams in the files: %r" % counts)


def searches_all_messages(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "in.pcap")
        traffic.three_thousand(capture)
        s = open_screen([capture], size=(120, 36))
        s.wait(r"Calls 3 000")
        s.keys("M").wait(r"Find:")
        s.type("tag=t2345 BYE").wait(r"shown 1 ")
        s.keys("Enter").keys("C").wait(r"Call 2 ?345")


def any_header_is_a_column_and_is_remembered(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "deep", "config")
        os.mkdir(os.path.dirname(config))
        open(config, "w").write("# mine\n[filters]\nlong = duration > 60\n")
        s = open_screen(["--config", config, sample("plain.pcap")], size=(120, 36))
        s.wait(r"completed")
        s.keys("t").wait(r"Columns ─").count("x")
        s.keys("a").wait(r"Header:")
        s.type("CSeq").keys("Enter").wait(r"\[x\] CSeq")
        s.keys("Enter").wait(r"Columns ─", absent=True)
        s.wait(r"1 INVITE")
        s.keys("q")
        expect(s.ended() == 0, "exit status")
        text = open(config).read()
        expect(text.startswith("# mine\n[filters]\nlong = duration > 60\n") and "header:CSeq" in text, text)
        s = open_screen(["--config", config, sample("plain.pcap")], size=(120, 36))
        s.wait(r"CSeq")
        s.wait(r"1 INVITE")
        s.type("/@lo").keys("Tab").wait(r"Filter: @long")


def settings_hold_at_once(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "config")
        open(config, "w").close()
        s = open_screen(["--config", config, sample("plain.pcap")])
        s.wait(r"·")
        s.type(":settings").keys("Enter").wait(r"Settings ─")
        s.keys("j", "j", "j", "Left").wait(r"─", absent=True)
        expect(all(ord(c) < 128 for c in s.text()), s.text())
        s.keys("Escape").wait(r"\. 09:30")


def watches_calls_arrive(open_screen):
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("sipp"):
        raise Skip("needs root, ip and sipp")
    ns, players = "sg-tui-%d" % os.getpid(), []
    made = subprocess.run(["ip", "netns", "add", ns], capture_output=True)
    if made.returncode:
        raise Skip("no network namespace can be made")
    try:
        subprocess.run(["ip", "-n", ns, "link", "set", "lo", "up"], check=True)
        with tempfile.TemporaryDirectory() as folder:
            s = open_screen([], size=(120, 36), folder=folder, shell="ip netns exec %s env LC_ALL=C.UTF-8 TERM=tmux-256color "
                            "'%s' -i lo" % (ns, PROGRAM))
            s.wait(r"No SIP yet on lo")
            for words in (["-sn", "uas", "-i", "127.0.0.2"],
                          ["-sn", "uac", "-i", "127.0.0.1", "-m", "20", "-r", "10", "-d", "500", "127.0.0.2"]):
                players.append(subprocess.Popen(["ip", "netns", "exec", ns, "sipp", *words, "-nostdin"], cwd=folder,
                                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            s.wait(r"Calls [1-9]\b")
            s.wait(r"answered")
            s.wait(r"Calls 20 ")
            s.wait(r"follow")
            s.wait(r"(?s)(completed.*){20}")
            s.keys("q").wait(r"press q again")
            s.keys("q")
            expect(s.ended() == 0, "exit status")
    finally:
        for p in players:
            p.kill()
            p.wait()
        subprocess.run(["ip", "netns", "del", ns])


# ---- no byte of the network's does anything

ALLOWED_ESCAPES = re.compile(
    r"\x1b(\[[0-9;?>]*[A-Za-z@`]|\(B|\)0|[=>78M]|\]52;c;[A-Za-z0-9+/=]*\x07|c|H)|\x0f|\x0e")


LIST = r"(?m)^sipglass.* Calls *$"


def check_bytes(data, what):
    """What a program of ours may send: text, and sequences that ncurses knows; nothing of the network's."""
    text = data.decode("utf-8", "strict")
    for clip in re.findall(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", text):
        copied = base64.b64decode(clip).decode("utf-8", "strict")
        expect(all(c == "\n" or ord(c) >= 32 and ord(c) != 127 for c in copied), "copied: %r" % copied)
    rest = ALLOWED_ESCAPES.sub("", text)
    bad = [c for c in rest if ord(c) < 32 and c not in "\r\n\t\b" or 0x7f <= ord(c) < 0xa0 or
           0x202a <= ord(c) <= 0x202e or 0x2066 <= ord(c) <= 0x2069 or 0x200b <= ord(c) <= 0x200f or ord(c) == 0xfeff]
    expect(not bad, "%s sent %r of the network's" % (what, sorted(set(bad))))
    expect(not re.search("[\u0300-\u036f]{5}", rest), "%s sent a long run of combining characters" % what)
    expect("\x1b]0;owned" not in text and "\x1b]52;c;b3duZWQ" not in text, what + " sent a sequence of the network's")


def no_harm_comes_from_a_hostile_capture(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        capture, raw = os.path.join(folder, "in.pcap"), os.path.join(folder, "raw")
        config = os.path.join(folder, "config")
        open(config, "w").write("[screen]\ncalls.columns = from_user to_user call_id user_agent\n"
                                "calls.columns2 = header:Subject header:X-Odd ruri reason\n")
        traffic.hostile(capture)
        s = open_screen(["--config", config, capture], size=(200, 60))
        s.wait(r"Calls \d")
        s.tmux("pipe-pane", "cat >> '%s'" % raw)
        s.keys("C-l")
        for n in range(len(traffic.HARM) + 1):
            s.keys("y").keys("Enter").wait(r"› Ladder")
            s.keys("y", "Tab", "Tab", "Enter").wait(r"› Message")
            s.keys("y", "r").wait(r"decoded|as sent")
            s.keys("Escape").wait(r"Calls › Ladder")
            s.keys("m").wait(r"› Media")
            s.keys("Escape").wait(r"Calls › Ladder")
            s.keys("v")
            s.keys("Escape", "Escape").wait(LIST)
            s.keys("j")
        for key, title in (("M", "Messages"), ("S", "Streams"), ("L", "Ledger"), ("i", "Stats"), ("?", "Help"), ("t", "Columns")):
            s.keys(key).wait("› " + title)
            s.keys("Enter", "y", "l", "l").keys("Escape", "Escape", "Escape")
            s.wait(LIST)
        s.keys(">", ">", "z").type("/subject").keys("Enter")
        s.keys("e", "s").wait(r"File:")
        s.keys("C-u").type("/nowhere/\u202eall.pcap").keys("Enter").wait(r"Not saved: ")
        s.keys("Escape")
        s.keys("q")
        s.wait(r"exit status|Calls")
        time.sleep(0.3)
        data = open(raw, "rb").read()
        expect(len(data) > 50000, "only %d bytes were drawn" % len(data))
        check_bytes(data, "the screen")
        for words in (["calls"], ["messages"], ["ladder", "--call", "1"], ["ladder", "--call", str(len(traffic.HARM) + 1)],
                      ["diagnose"], ["stats"], ["calls", "--json"], ["messages", "--json"], ["calls", "--format", "csv"]):
            r = run(*words, capture)
            check_bytes(r.stdout + r.stderr, " ".join(words))
        for n in range(1, 3 * len(traffic.HARM)):
            r = run("message", capture, str(n))
            check_bytes(r.stdout + r.stderr, "message %d" % n)


def file_names_do_no_harm(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "a\x1b]0;owned\x07\u202e.pcap")
        shutil.copy(sample("plain.pcap"), name)
        r = run("calls", name + "x")
        expect(r.returncode == 1 or r.returncode == 2, "exit status")
        check_bytes(r.stderr, "an error line")
        raw = os.path.join(folder, "raw")
        s = open_screen([sample("plain.pcap")])
        s.wait(r"completed")
        s.close()
        s = open_screen([], shell="env LC_ALL=C.UTF-8 TERM=tmux-256color '%s' '%s'/a*" % (PROGRAM, folder))
        s.wait(r"completed")
        s.tmux("pipe-pane", "cat >> '%s'" % raw)
        s.keys("C-l", "Enter").wait(r"Ladder")
        time.sleep(0.2)
        check_bytes(open(raw, "rb").read(), "the line on top")


# ---- terminals

def terminals_of_many_kinds(open_screen):
    for term in ("linux", "xterm", "xterm-256color", "xterm-16color", "screen", "screen-256color", "tmux", "vt100", "vt220"):
        if subprocess.run(["infocmp", term], capture_output=True).returncode:
            continue
        s = open_screen([sample("busy.pcap")], term=term)
        s.wait(r"busy")
        s.keys("Enter").wait(r"486")
        s.keys("q").wait(r"Calls 1")
        s.keys("q")
        expect(s.ended() == 0, "exit status on " + term)
        s.close()


def no_terminal_at_all(open_screen):
    for term in ("TERM=", "TERM=dumb", "TERM=nonsense-term", "-u TERM"):
        s = open_screen([], shell="env %s LC_ALL=C.UTF-8 '%s' '%s'" % (term, PROGRAM, sample("busy.pcap")))
        expect(s.ended() != 0, "exit status with " + term)
        s.wait(r"cannot be drawn")
        s.close()


def closed_descriptors(open_screen):
    s = open_screen([], shell="env LC_ALL=C.UTF-8 TERM=tmux-256color '%s' '%s' <&-" % (PROGRAM, sample("busy.pcap")))
    s.wait(r"busy")  # keys come from /dev/tty
    s.keys("Enter").wait(r"486")
    s.keys("q", "q")
    expect(s.ended() == 0, "exit status")
    s = open_screen([], shell="env LC_ALL=C.UTF-8 TERM=tmux-256color '%s' '%s' 2>&-" % (PROGRAM, sample("busy.pcap")))
    s.wait(r"busy")
    s.keys("q")
    expect(s.ended() == 0, "exit status")
    r = subprocess.run("'%s' '%s' </dev/null" % (PROGRAM, sample("busy.pcap")), shell=True, capture_output=True, timeout=20)
    expect(b"busy" in r.stdout, "no rows where there is no terminal")


def the_terminal_vanishes(open_screen):
    s = open_screen([], shell="exec env PS1='$ ' LC_ALL=C.UTF-8 TERM=tmux-256color bash --norc --noprofile -i")
    s.wait(r"^\$")
    s.type("'%s' '%s'" % (PROGRAM, sample("plain.pcap"))).keys("Enter").wait(r"completed")
    child = int(subprocess.run(["pgrep", "-P", str(s.pid())], capture_output=True, text=True).stdout.split()[0])
    s.close()
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    raise Failure("it goes on without a terminal")


def clipboard_and_drag(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        raw = os.path.join(folder, "raw")
        config = os.path.join(folder, "config")
        open(config, "w").close()
        s = open_screen(["--config", config, sample("plain.pcap")], term="xterm-256color")
        s.wait(r"completed")
        s.tmux("pipe-pane", "cat >> '%s'" % raw)
        s.keys("y").wait(r"Copied \d+ bytes")
        time.sleep(0.2)
        clip = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", open(raw, "rb").read())
        expect(clip and base64.b64decode(clip[1]).decode() == calls_of(sample("plain.pcap"))[0]["call_id"], repr(clip))
        before = s.line(r"Start").index("From")
        edge = before  # columns of the terminal are from 1: the gap behind Start
        s.type("\x1b[<0;%d;3M" % edge).type("\x1b[<32;%d;3M" % (edge + 6)).type("\x1b[<0;%d;3m" % (edge + 6))
        s.wait(r"Start↑ {%d,}From" % (before - 2 - len("Start↑") + 5))
        # Over a slow line they come at once: none of them may be lost.
        s.type("\x1b[<0;%d;3M\x1b[<32;%d;3M\x1b[<0;%d;3m" % (edge + 6, edge + 9, edge + 9))
        s.wait(r"Start↑ {%d,}From" % (before - 2 - len("Start↑") + 8))


TESTS = [finds_the_failed_call_among_3000_and_reads_why, filters_sorts_saves_three_calls_and_opens_the_file, saves_a_file_a_call, saves_with_media_or_without,
         searches_all_messages, any_header_is_a_column_and_is_remembered, settings_hold_at_once, watches_calls_arrive,
         no_harm_comes_from_a_hostile_capture, file_names_do_no_harm, terminals_of_many_kinds, no_terminal_at_all,
         closed_descriptors, the_terminal_vanishes, clipboard_and_drag]

if __name__ == "__main__":
    sys.exit(main(TESTS))
