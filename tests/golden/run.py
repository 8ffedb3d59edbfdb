#!/usr/bin/env python3
"""Holds what sipglass prints against what it must print.

    run.py SIPGLASS messages [NAME...]   cases/LIST: the messages of a capture, in order
    run.py SIPGLASS values [NAME...]     VALUES: fields of rows, worked out from the scenario texts
    run.py SIPGLASS output [NAME...]     LIST: the whole output
    run.py --update SIPGLASS output [NAME...]   writes the expected files; read every one before committing

    run.py --check-cases                 that make_cases.py still makes the files in cases/

Without names, everything in the list. Exit status 0: all agree.
"""
import difflib
import filecmp
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.join(HERE, "..", "..", "samples")
CASES = os.path.join(HERE, "cases")
# Controls but for the line end, bidirectional controls, bytes that are no UTF-8.
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\udc80-\udcff]")


def rows(path):
    """The lines of a list: fields between bars."""
    with open(path) as f:
        lines = [x.rstrip("\n") for x in f if x.strip() and not x.startswith("#")]
    return [[field.strip() for field in line.split(" | ")] for line in lines]


def run(sipglass, args, folder):
    env = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8", COLUMNS="120", TERM="dumb")
    p = subprocess.run([sipglass] + args, cwd=folder, env=env, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return p.returncode, p.stdout.decode("utf-8", "surrogateescape"), \
        p.stderr.decode("utf-8", "surrogateescape")


def table(sipglass, command, capture, folder):
    status, out, err = run(sipglass, [command, capture, "--json"], folder)
    if status not in (0, 1):
        raise SystemExit("%s %s: exit status %d\n%s" % (command, capture, status, err))
    return [json.loads(line) for line in out.splitlines()]


def shown(call_id):
    call_id = call_id or "-"
    if len(call_id) <= 80:
        return call_id
    return "~%d:%s" % (len(call_id), hashlib.sha1(call_id.encode()).hexdigest())


def check_messages(sipglass, name, _, expected):
    got = ["%s@%s#%s" % (m["status"] or m["method"], shown(m["call_id"]), m["cseq"])
           for m in table(sipglass, "messages", name + ".pcap", CASES)]
    return list(difflib.unified_diff(expected.split(), got, "expected", "got", lineterm="", n=1))


def same(want, got):
    """A value of VALUES (text) against one of JSON; times and durations to the microsecond."""
    if want == "null":
        return got is None
    if isinstance(got, bool):
        return want == ("true" if got else "false")
    if isinstance(got, (int, float)):
        return abs(float(want) - got) < 1.5e-6
    return want == str(got)


def check_values(sipglass, name, command, *expected):
    """One row of `expected` a row of the table: its id and field=value pairs."""
    got = {str(r["id"]): r for r in table(sipglass, command, name + ".pcap", SAMPLES)}
    bad = []
    for want in expected:
        key, *pairs = want.split()
        if key == "rows":
            if len(got) != int(pairs[0]):
                bad.append("%d rows, expected %s" % (len(got), pairs[0]))
            continue
        row = got.get(key, {})
        for pair in pairs:
            field, _, value = pair.partition("=")
            if field not in row or not same(value.replace("%20", " "), row[field]):
                bad.append("%s %s: %s is %r, expected %s" % (command, key, field, row.get(field, "not there"), value))
    return bad


def check_output(sipglass, name, sample, arguments, expected, update=False):
    args = arguments.split()
    args = [sample if a == "{}" else a for a in args] + ([] if "{}" in args else [sample])
    status, out, err = run(sipglass, args, SAMPLES)
    text = out + "".join("stderr: %s\n" % line for line in err.splitlines())
    if status:
        text += "exit status %d\n" % status
    unsafe = UNSAFE.findall(text.replace("\r\n", "\n"))
    if unsafe:
        return ["characters that a terminal may act on: %r" % sorted(set(unsafe))]
    path = os.path.join(HERE, "expected", expected)
    if update:
        with open(path, "w", errors="surrogateescape", newline="") as f:
            f.write(text)
        return []
    if not os.path.exists(path):
        return ["no expected file " + expected]
    with open(path, errors="surrogateescape", newline="") as f:
        want = f.read()
    return [x.rstrip("\n") for x in difflib.unified_diff(
        want.splitlines(), text.splitlines(), expected, "got", lineterm="")]


KINDS = {"messages": ("cases/LIST", check_messages), "values": ("VALUES", check_values),
         "output": ("LIST", check_output)}


def values(found):
    """VALUES has several lines a name and command: together they are one check."""
    out = {}
    for name, command, *rest in found:
        out.setdefault((name, command), []).extend(rest)
    return [[name, command] + rest for (name, command), rest in out.items()]


def check_cases():
    with tempfile.TemporaryDirectory() as made:
        subprocess.run([sys.executable, os.path.join(HERE, "make_cases.py"), made], check=True)
        names = set(os.listdir(made)) | set(os.listdir(CASES))
        _, different, missing = filecmp.cmpfiles(made, CASES, sorted(names), shallow=False)
    for name in different + missing:
        print("%s: not what make_cases.py makes" % name)
    return 1 if different or missing else 0


def main():
    args = sys.argv[1:]
    if args == ["--check-cases"]:
        return check_cases()
    update = "--update" in args
    args = [a for a in args if a != "--update"]
    if len(args) < 2 or args[1] not in KINDS:
        sys.exit(__doc__)
    sipglass, kind, names = os.path.abspath(args[0]), args[1], args[2:]
    path, check = KINDS[kind]
    found = rows(os.path.join(HERE, path))
    if kind == "values":
        found = values(found)
    found = [r for r in found if not names or r[0] in names]
    if not found:
        sys.exit("no such name in " + path)
    failed = 0
    for row in found:
        bad = check(sipglass, *row, update=True) if update and kind == "output" else check(sipglass, *row)
        failed += bool(bad)
        print("%s %s" % ("FAIL" if bad else "ok  ", row[0]))
        for line in bad:
            print("    " + line.encode("unicode_escape").decode())
    print("%d of %d agree" % (len(found) - failed, len(found)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
