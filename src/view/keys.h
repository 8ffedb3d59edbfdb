/* Rows with their sort keys, in order: what a list is made of. */
#ifndef VIEW_KEYS_H
#define VIEW_KEYS_H

#include "base/vec.h"
#include "view/field.h"

struct key {
    struct value value; /* a text lies in a block */
    const void *object;
    uint32_t order; /* position in the table: equal keys stay in order of arrival */
    uint32_t id;    /* of the object; 0: the table has none */
};

struct keys {
    VEC(struct key) rows;
    VEC(char *) blocks; /* texts of keys */
    size_t block_left;
    size_t taken; /* keys since the start */
    /* While it grows out of order: where sorted runs begin, each at most half as long
     * as the one before. */
    size_t run[48], runs;
};

/* How keys are ordered. */
struct key_order {
    const struct field *by; /* NULL: order of arrival */
    bool descending;
};

/* Frees all that the keys hold; they are then empty. */
void keys_done(struct keys *k);

/* Forgets all rows; memory for them is kept. */
void keys_clear(struct keys *k);

/* Adds a row behind the others, with a copy of its key. False: memory is short. */
bool keys_add(struct keys *k, const struct key_order *o, struct row *row,
              uint32_t order, uint32_t id);

/* Sorts the rows from `from` on, and merges them with the sorted ones before. */
void keys_settle(struct keys *k, const struct key_order *o, size_t from,
                 struct keys *scratch);

/* The same for rows that come in many parts: keeps sorted runs, so that no part costs
 * much more than others. keys_end merges them into one. */
void keys_settle_run(struct keys *k, const struct key_order *o, size_t from,
                     struct keys *scratch);
void keys_end(struct keys *k, const struct key_order *o, struct keys *scratch);

/* Keeps the rows for which keep(ctx, key) holds, in their order. It may change the
 * key's order. */
void keys_keep(struct keys *k, bool (*keep)(void *ctx, struct key *key), void *ctx);

#endif
