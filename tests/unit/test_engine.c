#include "engine_fixture.h"

static void datagrams(void **state)
{
    char text[512];
    size_t n = sip_text(text, sizeof text, "one", 5, true);
    feed_udp(text, n);
    assert_int_equal(fixture.n, 1);
    assert_string_equal(fixture.at[0].call_id, "one");
    assert_int_equal(fixture.at[0].frame, 1);
    assert_int_equal(fixture.at[0].time, fixture.now);
    assert_true(fixture.at[0].in_frame);
    assert_false(fixture.at[0].reassembled);
    char crlf[600] = "\r\n\r\n";
    memcpy(crlf + 4, text, n);
    feed_udp(crlf, n + 4); /* RFC 3261 7.5: CRLFs before a start line are passed over */
    assert_int_equal(fixture.n, 2);
    assert_int_equal(fixture.at[1].size, n);
    assert_int_equal(engine_counts(fixture.engine)->udp, 2);
    assert_int_equal(engine_counts(fixture.engine)->sip, 2);
    assert_int_equal(fixture.ledger.n, 0);
}

/* RFC 3261 18.3: what follows the body of a datagram is discarded; here it is counted.
 */
static void second_message_in_a_datagram(void **state)
{
    char text[1024];
    size_t one = sip_text(text, sizeof text / 2, "one", 5, true);
    size_t n = one + sip_text(text + one, sizeof text / 2, "two", 5, true);
    feed_udp(text, n);
    assert_int_equal(fixture.n, 1);
    assert_int_equal(counted(LEDGER_SIP_SURPLUS), 1);
    memset(text + one, 'x', n - one); /* no SIP: a body longer than it says */
    feed_udp(text, n);
    assert_int_equal(fixture.n, 2);
    assert_int_equal(counted(LEDGER_SIP_SURPLUS), 1);
}

static void keep_alives(void **state)
{
    feed_udp("", 0);
    feed_udp("\r\n\r\n", 4);
    feed_udp("\0\0\0\0", 4);
    feed_udp("\0", 1);
    assert_int_equal(fixture.n, 0);
    assert_int_equal(fixture.ledger.n, 0);
}

static void other_datagrams(void **state)
{
    static const uint8_t RTP[172] = {0x80, 0x08, 0, 1}, RTCP[28] = {0x80, 200, 0, 6};
    static const uint8_t STUN[20] = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42};
    static const uint8_t CHANNEL[8] = {0x40, 0, 0, 4}, DNS[30] = {0x12, 0x34, 1};
    feed_udp(RTP, sizeof RTP);
    feed_udp(RTCP, sizeof RTCP);
    feed_udp(STUN, sizeof STUN);
    feed_udp(CHANNEL, sizeof CHANNEL);
    feed_udp(DNS, sizeof DNS);
    const struct engine_counts *c = engine_counts(fixture.engine);
    assert_int_equal(c->rtp, 1);
    assert_int_equal(c->rtcp, 1);
    assert_int_equal(c->stun, 1);
    assert_int_equal(fixture.n, 0);
}

static void malformed(void **state)
{
    static const char TEXT[] =
        "OPTIONS sip:bob@example.com SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n";
    feed_udp(TEXT, sizeof TEXT - 1);
    assert_int_equal(fixture.n, 1);
    assert_int_equal(fixture.at[0].malformed, REASON_SIP_NO_CALL_ID);
    assert_int_equal(counted(LEDGER_MALFORMED), 1);
    assert_int_equal(engine_counts(fixture.engine)->malformed, 1);
}

static void cut_by_the_snap_length(void **state)
{
    static struct bytes b;
    char text[512];
    size_t n = sip_text(text, sizeof text, "one", 100, true);
    packet_ipv4(&b, 17, 1, 2, 7, 0, 8 + n);
    packet_udp(&b, 5060, 5060, n);
    bytes_add(&b, text, n);
    feed_cut(&b, 50);
    assert_int_equal(fixture.n, 1);
    assert_true(fixture.at[0].flags & SIP_CUT);
    assert_int_equal(fixture.at[0].size, n - 50);
}

static void only_calls_that_begin_with_invite(void **state)
{
    static const char *const INVITE =
        "INVITE sip:bob@example.com SIP/2.0\r\nCall-ID: call\r\n"
        "CSeq: 1 INVITE\r\n\r\n";
    static const char *const BYE =
        "BYE sip:bob@example.com SIP/2.0\r\nCall-ID: call\r\n"
        "CSeq: 2 BYE\r\n\r\n";
    fixture_teardown(NULL);
    fixture_new(true);
    feed_udp(BYE, strlen(BYE));
    assert_int_equal(fixture.n, 0);
    feed_udp(INVITE, strlen(INVITE));
    feed_udp(BYE, strlen(BYE));
    assert_int_equal(fixture.n, 2);
}

