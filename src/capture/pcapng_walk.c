#include "capture/pcapng_block.h"
#include "capture/walk.h"

#include <stdlib.h>

enum {
    BLOCK_MIN = 12,
    EPB_MIN = 32,                    /* an enhanced packet without bytes and options */
    BLOCK_MAX = FILE_READER_MAX / 2, /* a longer one is taken for damage */
    INTERFACES_MAX = 65535,
    NAMES_SEARCHED = 64, /* names looked at to give the same interface the same index */
};

#define SECOND ((int64_t)1000000000)

void pcapng_walk_done(struct walk *w)
{
    for (size_t i = 0; i < w->pcapng.names.n; i++)
        free(w->pcapng.names.at[i]);
    vec_done(&w->pcapng.names);
    vec_done(&w->pcapng.interfaces);
}

const char *pcapng_walk_name(const struct walk *w, uint16_t index)
{
    const char *name = index < w->pcapng.names.n ? w->pcapng.names.at[index] : NULL;
    return name ? name : "";
}

/* The byte order of the section at p (12 bytes); false: no section header. */
static bool section_order(const uint8_t *p, bool *swap)
{
    uint32_t type, magic;
    memcpy(&type, p, 4);
    memcpy(&magic, p + 8, 4);
    bool other = magic == __builtin_bswap32(PCAPNG_MAGIC);
    if (type != PCAPNG_SHB || (magic != PCAPNG_MAGIC && !other))
        return false;
    *swap = other;
    return true;
}

int pcapng_walk_start(struct walk *w)
{
    struct file_reader *r = w->reader;
    const uint8_t *p = file_reader_need(r, 4);
    uint32_t type;
    bool swap;
    if (!p)
        return r->status == -ERR_END && file_reader_left(r) ? -ERR_FORMAT : r->status;
    memcpy(&type, p, sizeof type);
    if (type != PCAPNG_SHB)
        return -ERR_FORMAT;
    if (!(p = file_reader_need(r, 12)))
        return r->status == -ERR_END ? -ERR_CUT : r->status;
    if (!section_order(p, &swap))
        return -ERR_FORMAT;
    w->format = WALK_PCAPNG;
    return 0;
}

/* One option of a block's options at [*p, end); false: no more. The cursor stays
 * inside whatever the lengths say. */
static bool option_next(const struct walk *w, const uint8_t **p, const uint8_t *end,
                        uint16_t *code, const uint8_t **value, uint16_t *n)
{
    if (end - *p < 4)
        return false;
    *code = walk_u16(w, *p);
    *n = walk_u16(w, *p + 2);
    *value = *p + 4;
    if (*code == PCAPNG_OPT_END || *n > end - *value)
        return false;
    size_t step = ((size_t)*n + 3) & ~(size_t)3;
    *p = (size_t)(end - *value) < step ? end : *value + step;
    return true;
}

/* Index for frames: a name that came before (another section) gets the same one. */
static bool name_interface(struct walk *w, struct pcapng_interface *i,
                           const uint8_t *name, size_t n)
{
    struct pcapng_walk *ng = &w->pcapng;
    for (size_t k = 0; n && k < ng->names.n && k < NAMES_SEARCHED; k++) {
        const char *have = ng->names.at[k];
        if (have && strlen(have) == n && !memcmp(have, name, n)) {
            i->index = (uint16_t)k;
            return true;
        }
    }
    char *copy = n ? strndup((const char *)name, n) : NULL;
    if (ng->names.n >= INTERFACES_MAX || !vec_push(&ng->names, copy)) {
        free(copy);
        return false;
    }
    i->index = (uint16_t)(ng->names.n - 1);
    return true;
}

/* if_tsresol: a power of ten, or of two where the top bit is set (4.2). */
static void set_resolution(struct pcapng_interface *i, uint8_t resolution)
{
    unsigned e = resolution & 0x7f;
    i->ticks = i->multiplier = 0;
    i->shift = (uint8_t)e;
    if (resolution & 0x80)
        return;
    i->shift = e > 19 ? (uint8_t)(e - 19) : 0;
    i->ticks = 1;
    for (unsigned k = 0; k < e && k < 19; k++)
        i->ticks *= 10;
    if (e <= 9)
        i->multiplier = (uint64_t)SECOND / i->ticks;
}

