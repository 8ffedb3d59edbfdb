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

/* Draws it: struct screen_ops.draw. */
void ladder_screen_draw(struct screen *screen, struct canvas *c, struct rect area);

#endif
