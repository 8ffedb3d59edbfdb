#include "tui/canvas.h"

#include "base/err.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longest text of a column: a character and four combining ones. */
enum { COLUMN_BYTES = sizeof(((struct cell *)0)->text) };

void canvas_done(struct canvas *c)
{
    free(c->cell);
    strbuf_done(&c->clean);
    memset(c, 0, sizeof *c);
}

int canvas_init(struct canvas *c, int w, int h, bool ascii)
{
    memset(c, 0, sizeof *c);
    w = w < 1 ? 1 : w;
    h = h < 1 ? 1 : h;
    c->cell = calloc((size_t)w * (size_t)h, sizeof *c->cell);
    if (!c->cell)
        return -ERR_NOMEM;
    c->w = w;
    c->h = h;
    c->ascii = ascii;
    canvas_clear(c);
    return 0;
}

void canvas_clear(struct canvas *c)
{
    static const struct cell blank = {.text = " ", .n = 1, .width = 1};

    for (size_t i = 0; i < (size_t)c->w * (size_t)c->h; i++)
        c->cell[i] = blank;
    c->clip = (struct rect){0, 0, c->w, c->h};
}

struct rect canvas_clip(struct canvas *c, struct rect clip)
{
    struct rect before = c->clip;
    int right = clip.x + clip.w, bottom = clip.y + clip.h;

    if (clip.x < 0)
        clip.x = 0;
    if (clip.y < 0)
        clip.y = 0;
    clip.w = (right > c->w ? c->w : right) - clip.x;
    clip.h = (bottom > c->h ? c->h : bottom) - clip.y;
    c->clip = clip;
    return before;
}

static struct cell *cell_at(struct canvas *c, int x, int y)
{
    if (x < c->clip.x || y < c->clip.y || x >= c->clip.x + c->clip.w ||
        y >= c->clip.y + c->clip.h)
        return NULL;
    return &c->cell[(size_t)y * (size_t)c->w + (size_t)x];
}

static void cell_blank(struct cell *cell)
{
    uint8_t style = cell->style;

    memset(cell, 0, sizeof *cell);
    cell->text[0] = ' ';
    cell->n = cell->width = 1;
    cell->style = style;
}

/* No half of a wide character outlives the other half. */
static void cell_release(struct canvas *c, struct cell *cell)
{
    if (cell->n == 0 && cell > c->cell)
        cell_blank(cell - 1);
    if (cell->width == 2)
        cell_blank(cell + 1);
}

static struct cell *cell_set(struct canvas *c, int x, int y, unsigned style,
                             const char *text, size_t n, int width)
{
    struct cell *cell = cell_at(c, x, y);

    if (width == 2 && !(cell && cell_at(c, x + 1, y))) {
        /* Half of it is outside: a blank stands for the half that is not. */
        cell_set(c, x, y, style, " ", 1, 1);
        cell_set(c, x + 1, y, style, " ", 1, 1);
        return NULL;
    }
    if (!cell)
        return NULL;
    cell_release(c, cell);
    memset(cell, 0, sizeof *cell);
    memcpy(cell->text, text, n);
    cell->n = (uint8_t)n;
    cell->width = (uint8_t)width;
    cell->style = (uint8_t)style;
    if (width == 2) {
        cell_release(c, cell + 1);
        memset(cell + 1, 0, sizeof *cell);
        cell[1].style = (uint8_t)style;
    }
    return cell;
}

/* ASCII for the signs and lines that screens draw. */
static char stand_in(int32_t ch)
{
    static const struct {
        int32_t ch;
        char ascii;
    } table[] = {
        {0x25cf, '*'}, {0x25b2, '!'}, {0xb7, '.'},   {0x2713, '+'}, {0x2502, '|'},
        {0x2506, ':'}, {0x2500, '-'}, {0x2550, '='}, {0x25b6, '>'}, {0x25c0, '<'},
        {0x2504, '.'}, {0x21bb, 'x'}, {0x2192, '>'}, {0x2190, '<'}, {0x2026, '~'},
        {0x2013, '-'}, {0x2191, '^'}, {0x2193, 'v'}, {0x250c, '+'}, {0x2510, '+'},
        {0x2514, '+'}, {0x2518, '+'}, {0x251c, '+'}, {0x2524, '+'}, {0x253c, '+'},
        {0x2588, '#'}, {0x2591, '.'}, {0xd7, 'x'},   {0x25a0, '#'}, {0x203a, '>'},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].ch == ch)
            return table[i].ascii;
    return '?';
}

