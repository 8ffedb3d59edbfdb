#include "view/stats.h"
#include "base/hash.h"
#include "base/vec.h"

#include <stdlib.h>

/* Methods of a name of their own over this many, and peers, are not told apart. */
enum { METHODS_MAX = 64, PEERS_MAX = 100000 };

struct stats_count {
    const struct view *v;
    size_t messages, calls; /* counted */
    struct stats *s;
    VEC(struct stats_method) methods;
    VEC(struct stats_peer) peers;
    struct hash by_ip; /* of index + 1 into peers */
    bool failed;
};

void stats_free(struct stats *s)
{
    if (!s)
        return;
    free(s->method);
    free(s->peer);
    free(s);
}

static struct stats_method *method_of(struct stats_count *b, const char *name)
{
    size_t i = 0;
    while (i < b->methods.n && strcmp(b->methods.at[i].name, name) != 0)
        i++;
    if (i == METHODS_MAX)
        i--;
    if (i == b->methods.n) {
        struct stats_method m = {.name = i + 1 == METHODS_MAX ? "other" : name};
        if (!vec_push(&b->methods, m)) {
            b->failed = true;
            return NULL;
        }
    }
    return &b->methods.at[i];
}

struct ip_key {
    const struct stats_count *build;
    struct addr addr;
};

static bool same_ip(const void *value, const void *key)
{
    const struct ip_key *k = key;
    return addr_eq(&k->build->peers.at[(uintptr_t)value - 1].addr, &k->addr);
}

static struct stats_peer *peer_of(struct stats_count *b, const struct addr *a)
{
    struct ip_key key = {b, *a};
    key.addr.port = 0;
    uint64_t hash = hash_bytes(&key.addr, sizeof key.addr);
    uintptr_t at = (uintptr_t)hash_find(&b->by_ip, hash, same_ip, &key);
    if (at)
        return &b->peers.at[at - 1];
    struct stats_peer p = {.addr = key.addr};
    if (b->peers.n >= PEERS_MAX)
        return NULL;
    if (!vec_push(&b->peers, p) || hash_add(&b->by_ip, hash, (void *)b->peers.n)) {
        b->failed = true;
        return NULL;
    }
    return &b->peers.at[b->peers.n - 1];
}

static void count_peers(struct stats_count *b, const struct msg *m)
{
    struct stats_peer *p = m->hop ? peer_of(b, &m->hop->src) : NULL;
    if (p)
        p->sent++;
    if (m->hop && (p = peer_of(b, &m->hop->dst)))
        p->received++;
}

static void count_message(struct stats_count *b, const struct msg *m)
{
    struct stats *s = b->s;
    bool repeated = m->flags & MSG_RETRANSMISSION;
    if (m->flags & MSG_COPY) {
        s->copies++;
        return;
    }
    s->messages++;
    s->first = s->first && s->first < m->time ? s->first : m->time;
    s->last = s->last > m->time ? s->last : m->time;
    s->retransmissions += repeated;
    if (m->hop && m->hop->transport < TRANSPORT_COUNT)
        s->transport[m->hop->transport]++;
    count_peers(b, m);
    if (m->malformed) {
        s->malformed++;
        return;
    }
    struct stats_method *method = method_of(b, msg_method_name(m));
    if (msg_is_request(m)) {
        s->requests++;
        if (method)
            method->requests++;
    } else {
        s->responses++;
        if (method)
            method->responses++;
        if (!repeated && m->status < sizeof s->status / sizeof *s->status)
            s->status[m->status]++;
    }
    if (method)
        method->retransmissions += repeated;
}

static bool same_host(const struct addr *a, const struct addr *b)
{
    return a->family == b->family && !memcmp(a->ip, b->ip, sizeof a->ip);
}

static void count_call(struct stats_count *b, const struct call *c)
{
    bool failed = c->state == CALL_REJECTED || c->state == CALL_FAILED ||
                  c->state == CALL_TIMEOUT;
    const struct addr *ends[] = {c->hop ? &c->hop->src : NULL,
                                 c->hop ? &c->hop->dst : NULL};
    b->s->calls++;
    if (c->method == SIP_INVITE && c->state < CALL_STATE_COUNT) {
        b->s->invites++;
        b->s->state[c->state]++;
    }
    for (unsigned i = 0; i < 2; i++) {
        struct stats_peer *p = ends[i] ? peer_of(b, ends[i]) : NULL;
        if (p && i && same_host(ends[0], ends[1]))
            break; /* one peer at both ends */
        if (p) {
            p->calls++;
            p->failed += failed;
        }
    }
}

static int by_requests(const void *a, const void *b)
{
    const struct stats_method *x = a, *y = b;
    uint64_t m = x->requests + x->responses, n = y->requests + y->responses;
    return m != n ? (m < n ? 1 : -1) : strcmp(x->name, y->name);
}

static int by_messages(const void *a, const void *b)
{
    const struct stats_peer *x = a, *y = b;
    uint64_t m = x->sent + x->received, n = y->sent + y->received;
    return m != n ? (m < n ? 1 : -1) : memcmp(&x->addr, &y->addr, sizeof x->addr);
}

struct stats_count *stats_count_new(const struct view *v)
{
    struct stats_count *b = calloc(1, sizeof *b);
    if (!b || !(b->s = calloc(1, sizeof *b->s))) {
        free(b);
        return NULL;
    }
    b->v = v;
    return b;
}

bool stats_count_step(struct stats_count *b, size_t rows)
{
    const struct calls *c = b->v->calls;
    for (; rows && b->messages < c->msgs.n; rows--, b->messages++)
        if (c->msgs.at[b->messages])
            count_message(b, c->msgs.at[b->messages]);
    for (; rows && b->calls < c->list.n; rows--, b->calls++)
        if (c->list.at[b->calls])
            count_call(b, c->list.at[b->calls]);
    return !rows && !b->failed;
}

struct stats *stats_count_done(struct stats_count *b)
{
    struct stats *s = b ? b->s : NULL;
    if (!s)
        return NULL;
    hash_done(&b->by_ip);
    s->method = b->methods.at;
    s->methods = b->methods.n;
    s->peer = b->peers.at;
    s->peers = b->peers.n;
    if (s->methods)
        qsort(s->method, s->methods, sizeof *s->method, by_requests);
    if (s->peers)
        qsort(s->peer, s->peers, sizeof *s->peer, by_messages);
    if (b->failed) {
        stats_free(s);
        s = NULL;
    }
    free(b);
    return s;
}

struct stats *stats_build(const struct view *v)
{
    struct stats_count *b = stats_count_new(v);
    if (b)
        stats_count_step(b, SIZE_MAX);
    return stats_count_done(b);
}
