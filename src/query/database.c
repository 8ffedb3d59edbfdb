#include "query/database.h"

#include "base/vec.h"
#include "query/rebuild.h"
#include "query/schema.h"
#include "query/skeleton.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_MAX = 4096, FRAMES_MAX = 4096, BUSY_MS = 5000, LENGTH_MAX = 16 << 20 };

/* Columns of the message statement. */
enum {
    M_ID,
    M_CALL,
    M_TIME,
    M_FRAME,
    M_FILE,
    M_INTERFACE,
    M_SRC,
    M_DST,
    M_TRANSPORT,
    M_MALFORMED,
    M_SIZE,
    M_COPY_OF,
    M_FLAGS,
    M_FRAMES,
    M_TEXT,
    M_SDP,
    M_CAPTURE,
    M_BODY,
    M_SKELETON /* SKELETON_COLUMNS from here */
};

/* %s: the column of descriptions, which version 1 had not. */
static const char MESSAGES[] =
    "SELECT m.id, m.call, m.time_ns, m.frame, m.file, m.interface, m.src, m.dst, "
    "m.transport, m.malformed, m.size, m.copy_of, x.flags, x.frames, x.text, m.sdp, "
    "x.capture, %s, " SKELETON_COLUMNS
    " FROM messages m LEFT JOIN message_more x ON x.message=m.id LEFT JOIN calls c ON "
    "c.id=m.call %s";

struct names {
    VEC(char *) at;
};

struct database {
    char *path;
    struct sqlite3 *sql;
    sqlite3_stmt *messages, *text, *one;
    uint16_t first;
    struct names files, interfaces;
    bool ahead, failed, skips;
    int64_t version;
    VEC(struct database_capture) captures; /* in order of id */
    struct rebuild rebuild;
    int64_t seen, all;
    struct strbuf skeleton;
    VEC(uint64_t) frames;
    struct errmsg why;
};

bool database_is(const char *path)
{
    static const char MAGIC[16] = "SQLite format 3";
    char head[sizeof MAGIC];
    struct stat st;
    /* What is read from a pipe is gone, and its writer ends when it is closed. */
    if (stat(path, &st) || !S_ISREG(st.st_mode))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
    if (fd >= 0)
        close(fd);
    return n == (ssize_t)sizeof head && !memcmp(head, MAGIC, sizeof head);
}

static void names_done(struct names *n)
{
    for (size_t i = 0; i < n->at.n; i++)
        free(n->at.at[i]);
    vec_done(&n->at);
}

/* Index of a name; those over the limit are the last. */
static uint16_t name_index(struct names *n, const char *name)
{
    if (!name)
        name = "";
    for (size_t i = n->at.n; i--;)
        if (!strcmp(n->at.at[i], name))
            return (uint16_t)i;
    char *copy = n->at.n < NAMES_MAX ? strdup(name) : NULL;
    if (!copy || !vec_push(&n->at, copy)) {
        free(copy);
        return n->at.n ? (uint16_t)(n->at.n - 1) : 0;
    }
    return (uint16_t)(n->at.n - 1);
}

static const char *name_at(const struct names *n, size_t i)
{
    return i < n->at.n ? n->at.at[i] : "";
}

void database_free(struct database *d)
{
    if (!d)
        return;
    sqlite3_finalize(d->messages);
    sqlite3_finalize(d->text);
    sqlite3_finalize(d->one);
    sqlite3_close(d->sql);
    names_done(&d->files);
    names_done(&d->interfaces);
    strbuf_done(&d->skeleton);
    vec_done(&d->frames);
    for (size_t i = 0; i < d->captures.n; i++)
        free(d->captures.at[i].digest);
    vec_done(&d->captures);
    rebuild_done(&d->rebuild);
    free(d->path);
    free(d);
}

/* A file in write-ahead mode that lies where nothing can be made beside it is taken as
 * one that does not change. */
