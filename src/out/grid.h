/* A line of character cells on which text output is drawn, and written out at once. */
#ifndef OUT_GRID_H
#define OUT_GRID_H

#include "view/field.h"

struct grid_cell {
    char text[8]; /* one character with at most one combining one; n 0: blank, or the
                     right half of a wide one */
    uint8_t n;
    uint8_t tone;
    bool half; /* the right half of the wide character before it */
};

struct grid {
    struct grid_cell *cell;
    size_t width;
};

/* A line of `width` blanks. Returns false when memory is short. */
bool grid_init(struct grid *g, size_t width);
void grid_done(struct grid *g);

/* Blanks the line. */
void grid_clear(struct grid *g);

/* Puts clean text at column x, cut after `room` columns. Returns the columns taken. */
size_t grid_put(struct grid *g, size_t x, const char *p, size_t n, size_t room,
                enum tone tone);

/* The same for a string of our own, uncut. */
size_t grid_str(struct grid *g, size_t x, const char *s, enum tone tone);

/* Adds the line, without blanks at its end, and a line end. */
void grid_write(const struct grid *g, bool color, struct strbuf *out);

#endif
