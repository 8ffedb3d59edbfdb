#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dissect/packet.h"

/*
 * Frames in hexadecimal. "L<k>" stands for a 16-bit field: the bytes that follow it in
 * the frame, plus k.
 */
#define ETH(type)        "00005e005302 00005e005301 " type " "
#define PORTS            "13c4 13d8 " /* 5060, 5080 */
#define DATA             "53495021 "  /* what every frame carries: "SIP!" */
#define UDP              PORTS "L6 0000 "
#define OUTER_UDP(port)  "c350 " port " L6 0000 "
#define IP4(proto)       "45b8 L4 1234 0000 40 " proto " 0000 c0000201 c6336402 "
#define OUTER_IP4(proto) "4500 L4 0000 4000 3f " proto " ffff cb007101 cb007102 "
#define IP6(proto)                                                 \
    "6b800000 L-34 " proto " 40 20010db8000000000000000000000001 " \
    "20010db8000000000000000000000002 "
#define INNER4             IP4("11") UDP DATA
#define INNER6             IP6("11") UDP DATA
#define INNER_ETH          ETH("0800") INNER4
#define OUTER(port)        ETH("0800") OUTER_IP4("11") OUTER_UDP(port)
#define SNAP               "aaaa03 000000 "
#define TCP(offset, flags) PORTS "00000007 00000009 " offset flags " 1000 0000 0000 "
#define NULL_ESP           "00001234 00000001 "

enum { PLAIN, TUNNEL = 1, MIXED = 2, V6 = 4, LAZY = 8 };

