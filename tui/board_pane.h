/* What stands below the rows of the board: lines over time, registrations, OPTIONS. */
#ifndef TUI_BOARD_PANE_H
#define TUI_BOARD_PANE_H

#include "tui/canvas.h"
#include "view/board.h"

/* Draws a row of the board over time, a graph for each figure. row NULL: none. */
void board_pane_time(const struct view *v, const struct board *b,
                     const struct board_row *row, struct canvas *c, struct rect area);

/* One line: how many are registered, who answers OPTIONS. */
void board_pane_foot(const struct view *v, struct canvas *c, int y);

#endif
