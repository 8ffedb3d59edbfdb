/* Rules D01-D06, D10-D13: media that is missing, goes one way or to the wrong place. */
#include "diagnose/media.h"
#include "diagnose/say.h"

enum { SOME = 50 }; /* packets that are a stream */

/* ---- D01 ---- */

static bool session_has_media(const struct call *call)
{
    const struct call *c = call->session ? call->session->first : call;
    for (; c; c = call->session ? c->leg_next : NULL)
        if (c->streams)
            return true;
    return false;
}

static const struct event *refused_media(const struct exam *e)
{
    for (const struct event *v = e->call->events; v; v = v->next)
        if (v->kind == EVENT_ICMP && !v->hop)
            return v;
    return NULL;
}

static void say_private(struct draft *d, const struct media *m)
{
    for (unsigned side = CALL_CALLER; side <= CALL_CALLEE; side++) {
        const struct flow *f = &m->flow[side];
        if (f->to && addr_private(&f->to->addr))
            say(&d->detail, " The %s asks for media at the private address %i.",
                side_name(side), &f->to->addr);
    }
}

static void no_media(struct exam *e, const struct rule *r)
{
    struct media m;
    if (!media_of(e, &m) || m.fax || session_has_media(e->call) ||
        m.flow[CALL_CALLER].allowed < 4 * SECOND ||
        m.flow[CALL_CALLEE].allowed < 4 * SECOND || !exam_allows(e, r))
        return;
    struct draft *d = exam_find(e, r, SEVERITY_CRIT, e->scope->media_usual ? 85 : 60);
    if (!d)
        return;
    draft_peer(d, &e->call->hop->dst);
    draft_offer(d, m.flow[CALL_CALLER].said);
    draft_offer(d, m.flow[CALL_CALLEE].said);
    say(&d->headline, "no media at all in %t of talk", m.until - m.from);
    say(&d->detail, "Answered, both directions allowed, and no RTP either way.");
    say_private(d, &m);
    const struct event *v = refused_media(e);
    if (v) {
        draft_event(d, v);
        say(&d->detail, " ICMP from %i refuses it.", &v->from);
    }
}

/* ---- D02 ---- */

static const struct addr *advertised(const struct flow *f)
{
    return f->to && f->to->addr.family ? &f->to->addr : NULL;
}

static void say_one_way(const struct exam *e, struct draft *d, const struct flow *dead,
                        const struct flow *live)
{
    const struct event *v = refused_media(e);
    const struct addr *to = advertised(dead);
    if (v) {
        draft_event(d, v);
        say(&d->detail, " ICMP from %i says that the port is closed.", &v->from);
        d->confidence = 95;
    } else if (to && addr_private(to) && !addr_private(&live->stream->dst)) {
        say(&d->detail,
            " It is asked to send to %a, a private address that it cannot reach.", to);
    } else if (live->stream->rtcp.reports) {
        say(&d->detail, " It reports by RTCP that it receives.");
    } else {
        say(&d->detail, " Nothing of it passes here: a firewall before this point, or "
                        "the phone does not send.");
    }
}

static void one_way(struct exam *e, const struct rule *r)
{
    struct media m;
    if (!media_of(e, &m) || m.fax || !exam_allows(e, r))
        return;
    for (unsigned side = CALL_CALLER; side <= CALL_CALLEE; side++) {
        const struct flow *dead = &m.flow[side], *live = &m.flow[side_other(side)];
        if (dead->packets || live->packets <= SOME || dead->allowed < 3 * SECOND)
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_CRIT, 85);
        if (!d)
            return;
        draft_peer(d, &dead->sender);
        draft_offer(d, dead->said);
        draft_stream(d, live->stream);
        say(&d->headline, "the %s never hears the %s: %u packets one way, 0 the other",
            side_name(side), side_name(side_other(side)), live->packets);
        say(&d->detail, "In %t no RTP came from %i.", dead->allowed, &dead->sender);
        say_one_way(e, d, dead, live);
    }
}

/* ---- D03, D04 ---- */

static const struct offer *private_offer(const struct call *c, unsigned side)
{
    for (const struct offer *o = c->offers; o; o = o->next) {
        const struct offer_media *a = o->side == side ? media_audio(o) : NULL;
        if (a && addr_private(&a->addr) && o->msg->hop &&
            !addr_private(&o->msg->hop->src) && !a->candidates)
            return o;
    }
    return NULL;
}

