/* A model that reads every byte that it is given and keeps nothing, for fuzz targets
 * that end in the engine. */
#ifndef TESTS_FAKE_MODEL_H
#define TESTS_FAKE_MODEL_H

#include "engine/intake.h"
#include "model/streams.h"

#include <stdlib.h>

static volatile uint8_t fake_sum;

static inline void fake_read(const uint8_t *p, size_t n)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum ^= p[i];
    fake_sum = sum;
}

struct msg *calls_feed(struct calls *c, const struct arrival *a)
{
    (void)c;
    if (!a->frame || !a->sip || a->reassembled != (a->frames != NULL))
        abort();
    if (a->text.n > SIP_MAX_MESSAGE || a->malformed >= REASON_COUNT)
        abort();
    fake_read(a->text.p, a->text.n);
    fake_read((const uint8_t *)a->frames, a->nframes * sizeof *a->frames);
    for (unsigned i = 0; i < SIP_H_COUNT; i++)
        if (a->sip->header[i].p)
            fake_read(a->sip->header[i].p, a->sip->header[i].n);
    return NULL;
}

void calls_advance(struct calls *c, int64_t now)
{
    (void)c, (void)now;
}

void calls_set_back(struct calls *c, int64_t now)
{
    (void)c, (void)now;
}

void calls_end(struct calls *c)
{
    (void)c;
}

struct call *calls_icmp(struct calls *c, const struct frame *f, const struct packet *p)
{
    (void)c, (void)f;
    fake_read(p->payload.p, p->payload.n);
    return NULL;
}

void calls_touch(struct calls *c, const struct addr *src, const struct addr *dst,
                 unsigned transport, unsigned incomplete)
{
    (void)c, (void)src, (void)dst, (void)transport, (void)incomplete;
}

struct expected calls_expect(const struct calls *c, struct slice call_id,
                             struct slice text)
{
    (void)c, (void)call_id, (void)text;
    return (struct expected){0};
}

void calls_fetch(const struct calls *c, const struct expected *e)
{
    (void)c, (void)e;
}

void calls_fetch_parts(const struct calls *c, const struct expected *e)
{
    (void)c, (void)e;
}

struct call *calls_find(const struct calls *c, struct slice call_id)
{
    (void)c;
    fake_read(call_id.p, call_id.n);
    return NULL;
}

static int fake_put(struct text *self, const struct frame *f, const uint8_t *bytes,
                    size_t n, struct span *out)
{
    (void)self, (void)f;
    fake_read(bytes, n);
    *out = (struct span){.file = SPAN_NONE, .length = (uint32_t)n};
    return 0;
}

/* Media is left alone. */
void streams_look(const struct streams *s, const struct packet *p,
                  struct streams_ahead *out)
{
    (void)s, (void)p;
    out->media = false;
}

void streams_fetch(const struct streams *s, const struct streams_ahead *ahead)
{
    (void)s, (void)ahead;
}

bool streams_take(struct streams *s, const struct frame *f, const struct packet *p,
                  const struct streams_ahead *ahead)
{
    (void)s, (void)f, (void)p, (void)ahead;
    return false;
}

bool streams_known(struct streams *s, const struct frame *f, const struct packet *p)
{
    (void)s, (void)f, (void)p;
    return false;
}

void streams_rtp(struct streams *s, const struct frame *f, const struct packet *p)
{
    (void)s, (void)f, (void)p;
}

void streams_rtcp(struct streams *s, const struct frame *f, const struct packet *p)
{
    (void)s, (void)f, (void)p;
}

void streams_stun(struct streams *s, const struct frame *f, const struct packet *p)
{
    (void)s, (void)f, (void)p;
}

bool streams_fax(struct streams *s, const struct frame *f, const struct packet *p)
{
    (void)s, (void)f, (void)p;
    return false;
}

void streams_end(struct streams *s)
{
    (void)s;
}

#endif
