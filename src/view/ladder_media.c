#include "view/ladder_media.h"
#include "base/utf8.h"
#include "model/streams.h"
#include "view/field.h"

#include <math.h>
#include <stdlib.h>

/* A last slice that is shorter says nothing yet. */
static const int64_t SHORT_SLICE = INT64_C(2000000000);

void ladder_media_free(struct ladder_media *m)
{
    if (!m)
        return;
    free(m->codec);
    free(m);
}

static uint8_t tenths(const struct rtp_slice *l)
{
    return l->mos > 0 ? (uint8_t)lrintf(l->mos * 10) : 0;
}

static size_t count_slices(const struct rtp_stream *s)
{
    size_t n = 0;
    for (const struct rtp_slice *l = s->slices; l; l = l->next)
        n = l->n > n ? l->n : n;
    return n + 1; /* the one under way */
}

static void take_slices(struct ladder_media *m, const struct rtp_stream *s, size_t most)
{
    struct rtp_slice now;
    for (const struct rtp_slice *l = s->slices; l; l = l->next)
        if (l->n && l->n <= most) {
            m->tenth[l->n - 1] = tenths(l);
            m->slices = l->n > m->slices ? l->n : m->slices;
        }
    if (!rtp_stream_slice(s, &now) || !now.n || now.n > most)
        return;
    if (m->slices && s->end - rtp_slice_start(&now) < SHORT_SLICE)
        return;
    m->tenth[now.n - 1] = tenths(&now);
    m->slices = now.n > m->slices ? now.n : m->slices;
}

struct ladder_media *ladder_media_new(const struct view *v, const struct rtp_stream *s)
{
    enum { SLICES_MAX = 8640 }; /* a day */
    const char *codec = rtp_stream_codec(s);
    const struct rtp_figures *f = streams_figures(v->streams, s);
    size_t n = count_slices(s) > s->base.n ? count_slices(s) : s->base.n;
    n = n < SLICES_MAX ? n : SLICES_MAX;
    struct ladder_media *m = calloc(1, sizeof *m + n);
    if (!m)
        return NULL;
    m->packets = s->packets;
    m->loss = f->loss;
    m->jitter = f->jitter_mean;
    m->mos = f->mos;
    m->has_jitter = !s->fax && s->jitter.updates;
    m->has_mos = f->has_mos;
    m->srtp = s->srtp;
    take_slices(m, s, n);
    if (codec && !(m->codec = strdup(codec))) {
        ladder_media_free(m);
        return NULL;
    }
    return m;
}

uint64_t ladder_media_packets(const struct call *c)
{
    uint64_t n = 0;
    for (const struct rtp_stream *s = c->streams; s; s = s->call_next)
        n += s->packets;
    return n;
}

enum tone ladder_media_tone(const struct ladder_media *m)
{
    if (m->has_mos)
        return tone_of_mos(m->mos);
    return m->loss >= 5 ? TONE_BAD : m->loss >= 1 ? TONE_WARN : TONE_PLAIN;
}

/* ---- the strip ---- */

static const char *sign_of(unsigned tenth, bool ascii)
{
    static const char *const BLOCKS[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇"};
    static const char *const DIGITS[] = {"1", "2", "3", "4", "5"};
    if (!tenth)
        return ascii ? "." : "·";
    unsigned above = tenth > 10 ? tenth - 10 : 0; /* MOS 1 to 4.4 */
    unsigned rounded = (above + 5) / 10;
    if (ascii)
        return DIGITS[rounded < 4 ? rounded : 4];
    return BLOCKS[above / 5 < 6 ? above / 5 : 6];
}

/* The worst of slices from..to-1; 0: none is known. */
static unsigned worst(const struct ladder_media *m, size_t from, size_t to)
{
    unsigned least = 0;
    for (size_t i = from; i < to; i++)
        if (m->tenth[i] && (!least || m->tenth[i] < least))
            least = m->tenth[i];
    return least;
}

void ladder_media_strip(const struct ladder_media *m, size_t room, bool ascii,
                        struct strbuf *out)
{
    size_t n = m->slices < room ? m->slices : room;
    for (size_t i = 0; i < n; i++)
        strbuf_str(
            out, sign_of(worst(m, i * m->slices / n, (i + 1) * m->slices / n), ascii));
}

/* ---- the text ---- */

enum part { PART_CODEC, PART_PACKETS, PART_LOSS, PART_JITTER, PART_MOS, PARTS };

/* Digits in groups of three, so that large numbers can be read. */
static void add_grouped(struct strbuf *out, uint64_t n)
{
    if (n >= 1000000)
        strbuf_printf(out, "%u %03u %03u", (unsigned)(n / 1000000),
                      (unsigned)(n / 1000 % 1000), (unsigned)(n % 1000));
    else if (n >= 1000)
        strbuf_printf(out, "%u %03u", (unsigned)(n / 1000), (unsigned)(n % 1000));
    else
        strbuf_u64(out, n);
}

static void add_part(const struct ladder_media *m, enum part part, struct strbuf *out)
{
    switch (part) {
    case PART_CODEC:
        if (m->codec)
            utf8_clean(out, m->codec, strnlen(m->codec, 16));
        else
            strbuf_str(out, "RTP");
        strbuf_str(out, m->srtp ? " SRTP" : "");
        break;
    case PART_PACKETS:
        add_grouped(out, m->packets);
        strbuf_str(out, " pkt");
        break;
    case PART_LOSS: strbuf_printf(out, "%.1f %%", m->loss); break;
    case PART_JITTER:
        if (m->has_jitter)
            strbuf_printf(out, "J %.1f", m->jitter);
        break;
    case PART_MOS:
        if (m->has_mos)
            strbuf_printf(out, "%.1f", m->mos);
        break;
    case PARTS: break;
    }
}

bool ladder_media_text(const struct ladder_media *m, size_t room, bool ascii,
                       struct strbuf *out)
{
    static const enum part BY_WORTH[] = {PART_CODEC, PART_MOS, PART_LOSS, PART_JITTER,
                                         PART_PACKETS};
    enum { GAP = 2, STRIP_LEAST = 3 };
    struct strbuf text[PARTS] = {0};
    bool in[PARTS] = {0};
    size_t used = 0;
    for (unsigned i = 0; i < PARTS; i++) {
        enum part part = BY_WORTH[i];
        add_part(m, part, &text[part]);
        size_t n = text[part].n ? utf8_columns(text[part].p, text[part].n) : 0;
        in[part] = n && used + n + (used ? GAP : 0) <= room;
        used += in[part] ? n + (used ? GAP : 0) : 0;
    }
    const char *gap = "";
    for (unsigned i = 0; i < PARTS; i++) {
        if (in[i]) {
            strbuf_str(out, gap);
            strbuf_add(out, text[i].p, text[i].n);
            gap = "  ";
        }
        strbuf_done(&text[i]);
    }
    size_t least = m->slices < STRIP_LEAST ? m->slices : STRIP_LEAST;
    if (!least || !used || used + GAP + least > room)
        return false;
    strbuf_str(out, gap);
    ladder_media_strip(m, room - used - GAP, ascii, out);
    return true;
}
