#include "archive.h"

#include "base/vec.h"
#include "diagnose/diagnose.h"
#include "digest.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Indices of files that each database may use. */
enum { FILES_EACH = 4096, FILES_END = 0xfff0 };

struct archive {
    VEC(struct database *) list;
    uint16_t first;
    bool finished;
};

struct archive *archive_new(uint16_t first)
{
    struct archive *a = calloc(1, sizeof *a);
    if (a)
        a->first = first;
    return a;
}

void archive_free(struct archive *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->list.n; i++)
        database_free(a->list.at[i]);
    vec_done(&a->list);
    free(a);
}

int archive_add(struct archive *a, const char *path, struct errmsg *why)
{
    struct database *d = NULL;
    struct stat st, other;
    bool there = !stat(path, &st);
    for (size_t i = 0; there && i < a->list.n; i++)
        if (!stat(database_path(a->list.at[i]), &other) && other.st_dev == st.st_dev &&
            other.st_ino == st.st_ino)
            return 0;
    size_t file = a->first + a->list.n * FILES_EACH;
    if (file + FILES_EACH > FILES_END)
        return errmsg_set(why, -ERR_LIMIT, "too many databases at once");
    int err = database_open(path, (uint16_t)file, &d, why);
    if (!err && !vec_push(&a->list, d)) {
        database_free(d);
        err = errmsg_set(why, -ERR_NOMEM, "out of memory");
    }
    return err;
}

static void skip_digest(struct database *d, const char *digest)
{
    for (size_t i = 0; i < database_captures(d); i++) {
        const struct database_capture *c = database_capture(d, i);
        if (c->digest && !strcmp(c->digest, digest))
            database_skip(d, i);
    }
}

void archive_source(struct archive *a, const char *path)
{
    char digest[DIGEST_TEXT];
    uint64_t size;
    if (!a->list.n || !digest_of_file(path, &size, digest))
        return;
    for (size_t i = 0; i < a->list.n; i++)
        skip_digest(a->list.at[i], digest);
}

/* The database with most of a capture: one that read it whole, else the first. */
static size_t best_of(const struct archive *a, const char *digest)
{
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < a->list.n; i++)
        for (size_t k = 0; k < database_captures(a->list.at[i]); k++) {
            const struct database_capture *c = database_capture(a->list.at[i], k);
            if (!c->digest || strcmp(c->digest, digest) != 0)
                continue;
            if (c->whole)
                return i;
            first = first == SIZE_MAX ? i : first;
        }
    return first;
}

void archive_settle(struct archive *a)
{
    for (size_t i = 0; i < a->list.n && a->list.n > 1; i++)
        for (size_t k = 0; k < database_captures(a->list.at[i]); k++) {
            const struct database_capture *c = database_capture(a->list.at[i], k);
            if (c->digest && best_of(a, c->digest) != i)
                database_skip(a->list.at[i], k);
        }
}

size_t archive_count(const struct archive *a)
{
    return a->list.n;
}

bool archive_next(struct archive *a, struct calls *calls, bool only)
{
    struct database *first = NULL;
    int64_t least = INT64_MAX, time;
    for (size_t i = 0; i < a->list.n; i++)
        if (database_peek(a->list.at[i], &time) && (!first || time < least)) {
            first = a->list.at[i];
            least = time;
        }
    if (first)
        database_next(first, calls, only && a->list.n == 1);
    return first != NULL;
}

static void take_verdict(void *ctx, const struct call *call, struct slice verdict)
{
    diagnose_restore_verdict(ctx, call, verdict);
}

static void take_finding(void *ctx, const struct stored_finding *finding)
{
    diagnose_restore(ctx, finding);
}

static bool report_error(const struct database *d, void (*report)(const char *))
{
    struct errmsg line;
    if (!database_error(d))
        return false;
    errmsg_set(&line, 0, "%.200s: %.300s", database_path(d), database_error(d));
    if (report)
        report(line.text);
    return true;
}

bool archive_finish(struct archive *a, const struct archive_target *to, bool *judged)
{
    struct rebuild_listener listener = {take_verdict, take_finding, to->diagnosis};
    struct rebuild_calls seen = {.rows = {0}};
    uint32_t finding = 0;
    struct database_rest rest = {.seen = &seen,
                                 .ledger = to->ledger,
                                 .listener = to->diagnosis ? &listener : NULL,
                                 .next_finding = &finding,
                                 .ids = to->only && a->list.n == 1};
    bool failed = false;
    *judged = false;
    if (a->finished || !a->list.n)
        return false;
    for (size_t i = 0; i < a->list.n; i++)
        database_map(a->list.at[i], to->calls, &seen);
    for (size_t i = 0; i < a->list.n; i++) {
        database_finish(a->list.at[i], &rest);
        failed |= report_error(a->list.at[i], to->report);
    }
    vec_done(&seen.rows);
    *judged = to->diagnosis && diagnose_restored(to->diagnosis) && to->only;
    return a->finished = true, failed;
}

int archive_progress(const struct archive *a)
{
    int sum = 0;
    for (size_t i = 0; i < a->list.n; i++)
        sum += database_progress(a->list.at[i]);
    return a->list.n ? sum / (int)a->list.n : 100;
}

struct database *archive_owner(const struct archive *a, uint16_t file)
{
    for (size_t i = 0; a && i < a->list.n; i++)
        if (database_owns(a->list.at[i], file))
            return a->list.at[i];
    return NULL;
}
