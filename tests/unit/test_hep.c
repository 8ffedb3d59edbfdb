#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dissect/hep.h"
#include "dissect/packet.h"

#define TEXT                "OPTIONS sip:bob@example.com SIP/2.0\r\n"
#define CHUNK(type, length) "\0\0\0" type "\0" length
#define V3                                                                                                                                  \
    "HEP3\0\x9a" CHUNK("\1", "\7") "\2" CHUNK("\2", "\7") "\x11" CHUNK("\3", "\xa") "\xc0\0\2\1" CHUNK("\4", "\xa") "\xc6\x33\x64\2" CHUNK( \
        "\7",                                                                                                                               \
        "\x8") "\x13\xc4" CHUNK("\x8",                                                                                                      \
                                "\x8") "\x13\xd8" CHUNK("\x9",                                                                              \
                                                        "\xa") "\x65\x53\xf1"                                                               \
                                                               "\0" CHUNK("\xa", "\xa") "\0\3\xd0\x90" CHUNK(                               \
                                                                   "\xb",                                                                   \
                                                                   "\7") "\1" CHUNK("\xc",                                                  \
                                                                                    "\xa") "\0\0\0\x2a"                                     \
                                                                                           "\0\1\0\x1\0\xa\1\2\3\4" /* another vendor's */  \
        CHUNK("\x11", "\x8") "id" CHUNK("\xf", "\x2b") TEXT
#define V2                                                 \
    "\2\x10\2\x11\x13\xc4\x13\xd8\xc0\0\2\1\xc6\x33\x64\2" \
    "\0\xf1\x53\x65\x90\xd0\3\0\x2a\0\0\0" TEXT
#define V1                                  \
    "\1\x28\xa\6\x13\xc4\x13\xd8"           \
    "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1" \
    "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\2" TEXT

static const struct row {
    const char *bytes;
    size_t n;
    const char *src, *dst;
    int64_t time;
    uint32_t agent;
    uint8_t version, ip_proto;
} ROWS[] = {
    {V3, sizeof V3 - 1, "192.0.2.1:5060", "198.51.100.2:5080", 1700000000250000000, 42,
     3, 17},
    {V2, sizeof V2 - 1, "192.0.2.1:5060", "198.51.100.2:5080", 1700000000250000000, 42,
     2, 17},
    {V1, sizeof V1 - 1, "[2001:db8::1]:5060", "[2001:db8::2]:5080", 0, 0, 1, 6},
};

static void reads_every_version(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct slice s = slice_of(ROWS[i].bytes, ROWS[i].n);
        char src[ADDR_TEXT], dst[ADDR_TEXT];
        struct hep h;
        assert_true(hep_is(s));
        assert_int_equal(hep_parse(s, &h), s.n);
        addr_format(&h.src, src);
        addr_format(&h.dst, dst);
        assert_string_equal(src, ROWS[i].src);
        assert_string_equal(dst, ROWS[i].dst);
        assert_true(h.time == ROWS[i].time);
        assert_int_equal(h.agent, ROWS[i].agent);
        assert_int_equal(h.version, ROWS[i].version);
        assert_int_equal(h.ip_proto, ROWS[i].ip_proto);
        assert_int_equal(h.payload_type, HEP_SIP);
        assert_true(slice_eq(h.payload, SLICE(TEXT)));
        assert_true(slice_eq(h.call_id, i ? (struct slice){0} : SLICE("id")));
    }
}

