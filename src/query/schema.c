#include "query/schema.h"

#include "model/restore.h"
#include "query/convert.h"

#include <sqlite3.h>

const struct table *const SCHEMA_TABLES[] = {
    &TABLE_CALLS,  &TABLE_MESSAGES, &TABLE_STREAMS,       &TABLE_SLICES, &TABLE_OFFERS,
    &TABLE_EVENTS, &TABLE_FINDINGS, &TABLE_REGISTRATIONS, &TABLE_LEDGER, NULL,
};

size_t schema_index(const struct table *t)
{
    for (size_t i = 0; SCHEMA_TABLES[i]; i++)
        if (SCHEMA_TABLES[i] == t)
            return i;
    return SIZE_MAX;
}

int schema_error(struct sqlite3 *sql, struct errmsg *why)
{
    int code = sqlite3_errcode(sql);
    switch (code & 0xff) {
    case SQLITE_NOTADB: return errmsg_set(why, -ERR_FORMAT, "not a database");
    case SQLITE_CORRUPT:
        return errmsg_set(why, -ERR_FORMAT,
                          "the database is damaged; sqlite3 FILE .recover may save "
                          "what is in it");
    case SQLITE_FULL: return errmsg_set(why, -ERR_IO, "the disk is full");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return errmsg_set(why, -ERR_ACCESS, "it may not be written");
    case SQLITE_CANTOPEN:
        return errmsg_set(why, -ERR_ACCESS,
                          "cannot be opened: is there such a folder, and may it be "
                          "written?");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return errmsg_set(why, -ERR_AGAIN, "another program has it locked");
    case SQLITE_NOMEM: return errmsg_set(why, -ERR_NOMEM, "out of memory");
    default: return errmsg_set(why, -ERR_IO, "%.300s", sqlite3_errmsg(sql));
    }
}

int schema_run(struct sqlite3 *sql, const char *statements, struct errmsg *why)
{
    return sqlite3_exec(sql, statements, NULL, NULL, NULL) ? schema_error(sql, why) : 0;
}

int64_t schema_number(struct sqlite3 *sql, const char *statement, int64_t other)
{
    sqlite3_stmt *s = NULL;
    if (!sqlite3_prepare_v2(sql, statement, -1, &s, NULL) &&
        sqlite3_step(s) == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL)
        other = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return other;
}

int schema_check(struct sqlite3 *sql, bool empty, struct errmsg *why)
{
    int64_t version = schema_number(sql, "PRAGMA user_version", -1);
    int64_t application = schema_number(sql, "PRAGMA application_id", -1);
    if (version < 0 || application < 0)
        return schema_error(sql, why);
    if (empty && !schema_number(sql, "SELECT count(*) FROM sqlite_schema", 0))
        return 0;
    if (application != SCHEMA_APPLICATION)
        return errmsg_set(why, -ERR_FORMAT, "a database, but not one of sipglass");
    if (version > SCHEMA_VERSION)
        return errmsg_set(
            why, -ERR_FORMAT,
            "written by a newer sipglass (schema %lld, this one knows %d)",
            (long long)version, SCHEMA_VERSION);
    return 0;
}

/* ---- the tables beside ---- */

/* The text of a message comes last: it may be bytes. */
static const struct more {
    const struct table *of;
    const char *name;
    bool numbers; /* and those of model/restore.h */
    const char *column[10];
} MORE[] = {
    {&TABLE_CALLS,
     "call_more",
     false,
     {"call", "capture", "ring_ns", "answer_ns", "end_ns"}},
    {&TABLE_MESSAGES,
     "message_more",
     false,
     {"message", "capture", "flags", "frames", "sdp", "text"}},
    {&TABLE_STREAMS,
     "stream_more",
     true,
     {"stream", "run", "dst_message", "dst_line", "src_message", "src_line"}},
    {&TABLE_EVENTS,
     "event_more",
     false,
     {"event", "time_ns", "file", "src", "dst", "transport"}},
    {&TABLE_FINDINGS, "finding_more", false, {"finding", "run"}},
    {&TABLE_LEDGER, "ledger_more", false, {"place", "run", "detail", "file"}},
};