static int open_sql(struct database *d, struct errmsg *why)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(d->path, &d->sql, flags, NULL))
        return schema_error(d->sql, why);
    sqlite3_busy_timeout(d->sql, BUSY_MS);
    int err = schema_check(d->sql, false, why);
    if (err != -ERR_ACCESS)
        return err;
    char *uri = sqlite3_mprintf("file:%s?immutable=1", d->path);
    bool plain = !strpbrk(d->path, "?#%");
    sqlite3_close(d->sql);
    d->sql = NULL;
    err = sqlite3_open_v2(uri && plain ? uri : d->path, &d->sql,
                          flags | (plain ? SQLITE_OPEN_URI : 0), NULL)
              ? schema_error(d->sql, why)
              : schema_check(d->sql, false, why);
    sqlite3_free(uri);
    return err;
}

static int prepare_messages(struct database *d, const char *end, sqlite3_stmt **out)
{
    char *text = sqlite3_mprintf(MESSAGES, d->version > 1 ? "x.sdp" : "NULL", end);
    int code = text ? sqlite3_prepare_v2(d->sql, text, -1, out, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    return code;
}

static int read_captures(struct database *d)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(d->sql,
                                  d->version > 1
                                      ? "SELECT id, run, digest, ended FROM captures "
                                        "ORDER BY id"
                                      : "SELECT id, id, digest, ended FROM captures "
                                        "ORDER BY id",
                                  -1, &s, NULL);
    while (!code && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const char *digest = (const char *)sqlite3_column_text(s, 2);
        struct database_capture c = {.id = sqlite3_column_int64(s, 0),
                                     .run = sqlite3_column_int64(s, 1),
                                     .digest = digest ? strdup(digest) : NULL,
                                     .whole = sqlite3_column_type(s, 3) != SQLITE_NULL};
        if (!vec_push(&d->captures, c))
            free(c.digest);
        code = 0;
    }
    sqlite3_finalize(s);
    return code == SQLITE_DONE ? 0 : code;
}

