#include "view/call_media.h"
#include "base/vec.h"
#include "model/offer.h"
#include "model/streams.h"
#include "view/clock.h"

#include <math.h>
#include <stdlib.h>

struct build {
    const struct view *view;
    VEC(const struct offer_line *) offers;
    VEC(struct call_media_stream) streams;
    bool failed;
};

static void stream_done(struct call_media_stream *s)
{
    ladder_media_free(s->figures);
    for (unsigned i = 0; i < GRAPHS; i++)
        free(s->slice[i]);
}

void call_media_free(struct call_media *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->streams; i++)
        stream_done(&m->stream[i]);
    free(m->stream);
    free(m->offer);
    free(m);
}

const void *call_media_stream(const struct view *v, uint32_t id)
{
    return v->streams ? rows_find(&v->streams->list, id) : NULL;
}

static void take_slice(struct call_media_stream *out, const struct rtp_slice *l)
{
    size_t i = l->n - 1;
    if (!l->n || i >= out->figures->slices)
        return;
    out->slice[GRAPH_JITTER][i] = l->jitter_mean;
    out->slice[GRAPH_LOSS][i] =
        l->expected ? 100 * (float)l->lost / (float)l->expected : 0;
    out->slice[GRAPH_LATE][i] = l->late50;
    out->slice[GRAPH_MOS][i] = l->mos > 0 ? l->mos : NAN;
}

static bool take_slices(struct call_media_stream *out, const struct rtp_stream *s)
{
    struct rtp_slice now;
    for (unsigned g = 0; g < GRAPHS; g++) {
        out->slice[g] = calloc(out->figures->slices + 1, sizeof *out->slice[g]);
        if (!out->slice[g])
            return false;
        for (size_t i = 0; i < out->figures->slices; i++)
            out->slice[g][i] = NAN;
    }
    for (const struct rtp_slice *l = s->slices; l; l = l->next)
        take_slice(out, l);
    if (rtp_stream_slice(s, &now))
        take_slice(out, &now);
    return true;
}

static void add_stream(struct build *b, const struct rtp_stream *s, unsigned leg)
{
    struct call_media_stream one = {.row = s,
                                    .id = s->id,
                                    .leg = leg,
                                    .call = s->call ? s->call->id : 0,
                                    .start = s->start};
    one.figures = ladder_media_new(b->view, s);
    if (!one.figures || !take_slices(&one, s) || !vec_push(&b->streams, one)) {
        stream_done(&one);
        b->failed = true;
    }
}

static void add_offer(struct build *b, const struct offer *o)
{
    for (unsigned i = 0; i < o->text->lines && !o->again && !b->failed; i++)
        b->failed = !vec_push(&b->offers, &o->line[i]);
}

static int by_start(const void *a, const void *b)
{
    const struct call_media_stream *x = a, *y = b;
    const struct rtp_stream *s = x->row, *t = y->row;
    if (s->start != t->start)
        return s->start < t->start ? -1 : 1;
    return (s->id > t->id) - (s->id < t->id);
}

