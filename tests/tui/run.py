#!/usr/bin/env python3
"""Tasks on the real program in a terminal of tmux.

    run.py PROGRAM ROOT [TEST...]     exit status 1 for a failure, 77 (skipped) without tmux
"""
import os
import re
import signal
import subprocess
import sys
import tempfile

from terminal import PROGRAM, expect, main, sample


def opens_and_goes_down_to_a_message(open_screen):
    s = open_screen([sample("plain.pcap")])
    s.wait(r"Calls 1").count("completed")
    s.keys("Enter").wait(r"── INVITE  sdp")
    s.wait(r"◀─ 180 Ringing")
    s.keys("Enter").wait(r"as sent .*frame 1")
    s.wait(r"INVITE sip:.* SIP/2.0")
    s.keys("r").wait(r"decoded")
    s.keys("Escape").wait(r"message .*Esc back")
    s.keys("q").wait(r"Calls 1")
    s.keys("q")
    expect(s.ended() == 0, "exit status is not 0")


def search_finds_the_call(open_screen):
    s = open_screen([sample("busy.pcap"), sample("plain.pcap"), sample("register.pcap")])
    s.wait(r"busy")
    s.type("/regist").wait(r"filter: regist")
    s.wait(r"completed", absent=True)
    s.keys("Enter").wait(r"REGISTER")
    s.keys("Escape").wait(r"completed")
    s.keys("Escape").wait(r"q quits")


def next_failed_and_why(open_screen):
    s = open_screen([sample("plain.pcap"), sample("silent-timeout.pcap"), sample("busy.pcap")], size=(120, 36))
    s.wait(r"timeout")
    s.keys("n", "Enter").wait(r"● A01 .*never answered 7 INVITEs")
    s.wait(r"↻6.*● A01")


def reads_the_verdict_and_goes_to_its_proof(open_screen):
    s = open_screen([sample("no-ack.pcap")], size=(120, 40))
    s.wait(r"Calls 1")
    s.keys("v").wait(r"● C01 +200 OK repeated 10x, no ACK")
    s.wait(r"Why +No ACK of 192.0.2.10")
    s.wait(r"Do +Set the external signalling address")
    s.wait(r"RFC 3261")
    s.keys("Down", "Down", "Enter").wait(r"repeats message .* frame 6")
    s.keys("Escape", "Escape").wait(r"Call 1")
    s.keys("Escape").wait(r"Calls 1")


def goes_through_calls_of_the_same_cause(open_screen):
    s = open_screen([sample("responses.pcap")], size=(120, 36))
    s.wait(r"Calls 30")
    s.keys("End", "v").wait(r"Call 30 .*rejected 606")
    s.wait(r"the same cause in 2 other calls")
    s.keys("End", "Enter").wait(r"Call 14 .*rejected 415")
    s.keys("End", "Enter").wait(r"Call 20 .*rejected 488")
    s.keys("Escape", "Escape").wait(r"Calls 30")


def compares_two_messages(open_screen):
    """The INVITE on both sides of a PBX: what it changed, word by word."""
    s = open_screen([sample("b2bua-xcid.pcap")], size=(120, 36))
    s.wait(r"Calls 2")
    s.keys("Enter").wait(r"── INVITE  sdp")
    s.keys("Home", "Space").wait(r"■")
    s.keys("j", "D").wait(r"Compared +\d+ lines differ")
    s.wait(r"INVITE sip:\S+ SIP/2.0 +! INVITE sip:\S+ SIP/2.0")
    s.wait(r"Max-Forwards: 70 +│ Max-Forwards: 70")
    s.wait(r"Call-ID: \S+ +~ Call-ID: ")
    s.keys("Tab").wait(r"only these")
    s.wait(r"│ Max-Forwards", absent=True)
    s.keys("Escape").wait(r"Call 1")
    s.keys("Escape").wait(r"Calls 2")


