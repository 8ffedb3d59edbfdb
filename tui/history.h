/* Lines that were typed before. */
#ifndef TUI_HISTORY_H
#define TUI_HISTORY_H

#include "tui/prompt.h"

enum { HISTORY_LINES = 50 };

struct history {
    char *line[HISTORY_LINES]; /* oldest first; owned */
    size_t n, at;              /* at: the line shown; n: what is being typed */
    char typed[PROMPT_BYTES];  /* that */
};

/* Frees the lines; zero it to start. */
void history_done(struct history *h);

/* Adds a line that was finished, unless it is empty or the last one; the oldest leaves.
 */
void history_add(struct history *h, const char *line);

/* Puts the line before (step -1) or behind (+1) into the prompt. False: there is none.
 */
bool history_step(struct history *h, struct prompt *p, int step);

#endif
