#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture/hep_door.h"
#include "capture/hep_packet.h"
#include "dissect/packet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

#define ENVELOPE "HEP3\0\x17\0\0\0\xe\0\xapass\0\0\0\xf\0\7Z"
#define OPEN_V2                                            \
    "\2\x10\2\x11\x13\xc4\x13\xd8\xc0\0\2\1\xc6\x33\x64\2" \
    "\0\xf1\x53\x65\x90\xd0\3\0\x2a\0\0\0x"

static void looks(void **state)
{
    (void)state;
    static const struct {
        const char *key, *bytes;
        size_t n;
        enum hep_door want;
    } ROWS[] = {
        {NULL, ENVELOPE, sizeof ENVELOPE - 1, HEP_DOOR_OPEN},
        {"pass", ENVELOPE, sizeof ENVELOPE - 1, HEP_DOOR_OPEN},
        {"Pass", ENVELOPE, sizeof ENVELOPE - 1, HEP_DOOR_KEY},
        {"pas", ENVELOPE, sizeof ENVELOPE - 1, HEP_DOOR_KEY},
        {"passpass", ENVELOPE, sizeof ENVELOPE - 1, HEP_DOOR_KEY},
        {NULL, OPEN_V2, sizeof OPEN_V2 - 1, HEP_DOOR_OPEN},
        {"pass", OPEN_V2, sizeof OPEN_V2 - 1, HEP_DOOR_KEY},
        {NULL, ENVELOPE, sizeof ENVELOPE - 2, HEP_DOOR_NOISE},
        {NULL, "OPTIONS sip:a SIP/2.0", 21, HEP_DOOR_NOISE},
        {NULL, "", 0, HEP_DOOR_NOISE},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        assert_int_equal(hep_door_look(ROWS[i].key, slice_of(ROWS[i].bytes, ROWS[i].n)),
                         ROWS[i].want);
}

static void cuts(void **state)
{
    (void)state;
    enum { LONG = sizeof ENVELOPE - 1 };
    for (size_t n = 0; n <= LONG; n++) {
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, ENVELOPE, n);
        assert_int_equal(hep_door_cut(slice_of(exact, n)), n < LONG ? 0 : LONG);
        free(exact);
    }
    assert_int_equal(hep_door_cut(SLICE(ENVELOPE "HEP3")), LONG);
    assert_int_equal(hep_door_cut(SLICE("HEP2")), -1);
    assert_int_equal(hep_door_cut(SLICE("G")), -1);
    assert_int_equal(hep_door_cut(SLICE("HEP3\0\5")), -1);
    assert_int_equal(hep_door_cut(SLICE(OPEN_V2)), -1);
}

static struct sockaddr_storage address(const char *text, uint16_t port)
{
    struct sockaddr_storage a = {0};
    struct sockaddr_in *four = (struct sockaddr_in *)&a;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&a;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
    } else {
        inet_pton(AF_INET6, text, &six->sin6_addr);
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
    }
    return a;
}

/* What the headers say is what a decoder reads. */
static void has_headers(void **state)
{
    (void)state;
    static const char *const HOSTS[][4] = {
        {"192.0.2.1", "198.51.100.2", "192.0.2.1:40000", "198.51.100.2:9060"},
        {"2001:db8::1", "2001:db8::2", "[2001:db8::1]:40000", "[2001:db8::2]:9060"},
    };
    static const size_t LENGTHS[] = {sizeof OPEN_V2 - 1, 65000, HEP_DOOR_LONGEST};
    for (size_t i = 0; i < 6; i++) {
        const char *const *host = HOSTS[i % 2];
        size_t n = LENGTHS[i / 2];
        struct sockaddr_storage from = address(host[0], 40000),
                                to = address(host[1], 9060);
        uint8_t *bytes = calloc(1, HEP_PACKET_HEADER + n);
        memcpy(bytes + HEP_PACKET_HEADER, OPEN_V2, sizeof OPEN_V2 - 1);
        uint8_t header[HEP_PACKET_HEADER];
        size_t head = hep_packet_header(&from, &to,
                                        slice_of(bytes + HEP_PACKET_HEADER, n), header);
        memcpy(bytes + HEP_PACKET_HEADER - head, header, head);
        struct packet p;
        struct slice whole = slice_of(bytes + HEP_PACKET_HEADER - head, head + n);
        char text[ADDR_TEXT];
        assert_int_equal(packet_decode(101, whole, (uint32_t)whole.n, &p), 0);
        assert_int_equal(p.kind, PACKET_HEP);
        addr_format(&p.hep.outer_src, text);
        assert_string_equal(text, host[2]);
        addr_format(&p.hep.outer_dst, text);
        assert_string_equal(text, host[3]);
        assert_int_equal(p.payload.n, n - (sizeof OPEN_V2 - 2));
        free(bytes);
    }
}

/* Checksums as tshark works them out for the same packets. */
static void has_checksums(void **state)
{
    (void)state;
    uint8_t out[HEP_PACKET_HEADER];
    struct sockaddr_storage a = address("192.0.2.1", 40000),
                            b = address("198.51.100.2", 9060);
    hep_packet_header(&a, &b, SLICE("HEP3\0\6"), out);
    uint32_t sum = 0;
    for (int i = 0; i < 20; i += 2)
        sum += (uint32_t)out[i] << 8 | out[i + 1];
    assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff); /* RFC 1071 */
    a = address("2001:db8::1", 40000);
    b = address("2001:db8::2", 9060);
    hep_packet_header(&a, &b, SLICE("HEP3\0\6"), out);
    assert_int_equal(out[46] << 8 | out[47], 0x4c3a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks),
        cmocka_unit_test(cuts),
        cmocka_unit_test(has_headers),
        cmocka_unit_test(has_checksums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
