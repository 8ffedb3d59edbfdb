/* Streams and calls: who a stream belongs to, and what a message changes in that. */
#include "dissect/dtmf_body.h"
#include "dissect/stun.h"
#include "model/attempt.h"
#include "model/event.h"
#include "model/streams.h"

static const int64_t NEAR = 5000000000; /* ns: media and its description */
enum { ORPHAN_LOOKS = 16, CHAIN_LOOKS = 8, WEAK_LOOKS = 32 };

/* ---- finding ---- */

/* SSRC, numbers and time go on from a stream that is bound. */
static bool by_continuity(const struct streams *s, const struct rtp_packet *p,
                          struct binding *out)
{
    const struct rtp_stream *n = stream_index_ssrc(&s->index, p->ssrc);
    for (int i = 0; n && i < CHAIN_LOOKS; n = n->ssrc_older, i++) {
        uint16_t ahead = (uint16_t)(p->seq - (uint16_t)n->sequence.highest);
        if (!n->call || n->fax || p->time - n->end > NEAR || (int16_t)ahead < -64 ||
            (int16_t)ahead > 1000)
            continue;
        *out = (struct binding){n->call, n->dst_media, n->src_media, BINDING_CONTINUITY,
                                n->to};
        return true;
    }
    return false;
}

/* Symmetric RTP: the way back of a stream that is bound. */
static bool by_reverse(const struct streams *s, const struct binding_key *k,
                       struct binding *out)
{
    const struct rtp_stream *n = stream_index_flow(&s->index, &k->dst, &k->src);
    if (!n || !n->call || k->time - n->end > NEAR)
        return false;
    *out = (struct binding){n->call, n->src_media, n->dst_media, BINDING_REVERSE,
                            n->to == CALL_CALLER ? CALL_CALLEE : CALL_CALLER};
    return true;
}

bool streams_bind(const struct streams *s, const struct binding_key *key,
                  const struct rtp_packet *p, struct binding *out)
{
    struct binding other;
    bool found = binding_find(&s->bindings, key, NULL, out);
    unsigned sure = found ? binding_confidence(out->how) : 0;
    if (sure < binding_confidence(BINDING_CONTINUITY) && by_continuity(s, p, &other)) {
        *out = other;
        return true;
    }
    if (sure < binding_confidence(BINDING_REVERSE) && by_reverse(s, key, &other)) {
        *out = other;
        return true;
    }
    return found;
}

/* A line of the newest description of a side that waits for such media somewhere
 * private. */
static const struct offer_media *waits(const struct call *call, unsigned side,
                                       const struct binding_key *k)
{
    const struct offer *o = offer_newest(call, side, NULL);
    for (unsigned i = 0; o && i < o->text->lines; i++) {
        const struct offer_media *m = &o->text->line[i];
        if (m->addr.port && binding_is_private(&m->addr) && offer_codec_of(m, k->pt))
            return m;
    }
    return NULL;
}

/* Neither address nor port is known, so only a call that is alone can be meant. */
bool streams_bind_pending(const struct streams *s, const struct binding_key *k,
                          struct binding *out)
{
    const struct call *only = NULL;
    for (unsigned i = 0; i < STREAMS_PENDING; i++) {
        int64_t age = k->time - s->pending[i].time;
        struct call *call = s->pending[i].call && age <= NEAR && age >= -NEAR
                                ? calls_by_id(s->calls, s->pending[i].call)
                                : NULL;
        if (!call || call == only || call->streams)
            continue;
        const struct offer_media *callee = waits(call, CALL_CALLEE, k);
        const struct offer_media *caller = waits(call, CALL_CALLER, k);
        if (!caller && !callee)
            continue;
        if (only)
            return false;
        only = call;
        *out = (struct binding){call, callee ? callee : caller, callee ? caller : NULL,
                                BINDING_PRIVATE, callee ? CALL_CALLEE : CALL_CALLER};
    }
    return only != NULL;
}

static void note_pending(struct streams *s, const struct offer *o)
{
    bool any = false;
    for (unsigned i = 0; i < o->text->lines; i++)
        any |= o->text->line[i].addr.port && binding_is_private(&o->text->line[i].addr);
    if (!any)
        return;
    s->pending[s->pending_at].call = o->call->id;
    s->pending[s->pending_at].time = o->time;
    s->pending_at = (s->pending_at + 1) % STREAMS_PENDING;
}

/* ---- belonging ---- */

static uint64_t weak_hash(const struct rtp_stream *n)
{
    return hash_bytes(&n->dst, sizeof n->dst);
}

static bool weak_same(const void *value, const void *wanted)
{
    return addr_eq(&((const struct rtp_stream *)value)->dst, wanted);
}

static struct rtp_stream *weak_at(const struct streams *s, const struct addr *dst)
{
    return hash_find(&s->weak, hash_bytes(dst, sizeof *dst), weak_same, dst);
}

