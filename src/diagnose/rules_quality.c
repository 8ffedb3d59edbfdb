/* Rules D14-D17, D20-D23, D26: how the media sounds, and what is odd about it. */
#include "diagnose/media.h"
#include "diagnose/say.h"
#include "diagnose/tally.h"

#include <math.h>

enum { LEAST = 100 }; /* packets below which nothing is judged */

/* Adds "12.3" with one decimal. */
static void say_real(struct strbuf *b, double v)
{
    strbuf_fixed(b, (int64_t)(v * 10 + (v < 0 ? -0.5 : 0.5)), 1);
}

static struct draft *of_stream(struct exam *e, const struct rule *r, unsigned severity,
                               unsigned confidence, const struct rtp_stream *s)
{
    struct draft *d = exam_find(e, r, severity, confidence);
    if (!d)
        return NULL;
    draft_peer(d, &s->src);
    draft_stream(d, s);
    say(&d->detail, "Stream %u, %a to %a: ", (unsigned)s->id, &s->src, &s->dst);
    return d;
}

static bool judged(const struct rtp_stream *s)
{
    return !s->fax && s->packets >= LEAST && s->end - s->start >= 2 * SECOND;
}

typedef void judge(struct exam *e, const struct rule *r, const struct rtp_stream *s);

static void each_stream(struct exam *e, const struct rule *r, judge *look)
{
    for (const struct rtp_stream *s = e->streams ? e->call->streams : NULL; s;
         s = s->call_next)
        if (judged(s))
            look(e, r, s);
}

/* 0: below both, 1: warning, 2: critical. */
static unsigned level(double v, double warn, double crit)
{
    return v >= crit ? 2 : v >= warn;
}

/* Slices that count: not the last where it is under two seconds long. */
static bool slice_counts(const struct rtp_stream *s, const struct rtp_slice *l)
{
    return l->next || s->end - rtp_slice_start(l) >= 2 * SECOND;
}

/* ---- D14 ---- */

static double worst_slice(const struct rtp_stream *s)
{
    double worst = 0;
    for (const struct rtp_slice *l = s->slices; l; l = l->next)
        if (slice_counts(s, l) && l->expected && 100.0 * l->lost / l->expected > worst)
            worst = 100.0 * l->lost / l->expected;
    return worst;
}

static void judge_loss(struct exam *e, const struct rule *r, const struct rtp_stream *s)
{
    const struct rtp_figures *f = streams_figures(e->streams, s);
    unsigned n = level(f->loss, e->limit->loss_warn, e->limit->loss_crit);
    double slice = worst_slice(s);
    uint64_t run = f->sequence.loss_burst_max;
    if (!n && slice < e->limit->loss_slice && !(run >= 10 && f->loss >= 0.2))
        return;
    struct draft *d = of_stream(e, r, n == 2 ? SEVERITY_CRIT : SEVERITY_WARN, 90, s);
    if (!d)
        return;
    say(&d->headline, "audio to the %s lost ", side_name(s->to));
    say_real(&d->headline, f->loss);
    say(&d->headline, " %% of its packets");
    if (run >= 5)
        say(&d->headline, ", up to %u in a row", (unsigned)run);
    say(&d->detail, "%u of %u lost, in %u runs, the worst 10 s ",
        (unsigned)f->sequence.lost, (unsigned)f->sequence.expected,
        (unsigned)f->sequence.loss_bursts);
    say_real(&d->detail, slice);
    say(&d->detail, " %%.");
    if (s->rtcp.reports && s->rtcp.loss > f->loss + 2) {
        say(&d->detail, " The receiver reports ");
        say_real(&d->detail, s->rtcp.loss);
        say(&d->detail, " %%: more is lost behind this point.");
    }
    say(&d->detail, " Loss behind the point of capture does not show.");
}

static void loss(struct exam *e, const struct rule *r)
{
    if (exam_allows(e, r))
        each_stream(e, r, judge_loss);
}

/* ---- D15 ---- */

/* Late packets without jitter: the timestamps run away, by drift or a wrong clock. */
static bool runs_away(const struct exam *e, const struct rtp_figures *f)
{
    return f->jitter_max < e->limit->jitter_warn && f->late50 >= e->limit->late_warn &&
           f->loss < 1;
}