/* The stream that a side sends. */
static const struct rtp_stream *sent_by(const struct media *m, unsigned side)
{
    return m->flow[side_other(side)].stream;
}

static void private_sdp(struct exam *e, const struct rule *r)
{
    struct media m = {.offers = false};
    bool answered = media_of(e, &m);
    for (unsigned side = CALL_CALLER; side <= CALL_CALLEE; side++) {
        const struct offer *o = private_offer(e->call, side);
        if (!o)
            continue;
        const struct addr *at = &media_audio(o)->addr;
        const struct rtp_stream *own = answered ? sent_by(&m, side) : NULL;
        const struct rtp_stream *back = answered ? m.flow[side].stream : NULL;
        bool latched = own && back && addr_eq(&back->dst, &own->src);
        bool deaf =
            answered && e->scope->media && !back && m.flow[side].allowed > 4 * SECOND;
        struct draft *d = exam_find(e, r,
                                    deaf      ? SEVERITY_CRIT
                                    : latched ? SEVERITY_INFO
                                              : SEVERITY_WARN,
                                    90);
        if (!d)
            return;
        draft_peer(d, &o->msg->hop->src);
        draft_offer(d, o);
        say(&d->headline, "%i advertises the private %a for media", &o->msg->hop->src,
            at);
        say(&d->detail, "c= is %i, and the message came from %a.", at,
            &o->msg->hop->src);
        if (latched)
            say(&d->detail,
                " The other side answers to where its media comes from, so it "
                "works.");
    }
}

static void media_address(struct exam *e, const struct rule *r)
{
    struct media m;
    if (!media_of(e, &m))
        return;
    for (unsigned side = CALL_CALLER; side <= CALL_CALLEE; side++) {
        const struct rtp_stream *own = sent_by(&m, side), *back = m.flow[side].stream;
        const struct addr *said = advertised(&m.flow[side]);
        if (!own || !said || own->packets <= SOME || addr_eq(&own->src, said) ||
            m.flow[side].to->candidates || m.flow[side_other(side)].streams > 1)
            continue;
        bool latched = back && addr_eq(&back->dst, &own->src);
        bool lost = back && back->packets > SOME && addr_eq(&back->dst, said) &&
                    !addr_same_ip(&own->src, said);
        if (!latched && !lost)
            continue;
        int64_t took = latched ? back->start - own->start : 0;
        bool late = latched && took > SECOND;
        struct draft *d =
            exam_find(e, r, lost || late ? SEVERITY_WARN : SEVERITY_INFO, 85);
        if (!d)
            return;
        draft_peer(d, &own->src);
        draft_offer(d, m.flow[side].said);
        draft_stream(d, own);
        draft_stream(d, back);
        say(&d->headline, "media of the %s comes from %a, not from %a", side_name(side),
            &own->src, said);
        say(&d->detail,
            latched
                ? "The other side sends back to where it comes from (symmetric RTP), "
                  "which works."
                : "The other side still sends to the address in the SDP, where it "
                  "may not arrive.");
    }
}

/* ---- D05 ---- */

static bool ever_said(const struct call *c, unsigned side, const struct addr *a,
                      const struct offer **last)
{
    bool found = false;
    for (const struct offer *o = c->offers; o; o = o->next)
        for (unsigned i = 0; o->side == side && i < o->text->lines; i++)
            if (addr_eq(&o->text->line[i].addr, a)) {
                *last = o;
                found = true;
            }
    return found;
}

/* Does the receiver send from there, also after it named another address? */
static bool comes_from(const struct call *c, const struct addr *a, int64_t since)
{
    for (const struct rtp_stream *s = c->streams; s; s = s->call_next)
        if (addr_eq(&s->src, a) && s->end > since + SECOND)
            return true;
    return false;
}

static void wrong_destination(struct exam *e, const struct rule *r)
{
    struct media m;
    if (!media_of(e, &m))
        return;
    for (const struct rtp_stream *s = e->call->streams; s; s = s->call_next) {
        const struct offer *said = NULL;
        const struct flow *f =
            &m.flow[s->to == CALL_CALLEE ? CALL_CALLEE : CALL_CALLER];
        if (!media_is_audio(s) || s->packets <= 2 * SOME || s->mixed || !f->to ||
            f->to->candidates || !f->said ||
            comes_from(e->call, &s->dst, f->said->time) ||
            s->end - f->said->time < 3 * SECOND)
            continue;
        bool stale = ever_said(e->call, f->side, &s->dst, &said);
        const struct addr *now = &f->to->addr;
        if (addr_eq(&s->dst, now) || (stale && said == f->said) ||
            (!stale && !addr_same_ip(&s->dst, now)))
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_CRIT, stale ? 85 : 75);
        if (!d)
            return;
        draft_peer(d, &s->src);
        draft_offer(d, f->said);
        draft_stream(d, s);
        say(&d->headline, "%i sends media to %a, the %s waits at %a", &s->src, &s->dst,
            side_name(f->side), now);
        say(&d->detail,
            stale
                ? "That address is from before a re-INVITE: the sender did not follow."
            : s->dst.port == now->port + 1 ? "That is the port of RTCP."
                                           : "No description names that port.");
        return;
    }
}

