#include "out/writer.h"
#include "base/err.h"

#include <errno.h>
#include <unistd.h>

enum { ENOUGH = 256 << 10 };

void writer_init(struct writer *w, int fd)
{
    *w = (struct writer){.fd = fd};
}

static int put(struct writer *w)
{
    size_t at = 0;
    while (at < w->buf.n) {
        ssize_t n = write(w->fd, w->buf.p + at, w->buf.n - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EPIPE ? -ERR_END : -ERR_IO;
        at += (size_t)n;
        w->written += (size_t)n;
    }
    return 0;
}

int writer_flush(struct writer *w)
{
    if (w->fd < 0 && !w->buf.failed)
        return 0;
    if (!w->err)
        w->err = put(w);
    if (!w->err && w->buf.failed)
        w->err = -ERR_NOMEM;
    w->buf.n = 0;
    return w->err;
}

int writer_check(struct writer *w)
{
    if (w->buf.n < ENOUGH && !w->buf.failed && !w->err)
        return 0;
    return writer_flush(w);
}

int writer_done(struct writer *w)
{
    int err = writer_flush(w);
    strbuf_done(&w->buf);
    return err;
}
