#include "engine/intake.h"

#include "base/err.h"
#include "base/inflate.h"
#include "dissect/demux.h"
#include "dissect/hep.h"
#include "dissect/rtcp_json.h"
#include "dissect/sip_sniff.h"
#include "dissect/stun.h"
#include "model/event.h"
#include "model/streams.h"

#include <stdlib.h>

enum { DNS_PORT = 53 };

/* How much an agent's clock may be ahead, ns. */
static const int64_t AHEAD = INT64_C(60000000000);

struct origin intake_origin(const struct frame *frame, const struct packet *packet,
                            unsigned transport)
{
    return (struct origin){
        .frame = frame,
        .src = packet->src,
        .dst = packet->dst,
        .time = frame->time,
        .path = packet->path,
        .depth = packet->depth,
        .transport = (uint8_t)transport,
        .cut = packet->whole > packet->payload.n,
    };
}

void intake_count(struct intake *in, const struct frame *frame, uint32_t reason,
                  uint32_t detail, uint64_t bytes)
{
    ledger_count(in->ledger, reason, detail, bytes, frame->file, frame->number);
}

void intake_keep(struct intake *in, const struct frame *frame)
{
    if (!frame->data || !in->text->keep)
        return;
    if (in->kept_frame == frame->number && in->kept_file == frame->file)
        return;
    in->kept_frame = frame->number;
    in->kept_file = frame->file;
    in->text->keep(in->text, frame); /* what it loses it counts itself */
}

/* -c: a call is known, or begins here. */
static bool wanted(const struct intake *in, const struct sip *sip)
{
    if (!in->invite_only || (!sip->response && sip->method == SIP_INVITE))
        return true;
    return calls_find(in->calls, sip->header[SIP_H_CALL_ID]) != NULL;
}

static void look_at_message(const struct intake *in, struct slice text,
                            struct intake_ahead *a)
{
    struct sip_walk walk;
    a->text = text;
    sip_parse_lines(text, &a->sip, &walk);
    a->expected = calls_expect(in->calls, a->sip.header[SIP_H_CALL_ID], text);
    int bad = sip_parse_values(&a->sip, &walk);
    a->malformed = (uint8_t)(bad < 0 ? -bad : REASON_NONE);
}

void intake_look(const struct intake *in, struct slice datagram, struct intake_ahead *a)
{
    struct slice text;
    a->kind = sniff_datagram(datagram, &text);
    if (a->kind == SNIFF_SIP)
        look_at_message(in, text, a);
}

/* Another message behind this one's body in a datagram (RFC 3261 18.3). */
static void surplus(struct intake *in, const struct frame *frame,
                    const struct intake_ahead *ahead)
{
    const struct slice *body = &ahead->sip.body, *text = &ahead->text;
    if (!body->p || body->p + body->n == text->p + text->n)
        return;
    size_t used = (size_t)(body->p + body->n - text->p);
    struct slice rest = slice_trim(slice_skip(*text, used));
    if (sip_sniff(rest))
        intake_count(in, frame, LEDGER_SIP_SURPLUS, 0, rest.n);
}

static struct msg *take_message(struct intake *in, const struct origin *origin,
                                const struct intake_ahead *ahead)
{
    const struct sip *sip = &ahead->sip;
    struct sip cut;
    if (ahead->malformed) {
        in->counts.malformed++;
        intake_count(in, origin->frame, LEDGER_MALFORMED, 0, ahead->text.n);
    } else {
        in->counts.sip++;
    }
    if (in->invite_only && (ahead->malformed || !wanted(in, sip)))
        return NULL;
    if (origin->cut) {
        cut = *sip;
        cut.flags |= SIP_CUT;
        sip = &cut;
    }
    struct arrival a = {
        .frame = origin->frame,
        .sip = sip,
        .expected = ahead->expected,
        .text = ahead->text,
        .src = origin->src,
        .dst = origin->dst,
        .transport = origin->transport,
        .malformed = ahead->malformed,
        .depth = origin->depth,
        .reassembled = origin->reassembled,
        .path = origin->path,
        .time = origin->time,
        .agent = origin->agent,
        .frames = origin->frames,
        .nframes = origin->nframes,
    };
    intake_keep(in, origin->frame);
    if (in->text->put(in->text, origin->frame, a.text.p, a.text.n, &a.span))
        a.span = (struct span){.file = SPAN_NONE, .length = (uint32_t)a.text.n};
    return calls_feed(in->calls, &a);
}

