#include "diagnose/state.h"

struct seen *state_seen(const struct diagnose *d, uint32_t call)
{
    size_t low = 0, high = d->seen.n;
    /* Ids have no gaps while no call has left. */
    size_t there =
        high && call >= d->seen.at[0].call ? call - d->seen.at[0].call : high;
    if (there < high && d->seen.at[there].call == call)
        return &d->seen.at[there];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->seen.at[middle].call < call)
            low = middle + 1;
        else
            high = middle;
    }
    return low < d->seen.n && d->seen.at[low].call == call ? &d->seen.at[low] : NULL;
}

bool state_take(struct diagnose *d)
{
    const struct calls *c = d->exam.calls;
    uint32_t newest = d->seen.n ? d->seen.at[d->seen.n - 1].call : 0;
    size_t from = c->list.n;
    while (from && (!c->list.at[from - 1] || c->list.at[from - 1]->id > newest))
        from--;
    for (size_t i = from; i < c->list.n; i++) {
        const struct call *call = calls_row(c, i);
        struct seen s = {.call = call ? call->id : 0};
        if (s.call && !vec_push(&d->seen, s))
            return false;
    }
    return true;
}

/* Both lists are in order of id. */
void state_drop(struct diagnose *d)
{
    size_t n = 0;
    if (d->layout == d->exam.calls->layout)
        return;
    d->layout = d->exam.calls->layout;
    for (size_t i = 0; i < d->seen.n; i++) {
        struct seen *s = &d->seen.at[i];
        if (calls_by_id(d->exam.calls, s->call)) {
            d->seen.at[n++] = *s;
            continue;
        }
        d->changed |= s->first != NULL;
        finding_free(s->first);
    }
    d->seen.n = n;
}

/* What rows, filters and ladders show of it: the verdict and the findings. */
uint64_t state_digest(const struct diagnose *d, const struct seen *s)
{
    uint64_t hash = s->verdict || s->first ? s->verdict | 1u << 8 : 0;
    for (const struct finding *f = s->first; f; f = f->next) {
        uint32_t of[] = {f->id, f->cause, f->severity, f->confidence};
        hash =
            state_mix(state_mix(hash, of, sizeof of), f->headline, strlen(f->headline));
    }
    const struct finding *f =
        s->first && s->first->cause ? diagnose_headline(d, s->call) : NULL;
    return f ? state_mix(hash, f->headline, strlen(f->headline)) : hash;
}

void state_list(struct diagnose *d)
{
    d->rows.n = 0;
    for (struct finding *f = d->capture; f; f = f->next)
        (void)vec_push(&d->rows, f);
    for (size_t i = 0; i < d->seen.n; i++)
        for (struct finding *f = d->seen.at[i].first; f; f = f->next)
            (void)vec_push(&d->rows, f);
    d->version++;
}
