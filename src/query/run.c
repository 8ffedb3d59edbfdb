#include "query/run.h"

#include "query/retention.h"
#include "query/schema.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void run_done(struct run *r)
{
    for (size_t i = 0; i < r->captures.n; i++) {
        free(r->captures.at[i].name);
        free(r->captures.at[i].digest);
    }
    vec_done(&r->captures);
}

/* The first number of a statement made as by printf, freed; `other`: none. */
static int64_t ask(struct sqlite3 *sql, char *statement, int64_t other)
{
    int64_t n = statement ? schema_number(sql, statement, other) : other;
    sqlite3_free(statement);
    return n;
}

bool run_add(struct run *r, struct sqlite3 *sql, const struct store_capture *c)
{
    struct run_capture one = {.file = c->file,
                              .size = c->size,
                              .name = strdup(c->name),
                              .digest = c->digest ? strdup(c->digest) : NULL};
    if (one.digest) {
        one.id = ask(sql,
                     sqlite3_mprintf("SELECT id FROM captures WHERE digest=%Q ORDER BY "
                                     "ended IS NULL, id DESC LIMIT 1",
                                     one.digest),
                     0);
        one.known = ask(sql,
                        sqlite3_mprintf("SELECT ended IS NOT NULL FROM captures WHERE "
                                        "id=%lld",
                                        (long long)one.id),
                        0);
    }
    if (!vec_push(&r->captures, one)) {
        free(one.name);
        free(one.digest);
        return false;
    }
    return one.known;
}

/* ---- taking up ---- */

/* The newest run reads these captures, in this order, and no others. */
static bool same_captures(const struct run *r, struct sqlite3 *sql, int64_t run)
{
    int64_t before = 0;
    for (size_t i = 0; i < r->captures.n; i++) {
        const struct run_capture *c = &r->captures.at[i];
        if (c->known || c->id <= before ||
            ask(sql,
                sqlite3_mprintf("SELECT run FROM captures WHERE id=%lld",
                                (long long)c->id),
                0) != run)
            return false;
        before = c->id;
    }
    return ask(sql,
               sqlite3_mprintf("SELECT count(*) FROM captures WHERE run=%lld",
                               (long long)run),
               0) == (int64_t)r->captures.n;
}

static int64_t base_of(struct sqlite3 *sql, int64_t run, int kind)
{
    return ask(sql,
               sqlite3_mprintf("SELECT base FROM run_bases WHERE run=%lld AND kind=%d",
                               (long long)run, kind),
               -1);
}

/* The bases of that run. False: not all are known. */
static bool read_bases(struct sqlite3 *sql, int64_t run, struct pack *pack)
{
    for (int i = PACK_NONE + 1; i < PACK_KINDS; i++)
        if ((pack->base[i] = base_of(sql, run, i)) < 0)
            return false;
    return true;
}

/* Messages are stored in their order: those of the run are the first so many, or some
 * were lost on a full disk. */
static bool read_stored(struct run *r, struct sqlite3 *sql, int64_t base)
{
    int64_t newest = schema_number(sql, "SELECT max(id) FROM messages", 0);
    int64_t n = ask(
        sql,
        sqlite3_mprintf("SELECT count(*) FROM messages WHERE id>%lld", (long long)base),
        -1);
    if (newest && (newest < base || newest - base != n || n > UINT32_MAX))
        return false;
    r->stored = newest ? (uint32_t)n : 0;
    return true;
}

static bool take_up(struct run *r, struct sqlite3 *sql, const char *options,
                    struct pack *pack)
{
    int64_t run = schema_number(sql, "SELECT max(run) FROM captures", 0);
    struct pack was = *pack;
    if (options && run && r->captures.n && same_captures(r, sql, run) &&
        ask(sql,
            sqlite3_mprintf("SELECT options=%Q FROM runs WHERE id=%lld", options,
                            (long long)run),
            0) &&
        read_bases(sql, run, pack) && read_stored(r, sql, pack->base[PACK_MESSAGE])) {
        pack->run = run;
        return true;
    }
    *pack = was;
    return false;
}

/* ---- beginning anew ---- */

