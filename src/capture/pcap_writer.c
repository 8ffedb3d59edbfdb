#include "capture/pcap_writer.h"

#include "base/io.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "capture/pcapng_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FLUSH_AT = 256 << 10, NO_LINK = 0x1ffff, NO_FILE = UINT16_MAX };
enum { ORIGINS_MAX = 1024 }; /* over it interfaces are told by their link type alone */

struct pcap_record {
    uint32_t seconds, fraction, caplen, len;
};

/* Of which frames pcapng keeps one interface: what came twice is only seen as a copy
 * when the interfaces stay apart. */
struct pcap_origin {
    uint32_t link;
    uint16_t file, interface;
};

struct pcap_writer {
    char *path, *temporary;
    int fd;
    bool ng;
    uint32_t link; /* classic: of the file; NO_LINK before the first frame */
    VEC(struct pcap_origin) origins; /* pcapng: of each interface written */
    size_t newest;                   /* index in it of the last frame's */
    const char *(*name)(void *ctx, uint16_t file, uint16_t interface);
    void *name_ctx;
    struct strbuf buf;
    uint64_t written; /* bytes of the file, without the buffer */
    uint64_t waiting; /* frames in the buffer */
};

static void writer_free(struct pcap_writer *w)
{
    if (w->fd >= 0)
        close(w->fd);
    free(w->path);
    free(w->temporary);
    vec_done(&w->origins);
    strbuf_done(&w->buf);
    free(w);
}

void pcap_writer_abort(struct pcap_writer *w)
{
    if (!w)
        return;
    unlink(w->temporary);
    writer_free(w);
}

static int failed(struct errmsg *why)
{
    switch (errno) {
    case ENOSPC: return errmsg_set(why, -ERR_IO, "the disk is full");
    case EDQUOT: return errmsg_set(why, -ERR_IO, "the disk quota is used up");
    case EFBIG: return errmsg_set(why, -ERR_IO, "the file size limit is reached");
    case EACCES:
    case EPERM: return errmsg_set(why, -ERR_ACCESS, "no permission to write there");
    case EROFS: return errmsg_set(why, -ERR_ACCESS, "the file system is read-only");
    case ENOENT: return errmsg_set(why, -ERR_NOENT, "no such folder");
    default: return errmsg_set(why, -ERR_IO, "%s", strerror(errno));
    }
}

static int flush(struct pcap_writer *w, struct errmsg *why)
{
    if (w->buf.failed)
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    if (io_write(w->fd, w->buf.p, w->buf.n))
        return failed(why);
    w->written += w->buf.n;
    w->waiting = 0;
    w->buf.n = 0;
    return 0;
}

int pcap_writer_flush(struct pcap_writer *w, struct errmsg *why)
{
    return flush(w, why);
}

uint64_t pcap_writer_size(const struct pcap_writer *w)
{
    return w->written + w->buf.n;
}

uint64_t pcap_writer_forget(struct pcap_writer *w)
{
    uint64_t lost = w->waiting;
    if (!ftruncate(w->fd, (off_t)w->written))
        (void)lseek(w->fd, (off_t)w->written, SEEK_SET);
    w->buf.n = 0;
    w->buf.failed = false;
    w->waiting = 0;
    return lost;
}

/* A new file beside the target, with the permissions that a plain creation would give.
 */
static int temporary_open(const char *path, char **name)
{
    size_t n = strlen(path) + 8;
    mode_t mask = umask(0);
    umask(mask);
    if (!(*name = malloc(n)))
        return -1;
    snprintf(*name, n, "%s.XXXXXX", path);
    int fd = mkostemp(*name, O_CLOEXEC);
    if (fd >= 0)
        (void)!fchmod(fd, 0666 & ~mask);
    return fd;
}

static bool ends_in_pcapng(const char *path)
{
    size_t n = strlen(path);
    return n > 7 && !strcmp(path + n - 7, ".pcapng");
}

int pcap_writer_open(const char *path, bool force_ng, struct pcap_writer **out,
                     struct errmsg *why)
{
    struct stat st;
    struct pcap_writer *w = calloc(1, sizeof *w);
    if (!w || !(w->path = strdup(path))) {
        free(w);
        return errmsg_set(why, -ERR_NOMEM, "out of memory");
    }
    w->fd = -1;
    w->link = NO_LINK;
    w->ng = force_ng || ends_in_pcapng(path);
    if (!stat(path, &st) && S_ISDIR(st.st_mode)) {
        writer_free(w);
        return errmsg_set(why, -ERR_IO, "is a directory");
    }
    if ((w->fd = temporary_open(path, &w->temporary)) < 0) {
        int err = failed(why);
        writer_free(w);
        return err;
    }
    if (w->ng)
        pcapng_section(&w->buf);
    *out = w;
    return 0;
}

static void put_classic_header(struct strbuf *b, uint32_t link)
{
    uint32_t h[6] = {0xa1b23c4d, 2 | 4 << 16, 0, 0, 262144, link};
    strbuf_add(b, h, sizeof h);
}

