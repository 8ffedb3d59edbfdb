/* Classic pcap: draft-ietf-opsawg-pcap, and the variants that are met in practice. */
#include "capture/walk.h"

enum {
    FILE_HEADER = 24,
    SNAPLEN = 262144,       /* what libpcap takes for any link type */
    FAR = 7 * 86400,        /* seconds between neighbours when looking for records */
    LINK_MASK = 0x03ffffff, /* above it: length of the frame check sequence */
};

/* magic number; record header; ns of a fraction; bytes that follow the file header */
static const struct variant {
    uint32_t magic, header, tick, more;
} VARIANTS[] = {
    {0xa1b2c3d4, 16, 1000, 0}, {0xa1b23c4d, 16, 1, 0},
    {0xa1b2cd34, 24, 1000, 0}, /* "modified": interface, protocol and packet type */
    {0x1c0001ac, 16, 1, 4}, /* IXIA hardware and software: the file's length follows */
    {0x1c0001ab, 16, 1, 4},
};

static const struct variant *variant_of(uint32_t magic)
{
    for (size_t i = 0; i < sizeof VARIANTS / sizeof *VARIANTS; i++)
        if (VARIANTS[i].magic == magic)
            return &VARIANTS[i];
    return NULL;
}

int pcap_walk_start(struct walk *w)
{
    struct file_reader *r = w->reader;
    const uint8_t *p = file_reader_need(r, 4);
    uint32_t magic;
    if (!p)
        return r->status == -ERR_END && file_reader_left(r) ? -ERR_FORMAT : r->status;
    memcpy(&magic, p, sizeof magic);
    const struct variant *v = variant_of(magic);
    w->swap = !v;
    if (!v && !(v = variant_of(__builtin_bswap32(magic))))
        return -ERR_FORMAT;
    if (!(p = file_reader_need(r, FILE_HEADER + v->more)))
        return r->status == -ERR_END ? -ERR_CUT : r->status;
    uint32_t snaplen = walk_u32(w, p + 16);
    w->pcap = (struct pcap_walk){
        .header = v->header,
        .tick = v->tick,
        .link = walk_u32(w, p + 20) & LINK_MASK,
        .swap_lengths = walk_u16(w, p + 4) == 2 && walk_u16(w, p + 6) < 4,
        .longest = snaplen < SNAPLEN               ? SNAPLEN
                   : snaplen < FILE_READER_MAX / 2 ? snaplen
                                                   : FILE_READER_MAX / 2,
    };
    w->format = WALK_PCAP;
    file_reader_take(r, FILE_HEADER + v->more);
    return 0;
}

/* A record header that could be one: lengths and fraction in range, its time near. */
static bool header_fits(const struct walk *w, const uint8_t *p, int64_t near)
{
    uint32_t seconds = walk_u32(w, p), fraction = walk_u32(w, p + 4);
    uint32_t caplen = walk_u32(w, p + 8), len = walk_u32(w, p + 12);
    int64_t away = (int64_t)seconds - near;
    return caplen && caplen <= len && len <= w->pcap.longest * 2 &&
           caplen <= w->pcap.longest &&
           (uint64_t)fraction * w->pcap.tick < 1000000000 &&
           (!near || (away < FAR && away > -FAR));
}

/* Two headers in a row that fit, or one whose record ends the file. */
static bool plausible(struct walk *w)
{
    struct file_reader *r = w->reader;
    uint32_t header = w->pcap.header;
    const uint8_t *p = file_reader_need(r, header);
    if (!p)
        return false;
    if (!header_fits(w, p, w->last / 1000000000))
        return false;
    size_t whole = header + walk_u32(w, p + 8);
    if ((p = file_reader_need(r, whole + header)))
        return header_fits(w, p + whole, walk_u32(w, p));
    return file_reader_left(r) == whole;
}

/* Lengths of files before version 2.4 may be in either order. */
static void swap_lengths(uint32_t *caplen, uint32_t *len)
{
    uint32_t t = *caplen;
    if (*caplen > *len) {
        *caplen = *len;
        *len = t;
    }
}

int pcap_walk_next(struct walk *w, struct frame *out)
{
    struct file_reader *r = w->reader;
    const struct pcap_walk *f = &w->pcap;
    uint32_t caplen, len;
    const uint8_t *p;
    for (;;) {
        if (!(p = file_reader_need(r, f->header)))
            return walk_end(w);
        caplen = walk_u32(w, p + 8);
        len = walk_u32(w, p + 12);
        if (__builtin_expect(f->swap_lengths, 0))
            swap_lengths(&caplen, &len);
        if (__builtin_expect(caplen > f->longest, 0))
            walk_resync(w, 1, plausible);
        else if ((p = file_reader_need(r, f->header + (size_t)caplen)))
            break;
        else if (!walk_hidden(w, 1, plausible))
            return walk_end(w);
    }
    out->data = p + f->header;
    out->caplen = caplen;
    out->len = len;
    out->time =
        (int64_t)walk_u32(w, p) * 1000000000 + (int64_t)walk_u32(w, p + 4) * f->tick;
    out->link = f->link;
    out->interface = 0;
    out->offset = file_reader_at(r) + f->header;
    file_reader_take(r, f->header + (size_t)caplen);
    return 0;
}

bool pcap_walk_ready(const struct walk *w)
{
    const struct pcap_walk *f = &w->pcap;
    size_t left = file_reader_left(w->reader);
    if (left < f->header || f->swap_lengths)
        return false;
    uint32_t caplen = walk_u32(w, w->reader->bytes + w->reader->start + 8);
    return caplen <= f->longest && left >= f->header + (size_t)caplen;
}
