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

/* Bytes in use. */
uint64_t spool_used(const struct spool *s);

#endif
