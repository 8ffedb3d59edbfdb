/* Figures that are worked out of what a stream counted: of the whole, and of slices. */
#include "model/rtp_take.h"

#include <math.h>

static const int64_t SHORT_SLICE = 2000000000; /* ns: says nothing yet */

const char *rtp_stream_codec(const struct rtp_stream *s)
{
    return s->fax                               ? "t38"
           : s->format.name                     ? s->format.name
           : !s->format.ms && s->other.pt < 128 ? s->other.name
                                                : NULL;
}

static bool is_audio(const struct rtp_stream *s)
{
    const struct offer_media *m = s->dst_media ? s->dst_media : s->src_media;
    return !s->fax && s->format.name && s->format.rate && s->format.rate < 90000 &&
           (!m || !m->type || slice_ieq(slice_str(m->type->p), SLICE("audio")));
}

/* RFC 4867 8.1: the one mode that a mode-set leaves; any other number: several, or all.
 */
static unsigned only_mode(const struct offer_media *m, uint8_t pt)
{
    enum { NO_MODE = 255 };
    const struct offer_codec *c = m ? offer_codec_of(m, pt) : NULL;
    const char *set = c && c->fmtp ? strcasestr(c->fmtp->p, "mode-set=") : NULL;
    if (!set)
        return NO_MODE;
    set += strlen("mode-set=");
    bool one =
        *set >= '0' && *set <= '8' && (set[1] == 0 || set[1] == ';' || set[1] == ' ');
    return one ? (unsigned)(*set - '0') : NO_MODE;
}

/* The receiver says what it takes. */
const struct emodel_codec *rtp_stream_emodel(const struct rtp_stream *s)
{
    const char *name = s->format.name ? s->format.name : "";
    if (strcasecmp(name, "AMR-WB") != 0)
        return emodel_codec(name, strlen(name));
    return emodel_amr_wb(
        only_mode(s->dst_media ? s->dst_media : s->src_media, s->format.pt));
}

static double percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

/* R of a slice: what was not played, and BurstR of its runs, of what was expected. */
static double rating(const struct rtp_stream *s, const struct emodel_codec *codec,
                     double expected)
{
    struct sequence_bad now = sequence_unplayed(&s->sequence);
    double bad = fmax(0, (int32_t)(now.numbers - s->base.unplayed.numbers));
    double runs = fmax(1, (int32_t)(now.runs - s->base.unplayed.runs));
    double share = fmin(100, percent(bad, expected));
    return emodel_r(codec, share, fmax(1, bad / runs * (1 - share / 100)), 0);
}

bool rtp_stream_slice(const struct rtp_stream *s, struct rtp_slice *out)
{
    const struct rtp_slice_base *b = &s->base;
    const struct playout *p = &s->playout;
    uint32_t packets = s->packets - b->packets;
    double expected = (double)(uint32_t)(sequence_expected(&s->sequence) - b->expected);
    double unique = (double)(s->sequence.unique - b->unique);
    double lost = fmax(0, expected - unique);
    double played = (double)(p->packets - b->played);
    uint32_t updates = s->jitter.updates - b->updates;
    *out = (struct rtp_slice){
        .stream = s,
        .n = b->n,
        .packets = packets,
        .lost = (uint32_t)lost,
        .expected = (uint32_t)expected,
        .jitter_mean = updates ? (float)((s->jitter.sum - b->jitter_sum) / updates) : 0,
        .jitter_max = s->slice_jitter,
        .late50 = (float)percent(p->late50 - b->late50, played),
        .late200 = (float)percent(p->late200 - b->late200, played),
    };
    if (!packets || !is_audio(s))
        return packets > 0;
    const struct emodel_codec *codec = rtp_stream_emodel(s);
    double r = rating(s, codec, expected);
    out->r = (float)r;
    out->mos = (float)emodel_mos(r, codec->scale);
    return true;
}

void rtp_stream_next_slice(struct rtp_stream *s, int64_t time)
{
    struct rtp_slice_base *b = &s->base;
    int64_t passed = time - s->slice_end;
    uint32_t skip = passed > 0 ? (uint32_t)(passed / RTP_SLICE) : 0;
    s->slice_end += (int64_t)(skip + 1) * RTP_SLICE;
    s->slice_jitter = 0;
    *b = (struct rtp_slice_base){
        .n = b->n + 1 + skip,
        .packets = s->packets,
        .unique = s->sequence.unique,
        .expected = (uint32_t)sequence_expected(&s->sequence),
        .updates = s->jitter.updates,
        .jitter_sum = s->jitter.sum,
        .played = s->playout.packets,
        .late50 = s->playout.late50,
        .late200 = s->playout.late200,
        .unplayed = sequence_unplayed(&s->sequence),
    };
}

/* The last slice counts for the lowest MOS when it has some length. */
static void lowest(const struct rtp_stream *s, struct rtp_figures *f)
{
    struct rtp_slice open;
    f->mos_min = s->mos_min;
    f->has_mos_min = s->mos_min > 0;
    if (s->end - (s->slice_end - RTP_SLICE) < SHORT_SLICE ||
        !rtp_stream_slice(s, &open) || !(open.mos > 0))
        return;
    if (!f->has_mos_min || open.mos < f->mos_min)
        f->mos_min = open.mos;
    f->has_mos_min = true;
}

static double mos_fixed(const struct rtp_figures *f, double late)
{
    double bad = fmin(
        100, percent((double)f->sequence.lost + late, (double)f->sequence.expected));
    double r = emodel_r(f->codec, bad, fmax(1, f->sequence.network.burst_r), 0);
    return emodel_mos(r, f->codec->scale);
}

static void opinion(const struct rtp_stream *s, struct rtp_figures *f)
{
    f->codec = rtp_stream_emodel(s);
    f->r = emodel_r(f->codec, f->sequence.playout.bad_percent,
                    fmax(1, f->sequence.playout.burst_r), 0);
    f->mos = emodel_mos(f->r, f->codec->scale);
    f->mos50 = mos_fixed(f, (double)s->playout.late50);
    f->mos200 = mos_fixed(f, (double)s->playout.late200);
    f->has_mos = true;
    lowest(s, f);
}

void rtp_stream_figures(const struct rtp_stream *s, struct rtp_figures *out)
{
    if (s->stored) {
        *out = *s->stored;
        return;
    }
    *out = (struct rtp_figures){0};
    sequence_figures(&s->sequence, &out->sequence);
    out->loss = percent((double)out->sequence.lost, (double)out->sequence.expected);
    out->jitter_mean = jitter_mean(&s->jitter);
    out->jitter_max = s->jitter.max;
    out->late50 = percent((double)s->playout.late50, (double)s->playout.packets);
    out->late200 = percent((double)s->playout.late200, (double)s->playout.packets);
    out->has_drift = drift_ppm(&s->drift, &out->drift);
    out->ptime = s->repeated ? s->ticks * s->format.ms : 0;
    out->has_pdv = s->pdv && pdv_percentile(s->pdv, 50, &out->pdv50) &&
                   pdv_percentile(s->pdv, 95, &out->pdv95) &&
                   pdv_percentile(s->pdv, 99, &out->pdv99);
    if (s->remote)
        out->remote = *s->remote;
    if (is_audio(s) && out->sequence.expected)
        opinion(s, out);
}