int canvas_text(struct canvas *c, int x, int y, unsigned style, const void *bytes,
                size_t n)
{
    size_t room = (size_t)(x < c->w ? c->w - x : 1) * COLUMN_BYTES;
    struct cell *last = NULL;

    c->clean.n = 0;
    utf8_clean(&c->clean, bytes, n < room ? n : room);
    for (size_t i = 0; i < c->clean.n;) {
        const char *p = c->clean.p + i;
        int32_t ch;
        size_t len = utf8_next((const uint8_t *)p, c->clean.n - i, &ch);
        int width = ch < 0 ? 1 : utf8_width(ch);

        i += len;
        if (ch < 0 || (c->ascii && ch >= 0x80 && width > 0)) {
            char ascii = ch < 0 ? '?' : stand_in(ch);

            for (; width > 0; width--)
                last = cell_set(c, x++, y, style, &ascii, 1, 1);
        } else if (width > 0) {
            last = cell_set(c, x, y, style, p, len, width);
            x += width;
        } else if (last && !c->ascii && last->n + len <= COLUMN_BYTES) {
            memcpy(last->text + last->n, p, len);
            last->n = (uint8_t)(last->n + len);
        }
    }
    return x;
}

int canvas_put(struct canvas *c, int x, int y, unsigned style, const char *text)
{
    return canvas_text(c, x, y, style, text, strlen(text));
}

int canvas_printf(struct canvas *c, int x, int y, unsigned style, const char *format,
                  ...)
{
    char text[512];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    return canvas_put(c, x, y, style, text);
}

int canvas_columns(const void *bytes, size_t n)
{
    size_t columns = utf8_columns(bytes, n);

    return columns > 1 << 20 ? 1 << 20 : (int)columns;
}

void canvas_field(struct canvas *c, int x, int y, int w, bool right, unsigned style,
                  const void *bytes, size_t n)
{
    size_t most = (size_t)(w > 0 ? w : 0) * COLUMN_BYTES + 1;
    struct rect clip = c->clip, inner;
    int columns = canvas_columns(bytes, n < most ? n : most);

    if (w <= 0)
        return;
    inner.x = x > clip.x ? x : clip.x;
    inner.y = clip.y;
    inner.h = clip.h;
    inner.w = (x + w < clip.x + clip.w ? x + w : clip.x + clip.w) - inner.x;
    if (columns > w)
        inner.w -= x + w <= clip.x + clip.w;
    c->clip = inner;
    canvas_text(c, right && columns < w ? x + w - columns : x, y, style, bytes, n);
    c->clip = clip;
    if (columns > w)
        canvas_put(c, x + w - 1, y, style, "…");
}

void canvas_fill(struct canvas *c, struct rect area, unsigned style, const char *glyph)
{
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++)
            canvas_put(c, x, y, style, glyph);
}

void canvas_style(struct canvas *c, struct rect area, unsigned attributes)
{
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++) {
            struct cell *cell = cell_at(c, x, y);

            if (cell)
                cell->style = (uint8_t)(cell->style | attributes);
        }
}

void canvas_tone(struct canvas *c, struct rect area, enum tone tone)
{
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++) {
            struct cell *cell = cell_at(c, x, y);

            if (cell)
                cell->style = (uint8_t)((cell->style & ~STYLE_TONE) | tone);
        }
}

static void trim_line(struct strbuf *out, size_t start)
{
    while (out->n > start && out->p[out->n - 1] == ' ')
        out->n--;
    strbuf_char(out, '\n');
}

void canvas_dump(const struct canvas *c, struct strbuf *out)
{
    for (int y = 0; y < c->h; y++) {
        size_t start = out->n;

        for (int x = 0; x < c->w; x++) {
            const struct cell *cell = &c->cell[(size_t)y * (size_t)c->w + (size_t)x];

            strbuf_add(out, cell->text, cell->n);
        }
        trim_line(out, start);
    }
}

static char style_letter(const struct cell *cell)
{
    static const char letter[] = ".gyrcd..";
    char l = letter[cell->style & STYLE_TONE];

    if (cell->style & STYLE_SELECT)
        return '#';
    if (cell->style & STYLE_BAR)
        return '=';
    if (cell->n == 1 && cell->text[0] == ' ')
        return ' ';
    if ((cell->style & STYLE_BOLD) && l != '.')
        return (char)(l - 'a' + 'A');
    return (cell->style & STYLE_BOLD) ? 'B' : l;
}

void canvas_dump_styles(const struct canvas *c, struct strbuf *out)
{
    for (int y = 0; y < c->h; y++) {
        size_t start = out->n;

        for (int x = 0; x < c->w; x++)
            strbuf_char(out,
                        style_letter(&c->cell[(size_t)y * (size_t)c->w + (size_t)x]));
        trim_line(out, start);
    }
}