static int by_time(const void *a, const void *b)
{
    const struct offer_line *x = *(const struct offer_line *const *)a;
    const struct offer_line *y = *(const struct offer_line *const *)b;
    if (x->offer->time != y->offer->time)
        return x->offer->time < y->offer->time ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* When the first slice begins and the last one ends. */
static void set_span(struct call_media *m)
{
    for (size_t i = 0; i < m->streams; i++) {
        const struct call_media_stream *s = &m->stream[i];
        int64_t end = s->start + (int64_t)s->figures->slices * RTP_SLICE;
        m->start = !i || s->start < m->start ? s->start : m->start;
        m->end = !i || end > m->end ? end : m->end;
    }
}

/* ---- in words ---- */

/* An encoding name that is sound or pictures. */
static bool is_media(const struct str *name)
{
    return name && !slice_ieq(slice_of(name->p, name->n), SLICE("telephone-event")) &&
           !slice_ieq(slice_of(name->p, name->n), SLICE("CN"));
}

static void add_codecs(const struct offer_media *m, struct strbuf *out)
{
    const char *before = " ";
    if (!m->addr.port) {
        strbuf_str(out, " refused");
        return;
    }
    for (unsigned i = 0; i < m->codecs; i++)
        if (is_media(m->codec[i].name)) {
            strbuf_str(out, before);
            strbuf_add(out, m->codec[i].name->p, m->codec[i].name->n);
            before = ",";
        }
    if (m->direction != SDP_SENDRECV)
        strbuf_printf(out, " %s", sdp_direction_name(m->direction));
}

static bool turns_hold(const struct offer *o, bool held)
{
    return !o->answer && o->text->held != held;
}

/* Only what changes: an answer to a hold or a resume, and the codecs of both, say
 * nothing new. */
void call_media_timeline(const struct view *v, const struct call_media *m,
                         struct strbuf *out)
{
    const struct offer *before = NULL;
    bool held[3] = {false, false, false}, turned = false; /* by side */
    for (size_t i = 0; i < m->offers; i++) {
        const struct offer_line *l = m->offer[i];
        const struct offer *o = l->offer;
        bool first = o != before;
        before = o;
        if (first && !o->answer) {
            turned = turns_hold(o, held[o->side]);
            held[o->side] = o->text->held;
        }
        if (turned && (o->answer || !first))
            continue;
        if (first) {
            strbuf_str(out, out->n ? " → " : "");
            clock_time(out, o->time, v->utc, 0);
            strbuf_str(out, turned       ? (held[o->side] ? " hold" : " resume")
                            : !o->answer ? " offer"
                            : o->early   ? " early answer"
                                         : " answer");
        }
        if (turned && held[o->side])
            strbuf_printf(out, " (%s)", sdp_direction_name(l->media->direction));
        else if (!turned)
            add_codecs(l->media, out);
    }
}

static const char *loss_sign(float loss, bool ascii)
{
    static const char *const SIGNS[] = {"·", "░", "▒", "▓", "█"}, *const PLAIN[] = {
                                                                      ".", "-", "+",
                                                                      "*", "#"};
    unsigned n = isnan(loss) || loss <= 0 ? 0
                 : loss < 1               ? 1
                 : loss < 3               ? 2
                 : loss < 5               ? 3
                                          : 4;
    return (ascii ? PLAIN : SIGNS)[n];
}

void call_media_loss_map(const struct call_media_stream *s, size_t room, bool ascii,
                         struct strbuf *out)
{
    size_t slices = s->figures->slices, n = slices < room ? slices : room;
    for (size_t i = 0; i < n; i++) {
        float worst = 0;
        for (size_t k = i * slices / n; k < (i + 1) * slices / n; k++)
            if (!isnan(s->slice[GRAPH_LOSS][k]) && s->slice[GRAPH_LOSS][k] > worst)
                worst = s->slice[GRAPH_LOSS][k];
        strbuf_str(out, loss_sign(worst, ascii));
    }
}

/* ---- all of it ---- */

struct call_media *call_media_build(const struct view *v, const struct call *call,
                                    bool session)
{
    const struct session *all = session ? call->session : NULL;
    const struct call *c = all ? all->first : call;
    struct build b = {.view = v};
    struct call_media *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    for (; c && !b.failed; c = all ? c->leg_next : NULL) {
        for (const struct offer *o = c->offers; o; o = o->next)
            add_offer(&b, o);
        for (const struct rtp_stream *s = v->streams ? c->streams : NULL;
             s && !b.failed; s = s->call_next)
            add_stream(&b, s, (unsigned)m->legs);
        m->packets += ladder_media_packets(c);
        m->legs++;
    }
    m->offer = (const void **)b.offers.at;
    m->offers = b.offers.n;
    m->stream = b.streams.at;
    m->streams = b.streams.n;
    if (m->offers)
        qsort(m->offer, m->offers, sizeof *m->offer, by_time);
    if (m->streams)
        qsort(m->stream, m->streams, sizeof *m->stream, by_start);
    set_span(m);
    if (!b.failed)
        return m;
    call_media_free(m);
    return NULL;
}
