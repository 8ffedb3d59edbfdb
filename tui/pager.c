#include "tui/pager.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HANG = 2 /* columns by which what is wrapped is indented */ };

void pager_done(struct pager *p)
{
    strbuf_done(&p->text);
    strbuf_done(&p->paint);
    strbuf_done(&p->find);
    vec_done(&p->lines);
    vec_done(&p->pieces);
}

void pager_clear(struct pager *p)
{
    p->text.n = p->paint.n = 0;
    p->lines.n = p->pieces.n = 0;
    p->width = 0;
}

void pager_begin(struct pager *p, unsigned indent)
{
    struct pager_line line = {
        .at = p->text.n, .indent = (uint8_t)(indent < 60 ? indent : 60), .hang = HANG};

    if (vec_push(&p->lines, line))
        p->width = 0;
}

void pager_put(struct pager *p, unsigned style, const void *bytes, size_t n)
{
    struct pager_line *line = p->lines.n ? &p->lines.at[p->lines.n - 1] : NULL;

    if (!line || !n)
        return;
    utf8_clean(&p->text, bytes, n);
    strbuf_fill(&p->paint, (char)style, p->text.n - p->paint.n);
    if (p->paint.failed || p->text.failed)
        p->text.n = p->paint.n = line->at;
    line->n = p->text.n - line->at;
}

void pager_add(struct pager *p, unsigned style, unsigned indent, const void *bytes,
               size_t n, size_t head, unsigned head_style)
{
    if (head > n)
        head = n;
    pager_begin(p, indent);
    pager_put(p, head_style, bytes, head);
    pager_put(p, style, (const char *)bytes + head, n - head);
}

void pager_prose(struct pager *p, unsigned hang)
{
    if (!p->lines.n)
        return;
    p->lines.at[p->lines.n - 1].prose = true;
    p->lines.at[p->lines.n - 1].hang = (uint8_t)(hang < 60 ? hang : 60);
    p->width = 0;
}

void pager_choose(struct pager *p, size_t line)
{
    p->chosen = line + 1;
    p->showing = p->chosen != 0;
}

size_t pager_line_at(const struct pager *p, int y)
{
    size_t i = p->scroll.top + (size_t)y;

    return y >= 0 && i < p->pieces.n ? p->pieces.at[i].line : SIZE_MAX;
}

/* Where a piece of prose ends that would end at `end`: behind its last blank. */
static size_t at_blank(const struct pager *p, size_t from, size_t end)
{
    for (size_t i = end; i > from; i--)
        if (p->text.p[i - 1] == ' ')
            return i;
    return end;
}

static void wrap_line(struct pager *p, size_t index, int width)
{
    const struct pager_line *l = &p->lines.at[index];
    struct pager_piece piece = {.line = index, .at = l->at};
    int room = width - l->indent, used = 0;

    for (size_t i = l->at; i < l->at + l->n;) {
        int32_t ch;
        size_t len = utf8_next((const uint8_t *)p->text.p + i, l->at + l->n - i, &ch);
        int columns = ch < 0 ? 1 : utf8_width(ch);

        if (!p->wide && used + columns > (room > 1 ? room : 1) && i > piece.at) {
            size_t from = piece.at + (piece.at == l->at ? l->hang : 0);
            size_t stop = l->prose ? at_blank(p, from, i) : i;

            piece.n = stop - piece.at;
            if (!vec_push(&p->pieces, piece))
                return;
            piece.at = stop;
            used = canvas_columns(p->text.p + stop, i - stop);
            room = width - l->indent - l->hang;
        }
        used += columns;
        i += len;
    }
    piece.n = l->at + l->n - piece.at;
    (void)!vec_push(&p->pieces, piece);
}

static void wrap(struct pager *p, int width)
{
    size_t line = p->scroll.top < p->pieces.n ? p->pieces.at[p->scroll.top].line : 0;

    if (p->width == width)
        return;
    p->pieces.n = 0;
    for (size_t i = 0; i < p->lines.n; i++) {
        if (p->width && i == line)
            p->scroll.top = p->scroll.at = p->pieces.n;
        wrap_line(p, i, width);
    }
    p->width = width;
}

/* Marks what the search finds in a piece. */
static void draw_hits(const struct pager *p, struct canvas *c, int x, int y,
                      const char *text, size_t n)
{
    for (size_t i = 0; p->find.n && i + p->find.n <= n; i++)
        if (!strncasecmp(text + i, p->find.p, p->find.n)) {
            int from = x + canvas_columns(text, i);
            int w = canvas_columns(text + i, p->find.n);

            canvas_style(c, (struct rect){from, y, w, 1}, STYLE_UNDER | STYLE_SELECT);
        }
}

