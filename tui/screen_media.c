/* Media of a call: who offered and answered what, the streams, and one of them in full
 * with its figures over time. */
#include "tui/graph.h"
#include "tui/scroll.h"
#include "tui/ui.h"
#include "view/call_media.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDE = 120,  /* from here on, more columns of streams */
    GRAPH_H = 6, /* lines of a graph at most, and at least */
    GRAPH_MIN = 3
};

struct media_screen {
    struct screen screen;
    uint32_t call, stream; /* ids; stream 0: the first */
    struct call_media *media;
    uint64_t layout;
    bool alone; /* this leg, not the session */
    struct scroll scroll;
    int rows_y;
    struct strbuf scratch, text, cell;
};

static void media_free(struct screen *screen)
{
    struct media_screen *s = (struct media_screen *)screen;

    call_media_free(s->media);
    strbuf_done(&s->scratch);
    strbuf_done(&s->text);
    strbuf_done(&s->cell);
    free(s);
}

static const struct view *view_of(const struct media_screen *s)
{
    return s->screen.ui->view;
}

static const struct call *the_call(const struct media_screen *s)
{
    return calls_by_id(view_of(s)->calls, s->call);
}

static const struct call_media_stream *selected(const struct media_screen *s)
{
    return s->media && s->scroll.at < s->media->streams
               ? &s->media->stream[s->scroll.at]
               : NULL;
}

static void remember(struct media_screen *s)
{
    const struct call_media_stream *one = selected(s);

    s->stream = one ? one->id : 0;
}

static void media_refresh(struct screen *screen)
{
    struct media_screen *s = (struct media_screen *)screen;
    const struct call *call = the_call(s);

    call_media_free(s->media);
    s->media = call ? call_media_build(view_of(s), call, !s->alone) : NULL;
    s->layout = view_of(s)->calls->layout;
    s->scroll.count = s->media ? s->media->streams : 0;
    for (size_t i = 0; i < s->scroll.count; i++)
        if (s->media->stream[i].id == s->stream)
            s->scroll.at = i;
    scroll_fit(&s->scroll, s->scroll.count, s->scroll.page);
    remember(s);
}

/* ---- values of rows */

/* A field's value with its unit, in s->cell; false: null. */
static bool value_of(struct media_screen *s, const struct table *t, const void *object,
                     const char *name, bool unit, enum tone *tone)
{
    const struct field *f = field_find(t, name);
    struct row row = {
        .view = view_of(s), .object = object, .scratch = &s->scratch, .text = &s->text};
    struct value v = {VALUE_NULL, {0}};

    s->cell.n = s->scratch.n = 0;
    if (!f || !object)
        return false;
    field_get(f, &row, &v);
    *tone = f->tone ? f->tone(&row) : TONE_PLAIN;
    if (v.type == VALUE_NULL)
        return false;
    value_text(row.view, f, &v, &s->cell);
    if (unit && *f->unit)
        strbuf_printf(&s->cell, " %s", f->unit);
    return true;
}

/* A column of a row; returns the x behind it. */
static int put(struct media_screen *s, struct canvas *c, int x, int y, int w,
               bool right, const struct table *t, const void *object, const char *name)
{
    enum tone tone = TONE_PLAIN;

    if (value_of(s, t, object, name, false, &tone))
        canvas_field(c, x, y, w, right, tone, s->cell.p, s->cell.n);
    else
        canvas_field(c, x, y, w, right, TONE_DIM, "–", right ? strlen("–") : 0);
    return x + w + 1;
}

static void bar(struct canvas *c, struct rect area, const char *text)
{
    canvas_style(c, (struct rect){area.x, area.y, area.w, 1}, STYLE_BAR);
    canvas_put(c, area.x, area.y, STYLE_BAR, text);
}

/* ---- descriptions */

