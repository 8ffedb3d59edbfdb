#include "quality/sequence.h"

#include <string.h>

/* RFC 3550 A.1 */
enum { MAX_DROPOUT = 3000, MAX_MISORDER = 100 };

static bool bit(const struct sequence *s, uint64_t number)
{
    return s->seen[number / 64 % SEQUENCE_WORDS] >> (number % 64) & 1;
}

static void bit_set(struct sequence *s, uint64_t number)
{
    s->seen[number / 64 % SEQUENCE_WORDS] |= (uint64_t)1 << (number % 64);
}

/* What became of 64 numbers, those of the epoch among them, is now final. */
static void settle(struct sequence *s, uint64_t word)
{
    uint64_t seen = s->seen[word % SEQUENCE_WORDS];
    uint64_t played = seen & ~s->late[word % SEQUENCE_LATE_WORDS];
    uint64_t from = word * 64, to = from + 63;
    bool whole = from >= s->lowest && to <= s->highest;
    if (whole && played == UINT64_MAX) {
        burst_add_good(&s->lost, 64);
        burst_add_good(&s->unplayed, 64);
    } else if (whole && !seen) {
        burst_add_bad(&s->lost, 64);
        burst_add_bad(&s->unplayed, 64);
    } else {
        from = from < s->lowest ? s->lowest : from;
        to = to > s->highest ? s->highest : to;
        for (uint64_t n = from; n <= to; n++) {
            burst_add(&s->lost, !(seen >> (n % 64) & 1));
            burst_add(&s->unplayed, !(played >> (n % 64) & 1));
        }
    }
}

/* The highest number grows by k. Packets come at most MAX_MISORDER late, so what lies
 * four words back can change no more. */
static void advance(struct sequence *s, uint32_t k)
{
    uint64_t word = s->highest / 64;
    s->highest += k;
    while (word < s->highest / 64) {
        word++;
        settle(s, word - SEQUENCE_LATE_WORDS);
        s->seen[word % SEQUENCE_WORDS] = 0;
        s->late[word % SEQUENCE_LATE_WORDS] = 0;
    }
}

/* All that is left of the epoch becomes final. */
static void finish(struct sequence *s)
{
    uint64_t word = s->highest / 64;
    for (uint64_t i = SEQUENCE_LATE_WORDS; i-- > 0;)
        settle(s, word - i);
    s->expected += (uint32_t)(s->highest - s->lowest + 1);
}

/* Extended numbers begin two cycles up, so that packets from before the first one have
 * numbers too. */
static void begin(struct sequence *s, uint16_t number)
{
    memset(s->seen, 0, sizeof s->seen);
    memset(s->late, 0, sizeof s->late);
    s->lowest = s->highest = (uint64_t)2 << 16 | number;
    bit_set(s, s->highest);
    s->unique++;
    s->jumped = false;
    s->started = true;
}

/* Far behind it may still be a number that is known: it begins an epoch only if the
 * next one follows it. */
static enum sequence_fate jump(struct sequence *s, uint16_t number)
{
    if (!s->jumped || number != s->bad) {
        uint16_t back = (uint16_t)((uint16_t)s->highest - number);
        s->strays += s->jumped && !s->again;
        s->jumped = true;
        s->bad = (uint16_t)(number + 1);
        s->again = back <= SEQUENCE_WINDOW && sequence_has(s, s->highest - back);
        s->duplicates += s->again;
        return s->again ? SEQUENCE_DUPLICATE : SEQUENCE_JUMP;
    }
    s->duplicates -= s->again;
    finish(s);
    begin(s, (uint16_t)(number - 1));
    s->restarts++;
    s->highest++;
    bit_set(s, s->highest);
    s->unique++;
    return SEQUENCE_RESTART;
}

/* A number at or below the highest. */
static enum sequence_fate behind(struct sequence *s, uint16_t back)
{
    uint64_t n = s->highest - back;
    if (n < s->lowest)
        s->lowest = n; /* came after the one the stream seemed to begin with */
    if (bit(s, n)) {
        s->duplicates++;
        return SEQUENCE_DUPLICATE;
    }
    bit_set(s, n);
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
        bit_set(s, s->highest);
        s->unique++;
        s->strays += s->jumped && !s->again;
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
    return s->started && number <= s->highest && number >= s->lowest &&
           s->highest / 64 - number / 64 < SEQUENCE_WORDS && bit(s, number);
}

void sequence_too_late(struct sequence *s, uint16_t number)
{
    uint16_t back = (uint16_t)((uint16_t)s->highest - number);
    uint64_t n = s->highest - back;
    if (back <= MAX_MISORDER)
        s->late[n / 64 % SEQUENCE_LATE_WORDS] |= (uint64_t)1 << (n % 64);
}

/* Adds 64 numbers whose fate is not final, those that are of the epoch; `open`: the
 * number before them is bad. */
static void peek(const struct sequence *s, uint64_t word, bool *open,
                 struct sequence_bad *out)
{
    uint64_t from = word * 64, in = UINT64_MAX;
    if (from + 63 < s->lowest || from > s->highest)
        return;
    if (from < s->lowest)
        in <<= s->lowest - from;
    if (from + 63 > s->highest)
        in &= UINT64_MAX >> (from + 63 - s->highest);
    uint64_t bad =
        (~s->seen[word % SEQUENCE_WORDS] | s->late[word % SEQUENCE_LATE_WORDS]) & in;
    out->numbers += (uint32_t)__builtin_popcountll(bad);
    out->runs += (uint32_t)__builtin_popcountll(bad & ~(bad << 1 | *open));
    *open = bad >> 63;
}

struct sequence_bad sequence_unplayed(const struct sequence *s)
{
    struct sequence_bad out = {s->unplayed.bad, s->unplayed.run_count};
    bool open = s->unplayed.run > 0;
    uint64_t word = s->highest / 64;
    for (uint64_t i = SEQUENCE_LATE_WORDS; s->started && i-- > 0;)
        peek(s, word - i, &open, &out);
    return out;
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
