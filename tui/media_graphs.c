#include "tui/media_graphs.h"

#include "tui/graph.h"
#include "view/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    AXIS = 6,      /* columns of the scale on the left */
    AXIS_FROM = 6, /* lines of a graph that has its time below */
    TIME = 8,      /* columns of a time of day */
    LEAST = 18,    /* columns of a graph */
    BLOCK = 4,     /* lines of a stream among all: its name and its graphs */
    SLICES = 720   /* of the common axis; a longer call has several slices a dot */
};

static const char *const title[GRAPHS] = {"jitter ms", "loss %", "late for 50 ms %",
                                          "MOS"};

/* A round number not below `v`. */
static double ceiling(double v)
{
    double unit = 1;

    while (unit < v && unit < 1e9)
        unit *= 10;
    return v <= unit / 5 ? unit / 5 : v <= unit / 2 ? unit / 2 : unit;
}

static double most_of(const float *v, size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(v[i]) && (double)v[i] > most)
            most = (double)v[i];
    return most;
}

static unsigned style_of(enum call_media_graph which,
                         const struct call_media_stream *one)
{
    if (which == GRAPH_MOS)
        return (unsigned)ladder_media_tone(one->figures);
    return which == GRAPH_LOSS   ? TONE_BAD
           : which == GRAPH_LATE ? TONE_WARN
                                 : TONE_REQUEST;
}

/* Scale and dots; the title is the caller's. */
static void draw(struct canvas *c, struct rect area, const float *value, size_t n,
                 enum call_media_graph which, const struct call_media_stream *one,
                 double high)
{
    bool mos = which == GRAPH_MOS;
    struct graph g = {.value = value,
                      .n = n,
                      .low = mos ? 1 : 0,
                      .high = mos ? 4.5 : high,
                      .least = mos,
                      .style = style_of(which, one)};

    canvas_printf(c, area.x, area.y, TONE_DIM, "%5g", g.high);
    if (area.h > 1)
        canvas_printf(c, area.x, area.y + area.h - 1, TONE_DIM, "%5g", g.low);
    canvas_fill(c, (struct rect){area.x + AXIS - 1, area.y, 1, area.h}, TONE_DIM, "│");
    graph_draw(&g, c, (struct rect){area.x + AXIS, area.y, area.w - AXIS - 2, area.h});
}

/* How many graphs stand side by side: the last, MOS, always does. */
static unsigned how_many(int width)
{
    unsigned n = (unsigned)(width > 0 ? width : 0) / LEAST;

    return n < GRAPHS ? n : GRAPHS;
}

/* The i-th of n graphs: where there is no room for all, late ones go first. */
static enum call_media_graph which_of(unsigned i, unsigned n)
{
    static const enum call_media_graph few[GRAPHS][GRAPHS] = {
        {GRAPH_MOS},
        {GRAPH_LOSS, GRAPH_MOS},
        {GRAPH_JITTER, GRAPH_LOSS, GRAPH_MOS},
        {GRAPH_JITTER, GRAPH_LOSS, GRAPH_LATE, GRAPH_MOS}};

    return few[n - 1][i];
}

/* The time under the bars of n slices, where they have room for it. */
static void draw_span(struct canvas *c, int x, int y, int w, size_t n)
{
    int used = GRAPH_COLUMNS * (int)(n < 1000 ? n : 1000);
    struct strbuf b = {0};

    used = used < w - AXIS - 2 ? used : w - AXIS - 2;
    clock_talk(&b, (int64_t)n * INT64_C(10000000000));
    if (used >= 7 + (int)b.n) {
        canvas_put(c, x + AXIS, y, TONE_DIM, "00:00");
        canvas_text(c, x + AXIS + used - (int)b.n, y, TONE_DIM, b.p, b.n);
    }
    strbuf_done(&b);
}

void media_graphs_one(struct canvas *c, struct rect area,
                      const struct call_media_stream *one)
{
    unsigned n = how_many(area.w);
    int w = n ? area.w / (int)n : 0, axis = area.h >= AXIS_FROM;

    for (unsigned i = 0; i < n && area.h >= MEDIA_GRAPH_MIN; i++) {
        enum call_media_graph which = which_of(i, n);
        const float *value = one->slice[which];
        int x = area.x + (int)i * w;

        canvas_put(c, x + AXIS, area.y, TONE_DIM, title[which]);
        draw(c, (struct rect){x, area.y + 1, w, area.h - 1 - axis}, value,
             one->figures->slices, which, one,
             ceiling(most_of(value, one->figures->slices)));
        if (axis)
            draw_span(c, x, area.y + area.h - 1, w, one->figures->slices);
    }
}

