/*
 * A capture that is written for days: files of a bounded size and time, of which a
 * bounded number stays. Nothing that goes wrong ends it: what cannot be written is
 * counted, and another file is tried later.
 */
#ifndef CAPTURE_ROTATION_H
#define CAPTURE_ROTATION_H

#include "base/err.h"
#include "base/frame.h"
#include "base/ledger.h"

#include <stdbool.h>

struct rotation;

struct rotation_options {
    const char *path; /* .pcapng: pcapng. With a size or time each file's name gets a
                         number and its start: NAME_00001_20240312093000.pcapng; so has
                         one that is begun after a failure */
    uint64_t size;    /* bytes after which a file is full; 0: never */
    int64_t seconds;  /* after which another is begun; 0: never */
    unsigned files;   /* that stay, also of those written before; 0: all */
};

/*
 * Begins the first file, so that what is wrong with the place is known at once. The
 * path is copied. Returns 0 and *out, or -ERR_* and why.
 */
int rotation_new(const struct rotation_options *o, struct ledger *ledger,
                 struct rotation **out, struct errmsg *why);

/* Adds a frame; one that cannot be written is counted in the ledger. */
void rotation_add(struct rotation *r, const struct frame *frame);

/* Once a second: what waits in memory is written, files are changed by time, and a
 * place that was full is tried again. `now`: monotonic, ns. */
void rotation_tick(struct rotation *r, int64_t now);

/* What happened since it was asked last: that writing failed and why, that it works
 * again. Returns false where there is nothing new to say. */
bool rotation_said(struct rotation *r, struct errmsg *out);

/* Frames written, and files begun. */
uint64_t rotation_frames(const struct rotation *r);
unsigned rotation_files(const struct rotation *r);

/* Closes the newest file and frees. Returns 0, or -ERR_* and why. NULL is fine. */
int rotation_end(struct rotation *r, struct errmsg *why);

#endif
