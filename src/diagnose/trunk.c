/* A15 over many calls: trunks that refuse one call after the other, or a part of them
 * when many are up; and how many were up then. */
#include "diagnose/trunk.h"
#include "diagnose/say.h"
#include "diagnose/tally.h"

#include <stdlib.h>

enum { ROW = 5, WINDOW_CALLS = 20, WINDOW_REFUSED = 3 };

/* ---- in a row ---- */

static unsigned calls_up(const struct exam *e, const struct addr *peer, int64_t at)
{
    unsigned up = 0;
    for (size_t k = 0; k < e->calls->list.n; k++) {
        const struct call *c = e->calls->list.at[k];
        up += c && c->answer && c->hop && addr_same_ip(&c->hop->dst, peer) &&
              c->answer <= at && (!c->end || c->end > at);
    }
    return up;
}

static void in_a_row(struct exam *e, const struct rule *r)
{
    struct tally t = {.by_addr = {0}};
    for (size_t i = 0; i < e->calls->list.n; i++) {
        const struct call *c = calls_row(e->calls, i);
        if (!c || !c->invite || !c->hop || (c->status != 503 && !c->answer))
            continue;
        struct tally_row *row = tally_get(&t, &c->hop->dst);
        if (!row)
            break;
        if (c->status == 503 && !c->answer)
            tally_count(row, c->start, c->id);
        else
            tally_break(row);
    }
    for (size_t i = 0; i < t.rows.n; i++) {
        const struct tally_row *row = t.rows.at[i];
        const struct call *first = calls_by_id(e->calls, row->call);
        struct draft *d =
            row->most >= ROW && first ? exam_find(e, r, SEVERITY_CRIT, 80) : NULL;
        if (!d)
            continue;
        d->peer = row->addr;
        draft_msg(d, first->first);
        say(&d->headline, "%i refused %u calls in a row with 503, at %u calls up",
            &row->addr, row->most, calls_up(e, &row->addr, first->start));
        say(&d->detail,
            "Calls %u to %u, over %t. The number of calls up when it began "
            "may be the limit of the trunk.",
            row->call, row->last, row->longest);
    }
    tally_done(&t);
}

/* ---- a part of them ---- */

struct attempt {
    uint64_t peer; /* hash of the IP called */
    int64_t start; /* of the call: sorting leaves the calls alone */
    const struct call *call;
    unsigned up; /* calls up to that peer when it began */
    bool refused;
};

static int by_peer(const void *a, const void *b)
{
    const struct attempt *x = a, *y = b;
    if (x->peer != y->peer)
        return x->peer < y->peer ? -1 : 1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->call->id > y->call->id) - (x->call->id < y->call->id);
}

static int by_number(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Fills in how many calls were up at each attempt, which are in order of time. */
static bool count_up(struct attempt *at, size_t n)
{
    int64_t *begun = malloc(2 * n * sizeof *begun), *ended = begun ? begun + n : NULL;
    size_t b = 0, e = 0;
    if (!begun)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct call *c = at[i].call;
        begun[i] = c->answer ? c->answer : INT64_MAX;
        ended[i] = c->answer && c->end ? c->end : INT64_MAX;
    }
    qsort(begun, n, sizeof *begun, by_time);
    qsort(ended, n, sizeof *ended, by_time);
    for (size_t i = 0; i < n; i++) {
        while (b < n && begun[b] <= at[i].start)
            b++;
        while (e < n && ended[e] <= at[i].start)
            e++;
        at[i].up = (unsigned)(b - e);
    }
    free(begun);
    return true;
}

/* The number that 95 of 100 attempts that were taken began below. */
static unsigned usually_up(const struct attempt *at, size_t n)
{
    unsigned *up = malloc(n * sizeof *up), p95 = 0;
    size_t taken = 0;
    for (size_t i = 0; up && i < n; i++)
        if (!at[i].refused)
            up[taken++] = at[i].up;
    if (taken) {
        qsort(up, taken, sizeof *up, by_number);
        p95 = up[taken * 95 / 100 < taken ? taken * 95 / 100 : taken - 1];
    }
    free(up);
    return p95;
}

