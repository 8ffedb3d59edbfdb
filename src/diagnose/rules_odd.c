/* Rules D18, D19, D27: numbers, timestamps, pauses and echoes of RTP. */
#include "diagnose/media.h"
#include "diagnose/say.h"

enum {
    LEAST = 100,    /* packets below which nothing is judged */
    CHANGES = 3,    /* of the SSRC: a warning */
    STEPS = 10,     /* odd steps of the timestamp at least, ... */
    STEP_SHARE = 2, /* ... and % of the packets */
    ECHOES = 3,
};

static struct draft *of_stream(struct exam *e, const struct rule *r, unsigned severity,
                               unsigned confidence, const struct rtp_stream *s,
                               uint64_t frame)
{
    struct draft *d = exam_find(e, r, severity, confidence);
    if (!d)
        return NULL;
    draft_peer(d, &s->src);
    draft_stream(d, s);
    if (frame && e->call->first)
        draft_frame(d, e->call->first->file, frame, s->start);
    say(&d->detail, "Stream %u, %a to %a: ", (unsigned)s->id, &s->src, &s->dst);
    return d;
}

static bool judged(const struct rtp_stream *s)
{
    return !s->fax && s->packets >= LEAST && s->end - s->start >= 2 * SECOND;
}

/* ---- D18 ---- */

/* Is the step of its timestamps that of the packets on the whole, and steady? */
static bool steady_clock(const struct rtp_stream *s)
{
    return !s->digit_count && !s->noise && !s->codecs && media_is_audio(s) &&
           (s->format.g711 || s->format.rate == 8000);
}

/* Returns true where it found something. */
static bool judge_numbers(struct exam *e, const struct rule *r,
                          const struct rtp_stream *s)
{
    const struct rtp_notes *o = rtp_stream_notes(s);
    bool steps = steady_clock(s) && o->steps >= STEPS &&
                 o->steps * 100 >= s->packets * STEP_SHARE;
    bool jumps = o->jumps && steady_clock(s);
    if (!judged(s) || !(s->sequence.restarts || jumps || steps))
        return false;
    struct draft *d = of_stream(e, r, SEVERITY_WARN, 85, s,
                                s->sequence.restarts ? 0
                                : jumps              ? o->jump_frame
                                                     : o->step_frame);
    if (!d)
        return true;
    if (s->sequence.restarts) {
        say(&d->headline, "%a began its numbering anew %u times within one stream",
            &s->src, (unsigned)s->sequence.restarts);
        say(&d->detail, "sequence numbers jumped without a new SSRC: some receivers go "
                        "mute for seconds.");
    } else if (jumps) {
        say(&d->headline, "timestamps of %a jumped by over a second %u times", &s->src,
            (unsigned)o->jumps);
        say(&d->detail, "no pause and no marker with it: receivers that trust the "
                        "timestamps wait, or throw their buffer away.");
    } else {
        say(&d->headline, "timestamps of %a do not fit its packets: %u odd steps",
            &s->src, (unsigned)o->steps);
        say(&d->detail, "packets came on time and their timestamps stood still or went "
                        "on by another packet time.");
    }
    return true;
}

static bool overlaps(const struct rtp_stream *a, const struct rtp_stream *b)
{
    int64_t from = a->start > b->start ? a->start : b->start;
    int64_t until = a->end < b->end ? a->end : b->end;
    return until - from > SECOND;
}

/* Two sources that chose the same number (RFC 3550 8.2). */
static bool judge_collision(struct exam *e, const struct rule *r,
                            const struct rtp_stream *s)
{
    for (const struct rtp_stream *o = s->call_next; o && judged(s); o = o->call_next) {
        if (o->ssrc != s->ssrc || !judged(o) || !addr_eq(&o->dst, &s->dst) ||
            addr_same_ip(&o->src, &s->src) || o->place != s->place || !overlaps(o, s))
            continue;
        struct draft *d = of_stream(e, r, SEVERITY_WARN, 80, s, 0);
        if (!d)
            return true;
        draft_stream(d, o);
        say(&d->headline, "%a and %a send to one port with the same SSRC", &s->src,
            &o->src);
        say(&d->detail, "the receiver takes two senders for one and loses both.");
        return true;
    }
    return false;
}