static void weak_add(struct streams *s, struct rtp_stream *n)
{
    struct rtp_stream *newest = weak_at(s, &n->dst);
    if (newest)
        hash_remove(&s->weak, weak_hash(n), newest);
    if (hash_add(&s->weak, weak_hash(n), n))
        return;
    n->weak_older = newest;
    if (newest)
        newest->weak_newer = n;
}

static void weak_remove(struct streams *s, struct rtp_stream *n)
{
    if (hash_remove(&s->weak, weak_hash(n), n) && n->weak_older)
        hash_add(&s->weak, weak_hash(n), n->weak_older);
    if (n->weak_older)
        n->weak_older->weak_newer = n->weak_newer;
    if (n->weak_newer)
        n->weak_newer->weak_older = n->weak_older;
    n->weak_older = n->weak_newer = NULL;
}

static void orphan_add(struct streams *s, struct rtp_stream *n)
{
    n->orphan_older = s->orphan_newest;
    *(n->orphan_older ? &n->orphan_older->orphan_newer : &s->orphan_oldest) = n;
    s->orphan_newest = n;
    s->orphans++;
}

static void orphan_remove(struct streams *s, struct rtp_stream *n)
{
    *(n->orphan_older ? &n->orphan_older->orphan_newer : &s->orphan_oldest) =
        n->orphan_newer;
    *(n->orphan_newer ? &n->orphan_newer->orphan_older : &s->orphan_newest) =
        n->orphan_older;
    n->orphan_older = n->orphan_newer = NULL;
    s->orphans--;
}

static void understand(struct streams *s, struct rtp_stream *n)
{
    if (rtp_stream_reformat(n) && n->early) {
        slab_give(&s->early_slab, n->early);
        n->early = NULL;
    }
}

void streams_attach(struct streams *s, struct rtp_stream *n, const struct binding *b)
{
    n->call = b->call;
    n->how = (uint8_t)b->how;
    n->dst_media = b->dst;
    n->src_media = b->src;
    n->to = b->to;
    if (n->how != BINDING_SDP_BOTH)
        weak_add(s, n);
    if (!n->call) {
        orphan_add(s, n);
    } else {
        n->call_next = n->call->streams;
        n->call->streams = n;
        n->call->stream_count++;
        n->call->version = ++s->calls->version;
    }
    understand(s, n);
}

void streams_detach(struct streams *s, struct rtp_stream *n)
{
    if (n->how != BINDING_SDP_BOTH)
        weak_remove(s, n);
    if (!n->call) {
        orphan_remove(s, n);
        return;
    }
    struct rtp_stream **at = &n->call->streams;
    while (*at != n)
        at = &(*at)->call_next;
    *at = n->call_next;
    n->call_next = NULL;
    n->call->stream_count--;
    n->call = NULL;
}

void streams_drop(struct streams *s, struct call *call)
{
    while (call->streams) {
        struct rtp_stream *n = call->streams;
        struct rtp_slice last;
        if (s->calls->kpi && n->packets != n->base.packets &&
            rtp_stream_slice(n, &last))
            attempt_slice(s->calls->kpi, &last);
        streams_detach(s, n);
        streams_remove(s, n);
    }
    for (struct offer *o = call->offers; o; o = o->next)
        for (unsigned i = 0; i < o->text->lines; i++)
            rows_remove(&s->offers, o->line[i].id);
    binding_drop(&s->bindings, call);
}

/* ---- messages ---- */

static struct binding_key key_of(const struct rtp_stream *n)
{
    return (struct binding_key){n->src, n->dst, n->end, n->ssrc, n->format.pt, n->fax};
}

/* A description changes what is known of the call's own streams. */
static void refresh(struct streams *s, struct call *call)
{
    for (struct rtp_stream *n = call->streams; n; n = n->call_next) {
        struct binding_key k = key_of(n);
        struct binding b;
        bool was_weak = n->how != BINDING_SDP_BOTH;
        if (s->calls->now - n->end > NEAR ||
            !binding_find(&s->bindings, &k, call, &b) ||
            binding_confidence(b.how) < binding_confidence(n->how))
            continue;
        if (was_weak && b.how == BINDING_SDP_BOTH)
            weak_remove(s, n);
        n->how = (uint8_t)b.how;
        n->dst_media = b.dst;
        n->src_media = b.src;
        n->to = b.to;
        understand(s, n);
    }
}

/* A stream that was seen before its description, or given to another call by less. */
static void adopt(struct streams *s, struct call *call, struct rtp_stream *n,
                  int64_t now)
{
    struct binding_key k = key_of(n);
    struct binding b;
    if (n->call == call || now - n->end > NEAR ||
        call->stream_count >= STREAMS_OF_CALL ||
        !binding_find(&s->bindings, &k, call, &b))
        return;
    if (n->call && (b.how != BINDING_SDP_BOTH || now - n->start > NEAR))
        return;
    streams_detach(s, n);
    streams_attach(s, n, &b);
}

