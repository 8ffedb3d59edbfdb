#include "engine/pieces.h"

#include "base/err.h"

#include <stdlib.h>

/* What malloc adds to a small piece, and its place in the list. */
enum { PIECE_COST = sizeof(struct piece) + 24 };

void pieces_done(struct pieces *p)
{
    for (size_t i = p->head; i < p->list.n; i++)
        free(p->list.at[i]);
    vec_done(&p->list);
    *p = (struct pieces){.bytes = 0};
}

size_t pieces_count(const struct pieces *p)
{
    return p->list.n - p->head;
}

struct piece *pieces_first(const struct pieces *p)
{
    return p->head < p->list.n ? p->list.at[p->head] : NULL;
}

struct piece *pieces_take(struct pieces *p)
{
    struct piece *first = pieces_first(p);
    if (!first)
        return NULL;
    p->bytes -= first->n + PIECE_COST;
    if (++p->head == p->list.n)
        p->head = p->list.n = 0;
    return first;
}

static uint64_t end_of(const struct piece *piece)
{
    return piece->from + piece->n;
}

size_t pieces_payload(const struct pieces *p)
{
    return p->bytes - pieces_count(p) * PIECE_COST;
}

uint64_t pieces_end(const struct pieces *p)
{
    return pieces_count(p) ? end_of(p->list.at[p->list.n - 1]) : 0;
}

/* Index of the first piece that ends after `at`. In order is the rule: look there
 * first. */
static size_t place(const struct pieces *p, uint64_t at)
{
    size_t low = p->head, high = p->list.n;
    if (low == high || end_of(p->list.at[high - 1]) <= at)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (end_of(p->list.at[middle]) > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Moves the pieces to the front of the list, where those taken have left room. */
static void settle(struct pieces *p)
{
    memmove(p->list.at, p->list.at + p->head, pieces_count(p) * sizeof *p->list.at);
    p->list.n -= p->head;
    p->head = 0;
}

static int insert(struct pieces *p, size_t at, const struct piece *head,
                  struct slice bytes)
{
    if (pieces_count(p) >= PIECES_MAX)
        return -ERR_LIMIT;
    if (p->head > PIECES_MAX) {
        at -= p->head;
        settle(p);
    }
    struct piece *piece = malloc(sizeof *piece + bytes.n);
    if (!piece || !vec_reserve(&p->list, 1)) {
        free(piece);
        return -ERR_NOMEM;
    }
    *piece = *head;
    piece->n = (uint32_t)bytes.n;
    memcpy(piece->data, bytes.p, bytes.n);
    struct piece **list = p->list.at;
    memmove(list + at + 1, list + at, (p->list.n - at) * sizeof *list);
    list[at] = piece;
    p->list.n++;
    p->bytes += bytes.n + PIECE_COST;
    return 0;
}

/* Compares what is there with the start of bytes; returns how many are there. */
static size_t known(const struct piece *piece, uint64_t from, struct slice bytes,
                    int *found)
{
    size_t skip = (size_t)(from - piece->from), n = piece->n - skip;
    if (n > bytes.n)
        n = bytes.n;
    *found |= PIECES_KNOWN;
    if (memcmp(piece->data + skip, bytes.p, n))
        *found |= PIECES_DIFFER;
    return n;
}

int pieces_add(struct pieces *p, uint64_t from, struct slice bytes, uint64_t frame,
               int64_t time)
{
    int found = 0, err;
    while (bytes.n) {
        size_t at = place(p, from), n = bytes.n;
        const struct piece *next = at < p->list.n ? p->list.at[at] : NULL;
        if (next && next->from <= from) {
            n = known(next, from, bytes, &found);
        } else {
            struct piece head = {.from = from, .frame = frame, .time = time};
            if (next && n > next->from - from)
                n = (size_t)(next->from - from);
            if ((err = insert(p, at, &head, slice_sub(bytes, 0, n))))
                return err;
            found |= PIECES_NEW;
        }
        from += n;
        bytes = slice_skip(bytes, n);
    }
    return found;
}
