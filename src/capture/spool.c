#include "capture/spool.h"

#include "base/io.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "capture/pcapng_writer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FLUSH_AT = 256 << 10, STRETCH = 256 << 10 };

/* What an interface block of a half stands for. */
struct spool_interface {
    uint32_t link;
    uint16_t file, interface;
};

/* Frames that stand one behind the other, and when they were captured. */
struct stretch {
    uint64_t at; /* in the half's file */
    int64_t from, to;
};

/* Half of the spool: one pcapng file. Offsets of the spool go on for ever; a half holds
 * those from `base` on. */
struct half {
    int fd; /* -1: not made yet */
    uint64_t base, used;
    VEC(struct spool_interface) interfaces;
    VEC(struct stretch) stretches;
};

struct spool {
    char *dir;
    uint64_t half_size;
    struct ledger *ledger;
    struct half half[2];
    int current;
    unsigned halves; /* begun so far */
    bool begun;
    struct strbuf buf; /* what comes after half[current].used and is not written yet */
};

int spool_new(const char *dir, uint64_t size, struct ledger *ledger, struct spool **out)
{
    struct spool *s = calloc(1, sizeof *s);
    const char *tmp = getenv("TMPDIR");
    if (!dir)
        dir = tmp && *tmp ? tmp : "/var/tmp";
    if (!s || !(s->dir = strdup(dir))) {
        free(s);
        return -ERR_NOMEM;
    }
    s->half_size = size / 2;
    s->ledger = ledger;
    s->half[0].fd = s->half[1].fd = -1;
    *out = s;
    return 0;
}

void spool_free(struct spool *s)
{
    if (!s)
        return;
    for (int i = 0; i < 2; i++) {
        if (s->half[i].fd >= 0)
            close(s->half[i].fd);
        vec_done(&s->half[i].interfaces);
        vec_done(&s->half[i].stretches);
    }
    strbuf_done(&s->buf);
    free(s->dir);
    free(s);
}

/* A file without a name, also where the file system knows no O_TMPFILE. */
static int nameless(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    struct strbuf b = {0};
    strbuf_printf(&b, "%s/sipglass-XXXXXX", dir);
    char *name = strdup(strbuf_cstr(&b));
    strbuf_done(&b);
    if (name && (fd = mkostemp(name, O_CLOEXEC)) >= 0)
        unlink(name);
    free(name);
    return fd;
}

/* Goes over to the other half, whose text is given up. */
static int turn(struct spool *s)
{
    uint64_t next =
        s->begun ? s->half[s->current].base + s->half[s->current].used + s->buf.n : 0;
    int other = s->begun ? !s->current : 0;
    struct half *h = &s->half[other];
    s->buf.n = 0;
    if (h->fd < 0 && (h->fd = nameless(s->dir)) < 0)
        return -ERR_IO;
    if (h->used) {
        ledger_count(s->ledger, LEDGER_SPOOL_LIMIT, 0, h->used, 0, 0);
        if (ftruncate(h->fd, 0))
            return -ERR_IO;
    }
    h->base = next;
    h->used = 0;
    h->interfaces.n = h->stretches.n = 0;
    s->current = other;
    s->halves++;
    s->begun = true;
    pcapng_section(&s->buf);
    return 0;
}

/* Writes the buffer out. What cannot be written is lost, and its spans with it: the
 * other half is begun, which also gives its space back. */
static int flush(struct spool *s)
{
    struct half *h = &s->half[s->current];
    if (!s->buf.failed && !io_write_at(h->fd, s->buf.p, s->buf.n, h->used)) {
        h->used += s->buf.n;
        s->buf.n = 0;
        return 0;
    }
    ledger_count(s->ledger, LEDGER_SPOOL_FAILED, 0, s->buf.n, 0, 0);
    s->buf.failed = false;
    (void)turn(s);
    return -ERR_IO;
}

