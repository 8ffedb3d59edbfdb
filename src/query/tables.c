#include "query/tables.h"

#include "query/convert.h"
#include "query/lookup.h"

#include <sqlite3.h>
#include <stdlib.h>

/* How rows are found: xBestIndex's idxNum is a plan, and the column in the bits above.
 */
enum plan { PLAN_SCAN, PLAN_PINNED, PLAN_ID, PLAN_CALL, PLAN_CALL_ID, PLAN_LOOKUP };
enum { PLAN_BITS = 4 };

struct virtual
{
    sqlite3_vtab base;
    struct connection *c;
    const struct table *t;
    const struct field *id; /* NULL: rows are known by their position */
};

struct cursor {
    sqlite3_vtab_cursor base;
    struct row row; /* object NULL: behind the end */
    struct strbuf scratch, text;
    enum plan plan;
    size_t position; /* of the row in the table, from 0 (scan, lookup) */
    struct lookup_range range;
    size_t in_range;
};

struct module {
    struct connection *c;
    const struct table *t;
};

static int on_connect(sqlite3 *sql, void *aux, int argc, const char *const *argv,
                      sqlite3_vtab **out, char **error)
{
    const struct module *m = aux;
    struct strbuf b = {0};
    struct virtual *v = sqlite3_malloc(sizeof *v);
    (void)argc;
    (void)argv;
    (void)error;
    strbuf_str(&b, "CREATE TABLE x(");
    for (size_t i = 0; i < m->t->n; i++) {
        const struct field *f = &m->t->fields[i];
        strbuf_printf(&b, "\"%s\" %s,", f->name, convert_type(f->type));
    }
    strbuf_str(&b, TABLES_PIN " INTEGER HIDDEN)");
    int err =
        !v || b.failed ? SQLITE_NOMEM : sqlite3_declare_vtab(sql, strbuf_cstr(&b));
    strbuf_done(&b);
    if (err) {
        sqlite3_free(v);
        return err;
    }
    *v = (struct virtual){.c = m->c, .t = m->t, .id = field_find(m->t, "id")};
    *out = &v->base;
    return SQLITE_OK;
}

static int on_disconnect(sqlite3_vtab *base)
{
    sqlite3_free(base);
    return SQLITE_OK;
}

/* ---- which way to the rows ---- */

/* Columns of integers that name another row. */
static bool is_link(const struct field *f)
{
    static const char *const NAMES[] = {"call",  "session", "stream",
                                        "cause", "pair",    "copy_of"};
    if (f->type != VALUE_INT)
        return false;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (!strcmp(f->name, NAMES[i]))
            return true;
    return false;
}

static enum plan plan_of(const struct virtual *v, int column)
{
    const struct field *f = NULL;
    if (column == (int)v->t->n)
        return PLAN_PINNED;
    if (column < 0)
        return v->id ? PLAN_ID : PLAN_SCAN;
    f = &v->t->fields[column];
    if (f == v->id)
        return PLAN_ID;
    if (v->t == &TABLE_MESSAGES && !strcmp(f->name, "call"))
        return PLAN_CALL;
    if ((v->t == &TABLE_MESSAGES || v->t == &TABLE_CALLS) &&
        !strcmp(f->name, "call_id"))
        return PLAN_CALL_ID;
    return is_link(f) ? PLAN_LOOKUP : PLAN_SCAN;
}

/* Rows that a plan is thought to give. */
static double rows_of(const struct virtual *v, enum plan plan)
{
    double all = v->c->naming ? 0 : (double)v->t->count(v->c->view);
    switch (plan) {
    case PLAN_PINNED:
    case PLAN_ID: return 1;
    case PLAN_CALL_ID: return v->t == &TABLE_CALLS ? 1 : 10;
    case PLAN_CALL:
    case PLAN_LOOKUP: return 10;
    default: return all + 1;
    }
}

