/*
 * Fragments of four packets. A fragment is five bytes and its data: which packet and
 * more (or later), its offset / 8 (two bytes), its length / 8, bytes cut from it.
 */
#include "engine/defrag.h"

#include "dissect/cursor.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum {
    MORE = 4,
    LATER = 8,
    IPV6 = 16,
    NO_MULTIPLE = 32,
    MEMORY = 4096,
    LARGEST = 400000
};

static volatile uint8_t sum;

static void check(const struct defrag_packet *p)
{
    if (p->data.n > 65535 || !p->nframes)
        abort();
    for (size_t i = 0; i < p->data.n; i++)
        sum ^= p->data.p[i];
    for (unsigned i = 0; i < p->nframes; i++)
        sum ^= (uint8_t)p->frames[i];
}

static void lost(void *ctx, const struct defrag_packet *p)
{
    (void)ctx;
    check(p);
}

static void fragment(struct defrag *d, struct frame *f, struct cursor *c)
{
    uint8_t flags = cursor_u8(c);
    uint16_t offset = cursor_u16(c) & 0x1fff;
    size_t n = (size_t)cursor_u8(c) * 8 + (flags & NO_MULTIPLE ? 3 : 0);
    uint8_t cut = cursor_u8(c);
    struct packet p = {
        .kind = PACKET_FRAGMENT,
        .src = {.ip = {192, 0, 2, 1}, .family = flags & IPV6 ? 6 : 4},
        .dst = {.ip = {192, 0, 2, 2}, .family = flags & IPV6 ? 6 : 4},
        .payload = cursor_take(c, n < cursor_left(c) ? n : cursor_left(c)),
    };
    struct defrag_packet whole;
    p.frag.id = flags & 3;
    p.frag.more = flags & MORE;
    p.frag.offset = (uint32_t)offset * 8;
    p.frag.proto = 17;
    p.whole = (uint32_t)p.payload.n + (cut > 250 ? cut : 0);
    f->number++;
    f->time += flags & LATER ? 20000000000 : 1;
    defrag_expire(d, f->time);
    if (defrag_feed(d, f, &p, &whole)) {
        check(&whole);
        packet_decode_transport(whole.data, &whole.packet);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct ledger ledger;
    struct cursor c = cursor_of(slice_of(data, n));
    struct frame f = {.time = 1};
    ledger_init(&ledger);
    struct defrag *d = defrag_new(MEMORY, &ledger, lost, NULL);
    if (!d)
        return 0;
    while (cursor_left(&c) >= 5) {
        fragment(d, &f, &c);
        if (defrag_memory(d) > LARGEST)
            abort();
    }
    defrag_end(d);
    if (defrag_memory(d))
        abort();
    defrag_free(d);
    return 0;
}