static void draw_offer(struct media_screen *s, struct canvas *c, struct rect area,
                       const void *row)
{
    const struct table *t = &TABLE_OFFERS;
    enum tone tone;
    int x = put(s, c, area.x, area.y, 12, false, t, row, "time");

    x = put(s, c, x, area.y, 6, false, t, row, "side");
    x = put(s, c, x, area.y, 5, false, t, row, "media");
    x = put(s, c, x, area.y, area.w >= WIDE ? 24 : 15, false, t, row, "addr");
    x = put(s, c, x, area.y, 5, true, t, row, "port");
    x = put(s, c, x, area.y, 8, false, t, row, "direction");
    if (value_of(s, t, row, "codecs", false, &tone))
        x = canvas_text(c, x, area.y, TONE_PLAIN, s->cell.p, s->cell.n);
    if (value_of(s, t, row, "ptime", true, &tone) &&
        x + 2 + (int)s->cell.n <= area.x + area.w) {
        x = canvas_put(c, x, area.y, TONE_PLAIN, "  ");
        x = canvas_text(c, x, area.y, TONE_PLAIN, s->cell.p, s->cell.n);
    }
    if (value_of(s, t, row, "crypto", false, &tone))
        canvas_text(c, x + 2, area.y, TONE_REQUEST, s->cell.p, s->cell.n);
}

/* The last ones where there is no room for all. Returns the lines used. */
static int draw_offers(struct media_screen *s, struct canvas *c, struct rect area,
                       int most)
{
    size_t n = s->media->offers, first;

    bar(c, area, "Time         Side   Media Address");
    canvas_put(c, area.x + (area.w >= WIDE ? 52 : 43), area.y, STYLE_BAR,
               "Port Way      Codecs");
    if (!n) {
        canvas_put(c, area.x, area.y + 1, TONE_DIM, "No session description was seen.");
        return 2;
    }
    most = most < 1 ? 1 : most;
    first = n > (size_t)most ? n - (size_t)most : 0;
    if (first)
        canvas_printf(c, area.x + area.w - 14, area.y, STYLE_BAR, "%zu before these",
                      first);
    for (size_t i = first; i < n; i++)
        draw_offer(s, c,
                   (struct rect){area.x, area.y + 1 + (int)(i - first), area.w, 1},
                   s->media->offer[i]);
    return 1 + (int)(n - first);
}

/* ---- streams */

struct media_column {
    const char *field, *title;
    uint8_t narrow, wide; /* columns below and from WIDE; 0: not there */
    bool right;
};

static const struct media_column media_columns[] = {
    {"src", "From", 21, 28, false},      {"dst", "To", 21, 28, false},
    {"codec", "Codec", 6, 8, false},     {"duration", "Length", 0, 7, true},
    {"packets", "Packets", 0, 8, true},  {"loss", "Loss %", 6, 6, true},
    {"jitter_mean", "J ms", 5, 6, true}, {"mos", "MOS", 4, 4, true},
    {"mos_min", "Min", 0, 4, true},
};

static int width_of(const struct media_column *col, int screen)
{
    return screen >= WIDE ? col->wide : col->narrow;
}

static void draw_stream(struct media_screen *s, struct canvas *c, struct rect area,
                        const struct call_media_stream *one)
{
    int x = area.x;

    for (size_t i = 0; i < sizeof media_columns / sizeof *media_columns; i++) {
        const struct media_column *col = &media_columns[i];
        int w = width_of(col, area.w);

        if (w)
            x = put(s, c, x, area.y, w, col->right, &TABLE_STREAMS, one->row,
                    col->field);
    }
    s->cell.n = 0;
    if (area.x + area.w > x + 1)
        ladder_media_strip(one->figures, (size_t)(area.x + area.w - x - 1), c->ascii,
                           &s->cell);
    canvas_text(c, x + 1, area.y, ladder_media_tone(one->figures), s->cell.p,
                s->cell.n);
}

static void draw_titles(struct canvas *c, struct rect area)
{
    int x = area.x;

    bar(c, area, "");
    for (size_t i = 0; i < sizeof media_columns / sizeof *media_columns; i++) {
        const struct media_column *col = &media_columns[i];
        int w = width_of(col, area.w);

        if (w)
            canvas_field(c, x, area.y, w, col->right, STYLE_BAR, col->title,
                         strlen(col->title));
        x += w ? w + 1 : 0;
    }
    canvas_put(c, x + 1, area.y, STYLE_BAR, "MOS / 10 s");
}

