#include "query/select.h"

#include "query/convert.h"

#include <sqlite3.h>
#include <stdlib.h>

struct column {
    char *name;
    const struct field *field;
};

struct select {
    struct connection *c;
    sqlite3_stmt *statement;
    char *sql;
    struct column *column;
    size_t columns;
};

void select_free(struct select *s)
{
    if (!s)
        return;
    sqlite3_finalize(s->statement);
    for (size_t i = 0; i < s->columns && s->column; i++)
        sqlite3_free(s->column[i].name);
    free(s->column);
    free(s->sql);
    free(s);
}

static const struct field *origin(sqlite3_stmt *statement, int i)
{
    const char *table = sqlite3_column_table_name(statement, i);
    const char *name = sqlite3_column_origin_name(statement, i);
    const struct table *t = table ? table_find(table) : NULL;
    return t && name ? field_find(t, name) : NULL;
}

/* A second column of a name is "name:2". */
static char *unique_name(const struct select *s, size_t i)
{
    const char *name = sqlite3_column_name(s->statement, (int)i);
    unsigned same = 1;
    for (size_t k = 0; name && k < i; k++)
        same += !strcmp(name, sqlite3_column_name(s->statement, (int)k));
    return same > 1 ? sqlite3_mprintf("%s:%u", name, same)
                    : sqlite3_mprintf("%s", name ? name : "");
}

static int find_columns(struct select *s)
{
    s->columns = (size_t)sqlite3_column_count(s->statement);
    if (!(s->column = calloc(s->columns + 1, sizeof *s->column)))
        return -ERR_NOMEM;
    for (size_t i = 0; i < s->columns; i++) {
        s->column[i].field = origin(s->statement, (int)i);
        if (!(s->column[i].name = unique_name(s, i)))
            return -ERR_NOMEM;
    }
    return 0;
}

/* Nothing but blanks, semicolons and comments. */
static bool nothing(struct connection *c, const char *tail)
{
    while (tail && *tail) {
        sqlite3_stmt *more = NULL;
        const char *rest = NULL;
        bool wrong = sqlite3_prepare_v2(c->sql, tail, -1, &more, &rest) || more;
        sqlite3_finalize(more);
        if (wrong || rest == tail)
            return false;
        tail = rest;
    }
    return true;
}

static int compile(struct select *s, struct errmsg *why)
{
    const char *tail = NULL;
    if (sqlite3_prepare_v2(s->c->sql, s->sql, -1, &s->statement, &tail))
        return connection_error(s->c, s->sql, 0, NULL, why);
    if (!s->statement)
        return errmsg_set(why, -ERR_USAGE, "an empty statement");
    if (!nothing(s->c, tail))
        return errmsg_set(why, -ERR_USAGE, "at position %zu: one statement at a time",
                          (size_t)(tail - s->sql) + 1);
    if (!sqlite3_column_count(s->statement))
        return errmsg_set(why, -ERR_USAGE, "only reading is allowed: a SELECT");
    return find_columns(s) ? errmsg_set(why, -ERR_NOMEM, "out of memory") : 0;
}

int select_new(struct connection *c, const char *sql, struct select **out,
               struct errmsg *why)
{
    struct select *s = calloc(1, sizeof *s);
    if (!s || !(s->sql = strdup(sql))) {
        free(s);
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    }
    s->c = c;
    connection_start(c);
    int err = compile(s, why);
    if (err)
        select_free(s);
    else
        *out = s;
    return err;
}

size_t select_columns(const struct select *s)
{
    return s->columns;
}

const char *select_name(const struct select *s, size_t i)
{
    return s->column[i].name;
}

const struct field *select_field(const struct select *s, size_t i)
{
    return s->column[i].field;
}

int select_next(struct select *s, struct errmsg *why)
{
    int code = sqlite3_step(s->statement);
    if (code == SQLITE_ROW)
        return 1;
    int err = code == SQLITE_DONE ? 0 : connection_error(s->c, s->sql, 0, NULL, why);
    connection_stop(s->c);
    return err;
}

void select_value(const struct select *s, size_t i, struct value *out)
{
    convert_column(s->statement, (int)i, s->column[i].field, out);
}
