/* The terminal. curses.c is the only file that knows ncurses. */
#ifndef TUI_CURSES_H
#define TUI_CURSES_H

#include "base/err.h"
#include "tui/canvas.h"
#include "tui/keymap.h"
#include "tui/theme.h"

/*
 * Takes the terminal: output on standard output, keys from standard input, or from
 * /dev/tty where that is no terminal. It is given back by curses_close, and also when
 * the program dies of a signal. Returns 0 or -ERR_* and why.
 */
int curses_open(struct errmsg *why);
void curses_close(void);

/* Descriptor to poll for keys. */
int curses_fd(void);

/* The size of the terminal now, in cells. */
void curses_size(int *w, int *h);

/* The terminal's size changed: takes it in. */
void curses_resize(void);

/* The next key that waits; INPUT_NONE in out->key when none does. False: the terminal
 * is gone. */
bool curses_key(struct input *out);

/* Shows a canvas: cells that differ from what is shown, all of them where `anew`. */
void curses_show(const struct canvas *c, bool anew);

/* Sets the look, as far as the terminal can show it. Draw anew after it. */
void curses_style(const struct theme *theme);

/* Takes clicks and the wheel, or leaves them to the terminal. */
void curses_mouse(bool on);

/* Most bytes that terminals take at once. */
enum { CURSES_CLIP = 74994 };

/* Asks the terminal to put bytes on the clipboard (OSC 52), at most CURSES_CLIP. */
void curses_clip(const char *bytes, size_t n);

/* Gives the terminal back, stops the program (job control), takes it again when it goes
 * on. */
void curses_suspend(void);

#endif
