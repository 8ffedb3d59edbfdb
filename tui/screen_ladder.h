/* What the files of the ladder's screen share. */
#ifndef TUI_SCREEN_LADDER_H
#define TUI_SCREEN_LADDER_H

#include "tui/pager.h"
#include "tui/rungs.h"
#include "tui/ui.h"
#include "tui/verdict_pane.h"
#include "view/ladder.h"

enum ladder_panel { PANEL_AUTO, PANEL_BELOW, PANEL_NONE, PANELS };

struct ladder_screen {
    struct screen screen;
    uint32_t call;         /* id */
    uint32_t msg;          /* of the selected row; 0: it is no message */
    uint32_t stream;       /* of the selected row, where it is one of media */
    uint64_t packets;      /* of its streams when it was built */
    struct ladder *ladder; /* NULL: the call was given up */
    uint64_t layout;       /* struct calls.layout when it was built */
    struct ladder_options options;
    struct scroll scroll;
    struct rungs rungs;
    enum ladder_panel panel;
    bool decoded;
    struct pager pager;
    struct rect pager_area;
    struct verdict_pane verdict;
    struct rect verdict_area;
    int line;          /* x or y of the line between the two, as drawn; -1: none */
    bool dragging;     /* that line */
    int unfolded;      /* columns that it would take unfolded */
    bool fold_chosen;  /* the user said whether to fold */
    bool judging;      /* the cursor is in the verdict */
    bool opened;       /* the first proof was gone to */
    bool centre;       /* the window is still to move around the cursor */
    uint64_t findings; /* of the legs, when it was built */
    uint32_t paged;    /* message that the pager holds; 0: none */
    int rows_y;        /* of the first row, as drawn last */
    struct strbuf find, text;
};

/* The call; NULL: it was given up. */
const struct call *ladder_screen_call(const struct ladder_screen *s);

/* The row under the cursor; NULL: there is none. */
const struct ladder_row *ladder_screen_row(const struct ladder_screen *s);

/* Takes what the user set for all ladders. */
void ladder_screen_set(struct ladder_screen *s);

/* Puts the cursor on a row. */
void ladder_screen_go(struct ladder_screen *s, size_t row);

/* Goes to the next row that has what was typed, or proves something where nothing was.
 */
void ladder_screen_find(struct ladder_screen *s, bool backwards);

/* The cursor goes into the verdict, or comes back. */
void ladder_screen_verdict(struct ladder_screen *s);

/* Keys while it is there. False: not one of its own. */
bool ladder_screen_judge(struct ladder_screen *s, enum action action);

/* The ladder goes where the cursor in the verdict is. */
void ladder_screen_follow(struct ladder_screen *s);

/* Where the cursor in the verdict is on calls with the same cause: shows the next of
 * them in place of this one. */
bool ladder_screen_same(struct ladder_screen *s);

/* Folds what only relays where the ladder is wider than so many columns, unless the
 * user chose. */
void ladder_screen_fit(struct ladder_screen *s, int width);

/* Draws it: struct screen_ops.draw. */
void ladder_screen_draw(struct screen *screen, struct canvas *c, struct rect area);

#endif
