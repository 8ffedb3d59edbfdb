/* What endpoints say of streams, in RTCP and in quality reports: loss and jitter as the
 * receiver had them, and the round trip, measured from where the capture stands. */
#include "dissect/rtcp.h"
#include "model/streams.h"

enum { LOOKS = 8, PACKETS = 64 };
static const int64_t NEAR = 5000000000;   /* ns: a stream is in use */
static const int64_t NAMED = 15000000000; /* ns: a name is; it comes every 5 s */

/* The stream with an SSRC that goes from one host to another; else the newest one. */
static struct rtp_stream *stream_of(const struct streams *s, uint32_t ssrc,
                                    const struct addr *from, const struct addr *to)
{
    struct rtp_stream *n = stream_index_ssrc(&s->index, ssrc), *newest = n;
    for (int i = 0; n && i < LOOKS; n = n->ssrc_older, i++)
        if (!memcmp(n->src.ip, from->ip, sizeof from->ip) &&
            !memcmp(n->dst.ip, to->ip, sizeof to->ip))
            return n;
    return newest;
}

/* ---- proof of belonging ---- */

static bool same_host(const struct addr *a, const struct addr *b)
{
    return a->family == b->family && !memcmp(a->ip, b->ip, sizeof a->ip);
}

/* The newest stream in use with an SSRC that goes from a host, or to it. */
static struct rtp_stream *in_use(const struct streams *s, uint32_t ssrc,
                                 const struct addr *from, const struct addr *to,
                                 int64_t time)
{
    struct rtp_stream *n = stream_index_ssrc(&s->index, ssrc);
    for (int i = 0; n && i < LOOKS; n = n->ssrc_older, i++)
        if (time - n->end <= NEAR && (!from || same_host(&n->src, from)) &&
            (!to || same_host(&n->dst, to)))
            return n;
    return NULL;
}

static void bind_orphan(struct streams *s, struct rtp_stream *orphan,
                        const struct binding *b)
{
    if (b->call->stream_count >= STREAMS_OF_CALL)
        return;
    streams_detach(s, orphan);
    streams_attach(s, orphan, b);
}

/* An orphan goes to the call of a stream that is bound, as its way back. */
static void bind_back(struct streams *s, struct rtp_stream *orphan,
                      const struct rtp_stream *bound)
{
    struct binding b = {bound->call, bound->src_media, bound->dst_media, BINDING_SSRC,
                        bound->to == CALL_CALLER ? CALL_CALLEE : CALL_CALLER};
    bind_orphan(s, orphan, &b);
}

/* Who reports on a stream is its receiver: what it sends itself is the way back. */
static void prove_reporter(struct streams *s, const struct packet *p, uint32_t sender,
                           uint32_t heard, int64_t time)
{
    struct rtp_stream *out = in_use(s, sender, &p->src, NULL, time);
    struct rtp_stream *in = in_use(s, heard, NULL, &p->src, time);
    if (!out || !in || out == in || !out->call == !in->call)
        return;
    if (!out->call)
        bind_back(s, out, in);
    else
        bind_back(s, in, out);
}

/* RTCP that goes between announced ends names its sender's source, whatever way the
 * media takes. */
static void prove_sender(struct streams *s, const struct packet *p, uint32_t sender,
                         int64_t time)
{
    struct rtp_stream *n = in_use(s, sender, &p->src, NULL, time);
    struct binding_key k = {p->src, p->dst, time, sender, n ? n->format.pt : 0, false};
    struct binding b;
    if (!n || n->call)
        return;
    k.src.port -= k.src.port & 1; /* of the media it belongs to (RFC 3550 11) */
    k.dst.port -= k.dst.port & 1;
    if (!binding_find(&s->bindings, &k, NULL, &b) ||
        binding_confidence(b.how) < binding_confidence(BINDING_SDP_SRC))
        return;
    b.how = BINDING_SSRC;
    bind_orphan(s, n, &b);
}

/* A user may have one name in all of his calls: it proves something while one call
 * alone has it. */
static bool tells(const struct streams_name *name, uint64_t hash, int64_t time)
{
    return name->call && name->hash == hash && time - name->time <= NAMED &&
           (!name->doubted || time - name->doubted > NAMED);
}

