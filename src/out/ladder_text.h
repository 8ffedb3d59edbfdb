/* A ladder as text or JSON. */
#ifndef OUT_LADDER_TEXT_H
#define OUT_LADDER_TEXT_H

#include "view/ladder.h"

struct ladder_text_options {
    unsigned width; /* terminal columns; the ladder may need more */
    bool color;     /* ANSI colours */
    bool ascii;     /* + - | > < instead of box drawing */
};

/* Adds the ladder of `call` (built by ladder_build) with a heading of what the call is.
 */
void ladder_text(const struct view *v, const struct call *call, const struct ladder *l,
                 const struct ladder_text_options *options, struct strbuf *out);

/* Adds the ladder as JSON, one object a rung: kind, time, delta, from, to, text, mark,
 * rule (of the finding that it proves), repeats, call, message, frame, file; stream,
 * and for media codec, packets, loss (%), jitter (ms), mos and that of its slices. */
void ladder_json(const struct view *v, const struct ladder *l, struct strbuf *out);

/* Adds the ladder as CSV, one rung a line, the columns named as in JSON; of a media row
 * only what all rows have. */
void ladder_csv(const struct view *v, const struct ladder *l, struct strbuf *out);

#endif
