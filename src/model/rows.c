#include "model/rows.h"

static size_t place(const struct rows *r, uint32_t id)
{
    size_t low = 0, high = r->ids.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (r->ids.at[mid] < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < r->ids.n && r->ids.at[low] == id ? low : r->ids.n;
}

bool rows_add_at(struct rows *r, void *thing, uint32_t id)
{
    if (id <= r->last || !vec_reserve(&r->list, 1) || !vec_reserve(&r->ids, 1))
        return false;
    r->list.at[r->list.n++] = thing;
    r->ids.at[r->ids.n++] = r->last = id;
    r->kept++;
    return true;
}

uint32_t rows_add(struct rows *r, void *thing)
{
    return rows_add_at(r, thing, r->last + 1) ? r->last : 0;
}

void *rows_find(const struct rows *r, uint32_t id)
{
    size_t i = place(r, id);
    return i < r->list.n ? r->list.at[i] : NULL;
}

static void squeeze(struct rows *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->list.n; i++)
        if (r->list.at[i]) {
            r->list.at[n] = r->list.at[i];
            r->ids.at[n++] = r->ids.at[i];
        }
    r->list.n = r->ids.n = n;
}

void rows_remove(struct rows *r, uint32_t id)
{
    size_t i = place(r, id);
    if (i == r->list.n || !r->list.at[i])
        return;
    r->list.at[i] = NULL;
    r->kept--;
    if (r->list.n - r->kept > 256 + r->list.n / 4)
        squeeze(r);
}

void rows_done(struct rows *r)
{
    vec_done(&r->list);
    vec_done(&r->ids);
    r->kept = 0;
}

size_t rows_memory(const struct rows *r)
{
    return r->list.cap * sizeof *r->list.at + r->ids.cap * sizeof *r->ids.at;
}
