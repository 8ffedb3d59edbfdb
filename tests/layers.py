#!/usr/bin/env python3
"""Checks the rules of the house that a compiler does not: who may include whom (docs/architecture.md), which file may
use which library, calls that have no bound, and that every prototype in a header says what it means.

    layers.py [ROOT]      prints a line a fault; exit status 1 if there is one
"""
import os
import re
import sys

# layer -> what it may include ("model/restore.h": only that header; "*": any layer), outside headers
LAYERS = {
    "dissect": (["dissect"], []),
    "base": (["base"], ["pthread.h", "zlib.h"]),
    "capture": (["base", "capture", "dissect/hep.h", "dissect/slice.h"], ["pcap.h", "pcap/pcap.h", "zlib.h", "zstd.h", "lz4frame.h", "pthread.h"]),
    "quality": (["base", "quality"], ["math.h"]),
    "model": (["base", "dissect", "quality", "model"], []),
    "engine": (["base", "dissect", "model", "engine"], []),
    "diagnose": (["base", "dissect", "model", "diagnose"], []),
    "view": (["base", "dissect", "model", "diagnose", "view"], []),
    "query": (["base", "view", "query", "model/restore.h"], ["sqlite3.h", "pcre2.h", "pthread.h"]),
    "out": (["base", "view", "query", "out", "capture/pcap_writer.h"], []),
    "service": (["base", "view", "query", "out", "model", "service", "dissect/slice.h", "dissect/rtcp.h"],
                ["cap-ng.h", "seccomp.h", "microhttpd.h", "ini.h", "pthread.h"]),
    "cli": (["*"], ["sqlite3.h", "editline/readline.h"]),
    "top": (["*"], ["pthread.h"]),
    "tui": (["base", "view", "query", "out", "tui", "service/config.h", "service/config_edit.h", "trace.h", "pump.h",
             "save.h", "options.h"], []),
}
# a library's headers -> the only files that may include them
ONLY = [
    (re.compile(r"^(ncursesw?/)?(ncurses|curses|term)\.h$"), re.compile(r"^tui/curses\.c$")),
    (re.compile(r"^(osip|osipparser2/)"), re.compile(r"^(dissect/strict\.c|tests/.*)$")),
]
ALLOWED_EXTRA = {"dissect/strict.c": ["osipparser2/"], "tui/curses.c": ["ncurses.h", "ncursesw/ncurses.h", "curses.h"]}
# What belongs to the C library and the system: anyone may include it.
SYSTEM = re.compile(r"^(assert|ctype|dirent|endian|errno|fcntl|getopt|inttypes|langinfo|limits|locale|math|poll|signal|stdarg"
                    r"|stdbool|stddef|stdint|stdio|stdlib|string|strings|termios|threads|time|unistd|wchar|wctype|stdatomic"
                    r"|emmintrin|immintrin|arm_neon|sys/[a-z_]+|net/if|netinet/in|arpa/inet|netdb|glob|libgen|pwd|grp|syslog)\.h$")
UNBOUNDED = re.compile(r"\b(sprintf|vsprintf|strcpy|stpcpy|strcat|sscanf|gets|system|popen)\s*\(")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def files(root):
    for top in ("dissect", "src", "tui"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def layer(path):
    parts = path.split("/")
    if parts[0] == "src":
        return parts[1] if len(parts) > 2 else "top"
    return parts[0]


def without_comments(text):
    """The text with comments and strings blanked, line by line as before."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m[0])
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def include_faults(path, text):
    allowed, outside = LAYERS.get(layer(path), ([], []))
    for number, line in enumerate(text.splitlines(), 1):
        m = INCLUDE.match(line)
        if not m:
            continue
        name = m[2]
        for header, where in ONLY:
            if header.match(name) and not where.match(path):
                yield number, "%s may not be included here" % name
        if m[1] == "<":
            extra = outside + ALLOWED_EXTRA.get(path, [])
            if not SYSTEM.match(name) and not any(name.startswith(e) for e in extra) and \
                    not any(h.match(name) for h, _ in ONLY):
                yield number, "the layer `%s` does not use <%s>" % (layer(path), name)
            continue
        target = layer(name if name.startswith(("dissect/", "tui/")) else "src/" + name)
        if "*" in allowed or name in allowed or (target in allowed and "/" in name):
            continue
        yield number, 'the layer `%s` may not include "%s"' % (layer(path), name)


def prototypes(code):
    """(line, name) of each function prototype of a header without comments."""
    depth, start = 0, 0
    for m in re.finditer(r"[{};]", re.sub(r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$", lambda m: re.sub(r"[^\n]", " ", m[0]), code)):
        c = m[0]
        if c == "{":
            depth += 1
        elif c == "}":
            depth -= 1
            if depth == 0:
                start = m.end()
        elif depth == 0:
            text = code[start:m.start()]
            start_of = start + len(text) - len(text.lstrip())
            start = m.end()
            text = re.sub(r"__attribute__\s*\(\(.*?\)\)", "", text, flags=re.S).strip()
            call = re.match(r"^[A-Za-z_][\w\s*]*?\b(\w+)\s*\([^;]*\)$", text, re.S)
            if call and not text.startswith("typedef") and not re.match(r"^(struct|enum|union)\s+\w+\s*$", text):
                yield code.count("\n", 0, start_of) + 1, call[1]


def comment_faults(text, code):
    """
    A prototype has a comment above it or behind it on its lines; or stands below another that has one; or
    right below the declaration of a type that has one.
    """
    lines = text.splitlines()
    told = set()  # last lines of what a comment belongs to
    for m in re.finditer(r"(?m)^(struct|enum)\s+\w+\s*(\{[^{}]*\}|\{.*?^\})?\s*;", code, re.S):
        first, last = code.count("\n", 0, m.start()), code.count("\n", 0, m.end())
        if first and (lines[first - 1].rstrip().endswith("*/") or first - 1 in told):
            told.add(last)
    for number, name in prototypes(code):
        above, end = number - 2, number - 1
        while ";" not in lines[end]:
            end += 1
        while above >= 0 and (lines[above].startswith("#") or lines[above].endswith("\\")):
            above -= 1
        before = lines[above].rstrip() if above >= 0 else ""
        behind = "/*" in lines[end] or any("/*" in x for x in lines[number - 1:end])
        if before.endswith("*/") or behind or above in told:
            while "/*" in lines[end] and "*/" not in lines[end]:
                end += 1
            told.add(end)
            continue
        yield number, "the prototype of %s has no comment" % name


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    faults = seen = 0
    for path in files(root):
        seen += 1
        with open(os.path.join(root, path), encoding="utf-8") as f:
            text = f.read()
        code = without_comments(text)
        found = list(include_faults(path, text))
        for number, line in enumerate(code.splitlines(), 1):
            m = UNBOUNDED.search(line)
            if m:
                found.append((number, "%s has no bound on what it writes or runs" % m[1]))
        if path.endswith(".h"):
            # Macros with parameters in tables would read as prototypes: blank preprocessor lines.
            found += comment_faults(text, re.sub(
                r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$", lambda m: re.sub(r"[^\n]", " ", m[0]), code))
        for number, what in sorted(found):
            faults += 1
            print("%s:%d: %s" % (path, number, what))
    print("%d files, %d faults" % (seen, faults))
    return 1 if faults or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