static void adopt_at(struct streams *s, struct call *call, const struct addr *addr,
                     int64_t now)
{
    struct rtp_stream *n = addr->port ? weak_at(s, addr) : NULL, *older;
    for (int i = 0; n && i < WEAK_LOOKS; n = older, i++) {
        older = n->weak_older;
        adopt(s, call, n, now);
    }
}

static void adopt_orphans(struct streams *s, struct call *call, int64_t now)
{
    struct rtp_stream *n = s->orphan_newest, *older;
    for (int i = 0; n && i < ORPHAN_LOOKS; n = older, i++) {
        older = n->orphan_older;
        adopt(s, call, n, now);
    }
}

/* Hold and resume, as the side that sends the description wants it. */
static void hold(struct streams *s, struct call *call, const struct offer *o)
{
    const struct offer *before = NULL;
    for (const struct offer *k = call->offers; k && k != o; k = k->next)
        if (k->side == o->side && k->tag == o->tag)
            before = k;
    if (!before || before->text->held == o->text->held || o->answer)
        return;
    struct event e = {
        .time = o->time,
        .frame = o->frame,
        .file = o->msg->file,
        .kind = o->text->held ? EVENT_HOLD : EVENT_RESUME,
    };
    event_add(s->calls, call, &e, o->side == CALL_CALLER ? "caller" : "callee");
}

static void take_offer(struct streams *s, struct call *call, const struct msg *m,
                       const struct arrival *a, struct slice sdp)
{
    struct offer *o = offer_feed(call, m, sdp);
    if (!o)
        return;
    if (o->text->cut)
        ledger_count(s->ledger, LEDGER_OFFERS_LIMIT, 0, sdp.n, m->file, m->frame);
    for (unsigned i = 0; i < o->text->lines; i++)
        o->line[i].id = rows_add(&s->offers, &o->line[i]);
    hold(s, call, o);
    note_pending(s, o);
    binding_claim(&s->bindings, call, o, &a->src);
    refresh(s, call);
    for (unsigned i = 0; i < o->text->lines; i++)
        adopt_at(s, call, &o->text->line[i].addr, m->time);
    adopt_orphans(s, call, m->time);
}

void streams_stun(struct streams *s, const struct frame *frame,
                  const struct packet *packet)
{
    enum { FIRST = 255 }; /* 256 less the component (RFC 8445 5.1.2.1): that of RTP */
    struct stun m;
    struct stun_facts facts;
    if (stun_parse(packet->payload, &m) < 0 || m.method != STUN_BINDING ||
        m.class != STUN_REQUEST)
        return;
    stun_facts(&m, &facts);
    if (!facts.user.n || (facts.priority && (facts.priority & 255) != FIRST))
        return;
    struct binding_check check = {packet->src, packet->dst, facts.user, frame->time,
                                  facts.use_candidate};
    struct call *call = binding_check(&s->bindings, &check);
    if (!call)
        return;
    refresh(s, call);
    adopt_at(s, call, &packet->src, frame->time);
    adopt_at(s, call, &packet->dst, frame->time);
}

/* An offer within the call failed. */
static void refuse_offer(struct streams *s, struct call *call, const struct msg *m,
                         const struct addr *host)
{
    const struct offer *o = offer_refuse(call, m);
    if (!o)
        return;
    binding_refuse(&s->bindings, call, o, host, m->time);
    refresh(s, call);
}

/* Digits in INFO, and what KPML reports (RFC 4730). */
static void take_digits(struct streams *s, struct call *call, const struct msg *m,
                        const struct sip *sip)
{
    struct dtmf_body d;
    char text[2] = {0};
    if (!msg_is_request(m) || (m->method != SIP_INFO && m->method != SIP_NOTIFY) ||
        dtmf_body_parse(sip->header[SIP_H_CONTENT_TYPE], sip->body, &d))
        return;
    struct event e = {
        .time = m->time, .frame = m->frame, .file = m->file, .kind = EVENT_DTMF};
    for (size_t i = 0; i < d.digits.n && i < STREAMS_DIGITS; i++) {
        text[0] = (char)d.digits.p[i];
        event_add(s->calls, call, &e, text);
    }
}

static bool is_over(const struct call *call)
{
    return call->bye || (call->invite && call_state_finished(call->state));
}

void streams_message(struct streams *s, struct call *call, const struct msg *m,
                     const struct arrival *a)
{
    const struct sip *sip = a->sip;
    if (m->malformed)
        return;
    if (m->status >= 300 && (m->method == SIP_INVITE || m->method == SIP_UPDATE))
        refuse_offer(s, call, m, &a->dst);
    if (m->flags & MSG_SDP) {
        struct slice sdp = sdp_find(sip->header[SIP_H_CONTENT_TYPE], sip->body);
        if (sdp.n)
            take_offer(s, call, m, a, sdp);
    } else if (sip->body.n) {
        take_digits(s, call, m, sip);
        if (vqreport_is(sip->header[SIP_H_CONTENT_TYPE]))
            streams_report(s, m, sip->body);
    }
    if (is_over(call))
        binding_close(call, m->time);
}
