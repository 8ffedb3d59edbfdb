/* What the payload types of a stream mean: by what the receiver said, the sender, RFC
 * 3551, and last by the packets themselves. */
#include "dissect/rtp_table.h"
#include "model/rtp_take.h"

enum { TONE_BY_CONVENTION = 101, NO_TYPE = 255 };

static void by_name(struct rtp_format *f)
{
    struct slice name = slice_str(f->name);
    f->kind = slice_ieq(name, SLICE("telephone-event")) ? RTP_TONE
              : slice_ieq(name, SLICE("CN"))            ? RTP_NOISE
                                                        : RTP_AUDIO;
    f->ulaw = slice_ieq(name, SLICE("PCMU"));
    f->g711 = f->ulaw || slice_ieq(name, SLICE("PCMA"));
    if (f->rate)
        f->ms = 1000.0 / f->rate;
}

static bool by_media(const struct offer_media *m, struct rtp_format *f)
{
    const struct offer_codec *c = m ? offer_codec_of(m, f->pt) : NULL;
    if (!c || !c->name)
        return false;
    f->name = c->name->p;
    f->rate = c->rate;
    return true;
}

static struct rtp_format resolve(const struct rtp_stream *s, uint8_t pt)
{
    struct rtp_format f = {.pt = pt, .kind = RTP_AUDIO};
    const struct rtp_static *fixed;
    if (by_media(s->dst_media, &f) || by_media(s->src_media, &f)) {
        by_name(&f);
    } else if ((fixed = rtp_static(pt))) {
        f.name = fixed->name;
        f.rate = fixed->rate;
        by_name(&f);
    } else if (pt == TONE_BY_CONVENTION) {
        f.kind = RTP_TONE;
    }
    return f;
}

static bool same_codec(const struct rtp_format *a, const struct rtp_format *b)
{
    return a->rate == b->rate &&
           (a->name == b->name || (a->name && b->name && !strcmp(a->name, b->name)));
}

const struct rtp_format *rtp_format_change(struct rtp_stream *s, uint8_t pt,
                                           struct rtp_outcome *out)
{
    struct rtp_format f = resolve(s, pt);
    if (f.kind != RTP_AUDIO && s->format.pt != pt) {
        s->other = f;
        return &s->other;
    }
    if (!f.ms && s->format.assumed) { /* still nobody knows better */
        f.ms = s->format.ms;
        f.rate = s->format.rate;
        f.assumed = true;
    }
    if (s->format.name && !same_codec(&f, &s->format)) {
        s->codecs++;
        out->changed = true;
    }
    if (s->format.ms > 0 && s->format.rate != f.rate) {
        jitter_restart(&s->jitter);
        playout_restart(&s->playout);
    }
    s->format = f;
    return &s->format;
}

/* ---- packets from before the codec was known ---- */

static void replay(struct rtp_stream *s)
{
    struct rtp_outcome out;
    for (unsigned i = 0; i < s->early->n; i++) {
        uint8_t pt = s->early->at[i].pt;
        const struct rtp_format *f = pt == s->format.pt ? &s->format
                                     : pt == s->other.pt
                                         ? &s->other
                                         : rtp_format_change(s, pt, &out);
        if (f->kind != RTP_TONE && f->ms > 0)
            rtp_time_take(s, f, s->early->at[i].arrival, s->early->at[i].ts,
                          s->early->at[i].seq, s->early->at[i].fresh);
    }
    s->early->n = 0;
}

/* The clock rate in use that is nearest to what the packets show; 0: none is near. */
static uint32_t estimate(const struct rtp_early *e)
{
    static const uint32_t RATES[] = {8000,  11025, 12000, 16000, 22050,
                                     24000, 32000, 44100, 48000, 90000};
    double units = 0, seconds = 0;
    for (unsigned i = 1; i < e->n; i++) {
        int32_t step = (int32_t)(e->at[i].ts - e->at[i - 1].ts);
        int64_t passed = e->at[i].arrival - e->at[i - 1].arrival;
        if (step <= 0 || passed <= 0 || e->at[i].pt != e->at[i - 1].pt)
            continue;
        units += step;
        seconds += (double)passed * 1e-9;
    }
    for (size_t i = 0; i < sizeof RATES / sizeof *RATES; i++)
        if (seconds > 0 && units / seconds > RATES[i] * 0.97 &&
            units / seconds < RATES[i] * 1.03)
            return RATES[i];
    return 0;
}

void rtp_early_take(struct rtp_stream *s, const struct rtp_packet *p, bool fresh)
{
    struct rtp_early *e = s->early;
    e->at[e->n].arrival = p->time;
    e->at[e->n].ts = p->ts;
    e->at[e->n].seq = p->seq;
    e->at[e->n].pt = p->pt;
    e->at[e->n].fresh = fresh;
    if (++e->n < RTP_EARLY)
        return;
    uint32_t rate = estimate(e);
    s->format.assumed = true;
    s->format.rate = rate;
    s->format.ms = rate ? 1000.0 / rate : 0;
    if (rate)
        replay(s);
    e->n = 0;
}

bool rtp_stream_reformat(struct rtp_stream *s)
{
    struct rtp_outcome out;
    uint8_t pt = s->format.pt;
    s->other.pt = NO_TYPE;
    s->srtp = (s->dst_media && s->dst_media->crypto) ||
              (s->src_media && s->src_media->crypto);
    if (pt == NO_TYPE || s->fax)
        return false;
    s->format.pt = NO_TYPE;
    const struct rtp_format *f = rtp_format_change(s, pt, &out);
    if (!s->early)
        return false;
    if (f->ms > 0 || f->kind != RTP_AUDIO)
        replay(s);
    return s->format.ms > 0;
}
