/* Rules D09, D25: digits and fax, which audio alone does not carry. */
#include "diagnose/media.h"
#include "diagnose/say.h"

enum { SOME = 50 };

static bool named(const struct str *s, const char *name)
{
    return s && slice_ieq(slice_of(s->p, s->n), slice_str(name));
}

/* ---- D09: what was agreed ---- */

static const struct offer_codec *events_of(const struct offer_media *m)
{
    for (unsigned i = 0; m && i < m->codecs; i++)
        if (named(m->codec[i].name, "telephone-event"))
            return &m->codec[i];
    return NULL;
}

/* Payload type of a stream's telephone events; 255: it has none. */
static uint8_t tone_type(const struct rtp_stream *s)
{
    return s->other.kind == RTP_TONE    ? s->other.pt
           : s->format.kind == RTP_TONE ? s->format.pt
                                        : 255;
}

static struct draft *of_stream(struct exam *e, const struct rule *r, unsigned severity,
                               const struct rtp_stream *s)
{
    struct draft *d = exam_find(e, r, severity, 85);
    if (!d)
        return NULL;
    draft_peer(d, &s->src);
    draft_stream(d, s);
    if (rtp_stream_notes(s)->tones.odd_frame && e->call->first)
        draft_frame(d, e->call->first->file, rtp_stream_notes(s)->tones.odd_frame,
                    s->start);
    return d;
}

/* Returns true where it found something. */
static bool judge_type(struct exam *e, const struct rule *r, const struct rtp_stream *s)
{
    const struct offer_media *m = s->dst_media;
    const struct offer_codec *event = events_of(m);
    uint8_t pt = tone_type(s);
    struct draft *d;
    if (!m || !m->codecs || s->srtp || !s->digit_count)
        return false;
    if (!event) {
        if (!(d = of_stream(e, r, SEVERITY_CRIT, s)))
            return true;
        say(&d->headline, "%i sends digits as RTP events, %i did not offer them",
            &s->src, &s->dst);
        say(&d->detail, "The receiver's description has no telephone-event.");
        return true;
    }
    const struct offer_codec *told = offer_codec_of(m, pt);
    if (pt == 255 || (told && named(told->name, "telephone-event")))
        return false;
    if (!(d = of_stream(e, r, SEVERITY_CRIT, s)))
        return true;
    say(&d->headline, "%i sends digits with payload type %u, %i waits for %u", &s->src,
        (unsigned)pt, &s->dst, (unsigned)event->pt);
    say(&d->detail, "The number that counts is the one in the receiver's description.");
    return true;
}

static bool judge_clock(struct exam *e, const struct rule *r,
                        const struct rtp_stream *s)
{
    const struct offer_media *m = s->dst_media;
    uint32_t rate = s->format.kind == RTP_AUDIO ? s->format.rate : 0;
    bool fits = false;
    if (!m || !s->digit_count || !rate || s->other.kind != RTP_TONE)
        return false;
    for (unsigned i = 0; i < m->codecs; i++)
        fits |= named(m->codec[i].name, "telephone-event") && m->codec[i].rate == rate;
    if (fits || !s->other.rate || s->other.rate == rate)
        return false;
    struct draft *d = of_stream(e, r, SEVERITY_WARN, s);
    if (!d)
        return true;
    say(&d->headline, "digits of %i have a clock of %u Hz, its audio %u Hz", &s->src,
        (unsigned)s->other.rate, (unsigned)rate);
    say(&d->detail,
        "telephone-event needs the clock of the codec that it stands in for "
        "(RFC 4733 2.1): durations are read wrong.");
    return true;
}

/* ---- D09: what was sent ---- */

static bool judge_tones(struct exam *e, const struct rule *r,
                        const struct rtp_stream *s)
{
    struct rtp_tones t;
    rtp_stream_tones(s, &t);
    if (e->scope->last - s->end < SECOND)
        t.open -= t.open > 0; /* the capture ends in it, perhaps */
    if (!s->digit_count || s->srtp ||
        !(t.brief || t.twice || t.close || t.resets || t.open))
        return false;
    struct draft *d = of_stream(e, r, SEVERITY_WARN, s);
    if (!d)
        return true;
    if (t.twice)
        say(&d->headline, "%i sends %u keys twice within 40 ms", &s->src,
            (unsigned)t.twice);
    else if (t.brief)
        say(&d->headline, "%u of %u digits of %i are shorter than 40 ms",
            (unsigned)t.brief, (unsigned)s->digit_count, &s->src);
    else if (t.close)
        say(&d->headline, "%u digits of %i follow each other within 40 ms",
            (unsigned)t.close, &s->src);
    else if (t.resets)
        say(&d->headline, "the duration of a digit of %i falls while it lasts",
            &s->src);
    else
        say(&d->headline, "%u of %u digits of %i have no end", (unsigned)t.open,
            (unsigned)s->digit_count, &s->src);
    say(&d->detail,
        "Digits %s: %u under 40 ms, %u pauses under 40 ms (%u with the same key), %u "
        "without a packet that marks the end, %u durations that fall. An IVR may miss "
        "such digits, or take one for two.",
        s->digits ? s->digits : "", (unsigned)t.brief, (unsigned)t.close,
        (unsigned)t.twice, (unsigned)t.open, (unsigned)t.resets);
    return true;
}

