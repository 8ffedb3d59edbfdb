/*
 * Frames through the real engine and model, and every rule over what comes of it. A
 * frame is five bytes and its data: link type, time step (two bytes, ms; the highest
 * bit: seconds), length (two bytes).
 */
#include "base/err.h"
#include "base/vec.h"
#include "diagnose/diagnose.h"
#include "dissect/cursor.h"
#include "engine/engine.h"
#include "model/streams.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_EVERY = 32 };

struct memory {
    struct text text;
    VEC(uint8_t) bytes;
};

static int put(struct text *self, const struct frame *frame, const uint8_t *bytes,
               size_t n, struct span *out)
{
    struct memory *m = (struct memory *)self;
    (void)frame;
    *out = (struct span){.offset = m->bytes.n, .length = (uint32_t)n};
    if (!vec_reserve(&m->bytes, n)) {
        out->file = SPAN_NONE;
        return -ERR_NOMEM;
    }
    memcpy(m->bytes.at + m->bytes.n, bytes, n);
    m->bytes.n += n;
    return 0;
}

static int get(struct text *self, struct span span, uint8_t *buffer)
{
    struct memory *m = (struct memory *)self;
    if (span.offset > m->bytes.n || span.length > m->bytes.n - span.offset)
        return -ERR_GONE;
    memcpy(buffer, m->bytes.at + span.offset, span.length);
    return 0;
}

/* Every finding says something, and follows from one that is there. */
static void check(const struct diagnose *d, const struct calls *calls)
{
    for (size_t i = 0; i < diagnose_count(d); i++) {
        const struct finding *f = diagnose_at(d, i);
        if (!f->rule || !*f->headline || !f->detail || !f->remedy ||
            f->severity >= SEVERITY_COUNT || f->confidence > 100 ||
            (f->call && !calls_by_id(calls, f->call)) ||
            (f->cause && !diagnose_by_id(d, f->cause)))
            abort();
        for (size_t k = 1; k < f->nevidence; k++)
            if (f->evidence[k].time < f->evidence[k - 1].time)
                abort();
        (void)diagnose_verdict(d, f->call);
        (void)diagnose_headline(d, f->call);
    }
}

static void next_frame(struct engine *e, struct frame *f, struct cursor *c)
{
    static const uint32_t LINKS[] = {101, 1, 113, LINKTYPE_SIPGLASS_HEP};
    uint8_t how = cursor_u8(c);
    uint16_t step = cursor_u16(c);
    size_t n = cursor_u16(c);
    struct slice bytes = cursor_take(c, n < cursor_left(c) ? n : cursor_left(c));
    f->data = bytes.p;
    f->caplen = f->len = (uint32_t)bytes.n;
    f->len += how & 4 ? 40 : 0;
    f->link = LINKS[how & 3];
    f->interface = how >> 3 & 1;
    f->time +=
        step & 0x8000 ? (step & 0x7fff) * INT64_C(1000000000) : step * INT64_C(1000000);
    f->number++;
    engine_feed(e, f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct ledger ledger;
    struct limits limits = LIMITS_DEFAULT;
    struct memory memory = {.text = {.put = put, .get = get}};
    struct frame f = {.offset = FRAME_NOWHERE, .time = INT64_C(1700000000000000000)};
    struct cursor c = cursor_of(slice_of(data, n));
    ledger_init(&ledger);
    limits.max_calls = 40;
    limits.max_messages = 60;
    struct calls *calls = calls_new(&limits, &ledger);
    struct streams *streams = calls ? streams_new(calls, &ledger) : NULL;
    struct engine_options o = {.limits = &limits,
                               .ledger = &ledger,
                               .calls = calls,
                               .streams = streams,
                               .text = &memory.text};
    struct engine *e = streams ? engine_new(&o) : NULL;
    struct diagnose *d = e ? diagnose_new(calls, streams, &ledger, &memory.text) : NULL;
    while (d && cursor_left(&c) >= 5) {
        next_frame(e, &f, &c);
        if (f.number % LOOK_EVERY == 0) {
            diagnose_run(d, false);
            check(d, calls);
        }
    }
    if (d) {
        engine_end(e);
        diagnose_run(d, true);
        check(d, calls);
    }
    diagnose_free(d);
    engine_free(e);
    streams_free(streams);
    calls_free(calls);
    vec_done(&memory.bytes);
    return 0;
}
