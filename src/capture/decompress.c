#include "capture/decompress.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LZ4
#include <lz4frame.h>
#endif

struct decompress {
    enum decompress_kind kind;
    bool inside; /* a member */
    bool over;   /* what follows the last member is padding */
#ifdef HAVE_ZLIB
    z_stream zlib;
#endif
#ifdef HAVE_ZSTD
    ZSTD_DStream *zstd;
#endif
#ifdef HAVE_LZ4
    LZ4F_dctx *lz4;
#endif
};

enum decompress_kind decompress_detect(const uint8_t magic[4], const char **name)
{
    static const struct {
        uint8_t magic[4];
        unsigned n;
        enum decompress_kind kind;
        const char *name;
    } KINDS[] = {
        {{0x1f, 0x8b, 0x08}, 3, DECOMPRESS_GZIP, "gzip"},
        {{0x28, 0xb5, 0x2f, 0xfd}, 4, DECOMPRESS_ZSTD, "zstd"},
        {{0x04, 0x22, 0x4d, 0x18}, 4, DECOMPRESS_LZ4, "lz4"},
    };
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (!memcmp(magic, KINDS[i].magic, KINDS[i].n)) {
            *name = KINDS[i].name;
            return KINDS[i].kind;
        }
    return DECOMPRESS_NONE;
}

static int start(struct decompress *d)
{
    switch (d->kind) {
#ifdef HAVE_ZLIB
    case DECOMPRESS_GZIP:
        return inflateInit2(&d->zlib, 15 + 16) == Z_OK ? 0 : -ERR_NOMEM;
#endif
#ifdef HAVE_ZSTD
    case DECOMPRESS_ZSTD: return (d->zstd = ZSTD_createDStream()) ? 0 : -ERR_NOMEM;
#endif
#ifdef HAVE_LZ4
    case DECOMPRESS_LZ4:
        return LZ4F_isError(LZ4F_createDecompressionContext(&d->lz4, LZ4F_VERSION))
                   ? -ERR_NOMEM
                   : 0;
#endif
    default: return -ERR_UNSUPPORTED;
    }
}

int decompress_new(enum decompress_kind kind, struct decompress **out)
{
    struct decompress *d = calloc(1, sizeof *d);
    if (!d)
        return -ERR_NOMEM;
    d->kind = kind;
    int err = start(d);
    if (err)
        free(d);
    else
        *out = d;
    return err;
}

void decompress_free(struct decompress *d)
{
    if (!d)
        return;
#ifdef HAVE_ZLIB
    if (d->kind == DECOMPRESS_GZIP)
        inflateEnd(&d->zlib);
#endif
#ifdef HAVE_ZSTD
    if (d->kind == DECOMPRESS_ZSTD)
        ZSTD_freeDStream(d->zstd);
#endif
#ifdef HAVE_LZ4
    if (d->kind == DECOMPRESS_LZ4)
        LZ4F_freeDecompressionContext(d->lz4);
#endif
    free(d);
}

#ifdef HAVE_ZLIB
/* gzip allows zeros after the last member; gzip(1) ignores other bytes there too. */
static int run_gzip(struct decompress *d, const uint8_t *in, size_t *in_n, uint8_t *out,
                    size_t *out_n)
{
    size_t in_given = *in_n, out_given = *out_n;
    if (!d->inside && d->zlib.total_in) {
        if (in_given && in[0] != 0x1f) {
            d->over = true;
            *out_n = 0;
            return 0;
        }
        if (in_given)
            inflateReset(&d->zlib);
    }
    d->zlib.next_in = (uint8_t *)(uintptr_t)in;
    d->zlib.avail_in = (uInt)in_given;
    d->zlib.next_out = out;
    d->zlib.avail_out = (uInt)out_given;
    int r = in_given || d->inside ? inflate(&d->zlib, Z_NO_FLUSH) : Z_BUF_ERROR;
    *in_n = in_given - d->zlib.avail_in;
    *out_n = out_given - d->zlib.avail_out;
    if (r == Z_STREAM_END)
        d->inside = false;
    else if (*in_n)
        d->inside = true;
    return r == Z_OK || r == Z_STREAM_END || r == Z_BUF_ERROR ? 0 : -ERR_FORMAT;
}
#endif

#ifdef HAVE_ZSTD
static int run_zstd(struct decompress *d, const uint8_t *in, size_t *in_n, uint8_t *out,
                    size_t *out_n)
{
    ZSTD_inBuffer from = {in, *in_n, 0};
    ZSTD_outBuffer to = {out, *out_n, 0};
    size_t r = ZSTD_decompressStream(d->zstd, &to, &from);
    *in_n = from.pos;
    *out_n = to.pos;
    if (ZSTD_isError(r))
        return -ERR_FORMAT;
    if (from.pos || to.pos)
        d->inside = r != 0;
    return 0;
}
#endif

#ifdef HAVE_LZ4
static int run_lz4(struct decompress *d, const uint8_t *in, size_t *in_n, uint8_t *out,
                   size_t *out_n)
{
    size_t r = LZ4F_decompress(d->lz4, out, out_n, in, in_n, NULL);
    if (LZ4F_isError(r)) {
        *in_n = *out_n = 0;
        return -ERR_FORMAT;
    }
    if (*in_n || *out_n)
        d->inside = r != 0;
    return 0;
}
#endif

int decompress_run(struct decompress *d, const uint8_t *in, size_t *in_n, uint8_t *out,
                   size_t *out_n)
{
    if (d->over) {
        *out_n = 0;
        return 0;
    }
    switch (d->kind) {
#ifdef HAVE_ZLIB
    case DECOMPRESS_GZIP: return run_gzip(d, in, in_n, out, out_n);
#endif
#ifdef HAVE_ZSTD
    case DECOMPRESS_ZSTD: return run_zstd(d, in, in_n, out, out_n);
#endif
#ifdef HAVE_LZ4
    case DECOMPRESS_LZ4: return run_lz4(d, in, in_n, out, out_n);
#endif
    default: *in_n = *out_n = 0; return -ERR_UNSUPPORTED;
    }
}

bool decompress_inside(const struct decompress *d)
{
    return d->inside;
}
