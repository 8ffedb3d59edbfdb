#include "model/related.h"

#include "dissect/sip_value.h"
#include "model/candidates.h"
#include "model/session.h"

#include <stdlib.h>

#define AFTER (100 * INT64_C(1000000)) /* a box hands an outcome on within this */

#define REFERRED \
    (32 * INT64_C(1000000000)) /* 64*T1: the transferee calls within this */

enum { KEYS_MAX = 8, VALUES_MAX = 4, TARGET_MAX = 256 };

enum key_kind { KEY_CALL_ID, KEY_SESSION_ID, KEY_ICID, KEY_REFER, KEY_KINDS };

/* A value by which other calls are found; lies in the arena of its call. */
struct key {
    struct key *next; /* of the same call */
    struct call *call;
    uint64_t hash;
    const char *reason;
    uint32_t n;
    uint8_t kind;
    char p[];
};

struct related {
    struct sessions sessions;
    struct candidates candidates;
    struct hash keys;
    bool ready; /* sessions and candidates have their pool */
};

struct related *related_new(void)
{
    return calloc(1, sizeof(struct related));
}

void related_clear(struct related *r)
{
    if (!r)
        return;
    hash_done(&r->keys);
    if (r->ready) {
        sessions_done(&r->sessions);
        candidates_done(&r->candidates);
    }
    r->ready = false;
}

void related_free(struct related *r)
{
    if (r)
        related_clear(r);
    free(r);
}

size_t related_memory(const struct related *r)
{
    return sizeof *r +
           (r->keys.cap + r->candidates.groups.cap) * sizeof(struct hash_slot);
}

static void ready(struct related *r, struct calls *calls)
{
    if (r->ready)
        return;
    sessions_init(&r->sessions, &calls->pool);
    candidates_init(&r->candidates, &calls->pool);
    r->ready = true;
}

void related_join(struct related *r, struct calls *calls, struct call *a,
                  struct call *b, const char *reason, unsigned confidence)
{
    struct call *younger = a->id < b->id ? b : a;
    ready(r, calls);
    if (!session_join(&r->sessions, a, b))
        return;
    calls->version++;
    if (!younger->link) {
        younger->link = reason;
        younger->link_confidence = (uint8_t)confidence;
    }
    for (struct call *c = a->session->first; c; c = c->leg_next)
        c->version = calls->version;
}

/* ---- values that name another call, or a session */

struct wanted {
    struct slice value;
    uint8_t kind;
};

static bool same_key(const void *value, const void *key)
{
    const struct key *k = value;
    const struct wanted *w = key;
    return k->kind == w->kind && k->n == w->value.n && !memcmp(k->p, w->value.p, k->n);
}

static uint64_t key_hash(const struct wanted *w)
{
    return hash_more(w->kind + 1u, w->value.p, w->value.n);
}

static struct key *key_find(const struct related *r, unsigned kind, struct slice value)
{
    struct wanted w = {value, (uint8_t)kind};
    return r->keys.n ? hash_find(&r->keys, key_hash(&w), same_key, &w) : NULL;
}

static void key_add(struct related *r, struct call *call, unsigned kind,
                    struct slice value, const char *reason)
{
    struct wanted w = {value, (uint8_t)kind};
    struct kept *kept = candidates_kept(call);
    unsigned n = 0;
    for (struct key *k = kept ? kept->keys : NULL; k; k = k->next)
        n++;
    struct key *k =
        kept && n < KEYS_MAX ? arena_alloc(&call->arena, sizeof *k + value.n) : NULL;
    if (!k)
        return;
    *k = (struct key){
        .call = call, .hash = key_hash(&w), .reason = reason, .kind = (uint8_t)kind};
    k->n = (uint32_t)value.n;
    memcpy(k->p, value.p, value.n);
    if (hash_add(&r->keys, k->hash, k))
        return;
    k->next = kept->keys;
    kept->keys = k;
}

