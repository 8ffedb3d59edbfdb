#include "model/related.h"

#include <stdlib.h>

struct related {
    size_t n;
};

struct related *related_new(void)
{
    return calloc(1, sizeof(struct related));
}

void related_free(struct related *r)
{
    free(r);
}

void related_feed(struct related *r, struct calls *calls, struct call *call,
                  struct msg *m, const struct arrival *a)
{
}

void related_join(struct related *r, struct calls *calls, struct call *a,
                  struct call *b, const char *reason, unsigned confidence)
{
}

void related_drop(struct related *r, struct call *call)
{
}

void related_clear(struct related *r)
{
}

size_t related_memory(const struct related *r)
{
    return sizeof *r;
}
