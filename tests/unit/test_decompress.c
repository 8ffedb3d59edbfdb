#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture/decompress.h"
#include "capture/source.h"
#include "capture_build.h"

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LZ4
#include <lz4frame.h>
#endif

/* Compresses into out (n bytes of room); returns the length, or 0: not built in. */
typedef size_t pack_function(void *out, size_t room, const void *in, size_t n);

static size_t pack_gzip(void *out, size_t room, const void *in, size_t n)
{
#ifdef HAVE_ZLIB
    z_stream z = {0};
    deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (Bytef *)(uintptr_t)in;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
#else
    return 0;
#endif
}

static size_t pack_zstd(void *out, size_t room, const void *in, size_t n)
{
#ifdef HAVE_ZSTD
    return ZSTD_compress(out, room, in, n, 3);
#else
    return 0;
#endif
}

static size_t pack_lz4(void *out, size_t room, const void *in, size_t n)
{
#ifdef HAVE_LZ4
    return LZ4F_compressFrame(out, room, in, n, NULL);
#else
    return 0;
#endif
}

static const struct {
    const char *name;
    pack_function *pack;
} KINDS[] = {{"gzip", pack_gzip}, {"zstd", pack_zstd}, {"lz4", pack_lz4}};

enum { FRAMES = 600, ROOM = 2 << 20 };

static void capture(struct build *f)
{
    pcap_file(f, 0xa1b2c3d4, 65535, 1);
    for (uint32_t i = 0; i < FRAMES; i++)
        pcap_record(f, i, 0, 1000 + i % 7, 1000 + i % 7, (char)i);
}

/* Frames that come out, and what source_next said then. whole: all must be right. */
static int read_all(const void *bytes, size_t n, bool whole, unsigned *frames)
{
    static struct ledger ledger;
    char path[64];
    struct errmsg why = {""};
    struct source *s;
    struct frame f;
    ledger_init(&ledger);
    temp_file(path, bytes, n);
    *frames = 0;
    int err = source_file_open(path, 0, NULL, &ledger, &s, &why);
    unlink(path);
    if (err)
        return err;
    assert_false(s->state.seekable);
    while (!(err = source_next(s, &f))) {
        uint32_t i = (*frames)++ % FRAMES;
        if (!whole)
            continue;
        assert_int_equal(f.caplen, 1000 + i % 7);
        assert_int_equal(f.data[f.caplen - 1], (uint8_t)i);
        assert_true(f.offset == FRAME_NOWHERE);
    }
    assert_int_equal(s->state.bytes_read <= n, 1);
    assert_true(s->failed || err == -ERR_END);
    assert_int_equal(s->error.text[0] != 0, s->failed);
    source_free(s);
    return err;
}

static void each_kind(void **state)
{
    (void)state;
    struct build f = {.swap = false};
    uint8_t *packed = malloc(ROOM);
    unsigned got;
    capture(&f);
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        const char *name = "";
        size_t n = KINDS[i].pack(packed, ROOM, f.b.p, f.b.n);
        if (!n) {
            print_message("%s is not built in\n", KINDS[i].name);
            continue;
        }
        assert_int_equal(decompress_detect(packed, &name), DECOMPRESS_GZIP + i);
        assert_string_equal(name, KINDS[i].name);
        assert_int_equal(read_all(packed, n, true, &got), -ERR_END);
        assert_int_equal(got, FRAMES);
        /* A second member behind the first: more records. */
        size_t more = KINDS[i].pack(packed + n, ROOM - n, f.b.p + 24, f.b.n - 24);
        assert_int_equal(read_all(packed, n + more, true, &got), -ERR_END);
        assert_int_equal(got, 2 * FRAMES);
        /* Cut anywhere in the second: all of the first comes out. */
        for (size_t cut = n + 1; cut < n + more; cut += more / 20 + 1) {
            int err = read_all(packed, cut, true, &got);
            assert_true(err == -ERR_CUT || err == -ERR_FORMAT);
            assert_true(got >= FRAMES - 1);
        }
        for (size_t cut = 1; cut < n; cut += n / 20 + 1)
            assert_true(read_all(packed, cut, true, &got) < 0);
        /* Damaged: not every format has a checksum, so anything but a crash will do. */
        memset(packed + n / 2, 0xa5, 16);
        read_all(packed, n, false, &got);
    }
    /* gzip may be padded with zeros. */
    size_t n = pack_gzip(packed, ROOM, f.b.p, f.b.n);
    if (n) {
        memset(packed + n, 0, 1000);
        assert_int_equal(read_all(packed, n + 1000, true, &got), -ERR_END);
        assert_int_equal(got, FRAMES);
    }
    free(packed);
    strbuf_done(&f.b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_kind)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
