#include "query/filter.h"

#include "query/tables.h"
#include "query/words.h"
#include "view/search.h"

#include <sqlite3.h>
#include <stdlib.h>

struct filter {
    struct connection *c;
    const struct table *t;
    sqlite3_stmt *statement; /* NULL: plain words */
    struct search *search;
    char *sql;
    size_t from; /* offset of the user's text in sql */
    int err;
    struct errmsg why;
};

void filter_free(struct filter *f)
{
    if (!f)
        return;
    sqlite3_finalize(f->statement);
    search_free(f->search);
    sqlite3_free(f->sql);
    free(f);
}

static int compile(struct filter *f, const char *text, struct errmsg *why)
{
    const char *what;
    size_t at;
    if (!words_balanced(text, &at, &what))
        return errmsg_set(why, -ERR_USAGE, "at position %zu: %s", at + 1, what);
    f->sql = sqlite3_mprintf("SELECT 1 FROM \"%w\" WHERE " TABLES_PIN "=1 AND (\n%s\n)",
                             f->t->name, text);
    if (!f->sql)
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    f->from = (size_t)(strstr(f->sql, "(\n") + 2 - f->sql);
    connection_start(f->c);
    int err = sqlite3_prepare_v3(f->c->sql, f->sql, -1, SQLITE_PREPARE_PERSISTENT,
                                 &f->statement, NULL)
                  ? connection_error(f->c, f->sql, f->from, f->t, why)
                  : 0;
    connection_stop(f->c);
    return err;
}

int filter_new(struct connection *c, const struct table *t, const char *text,
               struct filter **out, struct errmsg *why)
{
    struct filter *f = calloc(1, sizeof *f);
    int err = -ERR_NOMEM;
    if (!f)
        return errmsg_set(why, err, "out of memory");
    f->c = c;
    f->t = t;
    if (words_operator(text))
        err = compile(f, text, why);
    else if ((f->search = search_new(c->view, t, text)))
        err = 0;
    if (err)
        filter_free(f);
    else
        *out = f;
    return err;
}

bool filter_match(struct filter *f, const void *object)
{
    if (!object)
        return false;
    if (f->search)
        return search_match(f->search, object);
    f->c->pinned = object;
    /* The caller's clock holds for all its rows; without one each has its own. */
    bool own = !f->c->deadline;
    if (own)
        connection_start(f->c);
    int code = sqlite3_step(f->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        f->err = connection_error(f->c, f->sql, f->from, f->t, &f->why);
    if (own)
        connection_stop(f->c);
    sqlite3_reset(f->statement);
    f->c->pinned = NULL;
    return code == SQLITE_ROW;
}

const char *filter_error(const struct filter *f, int *err)
{
    if (err)
        *err = f->err;
    return f->err ? f->why.text : NULL;
}

bool filter_pass(void *filter, const struct table *t, const void *object)
{
    (void)t;
    return filter_match(filter, object);
}
