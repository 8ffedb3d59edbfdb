/* Lines of text in a window: wrapped, scrolled, searched. */
#ifndef TUI_PAGER_H
#define TUI_PAGER_H

#include "base/vec.h"
#include "tui/canvas.h"
#include "tui/scroll.h"

struct pager_line {
    size_t at, n;   /* in text: sanitised */
    uint8_t indent; /* columns */
    uint8_t hang;   /* columns by which what is wrapped is indented more */
    bool prose;     /* wraps at blanks */
};

struct pager_piece { /* of a line, as wide as the window */
    size_t line, at, n;
};

struct pager {
    struct strbuf text, paint; /* a style for each byte of the text */
    VEC(struct pager_line) lines;
    VEC(struct pager_piece) pieces;
    int width;            /* the pieces are for; 0: none yet */
    bool wide;            /* lines are not wrapped: they scroll to the side */
    int shift;            /* columns scrolled out on the left */
    struct scroll scroll; /* over pieces */
    struct strbuf find;   /* words looked for; empty: none */
    size_t hit;           /* piece where it was found last */
    size_t chosen;        /* line that the cursor stands on, plus one; 0: no cursor */
    bool showing;         /* the window is still to move to the chosen line */
};

/* Frees what the pager holds; zero it to start. */
void pager_done(struct pager *p);

/* Takes all lines out; place and search stay. */
void pager_clear(struct pager *p);

/* Adds a line. Its bytes are raw and sanitised here; the first `head` of them look like
 * head_style. */
void pager_add(struct pager *p, unsigned style, unsigned indent, const void *bytes,
               size_t n, size_t head, unsigned head_style);

/* Begins a line; what is put into it follows, clean and in its style. */
void pager_begin(struct pager *p, unsigned indent);
void pager_put(struct pager *p, unsigned style, const void *bytes, size_t n);

/* The line added last is prose: it wraps at blanks and goes on `hang` columns right of
 * where it begins. */
void pager_prose(struct pager *p, unsigned hang);

/* Puts the cursor on a line and brings it into the window; SIZE_MAX: no cursor. */
void pager_choose(struct pager *p, size_t line);

/* The line that is drawn at a line of the window; SIZE_MAX: none. */
size_t pager_line_at(const struct pager *p, int y);

/* Lines of the window that everything takes in so many columns. */
size_t pager_height(struct pager *p, int width);

/* Draws the window; wraps anew where the width changed. */
void pager_draw(struct pager *p, struct canvas *c, struct rect area);

/* Wraps lines, or lets them scroll to the side. */
void pager_turn(struct pager *p);

/* Scrolls. False: not an action that scrolls. */
bool pager_act(struct pager *p, enum action action);

/* Looks for text (any case) from the first line shown on; "" ends the search. */
void pager_find(struct pager *p, const char *text);

/* Goes to the next (or the one before) place where it was found. False: there is none.
 */
bool pager_find_next(struct pager *p, bool backwards);

#endif
