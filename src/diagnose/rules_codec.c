/* Rules A10, D07-D09, D19, D24, D25, D28: codecs, digits, encryption and fax. */
#include "diagnose/media.h"
#include "diagnose/say.h"

#include <math.h>

enum { SOME = 50 };

static bool named(const struct str *s, const char *name)
{
    return s && slice_ieq(slice_of(s->p, s->n), slice_str(name));
}

static bool same_codec(const struct offer_codec *a, const struct offer_codec *b)
{
    if (!a->name || !b->name)
        return a->pt == b->pt;
    return a->rate == b->rate && a->name->n == b->name->n &&
           slice_ieq(slice_of(a->name->p, a->name->n),
                     slice_of(b->name->p, b->name->n));
}

static void say_codec(struct strbuf *b, const struct offer_codec *c)
{
    if (c->name)
        strbuf_add(b, c->name->p, c->name->n);
    else
        say(b, "PT %u", (unsigned)c->pt);
}

/* ---- A10 ---- */

static const struct offer_codec *not_offered(const struct offer_media *offer,
                                             const struct offer_media *answer)
{
    for (unsigned i = 0; i < answer->codecs; i++) {
        /* Harmless: they are not used unless both know them. */
        bool found = named(answer->codec[i].name, "telephone-event") ||
                     named(answer->codec[i].name, "CN");
        for (unsigned k = 0; k < offer->codecs && !found; k++)
            found = same_codec(&answer->codec[i], &offer->codec[k]);
        if (!found)
            return &answer->codec[i];
    }
    return NULL;
}

/* Are all codecs of the answer foreign to the offer? Then nothing can be understood. */
static bool all_foreign(const struct offer_media *offer,
                        const struct offer_media *answer)
{
    for (unsigned i = 0; i < answer->codecs; i++)
        for (unsigned k = 0; k < offer->codecs; k++)
            if (same_codec(&answer->codec[i], &offer->codec[k]))
                return false;
    return answer->codecs > 0 && offer->codecs > 0;
}

static struct draft *of_answer(struct exam *e, const struct rule *r, unsigned severity,
                               const struct offer *offer, const struct offer *answer)
{
    struct draft *d = exam_find(e, r, severity, 85);
    if (!d)
        return NULL;
    draft_peer(d, &answer->msg->hop->src);
    draft_offer(d, offer);
    draft_offer(d, answer);
    return d;
}

/* Returns true where it found something. */
static bool judge_answer(struct exam *e, const struct rule *r,
                         const struct offer *offer, const struct offer *answer)
{
    const struct offer_media *a = media_audio(offer), *b = media_audio(answer);
    struct draft *d;
    if (!offer->text->cut && !answer->text->cut &&
        offer->text->lines != answer->text->lines) {
        if (!(d = of_answer(e, r, SEVERITY_WARN, offer, answer)))
            return true;
        say(&d->headline, "the answer has %u media lines, the offer %u",
            (unsigned)answer->text->lines, (unsigned)offer->text->lines);
        say(&d->detail, "An answer has the lines of the offer, in its order.");
        return true;
    }
    const struct offer_codec *c = a && b ? not_offered(a, b) : NULL;
    if (c) {
        bool all = all_foreign(a, b);
        if (!(d = of_answer(e, r, all ? SEVERITY_CRIT : SEVERITY_WARN, offer, answer)))
            return true;
        say(&d->headline, "the answer of %i names ", &answer->msg->hop->src);
        say_codec(&d->headline, c);
        say(&d->headline, ", which was not offered");
        say(&d->detail, all ? "No codec of the answer was offered."
                            : "The others were offered, so the call may work.");
        return true;
    }
    if (a && !b && answer->text->lines && e->call->answer) {
        if (!(d = of_answer(e, r, SEVERITY_CRIT, offer, answer)))
            return true;
        say(&d->headline, "%i answered and refused the audio (port 0)",
            &answer->msg->hop->src);
        say(&d->detail, "The call is up without audio.");
        return true;
    }
    return false;
}

