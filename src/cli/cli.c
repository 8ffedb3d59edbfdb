#include "cli/cli.h"

#include "base/utf8.h"
#include "cli/command.h"
#include "cli/sql.h"
#include "out/note.h"
#include "service/config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void on_stop(int signal_number)
{
    (void)signal_number;
    command_stop();
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

/* The table that the command lists. */
static const struct table *listed_table(const struct options *o)
{
    if (o->command == COMMAND_MESSAGES)
        return &TABLE_MESSAGES;
    if (o->command == COMMAND_STREAMS)
        return o->slices ? &TABLE_SLICES : &TABLE_STREAMS;
    if (o->command == COMMAND_REGISTRATIONS)
        return &TABLE_REGISTRATIONS;
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
    if (c->o->command != COMMAND_MESSAGES && c->o->command != COMMAND_WATCH)
        err = command_read(c, NULL, NULL);
    switch (c->o->command) {
    case COMMAND_MESSAGES: err = command_messages(c); break;
    case COMMAND_STREAMS: err = c->o->quiet ? 0 : command_streams(c); break;
    case COMMAND_LADDER: err = command_ladder(c); break;
    case COMMAND_MESSAGE: err = command_message(c); break;
    case COMMAND_DIAGNOSE: err = command_diagnose(c); break;
    case COMMAND_STATS: err = command_stats(c); break;
    case COMMAND_REGISTRATIONS: err = c->o->quiet ? 0 : command_registrations(c); break;
    case COMMAND_SQL: err = command_sql(c); break;
    case COMMAND_WATCH: err = command_watch(c); break;
    case COMMAND_SAVE: break;
    default: err = c->o->quiet ? 0 : command_calls(c); break;
    }
    if (!err && c->o->out && !c->trace->recorded)
        err = command_save(c);
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

/* Tables end with what they do not show; where the output is for programs it is said
 * beside it. */
static void report_ledger(const struct cli *c)
{
    struct strbuf note = {0};
    bool told = c->o->format == FORMAT_TABLE || c->o->command == COMMAND_STATS ||
                c->o->command == COMMAND_WATCH;
    if (!told && !c->o->quiet)
        note_ledger(&c->trace->view, &note);
    while (note.n && note.p[note.n - 1] == '\n')
        note.n--;
    if (note.n)
        cli_error(strbuf_cstr(&note));
    strbuf_done(&note);
}

static int exit_status(struct cli *c, int err)
{
    int wrote = writer_done(&c->out);
    struct errmsg line;
    if (err == -ERR_END || wrote == -ERR_END) /* the reader of the pipe had enough */
        return EXIT_DONE;
    if (c->trace && !err)
        report_ledger(c);
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
        return exit_status(&c, command_fields(&c));
    if (o->command == COMMAND_DIAGNOSE && o->explain)
        return exit_status(&c, command_explain(&c));
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
