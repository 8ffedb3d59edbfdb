#include "engine/intake.h"

#include "dissect/demux.h"
#include "dissect/stun.h"
#include "engine/sniff.h"
#include "model/streams.h"

enum { HEP_SIP = 1, HEP_RTCP = 5 }; /* chunk 11 of a HEP3 envelope */

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

struct msg *intake_message(struct intake *in, const struct origin *origin,
                           struct slice text)
{
    struct sip sip;
    struct sip_walk walk;
    sip_parse_lines(text, &sip, &walk);
    uint64_t hash = calls_expect(in->calls, sip.header[SIP_H_CALL_ID]);
    int bad = sip_parse_values(&sip, &walk);
    if (bad < 0) {
        in->counts.malformed++;
        intake_count(in, origin->frame, LEDGER_MALFORMED, 0, text.n);
    } else {
        in->counts.sip++;
    }
    if (in->invite_only && (bad < 0 || !wanted(in, &sip)))
        return NULL;
    if (origin->cut)
        sip.flags |= SIP_CUT;
    struct arrival a = {
        .frame = origin->frame,
        .sip = &sip,
        .hash = hash,
        .text = text,
        .src = origin->src,
        .dst = origin->dst,
        .transport = origin->transport,
        .malformed = (uint8_t)(bad < 0 ? -bad : REASON_NONE),
        .depth = origin->depth,
        .reassembled = origin->reassembled,
        .path = origin->path,
        .time = origin->time,
        .frames = origin->frames,
        .nframes = origin->nframes,
    };
    intake_keep(in, origin->frame);
    if (in->text->put(in->text, origin->frame, text.p, text.n, &a.span))
        a.span = (struct span){.file = SPAN_NONE, .length = (uint32_t)text.n};
    return calls_feed(in->calls, &a);
}

bool intake_media(struct intake *in, const struct frame *frame,
                  const struct packet *packet)
{
    if (!in->streams || !streams_known(in->streams, frame, packet))
        return false;
    in->counts.rtp++;
    return true;
}

static void rtp(struct intake *in, const struct frame *frame,
                const struct packet *packet)
{
    if (!in->streams || streams_known(in->streams, frame, packet) ||
        streams_fax(in->streams, frame, packet))
        return;
    streams_rtp(in->streams, frame, packet);
}

/* What a TURN channel carries goes between the same addresses (RFC 8656 12.4). */
static void channel(struct intake *in, const struct frame *frame,
                    const struct packet *packet)
{
    struct packet inner = *packet;
    uint16_t number;
    if (!in->streams || !stun_channel(packet->payload, &number, &inner.payload))
        return;
    inner.whole = (uint32_t)inner.payload.n;
    enum demux_kind kind = demux_datagram(inner.payload);
    in->counts.rtp += kind == DEMUX_RTP;
    in->counts.rtcp += kind == DEMUX_RTCP;
    if (kind == DEMUX_RTP)
        rtp(in, frame, &inner);
    else if (kind == DEMUX_RTCP)
        streams_rtcp(in->streams, frame, &inner);
}

void intake_datagram(struct intake *in, const struct origin *origin,
                     const struct packet *packet)
{
    struct slice text;
    switch (sniff_datagram(packet->payload, &text)) {
    case SNIFF_SIP: intake_message(in, origin, text); break;
    case SNIFF_RTP:
        in->counts.rtp++;
        rtp(in, origin->frame, packet);
        break;
    case SNIFF_RTCP:
        in->counts.rtcp++;
        if (in->streams && !streams_fax(in->streams, origin->frame, packet))
            streams_rtcp(in->streams, origin->frame, packet);
        break;
    case SNIFF_CHANNEL: channel(in, origin->frame, packet); break;
    case SNIFF_STUN: in->counts.stun++; break;
    case SNIFF_OTHER:
    case SNIFF_ZRTP:
    case SNIFF_DTLS:
        if (in->streams)
            streams_fax(in->streams, origin->frame, packet);
        break;
    case SNIFF_KEEPALIVE: break;
    }
}

void intake_hep(struct intake *in, const struct frame *frame,
                const struct packet *packet)
{
    static const uint8_t TRANSPORTS[256] = {
        [6] = TRANSPORT_TCP, [132] = TRANSPORT_SCTP};
    struct origin o = intake_origin(frame, packet, TRANSPORTS[packet->ip_proto]);
    if (packet->hep.time)
        o.time = packet->hep.time;
    if (packet->hep.payload_type == HEP_SIP || !packet->hep.payload_type)
        intake_datagram(in, &o, packet);
    else if (packet->hep.payload_type == HEP_RTCP) {
        in->counts.rtcp++;
        if (in->streams)
            streams_rtcp(in->streams, frame, packet);
    }
}
