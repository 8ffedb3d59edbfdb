#include "cli.h"

#include "base/utf8.h"
#include "base/vec.h"
#include "out/detail_text.h"
#include "out/ladder_text.h"
#include "out/listing.h"
#include "model/streams.h"
#include "out/stats_text.h"
#include "out/verdict_text.h"
#include "pump.h"
#include "query/filter.h"
#include "save.h"
#include "service/config.h"
#include "sql.h"
#include "view/detail.h"
#include "view/explain.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { SLICE_US = 20000, IDLE_MS = 200, POLL_FDS = 64 };

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

struct chosen {
    struct call **at;
    size_t n, cap;
};

static volatile sig_atomic_t stopped;

static void on_stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

void cli_error(const char *line)
{
    struct writer w;
    writer_init(&w, STDERR_FILENO);
    strbuf_str(&w.buf, "sipglass: ");
    utf8_clean(&w.buf, line, strlen(line));
    strbuf_char(&w.buf, '\n');
    writer_done(&w);
}

static unsigned width(const struct options *o)
{
    struct winsize ws;
    const char *columns = getenv("COLUMNS");
    if (o->width)
        return (unsigned)o->width;
    if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_col)
        return ws.ws_col;
    int n = columns ? atoi(columns) : 0;
    return n >= 20 && n <= 10000 ? (unsigned)n : LISTING_WIDTH;
}

static bool color(void)
{
    const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

static struct listing_options listing_options_of(const struct options *o)
{
    return (struct listing_options){.format = (enum listing_format)o->format,
                                    .width = width(o),
                                    .color = color(),
                                    .ascii = o->ascii};
}

/* The same, with the columns that the configuration gives a table. */
static struct listing_options table_options(struct cli *c, const struct table *t)
{
    struct listing_options lo = listing_options_of(c->o);
    size_t n = c->o->format == FORMAT_TABLE
                   ? config_columns(c->o->settings, t, c->columns, LISTING_COLUMNS)
                   : 0;
    lo.columns = n ? c->columns : NULL;
    lo.ncolumns = n;
    return lo;
}

/* ---- reading ---- */

static void progress(struct cli *c, bool last)
{
    struct timespec now;
    if (!c->o->progress)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!last && now.tv_sec == c->progressed)
        return;
    c->progressed = now.tv_sec;
    struct writer w;
    int percent = last ? 100 : pump_progress(c->trace);
    writer_init(&w, STDERR_FILENO);
    strbuf_printf(&w.buf, "\r%llu frames, %llu messages",
                  (unsigned long long)engine_counts(c->trace->engine)->frames,
                  (unsigned long long)c->trace->calls->msgs_seen);
    if (percent >= 0)
        strbuf_printf(&w.buf, ", %d %%", percent);
    strbuf_str(&w.buf, last ? "   \n" : "   ");
    writer_done(&w);
}

static void wait_for_input(struct cli *c)
{
    int fds[POLL_FDS];
    struct pollfd polled[POLL_FDS];
    size_t n = pump_fds(c->trace, fds, POLL_FDS);
    for (size_t i = 0; i < n; i++)
        polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    poll(polled, (nfds_t)n, IDLE_MS);
}

/* Reads everything; between slices `each` may print what came. Returns 0, or what
 * `each` returned when it was not 0. */
static int read_all(struct cli *c, int (*each)(struct cli *c, void *ctx), void *ctx)
{
    enum pump_result r = PUMP_MORE;
    int err = 0;
    while (r != PUMP_END && !err && !stopped) {
        r = pump_run(c->trace, SLICE_US);
        err = each ? each(c, ctx) : 0;
        progress(c, false);
        if (r == PUMP_IDLE && !err && !stopped)
            wait_for_input(c);
    }
    pump_end(c->trace);
    if (each && !err)
        err = each(c, ctx);
    progress(c, true);
    return err;
}

/* ---- commands ---- */

/* The call that --call names: a row id, else a Call-ID. */
static const struct call *wanted_call(struct cli *c)
{
    const char *text = c->o->call;
    char *end;
    unsigned long id = strtoul(text, &end, 10);
    const struct call *call = *text && !*end && id <= UINT32_MAX
                                  ? calls_by_id(c->trace->calls, (uint32_t)id)
                                  : NULL;
    if (!call)
        call = calls_find(c->trace->calls, slice_str(text));
    if (!call) {
        struct errmsg m;
        errmsg_set(&m, 0, "no call %.200s (ids and Call-IDs: sipglass calls FILE)",
                   text);
        cli_error(m.text);
    }
    return call;
}