/* ---- D09: INFO ---- */

static bool is_dtmf_info(struct exam *e, const struct txn *t)
{
    return t->method == SIP_INFO && t->request &&
           slice_has(exam_header(e, t->request, SIP_H_CONTENT_TYPE), "dtmf");
}

static bool refused_info(const struct txn *t)
{
    unsigned status = t->final ? t->final->status : 0;
    return t->method == SIP_INFO && t->request &&
           (status == 415 || status == 501 || status == 405 || status == 481);
}

static const struct event *event_near(const struct exam *e, int64_t time)
{
    for (const struct event *v = e->call->events; v; v = v->next)
        if (v->kind == EVENT_DTMF && v->stream && v->time > time - SECOND / 2 &&
            v->time < time + SECOND / 2)
            return v;
    return NULL;
}

/* INFO with digits: refused, or beside RTP events of the same time. */
static void judge_info(struct exam *e, const struct rule *r)
{
    struct draft *d;
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (t->method != SIP_INFO || !t->request)
            continue;
        if (refused_info(t) && (t->final->status != 481 || is_dtmf_info(e, t))) {
            if (!(d = exam_find(e, r, SEVERITY_CRIT, 80)))
                return;
            draft_peer(d, &t->hop->dst);
            draft_msg(d, t->request);
            draft_msg(d, t->final);
            say(&d->headline, "digits by INFO are refused by %i: %m", &t->hop->dst,
                t->final);
            say(&d->detail,
                "The sender's way of sending digits is not the receiver's.");
            return;
        }
        const struct event *v = event_near(e, t->request->time);
        if (!v || !is_dtmf_info(e, t))
            continue;
        if (!(d = exam_find(e, r, SEVERITY_WARN, 75)))
            return;
        draft_peer(d, &t->hop->src);
        draft_event(d, v);
        draft_msg(d, t->request);
        say(&d->headline, "digits are sent twice: as RTP events and by INFO");
        say(&d->detail, "Both came within half a second: the receiver may take each "
                        "digit for two.");
        return;
    }
}

/* RTP events were offered and not taken: digits go in the audio, or by INFO. */
static void judge_agreed(struct exam *e, const struct rule *r)
{
    const struct offer *offer = NULL, *answer = NULL;
    for (const struct offer *o = e->call->offers; o && !answer; o = o->next) {
        if (!o->answer)
            offer = o;
        else if (offer && !o->early && o->side != offer->side)
            answer = o;
    }
    if (!e->call->answer || !answer || !media_audio(answer) ||
        !events_of(media_audio(offer)) || events_of(media_audio(answer)))
        return;
    struct draft *d = exam_find(e, r, SEVERITY_INFO, 70);
    if (!d)
        return;
    draft_peer(d, &answer->msg->hop->src);
    draft_offer(d, offer);
    draft_offer(d, answer);
    say(&d->headline, "RTP events for digits are offered, %i does not take them",
        &answer->msg->hop->src);
    say(&d->detail, "The answer has no telephone-event: digits go in the audio or by "
                    "INFO, and a codec like G.729 spoils them in the audio.");
}

static void dtmf(struct exam *e, const struct rule *r)
{
    for (const struct rtp_stream *s = e->streams ? e->call->streams : NULL; s;
         s = s->call_next) {
        if (s->fax)
            continue;
        if (judge_type(e, r, s) || judge_clock(e, r, s) || judge_tones(e, r, s))
            break;
    }
    if (!exam_found(e, r->id))
        judge_info(e, r);
    if (!exam_found(e, r->id))
        judge_agreed(e, r);
}

/* ---- D25 ---- */

static const struct offer_media *fax_line(const struct offer *o)
{
    for (unsigned i = 0; o && i < o->text->lines; i++)
        if (o->text->line[i].fax && o->text->line[i].addr.port)
            return &o->text->line[i];
    return NULL;
}

static const struct offer *fax_in(const struct exam *e, const struct msg *m)
{
    for (const struct offer *o = e->call->offers; o; o = o->next)
        if (o->msg == m && fax_line(o))
            return o;
    return NULL;
}