static const struct row {
    const char *name;
    uint32_t link;
    const char *hex;
    enum packet_kind kind;
    int flags; /* LAZY: a cut frame may read as something else */
} ROWS[] = {
    {"ethernet", 1, ETH("0800") INNER4, PACKET_UDP, 0},
    {"padding", 1,
     ETH("0800") "45b8 0020 1234 0000 40 11 0000 c0000201 c6336402 " PORTS
                 "000c 0000 " DATA "0000 00000000",
     PACKET_UDP, 0},
    {"total length 0", 1,
     ETH("0800") "45b8 0000 1234 0000 40 11 0000 c0000201 c6336402 " UDP DATA,
     PACKET_UDP, 0},
    {"udp length 0", 1, ETH("0800") IP4("11") PORTS "0000 0000 " DATA, PACKET_UDP, 0},
    {"ip options", 1,
     ETH("0800") "47b8 L4 1234 0000 40 11 0000 c0000201 c6336402 "
                 "0101010101010100" UDP DATA,
     PACKET_UDP, 0},
    {"tcp", 1, ETH("0800") IP4("06") TCP("50", "18") DATA, PACKET_TCP, 0},
    {"tcp options", 1, ETH("0800") IP4("06") TCP("60", "18") "01010100" DATA,
     PACKET_TCP, 0},
    {"ipv6", 1, ETH("86dd") INNER6, PACKET_UDP, V6},
    {"ipv6 tcp", 1, ETH("86dd") IP6("06") TCP("50", "18") DATA, PACKET_TCP, V6},
    {"ipv6 extensions", 1,
     ETH("86dd")
         IP6("00") "2b00 050200000100 "
                   "3c02 04000000000000000000000000000000000000000000 " /* routing */
                   "3300 010400000000 "
                   "1102 0000 00000001 00000002 00000000 " UDP DATA,
     PACKET_UDP, V6},
    {"atomic fragment", 1, ETH("86dd") IP6("2c") "1100 0000 00000063 " UDP DATA,
     PACKET_UDP, V6},
    {"vlan", 1, ETH("8100") "000a 0800 " INNER4, PACKET_UDP, MIXED},
    {"priority tag", 1, ETH("8100") "a000 0800 " INNER4, PACKET_UDP, 0},
    {"802.1ad", 1, ETH("88a8") "000a 8100 0014 0800 " INNER4, PACKET_UDP, MIXED},
    {"0x9100", 1, ETH("9100") "000a 9100 0014 9100 001e 0800 " INNER4, PACKET_UDP,
     MIXED},
    {"802.1BR", 1, ETH("893f") "00000005 0000 0800 " INNER4, PACKET_UDP, MIXED},
    {"cisco metadata", 1, ETH("8909") "0101 0001 0005 0800 " INNER4, PACKET_UDP, 0},
    {"snap", 1, ETH("L0") SNAP "0800 " INNER4, PACKET_UDP, LAZY},
    {"802.2", 1, ETH("L0") "060603 " INNER4, PACKET_UDP, 0},
    {"mpls", 1, ETH("8847") "00010040 00011140 " INNER4, PACKET_UDP, MIXED | LAZY},
    {"mpls ipv6", 1, ETH("8848") "00011140 " INNER6, PACKET_UDP, MIXED | V6 | LAZY},
    {"pseudowire", 1, ETH("8847") "00011140 00000000 " INNER_ETH, PACKET_UDP, MIXED},
    {"pppoe", 1, ETH("8864") "1100 0005 L0 0021 " INNER4, PACKET_UDP, MIXED},
    {"nsh", 1, ETH("894f") "0fc2 0201 00000aff " INNER4, PACKET_UDP, MIXED},
    {"sll", 113, "0000 0001 0006 00005e0053010000 0800 " INNER4, PACKET_UDP, 0},
    {"sll vlan", 113, "0000 0001 0006 00005e0053010000 8100 000a 0800 " INNER4,
     PACKET_UDP, MIXED},
    {"sll2", 276, "86dd 0000 00000002 0001 00 06 00005e0053010000 " INNER6, PACKET_UDP,
     V6},
    {"raw 12", 12, INNER4, PACKET_UDP, 0},
    {"raw 14", 14, INNER6, PACKET_UDP, V6},
    {"raw 101", 101, INNER4, PACKET_UDP, 0},
    {"raw 228", 228, INNER4, PACKET_UDP, 0},
    {"raw 229", 229, INNER6, PACKET_UDP, V6},
    {"null", 0, "02000000 " INNER4, PACKET_UDP, 0},
    {"null big", 0, "00000002 " INNER4, PACKET_UDP, 0},
    {"null darwin", 0, "1e000000 " INNER6, PACKET_UDP, V6},
    {"null freebsd", 0, "1c000000 " INNER6, PACKET_UDP, V6},
    {"loop openbsd", 108, "00000018 " INNER6, PACKET_UDP, V6},
    {"ppp", 9, "0021 " INNER4, PACKET_UDP, 0},
    {"ppp compressed", 9, "57 " INNER6, PACKET_UDP, V6},
    {"ppp hdlc", 50, "ff03 0021 " INNER4, PACKET_UDP, 0},
    {"ppp cisco", 50, "0f00 0800 " INNER4, PACKET_UDP, 0},
    {"ppp ethernet", 51, "1100 0005 L0 0057 " INNER6, PACKET_UDP, MIXED | V6},
    {"cisco hdlc", 104, "8f00 86dd " INNER6, PACKET_UDP, V6},
    {"erf", 197, "0102030405060708 02 04 0000 0000 L0 0000 " INNER_ETH, PACKET_UDP,
     LAZY},
    {"erf extension", 197,
     "0102030405060708 82 04 0000 0000 L-10 8000000000000000 "
     "0300000000000000 0000 " INNER_ETH,
     PACKET_UDP, LAZY},
    {"802.11", 105,
     "8801 0000 000000000000000000000000000000000000 0000 0000 " SNAP "0800 " INNER4,
     PACKET_UDP, 0},
    {"radiotap", 127,
     "0000 0a00 00000000 0000 0803 0000 000000000000 000000000000 "
     "000000000000 0000 000000000000 " SNAP "86dd " INNER6,
     PACKET_UDP, V6},
    {"ip in ip", 1, ETH("0800") OUTER_IP4("04") INNER4, PACKET_UDP, TUNNEL},
    {"6in4", 1, ETH("0800") OUTER_IP4("29") INNER6, PACKET_UDP, TUNNEL | V6},
    {"gre", 1, ETH("0800") OUTER_IP4("2f") "0000 0800 " INNER4, PACKET_UDP, TUNNEL},
    {"gre key", 1,
     ETH("0800") OUTER_IP4("2f") "b000 86dd 0000 0000 00000005 00000001 " INNER6,
     PACKET_UDP, TUNNEL | MIXED | V6},
    {"gre bridge", 1, ETH("0800") OUTER_IP4("2f") "0000 6558 " INNER_ETH, PACKET_UDP,
     TUNNEL},
    {"pptp", 1,
     ETH("0800") OUTER_IP4("2f") "3081 880b L6 0007 00000001 00000002 21 " INNER4,
     PACKET_UDP, TUNNEL | MIXED},
    {"erspan I", 1, ETH("0800") OUTER_IP4("2f") "0000 88be " INNER_ETH, PACKET_UDP,
     TUNNEL},
    {"erspan II", 1,
     ETH("0800") OUTER_IP4("2f") "1000 88be 00000001 1000 0003 00000000 " INNER_ETH,
     PACKET_UDP, TUNNEL | MIXED},
    {"erspan III", 1,
     ETH("0800") OUTER_IP4("2f") "1000 22eb 00000001 2000 0003 00000000 "
                                 "0000 0001 00000000 00000000 " INNER_ETH,
     PACKET_UDP, TUNNEL | MIXED},
    {"etherip", 1, ETH("0800") OUTER_IP4("61") "3000 " INNER_ETH, PACKET_UDP, TUNNEL},
    {"vxlan", 1, OUTER("12b5") "08000000 00004d00 " INNER_ETH, PACKET_UDP,
     TUNNEL | MIXED | LAZY},
    {"vxlan linux", 1, OUTER("2118") "08000000 00004d00 " INNER_ETH, PACKET_UDP,
     TUNNEL | MIXED | LAZY},
    {"vxlan gpe", 1, OUTER("12b6") "0c000002 00004d00 " INNER6, PACKET_UDP,
     TUNNEL | MIXED | V6 | LAZY},
    {"geneve", 1, OUTER("17c1") "0100 6558 00004e00 00000000 " INNER_ETH, PACKET_UDP,
     TUNNEL | MIXED | LAZY},
    {"gtp-u", 1, OUTER("0868") "30ff L-4 00001234 " INNER6, PACKET_UDP,
     TUNNEL | MIXED | V6 | LAZY},
    {"gtp-u extension", 1, OUTER("0868") "34ff L-4 00001234 000000 85 01100900 " INNER4,
     PACKET_UDP, TUNNEL | MIXED | LAZY},
    {"tzsp", 1, OUTER("9090") "01000001 00 0a02aabb 01 " INNER_ETH, PACKET_UDP,
     TUNNEL | LAZY},
    {"l2tp", 1, OUTER("06a5") "4002 L2 0003 0004 ff03 0021 " INNER4, PACKET_UDP,
     TUNNEL | MIXED | LAZY},
    {"esp 96", 1,
     ETH("0800") IP4("32") NULL_ESP PORTS "000c 0000 " DATA
                                          "0102 02 11 aaaaaaaaaaaaaaaaaaaaaaaa",
     PACKET_UDP, LAZY},
    {"esp 128", 1,
     ETH("0800") IP4("32") NULL_ESP PORTS "000c 0000 " DATA
                                          "0102 02 11 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     PACKET_UDP, LAZY},
    {"esp no check", 1,
     ETH("86dd") IP6("32") NULL_ESP TCP("50", "18") DATA "0102 02 06 ", PACKET_TCP,
     LAZY | V6},
};

static size_t hex_frame(const char *hex, uint8_t *out)
{
    size_t n = 0, lengths = 0, at[8];
    long add[8];
    for (const char *p = hex; *p;) {
        if (*p == ' ') {
            p++;
        } else if (*p == 'L') {
            char *end;
            assert_true(lengths < 8);
            at[lengths] = n;
            add[lengths++] = strtol(p + 1, &end, 10);
            p = end;
            n += 2;
        } else {
            char pair[3] = {p[0], p[1], 0};
            out[n++] = (uint8_t)strtoul(pair, NULL, 16);
            p += 2;
        }
    }
    for (size_t i = 0; i < lengths; i++) {
        long v = (long)(n - at[i] - 2) + add[i];
        out[at[i]] = (uint8_t)(v >> 8);
        out[at[i] + 1] = (uint8_t)v;
    }
    return n;
}

static void check_row(const struct row *row, const struct packet *p)
{
    char src[ADDR_TEXT], dst[ADDR_TEXT];
    bool v6 = row->flags & V6;
    addr_format(&p->src, src);
    addr_format(&p->dst, dst);
    assert_string_equal(src, v6 ? "[2001:db8::1]:5060" : "192.0.2.1:5060");
    assert_string_equal(dst, v6 ? "[2001:db8::2]:5080" : "198.51.100.2:5080");
    assert_int_equal(p->kind, row->kind);
    assert_int_equal(p->payload.n, 4);
    assert_memory_equal(p->payload.p, "SIP!", 4);
    assert_int_equal(p->whole, 4);
    assert_int_equal(p->depth, row->flags & TUNNEL ? 1 : 0);
    assert_int_equal(p->path != 0, (row->flags & MIXED) != 0);
    assert_int_equal(p->dscp, 46);
    assert_int_equal(p->ttl, 64);
    assert_int_equal(p->ip_proto, row->kind == PACKET_TCP ? 6 : 17);
    if (row->kind == PACKET_TCP) {
        assert_int_equal(p->tcp.seq, 7);
        assert_int_equal(p->tcp.ack, 9);
        assert_int_equal(p->tcp.flags, TCP_PSH | TCP_ACK);
    }
}

static void decodes_every_layer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        uint8_t b[512];
        struct packet p;
        memset(&p, 0xee, sizeof p);
        size_t n = hex_frame(ROWS[i].hex, b);
        int rc = packet_decode(ROWS[i].link, slice_of(b, n), (uint32_t)n, &p);
        if (rc)
            fail_msg("%s: %s", ROWS[i].name, reason_name(-rc));
        check_row(&ROWS[i], &p);
    }
}

