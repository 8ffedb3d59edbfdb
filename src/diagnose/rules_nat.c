/* Rules E01-E03: what NATs and SIP helpers in routers do to signalling. */
#include "diagnose/exam.h"
#include "diagnose/peer.h"
#include "diagnose/say.h"
#include "dissect/sdp.h"

/* ---- E01 ---- */

/* The host part of a Call-ID, as of a1b2@10.0.0.5. */
static struct slice id_host(const struct call *c)
{
    struct slice id = slice_of(c->call_id->p, c->call_id->n);
    return slice_skip(id, slice_find(id, '@') + 1);
}

static bool from_private(const struct call *c)
{
    return c->from.host && host_private(slice_str(c->from.host));
}

/* Address in the o= line of a description. */
static bool origin_private(const struct sip *sip)
{
    struct sdp sdp;
    if (!sdp_parse(sdp_find(sip->header[SIP_H_CONTENT_TYPE], sip->body), &sdp))
        return false;
    struct slice o = sdp.origin;
    size_t at = o.n;
    while (at && o.p[at - 1] != ' ')
        at--;
    return host_private(slice_skip(o, at));
}

static bool is_public(struct slice host)
{
    struct addr a;
    return host_addr(host, &a) && !addr_private(&a);
}

struct marks {
    bool contact, via, media; /* public */
    bool from, id, origin;    /* private */
    bool length;              /* Content-Length does not fit */
};

static unsigned score(const struct marks *m)
{
    unsigned rewritten = (unsigned)m->contact + m->via + m->media;
    unsigned left = (unsigned)m->from + m->id + m->origin;
    return rewritten && left ? rewritten + left + 2 * m->length : 0;
}

static void read_marks(struct exam *e, const struct msg *m, struct marks *out)
{
    const struct sip *sip = exam_sip(e, m);
    struct slice uri, host, top;
    struct slice rest = sip->header[SIP_H_VIA];
    uint16_t port;
    struct sip_via via;
    if (uri_of(sip->header[SIP_H_CONTACT], &uri, &host, &port))
        out->contact = is_public(host);
    if (sip_value_next(&rest, &top) && sip_via(top, &via))
        out->via = is_public(via.host) && !via.received.n;
    struct sdp_kind kind = peer_codecs(e, m, NULL);
    out->media = kind.at.family && !kind.private_ip;
    out->origin = origin_private(sip);
    out->from = from_private(e->call);
    out->id = host_private(id_host(e->call));
    out->length = !(m->flags & MSG_CUT) && sip->flags & SIP_CUT;
}

static void sip_alg(struct exam *e, const struct rule *r)
{
    const struct txn *t = e->first;
    struct marks m = {0};
    if (!t || !t->request || addr_private(&t->hop->src) ||
        (!from_private(e->call) && !host_private(id_host(e->call))) ||
        !exam_sip(e, t->request))
        return;
    read_marks(e, t->request, &m);
    if (score(&m) < 4 || !(m.contact && m.via))
        return;
    struct draft *d = exam_find(e, r, SEVERITY_WARN, 60 + 5 * (score(&m) > 5));
    if (!d)
        return;
    draft_peer(d, &t->hop->src);
    draft_msg(d, t->request);
    say(&d->headline, "headers of %i are partly rewritten by a middlebox",
        &t->hop->src);
    say(&d->detail, "Public now:%s%s%s; still private:%s%s%s.%s",
        m.contact ? " Contact" : "", m.via ? " Via" : "", m.media ? " c=" : "",
        m.from ? " From" : "", m.id ? " Call-ID" : "", m.origin ? " o=" : "",
        m.length ? " The body is not as long as Content-Length says." : "");
}

/* ---- E02 ---- */

