/* What --redact keeps out of outputs and databases: credentials in the text of a
 * message. Bodies and DTMF are left out where they are shown. */
#ifndef VIEW_REDACT_H
#define VIEW_REDACT_H

#include "base/strbuf.h"
#include "dissect/slice.h"

#include <stdbool.h>

/* Is the value of this header a credential as a whole (RFC 3261 22)? */
bool redact_header(struct slice name);

/* Adds a text, the passwords of its URIs replaced: "sip:alice:***@example.com" (RFC
 * 3261 19.1.1). Returns whether there was one. */
bool redact_text(struct strbuf *out, struct slice text);

#endif
