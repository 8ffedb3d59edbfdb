/* A filter that is typed: words, an SQL expression, or @NAME of the configuration. */
#ifndef TUI_FILTER_LINE_H
#define TUI_FILTER_LINE_H

#include "query/filter.h"
#include "tui/history.h"
#include "tui/ui.h"

struct filter_line {
    struct ui *ui;
    const struct table *table;
    struct filter *filter; /* NULL: all rows pass */
    struct history history;
    struct errmsg why; /* what is wrong with the text by now; "" nothing */
};

/* Starts without a filter. done frees what it holds. */
void filter_line_init(struct filter_line *f, struct ui *ui, const struct table *t);
void filter_line_done(struct filter_line *f);

/* Takes the text as the filter. Where it is wrong, or not whole yet, the filter before
 * stays and f->why says why. True: the filter is another one. */
bool filter_line_set(struct filter_line *f, const char *text);

/* The row passes. */
bool filter_line_match(const struct filter_line *f, const void *object);

/* Completes the name before the cursor: a column or @NAME; says which ones there are
 * where they are several. True: the text changed. */
bool filter_line_complete(struct filter_line *f, struct prompt *p);

#endif
