#include "service/endings.h"

/* Calls that were told: in the list of finished ones since a time that was. */
static bool is_told(const struct endings *e, const struct call *call)
{
    return call->retired && call->queued <= e->told;
}

static void tell_until(struct endings *e, const struct calls *calls, int64_t until,
                       endings_each *each, void *ctx)
{
    const struct call *c = calls->finished.newest;
    if (until <= e->told)
        return;
    while (c && !is_told(e, c) && c->older)
        c = c->older;
    for (; c && (is_told(e, c) || c->queued <= until); c = c->newer)
        if (!is_told(e, c))
            each(ctx, c);
    e->told = until;
}

void endings_update(struct endings *e, const struct calls *calls, endings_each *each,
                    void *ctx)
{
    tell_until(e, calls, calls->now - (int64_t)ENDINGS_REST * 1000000000, each, ctx);
}

void endings_leaving(struct endings *e, const struct call *call, endings_each *each,
                     void *ctx)
{
    if (!is_told(e, call))
        each(ctx, call);
}

void endings_set_back(struct endings *e, const struct calls *calls, int64_t now,
                      endings_each *each, void *ctx)
{
    tell_until(e, calls, INT64_MAX, each, ctx);
    e->told = now;
}

void endings_all(struct endings *e, const struct calls *calls, endings_each *each,
                 void *ctx)
{
    tell_until(e, calls, INT64_MAX, each, ctx);
    for (const struct call *c = calls->live.oldest; c; c = c->newer)
        each(ctx, c);
}