static void draw_piece(const struct pager *p, struct canvas *c, int x, int y,
                       const struct pager_piece *piece)
{
    const struct pager_line *l = &p->lines.at[piece->line];
    size_t end = piece->at + piece->n;
    int at;

    x += l->indent + (piece->at > l->at ? l->hang : 0) - p->shift;
    at = x;
    for (size_t i = piece->at, next; i < end; i = next) {
        next = i + 1;
        while (next < end && p->paint.p[next] == p->paint.p[i])
            next++;
        at = canvas_text(c, at, y, (uint8_t)p->paint.p[i], p->text.p + i, next - i);
    }
    draw_hits(p, c, x, y, p->text.p + piece->at, piece->n);
}

/* Moves the window to the chosen line, once. */
static void show_chosen(struct pager *p)
{
    size_t first = p->pieces.n, last = 0, page = (size_t)p->scroll.page;

    for (size_t i = 0; i < p->pieces.n; i++)
        if (p->pieces.at[i].line + 1 == p->chosen) {
            first = i < first ? i : first;
            last = i;
        }
    p->showing = false;
    if (first == p->pieces.n)
        return;
    if (last >= p->scroll.top + page)
        p->scroll.top = last + 1 - page;
    if (first < p->scroll.top)
        p->scroll.top = first;
    p->scroll.at = p->scroll.top;
}

/* How many lines are below the window. */
static void draw_more(const struct pager *p, struct canvas *c, struct rect area)
{
    size_t end = p->scroll.top + (size_t)area.h;
    char text[40];
    int w;

    if (area.h < 1 || end >= p->pieces.n)
        return;
    snprintf(text, sizeof text, " ↓ %zu more", p->pieces.n - end);
    w = canvas_columns(text, strlen(text));
    canvas_put(c, area.x + area.w - w, area.y + area.h - 1, TONE_REQUEST, text);
}

void pager_draw(struct pager *p, struct canvas *c, struct rect area)
{
    struct rect clip = canvas_clip(c, area);

    wrap(p, area.w > 1 ? area.w : 1);
    p->scroll.count = p->pieces.n;
    p->scroll.page = area.h > 0 ? area.h : 1;
    scroll_window(&p->scroll, ACTION_NONE);
    if (p->showing)
        show_chosen(p);
    size_t most =
        p->pieces.n > (size_t)p->scroll.page ? p->pieces.n - (size_t)p->scroll.page : 0;
    if (p->scroll.top > most)
        p->scroll.top = p->scroll.at = most;
    for (int y = 0; y < area.h && p->scroll.top + (size_t)y < p->pieces.n; y++) {
        const struct pager_piece *piece = &p->pieces.at[p->scroll.top + (size_t)y];

        draw_piece(p, c, area.x, area.y + y, piece);
        if (piece->line + 1 == p->chosen)
            canvas_style(c, (struct rect){area.x, area.y + y, area.w, 1}, STYLE_SELECT);
    }
    draw_more(p, c, area);
    canvas_clip(c, clip);
}

size_t pager_height(struct pager *p, int width)
{
    wrap(p, width > 1 ? width : 1);
    return p->pieces.n;
}

void pager_turn(struct pager *p)
{
    p->wide = !p->wide;
    p->shift = 0;
    p->width = 0;
}

bool pager_act(struct pager *p, enum action action)
{
    enum { STEP = 8 };

    if (p->wide && (action == ACTION_LEFT || action == ACTION_RIGHT)) {
        p->shift += action == ACTION_RIGHT ? STEP : -STEP;
        p->shift = p->shift > 0 ? p->shift : 0;
        return true;
    }
    return scroll_window(&p->scroll, action);
}

static bool piece_has(const struct pager *p, size_t index)
{
    const struct pager_piece *piece = &p->pieces.at[index];

    for (size_t i = 0; i + p->find.n <= piece->n; i++)
        if (!strncasecmp(p->text.p + piece->at + i, p->find.p, p->find.n))
            return true;
    return false;
}

bool pager_find_next(struct pager *p, bool backwards)
{
    size_t n = p->pieces.n;

    if (!p->find.n)
        return false;
    /* The hit of before, while it is in sight: the window may not reach as far. */
    if (p->hit < p->scroll.top || p->hit >= p->scroll.top + (size_t)p->scroll.page)
        p->hit = p->scroll.top;
    for (size_t k = 1; k <= n; k++) {
        size_t i = (p->hit + (backwards ? n - k : k)) % n;

        if (piece_has(p, i)) {
            p->scroll.top = p->scroll.at = p->hit = i;
            return true;
        }
    }
    return false;
}

void pager_find(struct pager *p, const char *text)
{
    p->find.n = 0;
    strbuf_str(&p->find, text);
    if (p->find.n && p->scroll.top < p->pieces.n && !piece_has(p, p->scroll.top))
        pager_find_next(p, false);
}