static bool passes(struct cli *c, const void *object)
{
    return object && (!c->filter || filter_match(c->filter, object));
}

/* Says what was wrong with a filter while it looked at rows. */
static int filter_failed(struct cli *c)
{
    int err = 0;
    const char *text = c->filter ? filter_error(c->filter, &err) : NULL;
    struct errmsg line;
    if (text) {
        errmsg_set(&line, 0, "--where: %.480s", text);
        cli_error(line.text);
    }
    return err;
}

/* All rows of a table that the filter lets through. */
static int print_table(struct cli *c, const struct table *t)
{
    struct listing_options lo = table_options(c, t);
    const struct view *v = &c->trace->view;
    struct listing l;
    uint64_t total = 0;
    int err = listing_begin(&l, &c->out, v, t, &lo);
    if (c->filter)
        connection_start(c->connection);
    for (size_t i = 0, n = t->count(v); i < n && !err; i++) {
        const void *object = t->at(v, i);
        total += object != NULL;
        if (passes(c, object))
            err = listing_row(&l, object);
        else
            err = filter_failed(c);
    }
    if (c->connection)
        connection_stop(c->connection);
    int last = listing_end(&l, total);
    return err ? err : last;
}

static int print_calls(struct cli *c)
{
    struct listing_options lo = table_options(c, &TABLE_CALLS);
    struct listing l;
    const struct call *only = NULL;
    if (!c->o->call)
        return print_table(c, &TABLE_CALLS);
    if (!(only = wanted_call(c)))
        return -ERR_NOENT;
    int err = listing_begin(&l, &c->out, &c->trace->view, &TABLE_CALLS, &lo);
    if (!err && passes(c, only))
        err = listing_row(&l, only);
    int last = listing_end(&l, c->trace->calls->calls_kept);
    return err ? err : last;
}

/* Index of the first message with an id over `id`; the vector is in order of id and may
 * have holes. */
static size_t msgs_after(const struct calls *calls, uint32_t id)
{
    size_t i = calls->msgs.n;
    while (i && (!calls->msgs.at[i - 1] || calls->msgs.at[i - 1]->id > id))
        i--;
    return i;
}

/* Messages are printed as they come, so that a live capture can be watched. */
static int print_new_messages(struct cli *c, void *ctx)
{
    struct listing *l = ctx;
    const struct calls *calls = c->trace->calls;
    int err = 0;
    for (size_t i = msgs_after(calls, c->printed); !err && i < calls->msgs.n; i++) {
        const struct msg *m = calls->msgs.at[i];
        if (!m)
            continue;
        c->printed = m->id;
        err = passes(c, m) ? listing_row(l, m) : filter_failed(c);
    }
    if (!err && c->trace->live)
        err = writer_flush(&c->out);
    return err;
}

static int print_messages(struct cli *c)
{
    struct listing_options lo = table_options(c, &TABLE_MESSAGES);
    struct listing l;
    const struct call *only = NULL;
    int err = 0;
    bool stream = !c->o->call && !c->o->quiet;
    if (!stream)
        err = read_all(c, NULL, NULL);
    if (err || c->o->quiet || (c->o->call && !(only = wanted_call(c))))
        return c->o->quiet ? err : -ERR_NOENT;
    err = listing_begin(&l, &c->out, &c->trace->view, &TABLE_MESSAGES, &lo);
    if (stream && !err)
        err = read_all(c, print_new_messages, &l);
    for (const struct msg *m = only ? only->first : NULL; m && !err; m = m->next)
        err = passes(c, m) ? listing_row(&l, m) : filter_failed(c);
    int last = listing_end(&l, c->trace->calls->msgs_seen);
    return err ? err : last;
}

/* The rows of a stream that the filter lets through: itself, or its slices. */
static int stream_rows(struct cli *c, struct listing *l, const struct rtp_stream *s)
{
    int err = 0;
    if (!c->o->slices)
        return passes(c, s) ? listing_row(l, s) : filter_failed(c);
    for (const struct rtp_slice *k = s->slices; k && !err; k = k->next)
        err = passes(c, k) ? listing_row(l, k) : filter_failed(c);
    return err;
}

