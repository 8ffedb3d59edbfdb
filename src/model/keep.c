#include "model/keep.h"

#include "model/attempt.h"
#include "model/event.h"
#include "model/recount.h"
#include "model/registration.h"
#include "model/related.h"
#include "model/streams.h"

#define SECOND INT64_C(1000000000)
#define WAIT   (32 * SECOND) /* 64*T1: Timers B and F (RFC 3261 17.1) */
#define RING_WAIT \
    (180 * SECOND) /* Timer C (RFC 3261 16.6): after a provisional response */

static void queue_add(struct call_queue *q, struct call *call)
{
    call->older = q->newest;
    call->newer = NULL;
    *(q->newest ? &q->newest->newer : &q->oldest) = call;
    q->newest = call;
}

static void queue_remove(struct call_queue *q, struct call *call)
{
    *(call->older ? &call->older->newer : &q->oldest) = call->newer;
    *(call->newer ? &call->newer->older : &q->newest) = call->older;
    call->older = call->newer = NULL;
}

static void pending_remove(struct calls *c, struct call *call)
{
    if (!call->pending)
        return;
    struct call *prev = call->pending_prev, *next = call->pending_next;
    *(prev ? &prev->pending_next : &c->pending_first) = next;
    *(next ? &next->pending_prev : &c->pending_last) = prev;
    call->pending_prev = call->pending_next = NULL;
    call->pending = false;
}

bool keep_call(struct calls *c, struct call *call)
{
    if (!vec_reserve(&c->list, 1) || !vec_reserve(&c->list_ids, 1))
        return false;
    c->list.at[c->list.n++] = call;
    c->list_ids.at[c->list_ids.n++] = call->id;
    call->queued = c->now;
    queue_add(&c->live, call);
    c->calls_kept++;
    return true;
}

bool keep_msg(struct calls *c, struct msg *m)
{
    if (!vec_reserve(&c->msgs, 1) || !vec_reserve(&c->msg_ids, 1))
        return false;
    c->msgs.at[c->msgs.n++] = m;
    c->msg_ids.at[c->msg_ids.n++] = m->id;
    c->msgs_kept++;
    return true;
}

void keep_state(struct calls *c, struct call *call, unsigned state)
{
    bool finished = call_state_finished(state);
    call->state = (uint8_t)state;
    if (finished != call->retired) {
        queue_remove(call->retired ? &c->finished : &c->live, call);
        queue_add(finished ? &c->finished : &c->live, call);
        call->retired = finished;
        call->queued = c->now;
    }
    if (state == CALL_ACTIVE && !call->pending)
        keep_pending(c, call);
}

/* All wait equally long from when they join, so the queue is in order of time. */
void keep_pending(struct calls *c, struct call *call)
{
    if (call->pending && c->pending_last == call) {
        call->pending_since = c->now;
        return;
    }
    pending_remove(c, call);
    call->pending_prev = c->pending_last;
    *(c->pending_last ? &c->pending_last->pending_next : &c->pending_first) = call;
    c->pending_last = call;
    call->pending = true;
    call->pending_since = c->now;
}

static bool still_rings(const struct calls *c, const struct call *call)
{
    return call->invite && call->ring && c->now - call->ring < RING_WAIT;
}

static void look_at(struct calls *c, struct call *call)
{
    pending_remove(c, call);
    if (call->last_request && still_rings(c, call)) {
        keep_pending(c, call);
        return;
    }
    if (call->last_request) {
        call->last_request = 0;
        call->timed_out = true;
        if (call->method == SIP_REGISTER)
            registrations_timeout(c->registrations, call);
        if (c->kpi)
            attempt_timeout(c->kpi, call);
    }
    unsigned state = call_evaluate(call, c->now);
    if (state != call->state) {
        keep_state(c, call, state);
        call->version = ++c->version;
    } else if (state == CALL_ACTIVE) {
        keep_pending(c, call);
    }
}

void keep_look(struct calls *c)
{
    while (c->pending_first && c->now - c->pending_first->pending_since > WAIT)
        look_at(c, c->pending_first);
}

void calls_set_back(struct calls *c, int64_t now)
{
    struct call_queue *const queues[] = {&c->live, &c->finished};
    if (now >= c->now)
        return;
    c->now = now;
    for (int i = 0; i < 2; i++)
        for (struct call *call = queues[i]->newest; call && call->queued > now;
             call = call->older)
            call->queued = now;
    for (struct call *call = c->pending_last; call && call->pending_since > now;
         call = call->pending_prev)
        call->pending_since = now;
    if (c->kpi)
        kpi_turn(c->kpi, now);
}

