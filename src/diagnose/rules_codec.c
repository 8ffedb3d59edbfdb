/* Rules A10, D07, D08: offers, answers, and the codecs that are really sent. */
#include "diagnose/media.h"
#include "diagnose/say.h"

#include <math.h>
#include <strings.h>

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
        say(&d->headline, "the answer has %u media line%s, the offer %u",
            (unsigned)answer->text->lines, answer->text->lines == 1 ? "" : "s",
            (unsigned)offer->text->lines);
        say(&d->detail, "An answer has the lines of the offer, in its order.");
        return true;
    }
    const struct offer_codec *c = a && b ? not_offered(a, b) : NULL;
    if (c) {
        bool all = all_foreign(a, b);
        if (!(d = of_answer(e, r, all ? SEVERITY_CRIT : SEVERITY_INFO, offer, answer)))
            return true;
        say(&d->headline, "the answer of %i names ", &answer->msg->hop->src);
        say_codec(&d->headline, c);
        say(&d->headline, ", which was not offered");
        say(&d->detail, all ? "No codec of the answer was offered."
                            : "RFC 3264 6.1 allows that beside codecs of the offer; "
                              "few do it, and some peers trip over it.");
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

static void not_asked_for(struct exam *e, const struct rule *r,
                          const struct rtp_stream *s)
{
    const struct offer_media *m = s->dst_media, *own = s->src_media;
    uint8_t pt = s->format.pt;
    /* The sender's own number of a codec that both know is its mistake, too. */
    const struct offer_codec *mine = own ? offer_codec_of(own, pt) : NULL;
    struct draft *d = exam_find(e, r, SEVERITY_CRIT, is_static(pt) || mine ? 85 : 70);
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
}

/* Bytes that a packet of a static type has at most; 0: not known. */
static uint64_t static_size(const struct rtp_stream *s)
{
    switch (s->format.pt) {
    case 0:
    case 8:
    case 9: return s->ticks;
    case 18: return (s->ticks + 7) / 8;
    case 3: return (uint64_t)(s->ticks + 159) / 160 * 33;
    default: return 0;
    }
}

/* Packets far longer than their payload type allows: another codec under its number. */
static bool wrong_size(struct exam *e, const struct rule *r, const struct rtp_stream *s)
{
    uint64_t most = static_size(s), mean = s->bytes / s->packets;
    if (s->srtp || !most || s->codecs || mean <= 12 || (mean - 12) * 2 < most * 3 ||
        s->repeated < SOME)
        return false;
    struct draft *d = exam_find(e, r, SEVERITY_CRIT, 75);
    if (!d)
        return true;
    draft_peer(d, &s->src);
    draft_stream(d, s);
    say(&d->headline, "%a sends %u bytes a packet as payload type %u, which has %u",
        &s->src, (unsigned)(mean - 12), (unsigned)s->format.pt, (unsigned)most);
    say(&d->detail, "Another codec under that number: the receiver plays noise.");
    return true;
}

/* Each side sends another codec: allowed, and some phones cannot do it. */
static void asymmetric(struct exam *e, const struct rule *r)
{
    struct media m;
    if (!media_of(e, &m))
        return;
    const struct rtp_stream *a = m.flow[CALL_CALLER].stream,
                            *b = m.flow[CALL_CALLEE].stream;
    if (!a || !b || a->fax || b->fax || a->packets <= SOME || b->packets <= SOME ||
        !a->format.name || !b->format.name || a->codecs || b->codecs ||
        !strcasecmp(a->format.name, b->format.name))
        return;
    struct draft *d = exam_find(e, r, SEVERITY_INFO, 80);
    if (!d)
        return;
    draft_peer(d, &a->src);
    draft_stream(d, a);
    draft_stream(d, b);
    say(&d->headline, "each side sends another codec: %s and %s", a->format.name,
        b->format.name);
    say(&d->detail, "That is allowed; phones that take the codec they send for the one "
                    "they get play noise.");
}

static void codec_not_negotiated(struct exam *e, const struct rule *r)
{
    for (const struct rtp_stream *s = e->streams ? e->call->streams : NULL; s;
         s = s->call_next) {
        const struct offer_media *m = s->dst_media;
        uint8_t pt = s->format.pt;
        if (s->fax || s->packets <= SOME || !m || !m->codecs || pt == 13 || pt == 19 ||
            pt > 127 || s->codecs > 3 || !media_is_audio(s))
            continue;
        if (!offer_codec_of(m, pt)) {
            not_asked_for(e, r, s);
            return;
        }
        if (wrong_size(e, r, s))
            return;
    }
    asymmetric(e, r);
}

/* ---- D08 ---- */

/* a=maxptime of the receiver's newest description; 0: none. */
static uint64_t max_ptime(struct exam *e, const struct rtp_stream *s)
{
    const struct offer *o = offer_newest(e->call, s->to, NULL);
    const struct sip *sip = o ? exam_sip(e, o->msg) : NULL;
    struct slice value,
        lines = sip ? sdp_find(sip->header[SIP_H_CONTENT_TYPE], sip->body)
                    : (struct slice){0};
    uint64_t most = 0;
    if (sdp_attribute_next(&lines, SLICE("maxptime"), &value))
        slice_u64(value, &most);
    return most;
}

static void ptime(struct exam *e, const struct rule *r)
{
    for (const struct rtp_stream *s = e->streams ? e->call->streams : NULL; s;
         s = s->call_next) {
        const struct offer_media *m = s->dst_media;
        if (s->fax || s->packets <= SOME || !m || !media_is_audio(s))
            continue;
        double real = streams_figures(e->streams, s)->ptime;
        unsigned asked = m->ptime ? m->ptime : 20;
        /* Over 100 ms it is silence suppression: AMR sends every 160 ms then. */
        if (real <= 0 || real > 100 || fabs(real - asked) < 1.5)
            continue;
        uint64_t most = max_ptime(e, s);
        bool over = most >= 10 && real > (double)most + 1.5;
        if (!m->ptime && !over)
            continue;
        struct draft *d =
            exam_find(e, r, over ? SEVERITY_CRIT : SEVERITY_WARN, over ? 85 : 80);
        if (!d)
            return;
        draft_peer(d, &s->src);
        draft_stream(d, s);
        say(&d->headline, "%i sends %u ms a packet, %i asked for %s%u", &s->src,
            (unsigned)(real + 0.5), &s->dst, over ? "at most " : "",
            over ? (unsigned)most : asked);
        say(&d->detail, "Most receivers cope; some gateways play it chopped.");
        return;
    }
}

static const struct rule RULES[] = {
    {"A10", "BAD_ANSWER", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 3264 6",
     "The answer does not fit the offer.",
     "No codec of the answer was offered, audio is refused in an answered call; a "
     "warning "
     "for another number of media lines; information for codecs beside those offered.",
     "Another payload type for the same codec.",
     "Correct the side that answers; look for a box that rewrites SDP.", bad_answer, 0},
    {"D07", "CODEC_NOT_NEGOTIATED", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 3264 5.1, 6.1",
     "A side sends a codec that the other did not ask for.",
     "The payload type of the RTP is not in the receiver's description, or its packets "
     "are far longer than that static type has; information where the two sides send "
     "different codecs.",
     "Comfort noise, telephone events, under 50 packets.",
     "Correct the sender; look for a box that answers with its own numbers.",
     codec_not_negotiated, WHEN_STREAMS},
    {"D08", "PTIME", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 8866 6.4, RFC 3551 4.2",
     "Packets are longer or shorter than the receiver asked for.",
     "Measured packet time and a=ptime of the receiver differ; critical where it is "
     "over "
     "its a=maxptime.",
     "20 ms without a=ptime; under 50 packets.",
     "Set the same packet time on both sides.", ptime, WHEN_STREAMS},
};

const struct rule_family FAMILY_CODEC = {"Media: codecs", RULES,
                                         sizeof RULES / sizeof *RULES};
