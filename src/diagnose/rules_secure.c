/* Rules D24, D28: encrypted media that one side does not understand, ICE and DTLS. */
#include "diagnose/media.h"
#include "diagnose/say.h"

enum { KEYS = 8, SOME = 100 };

/* ---- what a description says beyond the model ---- */

/* One a=crypto (RFC 4568 9.1): 1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20 */
struct key {
    struct slice tag, suite, key;
};

struct secrets {
    struct key key[KEYS];
    size_t keys;
    struct slice setup;
    bool fingerprint, dtls; /* dtls: the profile is UDP/TLS/RTP/SAVP... */
};

static struct slice word(struct slice *rest)
{
    *rest = slice_trim(*rest);
    struct slice w = slice_sub(*rest, 0, slice_find(*rest, ' '));
    *rest = slice_skip(*rest, w.n);
    return w;
}

static struct key read_key(struct slice value)
{
    struct key k;
    k.tag = word(&value);
    k.suite = word(&value);
    k.key = word(&value);
    k.key = slice_skip(k.key, slice_find(k.key, ':') + 1);
    k.key = slice_sub(k.key, 0, slice_find(k.key, '|'));
    return k;
}

static void read_lines(struct slice lines, struct secrets *out)
{
    struct slice rest = lines, value;
    while (out->keys < KEYS && sdp_attribute_next(&rest, SLICE("crypto"), &value))
        out->key[out->keys++] = read_key(value);
    rest = lines;
    out->fingerprint |= sdp_attribute_next(&rest, SLICE("fingerprint"), &value);
    rest = lines;
    if (!out->setup.n && sdp_attribute_next(&rest, SLICE("setup"), &value))
        out->setup = value;
}

/* Of the first audio line and the session. False: the text is not there. The slices
 * are valid as long as exam_sip() says. */
static bool read_secrets(struct exam *e, const struct offer *o, struct secrets *out)
{
    const struct sip *sip = exam_sip(e, o->msg);
    struct sdp sdp;
    struct sdp_media m;
    *out = (struct secrets){.keys = 0};
    if (!sip || o->msg->flags & MSG_CUT ||
        !sdp_parse(sdp_find(sip->header[SIP_H_CONTENT_TYPE], sip->body), &sdp))
        return false;
    struct slice rest = sdp.media;
    while (sdp_media_next(&sdp, &rest, &m))
        if (slice_ieq(m.type, SLICE("audio")) && m.port) {
            out->dtls = slice_has(m.proto, "TLS");
            read_lines(m.lines, out);
            read_lines(sdp.session, out);
            return true;
        }
    return false;
}

