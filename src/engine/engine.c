#include "engine/engine.h"

#include "engine/intake.h"
#include "engine/sniff.h"

#include <stdlib.h>

enum { HEP_SIP = 1 };                 /* chunk 11 of a HEP3 envelope */
static const int64_t TICK = 10000000; /* ns: how exact the capture's clock has to be */

struct engine {
    struct intake in;
    int64_t now, told; /* capture time; what the parts were last told */
};

void engine_free(struct engine *e)
{
    free(e);
}

struct engine *engine_new(const struct engine_options *options)
{
    struct engine *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->in = (struct intake){
        .ledger = options->ledger,
        .calls = options->calls,
        .text = options->text,
        .longest = options->limits->message,
        .invite_only = options->invite_only,
    };
    return e;
}

const struct engine_counts *engine_counts(const struct engine *e)
{
    return &e->in.counts;
}

/* Media will be bound here: what a datagram is is known, and its addresses. */
static void datagram(struct engine *e, const struct origin *o, struct slice payload)
{
    struct slice text;
    switch (sniff_datagram(payload, &text)) {
    case SNIFF_SIP: intake_message(&e->in, o, text); break;
    case SNIFF_RTP: e->in.counts.rtp++; break;
    case SNIFF_RTCP: e->in.counts.rtcp++; break;
    case SNIFF_STUN: e->in.counts.stun++; break;
    case SNIFF_OTHER:
    case SNIFF_KEEPALIVE:
    case SNIFF_DTLS:
    case SNIFF_CHANNEL: break;
    }
}

static void udp(struct engine *e, const struct frame *frame, const struct packet *p)
{
    e->in.counts.udp++;
    struct origin o = intake_origin(frame, p, TRANSPORT_UDP);
    datagram(e, &o, p->payload);
}

/* What an agent saw elsewhere: its addresses and, where it says so, its time. */
static void hep(struct engine *e, const struct frame *frame, const struct packet *p)
{
    static const uint8_t TRANSPORTS[256] = {
        [6] = TRANSPORT_TCP, [132] = TRANSPORT_SCTP};
    struct origin o = intake_origin(frame, p, TRANSPORTS[p->ip_proto]);
    if (p->hep.time)
        o.time = p->hep.time;
    e->in.counts.other++;
    if (p->hep.payload_type == HEP_SIP || !p->hep.payload_type)
        datagram(e, &o, p->payload);
    else if (p->hep.payload_type == 5)
        e->in.counts.rtcp++;
}

static void sctp(struct engine *e, const struct frame *frame, const struct packet *p)
{
    struct slice chunks = p->payload;
    struct sctp_data d;
    int r;
    e->in.counts.sctp++;
    while ((r = sctp_data_next(&chunks, &d)) > 0) {
        struct origin o = intake_origin(frame, p, TRANSPORT_SCTP);
        struct slice text = sniff_skip_crlf(d.data);
        if (d.begin && d.end && sip_sniff(text))
            intake_message(&e->in, &o, text);
    }
    if (r < 0)
        intake_count(&e->in, frame, (uint32_t)-r, 0, chunks.n);
}

static void icmp(struct engine *e, const struct frame *frame, const struct packet *p)
{
    e->in.counts.other++;
    if (!calls_icmp(e->in.calls, frame, p))
        intake_count(&e->in, frame, LEDGER_ICMP, 0, frame->len);
}

static void dispatch(struct engine *e, const struct frame *frame, struct packet *p)
{
    switch (p->kind) {
    case PACKET_UDP: udp(e, frame, p); break;
    case PACKET_TCP: e->in.counts.tcp++; break;
    case PACKET_SCTP: sctp(e, frame, p); break;
    case PACKET_FRAGMENT: e->in.counts.other++; break;
    case PACKET_ICMP: icmp(e, frame, p); break;
    case PACKET_HEP: hep(e, frame, p); break;
    }
}

/* Tells all parts the time; before the frame that moved it is looked at. */
static void advance(struct engine *e, int64_t now)
{
    if (now <= e->now)
        return;
    e->now = now;
    if (now - e->told < TICK)
        return;
    e->told = now;
    calls_advance(e->in.calls, now);
}

void engine_feed(struct engine *e, const struct frame *frame)
{
    struct packet p;
    e->in.counts.frames++;
    e->in.counts.bytes += frame->len;
    advance(e, frame->time);
    int r = packet_decode(frame->link, slice_of(frame->data, frame->caplen), frame->len,
                          &p);
    if (r < 0)
        intake_count(&e->in, frame, (uint32_t)-r, p.detail, frame->len);
    else
        dispatch(e, frame, &p);
}

void engine_idle(struct engine *e, int64_t now)
{
    advance(e, now);
}

void engine_end(struct engine *e)
{
    calls_end(e->in.calls);
}
