#include "view/list.h"
#include "base/vec.h"
#include "diagnose/diagnose.h"
#include "view/search.h"

#include <stdlib.h>

/*
 * The shown rows with their sort keys. Rows that are new or changed are filtered,
 * sorted among themselves and merged in; where rows moved or left (struct
 * calls.layout), all is made again.
 */
struct key {
    struct value value; /* a text lies in a block of the list */
    const void *object;
    size_t order; /* position in the table: equal keys stay in order of arrival */
};

/* REBUILD: keys taken in vain after which the texts of old ones are given back. */
enum { BLOCK = 64 << 10, REBUILD = 10000 };

struct list {
    const struct view *view;
    const struct table *table;
    const struct field *by; /* NULL: order of arrival */
    bool descending, stale;
    VEC(struct key) rows, merged;
    VEC(char *) blocks; /* texts of keys */
    size_t block_left;
    struct search *search; /* NULL: all rows */
    list_passes *filter;   /* NULL: all rows */
    void *filter_ctx;
    size_t keys;         /* taken since all was made */
    size_t taken, total; /* rows of the table looked at, and those that exist */
    uint64_t version, layout, verdicts; /* verdicts: of the diagnosis */
    struct strbuf scratch, text;
};

static void forget(struct list *l)
{
    for (size_t i = 0; i < l->blocks.n; i++)
        free(l->blocks.at[i]);
    l->blocks.n = 0;
    l->block_left = 0;
    l->rows.n = 0;
    l->taken = l->total = l->keys = 0;
}

void list_free(struct list *l)
{
    if (!l)
        return;
    forget(l);
    vec_done(&l->rows);
    vec_done(&l->merged);
    vec_done(&l->blocks);
    strbuf_done(&l->scratch);
    strbuf_done(&l->text);
    search_free(l->search);
    free(l);
}

struct list *list_new(const struct view *v, const struct table *t)
{
    struct list *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->view = v;
    l->table = t;
    l->stale = true;
    return l;
}

void list_sort(struct list *l, const struct field *by, bool descending)
{
    if (by == l->by && descending == l->descending)
        return;
    l->by = by;
    l->descending = descending;
    l->stale = true;
}

void list_search(struct list *l, const char *words)
{
    search_free(l->search);
    l->search = words && *words ? search_new(l->view, l->table, words) : NULL;
    l->stale = true;
}

void list_filter(struct list *l, list_passes *passes, void *ctx)
{
    l->filter = passes;
    l->filter_ctx = ctx;
    l->stale = true;
}

/* ---- rows ---- */

static struct row row_of(struct list *l, const void *object)
{
    return (struct row){
        .view = l->view, .object = object, .scratch = &l->scratch, .text = &l->text};
}

static bool passes(struct list *l, const void *object)
{
    return (!l->search || search_match(l->search, object)) &&
           (!l->filter || l->filter(l->filter_ctx, l->table, object));
}

/* A copy of a key's text that lives as long as the keys. */
static const char *keep(struct list *l, const char *p, size_t n)
{
    if (n > l->block_left) {
        size_t size = n > BLOCK ? n : BLOCK;
        char *block = malloc(size);
        if (!block || !vec_push(&l->blocks, block)) {
            free(block);
            return NULL;
        }
        l->block_left = size;
    }
    char *at = l->blocks.at[l->blocks.n - 1];
    size_t used = n > BLOCK ? 0 : BLOCK - l->block_left;
    l->block_left = n > BLOCK ? 0 : l->block_left - n;
    memcpy(at + used, p, n);
    return at + used;
}

static void take_key(struct list *l, struct key *key)
{
    struct row row = row_of(l, key->object);
    struct value *v = &key->value;
    v->type = VALUE_NULL;
    if (!l->by)
        return;
    field_get(l->by, &row, v);
    if (v->type != VALUE_TEXT || !v->n)
        return;
    v->p = keep(l, v->p, v->n);
    if (!v->p)
        v->type = VALUE_NULL;
}

/* ---- order ---- */

