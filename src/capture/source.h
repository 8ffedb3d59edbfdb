/*
 * Where frames come from: files and pipes (source_file.c), interfaces (source_live.c),
 * HEP agents (source_hep.c). All are read the same way: source_next() until it says
 * there is nothing more now.
 */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include "base/err.h"
#include "base/frame.h"
#include "base/ledger.h"

#include <stdbool.h>
#include <stddef.h>

struct source;
struct tap; /* capture/tap.h */

struct source_ops {
    int (*next)(struct source *s, struct frame *out);
    bool (*ready)(const struct source *s); /* next moves no bytes handed on before */
    int (*poll_fd)(const struct source *s);
    int (*read_at)(struct source *s, uint64_t offset, void *buffer, size_t n);
    const char *(*interface)(const struct source *s, uint16_t index);
    void (*update)(struct source *s);
    void (*stop)(struct source *s);
    int (*filter)(struct source *s, const char *bpf, struct errmsg *why);
    void (*free)(struct source *s);
};

/* What a source tells about itself; faces read it at any time. */
struct source_state {
    uint64_t frames;      /* handed on */
    uint64_t bytes_read;  /* of the file (compressed bytes where it is compressed) */
    uint64_t bytes_total; /* size of the file; 0: not known (pipe, interface) */
    int64_t first, last;  /* time of the first and newest frame, ns; 0: none yet */
    uint64_t kernel_drops, interface_drops, ring_drops;
    unsigned ring_percent; /* how full the ring is */
    bool live;             /* an interface */
    bool follow;           /* goes on at the end of the file */
    bool seekable;         /* frames stay where frame.offset says */
    bool pipe;        /* cannot be read a second time: standard input, a named pipe, or
                         followed into other files */
    bool down;        /* the interface is down or gone */
    bool gone;        /* it is gone; it is opened again when it comes back */
    unsigned outages; /* how often it went down or away */
};

/* The first member of every source. */
struct source {
    const struct source_ops *ops;
    char *name;    /* as the user gave it; owned */
    uint16_t file; /* index, goes into every frame */
    struct ledger *ledger;
    struct source_state state;
    /* why it ended, or what could not be read: without name and prefix */
    struct errmsg error;
    bool failed; /* something was wrong: exit status 1 */
};

struct source_options {
    /* NULL: none (file), the default that keeps fragments and VLANs (live) */
    const char *bpf;
    bool follow;   /* files: read on as it grows or rotates */
    int buffer_mb; /* live: kernel buffer; 0: 64 MB */
    int snaplen;   /* live; 0: 262144 */
    /* live: the capturing side, which runs in another process; NULL: a thread here */
    struct tap *tap;
    int tap_alive;         /* a descriptor that is hung up when that process ends */
    const char *hep_key;   /* HEP: what envelopes must prove themselves with; NULL */
    const char *hep_allow; /* HEP: networks that may send; NULL: everybody */
};

/*
 * Opens a capture file, "-" = standard input. Plain, gzip, zstd and lz4 by their magic,
 * pcap and pcapng by theirs. Returns 0 and *out, or -ERR_* and why ("not a capture
 * file: ...").
 */
int source_file_open(const char *path, uint16_t file,
                     const struct source_options *options, struct ledger *ledger,
                     struct source **out, struct errmsg *why);

/*
 * Opens an interface ("any" too) and begins to capture. Returns as above; the message
 * says what to do where permission is missing. An interface that goes away later is
 * opened again when it is back.
 */
int source_live_open(const char *interface, uint16_t file,
                     const struct source_options *options, struct ledger *ledger,
                     struct source **out, struct errmsg *why);

/* Another capture filter for a live source, from the next frames on; "": none. Returns
 * 0, -ERR_UNSUPPORTED for other sources, or -ERR_* and why. */
int source_filter(struct source *s, const char *bpf, struct errmsg *why);

/*
 * Listens for HEP at "udp:ADDR:PORT" or "tcp:ADDR:PORT" and starts its thread. Each
 * envelope comes as the IP packet that a capture beside the listener would have of it.
 * Returns as above.
 */
int source_hep_open(const char *url, uint16_t file,
                    const struct source_options *options, struct ledger *ledger,
                    struct source **out, struct errmsg *why);

/*
 * The next frame: 0 and *out (bytes valid until the next call), -ERR_AGAIN: none now,
 * ask later (live, pipe, --follow), -ERR_END: no more, or -ERR_*: broken off, s->error
 * says why. After END or an error only source_free and read_at may follow.
 */
int source_next(struct source *s, struct frame *out);

/*
 * At least one frame, and as many of those after it as are there without reading, up to
 * max (at least 1): 0 and their number in *n; the bytes of all of them are valid until
 * the next call. Else as source_next.
 */
int source_next_some(struct source *s, struct frame *out, size_t max, size_t *n);

/* A file descriptor to poll for reading while source_next says AGAIN; -1: none (try
 * again after a while). */
int source_poll_fd(const struct source *s);

/* Reads n bytes at `offset` of a seekable source again. Returns 0, -ERR_GONE or
 * -ERR_IO. */
int source_read_at(struct source *s, uint64_t offset, void *buffer, size_t n);

/* Name of an interface by frame.interface; "" where the file does not name it. */
const char *source_interface(const struct source *s, uint16_t index);

/* Brings state and ledger up to date (drops of a live source). Cheap; call once a
 * second. */
void source_update(struct source *s);

/* Ends a live capture: what was captured until now still comes, then -ERR_END. Nothing
 * for other sources. */
void source_stop(struct source *s);

/* Closes and frees; a live thread is stopped. NULL is fine. */
void source_free(struct source *s);

/*
 * Several sources as one, in order of time. Files are merged frame by frame; live
 * sources are taken as they come. Owns the sources.
 */
struct source_merge;
int source_merge_new(struct source **sources, size_t n, struct source_merge **out);
int source_merge_next(struct source_merge *m,
                      struct frame *out); /* as source_next; a source
                                             that fails is left out */
/* The same for as many frames as source_next_some gives. */
int source_merge_next_some(struct source_merge *m, struct frame *out, size_t max,
                           size_t *n);
int source_merge_progress(
    const struct source_merge *m); /* percent of the bytes of all files; -1:
                                      not known (live, pipes, follow) */
struct source *source_merge_at(struct source_merge *m, size_t i);
size_t source_merge_count(const struct source_merge *m);
void source_merge_free(struct source_merge *m);

#endif