static void judge_jitter(struct exam *e, const struct rule *r,
                         const struct rtp_stream *s)
{
    const struct rtp_figures *f = streams_figures(e->streams, s);
    unsigned j = level(f->jitter_max, e->limit->jitter_warn, e->limit->jitter_crit);
    unsigned l = level(f->late50, e->limit->late_warn, e->limit->late_crit);
    double share =
        s->sequence.unique ? 100.0 * s->sequence.reordered / s->sequence.unique : 0;
    unsigned n = j > l ? j : l;
    if (n == 2 && f->late50 < e->limit->late_warn)
        n = 1; /* a buffer of 50 ms plays all the same */
    if (n && runs_away(e, f))
        n = 1;
    bool mixed = !n && share > 0.5 && s->sequence.reordered >= 5;
    if (mixed)
        n = 1;
    struct draft *d =
        n ? of_stream(e, r, n == 2 ? SEVERITY_CRIT : SEVERITY_WARN, 85, s) : NULL;
    if (!d)
        return;
    if (mixed) {
        say(&d->headline, "audio to the %s comes out of order: ", side_name(s->to));
        say_real(&d->headline, share);
        say(&d->headline, " %% of its packets, ");
    } else if (runs_away(e, f)) {
        say(&d->headline, "packets of %a fall behind their timestamps: ", &s->src);
    } else {
        say(&d->headline, "audio to the %s comes unevenly: jitter up to ",
            side_name(s->to));
        say_real(&d->headline, f->jitter_max);
        say(&d->headline, " ms, ");
    }
    say_real(&d->headline, f->late50);
    say(&d->headline, " %% later than 50 ms");
    say(&d->detail, "Mean jitter ");
    say_real(&d->detail, f->jitter_mean);
    say(&d->detail, " ms, longest gap %t, ", s->delta_max);
    say_real(&d->detail, f->late200);
    say(&d->detail, " %% later than 200 ms, ");
    say_real(&d->detail, share);
    say(&d->detail, " %% out of order.");
}

static void jitter(struct exam *e, const struct rule *r)
{
    each_stream(e, r, judge_jitter);
}

/* ---- D16 ---- */

static void judge_silence(struct exam *e, const struct rule *r,
                          const struct rtp_stream *s)
{
    int64_t quiet = s->quiet_longest * INT64_C(1000000);
    if (s->quiet_since && s->end - s->quiet_since > quiet)
        quiet = s->end - s->quiet_since;
    bool all = quiet >= (s->end - s->start) / 10 * 9;
    if (!s->format.g711 || quiet < 5 * SECOND)
        return;
    struct draft *d = of_stream(e, r, SEVERITY_WARN, all ? 90 : 70, s);
    if (!d)
        return;
    say(&d->headline, "digital silence to the %s for %t", side_name(s->to), quiet);
    say(&d->detail, "Packets come, and their samples are all zero%s.",
        all ? " from the first to the last" : "");
}

static void dead_air(struct exam *e, const struct rule *r)
{
    struct media m;
    if (media_of(e, &m) && m.held)
        return; /* silence before a hold and after it would count as one */
    each_stream(e, r, judge_silence);
}

/* ---- D17 ---- */

static void judge_drift(struct exam *e, const struct rule *r,
                        const struct rtp_stream *s)
{
    const struct rtp_figures *f = streams_figures(e->streams, s);
    unsigned n =
        f->has_drift && s->end - s->start >= 60 * SECOND && !s->sequence.restarts
            ? level(fabs(f->drift), e->limit->drift_warn, e->limit->drift_crit)
            : 0;
    struct draft *d =
        n ? of_stream(e, r, n == 2 ? SEVERITY_CRIT : SEVERITY_WARN, 80, s) : NULL;
    if (!d)
        return;
    double ptime = f->ptime > 0 ? f->ptime : 20;
    say(&d->headline, "the clock of %a is off by %s", &s->src, f->drift < 0 ? "-" : "");
    say(&d->headline, "%u ppm", (unsigned)fabs(f->drift));
    say(&d->detail, "A packet is left over or missing every %u s: a click.",
        (unsigned)(ptime * 1000 / fabs(f->drift)));
}

static void clock_drift(struct exam *e, const struct rule *r)
{
    each_stream(e, r, judge_drift);
}

/* ---- D20 ---- */

static const char *dominant(const struct rtp_figures *f)
{
    if (f->late200 >= 1 && f->late200 > f->loss)
        return "packets that come too late";
    if (f->loss >= 0.5)
        return f->sequence.loss_burst_max >= 5 ? "loss in bursts" : "loss";
    if (f->codec && f->codec->ie >= 10)
        return "the codec itself";
    return "packets that come too late";
}

