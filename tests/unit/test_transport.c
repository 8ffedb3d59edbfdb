#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dissect/packet.h"

/* IPv4 without a total length: to the end of the frame. */
#define IP4(proto) "\x45\0\0\0\0\0\0\0\x40" proto "\0\0\xcb\0\x71\1\xc0\0\2\1"
#define IP6(proto, n)                       \
    "\x60\0\0\0\0" n proto "\x40"           \
    "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1" \
    "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\2"
/* The packet that an error quotes, as 192.0.2.1 sent it. */
#define QUOTED(proto, part) \
    "\x45\0\0\x24\0\1" part "\x3f" proto "\0\0\xc0\0\2\1\xc6\x33\x64\2"
#define UDP "\x13\xc4\x13\xd8\0\x10\0\0"

static int decode(const char *bytes, size_t n, struct packet *p)
{
    uint8_t *exact = malloc(n);
    memcpy(exact, bytes, n);
    int rc = packet_decode(101, slice_of(exact, n), (uint32_t)n, p);
    free(exact);
    return rc;
}

static void assert_addr(const struct addr *a, const char *want)
{
    char text[ADDR_TEXT];
    addr_format(a, text);
    assert_string_equal(text, want);
}

static void quotes_ipv4(void **state)
{
    (void)state;
    struct packet p;
    struct slice s =
        SLICE(IP4("\1") "\3\3\0\0\0\0\0\0" QUOTED("\x11", "\0\0") UDP "SIP/2.0 ");
    assert_int_equal(packet_decode(101, s, (uint32_t)s.n, &p), 0);
    assert_int_equal(p.kind, PACKET_ICMP);
    assert_addr(&p.src, "203.0.113.1");
    assert_addr(&p.dst, "192.0.2.1");
    assert_int_equal(p.quote.type, 3);
    assert_int_equal(p.quote.code, 3);
    assert_int_equal(p.quote.version, 4);
    assert_int_equal(p.quote.ip_proto, 17);
    assert_addr(&p.quote.src, "192.0.2.1:5060");
    assert_addr(&p.quote.dst, "198.51.100.2:5080");
    assert_int_equal(p.payload.n, 8);
    assert_memory_equal(p.payload.p, "SIP/2.0 ", 8);
}

static void quotes_ipv6(void **state)
{
    (void)state;
    struct packet p;
    struct slice s = SLICE(IP6("\x3a", "\0") "\1\4\0\0\0\0\0\0" IP6(
        "\0", "\x18") "\x11\0\1\4\0\0\0\0" UDP "SIP/2.0 ");
    assert_int_equal(packet_decode(101, s, (uint32_t)s.n, &p), 0);
    assert_int_equal(p.kind, PACKET_ICMP);
    assert_int_equal(p.quote.version, 6);
    assert_int_equal(p.quote.type, 1);
    assert_int_equal(p.quote.code, 4);
    assert_int_equal(p.quote.ip_proto, 17);
    assert_addr(&p.quote.src, "[2001:db8::1]:5060");
    assert_addr(&p.quote.dst, "[2001:db8::2]:5080");
    assert_int_equal(p.payload.n, 8);
}

/* A quote may be short, and a later fragment has no ports. */
static void quotes_what_is_there(void **state)
{
    (void)state;
    static const char SHORT[] =
        IP4("\1") "\xb\0\0\0\0\0\0\0" QUOTED("\6", "\0\0") "\x13\xc4\x13";
    static const char PART[] = IP4("\1") "\xb\0\0\0\0\0\0\0" QUOTED("\x11", "\0\1") UDP;
    static const char NONE[] = IP4("\1") "\xb\0\0\0\0\0\0\0"
                                         "\x45\0\0";
    struct packet p;
    assert_int_equal(decode(SHORT, sizeof SHORT - 1, &p), 0);
    assert_addr(&p.quote.src, "192.0.2.1");
    assert_int_equal(decode(PART, sizeof PART - 1, &p), 0);
    assert_addr(&p.quote.src, "192.0.2.1");
    assert_int_equal(p.quote.ip_proto, 17);
    assert_int_equal(decode(NONE, sizeof NONE - 1, &p), -REASON_TRANSPORT_CUT);
}

static void stands_every_cut(void **state)
{
    (void)state;
    static const char FRAME[] =
        IP6("\x3a", "\0") "\1\4\0\0\0\0\0\0" IP6("\0", "\x18") "\x2c\0\1\4\0\0\0\0"
                                                               "\x11\0\0\1\0\0\0\7" UDP
                                                               "SIP/2.0 ";
    for (size_t n = 1; n < sizeof FRAME; n++) {
        struct packet p;
        int rc = decode(FRAME, n, &p);
        assert_true(rc <= 0 && -rc < REASON_COUNT);
    }
}

static void walks_sctp(void **state)
{
    (void)state;
    struct slice s = SLICE("\x03\0\0\x10"
                           "\0\0\0\1\0\0\0\0\0\0\0\0" /* SACK */
                           "\0\3\0\x13"
                           "\0\0\0\5\0\1\0\2\0\0\0\x3c"
                           "SIP\0" /* padded */
                           "\0\2\0\x12"
                           "\0\0\0\6\0\1\0\3\0\0\0\0"
                           "AB\0\0"
                           "\x40\1\0\x16"
                           "\0\0\0\7\0\1\0\0\0\0\0\x9\0\0\0\1"
                           "CD");
    struct sctp_data d;
    assert_int_equal(sctp_data_next(&s, &d), 1);
    assert_int_equal(d.tsn, 5);
    assert_int_equal(d.stream, 1);
    assert_int_equal(d.sequence, 2);
    assert_int_equal(d.protocol, 60);
    assert_true(d.begin && d.end);
    assert_int_equal(d.data.n, 3);
    assert_memory_equal(d.data.p, "SIP", 3);
    assert_int_equal(sctp_data_next(&s, &d), 1);
    assert_true(d.begin && !d.end);
    assert_int_equal(d.data.n, 2);
    assert_int_equal(sctp_data_next(&s, &d), 1); /* I-DATA, RFC 8260 */
    assert_true(!d.begin && d.end);
    assert_int_equal(d.tsn, 7);
    assert_int_equal(d.sequence, 9);
    assert_memory_equal(d.data.p, "CD", 2);
    assert_int_equal(sctp_data_next(&s, &d), 0);
}

static void refuses_bad_chunks(void **state)
{
    (void)state;
    struct sctp_data d;
    struct slice zero = SLICE("\0\3\0\0\0\0\0\0"), tiny = SLICE("\0\3\0");
    struct slice cut = SLICE("\0\3\0\x14\0\0\0\5");
    assert_int_equal(sctp_data_next(&zero, &d), -REASON_TRANSPORT_BAD);
    assert_int_equal(zero.n, 0);
    assert_int_equal(sctp_data_next(&tiny, &d), -REASON_TRANSPORT_CUT);
    assert_int_equal(tiny.n, 0);
    assert_int_equal(sctp_data_next(&cut, &d), -REASON_TRANSPORT_CUT);
    assert_int_equal(sctp_data_next(&cut, &d), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_ipv4),          cmocka_unit_test(quotes_ipv6),
        cmocka_unit_test(quotes_what_is_there), cmocka_unit_test(stands_every_cut),
        cmocka_unit_test(walks_sctp),           cmocka_unit_test(refuses_bad_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
