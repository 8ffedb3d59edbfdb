#include "quality/sequence.h"

#include <string.h>

/* RFC 3550 A.1 */
enum { MAX_DROPOUT = 3000, MAX_MISORDER = 100 };

static bool bit(const uint64_t *words, uint64_t number)
{
    return words[number / 64 % SEQUENCE_WORDS] >> (number % 64) & 1;
}

static void bit_set(uint64_t *words, uint64_t number)
{
    words[number / 64 % SEQUENCE_WORDS] |= (uint64_t)1 << (number % 64);
}

static void bit_clear(uint64_t *words, uint64_t number)
{
    words[number / 64 % SEQUENCE_WORDS] &= ~((uint64_t)1 << (number % 64));
}

/* A number leaves the window: what became of it is now final. */
static void settle(struct sequence *s, uint64_t number)
{
    bool seen = bit(s->seen, number);
    burst_add(&s->lost, !seen);
    burst_add(&s->unplayed, !seen || bit(s->late, number));
    bit_clear(s->seen, number);
    if (s->any_late)
        bit_clear(s->late, number);
}

/* First number of the epoch that is still in the window. */
static uint64_t window_start(const struct sequence *s)
{
    return s->highest - s->lowest >= SEQUENCE_WINDOW ? s->highest - SEQUENCE_WINDOW + 1
                                                     : s->lowest;
}

/* The highest number grows by k: numbers leave the window at its other end; those of a
 * gap longer than the window were never in it. */
static void advance(struct sequence *s, uint32_t k)
{
    uint64_t highest = s->highest + k;
    uint64_t from = window_start(s), to = s->highest + 1;
    if (highest >= SEQUENCE_WINDOW && highest - SEQUENCE_WINDOW + 1 < to)
        to = highest - SEQUENCE_WINDOW + 1;
    else if (highest < SEQUENCE_WINDOW)
        to = from;
    for (uint64_t n = from; n < to; n++)
        settle(s, n);
    if (k > SEQUENCE_WINDOW) {
        burst_add_bad(&s->lost, k - SEQUENCE_WINDOW);
        burst_add_bad(&s->unplayed, k - SEQUENCE_WINDOW);
    }
    s->highest = highest;
}

/* All that is left of the epoch becomes final. */
static void finish(struct sequence *s)
{
    for (uint64_t n = window_start(s); n <= s->highest; n++)
        settle(s, n);
    s->expected += (uint32_t)(s->highest - s->lowest + 1);
}

/* Extended numbers begin two cycles up, so that packets from before the first one have
 * numbers too. */
static void begin(struct sequence *s, uint16_t number)
{
    memset(s->seen, 0, sizeof s->seen);
    memset(s->late, 0, sizeof s->late);
    s->lowest = s->highest = (uint64_t)2 << 16 | number;
    bit_set(s->seen, s->highest);
    s->unique++;
    s->jumped = false;
    s->started = true;
}

static enum sequence_fate jump(struct sequence *s, uint16_t number)
{
    if (!s->jumped || number != s->bad) {
        s->strays += s->jumped;
        s->jumped = true;
        s->bad = (uint16_t)(number + 1);
        return SEQUENCE_JUMP;
    }
    finish(s);
    begin(s, (uint16_t)(number - 1));
    s->restarts++;
    s->highest++;
    bit_set(s->seen, s->highest);
    s->unique++;
    return SEQUENCE_RESTART;
}

/* A number at or below the highest. */
static enum sequence_fate behind(struct sequence *s, uint16_t back)
{
    uint64_t n = s->highest - back;
    if (n < s->lowest)
        s->lowest = n; /* came after the one the stream seemed to begin with */
    if (bit(s->seen, n)) {
        s->duplicates++;
        return SEQUENCE_DUPLICATE;
    }
    bit_set(s->seen, n);
    s->unique++;
    s->reordered++;
    return SEQUENCE_LATE;
}

enum sequence_fate sequence_add(struct sequence *s, uint16_t number)
{
    if (!s->started) {
        begin(s, number);
        return SEQUENCE_NEXT;
    }
    uint16_t ahead = (uint16_t)(number - (uint16_t)s->highest);
    if (ahead && ahead < MAX_DROPOUT) {
        advance(s, ahead);
        bit_set(s->seen, s->highest);
        s->unique++;
        s->strays += s->jumped;
        s->jumped = false;
        return SEQUENCE_NEXT;
    }
    uint16_t back = (uint16_t)-ahead;
    return back <= MAX_MISORDER ? behind(s, back) : jump(s, number);
}

uint64_t sequence_extend(const struct sequence *s, uint16_t number)
{
    return s->highest + (uint64_t)(int64_t)(int16_t)(number - (uint16_t)s->highest);
}

bool sequence_has(const struct sequence *s, uint64_t number)
{
    return s->started && number <= s->highest && number >= window_start(s) &&
           bit(s->seen, number);
}

void sequence_too_late(struct sequence *s, uint16_t number)
{
    uint16_t back = (uint16_t)((uint16_t)s->highest - number);
    if (back >= SEQUENCE_WINDOW)
        return;
    bit_set(s->late, s->highest - back);
    s->any_late = true;
}

uint64_t sequence_expected(const struct sequence *s)
{
    return s->started ? s->expected + s->highest - s->lowest + 1 : 0;
}

void sequence_figures(const struct sequence *s, struct sequence_figures *out)
{
    struct sequence c = *s;
    if (c.started)
        finish(&c);
    *out = (struct sequence_figures){
        .expected = c.expected,
        .lost = c.lost.bad,
        .loss_bursts = c.lost.run_count,
        .loss_burst_max = c.lost.run_max,
        .network = burst_figures(&c.lost),
        .playout = burst_figures(&c.unplayed),
    };
}
