/*
 * The rows of a table: things in order of their id, of which some have left. Places are
 * taken out in batches, so that what leaves costs little.
 */
#ifndef MODEL_ROWS_H
#define MODEL_ROWS_H

#include "base/vec.h"

#include <stdint.h>

struct rows {
    VEC(void *) list; /* NULL: it left */
    VEC(uint32_t) ids;
    size_t kept;
    uint32_t last; /* id */
};

/* Adds a thing. Returns its id, from 1; 0: memory is short. */
uint32_t rows_add(struct rows *r, void *thing);

/* The same with an id of the caller's, which has to be above all others: false where it
 * is not, or memory is short. */
bool rows_add_at(struct rows *r, void *thing, uint32_t id);

/* The thing with an id; NULL: none, or it left. O(log n). */
void *rows_find(const struct rows *r, uint32_t id);

/* Takes it out. */
void rows_remove(struct rows *r, uint32_t id);

/* Forgets all; ids go on. */
void rows_done(struct rows *r);

/* Bytes in use. */
size_t rows_memory(const struct rows *r);

#endif