def compares_a_failed_call_with_a_good_one(open_screen):
    s = open_screen([sample("responses.pcap")], size=(120, 36))
    s.wait(r"Calls 30")
    s.keys("j", "D").wait(r"Call 1 .* completed 200 +Call 2 .* redirected 300")
    s.wait(r"180 Ringing +- +– +only in the first")
    s.wait(r"← 200 OK +! +\+0.030 ← 300 Multiple")
    s.keys("n", "n", "n", "n", "n", "n", "n", "Enter").wait(r"SIP/2.0 200 OK +! SIP/2.0 300 Multiple Choices")


def sorts_by_a_column(open_screen):
    s = open_screen([sample("responses.pcap")])
    s.wait(r"Start↑")
    s.keys(">").wait(r"From↑")
    s.keys("z").wait(r"From↓")
    s.keys("<").wait(r"Start↓")


def saves_what_is_marked(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.pcap")
        s = open_screen([sample("plain.pcap"), sample("busy.pcap")])
        s.wait(r"busy")
        s.keys("Space").wait(r"marked 1")
        s.keys("s").wait(r"\(x\) marked calls  1")
        s.keys("C-u").type(out).keys("Enter").wait(r"Saved 1 call, \d+ frames, to")
        s.keys("s").wait(r"\(x\) marked calls")
        s.keys("C-u").type(out).keys("Enter").wait(r"exists. Enter again")
        s.keys("Escape").wait(r"marked 1")
        text = subprocess.run([PROGRAM, "calls", "--json", out], capture_output=True, text=True).stdout
        expect(len(text.splitlines()) == 1, "the file does not hold one call: " + text)
        s.keys("s").wait(r"File:")
        s.keys("C-u").type("/nowhere/at/all.pcap").keys("Enter").wait(r"Not saved: ")


def help_and_stats(open_screen):
    s = open_screen([sample("busy.pcap")], size=(120, 50))
    s.wait(r"busy")
    s.keys("?").wait(r"Keys: Calls")
    s.wait(r"F2 +save the marked")
    s.keys("Escape", "F1").wait(r"Keys: Calls")
    s.keys("q", "i").wait(r"Responses by code")
    s.wait(r"486")


def survives_any_size(open_screen):
    s = open_screen([sample("b2bua.pcap")])
    s.wait(r"Calls \d")
    s.keys("Enter").wait(r"INVITE")
    for size in ((1, 1), (3, 2), (200, 60), (20, 5), (80, 24)):
        s.tmux("resize-window", "-x", str(size[0]), "-y", str(size[1]))
        s.keys("Down", "r", "Tab")
    s.wait(r"Esc back")
    s.keys("q").wait(r"Calls \d")


def ascii_where_the_locale_is_c(open_screen):
    s = open_screen([sample("plain.pcap")], env="LC_ALL=C")
    s.wait(r"completed")
    s.keys("Enter").wait(r"\|-- INVITE  sdp -+>\|")
    expect(all(ord(c) < 128 for c in s.text()), "characters beyond ASCII:\n" + s.text())


def no_hostile_byte_reaches_the_terminal(open_screen):
    with tempfile.TemporaryDirectory() as folder:
        raw = os.path.join(folder, "raw")
        s = open_screen([sample("hostile-text.pcap")], size=(160, 45))
        s.tmux("pipe-pane", "cat >> '%s'" % raw)
        s.wait(r"Calls \d")
        for _ in range(3):
            s.keys("Enter").wait(r"Enter message")
            s.keys("Enter").wait(r"as sent")
            s.keys("r").wait(r"decoded")
            s.keys("Escape").wait(r"Enter message")
            s.keys("Escape").wait(r"Enter ladder")
            s.keys("j")
        s.keys("?").wait(r"Keys:")
        s.keys("q").wait(r"Enter ladder")
        s.keys("q")
        s.ended()
        data = open(raw, "rb").read()
        expect(b"\x1b]" not in data, "an operating system command was sent")
        text = data.decode("utf-8", "strict")
        bad = [c for c in text if 0x80 <= ord(c) < 0xa0 or 0x202a <= ord(c) <= 0x202e or 0x2066 <= ord(c) <= 0x2069 or
               ord(c) in (0, 7, 0x7f, 0x200b, 0x200e, 0x200f)]
        expect(not bad, "sent: %r" % bad[:5])


def no_colour_where_it_is_not_wanted(open_screen):
    s = open_screen([sample("busy.pcap")], env="NO_COLOR=1")
    s.wait(r"busy")
    expect(not re.search(r"\x1b\[[0-9;]*(3[1-7]|38)", s.tmux("capture-pane", "-p", "-e")), "colours are there")


def in_a_shell(open_screen, command):
    """The program as a job of an interactive shell."""
    s = open_screen([], shell="exec env PS1='$ ' LC_ALL=C.UTF-8 TERM=tmux-256color bash --norc --noprofile -i")
    s.wait(r"^\$")
    s.type(command).keys("Enter").wait(r"completed")
    children = subprocess.run(["pgrep", "-P", str(s.pid())], capture_output=True, text=True).stdout.split()
    expect(len(children) == 1, "no child of the shell")
    return s, int(children[0])


def signals_end_it_and_the_terminal_is_restored(open_screen):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV):
        s, pid = in_a_shell(open_screen, "'%s' '%s'" % (PROGRAM, sample("plain.pcap")))
        os.kill(pid, number)
        s.wait(r"completed", absent=True)
        s.keys("C-u").type("stty -a | tr ' ;' '\\n\\n' | grep -E '^-?(icanon|echo)$' | xargs echo is").keys("Enter")
        s.wait(r"^is icanon echo|\nis icanon echo")


