#!/usr/bin/env python3
"""The verdicts on generated calls, held against what gencalls of ../shared/tools says of them.

    verdicts.py SIPGLASS clean|impaired [CALLS]

clean: without impairments, >= 99 % of the faulty calls have the rule of their fault and <= 0.5 % of the healthy ones
any critical finding. impaired: D14, D15 and D20 agree with the truth's loss and jitter, stream by stream. Exit status
77 (skipped) where the tools are absent.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "tools")
FAULTS = {"missing_ack": "C01", "one_way": "D02", "codec_mismatch": "A09", "auth_loop": "A06", "timeout_silent": "A01",
          "timeout_408": "A05", "media_timeout": "D06 C06", "redirect": "A21", "forbidden": "A08", "not_found": "A11",
          "no_answer": "A13", "busy": "A12", "unavailable": "A15 A16", "nat": "D03 D04", "slow_pdd": "A04"}
OPTIONS = {"clean": "--seed 5 --loss 0 --loss-model none --jitter 1 --dup 0 --reorder 0",
           "impaired": "--seed 6 --loss 0.04 --jitter 14 --hold 40 --mix answered_caller_bye=1 --codecs PCMA=1,PCMU=1"}


def rows(sipglass, command, path):
    p = subprocess.run([sipglass, command, "--json", path], capture_output=True, check=True, stdin=subprocess.DEVNULL)
    return [json.loads(x) for x in p.stdout.decode().splitlines()]


def clean(sipglass, capture, truth):
    ids = {c["call_id"]: c["id"] for c in rows(sipglass, "calls", capture)}
    of = defaultdict(list)
    for f in rows(sipglass, "diagnose", capture):
        of[f["call"]].append(f)
    named, faulty, alarmed, healthy, bad = Counter(), Counter(), 0, 0, []
    for t in truth:
        found = [f for i in t["call_ids"] for f in of[ids.get(i)]]
        rule = FAULTS.get(t["scenario"])
        if rule:
            faulty[t["scenario"]] += 1
            if any(f["rule"] in rule.split() for f in found):
                named[t["scenario"]] += 1
            else:
                bad.append("%s %s: not %s" % (t["scenario"], t["call_ids"][0], rule))
        else:
            healthy += 1
            crit = [f for f in found if f["severity"] == "crit"]
            alarmed += bool(crit)
            bad += ["%s %s: %s %s" % (t["scenario"], t["call_ids"][0], f["rule"], f["headline"]) for f in crit]
    n, all_ = sum(named.values()), sum(faulty.values())
    print("\n".join(bad[:20]))
    print("  ".join("%s %d/%d" % (k, named[k], faulty[k]) for k in sorted(faulty)))
    print("%d of %d faulty calls named (%.2f %%), %d of %d healthy ones with a critical finding (%.2f %%)" % (
        n, all_, 100 * n / all_, alarmed, healthy, 100 * alarmed / healthy))
    return n >= 0.99 * all_ and alarmed <= 0.005 * healthy


def impaired(sipglass, capture, truth):
    streams = {(s["src"], s["dst"], s["ssrc"]): s for s in rows(sipglass, "streams", capture)}
    found = defaultdict(dict)
    for f in rows(sipglass, "diagnose", capture):
        m = re.match(r"Stream (\d+), ", f["detail"])
        if m:
            found[int(m[1])][f["rule"]] = f["severity"]
    checks, bad = Counter(), []
    for t in truth:
        for s in t["rtp"]:
            seen = streams.get((s["src"], s["dst"], s["ssrc"]))
            if not seen or s["packets"] < 100 or s["last"] - s["first"] < 2.1 or s["event_packets"]:
                continue
            rules = found[seen["id"]]
            loss, jitter = 100 * s["lost"] / s["expected"], s["jitter_max_ms"]
            for rule, wanted in (("D14", "crit" if loss >= 3 else "warn" if loss >= 1 else None),
                                 ("D15", "any" if jitter >= 30 else None),
                                 ("D20", "any" if loss >= 9 else None)):
                have = rules.get(rule)
                ok = have == wanted or (wanted == "any" and have)
                if not wanted and have:
                    # Less than that over the whole stream may still be much at one moment.
                    quiet = {"D14": s["loss_burst_max"] < 10 and s["lost"] < 25,
                             "D15": s["jitter_mean_ms"] < 7 and s["reordered"] * 200 <= s["packets"],
                             "D20": loss == 0 and jitter < 10}[rule]
                    ok = not quiet
                checks[rule, wanted or "none", bool(ok)] += 1
                if not ok:
                    bad.append("%s: wanted %s, got %s; loss %.2f %% (run %d) jitter %.1f ms, %d packets, stream %d" % (
                        rule, wanted, have, loss, s["loss_burst_max"], jitter, s["packets"], seen["id"]))
    print("\n".join(bad[:20]))
    for key in sorted(checks):
        print("%s wanted %-4s %s: %d" % (key[0], key[1], "agrees" if key[2] else "DIFFERS", checks[key]))
    return not bad and {k[0] for k in checks if k[1] != "none"} >= {"D14", "D15", "D20"}


def main():
    if len(sys.argv) < 3 or sys.argv[2] not in OPTIONS:
        sys.exit(__doc__)
    source = os.path.join(TOOLS, "gencalls.c")
    if not os.path.exists(source):
        print("../shared/tools is absent")
        return 77
    kind, calls = sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else {"clean": "300", "impaired": "150"}[sys.argv[2]]
    with tempfile.TemporaryDirectory() as folder:
        tool, capture, truth = (os.path.join(folder, x) for x in ("gencalls", "a.pcap", "a.jsonl"))
        subprocess.run(["cc", "-O2", "-o", tool, source, "-lm"], check=True)
        subprocess.run([tool, "--calls", calls, *OPTIONS[kind].split(), "--out", capture, "--truth", truth], check=True,
                       stdout=subprocess.DEVNULL)
        with open(truth, encoding="utf-8") as f:
            told = [t for t in map(json.loads, f) if "scenario" in t]
        return 0 if globals()[kind](os.path.abspath(sys.argv[1]), capture, told) else 1


if __name__ == "__main__":
    sys.exit(main())