static int64_t interface_time(const struct pcapng_interface *i, uint64_t t)
{
    __int128 ns = (__int128)t * (i->multiplier ? (int64_t)i->multiplier : SECOND);
    if (!i->ticks)
        ns >>= i->shift;
    else if (!i->multiplier)
        ns /= i->ticks;
    for (unsigned k = 0; i->ticks && ns && k < i->shift; k++)
        ns /= 10;
    ns += i->offset;
    return ns < 0 ? 0 : ns > WALK_TIME_MAX ? WALK_TIME_MAX : (int64_t)ns;
}

/* Fast path: ticks that are whole ns, and a time that fits. */
static inline int64_t frame_time(const struct pcapng_interface *i, uint64_t t)
{
    if (__builtin_expect(t < i->simple, 1))
        return (int64_t)(t * i->multiplier);
    return interface_time(i, t);
}

static bool read_interface(struct walk *w, const uint8_t *p, size_t n)
{
    struct pcapng_interface i = {.link = 0};
    const uint8_t *at, *end, *value, *name = NULL;
    uint16_t code, length, name_n = 0;
    if (n < 20)
        return false;
    at = p + 16;
    end = p + n - 4;
    i.link = walk_u16(w, p + 8);
    i.snaplen = walk_u32(w, p + 12);
    set_resolution(&i, 6);
    while (option_next(w, &at, end, &code, &value, &length)) {
        if (code == PCAPNG_OPT_NAME) {
            name = value;
            name_n = length;
        } else if (code == PCAPNG_OPT_TSRESOL && length >= 1) {
            set_resolution(&i, value[0]);
        } else if (code == PCAPNG_OPT_TSOFFSET && length >= 8) {
            int64_t seconds = (int64_t)walk_u64(w, value),
                    limit = WALK_TIME_MAX / SECOND;
            seconds = seconds > limit ? limit : seconds < -limit ? -limit : seconds;
            i.offset = seconds * SECOND;
        }
    }
    if (i.multiplier && !i.offset)
        i.simple = (uint64_t)WALK_TIME_MAX / i.multiplier;
    return name_interface(w, &i, name, name_n) && vec_push(&w->pcapng.interfaces, i);
}

static struct pcapng_interface *interface_at(struct walk *w, uint32_t id)
{
    return id < w->pcapng.interfaces.n ? &w->pcapng.interfaces.at[id] : NULL;
}

/* Drops are told as totals of a capture; what is new is added. */
static void add_drops(struct walk *w, uint32_t reason, uint64_t *seen, uint64_t now,
                      uint64_t *total)
{
    if (now <= *seen || now == UINT64_MAX)
        return;
    ledger_add(w->ledger, reason, 0, now - *seen);
    *total += now - *seen;
    *seen = now;
}

static bool read_statistics(struct walk *w, const uint8_t *p, size_t n)
{
    const uint8_t *at, *end, *value;
    uint16_t code, length;
    struct pcapng_interface *i;
    if (n < 24 || !(i = interface_at(w, walk_u32(w, p + 8))))
        return false;
    at = p + 20;
    end = p + n - 4;
    while (option_next(w, &at, end, &code, &value, &length)) {
        if (code == PCAPNG_OPT_IFDROP && length == 8)
            add_drops(w, LEDGER_INTERFACE_DROP, &i->ifdrop, walk_u64(w, value),
                      &w->interface_drops);
        else if (code == PCAPNG_OPT_OSDROP && length == 8)
            add_drops(w, LEDGER_KERNEL_DROP, &i->osdrop, walk_u64(w, value),
                      &w->kernel_drops);
    }
    return true;
}

static bool frame_of(struct walk *w, const struct pcapng_interface *i, const uint8_t *p,
                     size_t data, size_t room, struct frame *out)
{
    if (out->caplen > room)
        return false;
    out->data = p + data;
    out->link = i->link;
    out->interface = i->index;
    out->offset = file_reader_at(w->reader) + data;
    return true;
}

/* Enhanced packet (4.3) and the obsolete packet block (A.1): they differ in the width
 * of the interface's number. */
static bool read_packet(struct walk *w, uint32_t type, const uint8_t *p, size_t n,
                        struct frame *out)
{
    const struct pcapng_interface *i;
    if (n < 32)
        return false;
    i = interface_at(w, type == PCAPNG_PB ? walk_u16(w, p + 8) : walk_u32(w, p + 8));
    if (!i)
        return false;
    out->caplen = walk_u32(w, p + 20);
    out->len = walk_u32(w, p + 24);
    out->time =
        frame_time(i, (uint64_t)walk_u32(w, p + 12) << 32 | walk_u32(w, p + 16));
    return frame_of(w, i, p, 28, n - 32, out);
}

