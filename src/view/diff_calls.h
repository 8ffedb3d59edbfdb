/* Two calls side by side: which messages of one are those of the other, and what
 * differs in them. */
#ifndef VIEW_DIFF_CALLS_H
#define VIEW_DIFF_CALLS_H

#include "view/diff.h"

/* A message of each call, or of one alone. Repetitions and copies are left out. */
struct diff_pair {
    uint32_t msg[2];     /* ids; 0: the call has none here */
    enum diff_kind kind; /* CHANGED: other headers, or another answer */
    char *what;          /* diff_summary: raw; "" where nothing differs; owned */
};

struct diff_calls {
    struct diff_pair *pair; /* in the order of both calls */
    size_t pairs, changed;  /* changed: neither SAME nor USUAL */
    bool cut;               /* the calls have more messages than are compared */
};

/* Returns 0 and *out, which is freed with diff_calls_free, or -ERR_NOMEM. */
int diff_calls(const struct view *v, const struct call *left, const struct call *right,
               struct diff_calls **out);

/* The call that a failed one is best compared with: of the same method and to the same
 * place, that went well; the nearest before it, or else behind it. NULL: none. */
const struct call *diff_calls_good(const struct view *v, const struct call *call);

/* NULL is accepted. */
void diff_calls_free(struct diff_calls *d);

#endif
