#include "out/style.h"
#include "base/utf8.h"

static const char *const ANSI[] = {
    [TONE_PLAIN] = "",       [TONE_GOOD] = "\x1b[32m",    [TONE_WARN] = "\x1b[33m",
    [TONE_BAD] = "\x1b[31m", [TONE_REQUEST] = "\x1b[36m", [TONE_DIM] = "\x1b[2m",
};

void style_on(struct strbuf *b, enum tone tone, bool color)
{
    if (color)
        strbuf_str(b, ANSI[tone]);
}

void style_off(struct strbuf *b, enum tone tone, bool color)
{
    if (color && tone != TONE_PLAIN)
        strbuf_str(b, "\x1b[0m");
}

void style_bold(struct strbuf *b, const char *text, bool color)
{
    if (color)
        strbuf_str(b, "\x1b[1m");
    strbuf_str(b, text);
    if (color)
        strbuf_str(b, "\x1b[0m");
}

static bool ascii_only(const char *p, size_t n)
{
    uint8_t high = 0;
    for (size_t i = 0; i < n; i++)
        high |= (uint8_t)p[i];
    return high < 0x80;
}

/* Bytes of the first characters that take at most `width` columns, which are in
 * *columns. */
static size_t fit(const char *p, size_t n, size_t width, size_t *columns)
{
    size_t at = 0;
    *columns = 0;
    while (at < n) {
        int32_t c;
        size_t used = utf8_next((const uint8_t *)p + at, n - at, &c);
        int w = c < 0 ? 1 : utf8_width(c);
        if (*columns + (size_t)w > width)
            break;
        *columns += (size_t)w;
        at += used;
    }
    return at;
}

size_t style_cut(struct strbuf *b, const char *p, size_t n, size_t width, bool ascii)
{
    size_t columns = n;
    bool plain = ascii_only(p, n); /* one column a byte: nothing has to be decoded */
    if (!width)
        width = SIZE_MAX;
    if (plain ? n > width : fit(p, n, width, &columns) < n) {
        if (plain)
            n = columns = width - 1;
        else
            n = fit(p, n, width - 1, &columns);
        strbuf_add(b, p, n);
        strbuf_str(b, ascii ? "~" : "…");
        return columns + 1;
    }
    strbuf_add(b, p, n);
    return columns;
}
