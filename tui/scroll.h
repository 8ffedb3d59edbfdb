/* A cursor in a list that is longer than its window. */
#ifndef TUI_SCROLL_H
#define TUI_SCROLL_H

#include "tui/keymap.h"

struct scroll {
    size_t at, top; /* the selected row, the first one shown */
    size_t count;   /* rows */
    int page;       /* rows that fit; set when drawing */
};

/* Brings cursor and window inside the list, and the cursor inside the window. */
void scroll_fit(struct scroll *s, size_t count, int page);

/* Moves for UP, DOWN, PAGE_UP, PAGE_DOWN, HOME, END. Returns false for other actions.
 */
bool scroll_act(struct scroll *s, enum action action);

/* Moves by so many rows, stopping at the ends. */
void scroll_by(struct scroll *s, long rows);

/* The same without a cursor: the window moves, `at` goes with its first row. */
bool scroll_window(struct scroll *s, enum action action);

#endif