/* Simple packet (4.4): of the first interface, without a time: that of its neighbour.
 */
static bool read_simple(struct walk *w, const uint8_t *p, size_t n, struct frame *out)
{
    const struct pcapng_interface *i = interface_at(w, 0);
    if (n < 16 || !i)
        return false;
    out->len = out->caplen = walk_u32(w, p + 8);
    if (i->snaplen && out->caplen > i->snaplen)
        out->caplen = i->snaplen;
    if (out->caplen > n - 16)
        out->caplen = (uint32_t)(n - 16);
    out->time = w->last;
    return frame_of(w, i, p, 12, n - 16, out);
}

/* A block of a known kind whose two lengths agree, when looking for records. */
static bool plausible(struct walk *w)
{
    struct file_reader *r = w->reader;
    const uint8_t *p = file_reader_need(r, BLOCK_MIN);
    bool swap = w->swap;
    if (!p)
        return false;
    if (section_order(p, &swap))
        return true;
    uint32_t type = walk_u32(w, p), n = walk_u32(w, p + 4);
    if ((type < PCAPNG_IDB || type > PCAPNG_EPB) && type != PCAPNG_DSB)
        return false;
    if (n < BLOCK_MIN || n % 4 || n > (1u << 20) || !(p = file_reader_need(r, n)))
        return false;
    return walk_u32(w, p + n - 4) == n;
}

/* What a block is; true: *out is a frame. */
static bool read_block(struct walk *w, const uint8_t *p, size_t n, struct frame *out)
{
    uint32_t type = walk_u32(w, p);
    bool ok = true;
    switch (type) {
    case PCAPNG_EPB:
    case PCAPNG_PB:
        if (read_packet(w, type, p, n, out))
            return true;
        ok = false;
        break;
    case PCAPNG_SPB:
        if (read_simple(w, p, n, out))
            return true;
        ok = false;
        break;
    case PCAPNG_IDB: ok = read_interface(w, p, n); break;
    case PCAPNG_ISB: ok = read_statistics(w, p, n); break;
    case PCAPNG_SHB: w->pcapng.interfaces.n = 0; break;
    case PCAPNG_NRB:
    case PCAPNG_DSB: break;
    default:
        ledger_count(w->ledger, LEDGER_BLOCK_UNKNOWN, type, n, w->file, w->number + 1);
    }
    if (!ok)
        walk_bad(w, n);
    return false;
}

/* The length of the block at p, padded; 0: no block. Some writers leave the padding out
 * of the length. */
static size_t block_length(struct walk *w, const uint8_t *p)
{
    uint32_t type, n;
    memcpy(&type, p, sizeof type);
    if (__builtin_expect(type == PCAPNG_SHB, 0) && !section_order(p, &w->swap))
        return 0;
    n = walk_u32(w, p + 4);
    return n < BLOCK_MIN || n > BLOCK_MAX ? 0 : ((size_t)n + 3) & ~(size_t)3;
}

static bool lengths_agree(const struct walk *w, const uint8_t *p, size_t whole)
{
    uint32_t n = walk_u32(w, p + 4), again = walk_u32(w, p + whole - 4);
    return again == n || again == whole;
}

int pcapng_walk_next(struct walk *w, struct frame *out)
{
    struct file_reader *r = w->reader;
    for (;;) {
        const uint8_t *p = file_reader_need(r, BLOCK_MIN);
        if (!p)
            return walk_end(w);
        size_t whole = block_length(w, p);
        if (whole && !(p = file_reader_need(r, whole))) {
            if (!walk_hidden(w, 4, plausible))
                return walk_end(w);
            continue;
        }
        if (__builtin_expect(!whole || !lengths_agree(w, p, whole), 0)) {
            walk_resync(w, 4, plausible);
            continue;
        }
        bool frame = read_block(w, p, whole, out);
        file_reader_take(r, whole);
        if (frame)
            return 0;
    }
}

/* A packet that is damaged may make the walk go on reading. */
bool pcapng_walk_ready(const struct walk *w)
{
    const uint8_t *p = w->reader->bytes + w->reader->start;
    size_t left = file_reader_left(w->reader);
    if (left < EPB_MIN || walk_u32(w, p) != PCAPNG_EPB)
        return false;
    uint32_t n = walk_u32(w, p + 4), caplen = walk_u32(w, p + 20);
    return n % 4 == 0 && n >= EPB_MIN && n <= left && caplen <= n - EPB_MIN &&
           walk_u32(w, p + n - 4) == n && walk_u32(w, p + 8) < w->pcapng.interfaces.n;
}
