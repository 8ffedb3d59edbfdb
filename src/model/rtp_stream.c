#include "model/rtp_stream.h"

#include "dissect/rtp_table.h"
#include "model/rtp_take.h"

#include <math.h>
#include <stdlib.h>

static const int64_t COPY = 5000000; /* ns: the same packet at another place */
static const int64_t MS = 1000000;
static const int64_t PAUSE = 1000000000;
enum {
    DRIFT_EVERY = 4,
    NO_TYPE = 255,
    SILENT = 16,
    SAMPLES = 8,
    REBASE = 1000, /* ms: timestamps and clock part */
    SHORTEST = 40, /* ms: of an event that is sure to be taken (Q.24) */
};

void rtp_stream_begin(struct rtp_stream *s, const struct rtp_packet *p)
{
    s->place = p->place;
    s->dscp = p->dscp;
    s->start = s->end = p->time;
    s->frame = p->frame->number;
    s->last_ts = p->ts;
    s->format.pt = s->other.pt = NO_TYPE;
    s->slice_end = p->time + RTP_SLICE;
    s->base.n = 1;
}

/* An eighth of the packets is enough for percentiles: picked so that no regular pattern
 * of theirs is always met at the same place. */
static bool sampled(uint16_t seq)
{
    return (seq * 40503u >> 13 & 7) == 0;
}

void rtp_time_take(struct rtp_stream *s, const struct rtp_format *f, int64_t arrival,
                   uint32_t ts, uint16_t seq, bool fresh)
{
    jitter_update(&s->jitter, arrival, ts, f->ms);
    if (s->jitter.now > s->slice_jitter)
        s->slice_jitter = (float)s->jitter.now;
    if (!fresh)
        return;
    if (playout_add(&s->playout, arrival, ts, f->ms))
        sequence_too_late(&s->sequence, seq);
    if (s->pdv && sampled(seq))
        pdv_add(s->pdv, s->playout.lateness);
}

struct rtp_notes *rtp_stream_note(struct rtp_stream *s)
{
    if (!s->notes)
        s->notes = calloc(1, sizeof *s->notes);
    return s->notes;
}

/* ---- digits (RFC 4733) ---- */

/* All packets of an event have its timestamp, in whatever order they come. */
static bool event_known(const struct rtp_stream *s, const struct rtp_notes *n,
                        uint32_t ts)
{
    for (unsigned i = 0; i < s->event_count; i++)
        if (n->event_ts[i] == ts)
            return true;
    return false;
}

static void bump(uint8_t *n, struct rtp_tones *t)
{
    if (!t->odd_frame)
        t->odd_frame = t->frame;
    *n += *n < UINT8_MAX;
}

/* The event is over: is it long enough to be taken for a key, was its end marked? */
static void tone_over(struct rtp_tones *t, uint32_t rate)
{
    if (!t->frame || !rate)
        return;
    if (t->duration < (uint64_t)rate * SHORTEST / 1000)
        bump(&t->brief, t);
    if (!t->ended)
        bump(&t->open, t);
    t->ended_ts = t->begun + t->duration;
}

static void tone_begins(struct rtp_tones *t, const struct rtp_event *e,
                        const struct rtp_packet *p, uint32_t rate)
{
    struct rtp_tones before = *t;
    /* A long event goes on in another segment (RFC 4733 2.5.1.3). */
    bool segment = t->frame && e->event == t->event && p->ts == t->begun + t->duration;
    if (segment) {
        t->segment = t->duration;
    } else {
        tone_over(t, rate);
        int32_t pause = (int32_t)(p->ts - t->ended_ts);
        bool close = before.frame && rate && pause >= 0 &&
                     (uint32_t)pause < rate / 1000 * SHORTEST;
        t->frame = p->frame->number;
        t->begun = p->ts;
        t->segment = t->duration = 0;
        if (close)
            bump(&t->close, t);
        if (close && e->event == before.event)
            bump(&t->twice, t);
    }
    t->ts = p->ts;
    t->event = e->event;
    t->duration = t->segment + e->duration;
    t->ended = e->end;
}

