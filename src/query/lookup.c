#include "query/lookup.h"

#include "base/vec.h"

#include <stdlib.h>

enum { LOOKUPS = 32 };

struct lookup {
    const struct table *table;
    const struct field *field;
    VEC(struct lookup_entry) entries;
    uint64_t version; /* of the model */
    size_t rows;      /* of the table */
};

struct lookups {
    const struct view *view;
    struct lookup one[LOOKUPS];
    size_t n, next;
    struct strbuf scratch, text;
};

struct lookups *lookups_new(const struct view *v)
{
    struct lookups *l = calloc(1, sizeof *l);
    if (l)
        l->view = v;
    return l;
}

void lookups_free(struct lookups *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->n; i++)
        vec_done(&l->one[i].entries);
    strbuf_done(&l->scratch);
    strbuf_done(&l->text);
    free(l);
}

static int by_key(const void *a, const void *b)
{
    const struct lookup_entry *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->position > y->position) - (x->position < y->position);
}

static bool fill(struct lookups *l, struct lookup *one)
{
    struct row row = {.view = l->view, .scratch = &l->scratch, .text = &l->text};
    struct value value;
    one->entries.n = 0;
    for (size_t i = 0; i < one->rows; i++) {
        if (!(row.object = one->table->at(l->view, i)))
            continue;
        field_get(one->field, &row, &value);
        if (value.type != VALUE_INT)
            continue;
        if (!vec_push(&one->entries, ((struct lookup_entry){value.i, i})))
            return false;
    }
    if (one->entries.n)
        qsort(one->entries.at, one->entries.n, sizeof *one->entries.at, by_key);
    return true;
}

/* The lookup of a field, up to date. */
static struct lookup *lookup_of(struct lookups *l, const struct table *t,
                                const struct field *f)
{
    struct lookup *one = NULL;
    size_t rows = t->count(l->view);
    uint64_t version = l->view->calls ? l->view->calls->version : 0;
    for (size_t i = 0; i < l->n && !one; i++)
        if (l->one[i].field == f)
            one = &l->one[i];
    if (one && one->version == version && one->rows == rows)
        return one;
    if (!one && l->n < LOOKUPS)
        one = &l->one[l->n++];
    else if (!one)
        one = &l->one[l->next++ % LOOKUPS];
    one->table = t;
    one->field = f;
    one->version = version;
    one->rows = rows;
    if (fill(l, one))
        return one;
    one->field = NULL;
    return NULL;
}

bool lookup_find(struct lookups *l, const struct table *t, const struct field *f,
                 int64_t key, struct lookup_range *out)
{
    struct lookup *one = lookup_of(l, t, f);
    if (!one)
        return false;
    size_t low = 0, high = one->entries.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (one->entries.at[mid].key < key)
            low = mid + 1;
        else
            high = mid;
    }
    size_t end = low;
    while (end < one->entries.n && one->entries.at[end].key == key)
        end++;
    *out = (struct lookup_range){one->entries.at + low, end - low};
    return true;
}