static void check_cut(const struct row *row, int rc, const struct packet *p)
{
    if (rc < 0) {
        assert_true(-rc < REASON_COUNT);
        return;
    }
    assert_int_equal(rc, 0);
    assert_true(p->whole >= p->payload.n);
    if (row->flags & LAZY)
        return;
    /* Headers that are there tell how long the payload was. */
    assert_int_equal(p->whole, 4);
}

static void stands_every_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        uint8_t b[512];
        size_t whole = hex_frame(ROWS[i].hex, b);
        for (size_t n = 0; n < whole; n++) {
            struct packet p;
            uint8_t *exact = malloc(n ? n : 1);
            memcpy(exact, b, n);
            int rc =
                packet_decode(ROWS[i].link, slice_of(exact, n), (uint32_t)whole, &p);
            check_cut(&ROWS[i], rc, &p);
            free(exact);
        }
    }
}

static const struct {
    uint32_t link;
    const char *hex;
    int reason;
    uint32_t detail;
} REJECTED[] = {
    {147, "00", REASON_LINK_UNKNOWN, 147},
    {1, "", REASON_LINK_CUT, 0},
    {1, ETH("0806") "0001080006040001", REASON_NOT_IP, 0x0806},
    {1, ETH("L0") "424203 000000", REASON_NOT_IP, 0x42},
    {1, ETH("1234") "00", REASON_ETHERTYPE_UNKNOWN, 0x1234},
    {1, ETH("0800") "45", REASON_IP_CUT, 0},
    {1, ETH("0800") "55b8 0020 1234 0000 40 11 0000 c0000201 c6336402", REASON_IP_BAD,
     0},
    {1, ETH("0800") "44b8 0020 1234 0000 40 11 0000 c0000201 c6336402", REASON_IP_BAD,
     0},
    {1, ETH("0800") "46b8 0014 1234 0000 40 11 0000 c0000201 c6336402", REASON_IP_BAD,
     0},
    {1, ETH("86dd") INNER4 "0000000000000000", REASON_IP_BAD, 0},
    {1, ETH("0800") IP4("59") DATA, REASON_IP_PROTO_UNKNOWN, 89},
    {1, ETH("0800") IP4("01") "0800 0000 0000 0000", REASON_IP_PROTO_UNKNOWN, 1},
    {1, ETH("0800") IP4("11") PORTS "0007 0000", REASON_TRANSPORT_BAD, 0},
    {1, ETH("0800") IP4("11") PORTS, REASON_TRANSPORT_CUT, 0},
    {1, ETH("0800") IP4("06") TCP("40", "10"), REASON_TRANSPORT_BAD, 0},
    {1, ETH("0800") IP4("06") TCP("f0", "10"), REASON_TRANSPORT_BAD, 0},
    {1, ETH("0800") IP4("2f") "4000 0800 00000000", REASON_TUNNEL_BAD, 0},
    {1, ETH("0800") IP4("2f") "2000 0800 0000", REASON_TUNNEL_CUT, 0},
    {1, ETH("0800") IP4("32") "00001234 00000001 0123456789abcdef0123456789abcdef",
     REASON_ESP, 0},
    {0, "09000000 00", REASON_NOT_IP, 9},
    {101, "00", REASON_IP_BAD, 0},
    {113, "0000 0338 0006 00005e0053010000 0000", REASON_NOT_IP, 0},
    {LINKTYPE_SIPGLASS_HEP, "48455033 0005", REASON_HEP_BAD, 0},
};

