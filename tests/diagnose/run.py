#!/usr/bin/env python3
"""Plays the scenario texts of a list of cases into captures, and checks what `sipglass diagnose` finds.

    run.py SIPGLASS LIST [NAME...]

A case begins with `== NAME` and lines of expectations, up to an empty line; its scenario follows (samples/sip.py).

    expect RULE SEVERITY [frames=N,N,...] [call=N] [follows=RULE] [with=WORDS]   the finding is there; frames: just these
    never RULE [SEVERITY]                                                         it is not there
    verdict CALL WORD                                                             ok, info, warn, crit or unknown
    headline CALL RULE                                                            the rule that stands for the call
    option WORD...                                                                more arguments
    config NAME = VALUE                                                           of the configuration's [diagnose]
    mtu N, cut N, snap N                                                          of the capture
    repeat N, apart SECONDS                                                       the scenario N times, 100 s apart
    copies                                                                        each frame again in a VLAN
Exit status 0: all agree.
"""
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "samples"))
import net
from play import Play


def cases(path):
    name, rules, play, in_rules = None, [], [], False
    with open(path, encoding="utf-8") as f:
        for line in list(f) + ["== "]:
            if line.startswith("== "):
                if name:
                    yield name, rules, "".join(play)
                name, rules, play, in_rules = line[3:].strip(), [], [], True
            elif in_rules and not line.strip():
                in_rules = False
            elif line.startswith("#"):
                continue
            elif in_rules:
                rules.append(line.split())
            else:
                play.append(line)


def run(sipglass, args):
    env = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8")
    p = subprocess.run([sipglass] + args, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    if p.returncode not in (0, 1):
        sys.exit("%s: exit status %d: %s" % (" ".join(args), p.returncode, p.stderr.decode()))
    return [json.loads(x) for x in p.stdout.decode().splitlines()]


def of(finding):
    return "%s %s call %s frames %s: %s" % (finding["rule"], finding["severity"], finding["call"],
                                            numbers(finding), finding["headline"])


def numbers(finding):
    frames = finding["frames"]
    frames = json.loads(frames) if isinstance(frames, str) else frames
    return [int(x.rsplit(":", 1)[1]) for x in frames]


def expected(rule, findings):
    """The finding that an `expect` line means; None: there is none."""
    want = dict(x.split("=", 1) for x in rule[3:])
    by_id = {f["id"]: f for f in findings}
    for f in findings:
        cause = by_id.get(f["cause"])
        if f["rule"] != rule[1] or f["severity"] != rule[2]:
            continue
        if "frames" in want and numbers(f) != [int(x) for x in want["frames"].split(",")]:
            continue
        if "call" in want and f["call"] != int(want["call"]):
            continue
        if "follows" in want and (not cause or cause["rule"] != want["follows"]):
            continue
        if "with" in want and want["with"].replace("_", " ") not in f["headline"] + " " + f["detail"]:
            continue
        return f
    return None


def check(sipglass, path, rules, options):
    findings = run(sipglass, ["diagnose", "--json", path] + options)
    calls = {c["id"]: c for c in run(sipglass, ["calls", "--json", path] + options)}
    bad = []
    for rule in rules:
        if rule[0] == "expect" and not expected(rule, findings):
            bad.append("missing: " + " ".join(rule))
        elif rule[0] == "never":
            bad += ["unwanted: " + of(f) for f in findings
                    if f["rule"] == rule[1] and rule[2:] in ([], [f["severity"]])]
        elif rule[0] == "verdict" and calls[int(rule[1])]["verdict"] != rule[2]:
            bad.append("verdict of call %s: %s, not %s" % (rule[1], calls[int(rule[1])]["verdict"], rule[2]))
        elif rule[0] == "headline":
            texts = [f["headline"] for f in findings if f["rule"] == rule[2]]
            if calls[int(rule[1])]["headline"] not in texts:
                bad.append("headline of call %s: %s" % (rule[1], calls[int(rule[1])]["headline"]))
    return bad + (["    there is: " + of(f) for f in findings] if bad else [])


def make(name, rules, play, path):
    mtu = next((int(r[1]) for r in rules if r[0] == "mtu"), 1500)
    cut = next((int(r[1]) for r in rules if r[0] == "cut"), 0)
    cap = net.Capture()
    number = {r[0]: int(r[1]) for r in rules if r[0] in ("repeat", "snap", "apart")}
    scenario = Play(name, cap, mtu)
    for i in range(number.get("repeat", 1)):
        scenario.later = i * number.get("apart", 100)
        scenario.play(play)
    if ["copies"] in rules:
        cap.frames += [(when, n + len(cap.frames), data[:12] + b"\x81\x00\x00\x07" + data[12:])
                       for when, n, data in list(cap.frames)]
    cap.write(path, cut, number.get("snap", 262144))


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sipglass, names = os.path.abspath(sys.argv[1]), sys.argv[3:]
    failed = seen = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, rules, play in cases(sys.argv[2]):
            if names and name not in names:
                continue
            path = os.path.join(folder, name + ".pcap")
            make(name, rules, play, path)
            options = [w for r in rules if r[0] == "option" for w in r[1:]]
            config = [" ".join(r[1:]) for r in rules if r[0] == "config"]
            if config:
                options += ["--config", path + ".config"]
                with open(path + ".config", "w", encoding="utf-8") as f:
                    f.write("\n".join(["[diagnose]"] + config + [""]))
            bad = check(sipglass, path, rules, options)
            seen += 1
            failed += bool(bad)
            if bad:
                print("FAIL %s" % name)
                print("".join("    %s\n" % b for b in bad), end="")
    print("%d of %d cases agree" % (seen - failed, seen))
    return 1 if failed or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
