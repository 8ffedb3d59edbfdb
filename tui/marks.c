#include "tui/marks.h"

#include <string.h>

void marks_done(struct marks *m)
{
    vec_done(&m->id);
}

/* Where the id is or would be. */
static size_t place(const struct marks *m, uint32_t id)
{
    size_t low = 0, high = m->id.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (m->id.at[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool marks_has(const struct marks *m, uint32_t id)
{
    size_t i = place(m, id);

    return i < m->id.n && m->id.at[i] == id;
}

void marks_turn(struct marks *m, uint32_t id)
{
    size_t i = place(m, id), behind = m->id.n - i;

    if (behind && m->id.at[i] == id) {
        memmove(m->id.at + i, m->id.at + i + 1, (behind - 1) * sizeof id);
        m->id.n--;
    } else if (vec_reserve(&m->id, 1)) {
        memmove(m->id.at + i + 1, m->id.at + i, behind * sizeof id);
        m->id.at[i] = id;
        m->id.n++;
    }
}