static void names_what_it_rejects(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REJECTED / sizeof *REJECTED; i++) {
        uint8_t b[512];
        struct packet p;
        size_t n = hex_frame(REJECTED[i].hex, b);
        int rc = packet_decode(REJECTED[i].link, slice_of(b, n), (uint32_t)n, &p);
        assert_string_equal(reason_name(-rc), reason_name(REJECTED[i].reason));
        if (REJECTED[i].detail)
            assert_int_equal(p.detail, REJECTED[i].detail);
    }
}

static void caps_nesting(void **state)
{
    (void)state;
    uint8_t b[4 * 100 + 64];
    struct packet p;
    size_t n = hex_frame(ETH("8100"), b);
    for (int i = 0; i < 100; i++, n += 4)
        memcpy(b + n, "\0\1\x81\0", 4);
    int rc = packet_decode(1, slice_of(b, n), (uint32_t)n, &p);
    assert_int_equal(rc, -REASON_NESTING);
}

/* SIP is found on any port: a port alone makes no tunnel. */
static void keeps_datagrams_on_tunnel_ports(void **state)
{
    (void)state;
    static const char *const PORT[] = {"12b5", "2118", "12b6", "17c1", "0868",
                                       "9090", "06a5", "1194", "2364"};
    static const char TEXT[] =
        "4f5054494f4e53207369703a626f62406578616d706c652e636f6d205349"
        "502f322e300d0a43616c6c2d49443a20310d0a0d0a";
    for (size_t i = 0; i < sizeof PORT / sizeof *PORT; i++) {
        char hex[512];
        uint8_t b[512];
        struct packet p;
        snprintf(hex, sizeof hex, "%s 13c4 %s L6 0000 %s", ETH("0800") IP4("11"),
                 PORT[i], TEXT);
        size_t n = hex_frame(hex, b);
        assert_int_equal(packet_decode(1, slice_of(b, n), (uint32_t)n, &p), 0);
        assert_int_equal(p.kind, PACKET_UDP);
        assert_int_equal(p.payload.n, (sizeof TEXT - 1) / 2);
    }
}

