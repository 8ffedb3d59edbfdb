#!/usr/bin/env python3
"""Generated calls against their truth: gencalls and check_truth.py of ../shared/tools.

    truth.py SIPGLASS MIX        one of the mixes below, or `all`

Every value of every leg and stream has to agree; with two-leg calls, >= 95 % of them joined (>= 99 % where their media
shows it) and no session of strangers. Exit status 77 (skipped) where the tools are absent.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "tools")
MIXES = {
    "udp": "",
    "mixed": "--transport mix --ipv6 0.3 --vlan 0.3 --frag --noise 0.5 --sipnoise 0.3",
    "tcp": "--transport tcp --tcp-retx 0.05 --tcp-reorder 0.05",
    "sll": "--link sll --transport mix",
    "sll2": "--link sll2 --frag",
    "raw": "--link raw --ipv6 0.5",
    "nsec": "--nsec --transport mix",
    "cut": "--cut 3",
    "b2bua": "--b2bua 0.4",
    "b2bua-mixed": "--b2bua 0.4 --transport mix --ipv6 0.3 --sipnoise 0.3 --rate 60",
}
SIGNALLING = "--seed 11 --calls 1500 --rate 30 --hold 10 --media no"
# With media, so fewer calls.
MEDIA = {
    "media": "--seed 21 --calls 150 --rate 10 --hold 8 --rtcp",
    "media-impaired": "--seed 22 --calls 150 --rate 10 --hold 8 --loss 0.05 --jitter 15 --dup 0.01 --reorder 0.02 "
                      "--loss-model gilbert",
    "media-codecs": "--seed 23 --calls 150 --rate 10 --hold 8 --rtcp --codecs opus=1,G722=1,G729=1 "
                    "--mix dtmf,ssrc_change,new_port,nat,hold_resume,late_offer,early_media,fork",
    "media-long": "--seed 24 --calls 3 --rate 10 --hold 2500 --rtcp",
    "media-ports": "--seed 25 --calls 400 --rate 20 --hold 4 --rtcp --media-ips 1 --media-ports 40",
    "media-links": "--seed 26 --calls 150 --rate 10 --hold 8 --rtcp --link sll2 --vlan 0.5 --ipv6 0.5",
    "media-relay": "--seed 27 --calls 200 --rate 10 --hold 8 --rtcp --b2bua 0.5 --relay 1",
    "media-relay-ports": "--seed 28 --calls 200 --rate 10 --hold 8 --rtcp --b2bua 1 --relay 0.7 --media-ips 1 --media-ports 20",
}


def drop_unseen(path):
    """With --cut the truth also names legs of which no message came into the file: these have no row."""
    with open(path) as f:
        records = [json.loads(line) for line in f]
    for record in records:
        if "legs" in record:
            record["legs"] = [leg for leg in record["legs"] if leg["messages"]]
    with open(path, "w") as f:
        f.writelines(json.dumps(record) + "\n" for record in records)


def run(sipglass, name, folder):
    capture, truth = os.path.join(folder, name + ".pcap"), os.path.join(folder, name + ".jsonl")
    options = MEDIA.get(name) or SIGNALLING + " " + MIXES[name]
    subprocess.run([os.path.join(folder, "gencalls"), *options.split(), "--out", capture, "--truth", truth],
                   check=True, stdout=subprocess.DEVNULL)
    drop_unseen(truth)
    p = subprocess.run([sys.executable, os.path.join(TOOLS, "check_truth.py"), "--sipglass", sipglass, capture, truth],
                       stdout=subprocess.PIPE)
    out = p.stdout.decode()
    print("== %s\n%s" % (name, out))
    os.unlink(capture)
    sessions = re.search(r"sessions: (\d+) of (\d+) two-leg calls joined, (\d+) sessions", out)
    if sessions:
        joined, of, strangers = map(int, sessions.groups())
        if joined < (0.99 if name in MEDIA else 0.95) * of or strangers:
            print("FAIL joined %d of %d, %d sessions of strangers" % (joined, of, strangers))
            return 1
    return p.returncode


def main():
    sipglass, what = sys.argv[1:3]
    if not os.path.exists(os.path.join(TOOLS, "gencalls.c")):
        print("no %s: skipped" % os.path.normpath(TOOLS))
        return 77
    with tempfile.TemporaryDirectory(prefix="sipglass-truth-") as folder:
        subprocess.run(["cc", "-O2", "-o", os.path.join(folder, "gencalls"), os.path.join(TOOLS, "gencalls.c"), "-lm"],
                       check=True)
        names = [*MIXES, *MEDIA] if what == "all" else [what]
        return 1 if [n for n in names if run(os.path.abspath(sipglass), n, folder)] else 0


if __name__ == "__main__":
    sys.exit(main())