static int draw_streams(struct media_screen *s, struct canvas *c, struct rect area,
                        int most)
{
    size_t n = s->media->streams;
    int lines = n < (size_t)most ? (int)n : most;

    draw_titles(c, area);
    s->rows_y = area.y + 1;
    scroll_fit(&s->scroll, n, lines > 0 ? lines : 1);
    if (!n) {
        canvas_put(c, area.x, area.y + 1, TONE_WARN,
                   view_of(s)->streams ? "No RTP of this call was seen."
                                       : "Media was left alone (--no-media).");
        return 2;
    }
    for (int y = 0; y < lines && s->scroll.top + (size_t)y < n; y++) {
        size_t i = s->scroll.top + (size_t)y;
        struct rect line = {area.x, s->rows_y + y, area.w, 1};

        draw_stream(s, c, line, &s->media->stream[i]);
        if (i == s->scroll.at)
            canvas_style(c, line, STYLE_SELECT);
    }
    return 1 + lines;
}

/* ---- one stream in full */

static bool is_in_row(const char *name)
{
    static const char *const also[] = {"id",    "call", "call_id",
                                       "start", "end",  "bytes"};

    for (size_t i = 0; i < sizeof media_columns / sizeof *media_columns; i++)
        if (!strcmp(media_columns[i].field, name) && media_columns[i].narrow)
            return true;
    for (size_t i = 0; i < sizeof also / sizeof *also; i++)
        if (!strcmp(also[i], name))
            return true;
    return false;
}

/* Name and value of all that is known, one behind the other. Returns lines used. */
static int draw_figures(struct media_screen *s, struct canvas *c, struct rect area,
                        const struct call_media_stream *one, int most)
{
    int x = area.x, y = area.y;

    for (size_t i = 0; i < TABLE_STREAMS.n; i++) {
        const struct field *f = &TABLE_STREAMS.fields[i];
        enum tone tone = TONE_PLAIN;
        int w;

        if (is_in_row(f->name) ||
            !value_of(s, &TABLE_STREAMS, one->row, f->name, true, &tone))
            continue;
        w = canvas_columns(f->title, strlen(f->title)) + 1 +
            canvas_columns(s->cell.p, s->cell.n);
        if (x > area.x && x + w > area.x + area.w) {
            x = area.x;
            y++;
        }
        if (y >= area.y + most)
            return most;
        x = canvas_put(c, x, y, TONE_DIM, f->title) + 1;
        x = canvas_text(c, x, y, tone, s->cell.p, s->cell.n) + 3;
    }
    return y - area.y + 1;
}

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

static void draw_graph(struct canvas *c, struct rect area,
                       const struct call_media_stream *one, enum call_media_graph which)
{
    static const char *const title[] = {"jitter ms", "loss %", "MOS"};
    struct graph g = {.value = one->slice[which], .n = one->figures->slices};
    bool mos = which == GRAPH_MOS;

    g.low = mos ? 1 : 0;
    g.high = mos ? 4.5 : ceiling(most_of(g.value, g.n));
    g.least = mos;
    g.style = mos                   ? (unsigned)ladder_media_tone(one->figures)
              : which == GRAPH_LOSS ? TONE_BAD
                                    : TONE_REQUEST;
    canvas_put(c, area.x + 6, area.y, TONE_DIM, title[which]);
    canvas_printf(c, area.x, area.y + 1, TONE_DIM, "%5g", g.high);
    canvas_printf(c, area.x, area.y + area.h - 1, TONE_DIM, "%5g", g.low);
    canvas_fill(c, (struct rect){area.x + 5, area.y + 1, 1, area.h - 1}, TONE_DIM, "│");
    graph_draw(&g, c, (struct rect){area.x + 6, area.y + 1, area.w - 8, area.h - 1});
}

static void draw_graphs(struct canvas *c, struct rect area,
                        const struct call_media_stream *one)
{
    int w = area.w / GRAPHS;

    for (unsigned i = 0; i < GRAPHS && w > 12; i++)
        draw_graph(c, (struct rect){area.x + (int)i * w, area.y, w, area.h}, one,
                   (enum call_media_graph)i);
}

/* The same way back: the stream of the same leg with the ends changed. */
static const struct call_media_stream *way_back(struct media_screen *s,
                                                const struct call_media_stream *one)
{
    struct strbuf ends = {0};
    const struct call_media_stream *found = NULL;
    enum tone tone;

    if (value_of(s, &TABLE_STREAMS, one->row, "dst", false, &tone))
        strbuf_add(&ends, s->cell.p, s->cell.n);
    for (size_t i = 0; i < s->media->streams && ends.n && !found; i++) {
        const struct call_media_stream *k = &s->media->stream[i];

        if (k->leg == one->leg && k != one &&
            value_of(s, &TABLE_STREAMS, k->row, "src", false, &tone) &&
            s->cell.n == ends.n && !memcmp(s->cell.p, ends.p, ends.n))
            found = k;
    }
    strbuf_done(&ends);
    return found;
}

