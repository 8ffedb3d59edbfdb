#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static const struct {
    const char *text, *host; /* NULL: refused */
    uint16_t port;
    bool tcp;
} ROWS[] = {
    {"udp:192.0.2.1:9060", "192.0.2.1", 9060, false},
    {"tcp:192.0.2.1:9060", "192.0.2.1", 9060, true},
    {"192.0.2.1:1", "192.0.2.1", 1, false},
    {"tcp:[2001:db8::1]:65535", "2001:db8::1", 65535, true},
    {"udp:9060", "127.0.0.1", 9060, false},
    {"tcp::9060", "127.0.0.1", 9060, true},
    {"9100", "127.0.0.1", 9100, false},
    {"collector.example.com:9060", "collector.example.com", 9060, false},
    {"udp:2001:db8::1:9060", NULL, 0, false},
    {"udp:192.0.2.1", NULL, 0, false},
    {"udp:192.0.2.1:0", NULL, 0, false},
    {"udp:192.0.2.1:65536", NULL, 0, false},
    {"udp:192.0.2.1:-1", NULL, 0, false},
    {"udp:192.0.2.1: 1", NULL, 0, false},
    {"udp:192.0.2.1:90x", NULL, 0, false},
    {"udp:[]:9060", NULL, 0, false},
    {"udp:[2001:db8::1:9060", NULL, 0, false},
    {"tls:192.0.2.1:9060", NULL, 0, false},
    {"", NULL, 0, false},
};

static void reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct endpoint e = {0};
        struct errmsg why = {""};
        int err = endpoint_parse(ROWS[i].text, &e, &why);
        assert_int_equal(err, ROWS[i].host ? 0 : -ERR_USAGE);
        assert_int_equal(!!why.text[0], !ROWS[i].host);
        if (err)
            continue;
        assert_string_equal(e.host, ROWS[i].host);
        assert_int_equal(e.port, ROWS[i].port);
        assert_int_equal(e.tcp, ROWS[i].tcp);
    }
}

static void resolves(void **state)
{
    (void)state;
    struct endpoint e;
    struct errmsg why;
    struct sockaddr_storage a;
    socklen_t n;
    assert_int_equal(endpoint_parse("udp:192.0.2.1:9060", &e, &why), 0);
    assert_int_equal(endpoint_resolve(&e, true, &a, &n, &why), 0);
    assert_int_equal(n, sizeof(struct sockaddr_in));
    const struct sockaddr_in *four = (const struct sockaddr_in *)&a;
    assert_int_equal(ntohs(four->sin_port), 9060);
    assert_int_equal(ntohl(four->sin_addr.s_addr), 0xc0000201);
    assert_int_equal(endpoint_parse("udp:[::1]:9060", &e, &why), 0);
    assert_int_equal(endpoint_resolve(&e, true, &a, &n, &why), 0);
    assert_int_equal(n, sizeof(struct sockaddr_in6));
    assert_int_equal(endpoint_parse("udp:a.example.com:9060", &e, &why), 0);
    assert_int_equal(endpoint_resolve(&e, true, &a, &n, &why), -ERR_NOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(resolves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