/* An offer and its answer, both with audio; NULL: none such behind `from`. */
static const struct offer *next_answer(const struct offer *from,
                                       const struct offer **offer)
{
    for (const struct offer *o = from; o; o = o->next) {
        if (!o->answer)
            *offer = o;
        else if (*offer && o->side != (*offer)->side && !o->early && media_audio(o) &&
                 media_audio(*offer))
            return o;
    }
    return NULL;
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

/* ---- D24 ---- */

static const char *crypto_name(const struct offer_media *m)
{
    return m->crypto == OFFER_SDES   ? "SRTP with SDES keys"
           : m->crypto == OFFER_DTLS ? "SRTP with DTLS"
           : m->secure               ? "SRTP without keys"
                                     : "plain RTP";
}

/* Does one side encrypt and the other not, as both describe it? A plain profile with a
 * key is an offer that may be answered either way (RFC 8643). */
static bool differ(const struct offer_media *a, const struct offer_media *b,
                   const struct secrets *offered)
{
    if (a->secure != b->secure)
        return true;
    if (!a->secure && a->crypto && !b->crypto)
        return false;
    if (a->crypto == OFFER_SDES && b->crypto == OFFER_DTLS)
        return !offered->fingerprint;
    return a->crypto != b->crypto;
}

static const struct key *key_of(const struct secrets *s, const struct key *k)
{
    for (size_t i = 0; i < s->keys; i++)
        if (slice_eq(s->key[i].tag, k->tag) && slice_ieq(s->key[i].suite, k->suite))
            return &s->key[i];
    return NULL;
}

/* Returns true where it found something. */
static bool judge_answer(struct exam *e, const struct rule *r,
                         const struct offer *offer, const struct offer *answer)
{
    const struct offer_media *a = media_audio(offer), *b = media_audio(answer);
    struct secrets x, y;
    struct draft *d;
    if (!a->crypto && !b->crypto && a->secure == b->secure)
        return false;
    if (!read_secrets(e, offer, &x) || !read_secrets(e, answer, &y))
        return false;
    if (differ(a, b, &x)) {
        if (!(d = of_answer(e, r, SEVERITY_CRIT, offer, answer)))
            return true;
        say(&d->headline, "%s offered, answered with %s", crypto_name(a),
            crypto_name(b));
        say(&d->detail, "The two sides do not agree whether and how media is "
                        "encrypted, so neither understands the other.");
        return true;
    }
    const struct key *own = y.keys ? key_of(&x, &y.key[0]) : NULL;
    if (b->crypto == OFFER_SDES && y.keys && x.keys && !own) {
        if (!(d = of_answer(e, r, SEVERITY_CRIT, offer, answer)))
            return true;
        say(&d->headline, "the answer takes crypto %S %S, which was not offered",
            &y.key[0].tag, &y.key[0].suite);
        say(&d->detail,
            "An answer repeats tag and suite of the line that it takes; "
            "the first one offered is %S %S.",
            &x.key[0].tag, &x.key[0].suite);
        return true;
    }
    if (own && own->key.n && slice_eq(own->key, y.key[0].key)) {
        if (!(d = of_answer(e, r, SEVERITY_WARN, offer, answer)))
            return true;
        say(&d->headline, "both sides use the same SRTP key");
        say(&d->detail, "Each side has to make its own key (RFC 4568 6.1): the same "
                        "one twice gives the media away.");
        return true;
    }
    return false;
}

/* G.711 whose packets have no room for the tag that SRTP adds, or have it unasked. */
static bool wrong_size(const struct rtp_stream *s)
{
    uint64_t plain = (uint64_t)s->packets * (12 + s->ticks);
    uint64_t tag10 = plain + (uint64_t)s->packets * 10;
    uint64_t tag4 = plain + (uint64_t)s->packets * 4;
    if (!s->format.g711 || s->packets < SOME || s->other.pt != 255 || s->codecs)
        return false;
    return s->dst_media->crypto ? s->bytes == plain
                                : s->bytes == tag10 || s->bytes == tag4;
}

static bool judge_packets(struct exam *e, const struct rule *r)
{
    for (const struct rtp_stream *s = e->streams ? e->call->streams : NULL; s;
         s = s->call_next) {
        if (!media_is_audio(s) || !s->dst_media || !s->src_media ||
            !s->dst_media->crypto != !s->src_media->crypto || !wrong_size(s))
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_CRIT, 80);
        if (!d)
            return true;
        draft_peer(d, &s->src);
        draft_stream(d, s);
        say(&d->headline,
            s->dst_media->crypto ? "%a sends plain RTP, and SRTP was agreed"
                                 : "%a seems to send SRTP, and plain RTP was agreed",
            &s->src);
        say(&d->detail,
            "Its packets are %u bytes long; %u would be plain G.711 of that "
            "packet time, 4 or 10 more are the tag of SRTP.",
            (unsigned)(s->bytes / s->packets), (unsigned)(12 + s->ticks));
        return true;
    }
    return false;
}

/* Keys that everybody on the way reads. */
static void judge_signalling(struct exam *e, const struct rule *r,
                             const struct offer *offer, const struct offer *answer)
{
    const struct hop *hop = offer->msg->hop;
    if (media_audio(offer)->crypto != OFFER_SDES ||
        media_audio(answer)->crypto != OFFER_SDES || hop->transport == TRANSPORT_TLS ||
        hop->transport == TRANSPORT_WSS)
        return;
    struct draft *d = of_answer(e, r, SEVERITY_WARN, offer, answer);
    if (!d)
        return;
    say(&d->headline, "SRTP keys go in clear: SDES over %s",
        transport_name(hop->transport));
    say(&d->detail, "Who sees the signalling can decrypt the media (RFC 4568 7).");
}

