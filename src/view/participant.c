#include "view/participant.h"

#include <limits.h>

void participants_done(struct participants *p)
{
    vec_done(&p->list);
}

static bool same_ip(const struct addr *a, const struct addr *b)
{
    return a->family == b->family && !memcmp(a->ip, b->ip, sizeof a->ip);
}

static size_t position(const struct participants *p, const struct addr *a)
{
    size_t i = 0;
    while (i < p->list.n && !addr_eq(&p->list.at[i].addr, a))
        i++;
    return i;
}

/* Puts an address at `at`, or into the last entry when there are too many. */
static bool insert(struct participants *p, size_t at, const struct addr *a,
                   unsigned leg)
{
    if (p->list.n >= PARTICIPANTS_MAX)
        return true;
    if (!vec_reserve(&p->list, 1))
        return false;
    struct participant *list = p->list.at;
    memmove(list + at + 1, list + at, (p->list.n - at) * sizeof *list);
    list[at] = (struct participant){.addr = *a, .leg = leg};
    p->list.n++;
    return true;
}

/* Both ends of a hop, the caller's side first. A party that comes before one that is
 * known stands on its left. */
static bool add_pair(struct participants *p, const struct addr *near,
                     const struct addr *far, unsigned leg)
{
    size_t i = position(p, near), j = position(p, far);
    if (i == p->list.n && !insert(p, j, near, leg))
        return false;
    j = position(p, far);
    return j < p->list.n || insert(p, j, far, leg);
}

static struct participant *entry(struct participants *p, const struct addr *a)
{
    size_t i = position(p, a);
    return &p->list.at[i < p->list.n ? i : p->list.n - 1];
}

/* True where the message goes from the caller's side to the other. */
static bool forth(const struct msg *m)
{
    const struct str *caller = m->call ? m->call->caller_tag : NULL;
    bool by_caller = !caller || m->from_tag == caller;
    return by_caller == msg_is_request(m);
}

bool participants_add(struct participants *p, const struct msg *m, unsigned leg)
{
    const struct hop *h = m->hop;
    bool ahead = forth(m);
    if (!add_pair(p, ahead ? &h->src : &h->dst, ahead ? &h->dst : &h->src, leg))
        return false;
    struct participant *src = entry(p, &h->src), *dst = entry(p, &h->dst);
    if (same_ip(&h->src, &h->dst) && src != dst)
        src->inner = dst->inner = true;
    if (h->transport == TRANSPORT_UDP)
        dst->receives = true;
    if (!msg_is_request(m))
        return true;
    dst->requested = true;
    if (!m->to_tag) {
        src->asks = src->asks ? src->asks : m->time;
        dst->asked = dst->asked ? dst->asked : m->time;
    }
    return true;
}

bool participants_add_media(struct participants *p, const struct addr *a,
                            const struct addr *beside, unsigned leg)
{
    struct addr ip = *a;
    size_t at = p->list.n;
    for (size_t i = 0; i < p->list.n; i++)
        if (same_ip(&p->list.at[i].addr, a))
            return true;
    if (beside && position(p, beside) < p->list.n)
        at = position(p, beside) + 1;
    ip.port = 0;
    return insert(p, at, &ip, leg);
}

static bool stands_alone(const struct participant *x)
{
    return x->requested || x->receives || x->inner;
}

/*
 * True where port x may be an ephemeral port of the host whose port y is. A box that
 * passes a call on is asked first and asks then; where x asks before y is asked, these
 * are two clients behind one address.
 */
static bool may_fold(const struct participant *x, const struct participant *y)
{
    return same_ip(&x->addr, &y->addr) && !(x->asks && y->asked && x->asks < y->asked);
}

static struct participant *host_of(struct participants *p, size_t i, bool by_host)
{
    struct participant *x = &p->list.at[i], *list = p->list.at;
    if (!by_host && stands_alone(x))
        return x;
    for (size_t j = 0; j < p->list.n && !by_host; j++)
        if (j != i && stands_alone(&list[j]) && may_fold(x, &list[j]))
            return &list[j];
    for (size_t j = 0; j < i; j++)
        if (by_host ? same_ip(&x->addr, &list[j].addr)
                    : !stands_alone(&list[j]) && may_fold(x, &list[j]))
            return &list[j];
    return x;
}

unsigned participants_fold(struct participants *p, bool by_host)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->list.n; i++) {
        struct participant *x = &p->list.at[i];
        x->own = host_of(p, i, by_host) == x;
        if (x->own)
            x->column = n++;
    }
    for (size_t i = 0; i < p->list.n; i++) {
        const struct participant *host = &p->list.at[i];
        for (unsigned steps = 0; !host->own && steps < PARTICIPANTS_MAX; steps++)
            host = host_of(p, (size_t)(host - p->list.at), by_host);
        p->list.at[i].column = host->column;
    }
    return n;
}

unsigned participants_column(const struct participants *p, const struct addr *a)
{
    size_t i = position(p, a);
    if (i < p->list.n)
        return p->list.at[i].column;
    for (i = 0; i < p->list.n; i++)
        if (same_ip(&p->list.at[i].addr, a))
            return p->list.at[i].column;
    return p->list.n >= PARTICIPANTS_MAX ? p->list.at[p->list.n - 1].column : UINT_MAX;
}

unsigned participants_media_column(const struct participants *p, const struct addr *a,
                                   unsigned leg)
{
    for (size_t i = 0; i < p->list.n; i++)
        if (p->list.at[i].leg == leg && same_ip(&p->list.at[i].addr, a))
            return p->list.at[i].column;
    return participants_column(p, a);
}
