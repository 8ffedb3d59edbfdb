/* Values over time as a small picture: bars of braille dots, or of ASCII signs. */
#ifndef TUI_GRAPH_H
#define TUI_GRAPH_H

#include "tui/canvas.h"

struct graph {
    const float *value; /* NAN: not known */
    size_t n;
    double low, high; /* of the scale; values outside stand at its ends */
    bool least;       /* where several values share a dot, the lowest counts */
    unsigned style;
};

enum { GRAPH_COLUMNS = 4 /* of a value at most */ };

/* Draws the values into an area, from left to right, at most two to a column of cells:
 * more are put together, fewer are drawn wider. */
void graph_draw(const struct graph *g, struct canvas *c, struct rect area);

#endif
