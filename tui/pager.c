#include "tui/pager.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HANG = 2 /* columns by which what is wrapped is indented */ };

void pager_done(struct pager *p)
{
    strbuf_done(&p->text);
    strbuf_done(&p->find);
    vec_done(&p->lines);
    vec_done(&p->pieces);
}

void pager_clear(struct pager *p)
{
    p->text.n = 0;
    p->lines.n = p->pieces.n = 0;
    p->width = 0;
}

void pager_add(struct pager *p, unsigned style, unsigned indent, const void *bytes,
               size_t n, size_t head, unsigned head_style)
{
    struct pager_line line = {.at = p->text.n,
                              .style = (uint8_t)style,
                              .head_style = (uint8_t)head_style,
                              .indent = (uint8_t)(indent < 60 ? indent : 60),
                              .hang = HANG};

    if (head > n)
        head = n;
    utf8_clean(&p->text, bytes, head);
    line.head = p->text.n - line.at;
    utf8_clean(&p->text, (const char *)bytes + head, n - head);
    line.n = p->text.n - line.at;
    if (vec_push(&p->lines, line))
        p->width = 0;
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

/* Bytes of a line that are a header's name with its colon; 0: none. */
static size_t header_name(const char *line, size_t n)
{
    const char *colon = n ? memchr(line, ':', n) : NULL;

    return colon && line[0] != ' ' && line[0] != '\t' ? (size_t)(colon - line) + 1 : 0;
}

void pager_add_sip(struct pager *p, const void *bytes, size_t n, enum tone start_line)
{
    const char *s = bytes, *end = s + n;
    bool first = true, body = false;

    while (s < end) {
        const char *lf = memchr(s, '\n', (size_t)(end - s));
        const char *next = lf ? lf + 1 : end, *stop = lf ? lf : end;
        size_t len;

        if (stop > s && stop[-1] == '\r')
            stop--;
        len = (size_t)(stop - s);
        if (first)
            pager_add(p, start_line | STYLE_BOLD, 0, s, len, 0, 0);
        else if (!body)
            pager_add(p, TONE_PLAIN, 0, s, len, header_name(s, len), STYLE_BOLD);
        else /* "m=audio ..." begins a media section */
            pager_add(p,
                      len > 1 && s[0] == 'm' && s[1] == '=' ? STYLE_BOLD : TONE_PLAIN,
                      0, s, len, len > 1 && s[1] == '=' ? 2 : 0, TONE_DIM);
        body |= !first && len == 0;
        first = false;
        s = next;
    }
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

        if (used + columns > (room > 1 ? room : 1) && i > piece.at) {
            size_t stop = l->prose ? at_blank(p, piece.at + l->hang, i) : i;

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
    const char *text = p->text.p + piece->at;
    size_t done = piece->at - l->at; /* bytes of the line before this piece */
    size_t head = l->head > done ? l->head - done : 0;

    if (head > piece->n)
        head = piece->n;
    x += l->indent + (done ? l->hang : 0);
    int behind = canvas_text(c, x, y, l->head_style, text, head);
    canvas_text(c, behind, y, l->style, text + head, piece->n - head);
    draw_hits(p, c, x, y, text, piece->n);
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

bool pager_act(struct pager *p, enum action action)
{
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