static int add_capture(struct run_capture *c, struct sqlite3 *sql, int64_t run,
                       struct errmsg *why)
{
    char *add = sqlite3_mprintf("INSERT INTO captures(name,size,digest,started,run) "
                                "VALUES(%Q,%lld,%Q,%lld,%lld)",
                                c->name, (long long)c->size, c->digest,
                                (long long)time(NULL), (long long)run);
    int err =
        add ? schema_run(sql, add, why) : errmsg_set(why, -ERR_NOMEM, "out of memory");
    sqlite3_free(add);
    c->id = err ? 0 : sqlite3_last_insert_rowid(sql);
    return err;
}

static int note_run(struct sqlite3 *sql, const char *options, const struct pack *pack,
                    struct errmsg *why)
{
    char *add = sqlite3_mprintf("INSERT OR REPLACE INTO runs VALUES(%lld,%Q)",
                                (long long)pack->run, options);
    int err =
        add ? schema_run(sql, add, why) : errmsg_set(why, -ERR_NOMEM, "out of memory");
    sqlite3_free(add);
    for (int i = PACK_NONE + 1; i < PACK_KINDS && !err; i++) {
        add = sqlite3_mprintf("INSERT OR REPLACE INTO run_bases VALUES(%lld,%d,%lld)",
                              (long long)pack->run, i, (long long)pack->base[i]);
        err = add ? schema_run(sql, add, why)
                  : errmsg_set(why, -ERR_NOMEM, "out of memory");
        sqlite3_free(add);
    }
    return err;
}

static int forget_parts(struct run *r, struct sqlite3 *sql, bool text,
                        struct errmsg *why)
{
    int err = 0;
    for (size_t i = 0; i < r->captures.n && !err; i++)
        if (r->captures.at[i].id && !r->captures.at[i].known)
            err = retention_forget(sql, text, r->captures.at[i].id, why);
    return err;
}

/* A run and its captures are there together, or not at all. */
static int begin_anew(struct run *r, struct sqlite3 *sql, const char *options,
                      struct pack *pack, struct errmsg *why)
{
    int err = schema_run(sql, "BEGIN IMMEDIATE", why);
    if (err)
        return err;
    for (int i = PACK_NONE + 1; i < PACK_KINDS; i++) {
        int64_t base = schema_number(sql, pack_base((enum pack_kind)i), 0);
        pack->base[i] = base > 0 ? base : 0; /* below 0: of version 1 */
    }
    pack->run = schema_number(sql, "SELECT max(id) FROM runs", 0) + 1;
    int64_t named = schema_number(sql, "SELECT max(run) FROM captures", 0) + 1;
    if (pack->run < named)
        pack->run = named;
    for (size_t i = 0; i < r->captures.n && !err; i++)
        if (!r->captures.at[i].known)
            err = add_capture(&r->captures.at[i], sql, pack->run, why);
    if (!err && !run_known(r))
        err = note_run(sql, options, pack, why);
    if (!err)
        return schema_run(sql, "COMMIT", why);
    sqlite3_exec(sql, "ROLLBACK", NULL, NULL, NULL);
    return err;
}

int run_begin(struct run *r, struct sqlite3 *sql, const char *options, bool text,
              struct pack *pack, struct errmsg *why)
{
    if (take_up(r, sql, options, pack))
        return 0;
    int err = forget_parts(r, sql, text, why);
    return err ? err : begin_anew(r, sql, options, pack, why);
}

void run_whole(struct run *r, struct sqlite3 *sql)
{
    struct errmsg why;
    for (size_t i = 0; i < r->captures.n; i++) {
        char *done = sqlite3_mprintf(
            "UPDATE captures SET ended=%lld WHERE id=%lld AND ended IS NULL",
            (long long)time(NULL), (long long)r->captures.at[i].id);
        if (done)
            schema_run(sql, done, &why);
        sqlite3_free(done);
    }
}

/* ---- asking ---- */

const struct run_capture *run_capture_of(const struct run *r, uint16_t file)
{
    static const struct run_capture NONE;
    if (file < r->captures.n && r->captures.at[file].file == file)
        return &r->captures.at[file];
    for (size_t i = 0; i < r->captures.n; i++)
        if (r->captures.at[i].file == file)
            return &r->captures.at[i];
    return &NONE;
}

bool run_known(const struct run *r)
{
    for (size_t i = 0; i < r->captures.n; i++)
        if (!r->captures.at[i].known)
            return false;
    return r->captures.n > 0;
}