static void stands_every_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        for (size_t n = 0; n < ROWS[i].n; n++) {
            struct hep h;
            uint8_t *exact = malloc(n ? n : 1);
            memcpy(exact, ROWS[i].bytes, n);
            hep_is(slice_of(exact, n));
            int rc = hep_parse(slice_of(exact, n), &h);
            if (ROWS[i].version == 3) /* its length is told */
                assert_int_equal(rc, n < 4 ? -REASON_HEP_BAD : 0);
            else
                assert_true(rc == (int)n || rc == -REASON_HEP_BAD);
            free(exact);
        }
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
    } BAD[] = {
        {"HEP3\0\5", 6},               /* shorter than its header */
        {"HEP3\0\xc\0\0\0\1\0\5", 12}, /* chunk shorter than its header */
        {"HEP3\0\xc\0\0\0\1\0\7", 12}, /* chunk past the end */
        {"HEP3\0\x9\0\0\0", 9},        /* half a chunk header */
        {"\2\x10\3\x11\x13\xc4\x13\xd8\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0x",
         29}, /* family */
        {"\2\x11\2\x11\x13\xc4\x13\xd8\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0x",
         29}, /* length */
        {"\2\x10\2\x12\x13\xc4\x13\xd8\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0x",
         29}, /* proto */
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct hep h;
        assert_int_equal(hep_parse(slice_of(BAD[i].bytes, BAD[i].n), &h),
                         -REASON_HEP_BAD);
    }
}

static void tells_key_and_compression(void **state)
{
    (void)state;
    struct slice s =
        SLICE("HEP3\0\x17" CHUNK("\xe", "\xa") "pass" CHUNK("\x10", "\7") "Z");
    struct hep h;
    assert_int_equal(hep_parse(s, &h), s.n);
    assert_true(slice_eq(h.key, SLICE("pass")));
    assert_true(slice_eq(h.payload, SLICE("Z")));
    assert_true(h.compressed);
    assert_int_equal(hep_parse(SLICE(V3), &h), sizeof V3 - 1);
    assert_false(h.compressed);
    assert_int_equal(h.key.n, 0);
}

/* Agents on one wire see the same message: their packets must not look alike. */
static void agents_have_paths(void **state)
{
    (void)state;
    char other[sizeof V2];
    struct packet a, b, again;
    memcpy(other, V2, sizeof V2);
    assert_int_equal(other[24], 42);
    other[24] = 43;
    packet_decode(LINKTYPE_SIPGLASS_HEP, SLICE(V2), 0, &a);
    packet_decode(LINKTYPE_SIPGLASS_HEP, slice_of(other, sizeof V2 - 1), 0, &b);
    packet_decode(LINKTYPE_SIPGLASS_HEP, SLICE(V2), 0, &again);
    assert_int_not_equal(a.path, b.path);
    assert_int_equal(a.path, again.path);
}

static void becomes_a_packet(void **state)
{
    (void)state;
    struct packet p;
    struct slice s = SLICE("\x45\0\0\0\0\0\0\0\x40\x11\0\0\xcb\0\x71\1\xcb\0\x71\2"
                           "\xc3\x50\x23\x64\0\0\0\0" V3);
    char text[ADDR_TEXT];
    assert_int_equal(packet_decode(228, s, (uint32_t)s.n, &p), 0);
    assert_int_equal(p.kind, PACKET_HEP);
    assert_int_equal(p.depth, 1);
    assert_int_equal(p.hep.payload_type, HEP_SIP);
    assert_int_equal(p.hep.agent, 42);
    assert_true(p.hep.time == 1700000000250000000);
    addr_format(&p.src, text);
    assert_string_equal(text, "192.0.2.1:5060");
    addr_format(&p.hep.outer_dst, text);
    assert_string_equal(text, "203.0.113.2:9060");
    assert_true(slice_eq(p.payload, SLICE(TEXT)));
    assert_int_equal(packet_decode(LINKTYPE_SIPGLASS_HEP, SLICE(V2), 0, &p), 0);
    assert_int_equal(p.kind, PACKET_HEP);
    assert_int_equal(p.depth, 0);
    assert_int_equal(p.hep.outer_src.family, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_version),
        cmocka_unit_test(stands_every_cut),
        cmocka_unit_test(refuses),
        cmocka_unit_test(tells_key_and_compression),
        cmocka_unit_test(agents_have_paths),
        cmocka_unit_test(becomes_a_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
