/* Media of a call: who offered and answered what, the streams, and one of them in full
 * with its figures over time. */
#include "tui/screen_media.h"
#include "view/verdict.h"

#include <stdlib.h>
#include <string.h>

enum {
    WIDE = 120, /* from here on, more columns of streams */
    SIGN = 2    /* columns of what is wrong with a stream */
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

const struct view *media_screen_view(const struct media_screen *s)
{
    return s->screen.ui->view;
}

static const struct call *the_call(const struct media_screen *s)
{
    return calls_by_id(media_screen_view(s)->calls, s->call);
}

const struct call_media_stream *media_screen_selected(const struct media_screen *s)
{
    return s->media && s->scroll.at < s->media->streams
               ? &s->media->stream[s->scroll.at]
               : NULL;
}

static void remember(struct media_screen *s)
{
    const struct call_media_stream *one = media_screen_selected(s);

    s->stream = one ? one->id : 0;
}

static void media_refresh(struct screen *screen)
{
    struct media_screen *s = (struct media_screen *)screen;
    const struct call *call = the_call(s);

    call_media_free(s->media);
    s->media = call ? call_media_build(media_screen_view(s), call, !s->alone) : NULL;
    s->layout = media_screen_view(s)->calls->layout;
    s->scroll.count = s->media ? s->media->streams : 0;
    for (size_t i = 0; i < s->scroll.count; i++)
        if (s->media->stream[i].id == s->stream)
            s->scroll.at = i;
    scroll_fit(&s->scroll, s->scroll.count, s->scroll.page);
    remember(s);
}

/* ---- values of rows */

bool media_screen_value(struct media_screen *s, const struct table *t,
                        const void *object, const char *name, bool unit,
                        enum tone *tone)
{
    const struct field *f = field_find(t, name);
    struct row row = {.view = media_screen_view(s),
                      .object = object,
                      .scratch = &s->scratch,
                      .text = &s->text};
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

    if (media_screen_value(s, t, object, name, false, &tone))
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

/* Port 0 refuses a medium, or takes it out. */
static int put_port(struct media_screen *s, struct canvas *c, int x, int y,
                    const void *row)
{
    enum tone tone;
    int behind = put(s, c, x, y, 5, true, &TABLE_OFFERS, row, "port");

    if (media_screen_value(s, &TABLE_OFFERS, row, "port", false, &tone) &&
        s->cell.n == 1 && *s->cell.p == '0')
        canvas_tone(c, (struct rect){x, y, 5, 1}, TONE_WARN);
    return behind;
}

/* Media that is not to go both ways. */
static int put_direction(struct media_screen *s, struct canvas *c, int x, int y,
                         const void *row)
{
    enum tone tone;
    int behind = put(s, c, x, y, 8, false, &TABLE_OFFERS, row, "direction");

    if (media_screen_value(s, &TABLE_OFFERS, row, "direction", false, &tone) &&
        strcmp(strbuf_cstr(&s->cell), "sendrecv") != 0)
        canvas_tone(c, (struct rect){x, y, 8, 1}, TONE_WARN);
    return behind;
}

static void draw_offer(struct media_screen *s, struct canvas *c, struct rect area,
                       const void *row)
{
    const struct table *t = &TABLE_OFFERS;
    enum tone tone;
    int x = put(s, c, area.x, area.y, 12, false, t, row, "time");

    x = put(s, c, x, area.y, 6, false, t, row, "side");
    x = put(s, c, x, area.y, 5, false, t, row, "media");
    x = put(s, c, x, area.y, area.w >= WIDE ? 24 : 15, false, t, row, "addr");
    x = put_port(s, c, x, area.y, row);
    x = put_direction(s, c, x, area.y, row);
    if (media_screen_value(s, t, row, "codecs", false, &tone))
        x = canvas_text(c, x, area.y, TONE_PLAIN, s->cell.p, s->cell.n);
    if (media_screen_value(s, t, row, "ptime", true, &tone) &&
        x + 2 + (int)s->cell.n <= area.x + area.w) {
        x = canvas_put(c, x, area.y, TONE_PLAIN, "  ");
        x = canvas_text(c, x, area.y, TONE_PLAIN, s->cell.p, s->cell.n);
    }
    if (media_screen_value(s, t, row, "crypto", false, &tone))
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
    {"src", "From", 20, 27, false},      {"dst", "To", 20, 27, false},
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
    const struct finding *f =
        verdict_of_stream(media_screen_view(s), one->call, one->id);
    int x = area.x + SIGN;

    if (f && f->severity >= SEVERITY_WARN)
        canvas_put(c, area.x, area.y, (unsigned)verdict_tone(f->severity) | STYLE_BOLD,
                   f->severity == SEVERITY_CRIT ? "●" : "▲");
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
    int x = area.x + SIGN;

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
                   media_screen_view(s)->streams
                       ? "No RTP of this call was seen."
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

/* Bytes of text that fit into w columns, up to an arrow; all of them where none does.
 */
static size_t fitting(const char *text, size_t n, int w)
{
    static const char arrow[] = " → ";
    size_t last = 0;

    if (canvas_columns(text, n) <= w)
        return n;
    for (size_t i = 0; i + sizeof arrow - 1 <= n; i++)
        if (!memcmp(text + i, arrow, sizeof arrow - 1) && canvas_columns(text, i) <= w)
            last = i;
    return last ? last : n;
}

/* Offers and answers in a line, or in a few where there is room; nothing where there
 * are none. */
static int draw_timeline(struct media_screen *s, struct canvas *c, struct rect area)
{
    int lines = 0, most = area.h / 10;
    size_t at = 0;

    s->cell.n = 0;
    call_media_timeline(media_screen_view(s), s->media, &s->cell);
    if (area.h < 16)
        return 0;
    for (; at < s->cell.n; lines++) {
        const char *text = s->cell.p + at;
        size_t left = s->cell.n - at,
               n = lines + 1 < most ? fitting(text, left, area.w) : left;

        canvas_field(c, area.x, area.y + lines, area.w, false, TONE_PLAIN, text, n);
        at += n;
    }
    return lines;
}

static void media_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct media_screen *s = (struct media_screen *)screen;
    const struct call *call = the_call(s);
    int end = area.y + area.h;

    if (!call || !s->media || s->layout != media_screen_view(s)->calls->layout) {
        canvas_printf(c, area.x + 2, area.y + 1, TONE_WARN,
                      "Call %u is no longer kept: a limit was reached.", s->call);
        return;
    }
    draw_title(s, c, area, call);
    area.y++;
    area.y += draw_timeline(s, c, area);
    area.y += draw_offers(s, c, area, end - area.y > 30 ? 10 : (end - area.y) / 4);
    area.y += draw_streams(s, c, area, (end - area.y) / 3);
    area.y++;
    area.h = end - area.y;
    media_screen_draw_one(s, c, area);
}

/* ---- actions */

static void media_act(struct screen *screen, enum action action)
{
    struct media_screen *s = (struct media_screen *)screen;

    if (action == ACTION_LEGS) {
        s->alone = !s->alone;
        media_refresh(screen);
    } else if (action == ACTION_TOGETHER) {
        s->all = !s->all;
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