static void judge_mos(struct exam *e, const struct rule *r, const struct rtp_stream *s)
{
    const struct rtp_figures *f = streams_figures(e->streams, s);
    double mos = f->has_mos_min ? f->mos_min : f->mos;
    if (!f->has_mos || s->srtp || mos >= e->limit->mos_warn || runs_away(e, f))
        return; /* timestamps that run away say nothing of what is heard */
    double best =
        f->codec ? emodel_mos(emodel_r(f->codec, 0, 1, 0), f->codec->scale) : 0;
    if (best > 0 && best < e->limit->mos_warn && best - mos < 0.3)
        return; /* the codec is no better: nothing is wrong with the call */
    bool crit = mos < e->limit->mos_crit;
    struct draft *d = of_stream(e, r, crit ? SEVERITY_CRIT : SEVERITY_WARN,
                                f->codec && f->codec->published ? 90 : 70, s);
    if (!d)
        return;
    say(&d->headline, "audio to the %s poor: MOS ", side_name(s->to));
    say_real(&d->headline, mos);
    say(&d->headline, ", by %s", dominant(f));
    say(&d->detail, "Mean MOS ");
    say_real(&d->detail, f->mos);
    say(&d->detail, ", worst 10 s ");
    say_real(&d->detail, mos);
    if (best > 0) {
        say(&d->detail, ", without loss it would be ");
        say_real(&d->detail, best);
    }
    say(&d->detail, ".");
}

static void low_mos(struct exam *e, const struct rule *r)
{
    each_stream(e, r, judge_mos);
}

/* ---- D21 ---- */

static void judge_delay(struct exam *e, const struct rule *r,
                        const struct rtp_stream *s)
{
    unsigned n = s->rtcp.rtts ? level((double)s->rtcp.rtt, e->limit->rtt_warn,
                                      e->limit->rtt_crit)
                              : 0;
    struct draft *d =
        n ? of_stream(e, r, n == 2 ? SEVERITY_CRIT : SEVERITY_WARN, 80, s) : NULL;
    if (!d)
        return;
    say(&d->headline, "long delay to the %s: %u ms there and back", side_name(s->to),
        (unsigned)s->rtcp.rtt);
    say(&d->detail,
        "By RTCP, from the point of capture to the receiver; people begin to "
        "talk over each other from 300 ms.");
}

static void delay(struct exam *e, const struct rule *r)
{
    each_stream(e, r, judge_delay);
}

/* ---- D22, D23: once a peer, not once a call ---- */

enum { EXPEDITED = 46 };

/* Streams by sender: `n` those that are wrong, `most` all of them. */
static void count_senders(const struct exam *e, struct tally *t,
                          bool (*wrong)(const struct rtp_stream *))
{
    for (size_t i = 0; i < e->streams->list.list.n; i++) {
        const struct rtp_stream *s = e->streams->list.list.at[i];
        struct tally_row *row =
            s && s->call && judged(s) ? tally_get(t, &s->src) : NULL;
        if (!row)
            continue;
        row->most++;
        if (wrong(s) && !row->n++)
            row->call = s->id;
    }
}

static bool not_marked(const struct rtp_stream *s)
{
    return s->dscp != EXPEDITED;
}

static bool without_reports(const struct rtp_stream *s)
{
    return !s->rtcp.reports && s->end - s->start > 10 * SECOND;
}

static void over_senders(struct exam *e, const struct rule *r,
                         bool (*wrong)(const struct rtp_stream *), const char *headline,
                         const char *detail)
{
    struct tally t = {.by_addr = {0}};
    unsigned senders = 0, streams = 0, all = 0;
    const struct tally_row *first = NULL;
    if (!e->streams)
        return;
    count_senders(e, &t, wrong);
    for (size_t i = 0; i < t.rows.n; i++) {
        const struct tally_row *row = t.rows.at[i];
        all += row->most;
        senders += row->n > 0;
        streams += row->n;
        if (row->n && (!first || row->n > first->n))
            first = row;
    }
    struct draft *d = first ? exam_find(e, r, SEVERITY_INFO, 80) : NULL;
    if (d) {
        draft_stream(d, rows_find(&e->streams->list, first->call));
        say(&d->headline, "%u of %u RTP streams %s (%u sender%s, first %i)", streams,
            all, headline, senders, senders == 1 ? "" : "s", &first->addr);
        say(&d->detail, "%s", detail);
    }
    tally_done(&t);
}

static void qos_mark(struct exam *e, const struct rule *r)
{
    over_senders(
        e, r, not_marked, "are not marked EF",
        "Routers cannot put the media first where it is not marked (DSCP 46).");
}

static void no_rtcp(struct exam *e, const struct rule *r)
{
    over_senders(e, r, without_reports, "have no reception report",
                 "What the receiver lost is not known: RTCP is off, or not captured.");
}

/* ---- D26 ---- */

static int64_t overlap(const struct rtp_stream *a, const struct rtp_stream *b)
{
    int64_t from = a->start > b->start ? a->start : b->start;
    int64_t until = a->end < b->end ? a->end : b->end;
    return until - from;
}