static bool is_from(const struct pcap_origin *o, const struct frame *f)
{
    return o->link == f->link && o->file == f->file && o->interface == f->interface;
}

static uint32_t interface_of(struct pcap_writer *w, const struct frame *f)
{
    struct pcap_origin o = {f->link, f->file, f->interface};
    if (w->newest < w->origins.n && is_from(&w->origins.at[w->newest], f))
        return (uint32_t)w->newest;
    for (w->newest = 0; w->newest < w->origins.n; w->newest++)
        if (is_from(&w->origins.at[w->newest], f))
            return (uint32_t)w->newest;
    if (w->newest >= ORIGINS_MAX && f->file != NO_FILE) {
        struct frame any = *f;
        any.file = NO_FILE;
        any.interface = 0;
        return interface_of(w, &any);
    }
    bool named = w->name && f->file != NO_FILE;
    pcapng_interface(&w->buf, f->link,
                     named ? w->name(w->name_ctx, f->file, f->interface) : NULL);
    if (!vec_push(&w->origins, o))
        w->buf.failed = true;
    return (uint32_t)w->newest;
}

static void put_ng(struct pcap_writer *w, const struct frame *f)
{
    uint32_t index = interface_of(w, f);
    pcapng_packet(&w->buf, index, f, false);
}

static void put_classic(struct pcap_writer *w, const struct frame *f)
{
    int64_t seconds = f->time / 1000000000;
    struct pcap_record r = {(uint32_t)seconds,
                            (uint32_t)(f->time - seconds * 1000000000), f->caplen,
                            f->len};
    if (w->link == NO_LINK) {
        put_classic_header(&w->buf, f->link);
        w->link = f->link;
    }
    strbuf_add(&w->buf, &r, sizeof r);
    strbuf_add(&w->buf, f->data, f->caplen);
}

/* Reads n bytes of our own file. */
static bool read_back(FILE *from, void *out, size_t n)
{
    return fread(out, 1, n, from) == n;
}

/* What was written as classic pcap so far, written again as pcapng. */
static int rewrite(struct pcap_writer *w, FILE *from, struct errmsg *why)
{
    struct pcap_record r;
    struct strbuf data = {0};
    int err = fseek(from, 24, SEEK_SET) ? -ERR_IO : 0;
    while (!err && read_back(from, &r, sizeof r)) {
        data.n = 0;
        char *p = strbuf_room(&data, r.caplen + 1u);
        if (!p || !read_back(from, p, r.caplen))
            err = errmsg_set(why, -ERR_IO, "the temporary file cannot be read back");
        struct frame f = {.data = (const uint8_t *)p,
                          .caplen = r.caplen,
                          .len = r.len,
                          .time = (int64_t)r.seconds * 1000000000 + r.fraction,
                          .link = w->link,
                          .file = NO_FILE}; /* classic pcap does not say which */
        if (!err)
            put_ng(w, &f);
        if (!err && w->buf.n >= FLUSH_AT)
            err = flush(w, why);
    }
    strbuf_done(&data);
    return err;
}

/* A second link type: classic pcap has room for one only. */
static int convert(struct pcap_writer *w, struct errmsg *why)
{
    char *name = NULL, *old = w->temporary;
    int err = flush(w, why);
    int fd = err ? -1 : temporary_open(w->path, &name);
    FILE *from = fd >= 0 ? fopen(old, "rb") : NULL;
    if (!from) {
        err = err ? err : failed(why);
        if (fd >= 0) {
            close(fd);
            unlink(name);
        }
        free(name);
        return err;
    }
    close(w->fd);
    w->fd = fd;
    w->temporary = name;
    w->ng = true;
    w->written = 0;
    pcapng_section(&w->buf);
    err = rewrite(w, from, why);
    fclose(from);
    unlink(old);
    free(old);
    return err;
}

void pcap_writer_names(struct pcap_writer *w,
                       const char *(*name)(void *ctx, uint16_t file,
                                           uint16_t interface),
                       void *ctx)
{
    w->name = name;
    w->name_ctx = ctx;
}

int pcap_writer_add(struct pcap_writer *w, const struct frame *f, struct errmsg *why)
{
    int err = 0;
    if (f->link > UINT16_MAX)
        return errmsg_set(why, -ERR_UNSUPPORTED,
                          "link type %u has no number in capture files", f->link);
    if (!w->ng && w->link != NO_LINK && w->link != f->link)
        err = convert(w, why);
    if (err)
        return err;
    if (w->ng)
        put_ng(w, f);
    else
        put_classic(w, f);
    w->waiting++;
    return w->buf.n >= FLUSH_AT ? flush(w, why) : 0;
}

int pcap_writer_close(struct pcap_writer *w, struct errmsg *why)
{
    if (!w->ng && w->link == NO_LINK)
        put_classic_header(&w->buf, 1);
    int err = flush(w, why);
    if (!err && close(w->fd))
        err = failed(why);
    else if (err)
        close(w->fd);
    w->fd = -1;
    if (!err && rename(w->temporary, w->path))
        err = failed(why);
    if (err)
        unlink(w->temporary);
    writer_free(w);
    return err;
}
