#include "dissect/rtcp.h"

#include "dissect/cursor.h"

enum { HEADER = 4, SENDER_INFO = 24, REPORT = 24, ITEM_CNAME = 1, ITEM_NAME = 2 };
enum { ITEM_TOOL = 6 };

bool rtcp_sniff(struct slice d)
{
    struct cursor c = cursor_of(d);
    uint8_t first = cursor_u8(&c), type = cursor_u8(&c);
    size_t length = cursor_u16(&c) * 4u;
    return d.n >= RTCP_LEAST && first >> 6 == 2 && type >= 192 && type <= 213 &&
           length >= 4 && length <= cursor_left(&c);
}

/* 6.4.1: the last byte counts the padding, in whole words. */
static struct slice without_padding(struct slice body)
{
    size_t n = body.n ? body.p[body.n - 1] : 0;
    return n % 4 || n > body.n ? body : slice_sub(body, 0, body.n - n);
}

int rtcp_next(struct slice *rest, struct rtcp *out)
{
    if (!rest->n)
        return 0;
    struct cursor c = cursor_of(*rest);
    *rest = slice_sub(*rest, 0, 0);
    uint8_t first = cursor_u8(&c), type = cursor_u8(&c);
    size_t length = cursor_u16(&c) * 4u;
    if (c.cut)
        return -REASON_RTCP_CUT;
    if (first >> 6 != 2)
        return -REASON_RTCP_VERSION;
    struct rtcp p = {
        .type = type, .count = first & 31, .cut = length > cursor_left(&c)};
    p.body = p.cut ? cursor_rest(&c) : cursor_take(&c, length);
    if (first & 0x20 && !p.cut)
        p.body = without_padding(p.body);
    *rest = cursor_rest(&c);
    *out = p;
    return 1;
}

bool rtcp_sender(const struct rtcp *p, uint32_t *ssrc)
{
    struct cursor c = cursor_of(p->body);
    uint32_t v = cursor_u32(&c);
    if (c.cut)
        return false;
    *ssrc = v;
    return true;
}

bool rtcp_sr(const struct rtcp *p, struct rtcp_sr *out)
{
    struct cursor c = cursor_of(p->body);
    struct rtcp_sr s = {.ssrc = cursor_u32(&c)};
    s.ntp = cursor_u64(&c);
    s.ts = cursor_u32(&c);
    s.packets = cursor_u32(&c);
    s.octets = cursor_u32(&c);
    if (p->type != RTCP_SR || c.cut)
        return false;
    *out = s;
    return true;
}

struct slice rtcp_reports(const struct rtcp *p)
{
    if (p->type != RTCP_SR && p->type != RTCP_RR)
        return slice_sub(p->body, 0, 0);
    size_t from = p->type == RTCP_SR ? SENDER_INFO : 4;
    return slice_sub(p->body, from, (size_t)p->count * REPORT);
}

bool rtcp_report_next(struct slice *blocks, struct rtcp_report *out)
{
    struct cursor c = cursor_of(*blocks);
    struct rtcp_report r = {.ssrc = cursor_u32(&c), .fraction = 0};
    uint32_t lost = cursor_u32(&c);
    r.fraction = (uint8_t)(lost >> 24);
    lost &= 0xffffff;
    r.lost = lost & 0x800000 ? (int32_t)lost - 0x1000000 : (int32_t)lost;
    r.highest = cursor_u32(&c);
    r.jitter = cursor_u32(&c);
    r.lsr = cursor_u32(&c);
    r.dlsr = cursor_u32(&c);
    if (c.cut)
        return false;
    *blocks = cursor_rest(&c);
    *out = r;
    return true;
}

/* 6.5: items of type, length and text up to a type of 0; false where they are cut. */
static bool read_items(struct cursor *c, struct rtcp_source *out)
{
    for (uint8_t type; (type = cursor_u8(c));) {
        struct slice text = cursor_take(c, cursor_u8(c));
        if (c->cut)
            return false;
        if (type == ITEM_CNAME)
            out->cname = text;
        else if (type == ITEM_NAME)
            out->name = text;
        else if (type == ITEM_TOOL)
            out->tool = text;
    }
    return !c->cut;
}

bool rtcp_source_next(struct slice *chunks, struct rtcp_source *out)
{
    struct cursor c = cursor_of(*chunks);
    struct rtcp_source s = {.ssrc = cursor_u32(&c)};
    if (c.cut)
        return false;
    /* A list that is cut still counts with the items that are whole. */
    if (read_items(&c, &s))
        cursor_skip(&c, -(size_t)(c.p - chunks->p) & 3u);
    *chunks = cursor_rest(&c);
    *out = s;
    return true;
}

