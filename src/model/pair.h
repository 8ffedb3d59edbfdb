/*
 * Streams that carry the same media into a box and out of it: found by sequence number
 * and timestamp, whatever the SSRC, or by payloads where the box rewrites these too.
 * What the box added is told by two windows of numbers, one of each stream.
 */
#ifndef MODEL_PAIR_H
#define MODEL_PAIR_H

#include "model/rtp_stream.h"

/* What shows that two streams are one into a box and out of it. */
enum pair_basis {
    PAIR_NUMBERS, /* sequence numbers and timestamps */
    PAIR_SSRC,    /* these, and the SSRC */
    PAIR_PAYLOADS /* payloads alone: the box rewrites numbers and timestamps */
};

/* In words; and what the words mean, PAIR_NUMBERS where they are none of these. */
const char *pair_basis_words(enum pair_basis basis);
enum pair_basis pair_basis_of(struct slice words);

/* Of the stream that comes out. */
struct pair {
    struct rtp_stream *up; /* goes into the box; NULL: it is gone, `up_id` was its id */
    struct rtp_stream *down;
    struct pair *next;  /* of the same upstream */
    uint64_t shift;     /* the upstream's extended number = down's + shift (mod 2^64) */
    uint64_t settled;   /* down's numbers below it are counted */
    uint64_t lost;      /* of these, in the upstream and not in down */
    uint64_t ahead;     /* the same, above down's highest: outside its span so far */
    uint64_t ahead_end; /* numbers below it are in `ahead` or counted */
    uint64_t delays;
    double delay, deviation; /* ms: mean; sum of distances from the mean so far */
    uint32_t up_id;
    uint32_t restarts; /* of both when they were paired: numbers begin anew later */
    enum pair_basis basis;
};

enum { PAIR_RING = 128 };

/* When the newest packets of an upstream came. */
struct pair_ring {
    int64_t at[PAIR_RING];
    uint32_t number[PAIR_RING]; /* lower half of the extended number; 0: none */
};

enum { RECENT_SETS = 4096, RECENT_WAYS = 4 };

struct pairs {
    struct recent {
        uint32_t seq_ts; /* the two mixed */
        uint32_t stream; /* id */
        int64_t time;
    } recent[RECENT_SETS][RECENT_WAYS]; /* packets of streams without a pair */
    struct slab slab, rings;
};

/* Number and timestamp mixed: which set a packet belongs to, and its name there. */
static inline uint64_t pairs_mix(uint16_t seq, uint32_t ts)
{
    return ((uint64_t)ts << 16 ^ seq) * 0x9e3779b97f4a7c15u;
}

/* Begins to load what pairs_look() will need soon. */
static inline void pairs_fetch(const struct pairs *p, uint16_t seq, uint32_t ts)
{
    __builtin_prefetch(p->recent[pairs_mix(seq, ts) >> 52], 1);
}

/* NULL when memory is short; free accepts NULL. */
struct pairs *pairs_new(void);
void pairs_free(struct pairs *p);

/*
 * A packet that may be one half of a pair: remembered for others, and looked for
 * among those that came before. Returns the id of another stream that had the same
 * packet first, and sets *time to when; 0: none.
 */
uint32_t pairs_look(struct pairs *p, const struct rtp_stream *s,
                    const struct rtp_packet *packet, int64_t *time);

/* A packet of two streams: its extended numbers, and when it came. */
struct pair_proof {
    uint64_t up_number, down_number;
    int64_t up_time, down_time;
    bool by_payload;
};

/* Makes two streams a pair. Returns false when memory is short. */
bool pairs_join(struct pairs *p, struct rtp_stream *up, struct rtp_stream *down,
                const struct pair_proof *proof);

/* A packet (no copy) of a stream that is one half of pairs. */
void pairs_take(const struct pairs *p, struct rtp_stream *s,
                const struct rtp_packet *packet, bool fresh);

/* The stream leaves: the figures of those it goes out as stay as they are. */
void pairs_drop(struct pairs *p, struct rtp_stream *s);

/* What the box added: false: the stream has no pair. */
struct pair_figures {
    uint64_t lost;
    double delay, jitter; /* ms */
    bool has_delay;
    uint32_t up; /* id */
    enum pair_basis basis;
};
bool pair_figures(const struct rtp_stream *s, struct pair_figures *out);

#endif
