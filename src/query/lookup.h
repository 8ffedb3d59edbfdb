/*
 * Which rows of a table have a given number in a column: sorted once, asked by binary
 * search, made again where the model changed. For columns that the model itself keeps
 * no index of.
 */
#ifndef QUERY_LOOKUP_H
#define QUERY_LOOKUP_H

#include "view/field.h"

struct lookups;

/* Positions in a table, as far as `n`. */
struct lookup_range {
    const struct lookup_entry {
        int64_t key;
        size_t position;
    } * at;
    size_t n;
};

/* None yet. NULL when memory is short; free accepts NULL. */
struct lookups *lookups_new(const struct view *v);
void lookups_free(struct lookups *l);

/* The rows whose field (of integers) is `key`, in order. Valid until the model changes.
 * Returns false when memory is short. */
bool lookup_find(struct lookups *l, const struct table *t, const struct field *f,
                 int64_t key, struct lookup_range *out);

#endif
