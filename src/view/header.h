/* Any header of SIP messages as a field: of a message, or of a call's first one. */
#ifndef VIEW_HEADER_H
#define VIEW_HEADER_H

#include "view/field.h"

struct header_field;

enum { HEADER_NAME = 40 };

/* A field of TABLE_CALLS or TABLE_MESSAGES for the first header of a name (compact
 * forms are the same name); NULL: no token of RFC 3261 25.1 of at most HEADER_NAME
 * bytes, or memory is short. The caller owns it; free accepts NULL. */
struct header_field *header_field_new(const struct table *t, const char *name);
void header_field_free(struct header_field *h);

/* The field; null where the message has no such header. Lives as long as h. Read it
 * with field_get. */
const struct field *header_field_of(const struct header_field *h);

/* True for a field that came from here. */
bool header_is(const struct field *f);

#endif
