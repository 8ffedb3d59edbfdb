/* What the files of the column tables share: setters of values, and the row of a field.
 */
#ifndef VIEW_VALUE_H
#define VIEW_VALUE_H

#include "view/field.h"

/* Sets text of n bytes; p NULL: null. */
static inline void value_set_text(struct value *out, const void *p, size_t n)
{
    out->type = p ? VALUE_TEXT : VALUE_NULL;
    out->p = p;
    out->n = n;
}

static inline void value_set_slice(struct value *out, struct slice s)
{
    value_set_text(out, s.p, s.n);
}

/* A NUL-terminated string; NULL: null. */
static inline void value_set_str(struct value *out, const char *s)
{
    value_set_text(out, s, s ? strlen(s) : 0);
}

static inline void value_set_int(struct value *out, int64_t i)
{
    out->type = VALUE_INT;
    out->i = i;
}

static inline void value_set_bool(struct value *out, bool on)
{
    out->type = VALUE_BOOL;
    out->i = on;
}

/* ns; 0 is null. */
static inline void value_set_time(struct value *out, int64_t ns)
{
    out->type = ns ? VALUE_TIME : VALUE_NULL;
    out->i = ns;
}

static inline void value_set_duration(struct value *out, int64_t ns)
{
    out->type = VALUE_DURATION;
    out->i = ns;
}

/* The text in the row's scratch. */
static inline void value_set_scratch(struct value *out, const struct row *row)
{
    value_set_text(out, row->scratch->n ? row->scratch->p : "", row->scratch->n);
}

/* "192.0.2.1:5060", made in the row's scratch. NULL: null. */
void value_set_addr(struct value *out, struct row *row, const struct addr *a);

/* A row of a column table, in the order of struct field without get and tone. */
#define FIELD(name, title, unit, type, width, digits, place, help) \
    name, title, unit, VALUE_##type, width, digits, place, help

/* A table in the order of struct table, up to its count and at. */
#define TABLE_MARKED(name, fields, mark) \
    name, fields, sizeof(fields) / sizeof *(fields), mark
#define TABLE_OF(name, fields) TABLE_MARKED(name, fields, NULL)

#endif