static void bad_answer(struct exam *e, const struct rule *r)
{
    const struct offer *offer = NULL;
    for (const struct offer *o = e->call->offers; o; o = o->next) {
        if (!o->answer)
            offer = o;
        else if (offer && o->side != offer->side && !o->again && !o->early &&
                 judge_answer(e, r, offer, o))
            return;
    }
}

/* ---- D07 ---- */

static bool is_static(uint8_t pt)
{
    return pt < 35 && pt != 13 && pt != 19;
}

static void codec_not_negotiated(struct exam *e, const struct rule *r)
{
    for (const struct rtp_stream *s = e->streams ? e->call->streams : NULL; s;
         s = s->call_next) {
        const struct offer_media *m = s->dst_media;
        uint8_t pt = s->format.pt;
        if (s->fax || s->packets <= SOME || !m || !m->codecs || pt == 13 || pt == 19 ||
            pt > 127 || offer_codec_of(m, pt) || s->codecs > 3)
            continue;
        /* The sender's own number of a codec that both know is its mistake, too. */
        const struct offer_media *own = s->src_media;
        const struct offer_codec *mine = own ? offer_codec_of(own, pt) : NULL;
        struct draft *d =
            exam_find(e, r, SEVERITY_CRIT, is_static(pt) || mine ? 85 : 70);
        if (!d)
            return;
        draft_peer(d, &s->src);
        draft_stream(d, s);
        say(&d->headline, "%a sends payload type %u", &s->src, (unsigned)pt);
        if (mine) {
            say(&d->headline, " (");
            say_codec(&d->headline, mine);
            say(&d->headline, ")");
        }
        say(&d->headline, ", which %i did not ask for", &s->dst);
        say(&d->detail, "The receiver's description lists:");
        for (unsigned i = 0; i < m->codecs; i++) {
            say(&d->detail, i ? ", %u " : " %u ", (unsigned)m->codec[i].pt);
            say_codec(&d->detail, &m->codec[i]);
        }
        say(&d->detail, ".");
        return;
    }
}

/* ---- D08 ---- */

static void ptime(struct exam *e, const struct rule *r)
{
    for (const struct rtp_stream *s = e->streams ? e->call->streams : NULL; s;
         s = s->call_next) {
        const struct offer_media *m = s->dst_media;
        if (s->fax || s->packets <= SOME || !m || !m->ptime || !media_is_audio(s))
            continue;
        double real = streams_figures(e->streams, s)->ptime;
        /* Over 100 ms it is silence suppression: AMR sends every 160 ms then. */
        if (real <= 0 || real > 100 || fabs(real - m->ptime) < 1.5)
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_WARN, 80);
        if (!d)
            return;
        draft_peer(d, &s->src);
        draft_stream(d, s);
        say(&d->headline, "%i sends %u ms a packet, %i asked for %u", &s->src,
            (unsigned)(real + 0.5), &s->dst, (unsigned)m->ptime);
        say(&d->detail, "Most receivers cope; some gateways play it chopped.");
        return;
    }
}

/* ---- D09 ---- */

static const struct offer_codec *events_of(const struct offer_media *m)
{
    for (unsigned i = 0; m && i < m->codecs; i++)
        if (named(m->codec[i].name, "telephone-event"))
            return &m->codec[i];
    return NULL;
}

static const struct txn *refused_info(const struct exam *e)
{
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        unsigned status = t->final ? t->final->status : 0;
        if (t->method == SIP_INFO && t->request &&
            (status == 415 || status == 501 || status == 405))
            return t;
    }
    return NULL;
}

static const struct txn *dtmf_info(struct exam *e)
{
    for (size_t i = 0; i < e->txns; i++)
        if (e->txn[i]->method == SIP_INFO && e->txn[i]->request &&
            slice_has(exam_header(e, e->txn[i]->request, SIP_H_CONTENT_TYPE), "dtmf"))
            return e->txn[i];
    return NULL;
}

