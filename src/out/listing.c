#include "out/listing.h"
#include "out/format.h"

#include <string.h>

static const struct {
    const char *name;
    void (*begin)(struct listing *l);
    void (*row)(struct listing *l);
    void (*end)(struct listing *l, uint64_t total);
} FORMATS[] = {
    [LISTING_TABLE] = {"table", table_begin, table_row, table_end},
    [LISTING_JSON] = {"json", json_begin, json_row, NULL},
    [LISTING_CSV] = {"csv", csv_begin, csv_row, NULL},
};

bool listing_format_find(const char *name, enum listing_format *out)
{
    for (unsigned i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (!strcmp(FORMATS[i].name, name)) {
            *out = (enum listing_format)i;
            return true;
        }
    return false;
}

static void add_column(struct listing *l, const struct field *f)
{
    if (l->columns < LISTING_COLUMNS)
        l->column[l->columns++] = (struct listing_column){.field = f};
}

/* Fields of the default table by their place; one that may be left out and takes what
 * is left of the width comes last. */
static void default_columns(struct listing *l)
{
    const struct table *t = l->table;
    const struct field *rest = NULL;
    for (unsigned place = 1; place <= LISTING_COLUMNS; place++)
        for (size_t i = 0; i < t->n; i++) {
            const struct field *f = &t->fields[i];
            if (f->place == place && !f->width && f->digits)
                rest = f;
            else if (f->place == place)
                add_column(l, f);
        }
    if (rest)
        add_column(l, rest);
}

int listing_begin(struct listing *l, struct writer *out, const struct view *v,
                  const struct table *t, const struct listing_options *options)
{
    *l = (struct listing){.out = out, .view = v, .table = t, .options = *options};
    l->row = (struct row){.view = v, .scratch = &l->scratch, .text = &l->text};
    l->day = INT64_MIN;
    if (!l->options.width)
        l->options.width = LISTING_WIDTH;
    if (options->columns) {
        for (size_t i = 0; i < options->ncolumns; i++)
            add_column(l, options->columns[i]);
    } else if (options->format == LISTING_TABLE) {
        default_columns(l);
    } else {
        for (size_t i = 0; i < t->n; i++)
            add_column(l, &t->fields[i]);
    }
    FORMATS[options->format].begin(l);
    return writer_check(out);
}

void listing_value(struct listing *l, size_t column, struct value *out)
{
    if (l->options.get)
        l->options.get(l->options.ctx, column, out);
    else
        field_get(l->column[column].field, &l->row, out);
}

int listing_row(struct listing *l, const void *object)
{
    if (!object)
        return 0;
    l->row.object = object;
    FORMATS[l->options.format].row(l);
    l->shown++;
    return writer_check(l->out);
}

int listing_end(struct listing *l, uint64_t total)
{
    if (FORMATS[l->options.format].end)
        FORMATS[l->options.format].end(l, total);
    strbuf_done(&l->scratch);
    strbuf_done(&l->text);
    strbuf_done(&l->cell);
    return writer_check(l->out);
}

int listing_all(struct writer *out, const struct view *v, const struct table *t,
                const struct listing_options *options)
{
    struct listing l;
    uint64_t total = 0;
    int err = listing_begin(&l, out, v, t, options);
    for (size_t i = 0, n = t->count(v); i < n && !err; i++) {
        const void *object = t->at(v, i);
        total += object != NULL;
        err = listing_row(&l, object);
    }
    int last = listing_end(&l, total);
    return err ? err : last;
}