/* ---- D06 ---- */

static bool pauses(const struct rtp_stream *s)
{
    return s->noise || s->delta_max > 2 * SECOND;
}

static void media_stopped(struct exam *e, const struct rule *r)
{
    struct media m;
    int64_t least = threshold_ns(e->limit->media_stop), silence[3] = {0};
    unsigned stopped = 0, which = 0;
    if (!media_of(e, &m) || m.fax || !m.flow[CALL_CALLER].since ||
        !m.flow[CALL_CALLEE].since || !exam_allows(e, r))
        return;
    for (unsigned side = CALL_CALLER; side <= CALL_CALLEE; side++) {
        const struct flow *f = &m.flow[side];
        if (!f->stream || f->packets <= SOME || !f->since || pauses(f->stream) ||
            f->since > f->last)
            continue;
        silence[side] = m.until - f->last;
        if (silence[side] > least) {
            which = stopped ? which : side;
            stopped++;
        }
    }
    if (!stopped)
        return;
    const struct flow *f = &m.flow[which];
    struct draft *d = exam_find(e, r, e->call->bye ? SEVERITY_CRIT : SEVERITY_WARN,
                                stopped > 1 ? 90 : 80);
    if (!d)
        return;
    draft_peer(d, &f->stream->src);
    draft_stream(d, f->stream);
    if (stopped > 1)
        draft_stream(d, m.flow[CALL_CALLEE].stream);
    if (stopped > 1)
        say(&d->headline, "media stopped both ways %t before the end", silence[which]);
    else
        say(&d->headline, "media of the %s stopped %t before the end",
            side_name(side_other(which)), silence[which]);
    say(&d->detail,
        "Last packet of %a %t before the %s; no hold and no re-INVITE after it.",
        &f->stream->src, silence[which], e->call->bye ? "BYE" : "end of the capture");
    if (stopped > 1)
        say(&d->detail, " Both at once: the path, or a box that lost the call.");
}

/* ---- D10, D11 ---- */

static void early_media(struct exam *e, const struct rule *r)
{
    const struct call *c = e->call;
    const struct offer *early = NULL;
    if (!c->answer || !e->streams)
        return;
    for (const struct offer *o = c->offers; o && o->time < c->answer; o = o->next)
        if (o->side == CALL_CALLEE && o->msg->status == 183 && media_audio(o)) {
            early = o;
            break;
        }
    if (!early || c->answer - early->time < 2 * SECOND || !c->streams ||
        !exam_allows(e, r))
        return;
    for (const struct rtp_stream *s = c->streams; s; s = s->call_next)
        if (s->to == CALL_CALLER && s->start < c->answer)
            return;
    struct draft *d = exam_find(e, r, SEVERITY_WARN, 75);
    if (!d)
        return;
    draft_peer(d, &early->msg->hop->src);
    draft_offer(d, early);
    say(&d->headline, "183 announced media, none came before the answer");
    say(&d->detail, "For %t the caller heard neither ringing nor an announcement.",
        c->answer - early->time);
}

static void clipping(struct exam *e, const struct rule *r)
{
    struct media m;
    if (!media_of(e, &m))
        return;
    for (unsigned side = CALL_CALLER; side <= CALL_CALLEE; side++) {
        const struct flow *f = &m.flow[side];
        int64_t ready = m.from;
        for (const struct offer *o = e->call->offers; o; o = o->next)
            if (o->time > m.from && o->msg->method == SIP_ACK) {
                ready = o->time;
                break;
            }
        int64_t lost = f->first - ready;
        if (!f->stream || !f->since || m.held || f->packets <= SOME ||
            lost < threshold_ns(e->limit->clip_warn))
            continue;
        bool crit = lost >= threshold_ns(e->limit->clip_crit);
        struct draft *d = exam_find(e, r, crit ? SEVERITY_CRIT : SEVERITY_WARN, 80);
        if (!d)
            return;
        draft_peer(d, &f->stream->src);
        draft_stream(d, f->stream);
        say(&d->headline, "the first %t after the answer are not heard by the %s", lost,
            side_name(side));
        say(&d->detail, "First RTP of %a came %t after the answer.", &f->stream->src,
            lost);
    }
}

