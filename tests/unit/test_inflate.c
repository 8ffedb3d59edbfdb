#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/inflate.h"

#include <stdlib.h>
#include <string.h>

/* "OPTIONS" as python3's zlib and gzip modules write it. */
static const char ZLIB[] =
    "\x78\x9c\xf3\x0f\x08\xf1\xf4\xf7\x0b\x06\x00\x08\xb4\x02\x2d";
static const char GZIP[] = "\x1f\x8b\x08\0\0\0\0\0\x02\x03\xf3\x0f\x08\xf1\xf4\xf7\x0b"
                           "\x06\x00\x9d\x04\x70\xef\x07\0\0\0";
static const char BARE[] = "\xf3\x0f\x08\xf1\xf4\xf7\x0b\x06\x00";
/* 1000 times "a". */
static const char LONG[] =
    "\x78\x9c\x4b\x4c\x1c\x05\xa3\x60\x14\x0c\x77\x00\x00\xf9\xd8\x7a\xf8";

static const struct {
    const char *bytes;
    size_t n, limit;
    int err;
    size_t size;
} ROWS[] = {
    {ZLIB, sizeof ZLIB - 1, 7, 0, 7},
    {GZIP, sizeof GZIP - 1, 100, 0, 7},
    {BARE, sizeof BARE - 1, 100, 0, 7},
    {ZLIB, sizeof ZLIB - 1, 6, -ERR_LIMIT, 0},
    {ZLIB, sizeof ZLIB - 2, 100, -ERR_FORMAT, 0},
    {LONG, sizeof LONG - 1, 1000, 0, 1000},
    {LONG, sizeof LONG - 1, 999, -ERR_LIMIT, 0},
    {"INVITE", 6, 100, -ERR_FORMAT, 0},
    {"", 0, 100, -ERR_FORMAT, 0},
};

static void inflates(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        uint8_t *out = NULL;
        size_t n = 0;
        int err = inflate_block(ROWS[i].bytes, ROWS[i].n, ROWS[i].limit, &out, &n);
        if (err == -ERR_UNSUPPORTED)
            skip();
        assert_int_equal(err, ROWS[i].err);
        if (err)
            continue;
        assert_int_equal(n, ROWS[i].size);
        if (n == 7)
            assert_memory_equal(out, "OPTIONS", 7);
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(inflates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
