/* One message decoded whole: header tree, SDP, body parts, validation. */
#ifndef VIEW_DETAIL_H
#define VIEW_DETAIL_H

#include "view/view.h"

enum detail_kind {
    DETAIL_FACT,
    DETAIL_HEADER,
    DETAIL_PART,
    DETAIL_SDP,
    DETAIL_BODY,
    DETAIL_FINDING
};

struct detail_line {
    enum detail_kind kind;
    unsigned depth;
    char *name, *value; /* raw; sanitise when drawing; value may be NULL; owned */
    char *reference;    /* "RFC 3261 8.1.1.1" of a finding; NULL; owned */
    unsigned line;      /* of the message that a finding is about, from 1; 0: none */
};

struct detail {
    struct detail_line *line;
    size_t n;
};

/* Returns 0 and *out, -ERR_GONE where the text is no longer kept, -ERR_IO, -ERR_NOMEM.
 */
int detail_build(const struct view *v, const struct msg *m, struct detail **out);
void detail_free(struct detail *d);

#endif
