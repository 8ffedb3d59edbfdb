#include "model/recount.h"

#include "model/attempt.h"
#include "model/streams.h"

#include <stdlib.h>

/* Longest text that is read again for its Reason header. */
enum { TEXT_MAX = 64 << 10 };

struct reading {
    struct text *text;
    uint8_t *buffer;
};

/* Final responses that refuse, and BYEs, may say why. */
static bool has_reason(const struct msg *m)
{
    return (m->method == SIP_INVITE && m->status >= 300) ||
           (m->method == SIP_BYE && !m->status);
}

static const struct sip *read_again(struct reading *r, const struct msg *m,
                                    struct sip *sip)
{
    struct span span = m->text;
    if (!r->text || !r->buffer || !has_reason(m) || span.file == SPAN_NONE)
        return NULL;
    if (span.length > TEXT_MAX)
        return NULL;
    return !r->text->get(r->text, span, r->buffer) &&
                   !sip_parse(slice_of(r->buffer, span.length), sip)
               ? sip
               : NULL;
}

static void take_messages(struct calls *c, struct kpi *k, size_t end)
{
    struct reading r = {k->options.text, NULL};
    struct sip sip;
    if (r.text)
        r.buffer = malloc(TEXT_MAX);
    for (; c->recounted < end; c->recounted++) {
        struct msg *m = c->msgs.at[c->recounted];
        if (m && m->call && m->txn && !m->malformed && !(m->flags & MSG_COPY))
            attempt_message(k, m->call, m, m->txn, read_again(&r, m, &sip));
    }
    free(r.buffer);
}

static void take_media(struct calls *c)
{
    for (size_t i = 0; i < c->streams->slices.list.n; i++) {
        const struct rtp_slice *l = c->streams->slices.list.at[i];
        if (l)
            attempt_slice(c->kpi, l);
    }
}

bool recount_part(struct calls *c, size_t messages)
{
    if (c->kpi || !c->kpi_later)
        return false;
    size_t left = c->msgs.n - c->recounted;
    take_messages(c, c->kpi_later, c->recounted + (left < messages ? left : messages));
    if (left > messages)
        return true;
    c->kpi = c->kpi_later;
    if (c->streams)
        take_media(c);
    for (size_t i = 0; i < c->list.n; i++) {
        struct call *call = c->list.at[i];
        if (call && call->timed_out)
            attempt_timeout(c->kpi, call);
        if (call && c->ended)
            attempt_over(c->kpi, call);
    }
    return false;
}

void recount(struct calls *c)
{
    recount_part(c, SIZE_MAX);
}

/* What is counted is no part of the calls: it is made by who looks. */
const struct kpi *recount_kpi(const struct calls *c)
{
    recount((struct calls *)(uintptr_t)c);
    return c->kpi;
}

bool recount_kpi_part(const struct calls *c, size_t messages)
{
    return recount_part((struct calls *)(uintptr_t)c, messages);
}
