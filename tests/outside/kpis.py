#!/usr/bin/env python3
"""KPIs of generated calls against figures worked out from their truth: gencalls of ../shared/tools.

    kpis.py SIPGLASS

Counts have to be equal, ratios and means too but for rounding; percentiles within 1 %. The rows of the hours add up to
the whole, and so do those of the minutes and seconds where they are kept. Exit status 77 (skipped) where the tools are
absent.
"""
import json
import math
import os
import subprocess
import sys
import tempfile

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "tools")
MIXES = {
    "udp": "",
    "tcp": "--transport tcp --tcp-retx 0.05 --tcp-reorder 0.05",
    "mixed": "--transport mix --ipv6 0.3 --vlan 0.3 --frag --noise 0.5 --sipnoise 0.3",
    "b2bua": "--b2bua 0.4",
}


def truth_of(path):
    """The figures of QUALITY's definitions, from what the generator says of each leg."""
    with open(path) as f:
        legs = [leg for line in f for leg in json.loads(line).get("legs", []) if leg["messages"]]
    n, answered = len(legs), [x for x in legs if x["answer"]]
    codes = {}
    for leg in legs:
        if not leg["answer"]:
            codes[leg["status"]] = codes.get(leg["status"], 0) + 1
    redirected = sum(c for s, c in codes.items() if 300 <= s < 400)
    effective = sum(codes.get(s, 0) for s in (480, 486, 600, 603))
    ineffective = sum(codes.get(s, 0) for s in (408, 500, 503, 504))
    rang_out = sum(1 for x in legs if not x["answer"] and x["status"] in (487, 408) and x["ring"])
    talks = [x["end"] - x["answer"] for x in answered if x["end"]]
    delays = sorted((x["ring"] or x["answer"]) - x["start"] for x in legs if x["ring"] or x["answer"])
    ups = sorted([(x["answer"], 1) for x in answered] + [(x["end"], -1) for x in answered if x["end"]])
    up = peak = 0
    for _, by in ups:
        up += by
        peak = max(peak, up)
    return {
        "attempts": n, "answered": len(answered), "redirected": redirected, "timeouts": codes.get(0, 0),
        "sum of outcomes": n,
        "concurrent": up, "concurrent_peak": peak,
        "asr": 100 * len(answered) / n, "ser": 100 * len(answered) / (n - redirected),
        "seer": 100 * (len(answered) + effective) / (n - redirected), "isa": 100 * ineffective / n,
        "ner": 100 * (len(answered) + effective + rang_out) / n,
        "acd": sum(talks) / len(talks), "srd": sum(delays) / len(delays),
        "short6": 100 * sum(1 for t in talks if t < 6) / len(talks),
        "pdd_p50": percentile(delays, 0.5), "pdd_p95": percentile(delays, 0.95),
        "codes": {str(s): c for s, c in codes.items()},
    }


def percentile(values, share):
    rank = share * (len(values) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (rank - low)


def near(name, got, want):
    if isinstance(want, (dict, int)) or got is None:
        return got == want
    slack = 0.01 * want if name.startswith("pdd") else 0.001 + 1e-5 * abs(want)
    return abs(got - want) <= slack


def sql(sipglass, capture, statement):
    out = subprocess.run([sipglass, "sql", "--no-media", "--json", capture, statement], check=True,
                         stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in out.splitlines()]


def check(sipglass, name, folder, gencalls):
    capture, truth = os.path.join(folder, name + ".pcap"), os.path.join(folder, name + ".jsonl")
    options = "--seed 23 --calls 1500 --rate 30 --hold 20 --media no".split()
    subprocess.run([gencalls, *options, *MIXES[name].split(), "--out", capture, "--truth", truth], check=True,
                   stdout=subprocess.DEVNULL)
    want = truth_of(truth)
    out = subprocess.run([sipglass, "stats", "--no-media", "--json", capture], check=True, stdout=subprocess.PIPE).stdout
    got = json.loads(out)["kpis"]
    got["sum of outcomes"] = sum(got[key] for key in ("answered", "redirected", "refused", "cancelled", "timeouts"))
    wrong = ["%s: %s: is %s, should be %s" % (name, key, got.get(key), value) for key, value in want.items()
             if not near(key, got.get(key), value)]
    for period in ("hour", "minute", "second"):
        sums = sql(sipglass, capture, "SELECT sum(attempts) AS attempts, sum(answered) AS answered FROM kpis "
                   "WHERE kind = 'all' AND period = '%s'" % period)[0]
        for key in ("attempts", "answered"):
            if sums[key] != want[key]:
                wrong.append("%s: %s of all %ss: %s, should be %s" % (name, key, period, sums[key], want[key]))
    print("%-6s %d attempts: %s" % (name, want["attempts"], "FAIL" if wrong else "agrees"))
    for line in wrong:
        print("  " + line)
    return not wrong


def main():
    sipglass = os.path.abspath(sys.argv[1])
    if not os.path.exists(os.path.join(TOOLS, "gencalls.c")):
        print("no %s: skipped" % os.path.normpath(TOOLS))
        return 77
    with tempfile.TemporaryDirectory(prefix="sipglass-kpis-") as folder:
        gencalls = os.path.join(folder, "gencalls")
        subprocess.run(["cc", "-O2", "-o", gencalls, os.path.join(TOOLS, "gencalls.c"), "-lm"], check=True)
        return 0 if all([check(sipglass, name, folder, gencalls) for name in MIXES]) else 1


if __name__ == "__main__":
    sys.exit(main())
