#include "model/calls.h"

#include "dissect/sip_value.h"
#include "model/attempt.h"
#include "model/keep.h"
#include "model/recount.h"
#include "model/registration.h"
#include "model/related.h"
#include "model/streams.h"

#include <stdlib.h>

void calls_free(struct calls *c)
{
    if (!c)
        return;
    keep_nothing(c, true);
    related_free(c->related);
    registrations_free(c->registrations);
    mem_pool_done(&c->pool);
    free(c);
}

struct calls *calls_new(const struct limits *limits, struct ledger *ledger)
{
    struct calls *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->limits = limits;
    c->ledger = ledger;
    mem_pool_init(&c->pool);
    hops_init(&c->hops, &c->pool);
    for (int i = 0; i < 2; i++)
        arena_init(&c->strays[i].arena, &c->pool);
    c->related = related_new();
    c->registrations = registrations_new(ledger);
    healths_init(&c->healths);
    if (!c->related || !c->registrations) {
        calls_free(c);
        return NULL;
    }
    return c;
}

static bool same_call_id(const void *value, const void *key)
{
    const struct call *call = value;
    const struct slice *id = key;
    return call->call_id->n == id->n && !memcmp(call->call_id->p, id->p, id->n);
}

struct call *calls_find(const struct calls *c, struct slice call_id)
{
    if (!call_id.n)
        return NULL;
    return hash_find(&c->by_call_id, hash_bytes(call_id.p, call_id.n), same_call_id,
                     &call_id);
}

static void no_memory(struct calls *c, const struct arrival *a)
{
    ledger_count(c->ledger, LEDGER_NO_MEMORY, 0, a->text.n, a->frame->file,
                 a->frame->number);
}

static const struct str *call_id_of(struct arena *arena, struct slice id)
{
    struct str *s = arena_alloc(arena, sizeof *s + id.n + 1);
    if (!s)
        return NULL;
    *s = (struct str){.n = (uint32_t)id.n};
    memcpy(s->p, id.p, id.n);
    s->p[id.n] = 0;
    return s;
}

static struct call *call_new(struct calls *c, const struct arrival *a, struct hop *hop,
                             uint64_t hash)
{
    struct slice id = a->sip->header[SIP_H_CALL_ID];
    struct arena arena;
    arena_init(&arena, &c->pool);
    struct call *call = arena_zalloc(&arena, sizeof *call);
    const struct str *call_id = call ? call_id_of(&arena, id) : NULL;
    if (!call_id || hash_add(&c->by_call_id, hash, call)) {
        arena_done(&arena);
        return NULL;
    }
    call->arena = arena;
    call->id = c->next_call + 1;
    call->call_id = call_id;
    call->hash = hash;
    if (!keep_call(c, call)) {
        hash_remove(&c->by_call_id, hash, call);
        arena = call->arena;
        arena_done(&arena);
        return NULL;
    }
    c->next_call++;
    c->calls_seen++;
    call->hop = hop;
    hop->refs++;
    call_open(call, a);
    return call;
}

/* Q.850 causes 16 and 31 are how a call ends by hanging up. */
static bool cleared_normally(struct slice reason)
{
    struct slice cause =
        sip_param(slice_skip(reason, slice_find(reason, ';')), SLICE("cause"));
    return slice_eq(cause, SLICE("16")) || slice_eq(cause, SLICE("31"));
}

static bool has_sdp(const struct sip *sip)
{
    struct slice type = sip->header[SIP_H_CONTENT_TYPE];
    if (!sip->body.n)
        return false;
    if (!type.n)
        return slice_istarts(sip->body, SLICE("v=0"));
    if (slice_istarts(type, SLICE("application/sdp")))
        return true;
    return slice_istarts(type, SLICE("multipart/")) &&
           memmem(sip->body.p, sip->body.n, "application/sdp", 15);
}

/* What a message says by itself; nothing of it lies in the arrival's memory. */
static void draft_fill(struct msg *m, const struct arrival *a)
{
    const struct sip *sip = a->sip;
    uint64_t rseq = 0;
    *m = (struct msg){
        .time = a->time,
        .frame = a->frame->number,
        .text = a->span,
        .cseq = sip->cseq,
        .file = a->frame->file,
        .interface = a->frame->interface,
        .status = sip->status,
        .method = msg_method(sip),
        .malformed = a->malformed,
    };
    m->text.length = (uint32_t)a->text.n;
    if (a->malformed)
        return;
    if (m->status > 100 && m->status < 200) {
        m->flags |= MSG_EARLY;
        slice_u64(sip->header[SIP_H_RSEQ], &rseq);
        m->rseq = (uint16_t)rseq;
    }
    if (has_sdp(sip))
        m->flags |= MSG_SDP;
    if (sip->header[SIP_H_SESSION_EXPIRES].n)
        m->flags |= MSG_TIMER;
    if (!m->status && sip->header[SIP_H_REASON].n && m->method == SIP_BYE &&
        !cleared_normally(sip->header[SIP_H_REASON]))
        m->flags |= MSG_REASON;
    if (a->reassembled)
        m->flags |= MSG_REASSEMBLED;
    if (sip->flags & SIP_CUT && (a->reassembled || a->frame->caplen < a->frame->len))
        m->flags |= MSG_CUT;
}

