#include "query/store.h"

#include "base/vec.h"
#include "query/record.h"
#include "query/retention.h"
#include "query/writer.h"
#include "view/value.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <time.h>

/* How often calls are looked through, in ms: a live capture is read by others
 * meanwhile. */
enum { SWEEP_LIVE = 1000, SWEEP_FILE = 30000, SWEEP_REST = 10000, FILES_MAX = 0xffff };

/* Ids of the model begin at 1 in each run: in the file they go on from what it has. */
enum kind {
    KIND_NONE,
    KIND_CALL,
    KIND_MESSAGE,
    KIND_STREAM,
    KIND_FINDING,
    KIND_REGISTRATION,
    KINDS
};

struct capture {
    uint16_t file;
    int64_t id;
    bool known; /* in the file already */
};

struct store {
    const struct view *view;
    struct store_options o;
    struct store_writer *writer;
    int64_t base[KINDS], run;
    VEC(struct capture) captures;
    uint32_t message; /* id of the newest message that was stored */
    uint64_t version; /* of the model when calls were looked through */
    int64_t swept, rest;
    struct strbuf record, scratch, text;
    struct store_writer_counts counts;
    bool ended;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void store_free(struct store *s)
{
    if (!s)
        return;
    store_writer_free(s->writer);
    vec_done(&s->captures);
    strbuf_done(&s->record);
    strbuf_done(&s->scratch);
    strbuf_done(&s->text);
    free(s);
}

int store_new(const struct view *v, const struct store_options *o, struct store **out,
              struct errmsg *why)
{
    static const char *const BASE[KINDS] = {
        [KIND_NONE] = "SELECT max(id) FROM captures",
        [KIND_CALL] = "SELECT max(id) FROM calls",
        [KIND_MESSAGE] = "SELECT max(id) FROM messages",
        [KIND_STREAM] = "SELECT max(id) FROM streams",
        [KIND_FINDING] = "SELECT max(id) FROM findings",
        [KIND_REGISTRATION] = "SELECT max(id) FROM registrations",
    };
    struct store_writer_options wo = {.path = o->path,
                                      .text = !o->no_text,
                                      .max_age = o->max_age,
                                      .max_size = o->max_size};
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    s->view = v;
    s->o = *o;
    int err = store_writer_new(&wo, &s->writer, why);
    if (err) {
        store_free(s);
        return err;
    }
    for (int i = 0; i < KINDS; i++)
        s->base[i] = schema_number(store_writer_sql(s->writer), BASE[i], 0);
    s->run = s->base[KIND_NONE];
    s->base[KIND_NONE] = 0;
    *out = s;
    return 0;
}

/* ---- captures ---- */

/* The id of a capture with that digest; 0: none. *whole: it was read to its end. */
static int64_t find_capture(struct store *s, const char *digest, bool *whole)
{
    struct sqlite3 *sql = store_writer_sql(s->writer);
    char *ask = sqlite3_mprintf(
        "SELECT id FROM captures WHERE digest=%Q ORDER BY ended IS NULL LIMIT 1",
        digest);
    int64_t id = ask ? schema_number(sql, ask, 0) : 0;
    sqlite3_free(ask);
    ask = sqlite3_mprintf("SELECT ended IS NOT NULL FROM captures WHERE id=%lld",
                          (long long)id);
    *whole = ask && schema_number(sql, ask, 0);
    sqlite3_free(ask);
    return id;
}

static int64_t add_capture(struct store *s, const struct store_capture *c)
{
    struct sqlite3 *sql = store_writer_sql(s->writer);
    sqlite3_stmt *in = NULL;
    int64_t id = 0;
    if (!sqlite3_prepare_v2(sql,
                            "INSERT INTO captures(name,size,digest,started) VALUES(?,?,"
                            "?,?)",
                            -1, &in, NULL)) {
        sqlite3_bind_text(in, 1, c->name, -1, SQLITE_STATIC);
        sqlite3_bind_int64(in, 2, (sqlite3_int64)c->size);
        sqlite3_bind_text(in, 3, c->digest, -1, SQLITE_STATIC);
        sqlite3_bind_double(in, 4, (double)time(NULL));
        if (sqlite3_step(in) == SQLITE_DONE)
            id = sqlite3_last_insert_rowid(sql);
    }
    sqlite3_finalize(in);
    return id;
}

bool store_capture(struct store *s, const struct store_capture *c)
{
    struct capture one = {.file = c->file};
    bool whole = false;
    struct errmsg why;
    int64_t id = c->digest ? find_capture(s, c->digest, &whole) : 0;
    if (id && whole)
        one = (struct capture){c->file, id, true};
    else if (id)
        retention_forget(store_writer_sql(s->writer), !s->o.no_text, id, &why);
    if (!one.known)
        one.id = add_capture(s, c);
    (void)vec_push(&s->captures, one);
    return one.known;
}

int store_start(struct store *s)
{
    return store_writer_start(s->writer);
}

static const struct capture *capture_of(const struct store *s, uint16_t file)
{
    static const struct capture NONE;
    if (file < s->captures.n && s->captures.at[file].file == file)
        return &s->captures.at[file];
    for (size_t i = 0; i < s->captures.n; i++)
        if (s->captures.at[i].file == file)
            return &s->captures.at[i];
    return &NONE;
}

/* ---- rows ---- */

/* What a column of a table counts. */
static enum kind kind_of(const struct table *t, const struct field *f)
{
    static const struct {
        const char *name;
        enum kind kind;
    } COLUMNS[] = {{"call", KIND_CALL},     {"session", KIND_CALL},
                   {"stream", KIND_STREAM}, {"pair", KIND_STREAM},
                   {"cause", KIND_FINDING}, {"copy_of", KIND_MESSAGE}};
    if (f->type != VALUE_INT)
        return KIND_NONE;
    if (!strcmp(f->name, "id"))
        return t == &TABLE_CALLS           ? KIND_CALL
               : t == &TABLE_MESSAGES      ? KIND_MESSAGE
               : t == &TABLE_STREAMS       ? KIND_STREAM
               : t == &TABLE_FINDINGS      ? KIND_FINDING
               : t == &TABLE_REGISTRATIONS ? KIND_REGISTRATION
                                           : KIND_NONE;
    for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
        if (!strcmp(COLUMNS[i].name, f->name))
            return COLUMNS[i].kind;
    return KIND_NONE;
}

static bool is_key(const struct field *f)
{
    static const char *const NAMES[] = {"call",  "stream", "n",    "time",   "frame",
                                        "side",  "media",  "kind", "reason", "what",
                                        "value", "port",   "id"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (!strcmp(NAMES[i], f->name))
            return true;
    return false;
}

/* FNV-1a: the same in every run, which base/hash.h's is not. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t mix_value(uint64_t hash, const struct value *v)
{
    hash = mix(hash, &v->type, sizeof v->type);
    if (v->type == VALUE_TEXT)
        return mix(hash, v->p, v->n);
    return v->type == VALUE_NULL ? hash : mix(hash, &v->i, sizeof v->i);
}

/* Begins a record with all columns of a row, and the key of a row without an id. */
static struct row begin_row(struct store *s, const struct table *t, const void *object)
{
    struct row row = {
        .view = s->view, .object = object, .scratch = &s->scratch, .text = &s->text};
    uint64_t key = mix(0xcbf29ce484222325u, &s->run, sizeof s->run);
    bool id = field_find(t, "id") != NULL;
    record_begin(&s->record, schema_index(t));
    for (size_t i = 0; i < t->n; i++) {
        struct value v;
        field_get(&t->fields[i], &row, &v);
        if (v.type == VALUE_INT && v.i)
            v.i += s->base[kind_of(t, &t->fields[i])];
        if (!id && is_key(&t->fields[i]))
            key = mix_value(key, &v);
        record_value(&s->record, &v);
    }
    if (!id)
        record_int(&s->record, (int64_t)(key >> 1));
    return row;
}

static void put(struct store *s)
{
    if (s->record.failed ||
        !store_writer_put(s->writer, s->record.p, s->record.n, s->o.wait))
        ledger_add(s->o.ledger, LEDGER_STORE_DROP, 0, 1);
}

static void put_frames(struct store *s, const struct msg *m)
{
    struct strbuf *b = &s->scratch;
    size_t n;
    const uint64_t *frames = msg_frames(m, &n);
    b->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (i)
            strbuf_char(b, ' ');
        strbuf_u64(b, frames[i]);
    }
    record_text(&s->record, n ? b->p : NULL, b->n);
}

static void put_message(struct store *s, const struct msg *m)
{
    const struct capture *c = capture_of(s, m->file);
    if (c->known)
        return;
    struct row row = begin_row(s, &TABLE_MESSAGES, m);
    record_int(&s->record, m->id + s->base[KIND_MESSAGE]);
    record_int(&s->record, c->id);
    record_int(&s->record, (m->flags & MSG_REASSEMBLED ? SCHEMA_REASSEMBLED : 0) |
                               (m->flags & MSG_CUT ? SCHEMA_CUT : 0));
    put_frames(s, m);
    bool text = !s->o.no_text && !s->view->redact;
    /* Mostly the columns have read it already. */
    if (text && (row.text_of != m || !row.text_kept))
        text = !view_text(s->view, m, &s->text);
    if (text && s->text.n == m->text.length)
        record_text(&s->record, s->text.n ? s->text.p : "", s->text.n);
    else
        record_text(&s->record, NULL, 0);
    put(s);
}

static void put_call(struct store *s, const struct call *call)
{
    const struct capture *c = capture_of(s, call->first ? call->first->file : 0);
    if (c->known)
        return;
    begin_row(s, &TABLE_CALLS, call);
    record_int(&s->record, call->id + s->base[KIND_CALL]);
    record_int(&s->record, c->id);
    record_int(&s->record, call->ring);
    record_int(&s->record, call->answer);
    record_int(&s->record, call->end);
    put(s);
}

static void put_table(struct store *s, const struct table *t)
{
    for (size_t i = 0, n = t->count(s->view); i < n; i++) {
        const void *object = t->at(s->view, i);
        if (!object)
            continue;
        begin_row(s, t, object);
        put(s);
    }
}

/* ---- following the model ---- */

static void put_messages(struct store *s)
{
    const struct calls *c = s->view->calls;
    size_t i = c->msgs.n;
    while (i && (!c->msgs.at[i - 1] || c->msg_ids.at[i - 1] > s->message))
        i--;
    for (; i < c->msgs.n; i++) {
        if (c->msg_ids.at[i] <= s->message)
            continue;
        s->message = c->msg_ids.at[i];
        if (c->msgs.at[i])
            put_message(s, c->msgs.at[i]);
    }
}

static void put_calls(struct store *s)
{
    const struct calls *c = s->view->calls;
    uint64_t version = s->version;
    s->version = c->version;
    for (size_t i = 0; i < c->list.n; i++)
        if (c->list.at[i] && c->list.at[i]->version > version)
            put_call(s, c->list.at[i]);
}

static bool known_all(const struct store *s)
{
    for (size_t i = 0; i < s->captures.n; i++)
        if (!s->captures.at[i].known)
            return false;
    return s->captures.n > 0;
}

/* The tables that come from the model as a whole. */
static void put_rest(struct store *s)
{
    if (known_all(s))
        return;
    for (size_t i = 0; SCHEMA_TABLES[i]; i++)
        if (SCHEMA_TABLES[i] != &TABLE_CALLS && SCHEMA_TABLES[i] != &TABLE_MESSAGES)
            put_table(s, SCHEMA_TABLES[i]);
}

/* What the writer could not write joins the ledger. */
static void count_lost(struct store *s)
{
    uint64_t lost = s->counts.lost;
    store_writer_counts(s->writer, &s->counts);
    if (s->counts.lost > lost)
        ledger_add(s->o.ledger, LEDGER_STORE_FAILED, 0, s->counts.lost - lost);
}

void store_update(struct store *s)
{
    int64_t now = now_ms();
    put_messages(s);
    if (now - s->swept < (s->o.wait ? SWEEP_FILE : SWEEP_LIVE))
        return;
    s->swept = now;
    put_calls(s);
    count_lost(s);
    if (!s->o.wait && now - s->rest >= SWEEP_REST) {
        s->rest = now;
        put_rest(s);
    }
}

void store_leaving(void *ctx, const struct call *call)
{
    struct store *s = ctx;
    put_messages(s);
    put_call(s, call);
}

void store_end(struct store *s, bool whole)
{
    struct errmsg why;
    if (s->ended)
        return;
    s->ended = true;
    put_messages(s);
    s->version = 0; /* verdicts change without the calls */
    put_calls(s);
    put_rest(s);
    store_writer_end(s->writer);
    count_lost(s);
    if (!whole || s->counts.lost)
        return;
    for (size_t i = 0; i < s->captures.n; i++) {
        char *done = sqlite3_mprintf(
            "UPDATE captures SET ended=%lld WHERE id=%lld AND ended IS NULL",
            (long long)time(NULL), (long long)s->captures.at[i].id);
        if (done)
            schema_run(store_writer_sql(s->writer), done, &why);
        sqlite3_free(done);
    }
}

uint64_t store_count(struct store *s)
{
    count_lost(s);
    return s->counts.stored;
}

const char *store_error(struct store *s)
{
    count_lost(s);
    return s->counts.why.text[0] ? s->counts.why.text : NULL;
}
