#include "view/stats.h"
#include "base/hash.h"
#include "base/vec.h"

#include <stdlib.h>

/* Methods of a name of their own over this many, and peers, are not told apart. */
enum { METHODS_MAX = 64, PEERS_MAX = 100000 };

struct build {
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

static struct stats_method *method_of(struct build *b, const char *name)
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
    const struct build *build;
    struct addr addr;
};

static bool same_ip(const void *value, const void *key)
{
    const struct ip_key *k = key;
    return addr_eq(&k->build->peers.at[(uintptr_t)value - 1].addr, &k->addr);
}

static struct stats_peer *peer_of(struct build *b, const struct addr *a)
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

static void count_peers(struct build *b, const struct msg *m)
{
    struct stats_peer *p = m->hop ? peer_of(b, &m->hop->src) : NULL;
    if (p)
        p->sent++;
    if (m->hop && (p = peer_of(b, &m->hop->dst)))
        p->received++;
}

static void count_message(struct build *b, const struct msg *m)
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

static void count_call(struct build *b, const struct call *c)
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

struct stats *stats_build(const struct view *v)
{
    struct build b = {.s = calloc(1, sizeof *b.s)};
    if (!b.s)
        return NULL;
    for (size_t i = 0; i < v->calls->msgs.n && !b.failed; i++)
        if (v->calls->msgs.at[i])
            count_message(&b, v->calls->msgs.at[i]);
    for (size_t i = 0; i < v->calls->list.n && !b.failed; i++)
        if (v->calls->list.at[i])
            count_call(&b, v->calls->list.at[i]);
    hash_done(&b.by_ip);
    b.s->method = b.methods.at;
    b.s->methods = b.methods.n;
    b.s->peer = b.peers.at;
    b.s->peers = b.peers.n;
    if (b.failed) {
        stats_free(b.s);
        return NULL;
    }
    if (b.s->methods)
        qsort(b.s->method, b.s->methods, sizeof *b.s->method, by_requests);
    if (b.s->peers)
        qsort(b.s->peer, b.s->peers, sizeof *b.s->peer, by_messages);
    return b.s;
}
