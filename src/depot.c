#include "depot.h"

#include "archive.h"
#include "options.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A capture is known again by its size and these bytes of both ends. */
enum { HEAD = 1 << 20, TAIL = 1 << 16 };

static uint64_t mix(uint64_t hash, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t mix_part(uint64_t hash, int fd, off_t from, off_t to)
{
    uint8_t buffer[16384];
    while (from < to) {
        size_t left = (size_t)(to - from);
        ssize_t n =
            pread(fd, buffer, left < sizeof buffer ? left : sizeof buffer, from);
        if (n <= 0)
            break;
        hash = mix(hash, buffer, (size_t)n);
        from += n;
    }
    return hash;
}

/* Returns false for what cannot come twice: pipes, interfaces. */
static bool digest_of(const char *path, uint64_t *size, char out[40])
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool plain = fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size;
    if (plain) {
        off_t head = st.st_size < HEAD ? st.st_size : HEAD;
        off_t tail = st.st_size - head < TAIL ? head : st.st_size - TAIL;
        uint64_t a = mix_part(0xcbf29ce484222325u, fd, 0, head);
        uint64_t b = mix_part(0x84222325cbf29ce4u, fd, tail, st.st_size);
        *size = (uint64_t)st.st_size;
        struct strbuf text = {0};
        strbuf_printf(&text, "%016llx%016llx", (unsigned long long)a,
                      (unsigned long long)b);
        plain = text.n < 40;
        if (plain)
            memcpy(out, strbuf_cstr(&text), text.n + 1);
        strbuf_done(&text);
    }
    if (fd >= 0)
        close(fd);
    return plain;
}

static void add_sources(struct trace *t, void (*report)(const char *line))
{
    char digest[40];
    struct errmsg line;
    for (size_t i = 0; i < source_merge_count(t->sources); i++) {
        const struct source *s = source_merge_at(t->sources, i);
        struct store_capture c = {.file = (uint16_t)i, .name = s->name};
        if (!s->state.live && !s->state.pipe && !t->options->follow &&
            digest_of(s->name, &c.size, digest))
            c.digest = digest;
        if (!store_capture(t->store, &c))
            continue;
        errmsg_set(&line, 0, "%.200s: is in %.200s already and not stored again",
                   s->name, t->options->db);
        report(line.text);
    }
}

void depot_open(struct trace *t, void (*report)(const char *line))
{
    const struct options *o = t->options;
    struct errmsg why = {""}, line;
    if (!o->db)
        return;
    struct store_options so = {.path = o->db,
                               .no_text = o->no_text || o->redact,
                               .wait = !t->live,
                               .max_age = (int64_t)o->db_age,
                               .max_size = o->db_size,
                               .ledger = &t->ledger};
    int err = store_new(&t->view, &so, &t->store, &why);
    if (!err) {
        add_sources(t, report);
        if ((err = store_start(t->store)))
            errmsg_set(&why, err, "%s", err_text(err));
    }
    if (err) {
        store_free(t->store);
        t->store = NULL;
        t->failed = true;
        errmsg_set(&line, 0, "%.200s: nothing is stored: %.250s", o->db, why.text);
        report(line.text);
        return;
    }
}

void depot_close(struct trace *t, bool whole)
{
    struct errmsg line;
    const char *why;
    if (!t->store)
        return;
    store_end(t->store, whole);
    if ((why = store_error(t->store))) {
        t->failed = true;
        errmsg_set(&line, 0, "%.200s: not all is stored: %.250s", t->options->db, why);
        trace_say(t, line.text);
    }
    store_free(t->store);
    t->store = NULL;
}
