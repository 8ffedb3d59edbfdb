/* Which columns of a table are shown, in which order and how wide. */
#ifndef TUI_COLUMNS_H
#define TUI_COLUMNS_H

#include "base/vec.h"
#include "view/header.h"

struct column {
    const struct field *field; /* of the table, or one of `headers` */
    uint8_t width;             /* 0: as the width of the screen allows */
};

struct columns {
    const struct table *table;
    VEC(struct column) list;
    /* All that were ever asked for: a list may still be sorted by one that is gone. */
    VEC(struct header_field *) headers;
    bool chosen; /* by the user: all of them are shown, whatever the width */
};

enum { COLUMN_MIN = 2, COLUMN_MAX = 200, COLUMN_TITLE = 64 };

/* The columns that a table shows when nobody chose others. done frees them. */
void columns_init(struct columns *c, const struct table *t);
void columns_done(struct columns *c);

/* Back to the first ones. */
void columns_reset(struct columns *c);

/*
 * Takes "start:12 from_user header:X-Trunk:20": names, with a width where one is set.
 * Names that are none are left out. False: no name was one, and nothing changed.
 */
bool columns_read(struct columns *c, const char *text);

/* The same, written. */
void columns_write(const struct columns *c, struct strbuf *out);

/* Puts a column in at a place: of a field, or of a header (NULL field). False: it is
 * there already, no such header can be, or memory is short. */
bool columns_add(struct columns *c, size_t at, const struct field *f,
                 const char *header);

/* Takes one out; the last one stays. */
void columns_remove(struct columns *c, size_t at);

/* Moves one by so many places; returns where it is then. */
size_t columns_move(struct columns *c, size_t at, int by);

/* Sets the width of one, within COLUMN_MIN and COLUMN_MAX. */
void columns_size(struct columns *c, size_t at, int width);

/* Place of a field; SIZE_MAX: it is not shown. */
size_t columns_find(const struct columns *c, const struct field *f);

/* Width of a column on a screen; 0: it is left out there. */
int columns_width(const struct columns *c, size_t at, int screen);

/* It takes what is left. */
bool columns_flexible(const struct columns *c, size_t at);

/* Heading: title and unit. Returns out. */
const char *column_title(const struct field *f, char out[COLUMN_TITLE]);

/* Numbers stand on the right. */
bool column_right(const struct field *f);

/* The field that is shown where this one has no value; NULL: none. */
const struct field *column_instead(const struct table *t, const struct field *f);

/* It is about media, which may be left alone. */
bool column_of_media(const struct table *t, const struct field *f);

#endif