/* Position of an id in a growing row of ids; n where it is not there. */
static size_t position(const uint32_t *ids, size_t n, uint32_t id)
{
    size_t low = 0, high = n;
    /* They have no gaps while nothing has left. */
    if (n && id >= ids[0] && id - ids[0] < n && ids[id - ids[0]] == id)
        return id - ids[0];
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (ids[mid] < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && ids[low] == id ? low : n;
}

struct call *calls_by_id(const struct calls *c, uint32_t id)
{
    size_t i = position(c->list_ids.at, c->list_ids.n, id);
    return i < c->list.n ? c->list.at[i] : NULL;
}

struct msg *calls_msg_by_id(const struct calls *c, uint32_t id)
{
    size_t i = position(c->msg_ids.at, c->msg_ids.n, id);
    return i < c->msgs.n ? c->msgs.at[i] : NULL;
}

static void msg_leave(struct calls *c, const struct msg *m)
{
    size_t i = position(c->msg_ids.at, c->msg_ids.n, m->id);
    if (i < c->msgs.n && c->msgs.at[i]) {
        c->msgs.at[i] = NULL;
        c->msgs_kept--;
    }
    if (m->hop->last == m)
        m->hop->last = NULL;
    hop_drop(&c->hops, m->hop);
}

static bool same_call(const void *value, const void *key)
{
    return value == key;
}

static void call_leave(struct calls *c, struct call *call)
{
    if (c->leaving)
        c->leaving(c->leaving_ctx, call);
    recount(c);
    if (c->kpi)
        attempt_leave(c->kpi, call);
    related_drop(c->related, call);
    if (c->streams)
        streams_drop(c->streams, call);
    event_drop(c, call);
    pending_remove(c, call);
    queue_remove(call->retired ? &c->finished : &c->live, call);
    if (hash_find(&c->by_call_id, call->hash, same_call, call))
        hash_remove(&c->by_call_id, call->hash, call);
    for (struct txn *t = call->txns; t; t = t->next)
        hop_drop(&c->hops, t->hop);
    for (struct event *e = call->events; e; e = e->next)
        hop_drop(&c->hops, e->hop);
    for (struct msg *m = call->first; m; m = m->next)
        msg_leave(c, m);
    hop_drop(&c->hops, call->hop);
    size_t i = position(c->list_ids.at, c->list_ids.n, call->id);
    if (i < c->list.n && c->list.at[i]) {
        c->list.at[i] = NULL;
        c->calls_kept--;
    }
    c->layout++;
    struct arena arena = call->arena; /* the call itself lies in it */
    arena_done(&arena);
}

static size_t squeeze(void **at, uint32_t *ids, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (at[i]) {
            at[k] = at[i];
            ids[k++] = ids[i];
        }
    return k;
}

/* Takes the empty rows out when they are many: the cost is that of moving 16 rows for
 * each. */
static void compact(struct calls *c)
{
    if (c->list.n - c->calls_kept > 64 + c->list.n / 16) {
        c->list.n = c->list_ids.n =
            squeeze((void **)c->list.at, c->list_ids.at, c->list.n);
        c->layout++;
    }
    if (c->msgs.n - c->msgs_kept > 1024 + c->msgs.n / 16) {
        if (c->recounted)
            recount(c); /* its place would be another one */
        c->msgs.n = c->msg_ids.n =
            squeeze((void **)c->msgs.at, c->msg_ids.at, c->msgs.n);
        c->layout++;
    }
}

/* The call that leaves next. One that was active since it was queued gets another turn,
 * which its messages paid for. */
static struct call *next_to_leave(struct calls *c)
{
    struct call *call;
    if (c->finished.oldest)
        return c->finished.oldest;
    while ((call = c->live.oldest) && call != c->live.newest &&
           call->newest > call->queued) {
        call->queued = call->newest > c->now ? call->newest : c->now;
        queue_remove(&c->live, call);
        queue_add(&c->live, call);
    }
    return call;
}

/* Malformed messages without a call are kept in two halves; the older one leaves whole.
 */
static void strays_leave(struct calls *c)
{
    struct stray *old = &c->strays[1];
    for (struct msg *m = old->first; m; m = m->next)
        msg_leave(c, m);
    c->layout++;
    arena_done(&old->arena);
    *old = c->strays[0];
    c->strays[0] = (struct stray){0};
    arena_init(&c->strays[0].arena, &c->pool);
}

static void strays_limit(struct calls *c)
{
    for (size_t i = c->strays[1].n; i; i--)
        ledger_count(c->ledger, LEDGER_MESSAGES_LIMIT, 0, 0, 0, 0);
    strays_leave(c);
}

void keep_limits(struct calls *c)
{
    while (c->calls_kept > c->limits->max_calls ||
           (c->limits->max_memory && calls_memory(c) > c->limits->max_memory)) {
        struct call *call = next_to_leave(c);
        if (!call || c->calls_kept <= 1)
            break;
        ledger_count(c->ledger, LEDGER_CALLS_LIMIT, 0, 0, 0, 0);
        c->version++;
        call_leave(c, call);
    }
    if (c->strays[0].n > c->limits->max_calls / 2 ||
        (c->strays[0].n && c->calls_kept <= 1 && c->limits->max_memory &&
         calls_memory(c) > c->limits->max_memory))
        strays_limit(c);
    compact(c);
}

/* Everything goes at once, so nothing has to be taken out of anything: only the blocks
 * of the calls go back to the pool. */
void keep_nothing(struct calls *c, bool pool)
{
    if (c->streams)
        streams_clear(c->streams);
    if (c->kpi || c->recounted)
        kpi_clear(c->kpi ? c->kpi : c->kpi_later);
    c->recounted = 0;
    rows_done(&c->events);
    conns_done(&c->conns);
    checks_done(&c->checks);
    questions_done(&c->questions);
    for (size_t i = 0; i < c->list.n && !pool; i++)
        if (c->list.at[i]) {
            struct arena arena = c->list.at[i]->arena; /* the call itself lies in it */
            arena_done(&arena);
        }
    for (int i = 0; i < 2; i++) {
        arena_done(&c->strays[i].arena);
        c->strays[i] = (struct stray){0};
        arena_init(&c->strays[i].arena, &c->pool);
    }
    hash_done(&c->by_call_id);
    hops_done(&c->hops);
    if (c->related)
        related_clear(c->related);
    if (c->registrations)
        registrations_clear(c->registrations);
    healths_done(&c->healths);
    c->finished = c->live = (struct call_queue){0};
    c->pending_first = c->pending_last = NULL;
    vec_done(&c->list);
    vec_done(&c->list_ids);
    vec_done(&c->msgs);
    vec_done(&c->msg_ids);
    c->calls_kept = c->msgs_kept = 0;
    c->layout++;
    c->version++;
}
