/*
 * What a style looks like. Colours have five meanings and no more: red failed, yellow
 * waiting, green good, cyan requests and what is selected, dim repeated or chrome. They
 * are of middle brightness, so that light and dark backgrounds both work.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "tui/canvas.h"

enum colours { COLOURS_NONE, COLOURS_8, COLOURS_256, COLOURS_TRUE };

struct paint {
    int32_t fg, bg; /* -1: the terminal's own; else a palette index, or 0xrrggbb */
    bool bold, dim, reverse, underline;
};

/* How many colours to use on a terminal that can show `colours` (terminfo's number);
 * none where NO_COLOR is set to something. */
enum colours theme_colours(int colours);

/* True where the locale's character set is not UTF-8. Call after setlocale(). */
bool theme_ascii(void);

/* The look of a style (enum tone and STYLE_ bits). */
struct paint theme_paint(enum colours colours, unsigned style);

#endif
