#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dissect/hep.h"
#include "service/hep_write.h"

#include <stdlib.h>

static void writes_what_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *src, *dst;
        unsigned transport, proto;
    } ROWS[] = {
        {"192.0.2.1:5060", "198.51.100.2:5080", TRANSPORT_UDP, 17},
        {"[2001:db8::1]:5060", "[2001:db8::2]:5061", TRANSPORT_TCP, 6},
        {"192.0.2.1:5061", "198.51.100.2:1", TRANSPORT_TLS, HEP_PROTO_TLS},
        {"192.0.2.1:80", "198.51.100.2:65535", TRANSPORT_WS, HEP_PROTO_WS},
        {"192.0.2.1:5060", "198.51.100.2:5060", TRANSPORT_SCTP, 132},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct addr src, dst;
        struct strbuf b = {0};
        struct hep h;
        assert_true(addr_parse(slice_str(ROWS[i].src), &src));
        assert_true(addr_parse(slice_str(ROWS[i].dst), &dst));
        struct hep_item item = {.src = &src,
                                .dst = &dst,
                                .time = INT64_C(1700000000123456789),
                                .payload = SLICE("OPTIONS"),
                                .call_id = SLICE("1@example.com"),
                                .key = i ? SLICE("secret") : SLICE(""),
                                .agent = 0x01020304,
                                .transport = (uint8_t)ROWS[i].transport,
                                .payload_type = HEP_WRITE_SIP};
        assert_true(hep_write(&item, &b));
        assert_int_equal(hep_parse(slice_of(b.p, b.n), &h), b.n);
        assert_true(addr_eq(&h.src, &src));
        assert_true(addr_eq(&h.dst, &dst));
        assert_true(h.time == INT64_C(1700000000123456000));
        assert_int_equal(h.ip_proto, ROWS[i].proto);
        assert_int_equal(h.payload_type, HEP_SIP);
        assert_int_equal(h.agent, 0x01020304);
        assert_true(slice_eq(h.payload, SLICE("OPTIONS")));
        assert_true(slice_eq(h.call_id, SLICE("1@example.com")));
        assert_true(slice_eq(h.key, item.key));
        strbuf_done(&b);
    }
}

static void refuses_what_is_too_long(void **state)
{
    (void)state;
    struct addr a = {.family = 4};
    struct strbuf b = {0};
    char *text = calloc(1, 65507);
    struct hep_item item = {.src = &a, .dst = &a, .payload = slice_of(text, 65507)};
    assert_false(hep_write(&item, &b));
    item.payload.n = 65000;
    assert_true(hep_write(&item, &b));
    assert_true(b.n <= HEP_WRITE_LONGEST);
    strbuf_done(&b);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_is_read),
        cmocka_unit_test(refuses_what_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
