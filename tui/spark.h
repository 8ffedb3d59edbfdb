/* A line over time in one row of cells: eight heights, or five of ASCII. */
#ifndef TUI_SPARK_H
#define TUI_SPARK_H

#include "tui/canvas.h"

/* Draws n values from x on, a cell each, between low and high. NAN: blank. high <= low:
 * the values give the scale themselves, from 0. */
void spark_draw(struct canvas *c, int x, int y, unsigned style, const float *value,
                size_t n, double low, double high);

#endif