static void tells_what_was_cut(void **state)
{
    (void)state;
    uint8_t b[512];
    struct packet p;
    size_t n = hex_frame(ETH("0800") INNER4, b);
    assert_int_equal(packet_decode(1, slice_of(b, n - 3), (uint32_t)n, &p), 0);
    assert_int_equal(p.payload.n, 1);
    assert_int_equal(p.whole, 4);
    /* Offload: only the frame's length on the wire tells. */
    n = hex_frame(ETH("0800") "45b8 0000 1234 0000 40 06 0000 c0000201 c6336402 " TCP(
                      "50", "10") DATA,
                  b);
    assert_int_equal(packet_decode(1, slice_of(b, n), 3000, &p), 0);
    assert_int_equal(p.payload.n, 4);
    assert_int_equal(p.whole, 3000 - 14 - 20 - 20);
}

static void paths_differ(void **state)
{
    (void)state;
    static const char *const HEX[] = {
        ETH("8100") "000a 0800 " INNER4,           ETH("8100") "000b 0800 " INNER4,
        ETH("8100") "000a 8100 000a 0800 " INNER4, ETH("8847") "0000a140 " INNER4,
        ETH("8864") "1100 000a L0 0021 " INNER4,
    };
    enum { N = sizeof HEX / sizeof *HEX };
    uint32_t path[N];
    for (size_t i = 0; i < N; i++) {
        uint8_t b[512];
        struct packet p;
        size_t n = hex_frame(HEX[i], b);
        assert_int_equal(packet_decode(1, slice_of(b, n), (uint32_t)n, &p), 0);
        path[i] = p.path;
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(path[i], path[j]);
    }
}