void rtcp_bye(const struct rtcp *p, struct slice *sources, struct slice *reason)
{
    *sources = slice_sub(p->body, 0, p->count * 4u);
    struct cursor c = cursor_of(slice_skip(p->body, p->count * 4u));
    size_t n = cursor_left(&c) ? cursor_u8(&c) : 0;
    *reason = cursor_take(&c, n);
}

struct slice rtcp_xr_blocks(const struct rtcp *p)
{
    return slice_skip(p->body, p->type == RTCP_XR ? 4 : p->body.n);
}

bool rtcp_xr_next(struct slice *blocks, struct rtcp_xr *out)
{
    struct cursor c = cursor_of(*blocks);
    struct rtcp_xr b = {.type = cursor_u8(&c)};
    b.specific = cursor_u8(&c);
    b.body = cursor_take(&c, cursor_u16(&c) * 4u);
    *blocks = cursor_rest(&c);
    if (c.cut)
        return false;
    *out = b;
    return true;
}

bool rtcp_voip(const struct rtcp_xr *b, struct rtcp_voip *out)
{
    struct cursor c = cursor_of(b->body);
    struct rtcp_voip v = {.ssrc = cursor_u32(&c)};
    v.loss = cursor_u8(&c);
    v.discard = cursor_u8(&c);
    v.burst_density = cursor_u8(&c);
    v.gap_density = cursor_u8(&c);
    v.burst_duration = cursor_u16(&c);
    v.gap_duration = cursor_u16(&c);
    v.round_trip = cursor_u16(&c);
    v.end_system = cursor_u16(&c);
    v.signal = (int8_t)cursor_u8(&c);
    v.noise = (int8_t)cursor_u8(&c);
    v.rerl = cursor_u8(&c);
    v.gmin = cursor_u8(&c);
    v.r = cursor_u8(&c);
    v.ext_r = cursor_u8(&c);
    v.mos_lq = cursor_u8(&c);
    v.mos_cq = cursor_u8(&c);
    uint8_t config = cursor_u8(&c);
    v.plc = config >> 6;
    v.adaptive = config >> 4 & 3;
    v.rate = config & 15;
    cursor_skip(&c, 1);
    v.jb_nominal = cursor_u16(&c);
    v.jb_max = cursor_u16(&c);
    v.jb_abs = cursor_u16(&c);
    if (b->type != RTCP_XR_VOIP || c.cut)
        return false;
    *out = v;
    return true;
}

bool rtcp_rrt(const struct rtcp_xr *b, uint64_t *ntp)
{
    struct cursor c = cursor_of(b->body);
    uint64_t v = cursor_u64(&c);
    if (b->type != RTCP_XR_RRT || c.cut)
        return false;
    *ntp = v;
    return true;
}

bool rtcp_dlrr_next(struct slice *subs, struct rtcp_dlrr *out)
{
    struct cursor c = cursor_of(*subs);
    struct rtcp_dlrr d = {.ssrc = cursor_u32(&c)};
    d.lrr = cursor_u32(&c);
    d.dlrr = cursor_u32(&c);
    if (c.cut)
        return false;
    *subs = cursor_rest(&c);
    *out = d;
    return true;
}

bool rtcp_stats(const struct rtcp_xr *b, struct rtcp_stats *out)
{
    enum { LOSS = 0x80, DUPLICATES = 0x40, JITTER = 0x20, TTL = 0x18 };
    struct cursor c = cursor_of(b->body);
    struct rtcp_stats s = {.ssrc = cursor_u32(&c)};
    uint8_t flags = b->specific;
    s.begin = cursor_u16(&c);
    s.end = cursor_u16(&c);
    uint32_t lost = cursor_u32(&c), duplicates = cursor_u32(&c);
    s.lost = flags & LOSS ? lost : 0;
    s.duplicates = flags & DUPLICATES ? duplicates : 0;
    struct slice jitter = cursor_take(&c, 16), ttl = cursor_take(&c, 4);
    if (b->type != RTCP_XR_STATS || c.cut)
        return false;
    if (flags & JITTER) {
        c = cursor_of(jitter);
        s.jitter_min = cursor_u32(&c);
        s.jitter_max = cursor_u32(&c);
        s.jitter_mean = cursor_u32(&c);
        s.jitter_dev = cursor_u32(&c);
    }
    if (flags & TTL) {
        s.ttl_min = ttl.p[0];
        s.ttl_max = ttl.p[1];
        s.ttl_mean = ttl.p[2];
        s.ttl_dev = ttl.p[3];
    }
    *out = s;
    return true;
}

int64_t rtcp_rtt(uint32_t now, uint32_t lsr, uint32_t dlsr)
{
    uint32_t rtt = now - lsr - dlsr;
    return !lsr || rtt >> 31 ? -1 : rtcp_ns(rtt);
}

int64_t rtcp_rtt_tap(int64_t sent, int64_t back, uint32_t dlsr)
{
    int64_t rtt = back - sent - rtcp_ns(dlsr);
    return rtt < 0 ? -1 : rtt;
}