static const struct more *more_of(size_t table)
{
    for (size_t i = 0; i < sizeof MORE / sizeof *MORE; i++)
        if (MORE[i].of == SCHEMA_TABLES[table])
            return &MORE[i];
    return NULL;
}

static size_t own_columns(const struct more *m)
{
    size_t n = 0;
    while (n < sizeof m->column / sizeof *m->column && m->column[n])
        n++;
    return n;
}

const char *schema_more(size_t table, size_t *columns)
{
    const struct more *m = more_of(table);
    *columns = m ? own_columns(m) + (m->numbers ? stored_numbers() : 0) : 0;
    return m ? m->name : NULL;
}

const char *schema_more_column(size_t table, size_t i)
{
    const struct more *m = more_of(table);
    size_t own = own_columns(m);
    return i < own ? m->column[i] : stored_number_name(i - own);
}

static const char *more_type(size_t table, size_t i)
{
    static const char *const TEXTS[] = {"frames", "sdp", "text",     "file",
                                        "src",    "dst", "transport"};
    const struct more *m = more_of(table);
    size_t own = own_columns(m);
    if (i >= own)
        return stored_number_real(i - own) ? "REAL" : "INTEGER";
    for (size_t k = 0; k < sizeof TEXTS / sizeof *TEXTS; k++)
        if (!strcmp(TEXTS[k], m->column[i]))
            return "TEXT";
    return i ? "INTEGER" : "INTEGER PRIMARY KEY";
}

/* ---- making it ---- */

static const char REST[] =
    "CREATE TABLE IF NOT EXISTS captures(id INTEGER PRIMARY KEY, name TEXT, size "
    "INTEGER, digest TEXT, started REAL, ended REAL, run INTEGER);"
    "CREATE TABLE IF NOT EXISTS runs(id INTEGER PRIMARY KEY, options TEXT);"
    "CREATE TABLE IF NOT EXISTS run_bases(run INTEGER, kind INTEGER, base INTEGER, "
    "PRIMARY KEY(run, kind)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS messages_call ON messages(call);"
    "CREATE INDEX IF NOT EXISTS calls_start ON calls(start_ns);"
    "CREATE INDEX IF NOT EXISTS calls_call_id ON calls(call_id);"
    "CREATE INDEX IF NOT EXISTS streams_call ON streams(call);"
    "CREATE INDEX IF NOT EXISTS slices_stream ON slices(stream);"
    "CREATE INDEX IF NOT EXISTS offers_call ON offers(call);"
    "CREATE INDEX IF NOT EXISTS events_call ON events(call);"
    "CREATE INDEX IF NOT EXISTS findings_call ON findings(call);";

/* Version 1 gave rows without an id a rowid that says nothing of their order: they come
 * first, and leave room for those with one. It had no runs. */
static const char FROM_1[] = "UPDATE slices SET rowid=-rowid WHERE rowid>0;"
                             "UPDATE offers SET rowid=-rowid WHERE rowid>0;"
                             "UPDATE events SET rowid=-rowid WHERE rowid>0;"
                             "UPDATE ledger SET rowid=-rowid WHERE rowid>0;"
                             "UPDATE captures SET run=id WHERE run IS NULL;";

/* detail=column keeps no positions: a third of the work, and words are what is looked
 * for. */
static const char SEARCH[] =
    "CREATE VIRTUAL TABLE IF NOT EXISTS text_search USING fts5(text, "
    "content='message_more', content_rowid='message', detail=none, columnsize=0, "
    "tokenize=\"ascii tokenchars '-_.@+'\");"
    "INSERT INTO text_search(text_search, rank) VALUES('hashsize', 33554432);"
    "INSERT INTO text_search(text_search, rank) VALUES('automerge', 16);"
    "INSERT INTO text_search(text_search, rank) VALUES('crisismerge', 64);"
    "INSERT INTO text_search(text_search, rank) VALUES('pgsz', 16000);";

