/*
 * RTP sequence numbers: what was expected, lost, duplicated, reordered (RFC 3550 A.1,
 * A.3). A number's fate is final some 200 numbers later: until then a late packet still
 * fills its place.
 */
#ifndef QUALITY_SEQUENCE_H
#define QUALITY_SEQUENCE_H

#include "quality/burst.h"

/* Numbers that are known one by one: at least SEQUENCE_WINDOW behind the highest. */
enum { SEQUENCE_WORDS = 17, SEQUENCE_WINDOW = 1024, SEQUENCE_LATE_WORDS = 4 };

enum sequence_fate {
    SEQUENCE_NEXT,      /* a new highest number */
    SEQUENCE_LATE,      /* new, but after a higher one */
    SEQUENCE_DUPLICATE, /* seen before */
    SEQUENCE_JUMP,      /* far off: believed when the next one follows it (A.1) */
    SEQUENCE_RESTART,   /* the second in a row far off: a new epoch began with the one
                           before */
};

/* Zero it to start. What each packet uses comes first. */
struct sequence {
    uint64_t lowest, highest; /* extended numbers of this epoch */
    uint32_t unique;          /* numbers received, all epochs */
    uint16_t bad;             /* the number that would confirm a jump */
    bool started, jumped;
    bool again;                             /* the number that jumped had been seen */
    uint64_t seen[SEQUENCE_WORDS];          /* words of 64 numbers, the newest last */
    uint64_t late[SEQUENCE_LATE_WORDS];     /* received, but too late to be played */
    uint32_t expected;                      /* of the epochs before */
    uint32_t duplicates, reordered, strays; /* strays: jumps that nothing followed */
    uint32_t restarts;
    struct burst lost;     /* numbers whose fate is final: lost on the way */
    struct burst unplayed; /* the same, with those that came too late for the buffer */
};

struct sequence_figures {
    uint64_t expected, lost;
    uint64_t loss_bursts, loss_burst_max; /* runs of lost numbers, the longest */
    struct burst_figures network;         /* loss on the way */
    struct burst_figures playout;         /* loss and lateness together */
};

/* Takes a packet's number. */
enum sequence_fate sequence_add(struct sequence *s, uint16_t number);

/* The extended number that `number` means now, among those near the highest. */
uint64_t sequence_extend(const struct sequence *s, uint16_t number);

/* True where an extended number of this epoch was seen; false for one that is more than
 * SEQUENCE_WINDOW behind the highest and not known any more. */
bool sequence_has(const struct sequence *s, uint64_t number);

/* The packet just added (NEXT or LATE) is too late to be played. */
void sequence_too_late(struct sequence *s, uint16_t number);

/* The figures as if the stream ended here. */
void sequence_figures(const struct sequence *s, struct sequence_figures *out);

/* Numbers lost or too late so far, and their runs, over all epochs, as if the stream
 * ended here: cheap, for figures per slice. */
struct sequence_bad {
    uint32_t numbers, runs;
};
struct sequence_bad sequence_unplayed(const struct sequence *s);

/* Numbers expected so far, over all epochs: cheap, for figures per slice. */
uint64_t sequence_expected(const struct sequence *s);

#endif
