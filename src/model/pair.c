#include "model/pair.h"

#include <math.h>
#include <stdlib.h>

/* Numbers are settled when they are that far behind: later their windows forget them.
 */
enum { SETTLE_DOWN = SEQUENCE_WINDOW / 2, SETTLE_UP = SEQUENCE_WINDOW - 64, LINE = 64 };
static const int64_t FRESH = 2000000000; /* ns: a box keeps no packet longer */

void pairs_free(struct pairs *p)
{
    if (!p)
        return;
    slab_done(&p->slab);
    slab_done(&p->rings);
    free(p);
}

struct pairs *pairs_new(void)
{
    /* A set is a line of the cache. */
    struct pairs *p = aligned_alloc(LINE, (sizeof *p + LINE - 1) / LINE * LINE);
    if (!p)
        return NULL;
    memset(p, 0, sizeof *p);
    slab_init(&p->slab, sizeof(struct pair));
    slab_init(&p->rings, sizeof(struct pair_ring));
    return p;
}

/* ---- what shows it ---- */

static const char *const bases[] = {
    [PAIR_NUMBERS] = "same numbers and timestamps",
    [PAIR_SSRC] = "same SSRC, numbers and timestamps",
    [PAIR_PAYLOADS] = "same payloads",
};

const char *pair_basis_words(enum pair_basis basis)
{
    return bases[basis];
}

enum pair_basis pair_basis_of(struct slice words)
{
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
        if (slice_eq(words, slice_str(bases[i])))
            return (enum pair_basis)i;
    return PAIR_NUMBERS;
}

/* ---- finding ---- */

/* Which set a packet belongs to, and what it is called there. */
static struct recent *set_of(struct pairs *p, uint16_t seq, uint32_t ts, uint32_t *name)
{
    uint64_t mixed = pairs_mix(seq, ts);
    *name = (uint32_t)(mixed >> 20) | 1;
    return p->recent[mixed >> 52];
}

uint32_t pairs_look(struct pairs *p, const struct rtp_stream *s,
                    const struct rtp_packet *packet, int64_t *time)
{
    uint32_t name, id = 0;
    struct recent *set = set_of(p, packet->seq, packet->ts, &name), *oldest = set;
    *time = INT64_MIN;
    for (int i = 0; i < RECENT_WAYS; i++) {
        if (set[i].seq_ts == name && set[i].stream == s->id)
            return 0; /* a duplicate */
        if (set[i].seq_ts == name && packet->time - set[i].time < FRESH &&
            set[i].time > *time) {
            id = set[i].stream;
            *time = set[i].time;
        }
        if (set[i].time < oldest->time)
            oldest = &set[i];
    }
    *oldest = (struct recent){name, s->id, packet->time};
    return id;
}

/* ---- counting ---- */

static bool up_has(const struct pair *p, uint64_t down_number)
{
    return p->up && sequence_has(&p->up->sequence, down_number + p->shift);
}

/* Counts the number that is next; both windows still hold it. */
static void settle_one(struct pair *p)
{
    uint64_t n = p->settled++;
    bool lost = up_has(p, n) && !sequence_has(&p->down->sequence, n);
    if (n <= p->down->sequence.highest)
        p->lost += lost;
    else
        p->ahead += lost;
}

static void settle_until(struct pair *p, uint64_t end)
{
    while (p->settled < end)
        settle_one(p);
}

/* Numbers that were counted as beyond down's highest are inside its span now. */
static void catch_up(struct pair *p)
{
    if (p->ahead && p->down->sequence.highest >= p->settled) {
        p->lost += p->ahead;
        p->ahead = 0;
    }
}

static bool goes_on(const struct pair *p)
{
    return p->up &&
           p->restarts == p->up->sequence.restarts + p->down->sequence.restarts;
}

static void settle(struct pair *p)
{
    if (!goes_on(p))
        return;
    uint64_t down = p->down->sequence.highest;
    uint64_t up = p->up->sequence.highest - p->shift;
    uint64_t end = down > SETTLE_DOWN ? down - SETTLE_DOWN : 0;
    if (up - SETTLE_UP > end && up > SETTLE_UP && up < down + (UINT64_C(1) << 32))
        end = up - SETTLE_UP;
    catch_up(p);
    settle_until(p, end);
}

