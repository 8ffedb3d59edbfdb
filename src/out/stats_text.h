/* Counts over a capture (view/stats.h), as text and as JSON: the `stats` command. */
#ifndef OUT_STATS_TEXT_H
#define OUT_STATS_TEXT_H

#include "view/stats.h"

/* Adds the counts as short tables, then the ledger with its sentences. width: terminal
 * columns. */
void stats_text(const struct view *v, const struct stats *s, unsigned width, bool color,
                struct strbuf *out);

/* Adds one JSON object on one line. */
void stats_json(const struct view *v, const struct stats *s, struct strbuf *out);

/* Adds the counts as CSV, one a line: group, name, measure, value. */
void stats_csv(const struct view *v, const struct stats *s, struct strbuf *out);

#endif
