#!/usr/bin/env python3
"""A database as a source gives what the capture gave that it was made of.

    same_source.py SIPGLASS samples | corpus | truth

Lists, ladders with media and verdicts of every capture are held against those of the database, with and without text.
Exit status 77 (skipped) where there is nothing to read.
"""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import same_rows

LISTS = ["calls", "messages", "streams", "slices", "offers", "events", "findings", "ledger", "registrations", "kpis"]
# Series of packets that nobody announced are on trial in a table with a random key: how many of them are counted as strays
# differs from run to run.
STRAY = ("rtp_stray", "rtcp_stray")
# Key figures go by the clock of the capture, which frames without SIP move as well; a database has messages alone, so that
# calls a second and what was still awaited at the end can differ in captures that have much else.
BY_CLOCK = ("kpis",)
CALLS = 12  # of each capture whose ladder is drawn


def store(sipglass, capture, folder, options):
    database = os.path.join(folder, "source.db")
    for end in ("", "-wal", "-shm"):
        if os.path.exists(database + end):
            os.unlink(database + end)
    same_rows.run(sipglass, "calls", "-q", capture, "--db", database, *options)
    return database


def rows(sipglass, source, table):
    listed = same_rows.rows_of(same_rows.run(sipglass, "sql", source, "--json", "SELECT * FROM %s" % table))
    return [r for r in listed if table != "ledger" or r["reason"] not in STRAY]


def usable(table, listed, text):
    """Without its text a message that cannot be parsed is known by less."""
    return [r for r in listed if table != "messages" or text or not r.get("malformed")]


def compare_lists(sipglass, capture, database, text, kind):
    faults, count = [], 0
    # Contacts, and causes of release, are in the text alone.
    for table in LISTS if text else LISTS[:-2]:
        if kind == "corpus" and table in BY_CLOCK:
            continue
        wanted = usable(table, rows(sipglass, capture, table), text)
        got = usable(table, rows(sipglass, database, table), text)
        count += len(wanted)
        fault = same_rows.differ(wanted, got)
        if fault:
            faults.append("%s: %s" % (table, fault))
    return count, faults


def compare_text(sipglass, capture, database, kind):
    faults = []
    calls = rows(sipglass, capture, "calls")
    step = max(1, len(calls) // CALLS)
    asked = [["diagnose"]] + ([["stats"]] if kind != "corpus" else []) + [["ladder", "--call", str(c["id"])] for c in calls[::step]]
    for arguments in asked:
        wanted, got = ([line.replace(capture.encode(), b"SOURCE").replace(database.encode(), b"SOURCE")
                        for line in same_rows.run(sipglass, *arguments, source).splitlines() if b"_stray" not in line]
                       for source in (capture, database))
        if wanted != got:
            pairs = zip(wanted + [b""], got + [b""])
            first = next(((a, b) for a, b in pairs if a != b), (b"", b""))
            faults.append("%s: %r and %r" % (" ".join(arguments), first[0], first[1]))
    return faults


def main():
    sipglass, kind = sys.argv[1], sys.argv[2]
    bad = count = 0
    with same_rows.scratch() as folder:
        found = same_rows.captures(kind, folder)
        if len(sys.argv) > 3:
            found = sys.argv[3:]
        for capture in found:
            for options in ([], ["--no-text"]):
                if options and "torture" in capture:
                    continue  # what cannot be parsed is known by its text alone
                database = store(sipglass, capture, folder, options)
                n, faults = compare_lists(sipglass, capture, database, not options, kind)
                faults += compare_text(sipglass, capture, database, kind) if not options else []
                count += n
                bad += len(faults) > 0
                for fault in faults:
                    print("FAIL %s %s: %s" % (os.path.basename(capture), " ".join(options), fault))
    print("%d captures, %d rows, %d with differences" % (len(found), count, bad))
    return 77 if not found else 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
