#!/usr/bin/env python3
"""Bad input and bad places to write: one clear line each, the right exit status, and everything readable printed.

    bad_input.py SIPGLASS
"""
import filecmp
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PLAIN = os.path.join(HERE, "..", "..", "samples", "plain.pcap")
faults = 0


def run(args, **more):
    env = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8", COLUMNS="120")
    p = subprocess.run(args, stdin=more.pop("stdin", subprocess.DEVNULL), stdout=more.pop("stdout", subprocess.PIPE),
                       stderr=subprocess.PIPE, env=env, timeout=30, **more)
    return p.returncode, (p.stdout or b"").decode(), p.stderr.decode()


def check(what, ok, got):
    global faults
    faults += not ok
    print("%s %s%s" % ("ok  " if ok else "FAIL", what, "" if ok else "\n     got: %r" % (got,)))


def one_line(err, *parts):
    return err.count("\n") == 1 and err.startswith("sipglass: ") and all(p in err for p in parts)


def unreadable(sipglass, folder, data):
    """Sources that cannot be read at all."""
    def path(name, content=None):
        p = os.path.join(folder, name)
        if content is not None:
            with open(p, "wb") as f:
                f.write(content)
        return p
    empty, text = path("empty.pcap", b""), path("text.pcap", b"this is no capture\n" * 20)
    for what, source in (("no such file", path("none.pcap")), ("a directory", folder), ("an empty file", empty),
                         ("not a capture", text), ("cut in the file header", path("head.pcap", data[:20]))):
        got = run([sipglass, "calls", source])
        check(what + ": one line that names it, exit 1", got[0] == 1 and one_line(got[2], source), got)
    locked = path("locked.pcap", data)
    os.chmod(locked, 0)
    if os.geteuid() != 0:
        got = run([sipglass, "calls", locked])
    else:
        def drop():
            os.setgid(65534)
            os.setuid(65534)
        os.chmod(folder, 0o755)
        got = run([sipglass, "calls", locked], preexec_fn=drop)
    check("wrong permissions: one line, exit 1", got[0] == 1 and one_line(got[2], locked), got)
    got = run([sipglass, "sql", PLAIN, PLAIN, "SELECT count(*) FROM calls", "--json"])
    check("output for programs: what it does not show is said beside it", got[0] == 0 and got[1].count("\n") == 1 and
          got[2].startswith("sipglass: ledger: ") and got[2].count("\n") == 1, got)
    got = run([sipglass, "sql", PLAIN, PLAIN, "SELECT count(*) FROM calls", "--json", "-q"])
    check("quiet: nothing beside it", got[2] == "", got)
    got = run([sipglass, "calls", empty, PLAIN, "--json"])
    check("a bad file beside a good one: the good one's calls, exit 1",
          got[0] == 1 and got[1].count("\n") == 1 and one_line(got[2], empty), got)


def cut(sipglass, folder, data):
    """A file cut anywhere: what was whole is printed."""
    ends, at = [], 24
    while at < len(data):
        at += 16 + int.from_bytes(data[at + 8:at + 12], "little")
        ends.append(at)
    source = os.path.join(folder, "cut.pcap")
    for what, n, messages in (("in a record's header", ends[3] + 7, 4), ("in a packet", ends[3] + 100, 4),
                              ("between packets", ends[4], 5), ("behind the file header", 24, 0)):
        with open(source, "wb") as f:
            f.write(data[:n])
        whole = n in ends or n == 24
        got = run([sipglass, "messages", source, "--json"])
        check("cut %s: %d messages, exit %d" % (what, messages, not whole),
              got[0] == (not whole) and got[1].count("\n") == messages and (whole or source in got[2]), got)


def writing(sipglass, folder):
    """A closed pipe, full disks."""
    many = ["sh", "-c", '"$0" messages "$@" --json | head -n 1', sipglass] + [PLAIN] * 200
    got = run(many)
    check("a closed pipe: quiet", got[1].count("\n") == 1 and got[2] == "", got)
    with open("/dev/full", "w") as full:
        got = run([sipglass, "calls", PLAIN], stdout=full)
    check("full standard output: one line, exit 1", got[0] == 1 and one_line(got[2]), got)
    out = os.path.join(folder, "out.pcap")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))
    before = os.listdir(folder)
    got = run([sipglass, "save", PLAIN, "-O", out], preexec_fn=limit)
    check("a full disk while saving: one line, exit 1, nothing half-written left",
          got[0] == 1 and one_line(got[2], out) and os.listdir(folder) == before, (got, os.listdir(folder)))
    source = os.path.join(folder, "source.pcap")
    link = os.path.join(folder, "link.pcap")
    shutil.copy(PLAIN, source)
    os.symlink(source, link)
    got = run([sipglass, "save", source, "-O", link])
    check("saving over a source: one line, exit 1, the source as it was",
          got[0] == 1 and one_line(got[2], link) and filecmp.cmp(PLAIN, source, False), got)
    pipe = os.path.join(folder, "pipe")
    os.mkfifo(pipe)
    got = run([sipglass, "save", PLAIN, "-O", pipe])
    check("saving over a pipe: one line, exit 1, the pipe still there",
          got[0] == 1 and one_line(got[2], pipe) and stat.S_ISFIFO(os.stat(pipe).st_mode), got)
    got = run([sipglass, "save", PLAIN, "-O", os.path.join(folder, "no", "out.pcap")])
    check("saving into no folder: one line, exit 1", got[0] == 1 and one_line(got[2]), got)
    got = run([sipglass, "save", PLAIN, "-O", out])
    same = run([sipglass, "messages", out, "--json"])[1].count("\n")
    check("saving: the same messages", got[0] == 0 and same == 7, (got, same))


def usage(sipglass):
    for what, args in (("an unknown option", ["calls", "--nonsense", PLAIN]), ("an option without its value", ["calls", PLAIN, "--width"]),
                       ("no source", ["calls"]), ("a wrong format", ["calls", "--format", "xml", PLAIN]),
                       ("a wrong capture filter", ["calls", "-f", "no filter (", PLAIN])):
        got = run([sipglass] + args)
        check(what + ": exit 2, nothing on standard output", got[0] == 2 and not got[1] and got[2].startswith("sipglass: "), got)
    got = run([sipglass, "frobnicate"])
    check("neither a file nor a command: one line that says so, exit 1", got[0] == 1 and one_line(got[2], "frobnicate", "command"), got)
    got = run([sipglass, "sql", PLAIN, "selct"])
    check("a statement of one wrong word: one line of SQL's, exit 2", got[0] == 2 and one_line(got[2], "sql", "selct"), got)
    for args in (["-h"], ["--help"], ["-V"], ["--version"]):
        got = run([sipglass] + args)
        check(args[0] + ": exit 0, on standard output", got[0] == 0 and got[1] and not got[2], got)


def main():
    sipglass = os.path.abspath(sys.argv[1])
    with open(PLAIN, "rb") as f:
        data = f.read()
    with tempfile.TemporaryDirectory(prefix="sipglass-bad-") as folder:
        unreadable(sipglass, folder, data)
        cut(sipglass, folder, data)
        writing(sipglass, folder)
        usage(sipglass)
        with open(PLAIN, "rb") as f:
            got = run([sipglass, "calls", "-", "--json"], stdin=f)
        check("standard input: the same calls", got[0] == 0 and got[1].count("\n") == 1, got)
    print("%d faults" % faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