/* Makes sure that n bytes may be added to the current half. */
static int prepare(struct spool *s, size_t n)
{
    int err = 0;
    if (s->begun && s->buf.n >= FLUSH_AT)
        err = flush(s);
    uint64_t used = s->half[s->current].used + s->buf.n;
    if (!err && s->begun && used + n > s->half_size && used > 64)
        err = flush(s) ? -ERR_IO : turn(s);
    if (!err && !s->begun)
        err = turn(s);
    if (err)
        ledger_count(s->ledger, LEDGER_SPOOL_FAILED, 0, n, 0, 0);
    return err;
}

/* A block stands at the end of the buffer since `start`; its data lies `at` bytes into
 * it. */
static int placed(struct spool *s, size_t start, size_t at, uint32_t n,
                  struct span *out)
{
    const struct half *h = &s->half[s->current];
    if (s->buf.failed) {
        s->buf.failed = false;
        s->buf.n = start;
        ledger_count(s->ledger, LEDGER_SPOOL_FAILED, 0, n, 0, 0);
        return -ERR_NOMEM;
    }
    *out = (struct span){
        .offset = h->base + h->used + start + at, .length = n, .file = SPAN_SPOOL};
    return 0;
}

int spool_put(struct spool *s, const void *bytes, size_t n, struct span *out)
{
    *out = (struct span){.length = (uint32_t)n, .file = SPAN_NONE};
    int err = n > UINT32_MAX / 2 ? -ERR_LIMIT : prepare(s, n + 16);
    if (err)
        return err;
    size_t start = s->buf.n;
    size_t at = pcapng_text(&s->buf, bytes, n);
    return placed(s, start, at, (uint32_t)n, out);
}

static uint32_t interface_of(struct spool *s, const struct frame *f)
{
    struct half *h = &s->half[s->current];
    struct spool_interface want = {f->link, f->file, f->interface};
    for (size_t i = h->interfaces.n; i; i--) {
        const struct spool_interface *k = &h->interfaces.at[i - 1];
        if (k->link == want.link && k->file == want.file &&
            k->interface == want.interface)
            return (uint32_t)(i - 1);
    }
    pcapng_interface(&s->buf, f->link, NULL);
    if (!vec_push(&h->interfaces, want))
        s->buf.failed = true;
    return (uint32_t)h->interfaces.n - 1;
}

/* A frame was put at `at`: its time belongs to the newest stretch, or begins one. */
static void note_time(struct half *h, uint64_t at, int64_t time)
{
    struct stretch *last = h->stretches.n ? &h->stretches.at[h->stretches.n - 1] : NULL;
    struct stretch next = {at, time, time};
    /* Without memory the last one goes on: it is read with what follows. */
    if ((!last || at - last->at >= STRETCH) && vec_push(&h->stretches, next))
        return;
    if (!last)
        return;
    if (time < last->from)
        last->from = time;
    if (time > last->to)
        last->to = time;
}

int spool_put_frame(struct spool *s, const struct frame *f, struct span *out)
{
    *out = (struct span){.length = f->caplen, .file = SPAN_NONE};
    int err = prepare(s, f->caplen + 128);
    if (err)
        return err;
    size_t before = s->buf.n;
    uint32_t index = interface_of(s, f);
    size_t start = s->buf.n;
    size_t at = pcapng_packet(&s->buf, index, f, true);
    err = placed(s, start, at, f->caplen, out);
    if (err)
        s->buf.n = before;
    else
        note_time(&s->half[s->current], s->half[s->current].used + start, f->time);
    return err;
}

int spool_get(struct spool *s, struct span span, uint8_t *buffer)
{
    for (int i = 0; i < 2 && s->begun; i++) {
        const struct half *h = &s->half[i];
        if (h->fd < 0 || span.offset < h->base)
            continue;
        uint64_t at = span.offset - h->base;
        if (at + span.length <= h->used)
            return io_read_at(h->fd, buffer, span.length, at);
        if (i == s->current && at >= h->used &&
            at + span.length <= h->used + s->buf.n) {
            memcpy(buffer, s->buf.p + (at - h->used), span.length);
            return 0;
        }
    }
    return -ERR_GONE;
}

