/*
 * The walk over a capture file in memory, for the fuzz targets: read in one piece and
 * in small ones, which must give the same frames.
 */
#ifndef WALK_TWICE_H
#define WALK_TWICE_H

#include "capture/walk.h"

#include <stdlib.h>

struct walk_sum {
    uint64_t frames, bytes, last;
    bool packed;
};

static inline struct walk_sum walk_whole(const uint8_t *data, size_t n, size_t step,
                                         struct ledger *ledger)
{
    struct walk_sum sum = {0};
    struct file_reader reader;
    struct walk w;
    struct frame f;
    const char *kind;
    ledger_init(ledger);
    file_reader_init_memory(&reader, data, n, step);
    walk_init(&w, &reader, ledger, 0);
    int err = file_reader_detect(&reader, &kind);
    if (!err)
        err = walk_start(&w);
    while (!err && !(err = walk_next(&w, &f))) {
        if (!reader.decompress &&
            (f.offset + f.caplen > n || memcmp(data + f.offset, f.data, f.caplen)))
            abort();
        if (f.time < 0)
            abort();
        w.number++;
        w.last = f.time;
        sum.frames++;
        sum.bytes += f.caplen;
        sum.last = (uint64_t)f.time;
    }
    if (err == -ERR_AGAIN)
        abort();
    sum.packed = reader.decompress;
    walk_done(&w);
    file_reader_done(&reader);
    return sum;
}

static inline int walk_twice(const uint8_t *data, size_t n)
{
    static struct ledger one, other;
    struct walk_sum a = walk_whole(data, n, 0, &one);
    struct walk_sum b = walk_whole(data, n, 1 + n % 100, &other);
    if (a.packed)
        return 0;
    if (a.frames != b.frames || a.bytes != b.bytes || a.last != b.last)
        abort();
    if (ledger_total(&one, LEDGER_FILE_BAD) != ledger_total(&other, LEDGER_FILE_BAD))
        abort();
    return 0;
}

#endif
