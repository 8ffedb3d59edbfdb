#include "base/utf8.h"
#include "out/format.h"

#include <string.h>

/* Quotes where RFC 4180 asks for them; an apostrophe before what a spreadsheet would
 * compute. The text is clean: no control characters in it. */
static void text_cell(struct strbuf *b, const char *p, size_t n)
{
    bool formula = n && memchr("=+-@", p[0], 4);
    bool quoted = n && (memchr(p, ',', n) || memchr(p, '"', n));
    if (quoted)
        strbuf_char(b, '"');
    if (formula)
        strbuf_char(b, '\'');
    for (size_t from = 0; from < n;) {
        const char *quote = memchr(p + from, '"', n - from);
        size_t to = quote ? (size_t)(quote - p) + 1 : n;
        strbuf_add(b, p + from, to - from);
        if (quote)
            strbuf_char(b, '"');
        from = to;
    }
    if (quoted)
        strbuf_char(b, '"');
}

void csv_text(struct strbuf *b, const char *s)
{
    struct strbuf clean = {0};
    if (s)
        utf8_clean(&clean, s, strlen(s));
    if (clean.n)
        text_cell(b, clean.p, clean.n);
    b->failed |= clean.failed;
    strbuf_done(&clean);
}

void csv_begin(struct listing *l)
{
    for (size_t i = 0; i < l->columns; i++) {
        if (i)
            strbuf_char(&l->out->buf, ',');
        const char *name = l->column[i].field->name;
        l->cell.n = 0;
        utf8_clean(&l->cell, name, strlen(name));
        text_cell(&l->out->buf, l->cell.p, l->cell.n);
    }
    strbuf_add(&l->out->buf, "\r\n", 2);
}

void csv_row(struct listing *l)
{
    struct strbuf *b = &l->out->buf;
    struct value value;
    for (size_t i = 0; i < l->columns; i++) {
        if (i)
            strbuf_char(b, ',');
        listing_value(l, i, &value);
        if (value.type == VALUE_TEXT) {
            l->cell.n = 0;
            utf8_clean(&l->cell, value.p, value.n);
            text_cell(b, l->cell.p, l->cell.n);
        } else if (value.type != VALUE_NULL) {
            json_value(b, &value);
        }
    }
    strbuf_add(b, "\r\n", 2);
}
