/* The frame of a dialog: the one place where a box is drawn. */
#ifndef TUI_FRAME_H
#define TUI_FRAME_H

#include "tui/canvas.h"

/* Blanks the box and draws its edge, with a title. */
void frame_draw(struct canvas *c, struct rect box, const char *title);

#endif