static void judge_peer(struct exam *e, const struct rule *r, struct attempt *at,
                       size_t n)
{
    size_t refused = 0, begin = 0, best = 0, best_n = 0, first = 0;
    for (size_t i = 0; i < n; i++) {
        for (refused += at[i].refused; at[i].start - at[begin].start > 60 * SECOND;
             begin++)
            refused -= at[begin].refused;
        size_t here = i - begin + 1;
        if (here >= WINDOW_CALLS && refused >= WINDOW_REFUSED &&
            (double)refused * 100 > e->limit->overload_share * (double)here &&
            refused > best) {
            best = refused;
            best_n = here;
            first = begin;
        }
    }
    if (!best || !count_up(at, n))
        return;
    unsigned usual = usually_up(at, n), least = UINT32_MAX;
    size_t high = 0;
    for (size_t i = first; i < first + best_n; i++)
        if (at[i].refused) {
            high += at[i].up >= usual;
            least = at[i].up < least ? at[i].up : least;
        }
    struct draft *d =
        usual && high * 2 > best ? exam_find(e, r, SEVERITY_CRIT, 75) : NULL;
    if (!d)
        return;
    draft_peer(d, &at[first].call->hop->dst);
    d->group = 1;
    for (size_t i = first; i < first + best_n; i++)
        if (at[i].refused)
            draft_msg(d, at[i].call->first);
    say(&d->headline, "%i refused %u of %u calls in 60 s with 503, from %u calls up on",
        &at[first].call->hop->dst, (unsigned)best, (unsigned)best_n, least);
    say(&d->detail,
        "Of the calls that it took, 95 of 100 began with at most %u up: the trunk's "
        "limit of channels, or of calls a second, is reached.",
        usual);
}

static bool had_row(const struct exam *e, const struct rule *r, const struct addr *peer)
{
    for (size_t i = 0; i < e->drafts; i++)
        if (e->draft[i].rule == r && addr_same_ip(&e->draft[i].peer, peer))
            return true;
    return false;
}

static void share(struct exam *e, const struct rule *r)
{
    VEC(struct attempt) list = {0};
    for (size_t i = 0; i < e->calls->list.n; i++) {
        const struct call *c = calls_row(e->calls, i);
        if (!c || !c->invite || !c->hop || (c->status != 503 && !c->answer))
            continue;
        struct addr ip = c->hop->dst;
        ip.port = 0;
        struct attempt one = {hash_bytes(&ip, sizeof ip), c->start, c, 0,
                              c->status == 503 && !c->answer};
        if (!vec_push(&list, one))
            break;
    }
    if (list.n)
        qsort(list.at, list.n, sizeof *list.at, by_peer);
    for (size_t i = 0, k; i < list.n; i = k) {
        for (k = i + 1; k < list.n && list.at[k].peer == list.at[i].peer; k++)
            ;
        if (k - i >= WINDOW_CALLS && !had_row(e, r, &list.at[i].call->hop->dst))
            judge_peer(e, r, list.at + i, k - i);
    }
    vec_done(&list);
}

void trunk_limit(struct exam *e, const struct rule *r)
{
    in_a_row(e, r);
    share(e, r);
}

bool trunk_asked_again(const struct exam *e, int64_t until, const struct call **again)
{
    enum { LOOK_AHEAD = 64 };
    const struct calls *all = e->calls;
    size_t low = 0, high = all->list.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->list_ids.at[middle] <= e->call->id)
            low = middle + 1;
        else
            high = middle;
    }
    for (unsigned looks = LOOK_AHEAD; low < all->list.n && looks; low++, looks--) {
        const struct call *c = all->list.at[low];
        if (c && c->invite && c->hop && c->start < until && c->start > e->call->end &&
            addr_same_ip(&c->hop->src, &e->call->hop->src) &&
            addr_same_ip(&c->hop->dst, &e->call->hop->dst)) {
            *again = c;
            return true;
        }
    }
    return false;
}
