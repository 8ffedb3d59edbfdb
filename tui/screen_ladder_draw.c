#include "tui/screen_ladder.h"
#include "tui/sign.h"
#include "tui/write.h"

#include <string.h>

enum {
    BESIDE_FROM = 110, /* columns from which the text stands beside the ladder */
    PANEL_LEAST = 44,
    LADDER_LEAST = 40,
    VERDICT_FROM = 28, /* lines from which verdict and message both have room */
};

static void put_field(struct ladder_screen *s, struct canvas *c, int *x, int y,
                      const struct call *call, const char *name, const char *label)
{
    const struct field *f = field_find(&TABLE_CALLS, name);
    struct strbuf scratch = {0}, text = {0};
    struct row row = {
        .view = s->screen.ui->view, .object = call, .scratch = &scratch, .text = &text};
    struct value v = {VALUE_NULL, {0}};

    if (f)
        f->get(&row, &v);
    if (v.type != VALUE_NULL && !(v.type == VALUE_INT && !v.i)) {
        s->text.n = 0;
        strbuf_str(&s->text, label);
        value_text(row.view, f, &v, &s->text);
        if (*f->unit && strcmp(name, "status") != 0)
            strbuf_printf(&s->text, " %s", f->unit);
        *x = canvas_text(c, *x, y, f->tone ? f->tone(&row) : TONE_PLAIN, s->text.p,
                         s->text.n) +
             3;
    }
    strbuf_done(&scratch);
    strbuf_done(&text);
}

static const char *party_name(const struct party *p)
{
    return p->user ? p->user : p->host ? p->host : p->uri ? p->uri : "?";
}

/* How many legs, and why they belong together. */
static void draw_legs(const struct ladder_screen *s, struct canvas *c, int x, int y,
                      const struct call *call)
{
    const struct call *leg = call->session ? call->session->first : NULL;

    if (!leg || call->session->legs < 2)
        return;
    x = canvas_printf(c, x, y, TONE_PLAIN, "legs %u", call->session->legs);
    if (!s->options.session)
        x = canvas_put(c, x, y, TONE_PLAIN, ", this one alone");
    while (leg && !leg->link)
        leg = leg->leg_next;
    if (leg)
        canvas_printf(c, x, y, TONE_DIM, " (joined by %s, %u)", leg->link,
                      leg->link_confidence);
}

/* What is not drawn as it is. */
static int draw_folded(const struct ladder_screen *s, struct canvas *c, int x, int y)
{
    if (!s->options.fold)
        return x;
    if (s->ladder->folded)
        return canvas_printf(c, x, y, TONE_REQUEST, "folded: %zu between",
                             s->ladder->folded) +
               3;
    return canvas_put(c, x, y, TONE_REQUEST, "folded") + 3;
}

static void draw_title(struct ladder_screen *s, struct canvas *c, struct rect area,
                       const struct call *call)
{
    int x = canvas_printf(c, area.x, area.y, STYLE_BOLD, "Call %u", call->id) + 3;
    int state;

    x = canvas_put(c, x, area.y, TONE_REQUEST, call_method(call)) + 2;
    x = canvas_put(c, x, area.y, STYLE_BOLD, party_name(&call->from));
    x = canvas_put(c, x, area.y, TONE_PLAIN, " → ");
    x = canvas_put(c, x, area.y, STYLE_BOLD, party_name(&call->to)) + 3;
    put_field(s, c, &x, area.y, call, "state", "");
    state = x;
    x -= 2;
    put_field(s, c, &x, area.y, call, "status", "");
    x = x < state ? state : x;
    put_field(s, c, &x, area.y, call, "duration", "talk ");
    put_field(s, c, &x, area.y, call, "pdd", "PDD ");
    x = draw_folded(s, c, x, area.y);
    draw_legs(s, c, x, area.y, call);
}

/* The text in s->text in at most two lines from x on. Returns lines used. */
static int draw_two_lines(struct ladder_screen *s, struct canvas *c, struct rect area,
                          unsigned style)
{
    size_t n = s->text.n, stop = n;
    int w = canvas_columns(s->text.p, n);

    if (w > area.w && area.h > 1) {
        while (stop > 0 && canvas_columns(s->text.p, stop) > area.w)
            stop--;
        while (stop > 0 && s->text.p[stop - 1] != ' ')
            stop--;
    }
    stop = stop ? stop : n;
    canvas_field(c, area.x, area.y, area.w, false, style, s->text.p, stop);
    if (stop < n)
        canvas_field(c, area.x, area.y + 1, area.w, false, style, s->text.p + stop,
                     n - stop);
    return stop < n ? 2 : 1;
}

