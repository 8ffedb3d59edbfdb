#include "dissect/rtp.h"

#include "dissect/rtp_table.h"

#include <endian.h>

static uint16_t be16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return be16toh(v);
}

static uint32_t be32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return be32toh(v);
}

/*
 * 5.1, 5.3.1: contributing sources and header extension. Sets *at behind them, which
 * may be beyond d where the capture was cut, but never beyond `whole`.
 */
static int read_optional(struct slice d, uint32_t whole, struct rtp *out, size_t *at)
{
    size_t sources = (d.p[0] & 15u) * 4u, end = RTP_HEADER + sources;
    if (end > whole)
        return -REASON_RTP_BAD;
    out->csrc = slice_sub(d, RTP_HEADER, sources);
    if (d.p[0] & 0x10) {
        if (whole - end < 4)
            return -REASON_RTP_BAD;
        struct slice head = slice_sub(d, end, 4);
        size_t length = head.n == 4 ? be16(head.p + 2) * 4u : 0;
        end += 4;
        if (length > whole - end)
            return -REASON_RTP_BAD;
        out->profile = head.n == 4 ? be16(head.p) : 0;
        out->extension = slice_sub(d, end, length);
        end += length;
    }
    *at = end;
    return 0;
}

/* 5.1: the last byte counts the padding, itself included. */
static void take_padding(struct rtp *out)
{
    uint8_t n = out->payload.n ? out->payload.p[out->payload.n - 1] : 0;
    if (!n || n > out->payload.n) {
        out->odd_padding = true;
        return;
    }
    out->padding = n;
    out->payload.n -= n;
    out->bytes -= n;
}

/* Bits of the first byte that say there is more than the twelve bytes. */
enum { PADDING = 0x20, OPTIONAL = 0x1f };

/* Apart, so that the plain case keeps its registers and needs no stack. */
__attribute__((noinline)) static int parse_more(struct slice d, uint32_t whole,
                                                struct rtp *out)
{
    struct rtp r = *out;
    size_t at = RTP_HEADER;
    int rc = d.p[0] & OPTIONAL ? read_optional(d, whole, &r, &at) : 0;
    if (rc)
        return rc;
    r.bytes = whole - (uint32_t)at;
    r.payload = slice_skip(d, at);
    if (d.p[0] & PADDING && d.n == whole)
        take_padding(&r);
    *out = r;
    return 0;
}

int rtp_parse(struct slice d, uint32_t whole, struct rtp *out)
{
    if (d.n < RTP_HEADER)
        return -REASON_RTP_CUT;
    if (d.p[0] >> 6 != 2)
        return -REASON_RTP_VERSION;
    if (whole < d.n)
        whole = (uint32_t)d.n;
    *out = (struct rtp){
        .payload = {d.p + RTP_HEADER, d.n - RTP_HEADER},
        .bytes = whole - RTP_HEADER,
        .marker = d.p[1] >> 7,
        .pt = d.p[1] & 127,
        .seq = be16(d.p + 2),
        .ts = be32(d.p + 4),
        .ssrc = be32(d.p + 8),
    };
    return d.p[0] & (PADDING | OPTIONAL) ? parse_more(d, whole, out) : 0;
}

bool rtp_plausible(struct slice d, uint32_t whole, uint16_t sport, uint16_t dport)
{
    struct rtp r;
    if (sport < 1024 || dport < 1024 || rtp_parse(d, whole, &r) || !r.bytes)
        return false;
    return r.pt >= 96 || rtp_static(r.pt);
}

struct rtp_mark rtp_mark(const struct rtp *p)
{
    return (struct rtp_mark){p->ssrc, p->ts, p->bytes, p->seq, p->pt};
}

bool rtp_follows(const struct rtp_mark *before, const struct rtp *p)
{
    enum { GAP = 5, SECOND = 90000 };
    uint16_t steps = (uint16_t)(p->seq - before->seq);
    uint32_t moved = p->ts - before->ts;
    if (p->ssrc != before->ssrc || p->pt != before->pt || !steps || steps > GAP)
        return false;
    uint32_t ticks = rtp_static_ticks(before->pt, before->bytes);
    if (ticks && moved == ticks * steps)
        return true;
    if (p->marker && moved)
        return moved >> 31 == 0;
    return !ticks && moved + SECOND * steps <= 2u * SECOND * steps;
}

bool rtp_event_parse(struct slice payload, struct rtp_event *out)
{
    if (payload.n < 4)
        return false;
    const uint8_t *p = payload.p;
    *out = (struct rtp_event){be16(p + 2), p[0], p[1] & 63, p[1] >> 7};
    return true;
}
