#include "base/utf8.h"
#include "out/format.h"

#include <math.h>

/* A column's name as a key, with what goes before it. */
static void key(struct strbuf *b, const struct listing *l, size_t i)
{
    const char *name = l->column[i].field->name;
    strbuf_char(b, i ? ',' : '{');
    json_text(b, name, strlen(name));
    strbuf_char(b, ':');
}

/* The key of each column as it is written, with the comma before it. */
void json_begin(struct listing *l)
{
    for (size_t i = 0; i < l->columns; i++) {
        struct listing_column *c = &l->column[i];
        struct strbuf b = {0};
        key(&b, l, i);
        c->key_length = (unsigned)(b.n <= sizeof c->key ? b.n : 0);
        if (c->key_length)
            memcpy(c->key, b.p, c->key_length);
        strbuf_done(&b);
    }
}

void json_seconds(struct strbuf *b, int64_t ns, bool trim)
{
    strbuf_fixed(b, ns, 9);
    if (!trim || b->failed)
        return;
    while (b->n && b->p[b->n - 1] == '0')
        b->n--;
    if (b->n && b->p[b->n - 1] == '.')
        b->n--;
}

/* Bytes that stand in a JSON string as they are. */
static bool plain(const uint8_t *p, size_t n)
{
    bool bad = false;
    for (size_t i = 0; i < n; i++)
        bad |= p[i] < 0x20 || p[i] > 0x7e || p[i] == '"' || p[i] == '\\';
    return !bad;
}

void json_text(struct strbuf *b, const void *bytes, size_t n)
{
    if (!bytes) {
        strbuf_add(b, "null", 4);
        return;
    }
    strbuf_char(b, '"');
    if (plain(bytes, n))
        strbuf_add(b, bytes, n);
    else
        utf8_json(b, bytes, n);
    strbuf_char(b, '"');
}

void json_value(struct strbuf *b, const struct value *value)
{
    switch (value->type) {
    case VALUE_NULL: strbuf_add(b, "null", 4); break;
    case VALUE_BOOL: strbuf_str(b, value->i ? "true" : "false"); break;
    case VALUE_INT: strbuf_i64(b, value->i); break;
    case VALUE_TEXT:
    case VALUE_JSON: json_text(b, value->p, value->n); break;
    case VALUE_TIME: json_seconds(b, value->i, false); break;
    case VALUE_DURATION: json_seconds(b, value->i, true); break;
    case VALUE_REAL:
        if (isfinite(value->r))
            strbuf_printf(b, "%.10g", value->r);
        else
            strbuf_add(b, "null", 4);
        break;
    }
}

void json_row(struct listing *l)
{
    struct strbuf *b = &l->out->buf;
    struct value value;
    for (size_t i = 0; i < l->columns; i++) {
        const struct listing_column *c = &l->column[i];
        if (c->key_length)
            strbuf_add(b, c->key, c->key_length);
        else
            key(b, l, i);
        listing_value(l, i, &value);
        /* What we made as JSON is no string in it; a statement's text may be anything.
         */
        if (c->field->type == VALUE_JSON && c->field->get && value.type == VALUE_TEXT)
            strbuf_add(b, value.p, value.n);
        else
            json_value(b, &value);
    }
    strbuf_str(b, l->columns ? "}\n" : "{}\n");
}
