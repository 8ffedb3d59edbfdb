#include "query/record.h"

#include "view/value.h"

void record_begin(struct strbuf *b, size_t table)
{
    b->n = 0;
    strbuf_char(b, (char)table);
}

void record_int(struct strbuf *b, int64_t i)
{
    char *p = strbuf_room(b, 9);
    if (!p)
        return;
    p[0] = VALUE_INT;
    memcpy(p + 1, &i, 8);
    b->n += 9;
}

void record_text(struct strbuf *b, const void *bytes, size_t n)
{
    uint32_t length = (uint32_t)n;
    if (!bytes) {
        strbuf_char(b, VALUE_NULL);
        return;
    }
    char *p = strbuf_room(b, n + 5);
    if (!p)
        return;
    p[0] = VALUE_TEXT;
    memcpy(p + 1, &length, 4);
    if (n)
        memcpy(p + 5, bytes, n);
    b->n += 5 + n;
}

void record_value(struct strbuf *b, const struct value *value)
{
    char *p;
    if (value->type == VALUE_TEXT || value->type == VALUE_NULL) {
        record_text(b, value->type == VALUE_TEXT ? value->p : NULL, value->n);
        return;
    }
    if (!(p = strbuf_room(b, 9)))
        return;
    p[0] = (char)value->type;
    memcpy(p + 1, &value->i, 8); /* as long as r */
    b->n += 9;
}

bool record_open(struct record *r, const void *p, size_t n)
{
    *r = (struct record){.p = p, .end = (const uint8_t *)p + n};
    if (!n)
        return false;
    r->table = *r->p++;
    return true;
}

bool record_next(struct record *r, struct value *out)
{
    uint32_t length;
    if (r->p >= r->end)
        return false;
    out->type = (enum value_type) * r->p++;
    if (out->type == VALUE_NULL)
        return true;
    if (out->type == VALUE_TEXT) {
        if ((size_t)(r->end - r->p) < sizeof length)
            return false;
        memcpy(&length, r->p, sizeof length);
        r->p += sizeof length;
        if ((size_t)(r->end - r->p) < length)
            return false;
        value_set_text(out, r->p, length);
        r->p += length;
        return true;
    }
    if (r->end - r->p < 8)
        return false;
    memcpy(&out->i, r->p, 8);
    r->p += 8;
    return true;
}
