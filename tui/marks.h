/* Rows that the user marked, by id: ids outlive what they name. */
#ifndef TUI_MARKS_H
#define TUI_MARKS_H

#include "base/vec.h"

#include <stdint.h>

struct marks {
    VEC(uint32_t) id; /* ascending */
};

/* Forgets all marks. */
void marks_done(struct marks *m);
/* True where the id is marked. O(log n). */
bool marks_has(const struct marks *m, uint32_t id);

/* Marks, or takes the mark away. */
void marks_turn(struct marks *m, uint32_t id);

#endif