static void asym_signalling(struct exam *e, const struct rule *r)
{
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        const struct msg *answer = t->final, *late = NULL;
        unsigned n = 0;
        if (!t->request || !answer || !t->retransmissions || t->method == SIP_ACK ||
            msg_last(t->request) < answer->time + SECOND / 4 ||
            t->hop->transport != TRANSPORT_UDP)
            continue;
        for (const struct msg *m = t->request->next; m; m = m->next)
            if (m->flags & MSG_RETRANSMISSION && m->same == t->request &&
                m->time > answer->time + SECOND / 4) {
                late = late ? late : m;
                n++;
            }
        if (n < 2 || !exam_allows(e, r))
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_WARN, 90);
        if (!d)
            return;
        draft_peer(d, &t->hop->src);
        draft_msg(d, t->request);
        draft_msg(d, answer);
        draft_msg(d, late);
        say(&d->headline, "%m to %s does not reach %i: it repeats the request", answer,
            msg_method_name(t->request), &t->hop->src);
        say(&d->detail, "%s was sent %u more times after its response passed here",
            msg_method_name(t->request), n);
        if (!addr_eq(&answer->hop->dst, &t->hop->src))
            say(&d->detail, "; the response went to %a and the request came from %a",
                &answer->hop->dst, &t->hop->src);
        say(&d->detail, ".");
        return;
    }
}

/* ---- E03 ---- */

static void pinhole(struct exam *e, const struct rule *r)
{
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        int64_t last = 0;
        if (t->initial || !t->request || !t->request->to_tag || t->responses ||
            t->method == SIP_ACK || t->hop->transport != TRANSPORT_UDP ||
            (t->requests < 4 && !exam_passed(e, t->request->time, 32 * SECOND)))
            continue;
        for (const struct msg *m = e->call->first; m && m->time < t->request->time;
             m = m->next)
            if (m->hop == t->hop || m->hop == t->hop->back)
                last = m->time;
        int64_t idle = last ? t->request->time - last : 0;
        if (idle <= threshold_ns(e->limit->idle_pinhole) || !exam_allows(e, r))
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_WARN, 70);
        if (!d)
            return;
        draft_peer(d, &t->hop->dst);
        draft_msg(d, t->request);
        say(&d->headline, "%i cannot be reached after %t without signalling",
            &t->hop->dst, idle);
        say(&d->detail,
            "The last message between %a and %a was %t before this %s: a NAT "
            "or firewall in between has closed by then.",
            &t->hop->src, &t->hop->dst, idle, msg_method_name(t->request));
        return;
    }
}

static const struct rule RULES[] = {
    {"E01", "SIP_ALG", SEVERITY_WARN, RULE_INVITE | RULE_REGISTER, 0,
     "RFC 3581, RFC 5853",
     "A router on the way rewrites SIP headers, and only some of them.",
     "Contact and Via public while From, Call-ID or o= of the same message are "
     "private.",
     "The phone's own addresses are all public, or all private.",
     "Switch the SIP ALG or \"SIP helper\" of the router off, or use TLS or another "
     "port.",
     sip_alg, 0},
    {"E02", "ASYM_SIGNALLING", SEVERITY_WARN, RULE_CALLS, NEED_WHOLE,
     "RFC 3581, RFC 3261 18.2.2",
     "Responses pass here and do not reach the sender of the request.",
     "A request is repeated twice or more after its final response passed on the wire.",
     "One repeat that crossed the response.",
     "Let the client send rport, open its firewall for the address that responses come "
     "from, and look behind this point of capture.",
     asym_signalling, WHEN_REPEATED},
    {"E03", "PINHOLE", SEVERITY_WARN, RULE_INVITE | RULE_OTHER, NEED_WHOLE | NEED_BOTH,
     "RFC 6263, RFC 5626", "A NAT or firewall closed while the call was quiet.",
     "A request inside the dialog gets no response, after more than 30 s without "
     "signalling on that pair of addresses (UDP).",
     "Less idle time, or TCP.",
     "Send keepalives (OPTIONS, CRLF, session refresh) more often than the limit of "
     "the "
     "NAT, or use TCP.",
     pinhole, 0},
};

const struct rule_family FAMILY_NAT = {"NAT and middleboxes", RULES,
                                       sizeof RULES / sizeof *RULES};
