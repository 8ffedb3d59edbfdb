/* The commands of the headless face: each prints its answer once what it needs is read.
 * Shared by src/cli only. */
#ifndef COMMAND_H
#define COMMAND_H

#include "options.h"
#include "out/listing.h"
#include "pump.h"
#include "query/filter.h"

#include <time.h>

struct cli {
    const struct options *o;
    struct trace *trace;
    struct connection *connection;                /* NULL: neither SQL nor a filter */
    struct filter *filter;                        /* NULL: all rows */
    const struct field *columns[LISTING_COLUMNS]; /* of the configuration */
    struct writer out;
    uint32_t printed;  /* id of the newest message printed */
    bool line_open;    /* the progress line on standard error */
    bool findings;     /* those of --fail-on exist */
    time_t progressed; /* when it was written */
};

/* ---- what the commands share ---- */

/* Ends the reading of command_read() at its next slice; safe in a signal's handler. */
void command_stop(void);

/* Reads everything; between slices `each` may print what came. Returns 0, or what
 * `each` returned when it was not 0. */
int command_read(struct cli *c, int (*each)(struct cli *c, void *ctx), void *ctx);

/* The call that --call names: a row id, else a Call-ID. NULL: said on standard error.
 */
const struct call *command_call(struct cli *c);

/* Whether the filter of --where lets a row through; a NULL row never. */
bool command_passes(struct cli *c, const void *object);

/* Says what was wrong with a filter while it looked at rows. Returns 0, or -ERR_*. */
int command_filter_failed(struct cli *c);

/* Columns of the terminal: --width, the terminal's, $COLUMNS, else LISTING_WIDTH. */
unsigned command_width(const struct options *o);

/* Whether standard output takes colours (NO_COLOR, TERM, a terminal at all). */
bool command_color(void);

/* How rows are printed by the options. */
struct listing_options command_listing(const struct options *o);

/* The same, with the columns that the configuration gives a table. */
struct listing_options command_table(struct cli *c, const struct table *t);

/* ---- the commands: each returns 0, or -ERR_* (said where it can be said) ---- */

/* `calls`: the table, or the row of --call. */
int command_calls(struct cli *c);

/* `messages`: reads by itself and prints as they come, so that a live capture can be
 * watched. */
int command_messages(struct cli *c);

/* `streams`, with --slices the slices: in order of the streams' first packets. */
int command_streams(struct cli *c);

/* `registrations`: the table. */
int command_registrations(struct cli *c);

/* `fields`: the tables' columns; needs no source. */
int command_fields(struct cli *c);

/* `ladder`: the call of --call with the legs of its session. */
int command_ladder(struct cli *c);

/* `message ID`: one message decoded. */
int command_message(struct cli *c);

/* `stats`. */
int command_stats(struct cli *c);

/* `sql`: the statement given, or a prompt. */
int command_sql(struct cli *c);

/* `diagnose`: findings as rows or groups, or the panel of one call. */
int command_diagnose(struct cli *c);

/* `diagnose --explain`: what a rule or a response code means; needs no source. */
int command_explain(struct cli *c);

/* `watch`: reads by itself, and writes a line for each call that ended and each
 * finding; SIGHUP has it read its configuration again. */
int command_watch(struct cli *c);

/* -O: the calls chosen go to a capture file. */
int command_save(struct cli *c);

#endif
