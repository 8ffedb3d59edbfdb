#include "query/connection.h"

#include "query/functions.h"
#include "query/lookup.h"
#include "query/tables.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Steps of SQLite's machine between two looks at the clock: some 0.1 ms. */
enum { PROGRESS_STEPS = 2000, LONGEST_VALUE = 64 << 20, LONGEST_SQL = 1 << 20 };

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void connection_start(struct connection *c)
{
    c->timed_out = false;
    c->refused = NULL;
    c->deadline = c->timeout ? now() + (int64_t)c->timeout * 1000000000 : 0;
}

void connection_stop(struct connection *c)
{
    c->deadline = 0;
}

static int on_progress(void *ctx)
{
    struct connection *c = ctx;
    if (!c->deadline || now() < c->deadline)
        return 0;
    c->timed_out = true;
    return 1;
}

static int refuse(struct connection *c, const char *what, const char *name)
{
    c->refused = what;
    snprintf(c->refused_name, sizeof c->refused_name, "%s", name ? name : "");
    return SQLITE_DENY;
}

/* Reading, and nothing else. */
static int authorize(void *ctx, int action, const char *a, const char *b,
                     const char *database, const char *inner)
{
    struct connection *c = ctx;
    (void)database;
    (void)inner;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_FUNCTION:
        if (b && (!strcmp(b, "load_extension") || !strcmp(b, "fts3_tokenizer")))
            return refuse(c, "function", b);
        return SQLITE_OK;
    case SQLITE_PRAGMA: return refuse(c, "PRAGMA", a);
    case SQLITE_ATTACH: return refuse(c, "ATTACH", NULL);
    case SQLITE_DETACH: return refuse(c, "DETACH", NULL);
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT: return refuse(c, "transactions", NULL);
    default: return refuse(c, "changes", NULL);
    }
}

static int name_table(struct connection *c, const char *name)
{
    sqlite3_stmt *s = NULL;
    char *sql = sqlite3_mprintf("SELECT 1 FROM \"%w\"", name);
    int err = sql ? sqlite3_prepare_v2(c->sql, sql, -1, &s, NULL) : SQLITE_NOMEM;
    sqlite3_finalize(s);
    sqlite3_free(sql);
    return err;
}

/* SQLite makes a virtual table when it is named first, which the authorizer would
 * refuse: they are all named before it is there. */
static int name_tables(struct connection *c)
{
    c->naming = true;
    int err = name_table(c, "json_each");
    for (size_t i = 0; TABLES[i] && !err; i++)
        err = name_table(c, TABLES[i]->name);
    c->naming = false;
    return err;
}

void connection_free(struct connection *c)
{
    if (!c)
        return;
    sqlite3_close(c->sql);
    lookups_free(c->lookups);
    strbuf_done(&c->text);
    free(c);
}

int connection_new(const struct view *v, unsigned timeout, struct connection **out,
                   struct errmsg *why)
{
    struct connection *c = calloc(1, sizeof *c);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX;
    if (c) {
        c->view = v;
        c->timeout = timeout;
    }
    if (!c || !(c->lookups = lookups_new(v)) ||
        sqlite3_open_v2(":memory:", &c->sql, flags, NULL) || tables_register(c) ||
        functions_register(c) || name_tables(c)) {
        connection_free(c);
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    }
    sqlite3_limit(c->sql, SQLITE_LIMIT_LENGTH, LONGEST_VALUE);
    sqlite3_limit(c->sql, SQLITE_LIMIT_SQL_LENGTH, LONGEST_SQL);
    sqlite3_limit(c->sql, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_progress_handler(c->sql, PROGRESS_STEPS, on_progress, c);
    sqlite3_set_authorizer(c->sql, authorize, c);
    *out = c;
    return 0;
}

/* ---- what went wrong ---- */

/* Smaller is nearer; a table's own columns go before those of others. */
static const char *nearest_column(const struct table *t, const char *name)
{
    const char *dot = strrchr(name, '.');
    if (dot)
        name = dot + 1;
    if (t)
        return field_nearest(t, name);
    for (size_t i = 0; TABLES[i]; i++)
        if (field_find(TABLES[i], name))
            return name;
    const char *best = field_nearest(TABLES[0], name);
    size_t least = field_distance(best, name);
    for (size_t i = 1; TABLES[i]; i++) {
        const char *next = field_nearest(TABLES[i], name);
        size_t d = field_distance(next, name);
        if (d < least) {
            least = d;
            best = next;
        }
    }
    return best;
}

static const char *nearest_table(const char *name)
{
    const char *best = TABLES[0]->name;
    for (size_t i = 1; TABLES[i]; i++)
        if (field_distance(TABLES[i]->name, name) < field_distance(best, name))
            best = TABLES[i]->name;
    return best;
}

/* The nearest name to one that SQLite does not know, as ": did you mean X?". */
static void suggest(const char *said, const struct table *t, char *out, size_t cap)
{
    static const char COLUMN[] = "no such column: ", TABLE[] = "no such table: ";
    const char *name = NULL;
    if (!strncmp(said, COLUMN, sizeof COLUMN - 1))
        name = nearest_column(t, said + sizeof COLUMN - 1);
    else if (!strncmp(said, TABLE, sizeof TABLE - 1))
        name = nearest_table(said + sizeof TABLE - 1);
    snprintf(out, cap, name ? "; the nearest is %s" : "%s", name ? name : "");
}

int connection_error(struct connection *c, const char *sql, size_t from,
                     const struct table *t, struct errmsg *why)
{
    int code = sqlite3_errcode(c->sql), at = sqlite3_error_offset(c->sql);
    const char *said = sqlite3_errmsg(c->sql);
    char near[80], position[40] = "";
    if (code == SQLITE_NOMEM)
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    if (c->timed_out)
        return errmsg_set(why, -ERR_LIMIT,
                          "stopped after %u s: --sql-timeout gives more", c->timeout);
    if (c->refused)
        return errmsg_set(why, -ERR_USAGE, "only reading is allowed: no %s%s%s",
                          c->refused, c->refused_name[0] ? " " : "", c->refused_name);
    suggest(said, t, near, sizeof near);
    if (at >= 0 && (size_t)at >= from)
        snprintf(position, sizeof position, "at position %zu: ", (size_t)at - from + 1);
    (void)sql;
    return errmsg_set(why, -ERR_USAGE, "%s%.300s%s", position, said, near);
}
