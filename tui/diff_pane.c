#include "tui/diff_pane.h"

#include "base/utf8.h"

#include <string.h>

enum { GUTTER = 3 /* columns between the texts: the sign of a line */ };

void diff_pane_done(struct diff_pane *p)
{
    strbuf_done(&p->clean);
    strbuf_done(&p->style);
    vec_done(&p->rows);
}

void diff_pane_set(struct diff_pane *p, const struct diff *d)
{
    p->diff = d;
    p->width = 0;
    p->hit = SIZE_MAX;
    p->scroll = (struct scroll){0};
}

void diff_pane_turn(struct diff_pane *p)
{
    p->only = !p->only;
    p->width = 0;
    p->scroll = (struct scroll){0};
}

static bool differs(const struct diff_line *l)
{
    return l->kind != DIFF_SAME && l->kind != DIFF_USUAL;
}

/* ---- rows */

static unsigned style_of(const struct diff_line *l, const struct diff_word *w)
{
    switch (l->kind) {
    case DIFF_SAME: return TONE_PLAIN;
    case DIFF_USUAL: return TONE_DIM;
    case DIFF_LEFT:
    case DIFF_RIGHT: return TONE_WARN;
    default: return w->differs ? (TONE_WARN | STYLE_BOLD | STYLE_UNDER) : TONE_PLAIN;
    }
}

/* Adds the words of one side, clean, with their styles. */
static void add_side(struct diff_pane *p, const struct diff_line *l, unsigned side,
                     struct diff_row *row)
{
    row->at[side] = p->clean.n;
    for (size_t i = 0; i < l->side[side].n; i++) {
        const struct diff_word *w = &p->diff->word[l->side[side].first + i];
        size_t before = p->clean.n;

        utf8_clean(&p->clean, w->p, w->n);
        strbuf_fill(&p->style, (char)style_of(l, w), p->clean.n - before);
    }
    row->n[side] = p->clean.n - row->at[side];
}

/* Bytes of text that fit into `room` columns: at least one character. */
static size_t fit(const char *text, size_t n, int room)
{
    int used = 0;
    size_t i = 0;

    while (i < n) {
        int32_t ch;
        size_t len = utf8_next((const uint8_t *)text + i, n - i, &ch);

        used += ch < 0 ? 1 : utf8_width(ch);
        if (used > room && i)
            break;
        i += len;
    }
    return i;
}

/* Adds rows until both sides are shown, each in `room` columns. */
static void wrap(struct diff_pane *p, struct diff_row row, int room)
{
    size_t left[2] = {row.n[0], row.n[1]};

    row.first = true;
    do {
        for (unsigned s = 0; s < 2; s++) {
            row.n[s] = left[s] ? fit(p->clean.p + row.at[s], left[s], room) : 0;
            left[s] -= row.n[s];
        }
        if (!vec_push(&p->rows, row))
            return;
        row.at[0] += row.n[0];
        row.at[1] += row.n[1];
        row.first = false;
    } while (left[0] || left[1]);
}

static void add_line(struct diff_pane *p, size_t index, int width)
{
    const struct diff_line *l = &p->diff->line[index];
    struct diff_row row = {.line = index};

    if (p->only && !differs(l))
        return;
    if (width >= DIFF_BESIDE) {
        for (unsigned s = 0; s < 2; s++)
            add_side(p, l, s, &row);
        wrap(p, row, (width - GUTTER) / 2);
        return;
    }
    row.unified = true;
    for (unsigned s = 0; s < 2; s++) {
        struct diff_row one = row;

        if (!l->side[s].n || (s && l->kind == DIFF_SAME))
            continue;
        one.of = (uint8_t)s;
        add_side(p, l, s, &one);
        wrap(p, one, width - GUTTER);
    }
}

static void fill(struct diff_pane *p, int width)
{
    size_t line = p->scroll.top < p->rows.n ? p->rows.at[p->scroll.top].line : 0;

    p->clean.n = p->style.n = p->rows.n = 0;
    for (size_t i = 0; p->diff && i < p->diff->lines; i++) {
        if (p->width && i == line)
            p->scroll.top = p->scroll.at = p->rows.n;
        add_line(p, i, width);
    }
    p->width = width;
}

/* ---- drawing */

static void draw_text(const struct diff_pane *p, struct canvas *c, int x, int y,
                      size_t at, size_t n)
{
    for (size_t i = at; i < at + n;) {
        size_t end = i + 1;

        while (end < at + n && p->style.p[end] == p->style.p[i])
            end++;
        x = canvas_text(c, x, y, (uint8_t)p->style.p[i], p->clean.p + i, end - i);
        i = end;
    }
}

static const char *sign_of(const struct diff_line *l, const struct diff_row *row)
{
    switch (l->kind) {
    case DIFF_SAME: return " ";
    case DIFF_USUAL: return "~";
    case DIFF_LEFT: return "-";
    case DIFF_RIGHT: return "+";
    default: return !row->unified ? "!" : row->of ? "+" : "-";
    }
}

static void draw_row(const struct diff_pane *p, struct canvas *c, struct rect line,
                     const struct diff_row *row)
{
    const struct diff_line *l = &p->diff->line[row->line];
    int half = (line.w - GUTTER) / 2;
    unsigned style = differs(l) ? (TONE_WARN | STYLE_BOLD) : TONE_DIM;
    const char *sign = row->first ? sign_of(l, row) : " ";

    if (row->unified) {
        canvas_put(c, line.x, line.y, style, sign);
        draw_text(p, c, line.x + 2, line.y, row->at[row->of], row->n[row->of]);
        return;
    }
    draw_text(p, c, line.x, line.y, row->at[0], row->n[0]);
    canvas_put(c, line.x + half + 1, line.y, style,
               row->first && *sign != ' ' ? sign : "│");
    draw_text(p, c, line.x + half + GUTTER, line.y, row->at[1], row->n[1]);
}

/* Moves the window to the difference; two lines above it stay in sight. */
static void show_hit(struct diff_pane *p)
{
    size_t row = 0;

    p->showing = false;
    while (row < p->rows.n && p->rows.at[row].line != p->hit)
        row++;
    if (row < p->rows.n)
        p->scroll.top = p->scroll.at = row > 2 ? row - 2 : 0;
}

void diff_pane_draw(struct diff_pane *p, struct canvas *c, struct rect area)
{
    struct rect clip = canvas_clip(c, area);
    int width = area.w > GUTTER + 2 ? area.w : GUTTER + 2;

    if (p->width != width)
        fill(p, width);
    p->scroll.count = p->rows.n;
    p->scroll.page = area.h > 0 ? area.h : 1;
    if (p->showing)
        show_hit(p);
    scroll_window(&p->scroll, ACTION_NONE);
    for (int y = 0; y < area.h && p->scroll.top + (size_t)y < p->rows.n; y++)
        draw_row(p, c, (struct rect){area.x, area.y + y, area.w, 1},
                 &p->rows.at[p->scroll.top + (size_t)y]);
    canvas_clip(c, clip);
}

bool diff_pane_next(struct diff_pane *p, bool backwards)
{
    size_t n = p->diff ? p->diff->lines : 0;
    size_t from = p->hit < n ? p->hit : backwards ? 0 : n - 1;

    for (size_t k = 1; k <= n; k++) {
        size_t i = (from + (backwards ? n - k : k)) % n;

        if (!differs(&p->diff->line[i]))
            continue;
        p->hit = i;
        p->showing = true;
        return true;
    }
    return false;
}