/* ---- D12, D13 ---- */

static bool legal_answer(unsigned offered, unsigned answered)
{
    switch (offered) {
    case SDP_SENDONLY: return answered == SDP_RECVONLY || answered == SDP_INACTIVE;
    case SDP_RECVONLY: return answered == SDP_SENDONLY || answered == SDP_INACTIVE;
    case SDP_INACTIVE: return answered == SDP_INACTIVE;
    default: return true;
    }
}

/* Hold as before RFC 3264: c=0.0.0.0, which an answer of sendrecv is right for. */
static bool zero_address(const struct offer_media *m)
{
    static const uint8_t ZERO[16];
    return m->addr.family && !memcmp(m->addr.ip, ZERO, sizeof ZERO);
}

static void hold_error(struct exam *e, const struct rule *r)
{
    const struct offer *offer = NULL;
    bool held = false;
    for (const struct offer *o = e->call->offers; o; o = o->next) {
        const struct offer_media *a = media_audio(o);
        if (!a)
            continue;
        if (!o->answer) {
            offer = o;
            held |= a->direction != SDP_SENDRECV;
            continue;
        }
        const struct offer_media *b = offer ? media_audio(offer) : NULL;
        if (!b || o->side == offer->side || o->early)
            continue;
        bool stuck =
            held && b->direction == SDP_SENDRECV && a->direction != SDP_SENDRECV;
        if (stuck || (!zero_address(b) && !legal_answer(b->direction, a->direction))) {
            struct draft *d =
                exam_find(e, r, stuck ? SEVERITY_CRIT : SEVERITY_WARN, 90);
            if (!d)
                return;
            draft_peer(d, &o->msg->hop->src);
            draft_offer(d, offer);
            draft_offer(d, o);
            say(&d->headline,
                stuck ? "resume answered a=%s: the %s is still on hold"
                      : "hold answered a=%s by the %s, which is not allowed",
                sdp_direction_name(a->direction), side_name(o->side));
            say(&d->detail, "%s offered a=%s, the answer is a=%s.",
                msg_method_name(offer->msg), sdp_direction_name(b->direction),
                sdp_direction_name(a->direction));
            return;
        }
        held = b->direction != SDP_SENDRECV;
    }
}

static void no_music(struct exam *e, const struct rule *r)
{
    const struct call *c = e->call;
    const struct offer *hold = NULL;
    if (!e->scope->media || !c->streams)
        return;
    for (const struct offer *o = c->offers; o; o = o->next) {
        const struct offer_media *a = o->answer ? NULL : media_audio(o);
        if (a && a->direction == SDP_SENDONLY && o->time > c->answer)
            hold = o;
        else if (a && hold && a->direction == SDP_SENDRECV)
            hold = NULL; /* only a hold that lasts to the end is judged */
    }
    int64_t until = c->end ? c->end : e->scope->last;
    if (!hold || until - hold->time < 3 * SECOND || !exam_allows(e, r))
        return;
    for (const struct rtp_stream *s = c->streams; s; s = s->call_next)
        if (s->to == side_other(hold->side) && s->end > hold->time + SECOND)
            return;
    struct draft *d = exam_find(e, r, SEVERITY_INFO, 80);
    if (!d)
        return;
    draft_peer(d, &hold->msg->hop->src);
    draft_offer(d, hold);
    say(&d->headline, "on hold without music: the %s sends nothing",
        side_name(hold->side));
    say(&d->detail, "a=sendonly promises media, and none came.");
}

