/* The parts of a multipart body (RFC 2046 5.1), as views. */
#ifndef DISSECT_MULTIPART_H
#define DISSECT_MULTIPART_H

#include "dissect/sip.h"

struct multipart {
    struct slice rest, boundary;
    bool begun; /* what stands before the first part is passed over */
};

struct multipart_part {
    struct slice
        headers;       /* its header lines, with the empty line; for sip_line_next() */
    struct slice type; /* value of its Content-Type; empty: none */
    struct slice body;
};

/* Begins to read `body` by the boundary parameter of its Content-Type. Returns false
 * where the type is not multipart or has no boundary. */
bool multipart_begin(struct multipart *m, struct slice type, struct slice body);

/* The next part; a part that nothing closes goes to the end. Returns false at the end.
 */
bool multipart_next(struct multipart *m, struct multipart_part *out);

#endif
