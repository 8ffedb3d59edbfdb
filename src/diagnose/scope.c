#include "diagnose/state.h"

#include "base/ledger.h"
#include "model/streams.h"

static void note_hops(struct diagnose *d)
{
    const struct hash *h = &d->exam.calls->hops.by_addr;
    d->scope.hops = d->scope.one_way = 0;
    for (size_t i = 0; i < h->cap; i++) {
        const struct hop *hop = h->slot[i].value; /* the first of its pair */
        if (!hop || (!hop->last && !hop->back->last))
            continue;
        d->scope.hops++;
        d->scope.one_way += !hop->last || !hop->back->last;
    }
}

static void note_media(struct diagnose *d)
{
    size_t answered = 0, with = 0;
    const struct calls *c = d->exam.calls;
    d->scope.media = d->exam.streams && d->exam.streams->list.last;
    for (size_t i = 0; d->scope.media && i < c->list.n; i++) {
        const struct call *call = calls_row(c, i);
        answered += call && call->answer;
        with += call && call->answer && call->streams;
    }
    d->scope.media_usual = with * 2 >= answered;
}

/* What one direction alone cannot show: requests with their responses; nor is it full
 * of repetitions, which a peer that is dead brings about. */
static bool shows_both(const struct calls *c)
{
    enum { LOOKS = 2000 };
    uint64_t all = 0, whole = 0, messages = 0, repeated = 0;
    for (size_t i = c->list.n > LOOKS ? c->list.n - LOOKS : 0; i < c->list.n; i++) {
        const struct call *call = c->list.at[i];
        if (!call)
            continue;
        messages += call->messages;
        repeated += call->retransmissions;
        for (const struct txn *t = call->txns; t; t = t->next) {
            all++;
            whole += t->request && t->responses;
        }
    }
    return whole * 20 > all || repeated * 2 > messages;
}

void scope_note(struct diagnose *d)
{
    static const uint32_t DROPS[] = {LEDGER_KERNEL_DROP, LEDGER_INTERFACE_DROP,
                                     LEDGER_RING_DROP};
    enum { MESSAGES = 20, SHARE = 95 };
    struct scope *s = &d->scope;
    const struct calls *c = d->exam.calls;
    s->last = c->now;
    s->over = d->over;
    s->drops = 0;
    note_media(d);
    for (size_t i = 0; i < sizeof DROPS / sizeof *DROPS; i++)
        s->drops += ledger_total(d->exam.ledger, DROPS[i]);
    if (!s->first && c->list.n && c->list.at[0])
        s->first = c->list.at[0]->start;
    note_hops(d);
    s->one_sided = c->msgs_seen >= MESSAGES && s->one_way * 100 >= s->hops * SHARE &&
                   !shows_both(c);
}