/* What is wrong, in one or two lines; what the list says where nothing was found. */
static int draw_verdict_line(struct ladder_screen *s, struct canvas *c,
                             struct rect area, const struct call *call)
{
    const struct finding *f = verdict_headline(s->screen.ui->view, call);
    enum tone tone;
    const char *sign = sign_verdict(s->screen.ui->view, call, &tone);
    int x = area.x + 2;

    s->text.n = 0;
    if (f) {
        tone = verdict_tone(f->severity);
        sign = f->severity == SEVERITY_CRIT   ? "●"
               : f->severity == SEVERITY_WARN ? "▲"
                                              : "·";
        x = canvas_put(c, x, area.y + 1, (unsigned)tone | STYLE_BOLD, f->rule->id) + 1;
        strbuf_str(&s->text, f->headline);
    } else {
        sign_remark(call, &s->text);
        tone = tone == TONE_GOOD ? TONE_DIM : tone;
    }
    if (!s->text.n)
        return 0;
    canvas_put(c, area.x, area.y + 1, tone, sign);
    return draw_two_lines(
        s, c, (struct rect){x, area.y + 1, area.w - (x - area.x), area.h > 20 ? 2 : 1},
        (unsigned)tone | (f && f->severity >= SEVERITY_WARN ? STYLE_BOLD : 0));
}

static void fill_pager(struct ladder_screen *s)
{
    const struct ladder_row *row = ladder_screen_row(s);
    const struct msg *m = row ? row->msg : NULL;

    if (s->paged && m && s->paged == m->id)
        return;
    pager_clear(&s->pager);
    s->pager.scroll = (struct scroll){0};
    s->paged = m ? m->id : 0;
    if (m)
        write_message(&s->pager, s->screen.ui->view, m, s->decoded, row->tone);
    else if (row && row->kind == LADDER_MEDIA)
        write_stream(&s->pager, s->screen.ui->view, row->stream);
    else if (row && row->text)
        pager_add(&s->pager, row->tone, 0, row->text, strlen(row->text), 0, 0);
}

static void draw_text(struct ladder_screen *s, struct canvas *c, struct rect area)
{
    s->pager_area = area;
    fill_pager(s);
    pager_draw(&s->pager, c, area);
}

static void draw_verdict(struct ladder_screen *s, struct canvas *c, struct rect area)
{
    s->verdict_area = area;
    verdict_pane_draw(&s->verdict, c, area);
}

/* A line between two areas, with a word on what is below. */
static void draw_rule(struct canvas *c, int x, int y, int w, const char *word)
{
    canvas_fill(c, (struct rect){x, y, w, 1}, TONE_DIM, "─");
    if (w > 12)
        canvas_printf(c, x + 2, y, TONE_DIM, " %s ", word);
}

/* What stands beside the ladder: the verdict where there is one, and the message. */
static void draw_beside(struct ladder_screen *s, struct canvas *c, struct rect area)
{
    bool wrong = s->verdict.tone == TONE_BAD || s->verdict.tone == TONE_WARN;
    int h = (int)pager_height(&s->verdict.pager, area.w), most = area.h / 2;

    if (s->judging && (h > area.h - 8 || area.h < VERDICT_FROM)) {
        draw_verdict(s, c, area);
        return;
    }
    if ((wrong && area.h >= VERDICT_FROM) || s->judging) {
        h = s->judging || h <= most ? h : most;
        draw_verdict(s, c, (struct rect){area.x, area.y, area.w, h});
        draw_rule(c, area.x - 1, area.y + h, area.w + 1, "message");
        area.y += h + 1;
        area.h -= h + 1;
    }
    draw_text(s, c, area);
}

/* Lines below the ladder: what the rows leave free, more for a verdict that is read. */
static int below_height(struct ladder_screen *s, const struct rect *rows)
{
    int h = rows->h * 2 / 5, left = rows->h - (int)s->ladder->rows - 2;
    int wanted = s->judging ? (int)pager_height(&s->verdict.pager, rows->w) + 1 : 0;
    int most = rows->h * 3 / 5;

    h = wanted > h ? (wanted < most ? wanted : most) : h;
    return left > h ? left : h;
}

