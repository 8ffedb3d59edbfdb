/* What is wrong with a call, why, and what to do: text with a cursor that stops at what
 * can be gone to, above all the messages that prove it. */
#ifndef TUI_VERDICT_PANE_H
#define TUI_VERDICT_PANE_H

#include "tui/pager.h"
#include "view/verdict.h"

/* What a line of the pane leads to. */
struct verdict_target {
    size_t line;     /* of the pager */
    uint32_t call;   /* id; 0: the capture */
    uint32_t msg;    /* id; 0: none */
    uint32_t stream; /* id; 0: none */
    bool same;       /* the call has the same cause: it can be gone to */
    uint64_t frame;  /* 0: none */
    uint16_t file;
};

struct verdict_pane {
    struct pager pager;
    VEC(struct verdict_target) targets;
    size_t at;          /* target under the cursor */
    bool focused;       /* the cursor is shown */
    enum tone tone;     /* of the worst finding */
    unsigned worst;     /* enum verdict of the call */
    struct strbuf text; /* scratch */
};

/* Frees what the pane holds; zero it to start. */
void verdict_pane_done(struct verdict_pane *p);

/* Writes it anew: the findings of the call, of the other legs of its session where
 * asked, and of the capture. The cursor stays on its line. */
void verdict_pane_fill(struct verdict_pane *p, const struct view *v,
                       const struct call *call, bool session);

/* Moves the cursor, or scrolls where there is nothing to stop at. False: another
 * action.
 */
bool verdict_pane_act(struct verdict_pane *p, enum action action);

/* Puts the cursor on what is drawn at line y of the pane. False: nothing to stop at. */
bool verdict_pane_click(struct verdict_pane *p, int y);

/* What the cursor stands on; NULL: nothing. Valid until the pane is filled anew. */
const struct verdict_target *verdict_pane_target(const struct verdict_pane *p);

/* Draws it; the line under the cursor is marked where it is focused. */
void verdict_pane_draw(struct verdict_pane *p, struct canvas *c, struct rect area);

#endif
