/*
 * A bounded store on disk for the text of messages, and for whole frames, that cannot
 * be read again from where they came: live capture, pipes, compressed files,
 * reassembled messages. Two pcapng files of half the size each: when one is full the
 * older is emptied, and spans into it are gone. The files have no name (O_TMPFILE or
 * unlinked at once).
 */
#ifndef CAPTURE_SPOOL_H
#define CAPTURE_SPOOL_H

#include "base/err.h"
#include "base/ledger.h"
#include "base/text.h"

#include <stdbool.h>

struct spool;

/* dir NULL: $TMPDIR or /var/tmp. Nothing is created before something is put. */
int spool_new(const char *dir, uint64_t size, struct ledger *ledger,
              struct spool **out);
void spool_free(struct spool *s);

/* Keeps bytes; returns 0 and the span, or -ERR_* (counted in the ledger). */
int spool_put(struct spool *s, const void *bytes, size_t n, struct span *out);

/* Keeps a whole frame (an EPB with its number as epb_packetid); *out is where its data
 * lies. */
int spool_put_frame(struct spool *s, const struct frame *frame, struct span *out);

/* Reads a span. Returns 0, -ERR_GONE (given up for newer text) or -ERR_IO. */
int spool_get(struct spool *s, struct span span, uint8_t *buffer);

/*
 * Walks the frames that are still kept, oldest first: each(ctx, frame) until it returns
 * non-zero, which is handed back. For saving from a live capture.
 */
int spool_each(struct spool *s, int (*each)(void *ctx, const struct frame *frame),
               void *ctx);

/*
 * The same with the frames of some time only. wants(ctx, from, to) says whether frames
 * of that span (ns) are to be read; they come in stretches of a quarter of a megabyte,
 * so that each() sees others, too.
 */
int spool_some(struct spool *s, bool (*wants)(void *ctx, int64_t from, int64_t to),
               int (*each)(void *ctx, const struct frame *frame), void *ctx);

/* How full the half that is being written is, in percent, and how many were begun: at
 * 100 the other one is given up. */
unsigned spool_percent(const struct spool *s);
unsigned spool_halves(const struct spool *s);

/* Bytes in use. */
uint64_t spool_used(const struct spool *s);

#endif