static void dtmf(struct exam *e, const struct rule *r)
{
    const struct txn *refused = refused_info(e), *info = NULL;
    struct draft *d;
    bool digits = false;
    for (const struct rtp_stream *s = e->call->streams; s; s = s->call_next) {
        digits |= s->digits && s->digit_count;
        if (!s->digits || !s->digit_count || !s->dst_media || !s->dst_media->codecs ||
            events_of(s->dst_media))
            continue;
        if (!(d = exam_find(e, r, SEVERITY_CRIT, 85)))
            return;
        draft_peer(d, &s->src);
        draft_stream(d, s);
        say(&d->headline, "%i sends digits as RTP events, %i did not offer them",
            &s->src, &s->dst);
        say(&d->detail, "The receiver's description has no telephone-event.");
        return;
    }
    if (refused && (d = exam_find(e, r, SEVERITY_CRIT, 80))) {
        draft_peer(d, &refused->hop->dst);
        draft_msg(d, refused->request);
        draft_msg(d, refused->final);
        say(&d->headline, "digits by INFO are refused by %i: %m", &refused->hop->dst,
            refused->final);
        say(&d->detail, "The sender's way of sending digits is not the receiver's.");
    } else if (digits && (info = dtmf_info(e)) && (d = exam_find(e, r, 1, 75))) {
        draft_peer(d, &info->hop->src);
        draft_msg(d, info->request);
        say(&d->headline, "digits are sent twice: as RTP events and by INFO");
        say(&d->detail, "The receiver may take each digit for two.");
    }
}

/* ---- D24 ---- */

static const char *crypto_name(unsigned crypto)
{
    return crypto == OFFER_SDES   ? "SRTP with SDES keys"
           : crypto == OFFER_DTLS ? "SRTP with DTLS"
                                  : "plain RTP";
}

static void srtp_fail(struct exam *e, const struct rule *r)
{
    const struct offer *offer = NULL;
    for (const struct offer *o = e->call->offers; o; o = o->next) {
        if (!o->answer) {
            offer = o;
            continue;
        }
        const struct offer_media *a = media_audio(offer), *b = media_audio(o);
        if (!a || !b || o->side == offer->side || o->early || a->crypto == b->crypto ||
            e->call->answer == 0)
            continue;
        struct draft *d = of_answer(e, r, SEVERITY_CRIT, offer, o);
        if (!d)
            return;
        say(&d->headline, "%s offered, answered with %s", crypto_name(a->crypto),
            crypto_name(b->crypto));
        say(&d->detail,
            "The two sides do not agree whether and how media is encrypted, "
            "so neither understands the other.");
        return;
    }
}

/* ---- D25 ---- */

static bool asks_fax(const struct exam *e, const struct msg *m)
{
    for (const struct offer *o = e->call->offers; o; o = o->next)
        for (unsigned i = 0; o->msg == m && i < o->text->lines; i++)
            if (o->text->line[i].fax)
                return true;
    return false;
}

static void fax(struct exam *e, const struct rule *r)
{
    const struct txn *asked = NULL;
    bool fallback = false;
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (t->method != SIP_INVITE || t->initial || !t->request || !t->final)
            continue;
        if (asked && t->final->status < 300)
            fallback = true;
        if (t->final->status >= 300 && t->final->status != 491 &&
            asks_fax(e, t->request))
            asked = t;
    }
    if (!asked)
        return;
    struct draft *d = exam_find(e, r, fallback ? SEVERITY_WARN : SEVERITY_CRIT, 90);
    if (!d)
        return;
    draft_peer(d, &asked->hop->dst);
    draft_msg(d, asked->request);
    draft_msg(d, asked->final);
    say(&d->headline, "fax over T.38 refused by %i (%u)%s", &asked->hop->dst,
        (unsigned)asked->final->status, fallback ? "" : ", nothing else was tried");
    say(&d->detail, fallback ? "The call went on with audio codecs."
                             : "Without T.38 the fax needs G.711 without silence "
                               "suppression.");
}

/* ---- D28 ---- */