static void tone_goes_on(struct rtp_tones *t, const struct rtp_event *e,
                         const struct rtp_packet *p)
{
    uint32_t duration = t->segment + e->duration;
    if (p->ts != t->ts)
        return;
    if (duration + SHORTEST < t->duration)
        bump(&t->resets, t);
    if (duration > t->duration)
        t->duration = duration;
    t->ended |= e->end;
}

void rtp_stream_tones(const struct rtp_stream *s, struct rtp_tones *out)
{
    *out = rtp_stream_notes(s)->tones;
    tone_over(out, s->other.kind == RTP_TONE && s->other.rate ? s->other.rate : 8000);
}

static char new_digit(struct rtp_stream *s, const struct rtp_format *f,
                      const struct rtp_packet *p)
{
    enum { KEPT = sizeof s->notes->event_ts / sizeof *s->notes->event_ts };
    struct rtp_event e;
    struct rtp_notes *n;
    if (s->srtp || !rtp_event_parse(p->payload, &e) || !(n = rtp_stream_note(s)))
        return 0;
    if (event_known(s, n, p->ts)) {
        tone_goes_on(&n->tones, &e, p);
        return 0;
    }
    tone_begins(&n->tones, &e, p, f->rate ? f->rate : 8000);
    n->event_ts[s->events_at] = p->ts;
    s->events_at = (uint8_t)((s->events_at + 1) % KEPT);
    s->event_count += s->event_count < KEPT;
    return rtp_event_key(e.event);
}

/* ---- sound ---- */

/* A few samples of G.711 tell dead air from speech: all in the lowest steps. */
static bool is_silent(const struct rtp_format *f, struct slice payload)
{
    uint8_t flip = f->ulaw ? 0xff : 0xd5;
    size_t step = payload.n / SAMPLES;
    for (size_t i = 0; step && i < SAMPLES; i++)
        if (((payload.p[i * step] ^ flip) & 0x7f) >= SILENT)
            return false;
    return step > 0;
}

static void listen(struct rtp_stream *s, const struct rtp_format *f,
                   const struct rtp_packet *p)
{
    if (s->srtp || !is_silent(f, p->payload)) {
        s->quiet_since = 0;
        return;
    }
    if (!s->quiet_since)
        s->quiet_since = p->time;
    int64_t quiet = (p->time - s->quiet_since) / MS;
    if (quiet > s->quiet_longest)
        s->quiet_longest = quiet < UINT32_MAX ? (uint32_t)quiet : UINT32_MAX;
}

/* ---- packets ---- */

static bool is_copy(struct rtp_stream *s, const struct rtp_packet *p)
{
    if (p->place == s->place && !s->mixed)
        return false;
    s->mixed = true;
    return p->time - s->end <= COPY &&
           sequence_has(&s->sequence, sequence_extend(&s->sequence, p->seq));
}

/* The spacing of timestamps that most packets have. */
static void vote_ticks(struct rtp_stream *s, uint32_t ticks)
{
    if (ticks == s->ticks)
        s->repeated++;
    else if (s->repeated)
        s->repeated--;
    else
        s->ticks = ticks;
}

/* A packet that follows the one before and not as most do: `gone` ns later, its
 * timestamp `step` units on. */
__attribute__((noinline)) static void odd_step(struct rtp_stream *s,
                                               const struct rtp_format *f,
                                               const struct rtp_packet *p, int32_t step,
                                               int64_t gone)
{
    struct rtp_notes *o = rtp_stream_note(s);
    double told = step * f->ms, passed = (double)gone * 1e-6;
    if (fabs(told - passed) > REBASE)
        s->drift = (struct drift){0}; /* another time base says nothing of the clock */
    if (!o)
        return;
    if (gone > PAUSE && told > passed / 2 && o->pauses < UINT16_MAX) {
        o->pause_frame = o->pauses++ ? o->pause_frame : p->frame->number;
        o->unmarked += !p->marker;
    }
    if (p->marker || f->ms <= 0 || s->packets <= 2)
        return;
    if ((told > passed + 1000 || told < -1000) && o->jumps < UINT16_MAX)
        o->jump_frame = o->jumps++ ? o->jump_frame : p->frame->number;
    else if (gone < PAUSE / 2 && o->steps < UINT16_MAX &&
             2 * llabs((int64_t)step - s->ticks) >= s->ticks &&
             fabs(told - passed) >
                 0.75 * s->ticks * f->ms) /* it did not wait so long */
        o->step_frame = o->steps++ ? o->step_frame : p->frame->number;
}

