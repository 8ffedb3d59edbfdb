#!/usr/bin/env python3
"""Writes docs/lists.md: what lists and dialogs look like, of the samples.

    shots.py PROGRAM ROOT
"""
import os
import sys
import tempfile

from terminal import ROOT, Screen, sample

CALLS = [sample(n) for n in ("busy.pcap", "no-ack.pcap", "silent-timeout.pcap", "b2bua-xcid.pcap", "hold.pcap", "icmp.pcap",
                             "real-baresip.pcap", "register-refused.pcap", "transfer.pcap", "no-answer-480.pcap")]
# title, size, keys (text is typed; a tuple is named keys), what to wait for
SHOTS = [
    ("Calls: what is wrong at once", (120, 20), [], r"What happened"),
    ("On 80 columns: the selected call's headline stands above in full", (80, 16), ["n"], r"Calls \d+ +●"),
    ("Filter as one types: words, or an expression of SQL", (120, 14), ["/status >= 400 or verdict = 'crit'"], r"shown"),
    ("Columns, chosen in place", (120, 24), ["t"], r"Columns ─"),
    ("Any action by its name", (100, 18), [":fail"], r"next-failed"),
    ("Verdict beside the ladder", (140, 32), ["nv"], r"Ladder"),
    ("Messages of all calls, searched", (120, 12), ["Mrefer-to"], r"shown"),
    ("Streams", (140, 8), ["S"], r"Streams"),
    ("Save", (100, 20), ["s"], r"Save to"),
    ("Settings", (110, 19), ["o"], r"Settings ─"),
    ("Stats: KPIs, codes, methods, peers", (110, 40), ["i"], r"KPIs"),
]


def shot(size, keys, pattern):
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "config")
        open(config, "w").close()
        s = Screen(["--config", config, *CALLS], size=size)
        try:
            s.wait(r"What happened")
            s.wait(r"loading", absent=True)
            for text in keys:
                for c in text:
                    s.type(c)
            return s.wait(pattern).rstrip("\n")
        finally:
            s.close()


def main():
    out = ["# Lists and dialogs\n", "Made by `tests/tui/shots.py` of the samples; on a terminal they have colours.\n"]
    for title, size, keys, pattern in SHOTS:
        out.append("## %s\n\n```\n%s\n```\n" % (title, "\n".join(l.rstrip() for l in shot(size, keys, pattern).split("\n"))))
    with open(os.path.join(ROOT, "docs", "lists.md"), "w", encoding="utf-8") as f:
        f.write("\n".join(out))


if __name__ == "__main__":
    sys.exit(main())