/* A stream that numbers anew under the same key: the receiver's rollover counter is
 * wrong from then on (RFC 3711 3.3.1). */
static void judge_restart(struct exam *e, const struct rule *r)
{
    for (const struct rtp_stream *s = e->streams ? e->call->streams : NULL; s;
         s = s->call_next) {
        if (!s->srtp || !s->sequence.restarts || s->packets < SOME)
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_CRIT, 60);
        if (!d)
            return;
        draft_peer(d, &s->src);
        draft_stream(d, s);
        say(&d->headline, "%a numbers its SRTP anew with the same SSRC", &s->src);
        say(&d->detail, "The receiver counts rollovers of the number: after a jump it "
                        "may refuse every packet.");
        return;
    }
}

static void srtp_fail(struct exam *e, const struct rule *r)
{
    const struct offer *offer = NULL, *answer = e->call->offers;
    bool found = false, first = true;
    if (!e->call->answer)
        return;
    for (; (answer = next_answer(answer, &offer)); answer = answer->next) {
        found = found || judge_answer(e, r, offer, answer);
        if (first && !found)
            judge_signalling(e, r, offer, answer);
        first = false;
    }
    if (!found && !judge_packets(e, r))
        judge_restart(e, r);
}

/* ---- D28 ---- */

static bool judge_setup(struct exam *e, const struct rule *r, const struct offer *offer,
                        const struct offer *answer)
{
    struct secrets x, y;
    struct draft *d;
    bool secure = media_audio(offer)->secure && media_audio(answer)->secure;
    if ((media_audio(offer)->crypto != OFFER_DTLS && !secure) ||
        !read_secrets(e, offer, &x) || !read_secrets(e, answer, &y))
        return false;
    if ((x.dtls && !x.fingerprint && !x.keys) ||
        (y.dtls && !y.fingerprint && !y.keys)) {
        bool asked = x.dtls && !x.fingerprint;
        if (!(d = of_answer(e, r, SEVERITY_CRIT, offer, answer)))
            return true;
        say(&d->headline, "DTLS without a=fingerprint in the %s",
            asked ? "offer" : "answer");
        say(&d->detail, "Without it the other side cannot tell whose certificate it "
                        "gets, and refuses the media.");
        return true;
    }
    bool clash = x.setup.n && y.setup.n && slice_eq(x.setup, y.setup) &&
                 !slice_eq(x.setup, SLICE("actpass"));
    if (!x.fingerprint || !y.fingerprint ||
        (!clash && !slice_eq(y.setup, SLICE("actpass"))))
        return false;
    if (!(d = of_answer(e, r, SEVERITY_CRIT, offer, answer)))
        return true;
    say(&d->headline, "DTLS cannot start: a=setup is %S and %S", &x.setup, &y.setup);
    say(&d->detail, "One side has to be active and the other passive.");
    return true;
}

/* What was sent to the addresses that a side names, in the time of the call. */
struct checked {
    const struct check *asked, *hello; /* the first with requests, with ClientHello */
    bool success, nominated, shaken;
    unsigned requests;
};

static void add_check(const struct exam *e, const struct addr *at, struct checked *out)
{
    const struct check *c = checks_find(&e->calls->checks, at);
    if (!c || c->last < e->call->start || (e->call->end && c->first > e->call->end))
        return;
    out->requests += c->requests;
    out->asked = out->asked ? out->asked : c->requests ? c : NULL;
    out->success |= c->success != 0;
    out->nominated |= c->nominated != 0;
    out->hello = out->hello ? out->hello : c->hellos ? c : NULL;
    out->shaken |= c->answer != 0;
}

