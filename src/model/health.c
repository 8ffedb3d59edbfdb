#include "model/health.h"

#define WAIT INT64_C(32000000000) /* Timer F (RFC 3261 17.1.2.2) */

enum { MOST = 4096 };

const char *health_state_name(unsigned state)
{
    static const char *const NAMES[] = {"unknown", "up", "failing", "down"};
    return state <= HEALTH_DOWN ? NAMES[state] : "?";
}

void healths_init(struct healths *h)
{
    *h = (struct healths){.newest = NULL};
    slab_init(&h->slab, sizeof(struct health));
}

void healths_done(struct healths *h)
{
    hash_done(&h->by_addr);
    slab_done(&h->slab);
    healths_init(h);
}

static bool same_addr(const void *value, const void *key)
{
    return addr_eq(&((const struct health *)value)->addr, key);
}

static struct health *find(const struct healths *h, const struct addr *addr)
{
    return hash_find(&h->by_addr, hash_bytes(addr, sizeof *addr), same_addr, addr);
}

const struct health *health_of(const struct healths *h, const struct addr *addr)
{
    return find(h, addr);
}

static void queue_remove(struct healths *h, struct health *one)
{
    *(one->older ? &one->older->newer : &h->oldest) = one->newer;
    *(one->newer ? &one->newer->older : &h->newest) = one->older;
}

static void queue_add(struct healths *h, struct health *one)
{
    one->newer = NULL;
    one->older = h->newest;
    *(h->newest ? &h->newest->newer : &h->oldest) = one;
    h->newest = one;
}

/* The one asked longest ago makes room: nobody asks it any more. */
static struct health *add(struct healths *h, const struct addr *addr)
{
    if (h->slab.used >= MOST) {
        struct health *old = h->oldest;
        queue_remove(h, old);
        hash_remove(&h->by_addr, hash_bytes(&old->addr, sizeof old->addr), old);
        slab_give(&h->slab, old);
    }
    struct health *one = slab_take(&h->slab);
    if (!one)
        return NULL;
    one->addr = *addr;
    if (hash_add(&h->by_addr, hash_bytes(addr, sizeof *addr), one)) {
        slab_give(&h->slab, one);
        return NULL;
    }
    queue_add(h, one);
    return one;
}

static void ask(struct healths *h, const struct msg *m)
{
    struct health *one = find(h, &m->hop->dst);
    if (!one && !(one = add(h, &m->hop->dst)))
        return;
    queue_remove(h, one);
    queue_add(h, one);
    one->sent++;
    one->by = m->hop->src;
    one->asked = m->time;
    if (!one->waits)
        one->waits = m->time;
}

static void answer(struct healths *h, const struct msg *m, const struct txn *txn)
{
    struct health *one = find(h, &txn->hop->dst);
    if (!one)
        return;
    if (one->waits && m->time - one->waits > WAIT)
        one->outages++;
    one->answered++;
    one->status = m->status;
    one->heard = m->time;
    one->waits = 0;
    one->rtt = m->time > txn->request->time ? m->time - txn->request->time : 0;
    one->rtt_sum += one->rtt;
    if (one->rtt > one->rtt_max)
        one->rtt_max = one->rtt;
}

void healths_message(struct healths *h, const struct msg *m, const struct txn *txn)
{
    if (!m->status && !m->to_tag)
        ask(h, m);
    else if (m->status >= 200 && txn && txn->request && txn->initial)
        answer(h, m, txn);
}

enum health_state health_state(const struct health *h, int64_t now, int64_t *since)
{
    if (since)
        *since = h->waits ? h->waits : h->heard;
    if (h->waits && now - h->waits > WAIT)
        return HEALTH_DOWN;
    if (!h->heard)
        return HEALTH_UNKNOWN;
    return h->status == 408 || h->status / 100 == 5 ? HEALTH_FAILING : HEALTH_UP;
}