static void fragments(void **state)
{
    (void)state;
    uint8_t b[512];
    struct packet p;
    size_t n = hex_frame(
        ETH("0800") "45b8 L4 1234 20b9 40 11 0000 c0000201 c6336402 " DATA, b);
    assert_int_equal(packet_decode(1, slice_of(b, n), (uint32_t)n, &p), 0);
    assert_int_equal(p.kind, PACKET_FRAGMENT);
    assert_int_equal(p.frag.id, 0x1234);
    assert_int_equal(p.frag.offset, 1480);
    assert_true(p.frag.more);
    assert_int_equal(p.frag.proto, 17);
    assert_int_equal(p.src.port, 0);
    assert_int_equal(p.payload.n, 4);
    n = hex_frame(ETH("86dd") IP6("2c") "3c00 0008 12345678 " DATA, b);
    assert_int_equal(packet_decode(1, slice_of(b, n), (uint32_t)n, &p), 0);
    assert_int_equal(p.kind, PACKET_FRAGMENT);
    assert_int_equal(p.frag.id, 0x12345678);
    assert_int_equal(p.frag.offset, 8);
    assert_false(p.frag.more);
    assert_int_equal(p.frag.proto, 60);
    /* Put together, the rest of the chain is walked: destination options, then UDP. */
    n = hex_frame("1100 010400000000 " UDP DATA, b);
    assert_int_equal(packet_decode_transport(slice_of(b, n), &p), 0);
    assert_int_equal(p.kind, PACKET_UDP);
    assert_int_equal(p.ip_proto, 17);
    assert_int_equal(p.src.port, 5060);
    assert_int_equal(p.dst.port, 5080);
    assert_int_equal(p.depth, 0);
    assert_memory_equal(p.payload.p, "SIP!", 4);
}

/* Tags as in Wireshark's epan/exported_pdu.h. */
static void exported_pdus(void **state)
{
    (void)state;
    static const char HEX[] = "000c0004 73697000 00140004 c0000201 00150004 c6336402 "
                              "00180004 00000002 00190004 000013c4 001a0004 000013d8 "
                              "00000000 " DATA;
    uint8_t b[512];
    struct packet p;
    char text[ADDR_TEXT];
    size_t n = hex_frame(HEX, b);
    assert_int_equal(packet_decode(252, slice_of(b, n), (uint32_t)n, &p), 0);
    assert_int_equal(p.kind, PACKET_HEP);
    assert_int_equal(p.hep.payload_type, 1);
    assert_int_equal(p.ip_proto, 6);
    addr_format(&p.src, text);
    assert_string_equal(text, "192.0.2.1:5060");
    addr_format(&p.dst, text);
    assert_string_equal(text, "198.51.100.2:5080");
    assert_int_equal(p.payload.n, 4);
    for (size_t cut = 0; cut < n - 4; cut++) {
        uint8_t *exact = malloc(cut ? cut : 1);
        memcpy(exact, b, cut);
        int rc = packet_decode(252, slice_of(exact, cut), (uint32_t)n, &p);
        assert_int_equal(rc, -REASON_LINK_CUT);
        free(exact);
    }
}

/* Without its trailer an ESP packet is told by the header inside. */
static void reads_cut_esp(void **state)
{
    (void)state;
    uint8_t b[512];
    struct packet p;
    size_t n = hex_frame(ETH("0800") IP4("32") NULL_ESP PORTS
                         "000c 0000 " DATA "0102 02 11 aaaaaaaaaaaaaaaaaaaaaaaa",
                         b);
    assert_int_equal(packet_decode(1, slice_of(b, n - 18), (uint32_t)n, &p), 0);
    assert_int_equal(p.kind, PACKET_UDP);
    assert_int_equal(p.payload.n, 2);
    assert_int_equal(p.whole, 4);
    n = hex_frame(ETH("0800") IP4("32") NULL_ESP TCP("50", "18") DATA
                  "0102 02 06 aaaaaaaaaaaaaaaaaaaaaaaa",
                  b);
    assert_int_equal(packet_decode(1, slice_of(b, n - 18), (uint32_t)n, &p), 0);
    assert_int_equal(p.kind, PACKET_TCP);
    assert_int_equal(p.payload.n, 2);
    assert_true(p.whole >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_every_layer),
        cmocka_unit_test(stands_every_cut),
        cmocka_unit_test(names_what_it_rejects),
        cmocka_unit_test(caps_nesting),
        cmocka_unit_test(keeps_datagrams_on_tunnel_ports),
        cmocka_unit_test(tells_what_was_cut),
        cmocka_unit_test(paths_differ),
        cmocka_unit_test(fragments),
        cmocka_unit_test(exported_pdus),
        cmocka_unit_test(reads_cut_esp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
