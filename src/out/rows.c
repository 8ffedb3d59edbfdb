#include "out/rows.h"

#include "base/utf8.h"
#include "base/vec.h"
#include "view/value.h"

#include <stdlib.h>

/* Rows that are read before the first is written, to see how wide columns are. */
enum { AHEAD = 200, WIDEST = 60 };

/* What a listing needs of the statement: fields of its columns and the rows ahead. */
struct selection {
    struct select *select;
    const struct view *view;
    struct field *field;
    const struct field **columns;
    size_t n;
    VEC(struct value) ahead; /* n a row; texts are copies */
    size_t at;               /* row of `ahead` that is written now; its end: the
                                statement's row */
};

static struct value *ahead_row(const struct selection *r, size_t row)
{
    return r->ahead.at + row * r->n;
}

static size_t selection_ahead(const struct selection *r)
{
    return r->n ? r->ahead.n / r->n : 0;
}

static void selection_done(struct selection *r)
{
    for (size_t i = 0; i < r->ahead.n; i++)
        if (r->ahead.at[i].type == VALUE_TEXT)
            free((char *)r->ahead.at[i].p);
    vec_done(&r->ahead);
    free(r->field);
    free(r->columns);
}

static bool selection_init(struct selection *r, const struct view *v, struct select *s)
{
    *r = (struct selection){.select = s, .view = v, .n = select_columns(s)};
    r->field = calloc(r->n + 1, sizeof *r->field);
    r->columns = calloc(r->n + 1, sizeof *r->columns);
    for (size_t i = 0; r->field && r->columns && i < r->n; i++) {
        const struct field *from = select_field(s, i);
        struct field *f = &r->field[i];
        if (from)
            *f = *from;
        else
            *f =
                (struct field){.unit = "", .help = "", .type = VALUE_NULL, .digits = 3};
        f->name = select_name(s, i);
        if (!from || strcmp(from->name, f->name) != 0)
            f->title = f->name;
        f->get = NULL;
        f->tone = NULL;
        f->width = 1;
        r->columns[i] = f;
    }
    return r->field && r->columns;
}

/* A computed column has the type of its first value. */
static void learn_type(struct field *f, const struct value *value)
{
    if (f->type == VALUE_NULL)
        f->type = value->type;
}

static bool keep_value(struct selection *r, size_t i)
{
    struct value value;
    select_value(r->select, i, &value);
    learn_type(&r->field[i], &value);
    if (value.type == VALUE_TEXT) {
        char *copy = malloc(value.n + 1);
        if (!copy)
            return false;
        memcpy(copy, value.p, value.n);
        value.p = copy;
    }
    return vec_push(&r->ahead, value);
}

/* Returns as select_next: 1 where the statement has a row more than those kept. */
static int read_ahead(struct selection *r, struct errmsg *why)
{
    int more;
    while ((more = select_next(r->select, why)) == 1) {
        if (selection_ahead(r) >= AHEAD)
            break;
        for (size_t i = 0; i < r->n; i++)
            if (!keep_value(r, i))
                return errmsg_set(why, -ERR_NOMEM, "out of memory");
    }
    return more;
}

static void measure(struct selection *r)
{
    struct strbuf b = {0};
    for (size_t k = 0; k < r->ahead.n; k++) {
        struct field *f = &r->field[k % r->n];
        b.n = 0;
        value_text(r->view, f, &r->ahead.at[k], &b);
        size_t width = utf8_columns(b.p, b.n);
        if (width > f->width)
            f->width = (uint8_t)(width < WIDEST ? width : WIDEST);
    }
    strbuf_done(&b);
}

static void get(void *ctx, size_t i, struct value *out)
{
    const struct selection *r = ctx;
    if (r->at < selection_ahead(r))
        *out = ahead_row(r, r->at)[i];
    else
        select_value(r->select, i, out);
}

int rows_print(struct writer *out, const struct view *v, struct select *s,
               const struct listing_options *options, struct errmsg *why)
{
    static const struct table ROWS = {.name = "rows"};
    struct selection r;
    struct listing l;
    int more = -ERR_NOMEM, err = 0;
    uint64_t total = 0;
    if (select_columns(s) > LISTING_COLUMNS)
        return errmsg_set(why, -ERR_USAGE, "more than %d columns", LISTING_COLUMNS);
    if (selection_init(&r, v, s))
        more = read_ahead(&r, why);
    if (more < 0) {
        selection_done(&r);
        return more;
    }
    measure(&r);
    struct listing_options o = *options;
    o.columns = r.columns;
    o.ncolumns = r.n;
    o.get = get;
    o.ctx = &r;
    err = listing_begin(&l, out, v, &ROWS, &o);
    for (; r.at < selection_ahead(&r) && !err; r.at++, total++)
        err = listing_row(&l, &r);
    for (; more == 1 && !err; total++) {
        err = listing_row(&l, &r);
        if (!err && (more = select_next(s, why)) < 0)
            err = more;
    }
    int last = listing_end(&l, total);
    selection_done(&r);
    return err ? err : last;
}