/* Puts the draft into an arena and the list of messages. NULL when memory is short. */
static struct msg *msg_keep(struct calls *c, struct arena *arena,
                            const struct msg *draft, const struct arrival *a)
{
    size_t frames = a->nframes > 1 && a->frames ? a->nframes : 0;
    bool extra = frames || (draft->method == SIP_OTHER && !draft->malformed);
    size_t size = extra ? sizeof(struct msg_extra) + frames * sizeof *a->frames : 0;
    struct msg *m = arena_alloc(arena, sizeof *m + size);
    if (!m)
        return NULL;
    *m = *draft;
    m->id = c->next_msg + 1;
    if (extra) {
        struct msg_extra *e = (struct msg_extra *)(m + 1);
        *e = (struct msg_extra){.nframes = (uint32_t)frames};
        if (frames)
            memcpy(e->frames, a->frames, frames * sizeof *a->frames);
        m->flags |= MSG_EXTRA;
    }
    if (!keep_msg(c, m))
        return NULL;
    c->next_msg++;
    m->hop->refs++;
    m->hop->last = m;
    return m;
}

static void call_append(struct call *call, struct msg *m)
{
    m->call = call;
    *(call->last ? &call->last->next : &call->first) = m;
    call->last = m;
    call->kept++;
}

static bool tries_again(const struct call *call, const struct txn *txn)
{
    return txn->method == SIP_INVITE && txn->initial && !call->last_request &&
           (call->status == 401 || call->status == 407 || call->status / 100 == 3);
}

/* The message's transaction; a new one only for messages that are kept. */
static struct txn *txn_of(struct call *call, const struct msg *draft,
                          const struct sip *sip, bool add)
{
    struct txn_key key = {
        .branch = sip->branch,
        .hop = draft->hop,
        .from_tag = draft->from_tag,
        .cseq = draft->cseq,
        .method = draft->method,
        .response = draft->status != 0,
        .to_tag = sip->to_tag.n != 0,
    };
    struct txn *txn = txn_find(call->txns, &key);
    if (txn || !add || !(txn = txn_new(&call->arena, call->txns, &key)))
        return txn;
    txn->new_attempt = tries_again(call, txn);
    txn->next = call->txns;
    call->txns = txn;
    return txn;
}

/* Facts of a message that is no copy. */
static void learn(struct calls *c, struct call *call, struct msg *m, struct txn *txn,
                  const struct arrival *a, bool kept)
{
    call->messages++;
    if (m->flags & MSG_RETRANSMISSION)
        call->retransmissions++;
    bool awaited = call_see(call, m, kept ? txn : NULL, a);
    if (txn && kept) {
        txn_add(txn, m);
        if (txn->initial && txn->request == m)
            txn->near = a->sip->via_count <= call->vias || !call->vias;
    }
    if (m->method == SIP_REGISTER && !(m->flags & MSG_RETRANSMISSION))
        registrations_message(c->registrations, call, m, a->sip);
    if (m->method == SIP_OPTIONS && !(m->flags & MSG_RETRANSMISSION))
        healths_message(&c->healths, m, kept ? txn : NULL);
    if (c->kpi)
        attempt_message(c->kpi, call, m, kept ? txn : NULL, a->sip);
    if (awaited || (call->last_request && m->flags & MSG_RETRANSMISSION && !m->status))
        keep_pending(c, call);
}

static void mark_repeated(struct msg *m, const struct txn *txn)
{
    struct msg *first = txn ? txn_repeated(txn, m) : NULL;
    if (!first)
        return;
    m->flags |= MSG_RETRANSMISSION;
    m->same = first;
    int64_t ms = (m->time - first->time) / 1000000;
    if (ms > first->repeated)
        first->repeated = (uint32_t)(ms < UINT32_MAX ? ms : UINT32_MAX);
}

static void update(struct calls *c, struct call *call, const struct msg *m)
{
    if (m->time > call->newest)
        call->newest = m->time;
    if (m->flags & MSG_CUT)
        call->incomplete |= CALL_INCOMPLETE_CUT;
    unsigned state = call_evaluate(call, c->now);
    if (state != call->state)
        keep_state(c, call, state);
    call->version = c->version;
}

/* Over the limit of messages, or of memory: the facts go on, the message does not stay.
 */