static int on_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct virtual *v = (const struct virtual *)base;
    enum plan best = PLAN_SCAN;
    int chosen = -1;
    for (int i = 0; i < info->nConstraint; i++) {
        if (!info->aConstraint[i].usable ||
            info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        enum plan plan = plan_of(v, info->aConstraint[i].iColumn);
        if (plan != PLAN_SCAN && (best == PLAN_SCAN || plan < best)) {
            best = plan;
            chosen = i;
        }
    }
    info->idxNum = (int)best;
    info->estimatedRows = (sqlite3_int64)rows_of(v, best);
    info->estimatedCost = (double)info->estimatedRows + 1;
    if (chosen < 0)
        return SQLITE_OK;
    int column = info->aConstraint[chosen].iColumn;
    info->idxNum |= (column < 0 ? 0 : column) << PLAN_BITS;
    info->aConstraintUsage[chosen].argvIndex = 1;
    info->aConstraintUsage[chosen].omit = best == PLAN_PINNED;
    if (best == PLAN_ID || best == PLAN_PINNED)
        info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
    return SQLITE_OK;
}

/* ---- cursors ---- */

static int on_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    const struct virtual *v = (const struct virtual *)base;
    struct cursor *k = calloc(1, sizeof *k);
    if (!k)
        return SQLITE_NOMEM;
    k->row = (struct row){.view = v->c->view, .scratch = &k->scratch, .text = &k->text};
    *out = &k->base;
    return SQLITE_OK;
}

static int on_close(sqlite3_vtab_cursor *base)
{
    struct cursor *k = (struct cursor *)base;
    strbuf_done(&k->scratch);
    strbuf_done(&k->text);
    free(k);
    return SQLITE_OK;
}

static const struct virtual *virtual_of(const struct cursor *k)
{
    return (const struct virtual *)k->base.pVtab;
}

/* The first row from position `i` on that is not given up. */
static void scan_from(struct cursor *k, size_t i)
{
    const struct virtual *v = virtual_of(k);
    size_t n = v->t->count(k->row.view);
    k->row.object = NULL;
    for (; i < n && !k->row.object; i++) {
        k->row.object = v->t->at(k->row.view, i);
        k->position = i;
    }
}

static void range_at(struct cursor *k)
{
    const struct virtual *v = virtual_of(k);
    k->row.object = NULL;
    while (!k->row.object && k->in_range < k->range.n) {
        k->position = k->range.at[k->in_range++].position;
        k->row.object = v->t->at(k->row.view, k->position);
    }
}

static const void *first_of_call(const struct cursor *k, const struct call *call)
{
    if (!call)
        return NULL;
    return virtual_of(k)->t == &TABLE_CALLS ? (const void *)call : call->first;
}

/* An integer to look for; false: no row can have it. */
static bool wanted_integer(sqlite3_value *value, int64_t *out)
{
    switch (sqlite3_value_numeric_type(value)) {
    case SQLITE_INTEGER: *out = sqlite3_value_int64(value); return true;
    case SQLITE_FLOAT: {
        double d = sqlite3_value_double(value);
        *out = sqlite3_value_int64(value);
        return (double)*out == d;
    }
    default: return false;
    }
}

static int find_id(struct cursor *k, const struct field *f, int64_t id)
{
    const struct virtual *v = virtual_of(k);
    const struct calls *calls = k->row.view->calls;
    bool small = id > 0 && id <= UINT32_MAX;
    if (v->t == &TABLE_CALLS) {
        k->row.object = small ? calls_by_id(calls, (uint32_t)id) : NULL;
    } else if (v->t == &TABLE_MESSAGES) {
        k->row.object = small ? calls_msg_by_id(calls, (uint32_t)id) : NULL;
    } else {
        if (!lookup_find(v->c->lookups, v->t, f, id, &k->range))
            return SQLITE_NOMEM;
        range_at(k);
    }
    return SQLITE_OK;
}

