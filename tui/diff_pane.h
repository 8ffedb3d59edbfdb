/* A comparison of two texts as cells: side by side where there is room, else one below
 * the other. */
#ifndef TUI_DIFF_PANE_H
#define TUI_DIFF_PANE_H

#include "tui/canvas.h"
#include "tui/scroll.h"
#include "view/diff.h"

enum { DIFF_BESIDE = 100 /* columns from which the texts stand side by side */ };

/* A line of the window: what is on each side of it, or over both (unified). */
struct diff_row {
    size_t line;        /* of the comparison */
    size_t at[2], n[2]; /* bytes of the clean text; n 0: nothing there */
    bool unified;       /* one text over the whole width, of side `of` */
    uint8_t of;
    bool first; /* of its line */
};

struct diff_pane {
    const struct diff *diff;    /* not owned */
    struct strbuf clean, style; /* the clean text, and a style for each byte of it */
    VEC(struct diff_row) rows;
    int width;    /* that the rows are for; 0: none yet */
    bool only;    /* lines that do not differ are left out */
    size_t hit;   /* line of the difference gone to last; SIZE_MAX: none */
    bool showing; /* the window is still to move to it */
    struct scroll scroll;
};

/* Frees what the pane holds; zero it to start. */
void diff_pane_done(struct diff_pane *p);

/* Shows another comparison, from its beginning. Kept by reference. */
void diff_pane_set(struct diff_pane *p, const struct diff *d);

/* All lines, or only those that differ. */
void diff_pane_turn(struct diff_pane *p);

/* Goes to the next (or the previous) line that differs. False: there is none. */
bool diff_pane_next(struct diff_pane *p, bool backwards);

/* Draws the window. */
void diff_pane_draw(struct diff_pane *p, struct canvas *c, struct rect area);

#endif
