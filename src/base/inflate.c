#include "base/inflate.h"

#include "base/err.h"

#include <stdlib.h>
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

#ifdef HAVE_ZLIB

/* First room for what comes out; it grows as the bytes call for it, never on their
 * word. */
enum { ROOM = 8192 };

/* With the header that `bits` stands for (zlib.h, inflateInit2). */
static int inflate_as(int bits, const void *bytes, size_t n, size_t limit,
                      uint8_t **out, size_t *size)
{
    z_stream z = {.next_in = (void *)(uintptr_t)bytes, .avail_in = (uInt)n};
    size_t cap = ROOM < limit ? ROOM : limit;
    uint8_t *block = malloc(cap);
    int got = Z_OK, err = 0;
    if (!block || inflateInit2(&z, bits) != Z_OK) {
        free(block);
        return -ERR_NOMEM;
    }
    while (got == Z_OK && !err) {
        z.next_out = block + z.total_out;
        z.avail_out = (uInt)(cap - z.total_out);
        got = inflate(&z, Z_NO_FLUSH);
        if (got != Z_OK || z.avail_out)
            continue;
        size_t more = cap < limit / 2 ? 2 * cap : limit;
        uint8_t *p = cap < limit ? realloc(block, more) : NULL;
        err = p ? 0 : cap < limit ? -ERR_NOMEM : -ERR_LIMIT;
        block = p ? p : block;
        cap = more;
    }
    *size = z.total_out;
    inflateEnd(&z);
    if (!err && got != Z_STREAM_END)
        err = -ERR_FORMAT;
    if (err)
        free(block);
    else
        *out = block;
    return err;
}

int inflate_block(const void *bytes, size_t n, size_t limit, uint8_t **out,
                  size_t *size)
{
    if (n > UINT32_MAX / 2 || limit > UINT32_MAX / 2)
        return -ERR_LIMIT;
    int err = inflate_as(15 + 32, bytes, n, limit, out, size);
    return err == -ERR_FORMAT ? inflate_as(-15, bytes, n, limit, out, size) : err;
}

#else

int inflate_block(const void *bytes, size_t n, size_t limit, uint8_t **out,
                  size_t *size)
{
    (void)bytes, (void)n, (void)limit, (void)out, (void)size;
    return -ERR_UNSUPPORTED;
}

#endif