static void not_decoded_is_counted(void **state)
{
    static struct bytes b;
    bytes_be(&b, 4, 0x45000014);
    feed(&b); /* ends inside the IP header */
    assert_int_equal(counted(REASON_IP_CUT), 1);
    assert_int_equal(fixture.ledger.row[0].first_frame, 1);
    b.n = 0;
    packet_ipv4(&b, 89, 1, 2, 1, 0, 4); /* OSPF */
    bytes_be(&b, 4, 0);
    feed(&b);
    assert_int_equal(counted(REASON_IP_PROTO_UNKNOWN), 1);
    assert_int_equal(fixture.ledger.row[1].detail, 89);
}

static void icmp_is_evidence(void **state)
{
    static struct bytes b;
    packet_ipv4(&b, 1, 2, 1, 1, 0, 8 + 28);
    bytes_be(&b, 8, 0x0303000000000000);
    packet_ipv4(&b, 17, 1, 2, 7, 0, 8);
    packet_udp(&b, 5060, 5060, 0);
    feed(&b);
    assert_int_equal(fixture.icmp, 1);
    assert_int_equal(fixture.n, 0);
    assert_int_equal(counted(LEDGER_ICMP), 1);
}

/* Frames fed together are taken one after the other: each once, in order. */
static void some_at_once(void **state)
{
    (void)state;
    enum { MOST = 6 };
    static struct bytes b[MOST];
    for (size_t n = 0; n <= MOST; n++) {
        struct frame f[MOST] = {{0}};
        char text[512], call_id[16];
        size_t before = fixture.n;
        for (size_t i = 0; i < n; i++) {
            snprintf(call_id, sizeof call_id, "%zu-%zu", n, i);
            size_t size = sip_text(text, sizeof text, call_id, 5, true);
            b[i].n = 0;
            packet_ipv4(&b[i], 17, 1, 2, 1, 0, 8 + size);
            packet_udp(&b[i], 5060, 5060, size);
            bytes_add(&b[i], text, size);
            f[i] = (struct frame){.data = b[i].at,
                                  .caplen = (uint32_t)b[i].n,
                                  .len = (uint32_t)b[i].n,
                                  .time = fixture.now + (int64_t)i,
                                  .link = LINK_RAW,
                                  .number = ++fixture.number,
                                  .offset = 1000 * fixture.number};
        }
        engine_feed_some(fixture.engine, f, n);
        assert_int_equal(fixture.n - before, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(before + i < ARRIVED_MAX);
            snprintf(call_id, sizeof call_id, "%zu-%zu", n, i);
            assert_string_equal(fixture.at[before + i].call_id, call_id);
            assert_int_equal(fixture.at[before + i].frame, f[i].number);
        }
    }
}

/* RFC 8656: a Data indication with XOR-PEER-ADDRESS and DATA, a channel's datagram. */
static void relayed_by_turn(void **state)
{
    (void)state;
    uint8_t data[36 + 172] = {0,    0x17, 0, 188,  0x21, 0x12, 0xa4, 0x42, 1,    2,
                              3,    4,    5, 6,    7,    8,    9,    10,   11,   12,
                              0,    0x12, 0, 8,    0,    1,    0x21, 0x12, 0xe1, 0x12,
                              0xa6, 0x43, 0, 0x13, 0,    172,  0x80, 8,    0,    1};
    uint8_t channel[4 + 172] = {0x40, 0, 0, 172, 0x80, 8, 0, 1};
    uint8_t request[sizeof data];
    feed_udp(data, sizeof data);
    assert_int_equal(engine_counts(fixture.engine)->stun, 1);
    assert_int_equal(engine_counts(fixture.engine)->rtp, 1);
    feed_udp(channel, sizeof channel);
    assert_int_equal(engine_counts(fixture.engine)->rtp, 2);
    memcpy(request, data, sizeof data);
    request[1] = 1; /* a Binding request carries nothing, whatever is in it */
    request[0] = 0;
    feed_udp(request, sizeof request);
    assert_int_equal(engine_counts(fixture.engine)->stun, 2);
    assert_int_equal(engine_counts(fixture.engine)->rtp, 2);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
    static const struct CMUnitTest TESTS[] = {
        TEST(datagrams),
        TEST(second_message_in_a_datagram),
        TEST(keep_alives),
        TEST(other_datagrams),
        TEST(malformed),
        TEST(cut_by_the_snap_length),
        TEST(only_calls_that_begin_with_invite),
        TEST(not_decoded_is_counted),
        TEST(icmp_is_evidence),
        TEST(some_at_once),
        TEST(relayed_by_turn),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
