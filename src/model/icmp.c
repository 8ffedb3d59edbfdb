/* ICMP errors as evidence: which call's packet was refused. */
#include "dissect/sip_sniff.h"
#include "model/event.h"

static struct hop *quoted_hop(const struct calls *c, const struct packet *p)
{
    static const struct {
        uint8_t ip_proto, transport;
    } KNOWN[] = {{17, TRANSPORT_UDP}, {6, TRANSPORT_TCP}, {6, TRANSPORT_TLS},
                 {6, TRANSPORT_WS},   {6, TRANSPORT_WSS}, {132, TRANSPORT_SCTP}};
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        if (KNOWN[i].ip_proto != p->quote.ip_proto)
            continue;
        struct hop *h =
            hop_find(&c->hops, &p->quote.src, &p->quote.dst, KNOWN[i].transport);
        if (h)
            return h;
    }
    return NULL;
}

/* The quote often holds the first headers of the message, also its Call-ID. */
static struct call *quoted_call(const struct calls *c, const struct packet *p)
{
    struct sip sip;
    if (!p->payload.n || !sip_sniff(p->payload))
        return NULL;
    (void)sip_parse(p->payload,
                    &sip); /* cut, so often malformed: what was read counts */
    return calls_find(c, sip.header[SIP_H_CALL_ID]);
}

struct call *calls_icmp(struct calls *c, const struct frame *frame,
                        const struct packet *packet)
{
    struct hop *hop = quoted_hop(c, packet);
    struct call *call = quoted_call(c, packet);
    calls_advance(c, frame->time);
    if (!call && hop && hop->last)
        call = hop->last->call;
    if (!call)
        return NULL;
    struct event e = {
        .time = frame->time,
        .frame = frame->number,
        .hop = hop,
        .from = packet->src,
        .file = frame->file,
        .kind = EVENT_ICMP,
        .version = packet->quote.version,
        .type = packet->quote.type,
        .code = packet->quote.code,
    };
    event_add(c, call, &e, NULL);
    return call;
}
