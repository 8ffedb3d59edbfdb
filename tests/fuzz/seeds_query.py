#!/usr/bin/env python3
"""Writes the seed files of fuzz_filter and fuzz_database."""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
FILTERS = [
    (0, "status >= 400 AND method = 'INVITE'"),
    (0, "alice busy"),
    (0, "from_user LIKE 'al%' OR pdd IS NULL"),
    (0, "id IN (SELECT call FROM messages WHERE status = 486)"),
    (2, "header(id, 'Reason') REGEXP '(?i)q\\.850'"),
    (2, "ip_in(src, '192.0.2.0/24 2001:db8::/32')"),
    (2, "time(time, 'hour') > '2023' AND number(cseq) = 1"),
    (0, "status = 1) OR (1=1 -- x"),
    (0, "from_user = 'x\" ; DROP TABLE calls"),
]
STATEMENTS = [
    "SELECT * FROM calls",
    "SELECT dst, percentile(pdd, 95), median(id) FROM calls GROUP BY 1 ORDER BY 2 DESC",
    "SELECT c.call_id, m.summary, text(m.id) FROM calls c JOIN messages m ON m.call = c.id",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 9) SELECT i FROM n",
    "SELECT value FROM findings, json_each(frames)",
    "SELECT time('2023-11-14 22:13:20'), time(1700000000, 'minute'), number('+1 (23)')",
    "SELECT * FROM streams LEFT JOIN slices ON slices.stream = streams.id ORDER BY mos",
    "DELETE FROM calls; ATTACH 'x' AS y",
]


def write(folder, name, data):
    with open(os.path.join(HERE, "corpus", folder, name), "wb") as f:
        f.write(data)


def value(table, row, column, kind, data):
    return bytes([1, table, row, column, kind, len(data)]) + data


def main():
    for i, (table, text) in enumerate(FILTERS):
        write("filter", "filter-%d" % i, bytes([table]) + text.encode())
    for i, text in enumerate(STATEMENTS):
        write("filter", "statement-%d" % i, b"\1" + text.encode())
    write("database", "whole", b"\0")
    write("database", "patched", bytes([0, 0, 2, 5, 99]) + bytes([0, 0, 20, 0, 7]))
    write("database", "times", value(4, 1, 11, 0, struct.pack("<q", -1)) + value(5, 1, 6, 0, struct.pack("<q", 1 << 62)))
    write("database", "slices", value(6, 1, 1, 0, struct.pack("<q", 0xffffffff)) + value(6, 2, 1, 0, struct.pack("<q", 0)))
    write("database", "texts", value(9, 1, 11, 2, b'["x:9","y') + value(7, 2, 5, 2, b"type 999 code x from"))
    write("database", "ids", value(0, 2, 0, 0, struct.pack("<q", 1 << 40)) + value(2, 3, 1, 0, struct.pack("<q", -5)))
    write("database", "gone", bytes([1, 0, 1, 79, 1, 2, 2, 79]))
    write("database", "reals", value(5, 1, 34, 1, struct.pack("<d", float("inf"))) + value(6, 1, 10, 1, struct.pack("<d", 1e300)))


if __name__ == "__main__":
    main()