/* Null comes last in either direction; equal keys keep the order of arrival. */
static int compare(const struct list *l, const struct key *a, const struct key *b)
{
    int c = l->by ? value_compare(&a->value, &b->value) : 0;
    bool null = a->value.type == VALUE_NULL || b->value.type == VALUE_NULL;
    if (c)
        return l->descending && !null ? -c : c;
    c = (a->order > b->order) - (a->order < b->order);
    return !l->by && l->descending ? -c : c;
}

/* qsort_r's argument is the list. */
static int compare_keys(const void *a, const void *b, void *list)
{
    return compare(list, a, b);
}

/* Merges the sorted rows from `from` on into those before. */
static void merge(struct list *l, size_t from)
{
    size_t n = l->rows.n, i = 0, j = from;
    if (!from || from == n || compare(l, &l->rows.at[from - 1], &l->rows.at[from]) < 0)
        return;
    l->merged.n = 0;
    if (!vec_reserve(&l->merged, n)) {
        qsort_r(l->rows.at, n, sizeof *l->rows.at, compare_keys, l);
        return;
    }
    while (l->merged.n < n) {
        bool first =
            j == n || (i < from && compare(l, &l->rows.at[i], &l->rows.at[j]) < 0);
        l->merged.at[l->merged.n++] = l->rows.at[first ? i++ : j++];
    }
    memcpy(l->rows.at, l->merged.at, n * sizeof *l->rows.at);
}

static void take_row(struct list *l, const void *object, size_t order)
{
    struct key key = {.object = object, .order = order};
    if (!passes(l, object))
        return;
    take_key(l, &key);
    (void)vec_push(&l->rows, key);
    l->keys++;
}

/* Only calls change once they are there. */
static bool row_changed(const struct list *l, const void *object)
{
    return l->table == &TABLE_CALLS && object &&
           ((const struct call *)object)->version > l->version;
}

/* Takes changed rows out of the list; returns how many stay. */
static size_t drop_changed(struct list *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->rows.n; i++)
        if (!row_changed(l, l->rows.at[i].object))
            l->rows.at[n++] = l->rows.at[i];
    l->rows.n = n;
    return n;
}

static void take_rows(struct list *l, bool changed)
{
    size_t from = changed ? drop_changed(l) : l->rows.n, n = l->table->count(l->view);
    for (size_t i = 0; changed && i < l->taken; i++) {
        const void *object = l->table->at(l->view, i);
        if (row_changed(l, object))
            take_row(l, object, i);
    }
    for (; l->taken < n; l->taken++) {
        const void *object = l->table->at(l->view, l->taken);
        l->total += object != NULL;
        if (object)
            take_row(l, object, l->taken);
    }
    if (l->rows.n > from && (l->by || l->descending))
        qsort_r(l->rows.at + from, l->rows.n - from, sizeof *l->rows.at, compare_keys,
                l);
    merge(l, from);
}

bool list_refresh(struct list *l)
{
    const struct calls *c = l->view->calls;
    bool changed = c->version != l->version;
    uint64_t verdicts = l->view->diagnosis ? diagnose_version(l->view->diagnosis) : 0;
    /* Findings are made anew: none of the old rows may be looked at again. */
    bool again = (l->table == &TABLE_FINDINGS && verdicts != l->verdicts) || l->stale ||
                 c->layout != l->layout || l->keys > 2 * l->rows.n + REBUILD;
    if (!again && !changed && l->table->count(l->view) == l->taken)
        return false;
    if (again)
        forget(l);
    /* In order of arrival without a search, a change moves nothing. */
    take_rows(l, !again && changed && (l->search || l->filter || l->by));
    l->stale = false;
    l->version = c->version;
    l->layout = c->layout;
    l->verdicts = verdicts;
    return true;
}

size_t list_count(const struct list *l)
{
    return l->rows.n;
}

size_t list_total(const struct list *l)
{
    return l->total;
}

const void *list_at(const struct list *l, size_t position)
{
    return position < l->rows.n ? l->rows.at[position].object : NULL;
}

size_t list_position(const struct list *l, const void *object)
{
    for (size_t i = 0; i < l->rows.n; i++)
        if (l->rows.at[i].object == object)
            return i;
    return SIZE_MAX;
}