/* A packet with a new highest number, of a format that has a clock of its own. */
static void advance(struct rtp_stream *s, const struct rtp_format *f,
                    const struct rtp_packet *p, bool next, int64_t gone)
{
    uint32_t step = p->ts - s->last_ts;
    if (next && (step != s->ticks || gone > PAUSE))
        odd_step(s, f, p, (int32_t)step, gone);
    if (next && step)
        vote_ticks(s, step);
    s->drift_units += (int32_t)step;
    s->last_ts = p->ts;
    if (f->ms > 0 && s->packets % DRIFT_EVERY == 0)
        drift_add(&s->drift, (double)(p->time - s->start) * 1e-9,
                  (double)s->drift_units * f->ms * 1e-3);
}

static void count(struct rtp_stream *s, const struct rtp_packet *p)
{
    int64_t delta = p->time - s->end;
    s->packets++;
    s->bytes += p->bytes;
    if (delta > s->delta_max)
        s->delta_max = delta;
    if (delta > 0)
        s->end = p->time;
    if (p->dscp != s->dscp) {
        s->dscp = p->dscp;
        s->dscps++;
    }
}

static enum sequence_fate number(struct rtp_stream *s, uint16_t seq, bool *next,
                                 bool *gap)
{
    uint64_t before = s->sequence.highest;
    enum sequence_fate fate = sequence_add(&s->sequence, seq);
    *next = fate == SEQUENCE_NEXT && s->sequence.highest == before + 1;
    *gap = fate == SEQUENCE_NEXT && !*next && before;
    return fate;
}

void rtp_stream_take(struct rtp_stream *s, const struct rtp_packet *p,
                     struct rtp_outcome *out)
{
    bool next;
    *out = (struct rtp_outcome){0};
    if ((p->place != s->place || s->mixed) && is_copy(s, p)) {
        s->copies++;
        out->copy = true;
        return;
    }
    const struct rtp_format *f = p->pt == s->format.pt ? &s->format
                                 : p->pt == s->other.pt
                                     ? &s->other
                                     : rtp_format_change(s, p->pt, out);
    int64_t gone = p->time - s->end;
    count(s, p);
    enum sequence_fate fate = number(s, p->seq, &next, &out->gap);
    out->fresh = fate == SEQUENCE_NEXT || fate == SEQUENCE_LATE;
    if (fate == SEQUENCE_RESTART) {
        s->drift = (struct drift){0};
        jitter_restart(&s->jitter);
        playout_restart(&s->playout);
    }
    if (f->kind == RTP_TONE) {
        out->digit = new_digit(s, f, p);
        if (s->early && !f->name)
            rtp_early_take(s, p, out->fresh);
        return;
    }
    s->noise += f->kind == RTP_NOISE;
    if (fate == SEQUENCE_JUMP)
        return;
    if (f->ms > 0)
        rtp_time_take(s, f, p->time, p->ts, p->seq, out->fresh);
    else if (s->early)
        rtp_early_take(s, p, out->fresh);
    if (fate == SEQUENCE_NEXT)
        advance(s, f, p, next, gone);
    if (f->g711)
        listen(s, f, p);
}

void rtp_stream_take_fax(struct rtp_stream *s, const struct rtp_packet *p)
{
    bool next, gap;
    if ((p->place != s->place || s->mixed) && is_copy(s, p)) {
        s->copies++;
        return;
    }
    count(s, p);
    number(s, p->seq, &next, &gap);
}
