/* A15 over many calls: the number of calls up when a trunk began to refuse. */
#include "diagnose/trunk.h"
#include "diagnose/say.h"
#include "diagnose/tally.h"

void trunk_limit(struct exam *e, const struct rule *r)
{
    struct tally t = {.by_addr = {0}};
    for (size_t i = 0; i < e->calls->list.n; i++) {
        const struct call *c = e->calls->list.at[i];
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
        unsigned up = 0;
        const struct call *first = calls_by_id(e->calls, row->call);
        struct draft *d =
            row->most >= 5 && first ? exam_find(e, r, SEVERITY_CRIT, 80) : NULL;
        if (!d)
            continue;
        for (size_t k = 0; k < e->calls->list.n; k++) {
            const struct call *c = e->calls->list.at[k];
            up += c && c->answer && c->hop && addr_same_ip(&c->hop->dst, &row->addr) &&
                  c->answer <= first->start && (!c->end || c->end > first->start);
        }
        d->peer = row->addr;
        draft_msg(d, first->first);
        say(&d->headline, "%i refused %u calls in a row with 503, at %u calls up",
            &row->addr, row->most, up);
        say(&d->detail,
            "Calls %u to %u, over %t. The number of calls up when it began "
            "may be the limit of the trunk.",
            row->call, row->last, row->longest);
    }
    tally_done(&t);
}