static void add_checks(const struct exam *e, const struct offer *o, struct checked *out)
{
    const struct offer_media *m = media_audio(o);
    add_check(e, &m->addr, out);
    for (unsigned i = 0; i < m->candidates; i++)
        if (!addr_eq(&m->candidate[i], &m->addr))
            add_check(e, &m->candidate[i], out);
}

static void judge_checks(struct exam *e, const struct rule *r,
                         const struct offer *offer, const struct offer *answer)
{
    struct checked all = {.requests = 0};
    int64_t until = e->call->end ? e->call->end : e->scope->last;
    add_checks(e, offer, &all);
    add_checks(e, answer, &all);
    bool ice = all.asked && !(all.success && all.nominated);
    bool dtls = !ice && all.hello && !all.shaken;
    for (const struct rtp_stream *s = e->call->streams; s; s = s->call_next)
        if (s->packets > SOME)
            return; /* media flows all the same */
    if ((!ice && !dtls) || until - e->call->answer < 5 * SECOND || !exam_allows(e, r))
        return;
    struct draft *d = of_answer(e, r, SEVERITY_CRIT, offer, answer);
    if (!d)
        return;
    const struct check *shown = ice ? all.asked : all.hello;
    draft_frame(d, shown->file, ice ? shown->frame : shown->hello_frame, shown->first);
    d->confidence = ice && all.success ? 70 : 90;
    if (dtls)
        say(&d->headline, "DTLS is never answered: %u ClientHello to %a",
            (unsigned)shown->hellos, &shown->at);
    else
        say(&d->headline, "ICE finds no way for the media: %u checks, %s", all.requests,
            all.success ? "none nominated" : "no answer");
    say(&d->detail,
        "%t after the answer the media path is still not there: no candidate "
        "of the other side can be reached, UDP is blocked, or TURN is "
        "missing.",
        until - e->call->answer);
}

static void ice_dtls(struct exam *e, const struct rule *r)
{
    const struct offer *offer = NULL, *answer = e->call->offers;
    for (; (answer = next_answer(answer, &offer)); answer = answer->next) {
        if (judge_setup(e, r, offer, answer))
            return;
        if (e->call->answer && (media_audio(offer)->candidates ||
                                media_audio(offer)->crypto == OFFER_DTLS)) {
            judge_checks(e, r, offer, answer);
            return;
        }
    }
}

static const struct rule RULES[] = {
    {"D24", "SRTP_FAIL", SEVERITY_CRIT, RULE_INVITE, 0,
     "RFC 4568 5-7, RFC 5764, RFC 3711 3.3.1",
     "The two sides do not agree how media is encrypted, or do it carelessly.",
     "Offer and answer differ in SRTP, SDES or DTLS; the answer takes a crypto line "
     "that "
     "was not offered; a side sends plain G.711 where SRTP was agreed, or the other "
     "way "
     "round; SRTP is numbered anew under one key. A warning: the same key on both "
     "sides, "
     "SDES keys in signalling without TLS.",
     "Both the same; RTP/AVP offered with a key that the answer does not take; packets "
     "of "
     "other codecs than G.711 are not measured.",
     "Set SRTP to the same on both sides; carry SDES over TLS only, or use DTLS-SRTP.",
     srtp_fail, 0},
    {"D28", "ICE_DTLS", SEVERITY_CRIT, RULE_INVITE, NEED_WHOLE,
     "RFC 8445, RFC 5763, RFC 8842", "The media path of ICE or DTLS does not come up.",
     "a=setup of offer and answer are both active, both passive, or the answer says "
     "actpass; DTLS without a=fingerprint; ICE checks without an answer or nomination, "
     "or "
     "ClientHello without ServerHello, 5 s after the answer.",
     "RTP flows all the same; no checks in the capture; the call is shorter.",
     "Correct the side that answers; open UDP between the candidates, or add a TURN "
     "server that both reach.",
     ice_dtls, 0},
};

const struct rule_family FAMILY_SECURE = {"Media: encryption, ICE and DTLS", RULES,
                                          sizeof RULES / sizeof *RULES};