/* The newest call with a value stands for it. */
static void key_replace(struct related *r, struct call *call, unsigned kind,
                        struct slice value, const char *reason)
{
    struct key *k = key_find(r, kind, value);
    if (k && k->call == call)
        return;
    if (k)
        hash_remove(&r->keys, k->hash, k);
    key_add(r, call, kind, value, reason);
}

/* The call names another call's Call-ID, which may be seen only later. */
static void link_call_id(struct related *r, struct calls *calls, struct call *call,
                         struct slice id, const char *reason, unsigned confidence)
{
    id = slice_trim(id);
    if (!id.n || id.n > 512)
        return;
    struct call *other = calls_find(calls, id);
    if (other == call)
        return;
    if (other) {
        candidates_mark(other);
        related_join(r, calls, other, call, reason, confidence);
    } else if (!key_find(r, KEY_CALL_ID, id)) {
        key_add(r, call, KEY_CALL_ID, id, reason);
    }
}

/* All calls with one value are one session. */
static void link_value(struct related *r, struct calls *calls, struct call *call,
                       unsigned kind, struct slice value, const char *reason,
                       unsigned confidence)
{
    struct key *k = key_find(r, kind, value);
    if (!k)
        key_add(r, call, kind, value, reason);
    else if (k->call != call)
        related_join(r, calls, k->call, call, reason, confidence);
}

static bool is_uuid(struct slice s)
{
    bool zero = true;
    if (s.n != 32)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = slice_lower(s.p[i]);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        zero &= c == '0';
    }
    return !zero;
}

/* RFC 7989 5: each side's UUID goes through all legs. The nil UUID is "not known yet".
 */
static void link_session_id(struct related *r, struct calls *calls, struct call *call,
                            struct slice value)
{
    size_t at = slice_find(value, ';');
    struct slice local = slice_trim(slice_sub(value, 0, at));
    struct slice remote = sip_param(slice_skip(value, at), SLICE("remote"));
    if (is_uuid(local))
        link_value(r, calls, call, KEY_SESSION_ID, local, "Session-ID", 95);
    if (is_uuid(remote))
        link_value(r, calls, call, KEY_SESSION_ID, remote, "Session-ID", 95);
}

static void link_icid(struct related *r, struct calls *calls, struct call *call,
                      struct slice value)
{
    char text[512];
    if (!value.n || value.n >= sizeof text - 1)
        return;
    text[0] = ';'; /* the first parameter has none before it (RFC 7315 5.6) */
    memcpy(text + 1, value.p, value.n);
    struct slice icid = sip_param(slice_of(text, value.n + 1), SLICE("icid-value"));
    if (icid.n >= 8)
        link_value(r, calls, call, KEY_ICID, icid, "icid", 90);
}