/* In order of their first packet, also where only those of one call are wanted. */
static int print_streams(struct cli *c)
{
    struct listing_options lo = listing_options_of(c->o);
    const struct table *t = c->o->slices ? &TABLE_SLICES : &TABLE_STREAMS;
    const struct view *v = &c->trace->view;
    const struct call *only = NULL;
    struct listing l;
    if (c->o->call && !(only = wanted_call(c)))
        return -ERR_NOENT;
    int err = listing_begin(&l, &c->out, v, t, &lo);
    size_t n = TABLE_STREAMS.count(v);
    if (c->filter)
        connection_start(c->connection);
    for (size_t i = 0; i < n && !err; i++) {
        const struct rtp_stream *s = TABLE_STREAMS.at(v, i);
        if (s && (!only || s->call == only))
            err = stream_rows(c, &l, s);
    }
    if (c->filter)
        connection_stop(c->connection);
    int last = listing_end(&l, t->count(v));
    return err ? err : last;
}

static int print_ladder(struct cli *c)
{
    const struct options *o = c->o;
    const struct call *call = wanted_call(c);
    struct ladder_options lo = {.session = !o->no_session, .hide_copies = true};
    struct ladder *l = call ? ladder_build(&c->trace->view, call, &lo) : NULL;
    if (!l)
        return call ? -ERR_NOMEM : -ERR_NOENT;
    struct ladder_text_options to = {
        .width = width(o), .color = color(), .ascii = o->ascii};
    if (o->format == FORMAT_JSON)
        ladder_json(&c->trace->view, l, &c->out.buf);
    else if (o->format == FORMAT_CSV)
        ladder_csv(&c->trace->view, l, &c->out.buf);
    else
        ladder_text(&c->trace->view, call, l, &to, &c->out.buf);
    ladder_free(l);
    return writer_check(&c->out);
}

static int print_message(struct cli *c)
{
    char *end;
    struct errmsg why;
    struct detail *d = NULL;
    unsigned long id = strtoul(c->o->argument, &end, 10);
    const struct msg *m =
        *end || id > UINT32_MAX ? NULL : calls_msg_by_id(c->trace->calls, (uint32_t)id);
    int err = m ? detail_build(&c->trace->view, m, &d) : -ERR_NOENT;
    if (!m)
        errmsg_set(&why, 0, "no message %.100s (ids: sipglass messages FILE)",
                   c->o->argument);
    else if (err)
        errmsg_set(&why, 0, "message %.100s: its text is %s", c->o->argument,
                   err_text(err));
    if (err) {
        cli_error(why.text);
        return -ERR_NOENT;
    }
    if (c->o->format == FORMAT_JSON)
        detail_json(d, &c->out.buf);
    else if (c->o->format == FORMAT_CSV)
        detail_csv(d, &c->out.buf);
    else
        detail_text(d, color(), &c->out.buf);
    detail_free(d);
    return writer_check(&c->out);
}

static int print_stats(struct cli *c)
{
    struct stats *s = stats_build(&c->trace->view);
    if (!s)
        return -ERR_NOMEM;
    if (c->o->format == FORMAT_JSON)
        stats_json(&c->trace->view, s, &c->out.buf);
    else if (c->o->format == FORMAT_CSV)
        stats_csv(&c->trace->view, s, &c->out.buf);
    else
        stats_text(&c->trace->view, s, width(c->o), color(), &c->out.buf);
    stats_free(s);
    return writer_check(&c->out);
}

/* Findings as rows, worst first: JSON and CSV. */
static int list_findings(struct cli *c, const struct call *only)
{
    struct listing_options lo = listing_options_of(c->o);
    struct listing l;
    size_t n;
    const struct finding **all = verdict_sorted(&c->trace->view, only, &n);
    int err = listing_begin(&l, &c->out, &c->trace->view, &TABLE_FINDINGS, &lo);
    for (size_t i = 0; i < n && !err; i++)
        err = listing_row(&l, all[i]);
    int last = listing_end(&l, n);
    free(all);
    return err ? err : last;
}

static int print_groups(struct cli *c, const struct verdict_groups *g)
{
    struct verdict_text_options to = {
        .width = width(c->o), .color = color(), .ascii = c->o->ascii};
    verdict_groups_text(&c->trace->view, g, &to, &c->out.buf);
    return writer_check(&c->out);
}