static void double_media(struct exam *e, const struct rule *r)
{
    for (const struct rtp_stream *a = e->streams ? e->call->streams : NULL; a;
         a = a->call_next)
        for (const struct rtp_stream *b = a->call_next; b; b = b->call_next) {
            if (!judged(a) || !judged(b) || !addr_eq(&a->dst, &b->dst) ||
                a->place != b->place || overlap(a, b) <= 2 * SECOND ||
                !media_is_audio(a) || !media_is_audio(b))
                continue;
            struct draft *d = of_stream(e, r, SEVERITY_WARN, 75, a);
            if (!d)
                return;
            draft_stream(d, b);
            say(&d->headline, "two streams at once to %a for %t", &a->dst,
                overlap(a, b));
            say(&d->detail,
                "The other comes from %a. Early media or music that was not "
                "stopped, a fork, or somebody injects.",
                &b->src);
            return;
        }
}

static const struct rule RULES[] = {
    {"D14", "LOSS", SEVERITY_CRIT, RULE_INVITE, NEED_WHOLE, "RFC 3550 A.3, RFC 3611",
     "Packets of the media are lost before the point of capture.",
     "1 % lost (warning), 3 % (critical), 5 % within 10 s, or 10 packets in a row.",
     "Under 100 packets; drops of the capture itself.",
     "Look for the link before this point: load, Wi-Fi, duplex, policing; compare both "
     "legs to see which box or link adds it.",
     loss, 0},
    {"D15", "JITTER", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 3550 A.8",
     "Packets come so unevenly that a jitter buffer throws some away.",
     "Jitter over 30 ms, or 1 % later than 50 ms (warning); over 50 ms with lateness, "
     "or "
     "3 % (critical); 0.5 % out of order.",
     "Under 100 packets.",
     "Give media priority (QoS) on the link before this point, raise the jitter "
     "buffer, "
     "look for Wi-Fi and busy virtual machines.",
     jitter, WHEN_STREAMS},
    {"D16", "DEAD_AIR", SEVERITY_WARN, RULE_INVITE, 0, "ITU-T G.711",
     "Packets flow and carry no sound at all.",
     "G.711 of zero samples for 5 s or more.", "Comfort noise, other codecs.",
     "Mute key, microphone, or a bridge that gets nothing: not the network.", dead_air,
     WHEN_STREAMS},
    {"D17", "CLOCK_DRIFT", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 3550 6.4.1",
     "The sender's clock runs too fast or too slow.",
     "Over 100 ppm (warning) or 500 ppm (critical) in 60 s or more.",
     "Shorter streams, restarts.",
     "Look at the clock source of a gateway or a virtual machine.", clock_drift,
     WHEN_STREAMS},
    {"D20", "LOW_MOS", SEVERITY_CRIT, RULE_INVITE, 0, "ITU-T G.107, P.800.1",
     "The audio sounds poor.",
     "MOS of a 10 s slice under 3.6 (warning) or 3.1 (critical), after an adaptive "
     "jitter "
     "buffer.",
     "The codec can do no better; encrypted media.",
     "See the finding that it follows from: loss, jitter, codec.", low_mos,
     WHEN_STREAMS},
    {"D21", "DELAY", SEVERITY_CRIT, RULE_INVITE, 0, "ITU-T G.114",
     "It takes long until the other side hears.",
     "Round-trip time over 300 ms (warning) or 600 ms (critical) by RTCP.", "No RTCP.",
     "Look for long paths, tunnels, satellite links and large jitter buffers.", delay,
     WHEN_STREAMS},
    {"D22", "QOS_MARK", SEVERITY_INFO, RULE_CAPTURE, 0, "RFC 4594, RFC 3246",
     "Media is not marked for priority.", "DSCP of RTP is not 46 (EF).", "It is.",
     "Set DSCP 46 at the phones and trust it at the switches.", qos_mark, 0},
    {"D23", "RTCP", SEVERITY_INFO, RULE_CAPTURE, 0, "RFC 3550 6",
     "Receivers send no reports of what they get.",
     "Streams of over 10 s without any RTCP about them.", "Reports are there.",
     "Switch RTCP on; let the firewall pass the odd ports.", no_rtcp, 0},
    {"D26", "DOUBLE_MEDIA", SEVERITY_WARN, RULE_INVITE, 0, "RFC 3550 8.2",
     "Two senders talk to one ear.",
     "Two streams to one address at the same time for over 2 s.",
     "Streams after each other; the same media seen at two places.",
     "Find the sender that was not stopped: early media, music on hold, a forked "
     "phone.",
     double_media, WHEN_STREAMS},
};

const struct rule_family FAMILY_QUALITY = {"Media: quality", RULES,
                                           sizeof RULES / sizeof *RULES};
