#include "capture/rotation.h"

#include "base/strbuf.h"
#include "base/vec.h"
#include "capture/pcap_writer.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Between two tries after a failure. */
#define RETRY_NS INT64_C(5000000000)

struct rotation {
    char *path;
    uint64_t size;
    int64_t seconds;
    unsigned files;
    struct ledger *ledger;
    struct pcap_writer *writer; /* NULL: writing failed, or nothing came yet */
    VEC(char *) names;          /* of whole files, oldest first */
    struct strbuf name;         /* of the file that is written */
    unsigned number;
    uint64_t in_file, frames; /* frames in the file, and in all */
    uint64_t lost;            /* since the failure */
    int64_t now, begun, retry;
    bool failing, news;
    struct errmsg why;
};

static void free_all(struct rotation *r)
{
    for (size_t i = 0; i < r->names.n; i++)
        free(r->names.at[i]);
    vec_done(&r->names);
    strbuf_done(&r->name);
    free(r->path);
    free(r);
}

static bool rotates(const struct rotation *r)
{
    return r->size || r->seconds;
}

/* Where the path's ending begins. */
static size_t stem_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    return dot && dot > path && (!slash || dot > slash + 1) ? (size_t)(dot - path)
                                                            : strlen(path);
}

static void make_name(struct rotation *r)
{
    char at[20] = "";
    time_t now = time(NULL);
    struct tm tm;
    size_t stem = stem_of(r->path);
    r->name.n = 0;
    r->number++;
    if (!rotates(r) && r->number == 1) {
        strbuf_str(&r->name, r->path);
        return;
    }
    strftime(at, sizeof at, "%Y%m%d%H%M%S", localtime_r(&now, &tm));
    strbuf_add(&r->name, r->path, stem);
    strbuf_printf(&r->name, "_%05u_%s%s", r->number, at, r->path + stem);
}

/* ---- files of before ---- */

/* "_00001_20240312093000" and the ending, behind the stem; the number, 0: no. */
static unsigned number_in(const char *rest, const char *ending)
{
    char *end;
    if (rest[0] != '_' || !isdigit((unsigned char)rest[1]))
        return 0;
    unsigned long n = strtoul(rest + 1, &end, 10);
    if (end - rest < 6 || *end != '_' || n > UINT32_MAX)
        return 0;
    return strspn(end + 1, "0123456789") == 14 && !strcmp(end + 15, ending)
               ? (unsigned)n
               : 0;
}

/* Names begin with a number, but after 99999 their times are in order. */
static int by_time(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    int order = strcmp(strrchr(x, '_'), strrchr(y, '_'));
    return order ? order : strcmp(x, y);
}

static void add_old(struct rotation *r, const char *folder, const char *name)
{
    struct strbuf b = {0};
    strbuf_printf(&b, "%s/%s", folder, name);
    char *copy = strdup(strbuf_cstr(&b));
    strbuf_done(&b);
    if (copy && !vec_push(&r->names, copy))
        free(copy);
}

/* Files of an earlier run count, and the numbers go on. */
static void find_old(struct rotation *r)
{
    size_t stem = stem_of(r->path);
    const char *slash = strrchr(r->path, '/');
    size_t head = slash ? (size_t)(slash - r->path) + 1 : 0;
    char *folder = head ? strndup(r->path, head) : strdup(".");
    DIR *d = folder && rotates(r) ? opendir(folder) : NULL;
    for (struct dirent *e; d && (e = readdir(d));) {
        unsigned n = strncmp(e->d_name, r->path + head, stem - head) != 0
                         ? 0
                         : number_in(e->d_name + stem - head, r->path + stem);
        if (!n)
            continue;
        if (n > r->number)
            r->number = n;
        add_old(r, folder, e->d_name);
    }
    if (d)
        closedir(d);
    free(folder);
    if (r->names.n)
        qsort(r->names.at, r->names.n, sizeof *r->names.at, by_time);
}

/* The file that is written counts as well. */
static void drop_old(struct rotation *r)
{
    size_t gone = 0;
    if (!r->files || !rotates(r))
        return;
    while (r->names.n - gone + 1 > r->files && gone < r->names.n) {
        (void)unlink(r->names.at[gone]);
        free(r->names.at[gone++]);
    }
    r->names.n -= gone;
    if (gone && r->names.n)
        memmove(r->names.at, r->names.at + gone, r->names.n * sizeof *r->names.at);
}

/* ---- writing ---- */

static void failed(struct rotation *r)
{
    r->retry = r->now + RETRY_NS;
    if (r->failing)
        return;
    r->failing = r->news = true;
    r->lost = 0;
}