/* A description between two streams of one flow: the change was agreed. */
static bool agreed_between(const struct exam *e, int64_t from, int64_t until)
{
    for (const struct offer *o = e->call->offers; o; o = o->next)
        if (o->time > from - SECOND && o->time <= until)
            return true;
    return false;
}

/* How often the sender of a flow changed its SSRC without an offer. `s` is its newest
 * stream. */
static unsigned changes_of(const struct exam *e, const struct rtp_stream *s)
{
    unsigned n = 0;
    const struct rtp_stream *newer = s, *o = s->call_next;
    for (; o; o = o->call_next) {
        if (o->fax || !addr_eq(&o->src, &s->src) || !addr_eq(&o->dst, &s->dst) ||
            o->place != s->place)
            continue;
        n += newer->start >= o->end - SECOND && o->packets >= 10 &&
             !agreed_between(e, o->end, newer->start);
        newer = o;
    }
    return n;
}

static bool is_newest(const struct exam *e, const struct rtp_stream *s)
{
    for (const struct rtp_stream *o = e->call->streams; o != s; o = o->call_next)
        if (addr_eq(&o->src, &s->src) && addr_eq(&o->dst, &s->dst))
            return false;
    return true;
}

static void judge_changes(struct exam *e, const struct rule *r)
{
    for (const struct rtp_stream *s = e->call->streams; s; s = s->call_next) {
        unsigned n =
            s->fax || !media_is_audio(s) || !is_newest(e, s) ? 0 : changes_of(e, s);
        struct draft *d =
            n ? of_stream(e, r, n >= CHANGES ? SEVERITY_WARN : SEVERITY_INFO, 75, s, 0)
              : NULL;
        if (!d)
            continue;
        say(&d->headline, "%a changed its SSRC %u times without an offer", &s->src, n);
        say(&d->detail, "each change makes the receiver begin anew; some play nothing "
                        "until their buffer is full.");
        return;
    }
}

static void reset(struct exam *e, const struct rule *r)
{
    for (const struct rtp_stream *s = e->streams ? e->call->streams : NULL; s;
         s = s->call_next)
        if (judge_numbers(e, r, s) || judge_collision(e, r, s))
            return;
    if (e->streams)
        judge_changes(e, r);
}

/* ---- D19 ---- */

static bool named(const struct str *s, const char *name)
{
    return s && slice_ieq(slice_of(s->p, s->n), slice_str(name));
}

/* Comfort noise is sent or may be, or the codec has noise of its own. */
static bool has_noise(const struct rtp_stream *s)
{
    const struct offer_media *m = s->dst_media;
    bool cn = false, plain = s->format.g711 ||
                             (s->format.name &&
                              slice_ieq(slice_str(s->format.name), SLICE("G722")));
    for (unsigned i = 0; m && i < m->codecs; i++)
        cn |= named(m->codec[i].name, "CN");
    return s->noise || !plain || cn;
}

/* No annexb in a=fmtp means yes (RFC 4856 2.1.9). */
static bool annexb(const struct offer_media *m, bool *g729)
{
    for (unsigned i = 0; m && i < m->codecs; i++)
        if (named(m->codec[i].name, "G729")) {
            const struct str *f = m->codec[i].fmtp;
            *g729 = true;
            return !f || !slice_has(slice_of(f->p, f->n), "annexb=no");
        }
    return false;
}

static bool judge_annexb(struct exam *e, const struct rule *r,
                         const struct rtp_stream *s)
{
    bool here = false, there = false;
    bool a = annexb(s->src_media, &here), b = annexb(s->dst_media, &there);
    if (!here || !there || a == b || !s->format.name ||
        !slice_ieq(slice_str(s->format.name), SLICE("G729")))
        return false;
    struct draft *d = of_stream(e, r, SEVERITY_INFO, 75, s, 0);
    if (!d)
        return true;
    say(&d->headline, "G.729 annex B (silence) is on for one side only");
    say(&d->detail, "without annexb=no it counts as yes (RFC 4856): one side may send "
                    "noise frames that the other does not take.");
    return true;
}