static void pass(struct calls *c, struct call *call, struct msg *draft,
                 const struct arrival *a)
{
    bool full = call->kept >= c->limits->max_messages;
    if (full)
        ledger_count(c->ledger, LEDGER_MESSAGES_LIMIT, 0, a->text.n, a->frame->file,
                     a->frame->number);
    else
        no_memory(c, a);
    call->incomplete |= CALL_INCOMPLETE_LIMIT;
    if (draft->flags & MSG_COPY)
        return;
    recount(c);
    struct txn *txn = txn_of(call, draft, a->sip, false);
    mark_repeated(draft, txn);
    learn(c, call, draft, txn, a, false);
}

/* The message that this one is a copy of; its bytes hold the Call-ID, so it is of the
 * same call. NULL: none. */
static struct msg *original_of(const struct calls *c, const struct msg *draft,
                               const struct copies_key *key)
{
    const struct copies_entry *e = copies_find(&c->copies, draft, key);
    return e && calls_msg_by_id(c, e->id) == e->msg ? e->msg : NULL;
}

static struct msg *take(struct calls *c, struct call *call, struct msg *draft,
                        const struct arrival *a, const struct copies_key *key)
{
    bool keep = call->kept < c->limits->max_messages;
    draft->from_tag = call_tag(call, a->sip->from_tag, keep);
    draft->to_tag = call_tag(call, a->sip->to_tag, keep);
    struct msg *original = original_of(c, draft, key);
    if (original && original->call != call)
        original = NULL;
    if (original) {
        draft->flags |= MSG_COPY;
        draft->same = original;
        call->copies++;
    }
    struct msg *m = keep ? msg_keep(c, &call->arena, draft, a) : NULL;
    if (!m) {
        pass(c, call, draft, a);
        return NULL;
    }
    if (m->method == SIP_OTHER && m->flags & MSG_EXTRA)
        ((struct msg_extra *)(m + 1))->method_name =
            call_tag(call, a->sip->method_name, true);
    if (original) {
        m->txn = original->txn;
    } else {
        m->txn = txn_of(call, m, a->sip, true);
        mark_repeated(m, m->txn);
    }
    call_append(call, m);
    if (!original) {
        copies_add(&c->copies, m, key);
        learn(c, call, m, m->txn, a, true);
    }
    return m;
}

/* Finds the draft's hop and holds it while the message is taken in, whatever leaves at
 * the limits meanwhile. */
static bool hop_hold(struct calls *c, struct msg *draft, const struct call *call,
                     const struct arrival *a)
{
    struct hop *near = call && call->last ? call->last->hop : NULL;
    draft->hop = hop_get(&c->hops, near, &a->src, &a->dst, a->transport);
    if (draft->hop)
        draft->hop->refs++;
    else
        no_memory(c, a);
    return draft->hop != NULL;
}

/* A row of its own, beside its call where that is known. */
static struct msg *take_malformed(struct calls *c, struct call *call, struct msg *draft,
                                  const struct arrival *a, const struct copies_key *key)
{
    struct stray *s = &c->strays[0];
    if (call && call->kept >= c->limits->max_messages) {
        pass(c, call, draft, a);
        return NULL;
    }
    struct msg *original = original_of(c, draft, key);
    if (original && (original->call != call ||
                     (!call && (!s->first || original->id < s->first->id))))
        original = NULL; /* strays leave by halves: none may point into the other one */
    if (original) {
        draft->flags |= MSG_COPY;
        draft->same = original;
    }
    struct msg *m = msg_keep(c, call ? &call->arena : &s->arena, draft, a);
    if (!m) {
        no_memory(c, a);
        return NULL;
    }
    if (!original)
        copies_add(&c->copies, m, key);
    if (call) {
        call_append(call, m);
        call->messages += !original;
        call->copies += original != NULL;
        call->version = c->version;
        return m;
    }
    *(s->last ? &s->last->next : &s->first) = m;
    s->last = m;
    s->n++;
    return m;
}

static struct msg *take_message(struct calls *c, struct call *call, struct msg *draft,
                                const struct arrival *a, const struct copies_key *key)
{
    struct msg *m = take(c, call, draft, a, key);
    update(c, call, m ? m : draft);
    if (m && !(m->flags & (MSG_COPY | MSG_RETRANSMISSION)))
        related_feed(c->related, c, call, m, a);
    if (m && c->streams && !(m->flags & (MSG_COPY | MSG_RETRANSMISSION)))
        streams_message(c->streams, call, m, a);
    return m;
}

/* With its hop found and held. */
static struct msg *take_draft(struct calls *c, struct call *call, struct msg *draft,
                              const struct arrival *a, uint64_t hash,
                              const struct copies_key *key)
{
    if (a->malformed)
        return take_malformed(c, call, draft, a, key);
    if (!call && !(call = call_new(c, a, draft->hop, hash))) {
        no_memory(c, a);
        return NULL;
    }
    return take_message(c, call, draft, a, key);
}