static int print_panel(struct cli *c, const struct call *call)
{
    struct verdict_text_options to = {
        .width = width(c->o), .color = color(), .ascii = c->o->ascii};
    struct verdict_panel *p = verdict_panel(&c->trace->view, call);
    if (!p)
        return -ERR_NOMEM;
    verdict_panel_text(&c->trace->view, p, &to, &c->out.buf);
    verdict_panel_free(p);
    return writer_check(&c->out);
}

static bool fails(const struct options *o, const struct verdict_groups *g)
{
    return (o->fail_on == FAIL_CRIT && g->worst >= VERDICT_CRIT) ||
           (o->fail_on == FAIL_WARN && g->worst >= VERDICT_WARN);
}

static int print_findings(struct cli *c)
{
    const struct call *only = NULL;
    int err = 0;
    if (c->o->call && !(only = wanted_call(c)))
        return -ERR_NOENT;
    struct verdict_groups *g = verdict_groups(&c->trace->view);
    if (!g)
        return -ERR_NOMEM;
    if (c->o->quiet)
        err = 0;
    else if (c->o->format != FORMAT_TABLE)
        err = list_findings(c, only);
    else
        err = only ? print_panel(c, only) : print_groups(c, g);
    c->findings = fails(c->o, g);
    verdict_groups_free(g);
    return err;
}

/* Without files: what a rule or a code means. */
static int print_explanation(struct cli *c)
{
    struct errmsg why;
    if (!strcmp(c->o->explain, "all"))
        explain_all(&c->out.buf);
    else if (!explain(c->o->explain, &c->out.buf)) {
        errmsg_set(&why, 0, "%.100s: no rule and no response code (--explain all)",
                   c->o->explain);
        cli_error(why.text);
        return -ERR_NOENT;
    }
    return writer_check(&c->out);
}

static int print_fields(struct cli *c)
{
    struct view none = {0};
    struct listing_options lo = listing_options_of(c->o);
    return listing_all(&c->out, &none, &TABLE_FIELDS, &lo);
}

/* The calls to save: that of --call, or those that the filter lets through. Returns 0,
 * or -ERR_*. */
static int choose_calls(struct cli *c, struct chosen *out)
{
    const struct calls *calls = c->trace->calls;
    if (c->o->call) {
        struct call *only = (struct call *)wanted_call(c);
        return !only ? -ERR_NOENT : vec_push(out, only) ? 0 : -ERR_NOMEM;
    }
    for (size_t i = 0; i < calls->list.n; i++)
        if (passes(c, calls->list.at[i]) && !vec_push(out, calls->list.at[i]))
            return -ERR_NOMEM;
    return filter_failed(c);
}

static long save_chosen(struct cli *c, struct errmsg *why)
{
    struct chosen chosen = {0};
    long n = choose_calls(c, &chosen);
    if (!n && (chosen.n || !(c->filter || c->o->call)))
        n = save_calls(c->trace, chosen.at, chosen.n, c->o->out, NULL, NULL, why);
    else if (!n)
        n = errmsg_set(why, -ERR_NOENT, "no call matches");
    vec_done(&chosen);
    return n;
}

static int save(struct cli *c)
{
    struct errmsg why = {""}, line;
    long n = save_chosen(c, &why);
    if (n == -ERR_USAGE || n == -ERR_LIMIT || (n == -ERR_NOENT && c->o->call))
        return (int)n;
    if (n < 0)
        errmsg_set(&line, 0, "%.200s: not saved: %.250s", c->o->out,
                   why.text[0] ? why.text : err_text((int)n));
    else
        errmsg_set(&line, 0, "%.200s: %ld frames saved", c->o->out, n);
    if (n < 0 || !c->o->quiet)
        cli_error(line.text);
    return n < 0 ? -ERR_IO : 0;
}

static int print_sql(struct cli *c)
{
    struct listing_options lo = listing_options_of(c->o);
    return c->o->argument ? sql_print(c->connection, c->o->argument, &c->out, &lo)
                          : sql_prompt(c->connection, &c->out, &lo);
}

/* The table that the command lists. */
static const struct table *listed_table(const struct options *o)
{
    if (o->command == COMMAND_MESSAGES)
        return &TABLE_MESSAGES;
    if (o->command == COMMAND_STREAMS)
        return o->slices ? &TABLE_SLICES : &TABLE_STREAMS;
    return &TABLE_CALLS;
}