static bool is_g711(const struct offer_media *m)
{
    return m && m->codecs &&
           (named(m->codec[0].name, "PCMU") || named(m->codec[0].name, "PCMA"));
}

/* The answer in force at the end. */
static const struct offer *last_answer(const struct exam *e)
{
    const struct offer *last = NULL;
    for (const struct offer *o = e->call->offers; o; o = o->next)
        if (o->answer && !o->early)
            last = o;
    return last;
}

/* T.38 was refused: what carries the fax now? Returns true where it was refused. */
static bool judge_refused(struct exam *e, const struct rule *r)
{
    const struct txn *asked = NULL, *then = NULL;
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (t->method != SIP_INVITE || t->initial || !t->request || !t->final)
            continue;
        if (t->final->status < 300)
            then = asked ? t : then;
        else if (t->final->status != 491 && fax_in(e, t->request)) {
            asked = t;
            then = NULL;
        }
    }
    if (!asked || (then && fax_in(e, then->request)))
        return false; /* T.38 was taken in a later attempt */
    const struct offer_media *now = media_audio(last_answer(e));
    bool suits = is_g711(now);
    struct draft *d =
        exam_find(e, r, then && suits ? SEVERITY_WARN : SEVERITY_CRIT, 90);
    if (!d)
        return true;
    draft_peer(d, &asked->hop->dst);
    draft_msg(d, asked->request);
    draft_msg(d, asked->final);
    draft_msg(d, then ? then->request : NULL);
    say(&d->headline, "fax over T.38 refused by %i (%u)", &asked->hop->dst,
        (unsigned)asked->final->status);
    if (!then)
        say(&d->headline, ", nothing else was tried");
    else if (!suits)
        say(&d->headline, "; the codec kept is no G.711, which a fax needs");
    say(&d->detail, then && suits
                        ? "The call went on with G.711, in which a fax may pass."
                        : "Without T.38 the fax needs G.711 without silence "
                          "suppression and with a fixed jitter buffer.");
    return true;
}

struct fax {
    const struct offer *offer, *answer, *back; /* back: audio again, after it */
    unsigned packets[3];                       /* by the side that receives */
    const struct rtp_stream *stream, *audio;
    int64_t until;
};

static bool fax_taken(const struct exam *e, struct fax *f)
{
    const struct offer *offer = NULL;
    *f = (struct fax){.until = e->call->end ? e->call->end : e->scope->last};
    for (const struct offer *o = e->call->offers; o; o = o->next) {
        if (!o->answer)
            offer = o;
        else if (!f->answer && fax_line(o) && offer && fax_line(offer)) {
            f->offer = offer;
            f->answer = o;
        } else if (f->answer && !f->back && media_audio(o) && !fax_line(o))
            f->back = offer ? offer : o;
    }
    for (const struct rtp_stream *s = f->answer ? e->call->streams : NULL; s;
         s = s->call_next) {
        if (s->fax && s->to <= CALL_CALLEE) {
            f->packets[s->to] += s->packets;
            if (!f->stream || s->packets > f->stream->packets)
                f->stream = s;
        } else if (!s->fax && media_is_audio(s) && s->packets > SOME &&
                   s->end > f->answer->time + 5 * SECOND) {
            f->audio = s;
        }
    }
    return f->answer != NULL;
}

/* Value of T38FaxMaxDatagram, and whether redundancy is named, in a description. */
static uint64_t fax_limits(struct exam *e, const struct offer *o, bool *redundant)
{
    const struct sip *sip = exam_sip(e, o->msg);
    struct slice rest =
        sip ? sdp_find(sip->header[SIP_H_CONTENT_TYPE], sip->body) : (struct slice){0};
    struct slice lines = rest, value;
    uint64_t most = 0;
    if (sdp_attribute_next(&lines, SLICE("T38FaxMaxDatagram"), &value))
        slice_u64(value, &most);
    lines = rest;
    *redundant = sdp_attribute_next(&lines, SLICE("T38FaxUdpEC"), &value);
    return most;
}

static struct draft *of_fax(struct exam *e, const struct rule *r, unsigned severity,
                            unsigned confidence, const struct fax *f)
{
    struct draft *d = exam_find(e, r, severity, confidence);
    if (!d)
        return NULL;
    draft_peer(d, &f->answer->msg->hop->src);
    draft_offer(d, f->offer);
    draft_offer(d, f->answer);
    draft_stream(d, f->stream);
    return d;
}

