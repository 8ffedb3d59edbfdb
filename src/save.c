#include "save.h"

#include "archive.h"
#include "capture/pcap_writer.h"
#include "flows.h"
#include "options.h"

#include <stdlib.h>
#include <sys/stat.h>

/* A frame that is wanted: the source's index in the high bits, its number in the low
 * ones. */
#define WANTED(file, number) ((uint64_t)(file) << 48 | ((number)&0xffffffffffff))

struct save {
    VEC(uint64_t) wanted; /* signalling: sorted, each once */
    struct flows *media;  /* found by its addresses */
    bool signalling;      /* media is left out */
    struct pcap_writer *writer;
    struct source_merge *sources; /* of the first pass */
    struct errmsg *why;
    long written;
};

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* The database that has messages of the call, and no frames; NULL: none. */
static const struct database *without_frames(const struct trace *t,
                                             const struct call *c)
{
    const struct database *d = NULL;
    for (const struct msg *m = c->first; m && !d && archive_count(t->archive);
         m = m->next)
        d = archive_owner(t->archive, m->file);
    return d;
}

static bool want_call(struct save *s, const struct call *c)
{
    for (const struct msg *m = c->first; m; m = m->next) {
        if (!vec_push(&s->wanted, WANTED(m->file, m->frame)))
            return false;
        size_t n;
        const uint64_t *frames = msg_frames(m, &n);
        for (size_t i = 0; i < n; i++)
            if (!vec_push(&s->wanted, WANTED(m->file, frames[i])))
                return false;
    }
    for (const struct event *e = c->events; e; e = e->next)
        if (e->frame && !vec_push(&s->wanted, WANTED(e->file, e->frame)))
            return false;
    return s->signalling || !flows_add(s->media, c);
}

static bool want_all(struct save *s, const struct calls *calls)
{
    for (size_t i = 0; i < calls->list.n; i++)
        if (calls->list.at[i] && !want_call(s, calls->list.at[i]))
            return false;
    return true;
}

static int save_frame(void *ctx, const struct frame *f)
{
    struct save *s = ctx;
    uint64_t key = WANTED(f->file, f->number);
    if (!bsearch(&key, s->wanted.at, s->wanted.n, sizeof key, by_value) &&
        !flows_has(s->media, f))
        return 0;
    int err = pcap_writer_add(s->writer, f, s->why);
    if (!err)
        s->written++;
    return err;
}

/* Frames of sources that cannot be read a second time come from the spool. */
static bool only_once(const struct source *s)
{
    return s->state.live || s->state.pipe;
}

/* The spool also has frames of compressed files, which are read again. */
static int save_kept(void *ctx, const struct frame *f)
{
    struct save *s = ctx;
    if (f->file < source_merge_count(s->sources) &&
        !only_once(source_merge_at(s->sources, f->file)))
        return 0;
    return save_frame(s, f);
}

/* The files once more, merged by time as at the first pass. Sources that cannot be
 * opened again (pipes, interfaces) leave a gap in the list: their frames come from the
 * spool. */
static int reopen(struct trace *t, struct ledger *ignored, struct source_merge **out,
                  struct errmsg *why)
{
    size_t n = source_merge_count(t->sources), opened = 0;
    struct source **list = calloc(n, sizeof(struct source *));
    int err = list ? 0 : -ERR_NOMEM;
    for (size_t i = 0; !err && i < n; i++) {
        const struct source *s = source_merge_at(t->sources, i);
        if (only_once(s))
            continue;
        struct source_options so = {.bpf = t->options->bpf};
        err = source_file_open(s->name, (uint16_t)i, &so, ignored, &list[opened], why);
        opened += !err;
    }
    if (!err && opened)
        err = source_merge_new(list, opened, out);
    for (size_t i = 0; err && i < opened; i++)
        source_free(list[i]);
    free(list);
    return err;
}

static int save_files(struct save *s, struct trace *t, int (*progress)(void *, int),
                      void *ctx)
{
    struct ledger *ignored = calloc(1, sizeof *ignored); /* counted at the first pass */
    struct source_merge *m = NULL;
    struct frame f;
    int err = ignored ? reopen(t, ignored, &m, s->why) : -ERR_NOMEM;
    for (uint64_t n = 0; !err && m && !(err = source_merge_next(m, &f)); n++) {
        err = save_frame(s, &f);
        if (!err && progress && n % 65536 == 0 &&
            progress(ctx, source_merge_progress(m)))
            err = errmsg_set(s->why, -ERR_IO, "stopped");
    }
    source_merge_free(m);
    free(ignored);
    return err == -ERR_END || err == -ERR_AGAIN ? 0 : err;
}

/* A capture that is being read must not be replaced by a part of it; nor a device or a
 * pipe, which the writer's rename would take away, by a file. */
static int check_place(const struct trace *t, const char *path, struct errmsg *why)
{
    struct stat out, in;
    if (t->options->redact)
        return errmsg_set(why, -ERR_USAGE,
                          "a capture file holds messages as they were: not with "
                          "--redact");
    if (stat(path, &out))
        return 0;
    if (!S_ISREG(out.st_mode) && !S_ISDIR(out.st_mode))
        return errmsg_set(why, -ERR_IO, "is no regular file");
    for (size_t i = 0; i < source_merge_count(t->sources); i++) {
        const struct source *s = source_merge_at(t->sources, i);
        if (!s->state.live && !stat(s->name, &in) && in.st_dev == out.st_dev &&
            in.st_ino == out.st_ino)
            return errmsg_set(why, -ERR_IO,
                              "is a file that is being read: choose another name");
    }
    return 0;
}

static int check_frames(const struct trace *t, struct call *const *calls, size_t n,
                        struct errmsg *why)
{
    size_t all = n ? n : t->calls->list.n;
    const struct database *d = NULL;
    for (size_t i = 0; i < all && !d && archive_count(t->archive); i++) {
        const struct call *c = n ? calls[i] : t->calls->list.at[i];
        d = c ? without_frames(t, c) : NULL;
    }
    return d ? errmsg_set(why, -ERR_GONE,
                          "%.200s has messages and no frames: save from the capture "
                          "files that it was made of (table captures)",
                          database_path(d))
             : 0;
}

long save_calls(struct trace *t, struct call *const *calls, size_t n, bool media,
                const char *path, int (*progress)(void *ctx, int percent), void *ctx,
                struct errmsg *why)
{
    struct save s = {.sources = t->sources, .signalling = !media, .why = why};
    int err = check_place(t, path, why);
    if (!err)
        err = check_frames(t, calls, n, why);
    if (err)
        return err;
    s.media = flows_new();
    bool ok = s.media && (n || want_all(&s, t->calls));
    for (size_t i = 0; ok && i < n; i++)
        ok = want_call(&s, calls[i]);
    err = ok ? 0 : errmsg_set(why, -ERR_NOMEM, "out of memory");
    if (s.wanted.n)
        qsort(s.wanted.at, s.wanted.n, sizeof *s.wanted.at, by_value);
    if (!err)
        err = pcap_writer_open(path, false, &s.writer, why);
    if (!err)
        pcap_writer_names(s.writer, t->view.interface_name, t->view.ctx);
    if (!err && !(err = save_files(&s, t, progress, ctx)))
        err = spool_each(t->spool, save_kept, &s);
    if (err)
        pcap_writer_abort(s.writer);
    else
        err = pcap_writer_close(s.writer, why);
    vec_done(&s.wanted);
    flows_free(s.media);
    return err ? err : s.written;
}