/* The selected stream: figures, then graphs where there is room; those of the way back
 * below them. */
static void draw_selected(struct media_screen *s, struct canvas *c, struct rect area)
{
    const struct call_media_stream *one = selected(s), *back;
    int most = area.h > GRAPH_MIN + 3 ? area.h - GRAPH_MIN - 2 : area.h;

    if (!one || area.h < 1)
        return;
    area.y += draw_figures(s, c, area, one, most) + 1;
    area.h = area.y < c->h - 1 ? c->h - 1 - area.y : 0;
    if (area.h <= GRAPH_MIN)
        return;
    int h = area.h > GRAPH_H + 1 ? GRAPH_H + 1 : area.h;
    draw_graphs(c, (struct rect){area.x, area.y, area.w, h}, one);
    back = area.h >= 2 * h + 2 ? way_back(s, one) : NULL;
    if (!back)
        return;
    canvas_put(c, area.x, area.y + h + 1, TONE_DIM, "The way back:");
    draw_graphs(c, (struct rect){area.x, area.y + h + 2, area.w, h - 1}, back);
}

static void draw_title(struct media_screen *s, struct canvas *c, struct rect area,
                       const struct call *call)
{
    int x = canvas_printf(c, area.x, area.y, STYLE_BOLD, "Media of call %u", call->id);

    x = canvas_put(c, x + 3, area.y, TONE_PLAIN,
                   call->from.user ? call->from.user : "?");
    x = canvas_put(c, x, area.y, TONE_PLAIN, " → ");
    x = canvas_put(c, x, area.y, TONE_PLAIN, call->to.user ? call->to.user : "?");
    x = canvas_printf(c, x + 3, area.y, TONE_PLAIN, "streams %zu", s->media->streams);
    if (call->session && call->session->legs > 1)
        canvas_printf(c, x + 3, area.y, TONE_PLAIN, "legs %u%s", call->session->legs,
                      s->alone ? ", this one alone" : "");
}

static void media_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct media_screen *s = (struct media_screen *)screen;
    const struct call *call = the_call(s);
    int end = area.y + area.h;

    if (!call || !s->media || s->layout != view_of(s)->calls->layout) {
        canvas_printf(c, area.x + 2, area.y + 1, TONE_WARN,
                      "Call %u is no longer kept: a limit was reached.", s->call);
        return;
    }
    draw_title(s, c, area, call);
    area.y++;
    area.y += draw_offers(s, c, area, end - area.y > 30 ? 10 : (end - area.y) / 4);
    area.y += draw_streams(s, c, area, (end - area.y) / 3);
    area.y++;
    area.h = end - area.y;
    draw_selected(s, c, area);
}

/* ---- actions */

static void media_act(struct screen *screen, enum action action)
{
    struct media_screen *s = (struct media_screen *)screen;

    if (action == ACTION_LEGS) {
        s->alone = !s->alone;
        media_refresh(screen);
    } else if (scroll_act(&s->scroll, action)) {
        remember(s);
    }
}

static void media_mouse(struct screen *screen, const struct input *in)
{
    struct media_screen *s = (struct media_screen *)screen;
    size_t row = s->scroll.top + (size_t)(in->y - s->rows_y);

    if (in->key != INPUT_CLICK)
        scroll_by(&s->scroll, in->key == INPUT_WHEEL_UP ? -1 : 1);
    else if (in->y >= s->rows_y && in->y < s->rows_y + s->scroll.page &&
             row < s->scroll.count)
        s->scroll.at = row;
    remember(s);
}

static const struct screen_ops media_ops = {
    .title = "Media",
    .on = ON_MEDIA,
    .free = media_free,
    .refresh = media_refresh,
    .draw = media_draw,
    .act = media_act,
    .mouse = media_mouse,
};

struct screen *screen_media_new(struct ui *ui, uint32_t call, uint32_t stream)
{
    struct media_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->screen.ops = &media_ops;
    s->screen.ui = ui;
    s->call = call;
    s->stream = stream;
    return &s->screen;
}