struct expected calls_expect(const struct calls *c, struct slice call_id,
                             struct slice text)
{
    struct expected e = {0};
    if (!call_id.n)
        return e;
    e.hash = hash_bytes(call_id.p, call_id.n);
    e.digest = copies_digest(text);
    hash_prefetch(&c->by_call_id, e.hash);
    copies_prefetch(&c->copies, e.digest);
    return e;
}

/* All lines of the call that is probably the one. */
void calls_fetch(const struct calls *c, const struct expected *e)
{
    const char *call = e->hash ? hash_peek(&c->by_call_id, e->hash) : NULL;
    for (size_t at = 0; call && at < sizeof(struct call); at += 64)
        __builtin_prefetch(call + at);
}

static void fetch_lines(const void *p, size_t n)
{
    for (size_t at = 0; p && at < n; at += 64)
        __builtin_prefetch((const char *)p + at);
}

/* Its Call-ID, which is compared, its hop (both ways lie together), its newest message,
 * transaction and dialog. */
void calls_fetch_parts(const struct calls *c, const struct expected *e)
{
    const struct call *call = e->hash ? hash_peek(&c->by_call_id, e->hash) : NULL;
    if (!call)
        return;
    fetch_lines(call->call_id, 64);
    fetch_lines(call->hop - 1, 3 * sizeof *call->hop);
    fetch_lines(call->last, sizeof *call->last);
    fetch_lines(call->txns, sizeof *call->txns);
    fetch_lines(call->dialogs, sizeof *call->dialogs);
}

struct msg *calls_feed(struct calls *c, const struct arrival *a)
{
    struct slice id = a->sip->header[SIP_H_CALL_ID];
    bool expected = a->expected.hash != 0;
    uint64_t hash = expected ? a->expected.hash : hash_bytes(id.p, id.n);
    struct msg draft, *m = NULL;
    calls_advance(c, a->time);
    c->msgs_seen++;
    c->version++;
    draft_fill(&draft, a);
    struct copies_key key = {.digest =
                                 expected ? a->expected.digest : copies_digest(a->text),
                             .path = a->path ^ (uint32_t)a->depth << 28,
                             .agent = a->agent};
    struct call *call =
        id.n ? hash_find(&c->by_call_id, hash, same_call_id, &id) : NULL;
    if (hop_hold(c, &draft, call, a)) {
        m = take_draft(c, call, &draft, a, hash, &key);
        hop_drop(&c->hops, draft.hop);
    }
    keep_limits(c);
    return m;
}

void calls_advance(struct calls *c, int64_t now)
{
    if (now <= c->now)
        return;
    c->now = now;
    if (c->kpi && kpi_clock(c->kpi, now))
        c->version++; /* figures of the last minute change with time alone */
    keep_look(c);
}

void calls_end(struct calls *c)
{
    c->ended = true;
    for (size_t i = 0; i < c->list.n; i++) {
        struct call *call = c->list.at[i];
        if (!call)
            continue;
        unsigned state = call_evaluate(call, c->now);
        if (state != call->state)
            keep_state(c, call, state);
        if (c->kpi)
            attempt_over(c->kpi, call);
        if (state == CALL_TRYING || state == CALL_RINGING || state == CALL_ANSWERED) {
            call->incomplete |= CALL_INCOMPLETE_END;
            call->version = ++c->version;
        }
    }
}

static void touch(struct calls *c, const struct hop *hop, unsigned incomplete)
{
    struct call *call = hop && hop->last ? hop->last->call : NULL;
    if (!call)
        return;
    call->incomplete |= (uint8_t)incomplete;
    call->version = ++c->version;
}

void calls_touch(struct calls *c, const struct addr *src, const struct addr *dst,
                 unsigned transport, unsigned incomplete)
{
    touch(c, hop_find(&c->hops, src, dst, transport), incomplete);
    touch(c, hop_find(&c->hops, dst, src, transport), incomplete);
}

size_t calls_memory(const struct calls *c)
{
    return sizeof *c + c->pool.used + (c->list.cap + c->msgs.cap) * sizeof(void *) +
           (c->list_ids.cap + c->msg_ids.cap) * sizeof(uint32_t) +
           (c->by_call_id.cap + c->hops.by_addr.cap) * sizeof(struct hash_slot) +
           related_memory(c->related) + rows_memory(&c->events) +
           (c->registrations->newest ? registrations_memory(c->registrations) : 0) +
           (c->kpi ? kpi_memory(c->kpi) : 0) + c->conns.list.n * sizeof(struct conn) +
           c->checks.list.n * sizeof(struct check) +
           c->questions.list.n * sizeof(struct question) +
           (c->streams ? streams_memory(c->streams) : 0);
}

void calls_clear(struct calls *c)
{
    keep_nothing(c, false);
}