struct spool_block {
    uint32_t type, size;
};

/* The frame of an EPB that pcapng_packet wrote; false for anything else. */
static bool frame_of(const struct half *h, const uint8_t *block, size_t size,
                     struct frame *out)
{
    uint32_t head[5];
    if (size < PCAPNG_EPB_HEAD + 20)
        return false;
    memcpy(head, block + 8, sizeof head);
    size_t after = PCAPNG_EPB_HEAD + (((size_t)head[3] + 3) & ~(size_t)3);
    if (head[0] >= h->interfaces.n || after + 20 != size)
        return false;
    const struct spool_interface *k = &h->interfaces.at[head[0]];
    *out = (struct frame){.data = block + PCAPNG_EPB_HEAD,
                          .caplen = head[3],
                          .len = head[4],
                          .time = (int64_t)((uint64_t)head[1] << 32 | head[2]),
                          .link = k->link,
                          .file = k->file,
                          .interface = k->interface,
                          .offset = FRAME_NOWHERE};
    memcpy(&out->number, block + after + 4, sizeof out->number);
    return true;
}

/* The frames between two offsets of a half, at the starts of blocks. */
static int each_between(const struct half *h, uint64_t at, uint64_t end,
                        int (*each)(void *, const struct frame *), void *ctx)
{
    struct strbuf b = {0};
    struct spool_block head;
    struct frame f;
    int err = 0;
    for (; !err && at + sizeof head <= end; at += head.size) {
        if ((err = io_read_at(h->fd, (uint8_t *)&head, sizeof head, at)))
            break;
        if (head.size < 12 || head.size > end - at)
            break; /* not what we wrote: the disk's fault */
        if (head.type != PCAPNG_EPB)
            continue;
        b.n = 0;
        char *room = strbuf_room(&b, head.size);
        err = room ? io_read_at(h->fd, (uint8_t *)room, head.size, at) : -ERR_NOMEM;
        if (!err && frame_of(h, (const uint8_t *)room, head.size, &f))
            err = each(ctx, &f);
    }
    strbuf_done(&b);
    return err;
}

static int some_of(const struct half *h, bool (*wants)(void *, int64_t, int64_t),
                   int (*each)(void *, const struct frame *), void *ctx)
{
    int err = 0;
    for (size_t i = 0; i < h->stretches.n && !err; i++) {
        const struct stretch *k = &h->stretches.at[i];
        uint64_t end = i + 1 < h->stretches.n ? k[1].at : h->used;
        if (wants(ctx, k->from, k->to))
            err = each_between(h, k->at, end, each, ctx);
    }
    return err;
}

int spool_each(struct spool *s, int (*each)(void *ctx, const struct frame *frame),
               void *ctx)
{
    int err = s->begun ? flush(s) : 0;
    const struct half *older = &s->half[!s->current], *h = &s->half[s->current];
    if (!err && s->begun && older->fd >= 0 && older->used)
        err = each_between(older, 0, older->used, each, ctx);
    if (!err && s->begun)
        err = each_between(h, 0, h->used, each, ctx);
    return err;
}

int spool_some(struct spool *s, bool (*wants)(void *ctx, int64_t from, int64_t to),
               int (*each)(void *ctx, const struct frame *frame), void *ctx)
{
    int err = s->begun ? flush(s) : 0;
    const struct half *older = &s->half[!s->current];
    if (!err && s->begun && older->fd >= 0 && older->used)
        err = some_of(older, wants, each, ctx);
    if (!err && s->begun)
        err = some_of(&s->half[s->current], wants, each, ctx);
    return err;
}

unsigned spool_percent(const struct spool *s)
{
    uint64_t used = s->half[s->current].used + s->buf.n;
    return s->half_size ? (unsigned)(used * 100 / s->half_size) : 0;
}

unsigned spool_halves(const struct spool *s)
{
    return s->halves;
}

uint64_t spool_used(const struct spool *s)
{
    return s->half[0].used + s->half[1].used + s->buf.n;
}
