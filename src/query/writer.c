#include "query/writer.h"

#include "query/convert.h"
#include "query/record.h"
#include "query/retention.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* A batch ends after so many rows, or so long; a lock held by others is waited for. */
enum {
    BATCH_ROWS = 20000,
    BATCH_MS = 500,
    IDLE_MS = 20,
    BUSY_MS = 30000,
    RETENTION_MS = 60000,
    STALL_MS = 60000,
    RING = 64 << 20,
    TABLES_MAX = 16,
};

struct store_writer {
    struct sqlite3 *sql;
    struct ring *ring;
    struct store_writer_options o;
    int lock;   /* of the file, held while this writes to it */
    int wakeup; /* eventfd */
    pthread_t thread;
    bool running;
    atomic_bool ending, awake;
    atomic_uint_fast64_t stored, lost, taken;
    pthread_mutex_t mutex; /* of why */
    struct errmsg why;
    /* The thread's own. */
    sqlite3_stmt *insert[TABLES_MAX], *more[TABLES_MAX], *search, *forget[2];
    bool open; /* a transaction */
    unsigned rows;
    int64_t since, looked;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void failed(struct store_writer *w, const struct errmsg *why)
{
    pthread_mutex_lock(&w->mutex);
    w->why = *why;
    pthread_mutex_unlock(&w->mutex);
}

/* ---- batches ---- */

/* What is not safe in the file yet is lost. */
static void give_up(struct store_writer *w)
{
    struct errmsg why;
    schema_error(w->sql, &why);
    failed(w, &why);
    if (!sqlite3_get_autocommit(w->sql))
        sqlite3_exec(w->sql, "ROLLBACK", NULL, NULL, NULL);
    atomic_fetch_add(&w->lost, w->rows);
    w->rows = 0;
    w->open = false;
}

static bool begin(struct store_writer *w)
{
    if (w->open)
        return true;
    w->since = now_ms();
    w->open = !sqlite3_exec(w->sql, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    return w->open;
}

static void commit(struct store_writer *w)
{
    if (!w->open)
        return;
    if (sqlite3_exec(w->sql, "COMMIT", NULL, NULL, NULL)) {
        give_up(w);
        return;
    }
    atomic_fetch_add(&w->stored, w->rows);
    w->rows = 0;
    w->open = false;
}

/* ---- records ---- */

static int bind_text(struct sqlite3_stmt *s, int i, const struct value *v)
{
    struct strbuf spare = {0};
    struct slice text = convert_text(v->p, v->n, &spare);
    int err =
        sqlite3_bind_text64(s, i, text.n ? (const char *)text.p : "", text.n,
                            spare.n ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8);
    strbuf_done(&spare);
    return err;
}

/* Binds the next n values of a record. */
static bool bind_values(struct sqlite3_stmt *s, int first, size_t n, struct record *r)
{
    struct value v;
    for (size_t i = 0; i < n; i++) {
        int at = first + (int)i;
        if (!record_next(r, &v) ||
            (v.type == VALUE_TEXT ? bind_text(s, at, &v) : convert_bind(s, at, &v)))
            return false;
    }
    return true;
}

static bool run(struct sqlite3_stmt *s)
{
    bool done = sqlite3_step(s) == SQLITE_DONE;
    sqlite3_reset(s);
    return done;
}

/* A text as it came: TEXT where it is UTF-8 without NULs, so that tools show it; else a
 * BLOB. */
static int bind_raw(struct sqlite3_stmt *s, int i, const struct value *v)
{
    struct strbuf spare = {0};
    struct slice text;
    if (v->type != VALUE_TEXT)
        return sqlite3_bind_null(s, i);
    text = convert_text(v->p, v->n, &spare);
    bool same = text.p == (const uint8_t *)v->p && !memchr(v->p, 0, v->n);
    strbuf_done(&spare);
    return same ? sqlite3_bind_text64(s, i, v->p, v->n, SQLITE_STATIC, SQLITE_UTF8)
                : sqlite3_bind_blob64(s, i, v->p, v->n, SQLITE_STATIC);
}

/* The row of the table beside. The text of a message comes last, as it is. */
static bool put_more(struct store_writer *w, struct record *r)
{
    struct sqlite3_stmt *s = w->more[r->table];
    bool message = SCHEMA_TABLES[r->table] == &TABLE_MESSAGES;
    struct record at = *r;
    struct value id, text;
    size_t n;
    schema_more(r->table, &n);
    if (!message)
        return bind_values(s, 1, n, r) && run(s);
    if (!record_next(&at, &id) || !bind_values(s, 1, n - 1, r) ||
        !record_next(r, &text) || bind_raw(s, (int)n, &text) || !run(s))
        return false;
    if (!w->search || text.type != VALUE_TEXT)
        return true;
    sqlite3_bind_int64(w->search, 1, id.i);
    sqlite3_bind_text64(w->search, 2, text.p, text.n, SQLITE_STATIC, SQLITE_UTF8);
    return run(w->search);
}

static bool put_row(struct store_writer *w, struct record *r)
{
    const struct table *t = SCHEMA_TABLES[r->table];
    struct sqlite3_stmt *s = w->insert[r->table];
    /* Rows without an id carry their rowid. */
    size_t extra = field_find(t, "id") ? 0 : 1;
    if (!bind_values(s, 1, t->n + extra, r) || !run(s))
        return false;
    return !w->more[r->table] || put_more(w, r);
}

static bool forget(struct store_writer *w, struct record *r)
{
    struct value call, of;
    if (!record_next(r, &call) || !record_next(r, &of))
        return false;
    sqlite3_bind_int64(w->forget[!call.i], 1, call.i ? call.i : of.i);
    return run(w->forget[!call.i]);
}

static bool put(struct store_writer *w, const void *p, size_t n)
{
    struct record r;
    return record_open(&r, p, n) &&
           (r.table == RECORD_FORGET ? forget(w, &r) : put_row(w, &r));
}

static void take(struct store_writer *w, const void *p, size_t n)
{
    if (!begin(w)) {
        w->rows++;
        give_up(w);
        return;
    }
    w->rows++;
    if (!put(w, p, n))
        give_up(w);
    else if (w->rows >= BATCH_ROWS)
        commit(w);
}

static void keep_limits(struct store_writer *w)
{
    struct errmsg why = {""};
    if ((!w->o.max_age && !w->o.max_size) || now_ms() < w->looked)
        return;
    commit(w);
    if (retention_run(w->sql, w->o.text, w->o.max_age, w->o.max_size, &why))
        failed(w, &why);
    w->looked = now_ms() + RETENTION_MS;
}

static void *work(void *ctx)
{
    struct store_writer *w = ctx;
    const void *p;
    size_t n;
    for (;;) {
        bool ending = atomic_load(&w->ending);
        atomic_store(&w->awake, true);
        while ((p = ring_peek(w->ring, &n))) {
            take(w, p, n);
            ring_release(w->ring);
            atomic_fetch_add(&w->taken, 1);
            if (w->open && now_ms() - w->since > BATCH_MS)
                commit(w);
        }
        if (ending)
            break;
        if (w->open && now_ms() - w->since > BATCH_MS)
            commit(w);
        keep_limits(w);
        atomic_store(&w->awake, false);
        struct pollfd f = {.fd = w->wakeup, .events = POLLIN};
        uint64_t count;
        if (poll(&f, 1, IDLE_MS) > 0 && read(w->wakeup, &count, sizeof count) < 0)
            continue;
    }
    commit(w);
    w->looked = 0;
    keep_limits(w);
    return NULL;
}

/* ---- opening ---- */

/* Of a call that is there already only what may change is written, so that its indexes
 * stay as they are. */
static void add_conflict(struct strbuf *b, const struct table *t)
{
    bool first = true;
    strbuf_str(b, " ON CONFLICT(id) DO UPDATE SET ");
    for (size_t k = 0; k < t->n; k++) {
        const char *name = t->fields[k].name;
        if (!strcmp(name, "id") || !strcmp(name, "call_id") ||
            !strcmp(name, "start_ns"))
            continue;
        strbuf_printf(b, "%s\"%s\"=excluded.\"%s\"", first ? "" : ",", name, name);
        first = false;
    }
}

static int prepare_insert(struct store_writer *w, size_t i)
{
    const struct table *t = SCHEMA_TABLES[i];
    bool extra = !field_find(t, "id"), calls = t == &TABLE_CALLS;
    struct strbuf b = {0};
    strbuf_printf(&b, "INSERT %sINTO \"%s\"(", calls ? "" : "OR REPLACE ", t->name);
    for (size_t k = 0; k < t->n; k++)
        strbuf_printf(&b, "%s\"%s\"", k ? "," : "", t->fields[k].name);
    strbuf_str(&b, extra ? ",rowid) VALUES(?" : ") VALUES(?");
    for (size_t k = 1; k < t->n + extra; k++)
        strbuf_str(&b, ",?");
    strbuf_char(&b, ')');
    if (calls)
        add_conflict(&b, t);
    int err = sqlite3_prepare_v3(w->sql, strbuf_cstr(&b), -1, SQLITE_PREPARE_PERSISTENT,
                                 &w->insert[i], NULL);
    strbuf_done(&b);
    return err;
}

static int prepare_text(struct store_writer *w, const char *text, sqlite3_stmt **out)
{
    return sqlite3_prepare_v3(w->sql, text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
}

static int prepare_more(struct store_writer *w, size_t i)
{
    size_t n;
    const char *name = schema_more(i, &n);
    struct strbuf b = {0};
    if (!name)
        return 0;
    strbuf_printf(&b, "INSERT OR REPLACE INTO %s(", name);
    for (size_t k = 0; k < n; k++)
        strbuf_printf(&b, "%s\"%s\"", k ? "," : "", schema_more_column(i, k));
    for (size_t k = 0; k < n; k++)
        strbuf_str(&b, k ? ",?" : ") VALUES(?");
    strbuf_char(&b, ')');
    int err = prepare_text(w, strbuf_cstr(&b), &w->more[i]);
    strbuf_done(&b);
    return err;
}

static int prepare(struct store_writer *w)
{
    static const char *const FORGET[] = {
        "DELETE FROM findings WHERE call=?",
        "DELETE FROM findings WHERE call IS NULL AND id IN (SELECT finding FROM "
        "finding_more WHERE run=?)"};
    int err = 0;
    for (size_t i = 0; SCHEMA_TABLES[i] && !err; i++)
        if (!(err = prepare_insert(w, i)))
            err = prepare_more(w, i);
    for (int i = 0; i < 2 && !err; i++)
        err = prepare_text(w, FORGET[i], &w->forget[i]);
    if (!err && w->o.text)
        err = prepare_text(w, "INSERT INTO text_search(rowid,text) VALUES(?,?)",
                           &w->search);
    return err;
}

/* One writer at a time: ids are counted on from what is in the file. The descriptor
 * stays open, since closing one would drop SQLite's own locks. */
static int lock(struct store_writer *w, struct errmsg *why)
{
    w->lock = open(w->o.path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (w->lock < 0)
        return errmsg_set(why,
                          errno == EACCES || errno == EROFS ? -ERR_ACCESS : -ERR_IO,
                          "%s", strerror(errno));
    if (flock(w->lock, LOCK_EX | LOCK_NB))
        return errmsg_set(why, -ERR_AGAIN, "another sipglass writes to it");
    return 0;
}

static int open_file(struct store_writer *w, struct errmsg *why)
{
    static const char SETTINGS[] =
        "PRAGMA synchronous=NORMAL;PRAGMA cache_size=-65536;"
        "PRAGMA temp_store=MEMORY;PRAGMA wal_autocheckpoint=4000;"
        "PRAGMA journal_size_limit=67108864;PRAGMA cell_size_check=ON;"
        "PRAGMA trusted_schema=OFF";
    int err = lock(w, why);
    if (err)
        return err;
    if (sqlite3_open_v2(
            w->o.path, &w->sql,
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL))
        return schema_error(w->sql, why);
    sqlite3_extended_result_codes(w->sql, 0);
    sqlite3_busy_timeout(w->sql, 2000);
    if ((err = schema_prepare(w->sql, w->o.text, why)) ||
        (err = schema_run(w->sql, SETTINGS, why)))
        return err;
    if (prepare(w))
        return schema_error(w->sql, why);
    sqlite3_busy_timeout(w->sql, BUSY_MS);
    return 0;
}

void store_writer_free(struct store_writer *w)
{
    if (!w)
        return;
    store_writer_end(w);
    for (size_t i = 0; i < TABLES_MAX; i++) {
        sqlite3_finalize(w->insert[i]);
        sqlite3_finalize(w->more[i]);
    }
    for (int i = 0; i < 2; i++)
        sqlite3_finalize(w->forget[i]);
    sqlite3_finalize(w->search);
    sqlite3_close(w->sql);
    ring_free(w->ring);
    if (w->wakeup >= 0)
        close(w->wakeup);
    if (w->lock >= 0)
        close(w->lock);
    pthread_mutex_destroy(&w->mutex);
    free(w);
}

int store_writer_new(const struct store_writer_options *o, struct store_writer **out,
                     struct errmsg *why)
{
    struct store_writer *w = calloc(1, sizeof *w);
    if (!w)
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    w->o = *o;
    w->lock = -1;
    pthread_mutex_init(&w->mutex, NULL);
    w->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->ring = ring_new(o->ring ? o->ring : RING);
    int err = w->wakeup < 0 || !w->ring ? errmsg_set(why, -ERR_NOMEM, "out of memory")
                                        : open_file(w, why);
    if (err)
        store_writer_free(w);
    else
        *out = w;
    return err;
}

struct sqlite3 *store_writer_sql(struct store_writer *w)
{
    return w->sql;
}

/* Signals are the main thread's. */
int store_writer_start(struct store_writer *w)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = pthread_create(&w->thread, NULL, work, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    w->running = !err;
    return err ? -ERR_NOMEM : 0;
}

static void wake(struct store_writer *w)
{
    uint64_t one = 1;
    if (write(w->wakeup, &one, sizeof one) < 0)
        return; /* it is awake */
}

/* Room in the ring, which the thread makes; gives up where it makes none. */
static void *wait_for_room(struct store_writer *w, size_t n)
{
    static const struct timespec NAP = {.tv_nsec = 200000};
    uint64_t taken = atomic_load(&w->taken);
    int64_t until = now_ms() + STALL_MS;
    void *p;
    while (!(p = ring_reserve(w->ring, n)) && now_ms() < until) {
        nanosleep(&NAP, NULL);
        if (atomic_load(&w->taken) != taken) {
            taken = atomic_load(&w->taken);
            until = now_ms() + STALL_MS;
        }
    }
    return p;
}

bool store_writer_put(struct store_writer *w, const void *record, size_t n, bool wait)
{
    void *p = ring_reserve(w->ring, n);
    if (!p && wait && n < ring_size(w->ring) / 2)
        p = wait_for_room(w, n);
    if (!p)
        return false;
    memcpy(p, record, n);
    ring_commit(w->ring);
    /* The thread looks by itself every IDLE_MS: many rows at a time cost less. */
    if (ring_used(w->ring) > ring_size(w->ring) / 4 && !atomic_load(&w->awake))
        wake(w);
    return true;
}

void store_writer_counts(struct store_writer *w, struct store_writer_counts *out)
{
    out->stored = atomic_load(&w->stored);
    out->lost = atomic_load(&w->lost);
    pthread_mutex_lock(&w->mutex);
    out->why = w->why;
    pthread_mutex_unlock(&w->mutex);
}

void store_writer_end(struct store_writer *w)
{
    if (!w || !w->running)
        return;
    atomic_store(&w->ending, true);
    wake(w);
    pthread_join(w->thread, NULL);
    w->running = false;
}