/* "@NAME" is a filter of the configuration. */
static int new_filter(struct cli *c, const struct table *t, struct errmsg *why)
{
    const char *text = c->o->where;
    if (*text == '@' && !(text = config_filter(c->o->settings, text + 1)))
        return errmsg_set(why, -ERR_USAGE, "%.100s: no such filter is configured",
                          c->o->where);
    return filter_new(c->connection, t, text, &c->filter, why);
}

/* What the user wrote in SQL is looked at before anything is read. */
static int open_query(struct cli *c)
{
    const struct options *o = c->o;
    unsigned timeout = o->sql_timeout ? (unsigned)o->sql_timeout : CONNECTION_TIMEOUT;
    struct errmsg why, line;
    if (!o->where && o->command != COMMAND_SQL)
        return 0;
    int err = connection_new(&c->trace->view, timeout, &c->connection, &why);
    if (!err && o->command == COMMAND_SQL && o->argument)
        return sql_check(c->connection, o->argument);
    if (!err && o->where)
        err = new_filter(c, listed_table(o), &why);
    if (err) {
        errmsg_set(&line, 0, "--where: %.480s", why.text);
        cli_error(line.text);
    }
    return err;
}

static int run(struct cli *c)
{
    int err = 0;
    if (c->o->command != COMMAND_MESSAGES)
        err = read_all(c, NULL, NULL);
    switch (c->o->command) {
    case COMMAND_MESSAGES: err = print_messages(c); break;
    case COMMAND_STREAMS: err = c->o->quiet ? 0 : print_streams(c); break;
    case COMMAND_LADDER: err = print_ladder(c); break;
    case COMMAND_MESSAGE: err = print_message(c); break;
    case COMMAND_DIAGNOSE: err = print_findings(c); break;
    case COMMAND_STATS: err = print_stats(c); break;
    case COMMAND_SQL: err = print_sql(c); break;
    case COMMAND_SAVE: break;
    default: err = c->o->quiet ? 0 : print_calls(c); break;
    }
    if (!err && c->o->out)
        err = save(c);
    return err;
}

/* What was wrong with the sources, once they are read. */
static void report_sources(struct cli *c)
{
    struct errmsg line;
    for (size_t i = 0; i < source_merge_count(c->trace->sources); i++) {
        const struct source *s = source_merge_at(c->trace->sources, i);
        if (s->failed && s->error.text[0]) {
            errmsg_set(&line, 0, "%.200s: %.300s", s->name, s->error.text);
            cli_error(line.text);
        }
    }
}

static int exit_status(struct cli *c, int err)
{
    int wrote = writer_done(&c->out);
    struct errmsg line;
    if (err == -ERR_END || wrote == -ERR_END) /* the reader of the pipe had enough */
        return EXIT_DONE;
    if (wrote == -ERR_IO) {
        errmsg_set(&line, 0, "standard output: %s", strerror(errno));
        cli_error(line.text);
    } else if (err == -ERR_NOMEM) {
        cli_error(err_text(err));
    }
    if (err == -ERR_USAGE || err == -ERR_LIMIT)
        return EXIT_USAGE;
    if (err || wrote || (c->trace && c->trace->failed))
        return EXIT_INPUT;
    return c->findings ? EXIT_FINDINGS : EXIT_DONE;
}

int cli_open(const struct options *o, struct trace **out)
{
    int err = trace_new(o, cli_error, out);
    if (err && err != -ERR_NOENT && err != -ERR_USAGE) /* those have been reported */
        cli_error(err_text(err));
    if (!err)
        return EXIT_DONE;
    return err == -ERR_USAGE ? EXIT_USAGE : EXIT_INPUT;
}

int cli_run(const struct options *o)
{
    struct cli c = {.o = o};
    struct sigaction stop = {.sa_handler = on_stop};
    int err;
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    writer_init(&c.out, STDOUT_FILENO);
    if (o->command == COMMAND_FIELDS)
        return exit_status(&c, print_fields(&c));
    if (o->command == COMMAND_DIAGNOSE && o->explain)
        return exit_status(&c, print_explanation(&c));
    int status = cli_open(o, &c.trace);
    if (status != EXIT_DONE) {
        writer_done(&c.out);
        return status;
    }
    err = open_query(&c);
    if (!err) {
        err = run(&c);
        report_sources(&c);
    }
    status = exit_status(&c, err);
    filter_free(c.filter);
    connection_free(c.connection);
    trace_free(c.trace);
    return status;
}