static void note_name(struct streams_name *name, uint64_t hash,
                      const struct rtp_stream *n, int64_t time)
{
    bool known = name->call && name->hash == hash && time - name->time <= NAMED;
    bool other = known && name->call != n->call->id;
    *name = (struct streams_name){
        .hash = hash,
        .time = time,
        .doubted = other   ? time
                   : known ? name->doubted
                           : 0,
        .call = n->call->id,
        .to = n->to,
    };
}

/* The line of a side's newest description that names a payload type. */
static const struct offer_media *line_with(const struct call *call, unsigned side,
                                           uint8_t pt)
{
    const struct offer *o = offer_newest(call, side, NULL);
    for (unsigned i = 0; o && i < o->text->lines; i++)
        if (offer_codec_of(&o->text->line[i], pt))
            return &o->text->line[i];
    return NULL;
}

/* All sources of a sender have one canonical name (RFC 3550 6.5.1). */
static void prove_name(struct streams *s, const struct packet *p,
                       const struct rtcp_source *source, int64_t time)
{
    struct rtp_stream *n = in_use(s, source->ssrc, &p->src, NULL, time);
    if (!n || !source->cname.n)
        return;
    uint64_t hash = hash_bytes(source->cname.p, source->cname.n);
    struct streams_name *name = &s->cnames[hash % STREAMS_NAMES];
    if (n->call) {
        note_name(name, hash, n, time);
        return;
    }
    struct call *call =
        tells(name, hash, time) ? calls_by_id(s->calls, name->call) : NULL;
    if (!call)
        return;
    unsigned from = name->to == CALL_CALLER ? CALL_CALLEE : CALL_CALLER;
    struct binding b = {call, line_with(call, name->to, n->format.pt),
                        line_with(call, from, n->format.pt), BINDING_SSRC, name->to};
    bind_orphan(s, n, &b);
}

static void take_sources(struct streams *s, const struct packet *p,
                         const struct rtcp *r, int64_t time)
{
    struct slice chunks = r->body;
    struct rtcp_source source;
    for (int i = 0; i < r->count && rtcp_source_next(&chunks, &source); i++)
        prove_name(s, p, &source, time);
}

/* ---- what is said of a stream ---- */

static void take_sr(struct streams *s, const struct packet *p, const struct rtcp *r,
                    int64_t time)
{
    struct rtcp_sr sr;
    struct rtp_stream *n =
        rtcp_sr(r, &sr) ? stream_of(s, sr.ssrc, &p->src, &p->dst) : NULL;
    if (!n)
        return;
    unsigned older = n->rtcp.sent[0] > n->rtcp.sent[1];
    n->rtcp.sent[older] = time;
    n->rtcp.middle[older] = rtcp_ntp_middle(sr.ntp);
}

static void round_trip(struct rtp_stream *n, const struct rtcp_report *b, int64_t time)
{
    for (int i = 0; b->lsr && i < 2; i++) {
        if (!n->rtcp.sent[i] || n->rtcp.middle[i] != b->lsr)
            continue;
        int64_t rtt = rtcp_rtt_tap(n->rtcp.sent[i], time, b->dlsr);
        if (rtt >= 0) {
            n->rtcp.rtts += n->rtcp.rtts < UINT16_MAX;
            n->rtcp.rtt += ((float)rtt * 1e-6f - n->rtcp.rtt) / (float)n->rtcp.rtts;
        }
        return;
    }
}

/* Loss in percent of what the receiver can have expected since the stream began. */
static float loss_of(const struct rtp_stream *n, const struct rtcp_report *b)
{
    uint32_t expected = b->highest - (uint32_t)(uint16_t)n->sequence.lowest + 1;
    if (b->lost <= 0)
        return 0;
    if (!expected || expected > UINT32_MAX / 2 || (uint32_t)b->lost > expected)
        return (float)b->fraction * 100 / 256;
    return (float)b->lost * 100 / (float)expected;
}