static void judge_fax(struct exam *e, const struct rule *r, const struct fax *f)
{
    bool redundant = false;
    uint64_t most = fax_limits(e, f->answer, &redundant);
    int64_t lasted = (f->back ? f->back->time : f->until) - f->answer->time;
    unsigned there = (f->packets[CALL_CALLER] > 0) + (f->packets[CALL_CALLEE] > 0);
    struct draft *d;
    if (there < 2 && lasted >= 5 * SECOND && e->scope->media && exam_allows(e, r)) {
        if (!(d = of_fax(e, r, SEVERITY_CRIT, there ? 85 : 70, f)))
            return;
        say(&d->headline,
            there ? "T.38 goes one way only: nothing to the %s"
                  : "T.38 was agreed, and no packet of it came",
            side_name(f->packets[CALL_CALLER] ? CALL_CALLEE : CALL_CALLER));
        say(&d->detail,
            "In %t after the switch to T.38: %u packets to the caller, %u to "
            "the called side.",
            lasted, f->packets[CALL_CALLER], f->packets[CALL_CALLEE]);
    } else if (f->stream && most && f->stream->bytes > most * f->stream->packets) {
        if (!(d = of_fax(e, r, SEVERITY_CRIT, 80, f)))
            return;
        say(&d->headline, "T.38 packets of %u bytes, T38FaxMaxDatagram is %u",
            (unsigned)(f->stream->bytes / f->stream->packets), (unsigned)most);
        say(&d->detail, "The receiver throws away what is longer than it said.");
    } else if (f->back && f->back->time < f->until - 2 * SECOND) {
        if (!(d = of_fax(e, r, SEVERITY_WARN, 75, f)))
            return;
        draft_offer(d, f->back);
        say(&d->headline, "the call was switched back from T.38 to audio after %t",
            f->back->time - f->answer->time);
        say(&d->detail,
            "%s of %i: a refresh of the session timer that forgets T.38 ends "
            "a fax under way.",
            msg_method_name(f->back->msg), &f->back->msg->hop->src);
    } else if (f->audio) {
        if (!(d = of_fax(e, r, SEVERITY_WARN, 75, f)))
            return;
        draft_stream(d, f->audio);
        say(&d->headline, "%i still sends audio after the switch to T.38",
            &f->audio->src);
        say(&d->detail, "Until %t after it.", f->audio->end - f->answer->time);
    } else if (f->stream && !redundant) {
        const struct rtp_figures *g = streams_figures(e->streams, f->stream);
        if (!g->sequence.lost || !(d = of_fax(e, r, SEVERITY_WARN, 80, f)))
            return;
        say(&d->headline, "T.38 without redundancy lost %u packets",
            (unsigned)g->sequence.lost);
        say(&d->detail, "No T38FaxUdpEC was agreed: each lost packet is lines of the "
                        "page.");
    }
}

static void fax(struct exam *e, const struct rule *r)
{
    struct fax f;
    if (!judge_refused(e, r) && e->streams && fax_taken(e, &f))
        judge_fax(e, r, &f);
}

static const struct rule RULES[] = {
    {"D09", "DTMF_MISMATCH", SEVERITY_CRIT, RULE_INVITE, 0,
     "RFC 4733, RFC 6086, ITU-T Q.24",
     "Digits are sent in a way that the other side does not take, or may misread.",
     "RTP events to a side that did not offer them, or with another payload type; INFO "
     "refused. A warning: both ways within 0.5 s, another clock than the audio's, "
     "digits "
     "or pauses under 40 ms, ends that are never marked, durations that fall. "
     "Information: "
     "the answer leaves telephone-event out.",
     "Digits by one way that both know, 40 ms or longer.",
     "Set the same way of sending digits on both sides, RFC 4733 as a rule; lengthen "
     "digits to 100 ms.",
     dtmf, 0},
    {"D25", "T38", SEVERITY_CRIT, RULE_INVITE, NEED_WHOLE,
     "ITU-T T.38 D, RFC 3362, RFC 6913", "A fax over T.38 does not work.",
     "A re-INVITE with T.38 is refused and the call has no G.711 (a warning where it "
     "has); T.38 was agreed and its packets are missing one way or both, or are longer "
     "than T38FaxMaxDatagram. A warning: audio goes on beside it, the call is switched "
     "back to audio, packets are lost without redundancy.",
     "491, or T.38 is taken in a later attempt; no media in the capture.",
     "Allow T.38 on both sides, or keep the fax on G.711 without silence suppression; "
     "leave session timers off in fax calls; switch on redundancy (T38FaxUdpEC).",
     fax, 0},
};

const struct rule_family FAMILY_DIGITS = {"Media: digits and fax", RULES,
                                          sizeof RULES / sizeof *RULES};
