#include "model/candidates.h"

#include "dissect/sip_value.h"
#include "model/number.h"

#define MS INT64_C(1000000)
/* A box starts the second leg within this; where its address proves nothing, within the
 * second; the third is for a first leg that is seen late: its segment was sent again.
 */
#define WINDOW      (5000 * MS)
#define WINDOW_FAR  (500 * MS)
#define WINDOW_BACK (1000 * MS)
#define WINDOW_LIKE (100 * MS)

enum { GROUP_MAX = 16, DIVERSIONS_MAX = 4 };

struct leg {
    struct leg *older, *newer; /* by time of arrival */
    struct leg *next;          /* of its group */
    struct group *group;
    struct call *call;
    struct addr src, dst; /* without ports */
    struct number caller, callee;
    int64_t start;
    bool down; /* has a leg after it */
};

/*
 * Legs whose numbers are alike. A load test, or an attacker, makes thousands with the
 * same ones: those over the limit are not kept, and nothing is joined there for a
 * while.
 */
struct group {
    struct group *spare;
    struct leg *legs;
    uint64_t hash;
    int64_t crowded; /* until then nothing is certain */
    unsigned n;
};

void candidates_init(struct candidates *c, struct mem_pool *pool)
{
    *c = (struct candidates){0};
    arena_init(&c->arena, pool);
}

void candidates_done(struct candidates *c)
{
    struct mem_pool *pool = c->arena.pool;
    hash_done(&c->groups);
    arena_done(&c->arena);
    candidates_init(c, pool);
}

struct kept *candidates_kept(struct call *call)
{
    if (!call->related)
        call->related = arena_zalloc(&call->arena, sizeof(struct kept));
    return call->related;
}

void candidates_mark(struct call *call)
{
    struct kept *kept = call->related;
    if (kept && kept->leg)
        kept->leg->down = true;
}

static bool same_group(const void *value, const void *key)
{
    return ((const struct group *)value)->hash == *(const uint64_t *)key;
}

static struct group *group_find(const struct candidates *c, uint64_t hash)
{
    return hash_find(&c->groups, hash, same_group, &hash);
}

static struct group *group_get(struct candidates *c, uint64_t hash)
{
    struct group *g = group_find(c, hash);
    if (g)
        return g;
    if ((g = c->spare_group))
        c->spare_group = g->spare;
    else if (!(g = arena_alloc(&c->arena, sizeof *g)))
        return NULL;
    *g = (struct group){.hash = hash};
    if (!hash_add(&c->groups, hash, g))
        return g;
    g->spare = c->spare_group;
    c->spare_group = g;
    return NULL;
}

/* A group without legs goes. */
static void group_put(struct candidates *c, struct group *g)
{
    if (g->n)
        return;
    hash_remove(&c->groups, g->hash, g);
    g->spare = c->spare_group;
    c->spare_group = g;
}

void candidates_remove(struct candidates *c, struct leg *leg)
{
    struct group *g = leg->group;
    struct leg **p = &g->legs;
    while (*p != leg)
        p = &(*p)->next;
    *p = leg->next;
    g->n--;
    group_put(c, g);
    *(leg->older ? &leg->older->newer : &c->oldest) = leg->newer;
    *(leg->newer ? &leg->newer->older : &c->newest) = leg->older;
    ((struct kept *)leg->call->related)->leg = NULL;
    leg->older = c->spare;
    c->spare = leg;
}

void candidates_expire(struct candidates *c, int64_t now)
{
    while (c->oldest && now - c->oldest->start > WINDOW)
        candidates_remove(c, c->oldest);
}

static struct addr without_port(struct addr a)
{
    a.port = 0;
    return a;
}

static struct slice user_of(struct slice value)
{
    struct sip_name_addr na;
    struct sip_uri uri;
    if (!value.n || !sip_name_addr(value, &na) || !sip_uri(na.uri, &uri))
        return (struct slice){NULL, 0};
    return uri.user;
}

static bool numbers_of(const struct sip *sip, struct number *caller,
                       struct number *callee)
{
    struct sip_uri uri;
    if (!number_read(user_of(sip->header[SIP_H_FROM]), caller) &&
        !number_read(user_of(sip->header[SIP_H_P_ASSERTED_IDENTITY]), caller))
        return false;
    return sip_uri(sip->uri, &uri) && number_read(uri.user, callee);
}

static uint64_t numbers_hash(const struct number *caller, const struct number *callee)
{
    return number_hash(number_hash(7, caller), callee);
}

static struct leg *leg_get(struct candidates *c, struct group *g)
{
    struct leg *leg = c->spare;
    if (leg)
        c->spare = leg->older;
    else if (!(leg = arena_alloc(&c->arena, sizeof *leg)))
        return NULL;
    *leg = (struct leg){.older = c->newest, .next = g->legs, .group = g};
    *(c->newest ? &c->newest->newer : &c->oldest) = leg;
    c->newest = leg;
    g->legs = leg;
    g->n++;
    return leg;
}

