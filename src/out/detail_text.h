/* One message decoded (view/detail.h), as text and as JSON: the `message` command. */
#ifndef OUT_DETAIL_TEXT_H
#define OUT_DETAIL_TEXT_H

#include "view/detail.h"

/* Adds the tree as indented lines, sanitised. */
void detail_text(const struct detail *d, bool color, struct strbuf *out);

/* Adds one JSON object on one line: "lines" is an array of objects with kind, depth,
 * name, value and, of a finding, reference. */
void detail_json(const struct detail *d, struct strbuf *out);

/* Adds the lines as CSV: depth, kind, name, value, reference. */
void detail_csv(const struct detail *d, struct strbuf *out);

#endif
