/*
 * Where the text of messages lies: in the file it came from, or in the spool. The model
 * keeps spans, and everyone who wants to read a message asks through this interface.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/frame.h"

#include <stddef.h>

enum { SPAN_SPOOL = 0xffff, SPAN_NONE = 0xfffe };

struct span {
    uint64_t offset;
    uint32_t length;
    uint16_t file; /* index of a source, SPAN_SPOOL, or SPAN_NONE: no text kept */
    uint16_t zero;
};

struct text {
    /*
     * Keeps n bytes (they belong to `frame`, which may be NULL) and sets *out. Bytes
     * that lie inside a frame that can be read again from its file are not copied: the
     * span points there. Returns 0 or -ERR_* (then out->file is SPAN_NONE).
     */
    int (*put)(struct text *self, const struct frame *frame, const uint8_t *bytes,
               size_t n, struct span *out);
    /*
     * Keeps a whole frame for saving, where frames do not stay in a file (live, pipes).
     * Does nothing for a frame of a plain file. Returns 0 or -ERR_*.
     */
    int (*keep)(struct text *self, const struct frame *frame);
    /* Reads a span into buffer (at least span.length bytes). Returns 0, -ERR_GONE or
     * -ERR_IO. */
    int (*get)(struct text *self, struct span span, uint8_t *buffer);
};

#endif