static struct slice setup_of(struct exam *e, const struct offer *o)
{
    const struct sip *sip = exam_sip(e, o->msg);
    struct slice lines =
        sip ? sdp_find(sip->header[SIP_H_CONTENT_TYPE], sip->body) : (struct slice){0};
    struct slice value = {0};
    return sdp_attribute_next(&lines, SLICE("setup"), &value) ? value
                                                              : (struct slice){0};
}

static void dtls(struct exam *e, const struct rule *r)
{
    const struct offer *offer = NULL;
    for (const struct offer *o = e->call->offers; o; o = o->next) {
        const struct offer_media *a = media_audio(o);
        if (!o->answer)
            offer = a && a->crypto == OFFER_DTLS ? o : NULL;
        if (!o->answer || !offer || !a || a->crypto != OFFER_DTLS || o->early)
            continue;
        struct slice x = setup_of(e, offer), y = setup_of(e, o);
        bool clash = x.n && y.n && slice_eq(x, y) && !slice_eq(x, SLICE("actpass"));
        if (!clash && !slice_eq(y, SLICE("actpass")))
            continue;
        struct draft *d = of_answer(e, r, SEVERITY_CRIT, offer, o);
        if (!d)
            return;
        say(&d->headline, "DTLS cannot start: a=setup is %S and %S", &x, &y);
        say(&d->detail, "One side has to be active and the other passive.");
        return;
    }
}

static const struct rule RULES[] = {
    {"A10", "BAD_ANSWER", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 3264 6",
     "The answer does not fit the offer.",
     "Codecs that were not offered (critical where all are), another number of media "
     "lines, or audio refused in an answered call.",
     "Another payload type for the same codec.",
     "Correct the side that answers; look for a box that rewrites SDP.", bad_answer},
    {"D07", "CODEC_NOT_NEGOTIATED", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 3264 5.1, 6.1",
     "A side sends a codec that the other did not ask for.",
     "The payload type of the RTP is not in the receiver's description.",
     "Comfort noise, telephone events, under 50 packets.",
     "Correct the sender; look for a box that answers with its own numbers.",
     codec_not_negotiated},
    {"D08", "PTIME", SEVERITY_WARN, RULE_INVITE, 0, "RFC 8866 6.4, RFC 3551 4.2",
     "Packets are longer or shorter than the receiver asked for.",
     "Measured packet time and a=ptime of the receiver differ.",
     "No a=ptime; under 50 packets.", "Set the same packet time on both sides.", ptime},
    {"D09", "DTMF_MISMATCH", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 4733, RFC 6086",
     "Digits are sent in a way that the other side does not take.",
     "RTP events to a side that did not offer them; INFO refused; or both ways at once "
     "(warning).",
     "Digits by one way that both know.",
     "Set the same way of sending digits on both sides: RFC 4733 as a rule.", dtmf},
    {"D24", "SRTP_FAIL", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 4568 5-6, RFC 5764",
     "One side encrypts media and the other does not, or otherwise.",
     "Offer and answer differ in SDES, DTLS or none.", "Both the same.",
     "Set SRTP to the same on both sides.", srtp_fail},
    {"D25", "T38", SEVERITY_CRIT, RULE_INVITE, 0, "ITU-T T.38 D, RFC 6913",
     "A fax cannot be sent as T.38.",
     "A re-INVITE with T.38 is refused; a warning where the call goes on in G.711.",
     "491, or T.38 is taken in a later attempt.",
     "Allow T.38 on both sides, or keep the fax on G.711 without silence suppression.",
     fax},
    {"D28", "ICE_DTLS", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 5763, RFC 8842",
     "The key exchange of encrypted media cannot start.",
     "a=setup of offer and answer are both active, both passive, or the answer says "
     "actpass.",
     "One is active, one passive.", "Correct the side that answers.", dtls},
};

const struct rule_family FAMILY_CODEC = {"Media: codecs, digits, encryption, fax",
                                         RULES, sizeof RULES / sizeof *RULES};
