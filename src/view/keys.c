#include "view/keys.h"

#include <stdlib.h>

enum { BLOCK = 64 << 10 };

static void free_blocks(struct keys *k)
{
    for (size_t i = 0; i < k->blocks.n; i++)
        free(k->blocks.at[i]);
    k->blocks.n = 0;
    k->block_left = 0;
}

void keys_done(struct keys *k)
{
    free_blocks(k);
    vec_done(&k->rows);
    vec_done(&k->blocks);
    k->taken = k->runs = 0;
}

void keys_clear(struct keys *k)
{
    free_blocks(k);
    k->rows.n = k->taken = k->runs = 0;
}

/* A copy of a key's text that lives as long as the keys. */
static const char *keep_text(struct keys *k, const char *p, size_t n)
{
    if (n > k->block_left) {
        size_t size = n > BLOCK ? n : BLOCK;
        char *block = malloc(size);
        if (!block || !vec_push(&k->blocks, block)) {
            free(block);
            return NULL;
        }
        k->block_left = size;
    }
    char *at = k->blocks.at[k->blocks.n - 1];
    size_t used = n > BLOCK ? 0 : BLOCK - k->block_left;
    k->block_left = n > BLOCK ? 0 : k->block_left - n;
    memcpy(at + used, p, n);
    return at + used;
}

bool keys_add(struct keys *k, const struct key_order *o, struct row *row,
              uint32_t order, uint32_t id)
{
    struct key key = {.object = row->object, .order = order, .id = id};
    struct value *v = &key.value;
    v->type = VALUE_NULL;
    if (o->by)
        field_get(o->by, row, v);
    if (v->type == VALUE_TEXT && v->n) {
        v->p = keep_text(k, v->p, v->n);
        if (!v->p)
            v->type = VALUE_NULL;
    }
    k->taken++;
    return vec_push(&k->rows, key);
}

/* Null comes last in either direction; equal keys keep the order of arrival. */
static int compare(const struct key_order *o, const struct key *a, const struct key *b)
{
    int c = o->by ? value_compare(&a->value, &b->value) : 0;
    bool null = a->value.type == VALUE_NULL || b->value.type == VALUE_NULL;
    if (c)
        return o->descending && !null ? -c : c;
    c = (a->order > b->order) - (a->order < b->order);
    return !o->by && o->descending ? -c : c;
}

/* qsort_r's argument is the order. */
static int compare_keys(const void *a, const void *b, void *order)
{
    return compare(order, a, b);
}

/* Merges two sorted neighbours: [low, from) and [from, end). */
static void merge(struct keys *k, const struct key_order *o, size_t low, size_t from,
                  struct keys *scratch)
{
    size_t n = k->rows.n, i = low, j = from;
    struct key *at = k->rows.at;
    if (low == from || from == n || compare(o, &at[from - 1], &at[from]) < 0)
        return;
    scratch->rows.n = 0;
    if (!vec_reserve(&scratch->rows, n - low)) {
        qsort_r(at + low, n - low, sizeof *at, compare_keys, (void *)(uintptr_t)o);
        return;
    }
    for (size_t m = 0; m < n - low; m++) {
        bool first = j == n || (i < from && compare(o, &at[i], &at[j]) < 0);
        scratch->rows.at[m] = at[first ? i++ : j++];
    }
    memcpy(at + low, scratch->rows.at, (n - low) * sizeof *at);
}

static void sort(struct keys *k, const struct key_order *o, size_t from)
{
    if (k->rows.n > from && (o->by || o->descending))
        qsort_r(k->rows.at + from, k->rows.n - from, sizeof *k->rows.at, compare_keys,
                (void *)(uintptr_t)o);
}

void keys_settle(struct keys *k, const struct key_order *o, size_t from,
                 struct keys *scratch)
{
    sort(k, o, from);
    merge(k, o, 0, from, scratch);
}

static void merge_last(struct keys *k, const struct key_order *o, struct keys *scratch)
{
    merge(k, o, k->run[k->runs - 2], k->run[k->runs - 1], scratch);
    k->runs--;
}

void keys_settle_run(struct keys *k, const struct key_order *o, size_t from,
                     struct keys *scratch)
{
    if (from == k->rows.n)
        return;
    sort(k, o, from);
    k->run[k->runs++] = from;
    while (k->runs > 1) {
        size_t last = k->run[k->runs - 1], before = k->run[k->runs - 2];
        if (last - before > 2 * (k->rows.n - last) &&
            k->runs < sizeof k->run / sizeof *k->run)
            break;
        merge_last(k, o, scratch);
    }
}

void keys_end(struct keys *k, const struct key_order *o, struct keys *scratch)
{
    while (k->runs > 1)
        merge_last(k, o, scratch);
}

void keys_keep(struct keys *k, bool (*keep)(void *ctx, struct key *key), void *ctx)
{
    size_t n = 0;
    for (size_t i = 0; i < k->rows.n; i++) {
        struct key key = k->rows.at[i];
        if (keep(ctx, &key))
            k->rows.at[n++] = key;
    }
    k->rows.n = n;
}