static void no_noise(struct exam *e, const struct rule *r)
{
    struct media m;
    bool held = media_of(e, &m) && m.held;
    for (const struct rtp_stream *s = e->streams ? e->call->streams : NULL; s;
         s = s->call_next) {
        if (!judged(s) || s->srtp || !media_is_audio(s))
            continue;
        if (judge_annexb(e, r, s))
            return;
        if (held || !rtp_stream_notes(s)->unmarked || has_noise(s))
            continue;
        struct draft *d =
            of_stream(e, r, SEVERITY_INFO, 75, s, rtp_stream_notes(s)->pause_frame);
        if (!d)
            return;
        say(&d->headline,
            "%i is silent for over a second %u times, without comfort noise", &s->src,
            (unsigned)rtp_stream_notes(s)->pauses);
        say(&d->detail,
            "no packet is lost, none is noise (payload type 13), and %u times "
            "none is marked as the begin of speech: the line sounds dead in "
            "between, and some receivers lose the first words.",
            (unsigned)rtp_stream_notes(s)->unmarked);
        return;
    }
}

/* ---- D27 ---- */

static void hairpin(struct exam *e, const struct rule *r)
{
    for (const struct rtp_stream *s = e->streams ? e->call->streams : NULL; s;
         s = s->call_next) {
        const struct rtp_stream *o =
            rtp_stream_notes(s)->echoes >= ECHOES
                ? rows_find(&e->streams->list, rtp_stream_notes(s)->echo_of)
                : NULL;
        if (!o || o->call != e->call)
            continue;
        struct draft *d = of_stream(e, r, SEVERITY_INFO, 80, s, 0);
        if (!d)
            return;
        draft_stream(d, o);
        say(&d->headline, "%i sends back what it gets: the %s hears itself", &s->src,
            side_name(s->to));
        say(&d->detail,
            "%u of the payloads compared (one in 64) had come the other way "
            "within a second: an echo test, a loop of the media, or a bridge "
            "that does not take the talker out.",
            (unsigned)rtp_stream_notes(s)->echoes);
        return;
    }
}

static const struct rule RULES[] = {
    {"D18", "SEQ_TS_RESET", SEVERITY_WARN, RULE_INVITE, 0, "RFC 3550 A.1, 8.2",
     "A stream jumps in its numbers or timestamps, or changes its name (SSRC), without "
     "saying so.",
     "Sequence numbers jump by over 3000 and go on from there; timestamps of an 8 kHz "
     "codec jump by over a second without pause or marker, or do not go on by the "
     "packet "
     "time in 2 % of the packets; two senders with one SSRC at once; the SSRC changes "
     "without an offer (information, from three times on a warning).",
     "A new SSRC after an offer; silence suppression; digits or comfort noise in the "
     "stream.",
     "Let the sender take a new SSRC and a marker when it restarts, and none "
     "otherwise.",
     reset, WHEN_MEDIA},
    {"D19", "NO_CN", SEVERITY_INFO, RULE_INVITE, 0, "RFC 3389, RFC 3551 4.1, RFC 4856",
     "Silence is cut out and nothing is played for it.",
     "Pauses over a second in G.711 or G.722 without lost numbers, comfort noise or a "
     "marker behind them; G.729 with annex B on one side only.",
     "Comfort noise is sent; every pause ends with a marker; calls with hold; codecs "
     "with "
     "noise of their own.",
     "Switch silence suppression off, or comfort noise (payload type 13) on; set "
     "annexb "
     "to the same on both sides.",
     no_noise, WHEN_STREAMS},
    {"D27", "HAIRPIN", SEVERITY_INFO, RULE_INVITE, 0, "",
     "Media comes back to who sent it.",
     "Three or more payloads of one direction come in the other within a second.",
     "The two directions differ; silence.",
     "Nothing where it is an echo test; else look for a loop in the media relay, or "
     "both "
     "sides playing one recording.",
     hairpin, WHEN_STREAMS},
};

const struct rule_family FAMILY_ODD = {"Media: numbers, pauses, echoes", RULES,
                                       sizeof RULES / sizeof *RULES};