static void delay(struct pair *p, double ms)
{
    p->delays++;
    p->delay += (ms - p->delay) / (double)p->delays;
    p->deviation += fabs(ms - p->delay);
}

static void went_in(struct pair_ring *r, uint64_t number, int64_t time)
{
    r->at[number % PAIR_RING] = time;
    r->number[number % PAIR_RING] = (uint32_t)number;
}

/* When the upstream's packet came that was not in its ring yet; 0: not known. */
static int64_t noted(const struct pairs *p, uint32_t stream,
                     const struct rtp_packet *packet)
{
    uint32_t name;
    const struct recent *set =
        set_of((struct pairs *)p, packet->seq, packet->ts, &name);
    for (int i = 0; i < RECENT_WAYS; i++)
        if (set[i].seq_ts == name && set[i].stream == stream)
            return set[i].time;
    return 0;
}

static void came_out(const struct pairs *all, struct pair *p, uint64_t number,
                     const struct rtp_packet *packet)
{
    uint64_t up = number + p->shift;
    const struct pair_ring *r = p->up->ring;
    if (!up_has(p, number))
        return;
    int64_t in = r && r->number[up % PAIR_RING] == (uint32_t)up
                     ? r->at[up % PAIR_RING]
                     : noted(all, p->up_id, packet);
    if (in)
        delay(p, (double)(packet->time - in) * 1e-6);
}

void pairs_take(const struct pairs *p, struct rtp_stream *s,
                const struct rtp_packet *packet, bool fresh)
{
    uint64_t n = sequence_extend(&s->sequence, packet->seq);
    if (fresh && s->ring)
        went_in(s->ring, n, packet->time);
    if (s->pair && goes_on(s->pair)) {
        if (s->sequence.lowest < s->pair->settled && !s->pair->lost &&
            s->sequence.highest - s->sequence.lowest < SETTLE_DOWN)
            s->pair->settled = s->sequence.lowest;
        if (fresh)
            came_out(p, s->pair, n, packet);
        settle(s->pair);
    }
    for (struct pair *d = s->pairs_down; d; d = d->next)
        settle(d);
}

/* ---- joining and leaving ---- */

bool pairs_join(struct pairs *p, struct rtp_stream *up, struct rtp_stream *down,
                const struct pair_proof *proof)
{
    struct pair *pair = slab_take(&p->slab);
    if (!pair)
        return false;
    if (!up->ring)
        up->ring = slab_take(&p->rings);
    *pair = (struct pair){
        .up = up,
        .down = down,
        .next = up->pairs_down,
        .shift = proof->up_number - proof->down_number,
        .settled = down->sequence.lowest,
        .up_id = up->id,
        .restarts = up->sequence.restarts + down->sequence.restarts,
        .basis = proof->by_payload        ? PAIR_PAYLOADS
                 : up->ssrc == down->ssrc ? PAIR_SSRC
                                          : PAIR_NUMBERS,
    };
    uint64_t window = down->sequence.highest - SETTLE_DOWN;
    if (down->sequence.highest > SETTLE_DOWN && pair->settled < window)
        pair->settled = window;
    delay(pair, (double)(proof->down_time - proof->up_time) * 1e-6);
    up->pairs_down = down->pair = pair;
    return true;
}

void pairs_drop(struct pairs *p, struct rtp_stream *s)
{
    for (struct pair *d = s->pairs_down; d; d = d->next) {
        if (goes_on(d))
            settle_until(d, d->down->sequence.highest + 1);
        d->up = NULL;
    }
    slab_give(&p->rings, s->ring);
    struct pair *mine = s->pair;
    if (mine && mine->up) {
        struct pair **at = &mine->up->pairs_down;
        while (*at != mine)
            at = &(*at)->next;
        *at = mine->next;
    }
    slab_give(&p->slab, mine);
    s->pair = s->pairs_down = NULL;
    s->ring = NULL;
}

bool pair_figures(const struct rtp_stream *s, struct pair_figures *out)
{
    if (!s->pair)
        return false;
    struct pair p = *s->pair;
    catch_up(&p);
    if (goes_on(&p))
        settle_until(&p, p.down->sequence.highest + 1);
    *out = (struct pair_figures){
        .lost = p.lost,
        .delay = p.delay,
        .jitter = p.delays ? p.deviation / (double)p.delays : 0,
        .has_delay = p.delays > 0,
        .up = p.up_id,
        .basis = p.basis,
    };
    return true;
}
