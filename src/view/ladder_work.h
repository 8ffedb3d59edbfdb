/* What the files that build a ladder share. */
#ifndef VIEW_LADDER_WORK_H
#define VIEW_LADDER_WORK_H

#include "base/vec.h"
#include "view/ladder.h"
#include "view/participant.h"

/* One thing that happened, before it is a row. */
struct ladder_item {
    int64_t time;
    uint64_t order;
    const struct msg *msg;
    const struct event *event;
    const struct rtp_stream *stream; /* that begins, or of the event */
    const struct call *call;
    unsigned leg;
};

/* A ladder that is being built. */
struct ladder_work {
    const struct view *view;
    const struct ladder_options *options;
    struct ladder *ladder;
    VEC(struct ladder_item) items;
    VEC(struct ladder_row) rows;
    struct participants parties;
    struct strbuf text; /* scratch */
    bool failed, more;
};

/* Fills b->items with all that happened in the call or its session, in order of time,
 * and the ladder's legs. */
void ladder_work_gather(struct ladder_work *b, const struct call *call);

/* Makes the ladder's columns of the items. */
void ladder_work_columns(struct ladder_work *b);

/* Makes the ladder's rows of the items, once it has columns. */
void ladder_work_rows(struct ladder_work *b);

/* Sets the row of a message: ends, text, mark, tone. */
void ladder_work_message(struct ladder_work *b, const struct msg *m,
                         struct ladder_row *row);

/* Where folding is wanted: true for a row that is said by one before it: a repetition,
 * or the same message relayed. */
bool ladder_work_fold(struct ladder_work *b, const struct ladder_row *row);

/* Once all rows are there: columns that only relayed go. */
void ladder_work_fold_columns(struct ladder_work *b);

/* Frees what a row holds. */
void ladder_row_done(struct ladder_row *row);

/* A copy with a NUL behind it; marks the work as failed when memory is short. */
char *ladder_work_copy(struct ladder_work *b, const void *bytes, size_t n);

/* Adds a blank and more to a row's text. */
void ladder_work_append(struct ladder_work *b, struct ladder_row *row,
                        const char *more);

#endif
