/* What every view reads. A view never writes to the model, and sees no terminal. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "base/ledger.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "model/calls.h"

struct diagnose; /* diagnose/diagnose.h */
struct streams;  /* model/streams.h */
struct alias;    /* view/alias.h: names that the user gave to addresses */

struct view {
    const struct calls *calls;
    const struct streams *streams;    /* NULL: media was left alone */
    const struct diagnose *diagnosis; /* NULL: none */
    const struct ledger *ledger;
    struct text *text;
    const struct alias *aliases; /* NULL: none */
    const char *(*file_name)(void *ctx, uint16_t file);
    const char *(*interface_name)(void *ctx, uint16_t file, uint16_t interface);
    /* A text with what is known of a message whose own text was not stored, into `out`.
     * Returns 0 or -ERR_*. NULL: nothing is known. */
    int (*facts)(void *ctx, const struct msg *m, struct strbuf *out);
    void *ctx;   /* of the three above */
    bool utc;    /* times in UTC, not local */
    bool redact; /* leave out bodies other than SDP, credentials, digits */
};

/* Text of a message into `out` (replaced). Returns 0, -ERR_GONE or -ERR_IO. */
int view_text(const struct view *v, const struct msg *m, struct strbuf *out);

#endif
