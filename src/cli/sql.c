#include "cli/sql.h"

#include "cli/cli.h"
#include "out/rows.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_EDIT
#include <editline/readline.h>
#endif

/* "sql: " before what is wrong with a statement; other errors are told elsewhere. */
static int tell(int err, const struct errmsg *why)
{
    struct errmsg line;
    if (!why->text[0])
        return err;
    errmsg_set(&line, 0, "sql: %.480s", why->text);
    cli_error(line.text);
    return err;
}

int sql_check(struct connection *c, const char *statement)
{
    struct errmsg why = {""};
    struct select *s = NULL;
    int err = select_new(c, statement, &s, &why);
    select_free(s);
    return tell(err, &why);
}

int sql_print(struct connection *c, const char *statement, struct writer *out,
              const struct listing_options *options)
{
    struct errmsg why = {""};
    struct select *s = NULL;
    int err = select_new(c, statement, &s, &why);
    if (!err)
        err = rows_print(out, c->view, s, options, &why);
    select_free(s);
    return tell(err, &why);
}

/* The next line of standard input, without its end, to free; NULL: no more. */
static char *read_line(const char *prompt, bool terminal)
{
    char *line = NULL;
    size_t cap = 0;
#ifdef HAVE_EDIT
    if (terminal) {
        line = readline(prompt);
        if (line && *line)
            add_history(line);
        return line;
    }
#endif
    if (terminal) {
        fputs(prompt, stdout);
        fflush(stdout);
    }
    ssize_t n = getline(&line, &cap, stdin);
    if (n < 0) {
        free(line);
        return NULL;
    }
    if (n && line[n - 1] == '\n')
        line[n - 1] = 0;
    return line;
}

static bool leaves(const char *line)
{
    static const char *const WORDS[] = {"quit", "exit", ".quit", ".exit", ".q", "\\q"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (!strcmp(line, WORDS[i]))
            return true;
    return false;
}

static bool blank(const char *s)
{
    return !s[strspn(s, " \t\r\n;")];
}

/* One statement. Only what ends the printing is handed back; *wrong is set for others.
 */
static int run(struct connection *c, struct strbuf *b, struct writer *out,
               const struct listing_options *options, bool *wrong)
{
    int err = sql_print(c, strbuf_cstr(b), out, options);
    b->n = 0;
    if (err == -ERR_USAGE || err == -ERR_LIMIT) {
        *wrong = true;
        err = 0;
    }
    return err ? err : writer_flush(out);
}

int sql_prompt(struct connection *c, struct writer *out,
               const struct listing_options *options)
{
    struct strbuf b = {0};
    bool terminal = isatty(STDIN_FILENO), wrong = false, end = false;
    int err = 0;
    char *line;
    if (terminal)
        puts("Statements end in `;`. Columns: SELECT * FROM fields;  To leave: quit");
    while (!err && !end && (line = read_line(b.n ? "   > " : "sql> ", terminal))) {
        end = !b.n && leaves(line);
        if (!end) {
            strbuf_str(&b, line);
            strbuf_char(&b, '\n');
        }
        free(line);
        if (blank(strbuf_cstr(&b)))
            b.n = 0;
        else if (sqlite3_complete(strbuf_cstr(&b)))
            err = run(c, &b, out, options, &wrong);
    }
    if (!err && b.n)
        err = run(c, &b, out, options, &wrong);
    strbuf_done(&b);
    return !err && wrong && !terminal ? -ERR_USAGE : err;
}
