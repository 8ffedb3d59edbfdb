#include "tui/media_graphs.h"
#include "tui/screen_media.h"
#include "view/verdict.h"

#include <string.h>

enum {
    GRAPH_H = 14, /* lines of graphs at most, with title and axis */
    BOTH = 16     /* lines from which on the way back stands below */
};

static bool is_in_row(const char *name)
{
    static const char *const also[] = {"id",           "src",         "dst",
                                       "codec",        "loss",        "jitter_mean",
                                       "mos",          "call",        "call_id",
                                       "start",        "end",         "bytes",
                                       "late50",       "late200",     "mos_fixed50",
                                       "mos_fixed200", "loss_bursts", "loss_burst_max",
                                       "lost"};

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
            !media_screen_value(s, &TABLE_STREAMS, one->row, f->name, true, &tone))
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

/* A word and a field's value with its unit. Returns the x behind it. */
static int put_named(struct media_screen *s, struct canvas *c, int x, int y,
                     const struct call_media_stream *one, const char *word,
                     const char *name)
{
    enum tone tone = TONE_PLAIN;

    if (!media_screen_value(s, &TABLE_STREAMS, one->row, name, true, &tone))
        return x;
    x = canvas_put(c, x, y, TONE_DIM, word);
    return canvas_text(c, x + 1, y, tone, s->cell.p, s->cell.n);
}

/* What is wrong with the stream; what was lost, and when; what buffers of three kinds
 * play. Returns lines used. */
static int draw_judged(struct media_screen *s, struct canvas *c, struct rect area,
                       const struct call_media_stream *one)
{
    const struct finding *f =
        verdict_of_stream(media_screen_view(s), one->call, one->id);
    int y = area.y, x = area.x;

    if (f && f->severity >= SEVERITY_WARN) {
        unsigned style = (unsigned)verdict_tone(f->severity) | STYLE_BOLD;

        x = canvas_printf(c, x, y, style, "%s %s  ",
                          f->severity == SEVERITY_CRIT ? "●" : "▲", f->rule->id);
        canvas_field(c, x, y, area.x + area.w - x, false, style, f->headline,
                     strlen(f->headline));
        y++;
    }
    x = put_named(s, c, area.x, y, one, "Lost", "lost");
    x = put_named(s, c, x, y, one, " in runs:", "loss_bursts");
    x = put_named(s, c, x, y, one, ", longest", "loss_burst_max");
    x = canvas_put(c, x + 3, y, TONE_DIM, "each 10 s ") + 1;
    s->cell.n = 0;
    if (area.x + area.w > x)
        call_media_loss_map(one, (size_t)(area.x + area.w - x), c->ascii, &s->cell);
    canvas_text(c, x, y, one->figures->loss >= 1 ? TONE_BAD : TONE_PLAIN, s->cell.p,
                s->cell.n);
    y++;
    x = canvas_put(c, area.x, y, TONE_DIM, "Buffer  ");
    x = put_named(s, c, x, y, one, "50 ms late", "late50");
    x = put_named(s, c, x, y, one, " MOS", "mos_fixed50");
    x = put_named(s, c, x + 3, y, one, "adaptive MOS", "mos");
    x = put_named(s, c, x + 3, y, one, "200 ms late", "late200");
    put_named(s, c, x, y, one, " MOS", "mos_fixed200");
    return y + 1 - area.y;
}

/* The same way back: the stream of the same leg with the ends changed. */
static const struct call_media_stream *way_back(struct media_screen *s,
                                                const struct call_media_stream *one)
{
    struct strbuf ends = {0};
    const struct call_media_stream *found = NULL;
    enum tone tone;

    if (media_screen_value(s, &TABLE_STREAMS, one->row, "dst", false, &tone))
        strbuf_add(&ends, s->cell.p, s->cell.n);
    for (size_t i = 0; i < s->media->streams && ends.n && !found; i++) {
        const struct call_media_stream *k = &s->media->stream[i];

        if (k->leg == one->leg && k != one &&
            media_screen_value(s, &TABLE_STREAMS, k->row, "src", false, &tone) &&
            s->cell.n == ends.n && !memcmp(s->cell.p, ends.p, ends.n))
            found = k;
    }
    strbuf_done(&ends);
    return found;
}

void media_screen_draw_one(struct media_screen *s, struct canvas *c, struct rect area)
{
    const struct call_media_stream *one = media_screen_selected(s), *back;
    int most = area.h > MEDIA_GRAPH_MIN + 3 ? area.h - MEDIA_GRAPH_MIN - 2 : area.h;

    if (!one || area.h < 1)
        return;
    if (s->all) {
        media_graphs_all(c, area, media_screen_view(s), s->media, s->scroll.top,
                         s->scroll.at);
        return;
    }
    if (area.h > 4) {
        int used = draw_judged(s, c, area, one);

        area.y += used;
        area.h -= used;
        most -= used;
    }
    if (most < 1)
        return;
    area.y += draw_figures(s, c, area, one, most) + 1;
    area.h = area.y < c->h - 1 ? c->h - 1 - area.y : 0;
    if (area.h <= MEDIA_GRAPH_MIN)
        return;
    back = area.h >= BOTH ? way_back(s, one) : NULL;
    int h = back ? (area.h - 1) / 2 : area.h;
    h = h < GRAPH_H ? h : GRAPH_H;
    media_graphs_one(c, (struct rect){area.x, area.y, area.w, h}, one);
    if (!back)
        return;
    canvas_put(c, area.x, area.y + h, TONE_DIM, "The way back:");
    media_graphs_one(c, (struct rect){area.x, area.y + h + 1, area.w, h}, back);
}
