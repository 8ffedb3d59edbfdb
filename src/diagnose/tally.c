#include "diagnose/tally.h"
#include "diagnose/say.h"

#include <stdlib.h>

static bool same(const void *value, const void *key)
{
    return addr_same_ip(&((const struct tally_row *)value)->addr, key);
}

struct tally_row *tally_get(struct tally *t, const struct addr *a)
{
    struct addr key = *a;
    key.port = 0;
    uint64_t hash = hash_bytes(&key, sizeof key);
    struct tally_row *row = hash_find(&t->by_addr, hash, same, &key);
    if (row || !(row = calloc(1, sizeof *row)))
        return row;
    row->addr = key;
    if (!vec_push(&t->rows, row)) {
        free(row);
        return NULL;
    }
    return hash_add(&t->by_addr, hash, row) ? NULL : row;
}

void tally_count(struct tally_row *row, int64_t time, uint32_t call)
{
    if (!row->n++) {
        row->begun = call;
        row->since = time;
    }
    if (row->n < row->most)
        return;
    row->most = row->n;
    row->call = row->begun;
    row->last = call;
    row->longest = time - row->since;
    row->recovered = false;
}

void tally_break(struct tally_row *row)
{
    row->recovered = row->recovered || row->n == row->most;
    row->n = 0;
}

void tally_done(struct tally *t)
{
    for (size_t i = 0; i < t->rows.n; i++)
        free(t->rows.at[i]);
    vec_done(&t->rows);
    hash_done(&t->by_addr);
}
