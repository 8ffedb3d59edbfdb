/*
 * The walk over the records of a capture file: classic pcap (pcap_walk.c) and pcapng
 * (pcapng_walk.c). Only whole records are taken, so that after -ERR_AGAIN the walk goes
 * on where it stood.
 */
#ifndef CAPTURE_WALK_H
#define CAPTURE_WALK_H

#include "base/frame.h"
#include "base/ledger.h"
#include "base/vec.h"
#include "capture/file_reader.h"

#include <stdbool.h>
#include <string.h>

/* Seconds since 1970 in ns stay within this, so that differences cannot overflow. */
#define WALK_TIME_MAX ((int64_t)1 << 62)

enum walk_format { WALK_UNKNOWN, WALK_PCAP, WALK_PCAPNG };

struct pcap_walk {
    uint32_t header;  /* bytes of a record header: 16, or 24 (modified) */
    uint32_t tick;    /* ns of a unit of the fraction: 1000 or 1 */
    uint32_t longest; /* plausible captured length */
    uint32_t link;
    bool swap_lengths; /* versions before 2.4 */
};

struct pcapng_interface {
    uint64_t ticks;      /* of a second, where it is no power of two; 0: 2^shift */
    uint64_t multiplier; /* ns of a tick where that is a whole number; else 0 */
    uint64_t simple;     /* ticks below this only need multiplying */
    int64_t offset;      /* ns to add */
    uint32_t link, snaplen;
    uint16_t index;          /* frame.interface */
    uint8_t shift;           /* or more powers of ten that ticks has no room for */
    uint64_t ifdrop, osdrop; /* last told */
};

struct pcapng_walk {
    VEC(struct pcapng_interface) interfaces; /* of this section */
    VEC(char *) names;                       /* by frame.interface; owned */
};

struct walk {
    enum walk_format format;
    bool swap; /* the file's numbers are in the other byte order */
    bool bad;  /* something was no record, or the end is missing */
    struct file_reader *reader;
    struct ledger *ledger;
    uint16_t file;
    uint64_t number;                        /* of the newest frame */
    int64_t last;                           /* its time */
    uint64_t kernel_drops, interface_drops; /* as the file tells */
    struct pcap_walk pcap;
    struct pcapng_walk pcapng;
};

/* Starts with nothing known of the file. */
void walk_init(struct walk *w, struct file_reader *reader, struct ledger *ledger,
               uint16_t file);
void walk_done(struct walk *w);

/* Reads the file's header where that has not been done. Returns 0, -ERR_AGAIN,
 * -ERR_END (empty), -ERR_FORMAT (no capture), -ERR_CUT (ends inside its header). */
int walk_start(struct walk *w);

/*
 * The next frame, except for file and offset rules: out->offset is a position in the
 * stream. Returns 0, -ERR_AGAIN, -ERR_END, -ERR_CUT, or the reader's error.
 */
int walk_next(struct walk *w, struct frame *out);

/* The next frame lies whole in what was read: walk_next will not move any bytes. */
bool walk_ready(const struct walk *w);

/* Forgets the file's header: the next bytes begin another file (rotation). Frame
 * numbers go on. */
void walk_restart(struct walk *w);

/* Counts `bytes` that are no record after the newest frame. */
void walk_bad(struct walk *w, uint64_t bytes);

/* Why the reader has no more, given that a record should follow: -ERR_CUT in a record.
 */
int walk_end(struct walk *w);

/*
 * Takes bytes, `step` at a time, until plausible(w) says that a record starts there, or
 * none are left; counts them.
 */
void walk_resync(struct walk *w, size_t step, bool (*plausible)(struct walk *w));

/*
 * Where the record here is longer than the rest of the file: looks, `step` bytes at a
 * time, for records in that rest, which would mean that its length is damaged. True:
 * stands at one; what was passed over is counted. False: has not moved.
 */
bool walk_hidden(struct walk *w, size_t step, bool (*plausible)(struct walk *w));

/* Reads what stands before the first frame of a classic pcap file. Returns 0 or -ERR_*.
 */
int pcap_walk_start(struct walk *w);

/* The next frame of it, as source_next gives it. */
int pcap_walk_next(struct walk *w, struct frame *out);

/* walk_ready() of it. */
bool pcap_walk_ready(const struct walk *w);

/* Reads the first section header of a pcapng file. Returns 0 or -ERR_*. */
int pcapng_walk_start(struct walk *w);

/* The next frame of it, as source_next gives it. */
int pcapng_walk_next(struct walk *w, struct frame *out);

/* walk_ready() of it. */
bool pcapng_walk_ready(const struct walk *w);

/* Frees what pcapng_walk_start made. */
void pcapng_walk_done(struct walk *w);

/* Name of an interface by frame.interface; "" where the file does not name it. */
const char *pcapng_walk_name(const struct walk *w, uint16_t index);

/* Numbers of the file at p, which need not be aligned. */
static inline uint16_t walk_u16(const struct walk *w, const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return w->swap ? __builtin_bswap16(v) : v;
}

static inline uint32_t walk_u32(const struct walk *w, const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return w->swap ? __builtin_bswap32(v) : v;
}

static inline uint64_t walk_u64(const struct walk *w, const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return w->swap ? __builtin_bswap64(v) : v;
}

#endif
