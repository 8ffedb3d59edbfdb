#include "capture/follow.h"
#include "capture/frame_filter.h"
#include "capture/read_window.h"
#include "capture/source.h"
#include "capture/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND ((int64_t)1000000000)

struct source_file {
    struct source base;
    struct file_reader reader;
    struct walk walk;
    struct read_window window;   /* over what is read again */
    struct frame_filter *filter; /* NULL: none */
    struct follow *follow;       /* NULL: ends at the end */
    bool detected;               /* the first bytes were looked at */
    bool plain;                  /* not compressed */
    bool changing;               /* another file came after this one */
};

static void file_free(struct source *s)
{
    struct source_file *f = (struct source_file *)s;
    walk_done(&f->walk);
    file_reader_done(&f->reader);
    read_window_done(&f->window);
    frame_filter_free(f->filter);
    follow_free(f->follow);
    free(s->name);
    free(f);
}

static int fail(struct source_file *f, int err, const char *text)
{
    f->base.failed = true;
    return errmsg_set(&f->base.error, err, "%s", text);
}

/* The format, from the first bytes. */
static int detect(struct source_file *f)
{
    const char *kind = "";
    int err = f->detected ? 0 : file_reader_detect(&f->reader, &kind);
    if (!err) {
        f->detected = true;
        f->plain = !f->reader.decompress;
        err = walk_start(&f->walk);
    }
    struct source_state *st = &f->base.state;
    st->seekable = f->plain && !st->pipe;
    if (!err || err == -ERR_AGAIN)
        return err;
    if (err == -ERR_UNSUPPORTED) {
        f->base.failed = true;
        return errmsg_set(&f->base.error, err,
                          "is compressed with %s, which this build does not read",
                          kind);
    }
    if (err == -ERR_FORMAT)
        return fail(f, err,
                    f->reader.status == -ERR_FORMAT
                        ? "damaged compressed data at its start"
                        : "not a capture file (pcap or pcapng)");
    if (err == -ERR_END)
        return fail(f, -ERR_FORMAT, "is empty");
    if (err == -ERR_CUT)
        return fail(f, err, "ends inside its file header");
    if (err == -ERR_IO)
        return fail(f, err, strerror(f->reader.error));
    return fail(f, err, err_text(err));
}

/* What the end of the walk means. */
static int ended(struct source_file *f, int err)
{
    struct source_state *st = &f->base.state;
    unsigned long long n = f->walk.number;
    f->base.failed |= f->walk.bad;
    if (err == -ERR_AGAIN)
        return err;
    st->bytes_read = f->reader.raw;
    if (err == -ERR_CUT)
        errmsg_set(&f->base.error, 0, "ends inside a record, after frame %llu", n);
    else if (err == -ERR_IO)
        errmsg_set(&f->base.error, 0, "%s, after frame %llu", strerror(f->reader.error),
                   n);
    else if (err == -ERR_FORMAT)
        errmsg_set(&f->base.error, 0, "damaged compressed data, after frame %llu", n);
    else if (err != -ERR_END)
        errmsg_set(&f->base.error, 0, "%s, after frame %llu", err_text(err), n);
    else if (f->walk.bad && !f->base.error.text[0])
        errmsg_set(&f->base.error, 0, "has damaged records, which were left out");
    f->base.failed |= err != -ERR_END;
    return err;
}

/* Counts what is odd about a frame. */
static void account(struct source_file *f, struct frame *out)
{
    struct walk *w = &f->walk;
    out->file = f->base.file;
    out->number = ++w->number;
    if (__builtin_expect(out->caplen < out->len, 0))
        ledger_count(f->base.ledger, LEDGER_FRAME_CUT, 0, out->len - out->caplen,
                     out->file, out->number);
    else
        out->len = out->caplen;
    if (__builtin_expect(out->time < w->last - SECOND, 0))
        ledger_count(f->base.ledger, LEDGER_TIME_BACK, 0, 0, out->file, out->number);
    w->last = out->time;
}

/* A frame that the filter lets through. */
static int next_wanted(struct source_file *f, struct frame *out)
{
    struct errmsg why = {""};
    for (;;) {
        int err = walk_next(&f->walk, out);
        if (err)
            return err;
        account(f, out);
        if (!f->filter || frame_filter_match(f->filter, out, &why))
            return 0;
        if (why.text[0]) {
            f->base.failed = true;
            f->base.error = why;
            why.text[0] = 0;
        }
    }
}

/* At the end of a file that is followed: goes on with the file that came after it, once
 * what was written before the change has been read. */
static bool go_on(struct source_file *f)
{
    if (!f->follow)
        return false;
    if (!f->changing)
        return f->changing = follow_over(f->follow, f->reader.fd, f->reader.raw);
    f->changing = false;
    int fd = follow_open(f->follow);
    if (fd < 0)
        return false;
    size_t left = file_reader_left(&f->reader);
    if (left)
        ledger_count(f->base.ledger, LEDGER_FILE_CUT, 0, left, f->base.file,
                     f->walk.number + 1);
    file_reader_done(&f->reader);
    read_window_done(&f->window);
    file_reader_init(&f->reader, fd, false, true);
    walk_restart(&f->walk);
    f->detected = false;
    return true;
}

static int next_record(struct source_file *f, struct frame *out)
{
    int err = __builtin_expect(f->walk.format == WALK_UNKNOWN, 0) ? detect(f) : 0;
    if (err)
        return err;
    err = next_wanted(f, out);
    return __builtin_expect(err, 0) ? ended(f, err) : 0;
}

