/* Bytes that are no text, as lines of a hex dump. */
#ifndef VIEW_HEX_H
#define VIEW_HEX_H

#include "base/strbuf.h"
#include "dissect/slice.h"

enum { HEX_BYTES = 16 /* of a line */ };

/* Adds "0010  4a 65 ... 00  Je....": the line of `bytes` at an offset (a multiple of
 * HEX_BYTES); what is not ASCII is a dot. */
void hex_line(struct strbuf *out, struct slice bytes, size_t offset);

/* True for a line that is no text: a control character but TAB, or no UTF-8. */
bool hex_is_binary(struct slice line);

/* Bytes from the beginning of binary data up to a line that begins with "--" (the next
 * part of a multipart body, RFC 2046 5.1.1), or all. */
size_t hex_extent(struct slice bytes);

#endif
