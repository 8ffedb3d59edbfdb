#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>

bool vec_grow(void **at, size_t *cap, size_t n, size_t more, size_t size)
{
    size_t want = *cap ? *cap : 8;
    if (more > SIZE_MAX - n || n + more > SIZE_MAX / 2 / size)
        return false;
    while (want < n + more)
        want += want / 2 + 8;
    void *p = realloc(*at, want * size);
    if (!p)
        return false;
    *at = p;
    *cap = want;
    return true;
}

void vec_free(void **at, size_t *n, size_t *cap)
{
    free(*at);
    *at = NULL;
    *n = *cap = 0;
}
