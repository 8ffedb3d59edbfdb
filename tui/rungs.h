/* A ladder's participants and rows as cells. */
#ifndef TUI_RUNGS_H
#define TUI_RUNGS_H

#include "tui/canvas.h"
#include "view/ladder.h"

enum rungs_time { RUNGS_TIME_DAY, RUNGS_TIME_FIRST, RUNGS_TIME_DELTA, RUNGS_TIMES };
enum rungs_colour { RUNGS_CLASS, RUNGS_TXN, RUNGS_CSEQ, RUNGS_CALL, RUNGS_COLOURS };

struct rungs {
    const struct view *view;
    const struct ladder *ladder;
    struct ladder_layout layout;
    struct rect area; /* where it is drawn */
    int shift;        /* columns scrolled out on the left */
    enum rungs_time time;
    enum rungs_colour colour;
    /* the row whose transaction and dialog are bracketed, and that all colours but
     * RUNGS_CLASS stand out by */
    const struct ladder_row *like;
    size_t txn[2], dialog[2]; /* first and last row of both; the same: no bracket */
    bool dialogs;             /* there is more than one: brackets tell them apart */
    struct strbuf scratch;
};

/* Works out what is the same for all rows: call it when the ladder was built. */
void rungs_set(struct rungs *r, const struct view *v, const struct ladder *l);

/* The row under the cursor is another; NULL: none. */
void rungs_choose(struct rungs *r, const struct ladder_row *row);

/* Columns that the ladder takes of at most `room`, with the names of its participants.
 */
int rungs_width(const struct ladder *l, int room);

/* Lines of the header: participants, addresses of those that have a name, roles. */
int rungs_head_lines(struct rungs *r);
void rungs_draw_head(struct rungs *r, struct canvas *c, int y);

/* Draws one row at y. */
void rungs_draw_row(struct rungs *r, struct canvas *c, const struct ladder_row *row,
                    int y);

#endif