static struct slice before_params(struct slice value)
{
    return slice_sub(value, 0, slice_find(value, ';'));
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = slice_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* user@host of a URI. Returns an empty slice where there is no user, or it is long. */
static struct slice target_of(const struct sip_uri *uri, uint8_t out[TARGET_MAX])
{
    if (!uri->user.n || !uri->host.n || uri->user.n + uri->host.n + 1 > TARGET_MAX)
        return (struct slice){0};
    memcpy(out, uri->user.p, uri->user.n);
    out[uri->user.n] = '@';
    if (uri->host.n)
        memcpy(out + uri->user.n + 1, uri->host.p, uri->host.n);
    return slice_of(out, uri->user.n + uri->host.n + 1);
}

/* The newest REFER of a call; NULL: none. */
static const struct msg *refer_of(const struct call *c)
{
    for (const struct txn *t = c->txns; t; t = t->next)
        if (t->method == SIP_REFER && t->request)
            return t->request;
    return NULL;
}

/*
 * A blind transfer (RFC 5589 6): who was sent a REFER calls the target that it names.
 * The caller is known by its address, or by the Referred-By header (RFC 3892).
 */
static void link_referred(struct related *r, struct calls *calls, struct call *call,
                          const struct arrival *a)
{
    struct sip_uri uri;
    uint8_t text[TARGET_MAX];
    if (!sip_uri(a->sip->uri, &uri))
        return;
    struct slice target = target_of(&uri, text);
    struct key *k = target.n ? key_find(r, KEY_REFER, target) : NULL;
    const struct msg *refer = k && k->call != call ? refer_of(k->call) : NULL;
    if (!refer || a->time < refer->time || a->time - refer->time > REFERRED)
        return;
    struct addr asked = refer->hop->dst, caller = a->src;
    asked.port = caller.port = 0;
    bool named = a->sip->header[SIP_H_REFERRED_BY].n != 0;
    if (addr_eq(&asked, &caller) || named)
        related_join(r, calls, k->call, call, "Refer-To", named ? 90 : 80);
}

/* Refer-To: <sip:bob@example.net?Replaces=id%40host%3Bto-tag%3D...> (RFC 3891 4), or
 * without Replaces the target of a blind transfer. */
static void link_refer_to(struct related *r, struct calls *calls, struct call *call,
                          struct slice value)
{
    struct sip_name_addr na;
    struct sip_uri uri;
    char text[512];
    uint8_t target[TARGET_MAX];
    size_t n = 0;
    if (!sip_name_addr(value, &na) || !sip_uri(na.uri, &uri))
        return;
    struct slice h = uri.headers;
    while (h.n && !slice_istarts(h, SLICE("Replaces=")))
        h = slice_skip(h, slice_find(h, '&') + 1);
    for (size_t i = 9; i < h.n && h.p[i] != '&' && n < sizeof text; i++) {
        int hi = i + 2 < h.n ? hex_value(h.p[i + 1]) : -1;
        int lo = i + 2 < h.n ? hex_value(h.p[i + 2]) : -1;
        bool escaped = h.p[i] == '%' && hi >= 0 && lo >= 0;
        text[n++] = (char)(escaped ? hi << 4 | lo : h.p[i]);
        i += escaped ? 2 : 0;
    }
    if (n && n < sizeof text)
        link_call_id(r, calls, call, before_params(slice_of(text, n)), "Refer-To", 95);
    else if (!h.n && target_of(&uri, target).n)
        key_replace(r, call, KEY_REFER, target_of(&uri, target), "Refer-To");
}

static void link_headers(struct related *r, struct calls *calls, struct call *call,
                         const struct sip *sip)
{
    const struct slice *h = sip->header;
    struct slice value, rest = h[SIP_H_IN_REPLY_TO];
    if (h[SIP_H_X_CALL_ID].n)
        link_call_id(r, calls, call, h[SIP_H_X_CALL_ID], "X-Call-ID", 95);
    if (h[SIP_H_X_CID].n)
        link_call_id(r, calls, call, h[SIP_H_X_CID], "X-CID", 95);
    if (h[SIP_H_REPLACES].n)
        link_call_id(r, calls, call, before_params(h[SIP_H_REPLACES]), "Replaces", 95);
    for (int i = 0; i < VALUES_MAX && sip_value_next(&rest, &value); i++)
        link_call_id(r, calls, call, value, "In-Reply-To", 70);
    if (h[SIP_H_P_CHARGING_VECTOR].n)
        link_icid(r, calls, call, h[SIP_H_P_CHARGING_VECTOR]);
}

static bool answered(const struct call *c)
{
    return c->answer != 0;
}

static bool failed(const struct call *c)
{
    return c->status >= 300 && !c->last_request && !c->answer;
}

static bool within(int64_t later, int64_t sooner)
{
    return later >= sooner && later - sooner <= AFTER;
}

static int64_t outcome_time(const struct call *c)
{
    return answered(c) ? c->answer : c->end;
}

/* The box hands on what it gets: every response of the second leg comes just before
 * that of the first. Two calls that merely run side by side keep their order. */
static bool nested(const struct call *upper, const struct call *lower)
{
    return within(outcome_time(upper), outcome_time(lower)) &&
           !upper->ring == !lower->ring && within(upper->ring, lower->ring);
}

static void settle(struct related *r, struct calls *calls, struct call *a,
                   struct call *b, const struct kept *kept)
{
    struct call *upper = a->start <= b->start ? a : b, *lower = upper == a ? b : a;
    struct call *younger = a->id < b->id ? b : a;
    bool alike = answered(a) == answered(b);
    if (kept->tentative) {
        if (alike && nested(upper, lower))
            related_join(r, calls, a, b, "numbers and the times of all responses", 75);
        return;
    }
    if (alike && (within(outcome_time(a), outcome_time(b)) ||
                  within(outcome_time(b), outcome_time(a))))
        younger->link_confidence = kept->adjacent ? 95 : 85;
    else if (!kept->adjacent && a->session && a->session->legs == 2)
        session_leave(&r->sessions, younger);
    a->version = b->version = ++calls->version;
}

/* When both outcomes are known, they prove a join or disprove it. */
static void confirm(struct related *r, struct calls *calls, struct call *a)
{
    struct kept *mine = a->related;
    struct call *b = mine->peer;
    struct kept *theirs = b->related;
    if ((!answered(a) && !failed(a)) || (!answered(b) && !failed(b)))
        return;
    mine->peer = theirs->peer = NULL;
    if (!mine->tentative || !(mine->doubted || theirs->doubted))
        settle(r, calls, a, b, mine);
}

static void pair(struct call *a, struct call *b, const struct match *m)
{
    struct kept *mine = a->related, *theirs = b->related;
    if (mine->peer || theirs->peer)
        return;
    mine->peer = b;
    theirs->peer = a;
    mine->adjacent = theirs->adjacent = m->adjacent;
    mine->tentative = theirs->tentative = m->tentative;
    mine->doubted = theirs->doubted = false;
}

static void match_numbers(struct related *r, struct calls *calls, struct call *call,
                          const struct arrival *a)
{
    struct match m;
    if (!candidates_match(&r->candidates, call, a->sip, &m))
        return;
    if (!m.tentative) {
        related_join(r, calls, m.other, call, m.reason, m.confidence);
        if (!call->session || call->session != m.other->session)
            return;
        candidates_mark(m.upper);
    }
    pair(call, m.other, &m);
}

static void feed_invite(struct related *r, struct calls *calls, struct call *call,
                        const struct arrival *a)
{
    struct key *k =
        key_find(r, KEY_CALL_ID, slice_of(call->call_id->p, call->call_id->n));
    candidates_expire(&r->candidates, a->time);
    candidates_add(&r->candidates, call, a);
    struct kept *kept = candidates_kept(call);
    if (kept)
        kept->known = true;
    if (k && k->call != call) {
        candidates_mark(call);
        related_join(r, calls, call, k->call, k->reason, 95);
    }
    link_headers(r, calls, call, a->sip);
    if (!call->session)
        link_referred(r, calls, call, a);
    if (!call->session)
        match_numbers(r, calls, call, a);
}

void related_feed(struct related *r, struct calls *calls, struct call *call,
                  struct msg *m, const struct arrival *a)
{
    const struct sip *sip = a->sip;
    const struct kept *kept = call->related;
    ready(r, calls);
    if (m->status >= 200 && kept && kept->peer)
        confirm(r, calls, call);
    if (sip->header[SIP_H_SESSION_ID].n)
        link_session_id(r, calls, call, sip->header[SIP_H_SESSION_ID]);
    if (m->status)
        return;
    if (m->method == SIP_REFER)
        link_refer_to(r, calls, call, sip->header[SIP_H_REFER_TO]);
    if (m->method == SIP_INVITE && !m->to_tag && call->opened &&
        (!kept || !kept->known))
        feed_invite(r, calls, call, a);
}

void related_drop(struct related *r, struct call *call)
{
    struct kept *kept = call->related;
    if (r->ready)
        session_leave(&r->sessions, call);
    if (!kept)
        return;
    if (kept->peer)
        ((struct kept *)kept->peer->related)->peer = NULL;
    if (kept->leg)
        candidates_remove(&r->candidates, kept->leg);
    for (struct key *k = kept->keys; k; k = k->next)
        hash_remove(&r->keys, k->hash, k);
    call->related = NULL;
}
