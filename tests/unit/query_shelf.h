/* A connection over a scenario, and statements as text. */
#ifndef TESTS_QUERY_SHELF_H
#define TESTS_QUERY_SHELF_H

#include "shelf.h"

#include "query/select.h"

struct query_shelf {
    struct shelf shelf;
    struct connection *c;
};

static inline void query_shelf_init(struct query_shelf *q)
{
    struct errmsg why;
    shelf_init(&q->shelf);
    shelf_call(&q->shelf);
    assert_int_equal(connection_new(&q->shelf.view, 5, &q->c, &why), 0);
}

static inline void query_shelf_done(struct query_shelf *q)
{
    connection_free(q->c);
    shelf_done(&q->shelf);
}

static inline void query_add(struct strbuf *b, const struct value *v)
{
    switch (v->type) {
    case VALUE_NULL: strbuf_str(b, "null"); break;
    case VALUE_TEXT: strbuf_add(b, v->p, v->n); break;
    case VALUE_REAL: strbuf_printf(b, "%.6g", v->r); break;
    case VALUE_TIME:
    case VALUE_DURATION: strbuf_fixed(b, v->i / 1000, 6); break;
    default: strbuf_i64(b, v->i); break;
    }
}

/* Rows as "a|b;c|d", or "error: why"; valid until the next. */
static inline const char *query(struct query_shelf *q, const char *sql)
{
    static struct strbuf b;
    struct errmsg why = {""};
    struct select *s = NULL;
    struct value v;
    int more = select_new(q->c, sql, &s, &why);
    (void)more;
    b.n = 0;
    while (s && (more = select_next(s, &why)) == 1)
        for (size_t i = 0; i < select_columns(s); i++) {
            strbuf_str(&b, i ? "|" : b.n ? ";" : "");
            select_value(s, i, &v);
            query_add(&b, &v);
        }
    select_free(s);
    if (why.text[0]) {
        b.n = 0;
        strbuf_printf(&b, "error: %s", why.text);
    }
    return strbuf_cstr(&b);
}

struct query_case {
    const char *sql, *wanted;
};

#define CHECK_QUERIES(q, cases)                                  \
    for (size_t i = 0; i < sizeof(cases) / sizeof *(cases); i++) \
    assert_string_equal(query(q, (cases)[i].sql), (cases)[i].wanted)

#endif
