#include "out/note.h"
#include "view/field.h"

#include <stdlib.h>

/* The reasons with the highest counts, each once whatever its detail. */
struct sum {
    uint32_t reason;
    uint64_t count;
};

static int by_count(const void *a, const void *b)
{
    const struct sum *x = a, *y = b;
    return (x->count < y->count) - (x->count > y->count);
}

void note_ledger(const struct view *v, struct strbuf *b)
{
    enum { NAMED = 4 };
    const struct ledger *ledger = v->ledger;
    struct sum sum[LEDGER_ROWS];
    size_t n = 0;
    for (unsigned i = 0; ledger && i < ledger->n; i++) {
        size_t j = 0;
        while (j < n && sum[j].reason != ledger->row[i].reason)
            j++;
        if (j == n)
            sum[n++] = (struct sum){.reason = ledger->row[i].reason};
        sum[j].count += ledger->row[i].count;
    }
    if (!n)
        return;
    qsort(sum, n, sizeof *sum, by_count);
    strbuf_str(b, "ledger:");
    for (size_t i = 0; i < n && i < NAMED; i++)
        strbuf_printf(b, "%s %llu %s", i ? "," : "", (unsigned long long)sum[i].count,
                      ledger_reason_name(sum[i].reason));
    if (n > NAMED)
        strbuf_printf(b, ", %zu more", n - NAMED);
    strbuf_str(b, " - see `sipglass stats`\n");
}