struct msg *intake_message(struct intake *in, const struct origin *origin,
                           struct slice text)
{
    struct intake_ahead a;
    look_at_message(in, text, &a);
    return take_message(in, origin, &a);
}

static void keep_media(struct intake *in, const struct frame *frame)
{
    if (in->keep_media)
        intake_keep(in, frame);
}

bool intake_media(struct intake *in, const struct frame *frame,
                  const struct packet *packet, const struct streams_ahead *ahead)
{
    if (!in->streams || !streams_take(in->streams, frame, packet, ahead))
        return false;
    in->counts.rtp++;
    keep_media(in, frame);
    return true;
}

static void rtp(struct intake *in, const struct frame *frame,
                const struct packet *packet)
{
    keep_media(in, frame);
    if (!in->streams || streams_known(in->streams, frame, packet) ||
        streams_fax(in->streams, frame, packet))
        return;
    streams_rtp(in->streams, frame, packet);
}

static void rtcp(struct intake *in, const struct frame *frame,
                 const struct packet *packet)
{
    in->counts.rtcp++;
    if (in->rtcp)
        in->rtcp(in->rtcp_ctx, frame, packet);
    if (in->streams)
        streams_rtcp(in->streams, frame, packet);
}

/* A relay's datagram inside a client's: media goes between the same addresses. */
static void relayed(struct intake *in, const struct frame *frame,
                    const struct packet *packet, struct slice datagram)
{
    struct packet inner = *packet;
    inner.payload = datagram;
    inner.whole = (uint32_t)datagram.n;
    enum demux_kind kind = demux_datagram(datagram);
    in->counts.rtp += kind == DEMUX_RTP;
    if (kind == DEMUX_RTP)
        rtp(in, frame, &inner);
    else if (kind == DEMUX_RTCP)
        rtcp(in, frame, &inner);
    else if (kind == DEMUX_STUN && in->streams)
        streams_stun(in->streams, frame, &inner);
}

/* What a TURN channel carries (RFC 8656 12.4). */
static void channel(struct intake *in, const struct frame *frame,
                    const struct packet *packet)
{
    struct slice datagram;
    uint16_t number;
    if (stun_channel(packet->payload, &number, &datagram))
        relayed(in, frame, packet, datagram);
}

/* What a Send or Data indication of TURN carries (RFC 8656 11). */
static void indication(struct intake *in, const struct frame *frame,
                       const struct packet *packet)
{
    struct stun m;
    struct stun_facts facts;
    if (stun_parse(packet->payload, &m) < 0 || m.class != STUN_INDICATION)
        return;
    stun_facts(&m, &facts);
    if (stun_carries(&m, &facts))
        relayed(in, frame, packet, facts.data);
}

/* What is no SIP and no media, and tells rules about both. */
static void witness(struct intake *in, const struct origin *o, enum sniff kind,
                    struct slice datagram)
{
    struct calls *c = in->calls;
    if (!c)
        return;
    if (o->src.port == DNS_PORT || o->dst.port == DNS_PORT)
        questions_feed(&c->questions, o->frame, &o->src, &o->dst, datagram);
    else if (kind == SNIFF_STUN)
        checks_stun(&c->checks, o->frame, &o->src, &o->dst, datagram);
    else if (kind == SNIFF_DTLS)
        checks_dtls(&c->checks, o->frame, &o->src, &o->dst, datagram);
}

void intake_datagram(struct intake *in, const struct origin *origin,
                     const struct packet *packet, const struct intake_ahead *ahead)
{
    struct intake_ahead own;
    if (!ahead) {
        intake_look(in, packet->payload, &own);
        ahead = &own;
    }
    if (ahead->kind != SNIFF_SIP)
        witness(in, origin, ahead->kind, packet->payload);
    switch (ahead->kind) {
    case SNIFF_SIP:
        take_message(in, origin, ahead);
        surplus(in, origin->frame, ahead);
        break;
    case SNIFF_RTP:
        in->counts.rtp++;
        rtp(in, origin->frame, packet);
        break;
    case SNIFF_RTCP:
        keep_media(in, origin->frame);
        if (!in->streams || !streams_fax(in->streams, origin->frame, packet))
            rtcp(in, origin->frame, packet);
        break;
    case SNIFF_CHANNEL: channel(in, origin->frame, packet); break;
    case SNIFF_STUN:
        in->counts.stun++;
        if (in->streams)
            streams_stun(in->streams, origin->frame, packet);
        indication(in, origin->frame, packet);
        break;
    case SNIFF_OTHER:
    case SNIFF_ZRTP:
    case SNIFF_DTLS:
        if (in->streams)
            streams_fax(in->streams, origin->frame, packet);
        break;
    case SNIFF_KEEPALIVE: break;
    }
}