void candidates_add(struct candidates *c, struct call *call, const struct arrival *a)
{
    struct number caller, callee;
    if (!numbers_of(a->sip, &caller, &callee))
        return;
    struct kept *kept = candidates_kept(call);
    struct group *g = kept ? group_get(c, numbers_hash(&caller, &callee)) : NULL;
    if (!g)
        return;
    if (g->n == GROUP_MAX) {
        g->crowded = a->time + WINDOW;
        return;
    }
    struct leg *leg = leg_get(c, g);
    if (!leg) {
        group_put(c, g);
        return;
    }
    leg->call = call;
    leg->src = without_port(a->src);
    leg->dst = without_port(a->dst);
    leg->caller = caller;
    leg->callee = callee;
    leg->start = a->time;
    kept->leg = leg;
}

/* The candidates that fit a leg, and how. */
struct choice {
    struct leg *near, *far, *like;
    unsigned nears, fars, likes;
};

static bool over(const struct call *c)
{
    return c->end || c->cancelled || c->timed_out;
}

/* A box may try several second legs in turn: the earlier ones have failed. */
static bool is_free(const struct leg *up)
{
    if (up->call->answer)
        return false;
    if (!up->down || !up->call->session)
        return !up->down;
    for (const struct call *c = up->call->session->first; c; c = c->leg_next)
        if (c->id > up->call->id && !over(c))
            return false;
    return true;
}

/* May `up` be the leg before `down`? */
static bool precedes(const struct leg *up, const struct leg *down, int64_t window)
{
    int64_t d = down->start - up->start;
    return d >= -WINDOW_BACK && d <= window && is_free(up);
}

/* The box that the first leg enters is where the second one leaves. */
static bool is_adjacent(const struct leg *up, const struct leg *down)
{
    return addr_eq(&up->dst, &down->src) && !addr_eq(&up->src, &down->src);
}

static void consider(struct choice *c, const struct leg *leg, struct leg *other,
                     const struct number *callee)
{
    if (other == leg || over(other->call) ||
        !number_same(&other->caller, &leg->caller) ||
        !number_same(&other->callee, callee))
        return;
    bool below = is_adjacent(other, leg), above = is_adjacent(leg, other);
    if ((below && precedes(other, leg, WINDOW)) ||
        (above && precedes(leg, other, 0) && !other->call->session)) {
        c->near = other;
        c->nears++;
    } else if (below || above) {
        return; /* it has its other leg */
    } else if (addr_eq(&other->src, &leg->src) || addr_eq(&other->dst, &leg->dst)) {
        c->like = other; /* another call between the same numbers, or the next leg */
        c->likes++;
        ((struct kept *)other->call->related)->doubted = true; /* not the only one */
    } else if (precedes(other, leg, WINDOW_FAR)) {
        c->far = other;
        c->fars++;
    }
}

static bool found(struct match *out, struct leg *leg, struct leg *other, bool near)
{
    bool first = near ? is_adjacent(other, leg) : other->start <= leg->start;
    out->other = other->call;
    out->upper = first ? other->call : leg->call;
    out->adjacent = near;
    return true;
}

static bool choose(const struct choice *c, struct leg *leg, const struct number *callee,
                   bool diverted, struct match *out)
{
    bool strong = number_strong(&leg->caller) || number_strong(callee);
    if (c->nears == 1) {
        out->reason = diverted ? "diverting number, time and adjacency"
                               : "numbers, time and adjacency";
        out->confidence = strong ? 80 : 70;
        return found(out, leg, c->near, true);
    }
    if (c->nears || c->fars + c->likes != 1 || !strong || diverted)
        return false;
    if (c->likes) {
        if (!precedes(c->like, leg, WINDOW_LIKE))
            return false;
        out->reason = "numbers and the times of all responses";
        out->confidence = 75;
        out->tentative = true;
        return found(out, leg, c->like, false);
    }
    out->reason = "numbers and time";
    out->confidence = 60;
    return found(out, leg, c->far, false);
}

static bool match(struct candidates *c, struct leg *leg, const struct number *callee,
                  bool diverted, struct match *out)
{
    struct choice choice = {0};
    *out = (struct match){0};
    struct group *g = group_find(c, numbers_hash(&leg->caller, callee));
    if (!g || g->crowded >= leg->start)
        return false;
    for (struct leg *other = g->legs; other; other = other->next)
        consider(&choice, leg, other, callee);
    return choose(&choice, leg, callee, diverted, out);
}

/* A diverted call goes on to another number, and says from which (RFC 5806, RFC 7044).
 */
static bool match_diverted(struct candidates *c, struct leg *leg, struct slice header,
                           struct match *out)
{
    struct slice value;
    struct number n;
    for (int i = 0; i < DIVERSIONS_MAX && sip_value_next(&header, &value); i++)
        if (number_read(user_of(value), &n) && !number_same(&n, &leg->callee) &&
            match(c, leg, &n, true, out))
            return true;
    return false;
}

bool candidates_match(struct candidates *c, struct call *call, const struct sip *sip,
                      struct match *out)
{
    struct kept *kept = call->related;
    struct leg *leg = kept ? kept->leg : NULL;
    return leg && (match(c, leg, &leg->callee, false, out) ||
                   match_diverted(c, leg, sip->header[SIP_H_DIVERSION], out) ||
                   match_diverted(c, leg, sip->header[SIP_H_HISTORY_INFO], out));
}