static int find_number(struct cursor *k, unsigned column, sqlite3_value *value)
{
    const struct virtual *v = virtual_of(k);
    const struct calls *calls = k->row.view->calls;
    int64_t wanted;
    if (!wanted_integer(value, &wanted))
        return SQLITE_OK;
    if (k->plan == PLAN_ID)
        return find_id(k, v->id, wanted);
    if (k->plan == PLAN_CALL) {
        if (wanted > 0 && wanted <= UINT32_MAX)
            k->row.object = first_of_call(k, calls_by_id(calls, (uint32_t)wanted));
        return SQLITE_OK;
    }
    if (!lookup_find(v->c->lookups, v->t, &v->t->fields[column], wanted, &k->range))
        return SQLITE_NOMEM;
    range_at(k);
    return SQLITE_OK;
}

static int on_filter(sqlite3_vtab_cursor *base, int number, const char *name, int argc,
                     sqlite3_value **argv)
{
    struct cursor *k = (struct cursor *)base;
    const struct virtual *v = virtual_of(k);
    (void)name;
    (void)argc;
    k->plan = (enum plan)(number & ((1 << PLAN_BITS) - 1));
    k->row.object = NULL;
    k->row.text_of = NULL;
    k->range.n = k->in_range = k->position = 0;
    switch (k->plan) {
    case PLAN_SCAN: scan_from(k, 0); return SQLITE_OK;
    case PLAN_PINNED:
        k->row.object = sqlite3_value_int(argv[0]) == 1 ? v->c->pinned : NULL;
        return SQLITE_OK;
    case PLAN_CALL_ID:
        if (sqlite3_value_type(argv[0]) == SQLITE_TEXT) {
            const unsigned char *p = sqlite3_value_text(argv[0]);
            struct slice id = slice_of(p, (size_t)sqlite3_value_bytes(argv[0]));
            k->row.object = first_of_call(k, calls_find(k->row.view->calls, id));
        }
        return SQLITE_OK;
    default: return find_number(k, (unsigned)number >> PLAN_BITS, argv[0]);
    }
}

static int on_next(sqlite3_vtab_cursor *base)
{
    struct cursor *k = (struct cursor *)base;
    const struct virtual *v = virtual_of(k);
    switch (k->plan) {
    case PLAN_SCAN: scan_from(k, k->position + 1); break;
    case PLAN_CALL:
    case PLAN_CALL_ID:
        k->row.object = v->t == &TABLE_MESSAGES
                            ? (const void *)((const struct msg *)k->row.object)->next
                            : NULL;
        break;
    default: range_at(k); break;
    }
    return SQLITE_OK;
}

static int on_eof(sqlite3_vtab_cursor *base)
{
    return !((struct cursor *)base)->row.object;
}

static int on_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
    struct cursor *k = (struct cursor *)base;
    const struct virtual *v = virtual_of(k);
    struct value value = {.type = VALUE_NULL};
    if (i >= 0 && (size_t)i < v->t->n)
        field_get(&v->t->fields[i], &k->row, &value);
    convert_result(ctx, &value);
    return SQLITE_OK;
}

static int on_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    struct cursor *k = (struct cursor *)base;
    const struct virtual *v = virtual_of(k);
    struct value value = {.type = VALUE_NULL};
    if (v->id)
        field_get(v->id, &k->row, &value);
    *out = value.type == VALUE_INT ? value.i : (sqlite3_int64)k->position + 1;
    return SQLITE_OK;
}

/* Without xCreate a table exists as soon as it is named, and cannot be made. */
static const sqlite3_module MODULE = {
    .xConnect = on_connect,
    .xBestIndex = on_best_index,
    .xDisconnect = on_disconnect,
    .xOpen = on_open,
    .xClose = on_close,
    .xFilter = on_filter,
    .xNext = on_next,
    .xEof = on_eof,
    .xColumn = on_column,
    .xRowid = on_rowid,
};

int tables_register(struct connection *c)
{
    int err = SQLITE_OK;
    for (size_t i = 0; TABLES[i] && !err; i++) {
        struct module *m = malloc(sizeof *m);
        if (!m)
            return SQLITE_NOMEM;
        *m = (struct module){c, TABLES[i]};
        err = sqlite3_create_module_v2(c->sql, TABLES[i]->name, &MODULE, m, free);
    }
    return err;
}
