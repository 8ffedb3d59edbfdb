/*
 * The capturing side of a live source: opens the interface through libpcap, opens it
 * again when it comes back, and copies its frames into a ring. It runs in a thread of
 * the reader's process, or in another process that was forked from it and alone may
 * open interfaces; both see the same memory.
 */
#ifndef CAPTURE_TAP_H
#define CAPTURE_TAP_H

#include "base/err.h"
#include "base/ring.h"

#include <stdbool.h>
#include <stdint.h>

struct tap;

struct tap_options {
    const char *interface;
    const char *bpf; /* NULL: none */
    int buffer_mb;   /* kernel buffer; 0: 64 */
    int snaplen;     /* 0: 262144 */
};

/* A frame in the ring; its bytes follow. */
struct tap_record {
    int64_t time; /* ns since 1970 */
    uint32_t caplen, len;
    uint32_t link;      /* LINKTYPE_ number */
    uint32_t interface; /* index for tap_interface() */
};

enum tap_state {
    TAP_OPENING, /* for the first time */
    TAP_UP,
    TAP_DOWN,   /* open, but the interface is set down */
    TAP_GONE,   /* the interface is away; tried again and again */
    TAP_FAILED, /* could not be opened the first time */
    TAP_ENDED,
};

struct tap_counts {
    uint64_t kernel_drops, interface_drops, ring_drops;
    uint32_t outages; /* how often the interface went down or away */
    uint32_t reopened;
};

/* Memory and descriptors for an interface; nothing is opened yet. NULL when they are
 * short. */
struct tap *tap_new(const struct tap_options *options);

/* Frees what this process has of it. NULL is fine. */
void tap_free(struct tap *t);

/* Captures until tap_stop(); what fails is told through the functions below. */
void tap_run(struct tap *t);

/* The reader's side, from here on. */

/* Ends tap_run() within a tenth of a second; what the kernel has by then still comes.
 */
void tap_stop(struct tap *t);

/* Waits until the interface is open. Returns 0, or -ERR_* and why. */
int tap_wait(struct tap *t, struct errmsg *why);

/* Another capture filter, from the next frames on. Returns 0, or -ERR_USAGE and why. */
int tap_filter(struct tap *t, const char *bpf, struct errmsg *why);

/* Where the records are; its consumer is the reader. */
struct ring *tap_ring(struct tap *t);

/* Readable when there is something in the ring that was empty, or a state changed. */
int tap_fd(const struct tap *t);

/* Takes the readiness back; then look at the ring once more. */
void tap_settle(struct tap *t);

/* How it stands now. */
enum tap_state tap_state(const struct tap *t);

/* What was lost, since the start. */
struct tap_counts tap_counts(const struct tap *t);

/* Name of the interface that a record names; "" for an unknown one. */
const char *tap_interface(const struct tap *t, uint32_t index);

/* Why the interface is away, or why capturing ended; "" for no reason. */
const char *tap_why(const struct tap *t);

#endif
