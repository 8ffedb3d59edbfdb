#include "view/field.h"
#include "base/utf8.h"
#include "view/clock.h"
#include "view/value.h"

const struct table *const TABLES[] = {
    &TABLE_CALLS,  &TABLE_MESSAGES, &TABLE_STREAMS,  &TABLE_SLICES,
    &TABLE_OFFERS, &TABLE_EVENTS,   &TABLE_FINDINGS, &TABLE_REGISTRATIONS,
    &TABLE_LEDGER, &TABLE_KPIS,     &TABLE_FIELDS,   NULL,
};

const struct table *table_find(const char *name)
{
    for (size_t i = 0; TABLES[i]; i++)
        if (!strcmp(TABLES[i]->name, name))
            return TABLES[i];
    return NULL;
}

const struct field *field_find(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (!strcmp(t->fields[i].name, name))
            return &t->fields[i];
    return NULL;
}

enum tone tone_of_status(unsigned status)
{
    if (status < 100)
        return TONE_PLAIN;
    if (status == 401 || status == 407)
        return TONE_WARN;
    return status < 200   ? TONE_DIM
           : status < 300 ? TONE_GOOD
           : status < 400 ? TONE_REQUEST
                          : TONE_BAD;
}

enum tone tone_of_mos(double mos)
{
    return mos >= 4.03  ? TONE_GOOD
           : mos >= 3.6 ? TONE_PLAIN
           : mos >= 3.1 ? TONE_WARN
                        : TONE_BAD;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned field_distance(const char *a, const char *b)
{
    enum { LONGEST = 40 };
    unsigned rows[3][LONGEST + 1]; /* of i, i - 1 and i - 2, by turns */
    size_t n = strnlen(b, LONGEST), m = strnlen(a, LONGEST);
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= m; i++) {
        unsigned *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= n; j++) {
            int x = slice_lower((uint8_t)a[i - 1]), y = slice_lower((uint8_t)b[j - 1]);
            row[j] = least(up[j - 1] + (x != y), least(row[j - 1], up[j]) + 1);
            if (i > 1 && j > 1 && x == slice_lower((uint8_t)b[j - 2]) &&
                y == slice_lower((uint8_t)a[i - 2]))
                row[j] = least(row[j], up2[j - 2] + 1);
        }
    }
    return rows[m % 3][n];
}

const char *field_nearest(const struct table *t, const char *name)
{
    const char *best = "";
    unsigned nearest = UINT32_MAX;
    for (size_t i = 0; i < t->n; i++) {
        unsigned d = field_distance(name, t->fields[i].name);
        if (d < nearest) {
            nearest = d;
            best = t->fields[i].name;
        }
    }
    return best;
}

const char *value_type_name(enum value_type type)
{
    static const char *const NAMES[] = {
        [VALUE_NULL] = "null",         [VALUE_BOOL] = "boolean",
        [VALUE_INT] = "integer",       [VALUE_REAL] = "real",
        [VALUE_TEXT] = "text",         [VALUE_TIME] = "time",
        [VALUE_DURATION] = "duration", [VALUE_JSON] = "json",
    };
    return NAMES[type];
}

void value_set_addr(struct value *out, struct row *row, const struct addr *a)
{
    row->scratch->n = 0;
    char *p = a ? strbuf_room(row->scratch, ADDR_TEXT) : NULL;
    if (!p) {
        out->type = VALUE_NULL;
        return;
    }
    row->scratch->n = addr_format(a, p);
    value_set_scratch(out, row);
}

/* ASCII case does not count, unless nothing else differs. */
static int text_compare(const struct value *a, const struct value *b)
{
    size_t n = a->n < b->n ? a->n : b->n;
    for (size_t i = 0; i < n; i++) {
        int x = slice_lower((uint8_t)a->p[i]), y = slice_lower((uint8_t)b->p[i]);
        if (x != y)
            return x - y;
    }
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    return n ? memcmp(a->p, b->p, n) : 0;
}

int value_compare(const struct value *a, const struct value *b)
{
    if (a->type == VALUE_NULL || b->type == VALUE_NULL)
        return (a->type == VALUE_NULL) - (b->type == VALUE_NULL);
    if (a->type == VALUE_TEXT && b->type == VALUE_TEXT)
        return text_compare(a, b);
    if (a->type == VALUE_REAL && b->type == VALUE_REAL)
        return (a->r > b->r) - (a->r < b->r);
    return (a->i > b->i) - (a->i < b->i);
}

/* Seconds with a fixed number of decimals, rounded to the nearest. */
static void duration(struct strbuf *out, int64_t ns, unsigned digits)
{
    int64_t unit = 1000000000;
    for (unsigned i = 0; i < digits && i < 9; i++)
        unit /= 10;
    int64_t half = ns < 0 ? -unit / 2 : unit / 2;
    strbuf_fixed(out, (ns + half) / unit, digits < 9 ? digits : 9);
}

void value_text(const struct view *v, const struct field *f, const struct value *value,
                struct strbuf *out)
{
    switch (value->type) {
    case VALUE_NULL: break;
    case VALUE_BOOL: strbuf_str(out, value->i ? "yes" : "no"); break;
    case VALUE_INT:
        if (value->i || !f->digits)
            strbuf_i64(out, value->i);
        break;
    case VALUE_REAL: strbuf_printf(out, "%.*f", f->digits, value->r); break;
    case VALUE_TEXT:
    case VALUE_JSON: utf8_clean(out, value->p, value->n); break;
    case VALUE_TIME: clock_time(out, value->i, v->utc, f->digits); break;
    case VALUE_DURATION:
        if (f->digits)
            duration(out, value->i, f->digits);
        else
            clock_talk(out, value->i);
        break;
    }
}