static void lose(struct rotation *r, uint64_t n)
{
    ledger_add(r->ledger, LEDGER_SAVE_LOST, 0, n);
    r->lost += n;
}

static int begin(struct rotation *r)
{
    make_name(r);
    drop_old(r);
    r->in_file = 0;
    r->begun = r->now;
    if (r->name.failed)
        return -ERR_NOMEM;
    return pcap_writer_open(strbuf_cstr(&r->name), false, &r->writer, &r->why);
}

/* The file is whole: the next frame begins another. */
static void finish(struct rotation *r)
{
    char *name = strdup(strbuf_cstr(&r->name));
    int err = pcap_writer_close(r->writer, &r->why);
    r->writer = NULL;
    if (!err && name && vec_push(&r->names, name))
        return;
    free(name);
    if (err) {
        failed(r);
        lose(r, r->in_file);
    }
}

/* The disk is full, or so: what is in the file stays, and is closed. */
static void give_up(struct rotation *r)
{
    uint64_t lost = pcap_writer_forget(r->writer);
    failed(r);
    lose(r, lost);
    r->in_file -= lost;
    if (r->in_file) {
        struct errmsg why = r->why;
        finish(r);
        r->why = why;
        return;
    }
    pcap_writer_abort(r->writer);
    r->writer = NULL;
}

static void change(struct rotation *r)
{
    if (pcap_writer_flush(r->writer, &r->why))
        give_up(r);
    else
        finish(r);
}

static void works(struct rotation *r)
{
    if (!r->failing)
        return;
    r->failing = false;
    r->news = true;
}

int rotation_new(const struct rotation_options *o, struct ledger *ledger,
                 struct rotation **out, struct errmsg *why)
{
    struct rotation *r = calloc(1, sizeof *r);
    if (!r || !(r->path = strdup(o->path))) {
        free(r);
        return -ERR_NOMEM;
    }
    r->size = o->size;
    r->seconds = o->seconds;
    r->files = o->files;
    r->ledger = ledger;
    find_old(r);
    int err = begin(r);
    if (err) {
        errmsg_set(why, err, "%s", r->why.text);
        free_all(r);
        return err;
    }
    *out = r;
    return 0;
}

void rotation_add(struct rotation *r, const struct frame *frame)
{
    if (!r->writer && r->failing) {
        lose(r, 1);
        return;
    }
    if (!r->writer && begin(r)) {
        failed(r);
        lose(r, 1);
        return;
    }
    int err = pcap_writer_add(r->writer, frame, &r->why);
    if (err ==
        -ERR_UNSUPPORTED) { /* an envelope: no capture file has a number for it */
        lose(r, 1);
        return;
    }
    r->in_file++;
    r->frames++;
    if (err)
        give_up(r);
    else if (r->size && pcap_writer_size(r->writer) >= r->size)
        change(r);
}

void rotation_tick(struct rotation *r, int64_t now)
{
    r->now = now;
    if (!r->begun)
        r->begun = now;
    if (r->writer && pcap_writer_flush(r->writer, &r->why))
        give_up(r);
    else if (r->writer && r->in_file)
        works(r);
    if (r->writer && r->seconds && r->in_file &&
        now - r->begun >= r->seconds * 1000000000)
        finish(r);
    if (!r->failing || r->writer || now < r->retry)
        return;
    if (begin(r))
        r->retry = now + RETRY_NS;
}

bool rotation_said(struct rotation *r, struct errmsg *out)
{
    if (!r->news)
        return false;
    r->news = false;
    if (r->failing)
        errmsg_set(out, 0, "%.200s: nothing is saved now, capture goes on: %.200s",
                   r->path, r->why.text);
    else
        errmsg_set(out, 0, "%.200s: saving goes on; %llu frames were not saved",
                   r->path, (unsigned long long)r->lost);
    return true;
}

uint64_t rotation_frames(const struct rotation *r)
{
    return r->frames;
}

unsigned rotation_files(const struct rotation *r)
{
    return (unsigned)(r->names.n + (r->writer != NULL));
}

int rotation_end(struct rotation *r, struct errmsg *why)
{
    int err = 0;
    if (!r)
        return 0;
    if (r->writer && !r->in_file && rotates(r)) {
        pcap_writer_abort(r->writer);
    } else if (r->writer) {
        if ((err = pcap_writer_flush(r->writer, why)))
            lose(r, pcap_writer_forget(r->writer));
        int last = pcap_writer_close(r->writer, err ? NULL : why);
        err = err ? err : last;
    } else if (r->failing) {
        err = errmsg_set(why, -ERR_IO, "%s", r->why.text);
    }
    free_all(r);
    return err;
}
