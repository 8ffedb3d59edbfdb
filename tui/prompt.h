/* One line of text that is being typed. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include "tui/canvas.h"
#include "tui/keymap.h"

enum { PROMPT_BYTES = 1024 };

struct prompt {
    char text[PROMPT_BYTES]; /* UTF-8, NUL behind it */
    size_t n, at;            /* bytes; where the cursor stands */
};

enum prompt_result {
    PROMPT_OTHER,
    PROMPT_MOVED,
    PROMPT_CHANGED,
    PROMPT_DONE,
    PROMPT_CANCEL
};

/* Sets the text, cursor at its end. */
void prompt_set(struct prompt *p, const char *text);

/* Takes a key. OTHER: it is none of the prompt's. */
enum prompt_result prompt_key(struct prompt *p, int32_t key);

/* Draws label and text at x, y in w columns, with a cursor; scrolls to it. */
void prompt_draw(const struct prompt *p, struct canvas *c, int x, int y, int w,
                 const char *label);

#endif
