/*
 * A whole sequence of frames. A frame is four bytes and its data: link type and time,
 * interface, length (two bytes).
 */
#include "engine/engine.h"

#include "dissect/cursor.h"
#include "fake_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void frame(struct engine *e, struct frame *f, struct cursor *c)
{
    static const uint32_t LINKS[] = {101, 1, 113, LINKTYPE_SIPGLASS_HEP};
    uint8_t how = cursor_u8(c), interface = cursor_u8(c);
    size_t n = cursor_u16(c);
    struct slice bytes = cursor_take(c, n < cursor_left(c) ? n : cursor_left(c));
    f->data = bytes.p;
    f->caplen = (uint32_t)bytes.n;
    f->len = f->caplen + (how & 4 ? 40 : 0);
    f->link = LINKS[how & 3];
    f->interface = interface & 1;
    f->time += how & 8 ? 40000000000 : how & 16 ? 1100000000 : 1000;
    f->number++;
    engine_feed(e, f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct ledger ledger;
    struct limits limits = LIMITS_DEFAULT;
    struct text text = {.put = fake_put};
    struct engine_options o = {.limits = &limits, .ledger = &ledger, .text = &text};
    struct cursor c = cursor_of(slice_of(data, n));
    struct frame f = {.offset = FRAME_NOWHERE};
    ledger_init(&ledger);
    o.invite_only = n & 1;
    struct engine *e = engine_new(&o);
    if (!e)
        return 0;
    while (cursor_left(&c) >= 4)
        frame(e, &f, &c);
    engine_idle(e, f.time + 2000000000);
    engine_end(e);
    engine_free(e);
    return 0;
}