/* What this file asks of SQLite has an end, whatever the file holds. */
static int prepare(struct database *d, struct errmsg *why)
{
    sqlite3_limit(d->sql, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    if (schema_run(d->sql, "PRAGMA trusted_schema=OFF;PRAGMA cell_size_check=ON;BEGIN",
                   why))
        return schema_error(d->sql, why);
    d->version = schema_number(d->sql, "PRAGMA user_version", 1);
    if (read_captures(d) || prepare_messages(d, "ORDER BY m.id", &d->messages) ||
        prepare_messages(d, "WHERE m.id=?", &d->one) ||
        sqlite3_prepare_v2(d->sql, "SELECT text FROM message_more WHERE message=?", -1,
                           &d->text, NULL))
        return schema_error(d->sql, why);
    d->all = schema_number(d->sql, "SELECT count(*) FROM messages", 0);
    return 0;
}

int database_open(const char *path, uint16_t file, struct database **out,
                  struct errmsg *why)
{
    struct database *d = calloc(1, sizeof *d);
    if (!d || !(d->path = strdup(path))) {
        free(d);
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    }
    d->first = file;
    int err = open_sql(d, why);
    if (!err)
        err = prepare(d, why);
    if (err)
        database_free(d);
    else
        *out = d;
    return err;
}

/* ---- captures ---- */

size_t database_captures(const struct database *d)
{
    return d->captures.n;
}

const struct database_capture *database_capture(const struct database *d, size_t i)
{
    return &d->captures.at[i];
}

void database_skip(struct database *d, size_t i)
{
    d->captures.at[i].skipped = d->skips = true;
}

/* A capture that is left out, or a run of which all are. */
static bool is_skipped(const struct database *d, int64_t capture, int64_t run)
{
    bool skipped = false;
    for (size_t i = 0; i < d->captures.n; i++) {
        const struct database_capture *c = &d->captures.at[i];
        if (capture ? c->id == capture : c->run == run)
            skipped = c->skipped;
        if (!capture && c->run == run && !skipped)
            return false;
    }
    return skipped;
}

/* ---- messages ---- */

bool database_peek(struct database *d, int64_t *time)
{
    if (d->failed || !d->messages)
        return false;
    while (!d->ahead) {
        int code = sqlite3_step(d->messages);
        if (code != SQLITE_ROW) {
            if (code != SQLITE_DONE)
                schema_error(d->sql, &d->why);
            d->failed = true;
            return false;
        }
        d->ahead = !d->skips ||
                   !is_skipped(d, sqlite3_column_int64(d->messages, M_CAPTURE), 0);
        d->seen++;
    }
    *time = sqlite3_column_int64(d->messages, M_TIME);
    return true;
}

static struct slice column(sqlite3_stmt *s, int i)
{
    const void *p = sqlite3_column_blob(s, i);
    return slice_of(p, p ? (size_t)sqlite3_column_bytes(s, i) : 0);
}

static uint64_t number(sqlite3_stmt *s, int i, uint64_t max)
{
    sqlite3_int64 v = sqlite3_column_int64(s, i);
    return v < 0 || (uint64_t)v > max ? 0 : (uint64_t)v;
}

/* "12 13 14" as numbers. */
static void read_frames(struct database *d, struct slice text)
{
    uint64_t frame;
    size_t n;
    d->frames.n = 0;
    while (d->frames.n < FRAMES_MAX && (n = slice_u64(text, &frame))) {
        if (!vec_push(&d->frames, frame))
            return;
        text = slice_skip(text, n + 1);
    }
}

/* The text as it was, or what the columns know of it. */
static struct slice text_of(struct database *d, sqlite3_stmt *s, uint32_t size)
{
    struct slice text = column(s, M_TEXT);
    if (sqlite3_column_type(s, M_TEXT) != SQLITE_NULL && text.n == size)
        return text;
    d->skeleton.n = 0;
    /* A copy has the same bytes as what it copies, and nothing else has. */
    int64_t same = sqlite3_column_int64(s, M_COPY_OF);
    struct skeleton_options o = {.sdp = column(s, M_BODY),
                                 .id = same ? same : sqlite3_column_int64(s, M_ID)};
    skeleton_make(s, M_SKELETON, &o, &d->skeleton);
    return slice_of(d->skeleton.p, d->skeleton.failed ? 0 : d->skeleton.n);
}

static void feed(struct database *d, struct calls *calls, bool ids)
{
    sqlite3_stmt *s = d->messages;
    struct stored_message m = {
        .time = sqlite3_column_int64(s, M_TIME),
        .frame = number(s, M_FRAME, INT64_MAX),
        .copy = sqlite3_column_type(s, M_COPY_OF) != SQLITE_NULL,
        .src = column(s, M_SRC),
        .dst = column(s, M_DST),
        .transport = column(s, M_TRANSPORT),
        .malformed = column(s, M_MALFORMED),
        .reassembled = sqlite3_column_int(s, M_FLAGS) & SCHEMA_REASSEMBLED,
        .sdp = sqlite3_column_int(s, M_SDP) != 0,
        .cut = sqlite3_column_int(s, M_FLAGS) & SCHEMA_CUT,
        .size = (uint32_t)number(s, M_SIZE, SIP_MAX_MESSAGE),
    };
    if (ids) {
        m.id = (uint32_t)number(s, M_ID, INT32_MAX);
        m.call = (uint32_t)number(s, M_CALL, INT32_MAX);
    }
    m.file =
        (uint16_t)(d->first +
                   name_index(&d->files, (const char *)sqlite3_column_text(s, M_FILE)));
    m.interface =
        name_index(&d->interfaces, (const char *)sqlite3_column_text(s, M_INTERFACE));
    m.span = (struct span){
        .offset = number(s, M_ID, INT64_MAX), .length = m.size, .file = m.file};
    read_frames(d, column(s, M_FRAMES));
    m.frames = d->frames.at;
    m.nframes = (uint16_t)d->frames.n;
    m.text = text_of(d, s, m.size);
    struct msg *kept = restore_message(calls, &m);
    if (kept && kept->call)
        rebuild_note(&d->rebuild, sqlite3_column_int64(s, M_CALL), kept->call);
}

void database_next(struct database *d, struct calls *calls, bool ids)
{
    int64_t time;
    if (!database_peek(d, &time))
        return;
    feed(d, calls, ids);
    d->ahead = false;
}

int database_progress(const struct database *d)
{
    return d->all > 0 ? (int)(d->seen * 100 / d->all) : 100;
}

/* ---- the rest ---- */

static uint16_t rebuild_name(void *ctx, const char *name)
{
    struct database *d = ctx;
    return (uint16_t)(d->first + name_index(&d->files, name));
}

static bool rebuild_skipped(void *ctx, int64_t capture, int64_t run)
{
    const struct database *d = ctx;
    return d->skips && is_skipped(d, capture, run);
}

static void note_error(struct database *d, int code)
{
    if (code && !d->why.text[0])
        schema_error(d->sql, &d->why);
}

void database_map(struct database *d, struct calls *calls, struct rebuild_calls *seen)
{
    d->rebuild.sql = d->sql;
    d->rebuild.calls = calls;
    d->rebuild.file = d->first;
    d->rebuild.files = NAMES_MAX;
    d->rebuild.name = rebuild_name;
    d->rebuild.skipped = rebuild_skipped;
    d->rebuild.ctx = d;
    note_error(d, rebuild_map(&d->rebuild, seen));
}

void database_finish(struct database *d, const struct database_rest *rest)
{
    d->rebuild.ledger = rest->ledger;
    d->rebuild.listener = rest->listener;
    d->rebuild.seen = rest->seen;
    d->rebuild.next_finding = rest->next_finding;
    d->rebuild.ids = rest->ids;
    note_error(d, rebuild_run(&d->rebuild, d->version < 2));
    /* Texts are read one by one from here on: a writer may clean up its log. */
    sqlite3_finalize(d->messages);
    d->messages = NULL;
    sqlite3_exec(d->sql, "COMMIT", NULL, NULL, NULL);
}

/* ---- names and texts ---- */

const char *database_error(const struct database *d)
{
    return d->why.text[0] ? d->why.text : NULL;
}

const char *database_path(const struct database *d)
{
    return d->path;
}

bool database_owns(const struct database *d, uint16_t file)
{
    return file >= d->first && file - d->first < NAMES_MAX;
}

const char *database_file(const struct database *d, uint16_t file)
{
    return name_at(&d->files, (size_t)(file - d->first));
}

const char *database_interface(const struct database *d, uint16_t interface)
{
    return name_at(&d->interfaces, interface);
}

int database_text(struct database *d, struct span span, uint8_t *buffer)
{
    int err = -ERR_GONE;
    sqlite3_bind_int64(d->text, 1, (sqlite3_int64)span.offset);
    if (sqlite3_step(d->text) == SQLITE_ROW &&
        sqlite3_column_type(d->text, 0) != SQLITE_NULL) {
        struct slice text = column(d->text, 0);
        err = text.n == span.length ? 0 : -ERR_IO;
        if (!err && text.n)
            memcpy(buffer, text.p, text.n);
    }
    sqlite3_reset(d->text);
    return err;
}

int database_facts(struct database *d, struct span span, struct strbuf *out)
{
    int err = -ERR_GONE;
    out->n = 0;
    sqlite3_bind_int64(d->one, 1, (sqlite3_int64)span.offset);
    if (sqlite3_step(d->one) == SQLITE_ROW) {
        skeleton_make(d->one, M_SKELETON, &(struct skeleton_options){.id = 0}, out);
        err = 0;
    }
    sqlite3_reset(d->one);
    return err;
}
