/* A message made up of what its columns say: enough for the model to tell transactions,
 * dialogs and parties where the text itself was not stored. */
#ifndef QUERY_SKELETON_H
#define QUERY_SKELETON_H

#include "view/field.h"

struct sqlite3_stmt;

/* The columns that it is made of, of messages m and calls c. */
#define SKELETON_COLUMNS                                                     \
    "m.method, m.status, m.reason, m.cseq, m.from_tag, m.to_tag, m.branch, " \
    "m.content_type, m.sdp, m.summary, m.call_id, c.from_uri, c.to_uri, "    \
    "c.user_agent, m.transport, m.src, m.malformed"

struct skeleton_options {
    struct slice
        sdp;    /* its description, which is then all of the body; empty: unknown */
    int64_t id; /* tells it from others that look alike; 0: is not given */
};

/* Adds the text; `first` is the number of the first of these columns. */
void skeleton_make(struct sqlite3_stmt *s, int first, const struct skeleton_options *o,
                   struct strbuf *out);

#endif