/* A line of an agent's log about a call: an event of it. */
static void log_line(struct intake *in, const struct origin *o,
                     const struct packet *packet)
{
    enum { LONGEST = 400 };
    struct call *call = calls_find(in->calls, packet->hep.call_id);
    struct event e = {.time = o->time,
                      .frame = o->frame->number,
                      .file = o->frame->file,
                      .kind = EVENT_LOG,
                      .from = packet->hep.outer_src};
    char text[LONGEST + 1];
    struct slice line = slice_sub(packet->payload, 0, LONGEST);
    while (line.n && line.p[line.n - 1] <= ' ')
        line.n--;
    for (size_t i = 0; i < line.n; i++)
        text[i] = line.p[i] ? (char)line.p[i] : ' ';
    text[line.n] = 0;
    if (!call || !event_add(in->calls, call, &e, text))
        intake_count(in, o->frame, LEDGER_HEP_LOG, 0, packet->payload.n);
}

/* RTCP in an envelope: as it was, or told in JSON. */
static void hep_rtcp(struct intake *in, const struct origin *o,
                     const struct packet *packet)
{
    uint8_t bytes[RTCP_JSON_MOST];
    struct packet p = *packet;
    if (p.payload.n && (p.payload.p[0] & 0xc0) != 0x80) { /* no RTCP version 2 */
        p.payload = slice_of(bytes, rtcp_json_read(p.payload, bytes));
        p.whole = (uint32_t)p.payload.n;
    }
    if (p.payload.n)
        rtcp(in, o->frame, &p);
    else
        intake_count(in, o->frame, REASON_RTCP_CUT, 0, packet->payload.n);
}

/* What an envelope of a kind that is read carried; false: of another. */
static bool hep_payload(struct intake *in, const struct origin *o,
                        const struct packet *packet)
{
    switch (packet->hep.payload_type) {
    case 0:
    case HEP_SIP: intake_datagram(in, o, packet, NULL); return true;
    case HEP_RTCP: hep_rtcp(in, o, packet); return true;
    case HEP_LOG: log_line(in, o, packet); return true;
    }
    return false;
}

/* The same with the payload as it was before it was deflated. */
static void hep_inflated(struct intake *in, const struct origin *o,
                         const struct packet *packet)
{
    struct packet p = *packet;
    uint8_t *block = NULL;
    size_t n = 0;
    int err =
        inflate_block(packet->payload.p, packet->payload.n, in->longest, &block, &n);
    if (err) {
        intake_count(in, o->frame,
                     err == -ERR_UNSUPPORTED ? LEDGER_HEP_OTHER : REASON_HEP_BAD, 0,
                     packet->payload.n);
        return;
    }
    p.payload = slice_of(block, n);
    p.whole = (uint32_t)n;
    if (!hep_payload(in, o, &p))
        intake_count(in, o->frame, LEDGER_HEP_OTHER, p.hep.payload_type, n);
    free(block);
}

void intake_hep(struct intake *in, const struct frame *frame,
                const struct packet *packet)
{
    static const uint8_t TRANSPORTS[256] = {[6] = TRANSPORT_TCP,
                                            [HEP_PROTO_TLS] = TRANSPORT_TLS,
                                            [HEP_PROTO_WS] = TRANSPORT_WS,
                                            [132] = TRANSPORT_SCTP};
    struct origin o = intake_origin(frame, packet, TRANSPORTS[packet->ip_proto]);
    o.agent = true;
    /* An agent may send late, but not before it saw: a clock ahead of all others would
     * have everybody else's calls time out. */
    if (packet->hep.time > frame->time + AHEAD && frame->time)
        intake_count(in, frame, LEDGER_HEP_CLOCK, packet->hep.agent, 0);
    else if (packet->hep.time)
        o.time = packet->hep.time;
    if (packet->hep.compressed)
        hep_inflated(in, &o, packet);
    else if (!hep_payload(in, &o, packet))
        intake_count(in, frame, LEDGER_HEP_OTHER, packet->hep.payload_type,
                     packet->payload.n);
}
