/*
 * Segments of two connections, both ways. A segment is four bytes and its data: flags,
 * where it begins relative to what was sent last (signed, two bytes), its length.
 */
#include "engine/tcp.h"

#include "dissect/cursor.h"
#include "fake_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { MEMORY = 16384, LARGEST = 600000 };
enum { REVERSE = 8, OTHER = 16, LATER = 32, CUT = 64, LONG = 128 };

static void segment(struct tcp *t, struct frame *f, struct cursor *c, uint32_t seq[4])
{
    uint8_t flags = cursor_u8(c);
    int16_t back = (int16_t)cursor_u16(c);
    size_t n = (size_t)cursor_u8(c) * (flags & LONG ? 16 : 1);
    if (n > cursor_left(c))
        n = cursor_left(c);
    uint32_t *next = &seq[(flags & (REVERSE | OTHER)) / REVERSE];
    struct packet p = {
        .kind = PACKET_TCP,
        .src = {.ip = {192, 0, 2, flags & REVERSE ? 2 : 1}, .port = 5060, .family = 4},
        .dst = {.ip = {192, 0, 2, flags & REVERSE ? 1 : 2}, .port = 5061, .family = 4},
        .depth = flags & OTHER ? 1 : 0,
        .payload = cursor_take(c, n),
        .ip_proto = 6,
    };
    p.whole = (uint32_t)p.payload.n + (flags & CUT ? 7 : 0);
    p.tcp.seq = *next + (uint32_t)(back % 512);
    p.tcp.flags = flags & (TCP_FIN | TCP_SYN | TCP_RST);
    *next += p.whole;
    f->number++;
    f->time += flags & LATER ? 600000000 : 1000000;
    tcp_expire(t, f->time);
    tcp_feed(t, f, &p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct ledger ledger;
    struct limits limits = LIMITS_DEFAULT;
    struct text text = {.put = fake_put};
    struct intake in = {.ledger = &ledger, .text = &text, .longest = limits.message};
    struct cursor c = cursor_of(slice_of(data, n));
    struct frame f = {.time = 1};
    uint32_t seq[4] = {1, 0xffffff00, 5, 0x7fffff00};
    ledger_init(&ledger);
    limits.tcp = MEMORY;
    struct tcp *t = tcp_new(&limits, &in);
    if (!t)
        return 0;
    while (cursor_left(&c) >= 4) {
        segment(t, &f, &c, seq);
        if (tcp_memory(t) > LARGEST)
            abort();
    }
    tcp_end(t);
    if (tcp_memory(t) || tcp_count(t))
        abort();
    tcp_free(t);
    return 0;
}