static int file_next(struct source *s, struct frame *out)
{
    struct source_file *f = (struct source_file *)s;
    struct source_state *st = &s->state;
    int err;
    do
        err = next_record(f, out);
    while (__builtin_expect(err == -ERR_AGAIN, 0) && go_on(f));
    st->bytes_read = f->reader.raw;
    if (__builtin_expect(err, 0))
        return err;
    if (!st->frames++)
        st->first = out->time;
    st->last = out->time;
    if (!st->seekable)
        out->offset = FRAME_NOWHERE;
    return 0;
}

/* Where a filter may pass frames over, nobody knows how far the next one is. */
static bool file_ready(const struct source *s)
{
    const struct source_file *f = (const struct source_file *)s;
    return !f->filter && walk_ready(&f->walk);
}

static int file_poll_fd(const struct source *s)
{
    const struct source_file *f = (const struct source_file *)s;
    return f->reader.pipe ? f->reader.fd : -1;
}

static int file_read_at(struct source *s, uint64_t offset, void *buffer, size_t n)
{
    struct source_file *f = (struct source_file *)s;
    if (!s->state.seekable)
        return -ERR_GONE;
    return read_window_get(&f->window, f->reader.fd, offset, buffer, n);
}

static const char *file_interface(const struct source *s, uint16_t index)
{
    return pcapng_walk_name(&((const struct source_file *)s)->walk, index);
}

static void file_update(struct source *s)
{
    struct source_file *f = (struct source_file *)s;
    struct stat st;
    s->state.kernel_drops = f->walk.kernel_drops;
    s->state.interface_drops = f->walk.interface_drops;
    if (s->state.follow && !fstat(f->reader.fd, &st))
        s->state.bytes_total = (uint64_t)st.st_size;
}

static int file_filter(struct source *s, const char *bpf, struct errmsg *why)
{
    struct source_file *f = (struct source_file *)s;
    struct frame_filter *filter = NULL;
    int err = bpf ? frame_filter_new(bpf, &filter, why) : 0;
    if (err)
        return err;
    frame_filter_free(f->filter);
    f->filter = filter;
    return 0;
}

static const struct source_ops OPS = {
    .next = file_next,
    .ready = file_ready,
    .poll_fd = file_poll_fd,
    .read_at = file_read_at,
    .interface = file_interface,
    .update = file_update,
    .filter = file_filter,
    .free = file_free,
};

/* A named pipe must not block until someone writes to it. Returns a descriptor or
 * -ERR_*. */
static int open_path(const char *path, struct stat *st, struct errmsg *why)
{
    int fd = strcmp(path, "-")
                 ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
                 : STDIN_FILENO;
    if (fd < 0 || fstat(fd, st)) {
        int err = errno == ENOENT   ? -ERR_NOENT
                  : errno == EACCES ? -ERR_ACCESS
                                    : -ERR_IO;
        return errmsg_set(why, err, "%s", strerror(errno));
    }
    if (!S_ISDIR(st->st_mode) && !(S_ISCHR(st->st_mode) && isatty(fd)))
        return fd;
    if (fd != STDIN_FILENO)
        close(fd);
    return errmsg_set(why, -ERR_FORMAT,
                      S_ISDIR(st->st_mode) ? "is a directory"
                                           : "is a terminal: pipe a capture into it");
}

static int file_new(const char *path, uint16_t file, struct ledger *ledger,
                    struct source_file **out)
{
    struct source_file *f = calloc(1, sizeof *f);
    if (!f || !(f->base.name = strdup(path))) {
        free(f);
        return -ERR_NOMEM;
    }
    f->base.ops = &OPS;
    f->base.file = file;
    f->base.ledger = ledger;
    walk_init(&f->walk, &f->reader, ledger, file);
    f->reader.fd = -1;
    *out = f;
    return 0;
}

/* Everything that can be said about a file before frames are asked for. */
static int prepare(struct source_file *f, const struct stat *st,
                   const struct source_options *o, struct errmsg *why)
{
    bool regular = S_ISREG(st->st_mode), standard = f->reader.fd == STDIN_FILENO;
    f->base.state.pipe = !regular || standard;
    if (o && o->follow && regular && !standard) {
        f->base.state.follow = f->base.state.pipe = true;
        if (!(f->follow = follow_new(f->base.name)))
            return errmsg_set(why, -ERR_NOMEM, "out of memory");
    }
    if (regular)
        f->base.state.bytes_total = (uint64_t)st->st_size;
    file_reader_init(&f->reader, f->reader.fd, !regular, f->follow != NULL);
    int err = o && o->bpf ? file_filter(&f->base, o->bpf, why) : 0;
    if (err || !regular)
        return err;
    err = detect(f);
    if (err && err != -ERR_AGAIN)
        return errmsg_set(why, err, "%s", f->base.error.text);
    return 0;
}

int source_file_open(const char *path, uint16_t file,
                     const struct source_options *options, struct ledger *ledger,
                     struct source **out, struct errmsg *why)
{
    struct source_file *f;
    struct stat st;
    int fd = open_path(path, &st, why);
    if (fd < 0)
        return fd;
    int err = file_new(path, file, ledger, &f);
    if (err) {
        if (fd != STDIN_FILENO)
            close(fd);
        return errmsg_set(why, err, "out of memory");
    }
    f->reader.fd = fd;
    err = prepare(f, &st, options, why);
    if (err)
        file_free(&f->base);
    else
        *out = &f->base;
    return err;
}