/* ---- all streams */

/* The values of a stream where they are on the common axis of n slices. */
static void place(const struct call_media *m, const struct call_media_stream *one,
                  enum call_media_graph which, float *out, size_t n)
{
    int64_t span = m->end - m->start, each = span / (int64_t)n;
    size_t slices = one->figures->slices;

    for (size_t i = 0; i < n; i++) {
        int64_t t = m->start + (int64_t)i * each + each / 2 - one->start;
        int64_t slice = t >= 0 ? t / (span > 0 ? INT64_C(10000000000) : 1) : -1;

        out[i] = slice >= 0 && (size_t)slice < slices ? one->slice[which][slice] : NAN;
    }
}

static void draw_name(struct canvas *c, int x, int y, const struct call_media *m,
                      size_t i, bool selected)
{
    const struct call_media_stream *one = &m->stream[i];
    const struct ladder_media *f = one->figures;
    unsigned bold = selected ? STYLE_BOLD : 0;

    x = canvas_printf(c, x, y, bold, "Stream %u", one->id) + 2;
    if (m->legs > 1)
        x = canvas_printf(c, x, y, TONE_PLAIN, "leg %u", one->leg + 1) + 2;
    x = canvas_put(c, x, y, bold, f->codec ? f->codec : "RTP") + 2;
    x = canvas_printf(c, x, y, (unsigned)ladder_media_tone(f), "loss %.1f %%",
                      f->loss) +
        2;
    if (f->has_jitter)
        x = canvas_printf(c, x, y, TONE_PLAIN, "jitter %.1f ms", f->jitter) + 2;
    if (f->has_mos)
        canvas_printf(c, x, y, (unsigned)ladder_media_tone(f), "MOS %.1f", f->mos);
}

/* Highest value of all streams: graphs of one kind have one scale. */
static double common_high(const struct call_media *m, enum call_media_graph which)
{
    double most = 0;

    for (size_t i = 0; i < m->streams; i++) {
        double one = most_of(m->stream[i].slice[which], m->stream[i].figures->slices);

        most = one > most ? one : most;
    }
    return ceiling(most);
}

/* Begin and end; where that has no room, only how long it is. */
static void draw_axis(struct canvas *c, struct rect line, const struct view *v,
                      const struct call_media *m)
{
    struct strbuf b = {0};
    bool wide = line.w >= AXIS + 2 * TIME + 3;

    if (wide)
        clock_time(&b, m->start, v->utc, 0);
    else
        strbuf_str(&b, "00:00");
    canvas_text(c, line.x + AXIS, line.y, TONE_DIM, b.p, b.n);
    b.n = 0;
    if (wide)
        clock_time(&b, m->end, v->utc, 0);
    else
        clock_talk(&b, m->end - m->start);
    canvas_field(c, line.x + AXIS, line.y, line.w - AXIS - 2, true, TONE_DIM, b.p, b.n);
    strbuf_done(&b);
}

void media_graphs_all(struct canvas *c, struct rect area, const struct view *v,
                      const struct call_media *m, size_t from, size_t selected)
{
    unsigned n = how_many(area.w);
    int w = n ? area.w / (int)n : 0, y = area.y + 1;
    size_t slices = (size_t)((m->end - m->start) / INT64_C(2500000000)) + 1;
    float *value;

    slices = slices < SLICES ? slices : SLICES;
    value = n && m->streams ? malloc(slices * sizeof *value) : NULL;
    for (unsigned g = 0; value && g < n; g++)
        canvas_put(c, area.x + (int)g * w + AXIS, area.y, TONE_DIM,
                   title[which_of(g, n)]);
    for (size_t i = from; value && i < m->streams && y + BLOCK <= area.y + area.h;
         i++) {
        draw_name(c, area.x, y, m, i, i == selected);
        for (unsigned g = 0; g < n; g++) {
            enum call_media_graph which = which_of(g, n);
            struct rect box = {area.x + (int)g * w, y + 1, w, BLOCK - 1};

            place(m, &m->stream[i], which, value, slices);
            draw(c, box, value, slices, which, &m->stream[i], common_high(m, which));
        }
        y += BLOCK;
    }
    for (unsigned g = 0; value && g < n && y < area.y + area.h; g++)
        draw_axis(c, (struct rect){area.x + (int)g * w, y, w, 1}, v, m);
    free(value);
}
