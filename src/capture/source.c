#include "capture/source.h"

#include <stdlib.h>

int source_next(struct source *s, struct frame *out)
{
    return s->ops->next(s, out);
}

int source_next_some(struct source *s, struct frame *out, size_t max, size_t *n)
{
    int err = source_next(s, out);
    if (err)
        return err;
    *n = 1;
    while (*n < max && s->ops->ready && s->ops->ready(s) && !source_next(s, &out[*n]))
        ++*n;
    return 0;
}

int source_poll_fd(const struct source *s)
{
    return s->ops->poll_fd ? s->ops->poll_fd(s) : -1;
}

int source_read_at(struct source *s, uint64_t offset, void *buffer, size_t n)
{
    return s->ops->read_at ? s->ops->read_at(s, offset, buffer, n) : -ERR_GONE;
}

const char *source_interface(const struct source *s, uint16_t index)
{
    return s->ops->interface ? s->ops->interface(s, index) : "";
}

int source_filter(struct source *s, const char *bpf, struct errmsg *why)
{
    return s->ops->filter ? s->ops->filter(s, bpf, why)
                          : errmsg_set(why, -ERR_UNSUPPORTED, "no live capture");
}

void source_update(struct source *s)
{
    if (s->ops->update)
        s->ops->update(s);
}

void source_stop(struct source *s)
{
    if (s->ops->stop)
        s->ops->stop(s);
}

void source_free(struct source *s)
{
    if (s)
        s->ops->free(s);
}
