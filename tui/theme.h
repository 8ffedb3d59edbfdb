/*
 * What a style looks like. Colours have five meanings and no more: red failed, yellow
 * waiting, green good, cyan requests and what is selected, dim repeated or chrome. The
 * safe palette says the same in colours that people with any kind of colour vision tell
 * apart (Okabe and Ito's).
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "tui/canvas.h"

enum colours { COLOURS_NONE, COLOURS_8, COLOURS_16, COLOURS_256, COLOURS_TRUE };

/* Of the terminal. Where it is not known, colours of middle brightness serve both. */
enum ground { GROUND_UNKNOWN, GROUND_DARK, GROUND_LIGHT };

struct theme {
    enum colours colours;
    enum ground ground;
    bool safe; /* the palette for all eyes */
};

struct paint {
    int32_t fg, bg; /* -1: the terminal's own; else a palette index, or 0xrrggbb */
    bool bold, dim, reverse, underline;
};

/* How many colours to use on a terminal that can show `colours` (terminfo's number);
 * none where NO_COLOR is set to something. */
enum colours theme_colours(int colours);

/* What COLORFGBG says of the terminal's background. */
enum ground theme_ground(void);

/* True where the locale's character set is not UTF-8. Call after setlocale(). */
bool theme_ascii(void);

/* The look of a style (enum tone and STYLE_ bits). */
struct paint theme_paint(const struct theme *t, unsigned style);

#endif
