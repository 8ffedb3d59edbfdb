#include "model/party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void same(const char *got, const char *want)
{
    if (want)
        assert_string_equal(got, want);
    else
        assert_null(got);
}

static void parts(void **state)
{
    static const struct {
        const char *value, *uri, *user, *host, *display;
    } rows[] = {
        {"\"Alice A\" <sip:alice@example.com>;tag=1", "sip:alice@example.com", "alice",
         "example.com", "Alice A"},
        {"<sip:alice@example.com:5070;user=phone>",
         "sip:alice@example.com:5070;user=phone", "alice", "example.com:5070", NULL},
        {"sip:example.com", "sip:example.com", NULL, "example.com", NULL},
        {"<tel:+12025550123>", "tel:+12025550123", "+12025550123", NULL, NULL},
        {"<sip:alice:pw@example.com>", "sip:alice@example.com", "alice", "example.com",
         NULL},
        {"<sip:[2001:db8::1]:5060>", "sip:[2001:db8::1]:5060", NULL,
         "[2001:db8::1]:5060", NULL},
        {"nothing", NULL, NULL, NULL, NULL},
        {"", NULL, NULL, NULL, NULL},
    };
    struct mem_pool pool;
    struct arena arena;
    mem_pool_init(&pool);
    arena_init(&arena, &pool);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct party p = party_of(&arena, slice_str(rows[i].value));
        same(p.uri, rows[i].uri);
        same(p.user, rows[i].user);
        same(p.host, rows[i].host);
        same(p.display, rows[i].display);
    }
    mem_pool_done(&pool);
}

/* A NUL ends the text that is kept; the host is no part of it then. */
static void nul_inside(void **state)
{
    static const char VALUE[] = "<sip:a\0b@a-long-name.example.com>";
    struct mem_pool pool;
    struct arena arena;
    mem_pool_init(&pool);
    arena_init(&arena, &pool);
    struct party p = party_of(&arena, slice_of(VALUE, sizeof VALUE - 1));
    same(p.uri, "sip:a");
    same(p.host, "a-long-name.example.com");
    mem_pool_done(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts),
        cmocka_unit_test(nul_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