static const struct rule RULES[] = {
    {"D01", "NO_MEDIA", SEVERITY_CRIT, RULE_INVITE,
     NEED_START | NEED_WHOLE | NEED_MEDIA | NEED_ANSWER, "RFC 3264 5.1",
     "The call is up and nobody hears anything.",
     "Answered, 4 s or more allowed both ways, and no RTP in either direction.",
     "No RTP in the capture at all, calls on hold, fax, media on another leg.",
     "Look at the addresses in both SDPs and the firewall in between; capture at a "
     "place "
     "where the media passes.",
     no_media, WHEN_MEDIA},
    {"D02", "ONE_WAY", SEVERITY_CRIT, RULE_INVITE,
     NEED_WHOLE | NEED_MEDIA | NEED_ANSWER, "RFC 3264 5.1, RFC 4961",
     "Only one side is heard.",
     "Over 50 packets one way and none the other way, in 3 s or more in which both "
     "were "
     "allowed.",
     "The direction is held (sendonly, inactive), fax.",
     "Mend the side named: open its UDP ports, give it an external media address, or "
     "let "
     "the relay answer to where media comes from.",
     one_way, WHEN_MEDIA},
    {"D03", "PRIVATE_IP_SDP", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 3264, RFC 4566 5.7",
     "A side asks for media at an address that is private.",
     "Private c= in a message from a public address, without ICE candidates; critical "
     "where that side gets no media.",
     "The packet's own source is private too; information where the other side "
     "latched.",
     "Set the external media address of that phone or PBX, use STUN or ICE, or let the "
     "SBC relay and latch.",
     private_sdp, 0},
    {"D04", "MEDIA_ADDR_MISMATCH", SEVERITY_WARN, RULE_INVITE, 0, "RFC 4961, RFC 7362",
     "Media comes from another address than the SDP says: a NAT.",
     "Source of the RTP differs from c= and m=; information where the other side sends "
     "back there within 1 s, else a warning.",
     "The addresses agree; ICE.",
     "Nothing where it works; else let the other side use symmetric RTP.",
     media_address, WHEN_MEDIA},
    {"D05", "WRONG_DEST", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 3264 8.3.1",
     "Media is sent to a port where nobody waits.",
     "Over 100 packets to an address that the receiver gave before a re-INVITE, or to "
     "a "
     "port of its host that no SDP names.",
     "Within 3 s of the change; the receiver sends from that port.",
     "Correct the sender: after a re-INVITE it has to send to the new address.",
     wrong_destination, WHEN_MEDIA},
    {"D06", "MEDIA_STOPPED", SEVERITY_CRIT, RULE_INVITE,
     NEED_WHOLE | NEED_MEDIA | NEED_ANSWER, "RFC 6263",
     "Media stopped while the call went on.",
     "A stream ends over 5 s before the BYE; without a BYE in the capture a warning.",
     "Hold, silence suppression with comfort noise, fax.",
     "Look for a crash, a firewall that closes UDP, or a break of the network at that "
     "time.",
     media_stopped, WHEN_MEDIA},
    {"D10", "EARLY_MEDIA_LOST", SEVERITY_WARN, RULE_INVITE,
     NEED_WHOLE | NEED_MEDIA | NEED_ANSWER, "RFC 3960, RFC 5009",
     "The ringback or announcement before the answer was not sent or got lost.",
     "183 with SDP, and no RTP to the caller until the answer, for 2 s or more.",
     "Media came, however late.",
     "Let the relay open before the answer; enable PRACK; look for firewalls that open "
     "with the 200 only.",
     early_media, WHEN_MEDIA},
    {"D11", "POST_ANSWER_CLIPPING", SEVERITY_CRIT, RULE_INVITE, NEED_WHOLE, "",
     "The first words after the answer are lost.",
     "First RTP over 0.5 s (warning) or 2 s (critical) after the answer.",
     "Calls with hold; one-way calls (D02).",
     "Look at slow ICE or DTLS, a late ACK with the SDP, or media gateways that start "
     "late.",
     clipping, WHEN_MEDIA},
    {"D12", "HOLD_ERROR", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 3264 6.1, 8.4",
     "After a hold the call does not come back.",
     "An offer of sendrecv after a hold is answered with less; or hold is answered "
     "with a "
     "direction that RFC 3264 does not allow (warning).",
     "The answer is sendrecv.",
     "Correct the side that answers, or let the other offer a=sendrecv in full.",
     hold_error, 0},
    {"D13", "MOH_MISSING", SEVERITY_INFO, RULE_INVITE, NEED_WHOLE, "RFC 3264 8.4",
     "The side on hold hears nothing.",
     "a=sendonly to the end of the call and no RTP from the holder for 2 s.",
     "Music comes; a=inactive.", "Switch music on hold on.", no_music, WHEN_STREAMS},
};

const struct rule_family FAMILY_MEDIA = {"Media: missing, one way, misdirected", RULES,
                                         sizeof RULES / sizeof *RULES};
