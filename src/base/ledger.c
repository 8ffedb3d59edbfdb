#include "base/ledger.h"

#include <string.h>

static const struct {
    const char *name, *text;
} ROWS[] = {
#define LEDGER(id, name, text) {name, text},
    LEDGER_TABLE(LEDGER)
#undef LEDGER
};

void ledger_init(struct ledger *l)
{
    memset(l, 0, sizeof *l);
}

/* The few rows in use are in cache and the common reasons come first, so a scan beats
 * a hash; the number of rows is fixed, so the cost is bounded. */
static struct ledger_row *row_of(struct ledger *l, uint32_t reason, uint32_t detail)
{
    for (unsigned i = 0; i < l->n; i++)
        if (l->row[i].reason == reason && l->row[i].detail == detail)
            return &l->row[i];
    if (l->n == LEDGER_ROWS)
        return NULL;
    struct ledger_row *r = &l->row[l->n++];
    *r = (struct ledger_row){.reason = reason, .detail = detail};
    return r;
}

/* A quarter of the rows is kept for reasons without a detail, so that an attacker who
 * invents details cannot hide other trouble. */
static struct ledger_row *row_get(struct ledger *l, uint32_t reason, uint32_t detail)
{
    if (detail && l->n >= LEDGER_ROWS * 3 / 4)
        for (unsigned i = 0; i < l->n; i++)
            if (l->row[i].reason == reason && l->row[i].detail == detail)
                return &l->row[i];
    if (detail && l->n >= LEDGER_ROWS * 3 / 4)
        detail = UINT32_MAX;
    return row_of(l, reason, detail);
}

void ledger_count(struct ledger *l, uint32_t reason, uint32_t detail, uint64_t bytes,
                  uint16_t file, uint64_t frame)
{
    struct ledger_row *r = row_get(l, reason, detail);
    l->version++;
    if (!r)
        return;
    if (!r->count && frame) {
        r->first_file = file;
        r->first_frame = frame;
    }
    r->count++;
    r->bytes += bytes;
}

void ledger_add(struct ledger *l, uint32_t reason, uint32_t detail, uint64_t count)
{
    struct ledger_row *r = count ? row_get(l, reason, detail) : NULL;
    if (!r)
        return;
    r->count += count;
    l->version++;
}

void ledger_merge(struct ledger *l, const struct ledger_row *row)
{
    struct ledger_row *r = row->count ? row_get(l, row->reason, row->detail) : NULL;
    if (!r)
        return;
    if (!r->count) {
        r->first_file = row->first_file;
        r->first_frame = row->first_frame;
    }
    r->count += row->count;
    r->bytes += row->bytes;
    l->version++;
}

void ledger_set(struct ledger *l, uint32_t reason, uint32_t detail, uint64_t count)
{
    struct ledger_row *r;
    if (!count || !(r = row_get(l, reason, detail)) || r->count == count)
        return;
    r->count = count;
    l->version++;
}

uint64_t ledger_total(const struct ledger *l, uint32_t reason)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < l->n; i++)
        if (l->row[i].reason == reason)
            n += l->row[i].count;
    return n;
}

const char *ledger_name(uint32_t reason)
{
    return reason >= LEDGER_FIRST && reason < LEDGER_END
               ? ROWS[reason - LEDGER_FIRST].name
               : NULL;
}

const char *ledger_text(uint32_t reason)
{
    return reason >= LEDGER_FIRST && reason < LEDGER_END
               ? ROWS[reason - LEDGER_FIRST].text
               : NULL;
}