static void create_table(struct strbuf *b, const struct table *t)
{
    strbuf_printf(b, "CREATE TABLE IF NOT EXISTS \"%s\"(", t->name);
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = &t->fields[i];
        strbuf_printf(b, "%s\"%s\" %s%s", i ? "," : "", f->name, convert_type(f->type),
                      strcmp(f->name, "id") ? "" : " PRIMARY KEY");
    }
    strbuf_str(b, ");");
}

static void create_more(struct strbuf *b, size_t table)
{
    size_t n;
    const char *name = schema_more(table, &n);
    if (!name)
        return;
    strbuf_printf(b, "CREATE TABLE IF NOT EXISTS %s(", name);
    for (size_t i = 0; i < n; i++)
        strbuf_printf(b, "%s\"%s\" %s", i ? "," : "", schema_more_column(table, i),
                      more_type(table, i));
    strbuf_str(b, ");");
}

static bool has_column(struct sqlite3 *sql, const char *table, const char *name)
{
    char *ask = sqlite3_mprintf(
        "SELECT count(*) FROM pragma_table_info(%Q) WHERE name=%Q", table, name);
    bool has = ask && schema_number(sql, ask, 0);
    sqlite3_free(ask);
    return has;
}

static void add_column(struct sqlite3 *sql, struct strbuf *b, const char *table,
                       const char *name, const char *type)
{
    if (!has_column(sql, table, name))
        strbuf_printf(b, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s;", table, name, type);
}

/* Columns that came after the file was made. */
static void add_columns(struct sqlite3 *sql, struct strbuf *b, size_t table)
{
    const struct table *t = SCHEMA_TABLES[table];
    size_t more;
    for (size_t i = 0; i < t->n; i++)
        add_column(sql, b, t->name, t->fields[i].name, convert_type(t->fields[i].type));
    const char *beside = schema_more(table, &more);
    for (size_t i = 0; i < more; i++)
        add_column(sql, b, beside, schema_more_column(table, i), more_type(table, i));
}

static int make(struct sqlite3 *sql, bool text, struct errmsg *why)
{
    int64_t version = schema_number(sql, "PRAGMA user_version", 0);
    struct strbuf b = {0};
    for (size_t i = 0; SCHEMA_TABLES[i]; i++) {
        create_table(&b, SCHEMA_TABLES[i]);
        create_more(&b, i);
    }
    strbuf_str(&b, REST);
    if (text)
        strbuf_str(&b, SEARCH);
    int err = schema_run(sql, strbuf_cstr(&b), why);
    b.n = 0;
    for (size_t i = 0; SCHEMA_TABLES[i] && !err; i++)
        add_columns(sql, &b, i);
    add_column(sql, &b, "captures", "run", "INTEGER");
    strbuf_printf(&b, "PRAGMA application_id=%d;PRAGMA user_version=%d;",
                  SCHEMA_APPLICATION, SCHEMA_VERSION);
    if (!err)
        err = schema_run(sql, strbuf_cstr(&b), why);
    if (!err && version == 1)
        err = schema_run(sql, FROM_1, why);
    strbuf_done(&b);
    return err;
}

int schema_prepare(struct sqlite3 *sql, bool text, struct errmsg *why)
{
    /* The first holds only where nothing was asked yet of a file that is empty. */
    int err =
        schema_run(sql, "PRAGMA page_size=16384;PRAGMA auto_vacuum=INCREMENTAL", why);
    if (err || (err = schema_check(sql, true, why)) ||
        (err = schema_run(sql, "PRAGMA journal_mode=WAL", why)) ||
        (err = schema_run(sql, "BEGIN IMMEDIATE", why)))
        return err;
    err = make(sql, text, why);
    if (!err)
        return schema_run(sql, "COMMIT", why);
    sqlite3_exec(sql, "ROLLBACK", NULL, NULL, NULL);
    return err;
}
