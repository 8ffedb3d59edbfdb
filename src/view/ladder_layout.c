#include "base/utf8.h"
#include "view/ladder.h"

enum {
    TIME_WIDTH = 12, /* "12:03:44.002" */
    MARGIN = 8,      /* half a label, on both sides */
    STEP_MIN = 16,
    STEP_USUAL = 24,
    STEP_MAX = 36,
    STEP_MEDIA = 60, /* the same for streams and descriptions */
    ARROW = 7,       /* lines, blanks and head around the text of an arrow */
};

/* Columns that a row would have on its arrow; not more than is worth it. */
static size_t wanted(const struct ladder_row *r, unsigned span)
{
    size_t n = utf8_columns(r->text, strlen(r->text)) + ARROW;
    n += r->mark ? strlen(r->mark) + 2 : 0;
    n += r->repeats ? 4 : 0;
    size_t most = r->kind == LADDER_MEDIA || r->mark ? STEP_MEDIA : STEP_MAX;
    return n / span < most ? n / span : most;
}

/* Step at which every text and label is whole. */
static unsigned wanted_step(const struct ladder *l)
{
    size_t most = STEP_USUAL;
    for (size_t i = 0; i < l->rows; i++) {
        const struct ladder_row *r = &l->row[i];
        unsigned span = r->from > r->to ? r->from - r->to : r->to - r->from;
        size_t n = span && r->text ? wanted(r, span) : 0;
        most = n > most ? n : most;
    }
    return (unsigned)most;
}

struct ladder_layout ladder_layout(const struct ladder *l, unsigned width)
{
    struct ladder_layout out = {.time_width = TIME_WIDTH, .first = TIME_WIDTH + MARGIN};
    unsigned steps = l->columns > 1 ? (unsigned)l->columns - 1 : 1;
    unsigned around = out.first + MARGIN, most = wanted_step(l);
    out.step = width > around ? (width - around) / steps : 0;
    if (out.step > most)
        out.step = most;
    if (out.step < STEP_MIN)
        out.step = STEP_MIN;
    out.width = around + out.step * (l->columns ? (unsigned)l->columns - 1 : 0);
    return out;
}