def stops_and_goes_on(open_screen):
    s, _ = in_a_shell(open_screen, "'%s' '%s'" % (PROGRAM, sample("plain.pcap")))
    s.keys("C-z").wait(r"Stopped")
    s.type("fg").keys("Enter").wait(r"Calls 1")
    s.keys("Enter").wait(r"INVITE  sdp")


def a_capture_from_standard_input(open_screen):
    s = open_screen([], shell="cat '%s' | env LC_ALL=C.UTF-8 TERM=tmux-256color '%s' -" % (sample("plain.pcap"), PROGRAM))
    s.wait(r"standard input")
    s.wait(r"completed")
    s.keys("Enter").wait(r"INVITE  sdp")
    s.keys("Enter").wait(r"INVITE sip:")
    s.keys("q", "q", "q")
    s.ended()


def a_dumb_terminal_is_told(open_screen):
    s = open_screen([sample("plain.pcap")], term="dumb")
    expect(s.ended() != 0, "exit status is 0")
    s.wait(r"sipglass calls")


def the_mouse_selects_and_opens(open_screen):
    def click(x, y):
        s.type("\x1b[<0;%d;%dM" % (x, y)).type("\x1b[<0;%d;%dm" % (x, y))

    s = open_screen([sample("plain.pcap"), sample("busy.pcap")], term="xterm-256color")
    s.wait(r"busy")
    click(20, 5)
    click(20, 5)
    s.wait(r"Call 2 .*busy")
    s.keys("q").wait(r"Calls 2")
    click(14, 3)
    s.wait(r"From↑")


def a_large_capture_answers_at_once(open_screen):
    """Opens while it is being written, never ends, and answers."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = os.path.join(folder, "pipe")
        os.mkfifo(pipe)
        s = open_screen([], shell="(cat '%s'; sleep 60) | env LC_ALL=C.UTF-8 TERM=tmux-256color '%s' -"
                        % (sample("busy.pcap"), PROGRAM))
        s.wait(r"reading")
        s.keys("?").wait(r"Keys: Calls")
        s.keys("q").wait(r"Calls \d")
        s.keys("q")
        s.close()


TESTS = [opens_and_goes_down_to_a_message, search_finds_the_call, next_failed_and_why, reads_the_verdict_and_goes_to_its_proof,
         goes_through_calls_of_the_same_cause, compares_two_messages, compares_a_failed_call_with_a_good_one, sorts_by_a_column,
         saves_what_is_marked, help_and_stats, survives_any_size, ascii_where_the_locale_is_c,
         no_hostile_byte_reaches_the_terminal, no_colour_where_it_is_not_wanted,
         signals_end_it_and_the_terminal_is_restored, stops_and_goes_on, a_capture_from_standard_input,
         a_dumb_terminal_is_told, the_mouse_selects_and_opens, a_large_capture_answers_at_once]


if __name__ == "__main__":
    sys.exit(main(TESTS))