static void take_report(struct streams *s, const struct packet *p,
                        const struct rtcp_report *b, const struct frame *f,
                        int64_t time)
{
    struct rtp_stream *n = stream_of(s, b->ssrc, &p->dst, &p->src);
    if (!n) {
        ledger_count(s->ledger, LEDGER_RTCP_STRAY, 0, 0, f->file, f->number);
        return;
    }
    n->rtcp.reports += n->rtcp.reports < UINT16_MAX;
    n->rtcp.loss = loss_of(n, b);
    if (n->format.ms > 0)
        n->rtcp.jitter += ((float)(b->jitter * n->format.ms) - n->rtcp.jitter) /
                          (float)n->rtcp.reports;
    round_trip(n, b, time);
}

/* ---- what an endpoint says of a stream that it receives ---- */

static struct remote *remote_of(struct streams *s, struct rtp_stream *n)
{
    if (!n->remote)
        n->remote = slab_take(&s->remotes);
    return n->remote;
}

/* A row of the call's events where it is news. */
static void tell(struct streams *s, const struct rtp_stream *n, int64_t time,
                 uint16_t file, uint64_t number)
{
    struct frame where = {.file = file, .number = number};
    struct strbuf text = {0};
    if (!remote_news(n->remote))
        return;
    remote_text(n->remote, &text);
    if (text.n)
        streams_event(s, n, EVENT_REPORT, &where, time, strbuf_cstr(&text));
    strbuf_done(&text);
}

static void take_xr(struct streams *s, const struct packet *p, const struct rtcp *r,
                    const struct frame *f, int64_t time)
{
    struct slice blocks = rtcp_xr_blocks(r);
    struct rtcp_xr b;
    struct rtcp_voip v;
    while (rtcp_xr_next(&blocks, &b)) {
        struct rtp_stream *n =
            rtcp_voip(&b, &v) ? stream_of(s, v.ssrc, &p->dst, &p->src) : NULL;
        if (!n || !remote_of(s, n))
            continue;
        remote_take_voip(n->remote, &v);
        tell(s, n, time, f->file, f->number);
    }
}

/* The stream of a call from one end to the other, by its source where the report names
 * it, else by its addresses. */
static struct rtp_stream *reported(const struct call *call, uint32_t ssrc,
                                   const struct addr *from, const struct addr *to)
{
    struct rtp_stream *best = NULL;
    unsigned most = 0;
    for (struct rtp_stream *n = call->streams; n; n = n->call_next) {
        unsigned fit = 4 * (ssrc && n->ssrc == ssrc) + 2 * addr_eq(&n->dst, to) +
                       addr_eq(&n->src, from);
        if (fit > most) {
            most = fit;
            best = n;
        }
    }
    return best;
}

static void take_vq(struct streams *s, const struct msg *m, struct rtp_stream *n,
                    const struct vq_metrics *metrics)
{
    if (!n || !metrics->has || !remote_of(s, n))
        return;
    remote_take_vq(n->remote, metrics);
    tell(s, n, m->time, m->file, m->frame);
}

void streams_report(struct streams *s, const struct msg *m, struct slice body)
{
    struct vqreport r;
    const struct call *call =
        vqreport_parse(body, &r) ? NULL : calls_find(s->calls, r.call_id);
    if (!call)
        return;
    take_vq(s, m, reported(call, r.remote_ssrc, &r.remote, &r.local), &r.heard);
    take_vq(s, m, reported(call, r.local_ssrc, &r.local, &r.remote), &r.sent);
}

void streams_rtcp(struct streams *s, const struct frame *frame,
                  const struct packet *packet)
{
    int64_t time =
        packet->kind == PACKET_HEP && packet->hep.time ? packet->hep.time : frame->time;
    struct slice rest = packet->payload, blocks;
    struct rtcp_report b;
    struct rtcp r;
    uint32_t sender;
    for (int i = 0; i < PACKETS && rtcp_next(&rest, &r) > 0; i++) {
        if (r.type == RTCP_SR)
            take_sr(s, packet, &r, time);
        if (r.type == RTCP_XR)
            take_xr(s, packet, &r, frame, time);
        if (r.type == RTCP_SDES)
            take_sources(s, packet, &r, time);
        else if (i == 0 && rtcp_sender(&r, &sender))
            prove_sender(s, packet, sender, time);
        blocks = rtcp_reports(&r);
        while (rtcp_report_next(&blocks, &b)) {
            take_report(s, packet, &b, frame, time);
            if (rtcp_sender(&r, &sender))
                prove_reporter(s, packet, sender, b.ssrc, time);
        }
    }
}