/* Does the text stand beside the ladder? */
static bool beside(const struct ladder_screen *s, int width)
{
    return width >= BESIDE_FROM && s->panel != PANEL_BELOW &&
           (s->panel != PANEL_NONE || s->judging);
}

/* Splits the room under the title between ladder, verdict and text. */
static void split(struct ladder_screen *s, struct canvas *c, struct rect *rows)
{
    struct rect text = *rows;
    int w;

    s->pager_area = s->verdict_area = (struct rect){0, 0, 0, 0};
    s->line = -1;
    if ((s->panel == PANEL_NONE && !s->judging) || rows->h < (s->judging ? 5 : 12))
        return;
    if (beside(s, rows->w)) {
        w = rungs_width(s->ladder, rows->w - PANEL_LEAST);
        if (s->screen.ui->ladder.beside)
            w = rows->w - s->screen.ui->ladder.beside;
        if (w > rows->w - PANEL_LEAST)
            w = rows->w - PANEL_LEAST;
        w = w > LADDER_LEAST ? w : LADDER_LEAST;
        s->line = rows->x + w;
        text.x = rows->x + w + 2;
        text.w = rows->w - w - 2;
        canvas_fill(c, (struct rect){rows->x + w, rows->y, 1, rows->h}, TONE_DIM, "│");
        rows->w = w;
        draw_beside(s, c, text);
        return;
    }
    int below = s->screen.ui->ladder.below, h = below ? below : below_height(s, rows);
    h = h < rows->h - 4 ? h : rows->h - 4;
    h = h > 2 ? h : 2;
    s->line = rows->y + rows->h - h;
    text.y = rows->y + rows->h - h + 1;
    text.h = h - 1;
    rows->h -= h;
    draw_rule(c, rows->x, text.y - 1, rows->w, s->judging ? "verdict" : "message");
    if (s->judging)
        draw_verdict(s, c, text);
    else
        draw_text(s, c, text);
}

static void draw_rows(struct ladder_screen *s, struct canvas *c, struct rect rows)
{
    struct rungs *r = &s->rungs;
    int head;

    r->area = rows;
    r->layout = ladder_layout(s->ladder, (unsigned)(rows.w > 0 ? rows.w : 1));
    if (r->like != ladder_screen_row(s))
        rungs_choose(r, ladder_screen_row(s));
    if (r->shift > (int)r->layout.width - rows.w)
        r->shift = (int)r->layout.width > rows.w ? (int)r->layout.width - rows.w : 0;
    rungs_draw_head(r, c, rows.y);
    head = rungs_head_lines(r);
    s->rows_y = rows.y + head;
    if (s->centre && rows.h > head) {
        size_t half = (size_t)(rows.h - head) / 2;

        s->scroll.top = s->scroll.at > half ? s->scroll.at - half : 0;
        s->centre = false;
    }
    scroll_fit(&s->scroll, s->ladder->rows, rows.h - head);
    for (int y = 0; y < rows.h - head; y++) {
        size_t i = s->scroll.top + (size_t)y;

        if (i >= s->ladder->rows)
            break;
        rungs_draw_row(r, c, &s->ladder->row[i], s->rows_y + y);
        if (s->ladder->row[i].msg &&
            marks_has(&s->screen.ui->messages, s->ladder->row[i].msg->id))
            canvas_put(c, rows.x + (int)r->layout.time_width, s->rows_y + y,
                       TONE_REQUEST | STYLE_BOLD, "■");
        if (i == s->scroll.at)
            canvas_style(c, (struct rect){rows.x, s->rows_y + y, rows.w, 1},
                         STYLE_SELECT);
    }
}

void ladder_screen_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct ladder_screen *s = (struct ladder_screen *)screen;
    const struct call *call = ladder_screen_call(s);
    struct rect rows = area;
    int used;

    if (!call || !s->ladder) {
        canvas_printf(c, area.x + 2, area.y + 1, TONE_WARN,
                      "Call %u is no longer kept: a limit was reached.", s->call);
        return;
    }
    ladder_screen_set(s);
    ladder_screen_fit(s, beside(s, area.w) ? area.w - PANEL_LEAST : area.w);
    if (!s->ladder)
        return;
    draw_title(s, c, area, call);
    used = 1 + draw_verdict_line(s, c, area, call);
    rows.y += used;
    rows.h -= used;
    split(s, c, &rows);
    draw_rows(s, c, rows);
}
