#include "engine_fixture.h"

static char text[3][PACKET_ROOM];
static size_t size[3];

static void messages(size_t body)
{
    static const char *const IDS[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++)
        size[i] = sip_text(text[i], sizeof text[i], IDS[i], body, true);
}

static void expect_ids(const char *ids)
{
    char got[256] = "";
    for (size_t i = 0; i < fixture.n && i < ARRIVED_MAX; i++) {
        strncat(got, i ? " " : "", sizeof got - strlen(got) - 1);
        strncat(got, fixture.at[i].call_id, sizeof got - strlen(got) - 1);
    }
    assert_string_equal(got, ids);
}

static void three_in_one_segment(void **state)
{
    static char all[PACKET_ROOM];
    size_t n = 0;
    messages(5);
    for (int i = 0; i < 3; i++)
        memcpy(all + n, text[i], size[i]), n += size[i];
    feed_tcp(1, 0x18, all, n);
    expect_ids("one two three");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fixture.at[i].transport, TRANSPORT_TCP);
        assert_int_equal(fixture.at[i].frame, 1);
        assert_true(fixture.at[i].in_frame);
        assert_false(fixture.at[i].reassembled);
        assert_int_equal(fixture.at[i].size, size[i]);
    }
}

static void retransmitted_first_part(void **state)
{
    messages(0);
    feed_tcp(100, 2, "", 0);
    feed_tcp(101, 0x18, text[0], 100);
    feed_tcp(101, 0x18, text[0], 100);
    feed_tcp(101, 0x18, text[0], size[0]); /* all of it, with more than before */
    feed_tcp(101 + (uint32_t)size[0], 0x18, text[1], size[1]);
    expect_ids("one two");
    assert_int_equal(fixture.at[0].frame, 4);
    assert_true(fixture.at[0].reassembled);
    assert_int_equal(fixture.at[0].nframes, 2);
    assert_int_equal(fixture.at[0].frames[0], 2);
    assert_int_equal(fixture.at[0].frames[1], 4);
    assert_true(fixture.at[1].in_frame);
    assert_int_equal(counted(LEDGER_TCP_OVERLAP), 0);
}

static void sequence_wrap(void **state)
{
    messages(0);
    uint32_t seq = (uint32_t)0 - 50;
    feed_tcp(seq - 1, 2, "", 0);
    feed_tcp(seq, 0x18, text[0], 50);
    feed_tcp(0, 0x18, text[0] + 50, size[0] - 50);
    feed_tcp((uint32_t)size[0] - 50, 0x18, text[1], size[1]);
    expect_ids("one two");
}

static void order_1_3_2(void **state)
{
    messages(0);
    feed_tcp(1, 0x18, text[0], size[0]);
    feed_tcp(1 + (uint32_t)(size[0] + size[1]), 0x18, text[2], size[2]);
    fixture.now += 3 * MS;
    expect_ids("one");
    feed_tcp(1 + (uint32_t)size[0], 0x18, text[1], size[1]);
    expect_ids("one two three");
    /* The third was there before, but the segment that fills the hole completes it. */
    assert_int_equal(fixture.at[2].frame, 3);
    assert_int_equal(fixture.at[2].time, fixture.now);
    assert_true(fixture.at[2].reassembled);
    assert_int_equal(fixture.at[2].nframes, 1);
    assert_int_equal(fixture.at[2].frames[0], 2);
    assert_int_equal(counted(LEDGER_TCP_HOLE), 0);
}

static void no_content_length(void **state)
{
    static char all[PACKET_ROOM];
    size_t n = sip_text(all, sizeof all, "one", 30, false);
    messages(0);
    memcpy(all + n, "\r\n", 2), n += 2;
    memcpy(all + n, text[1], size[1]);
    feed_tcp(1, 0x18, all, n + size[1]);
    expect_ids("one two");
}

static void lf_line_ends(void **state)
{
    static const char LF[] = "OPTIONS sip:bob@example.com SIP/2.0\nVia: SIP/2.0/TCP "
                             "192.0.2.1\nFrom: <sip:a@example.com>;tag=1\nTo: "
                             "<sip:b@example.com>\nCall-ID: lf\nCSeq: 1 OPTIONS\n"
                             "Content-Length: 0\n\n";
    messages(0);
    feed_tcp(1, 0x18, LF, 70);
    feed_tcp(71, 0x18, LF + 70, sizeof LF - 1 - 70);
    feed_tcp(sizeof LF, 0x18, text[1], size[1]);
    assert_int_equal(fixture.n, 2);
    assert_string_equal(fixture.at[1].call_id, "two");
    assert_true(fixture.at[0].flags & SIP_LF);
}

static void message_of_64_kb(void **state)
{
    messages(65000);
    uint32_t seq = 1;
    for (size_t i = 0; i < size[0]; i += 1400) {
        size_t n = size[0] - i < 1400 ? size[0] - i : 1400;
        feed_tcp(seq, 0x18, text[0] + i, n);
        seq += (uint32_t)n;
    }
    expect_ids("one");
    assert_int_equal(fixture.at[0].size, size[0]);
    assert_int_equal(fixture.at[0].nframes, (size[0] + 1399) / 1400);
}

static void starts_in_a_message(void **state)
{
    messages(0);
    feed_tcp(1, 0x18, text[0] + 90, size[0] - 90);
    feed_tcp(1 + (uint32_t)size[0] - 90, 0x18, text[1], size[1]);
    expect_ids("two");
    static char both[PACKET_ROOM];
    memcpy(both, text[0] + 90, size[0] - 90);
    memcpy(both + size[0] - 90, text[2], size[2]);
    feed_tcp(1, 2, "", 0); /* the ports again; its first bytes are no message's start */
    feed_tcp(2, 0x18, both, 17);
    feed_tcp(19, 0x18, both + 17, size[0] - 90 + size[2] - 17);
    assert_int_equal(fixture.at[0].malformed, 0);
}

static void starts_with_an_overtaken_segment(void **state)
{
    messages(0);
    feed_tcp(5000, 0x18, text[1], size[1]);
    feed_tcp(5000 - (uint32_t)size[0], 0x18, text[0], size[0]);
    feed_tcp(5000 - (uint32_t)size[0], 0x18, text[0], size[0]);
    feed_tcp(5000 + (uint32_t)size[1], 0x18, text[2], size[2]);
    expect_ids("two one three");
    assert_int_equal(fixture.ledger.n, 0);
}

static void one_byte_segments(void **state)
{
    messages(20);
    uint32_t seq = 500;
    for (int k = 0; k < 3; k++)
        for (size_t i = 0; i < size[k]; i++)
            feed_tcp(seq++, 0x18, text[k] + i, 1);
    expect_ids("one two three");
    assert_int_equal(fixture.at[0].nframes, size[0]);
    assert_int_equal(fixture.at[1].frames[0], size[0] + 1);
}

static void hole_is_given_up(void **state)
{
    messages(0);
    feed_tcp(1, 0x18, text[0], size[0] - 20);
    feed_tcp(1 + (uint32_t)size[0], 0x18, text[1], size[1]);
    fixture.now += 990 * MS;
    feed_tcp(1 + (uint32_t)(size[0] + size[1]), 0x18, text[2], 10);
    assert_int_equal(fixture.n, 0);
    fixture.now += 30 * MS;
    feed_udp("\r\n\r\n", 4);
    expect_ids("one two"); /* the first has its Call-ID and CSeq: listed as cut */
    assert_true(fixture.at[0].flags & (SIP_NO_BLANK | SIP_CUT));
    assert_int_equal(fixture.at[1].frame, 2);
    assert_true(fixture.touched & CALL_INCOMPLETE_HOLE);
    assert_int_equal(counted(LEDGER_TCP_HOLE), 1);
    feed_tcp(11 + (uint32_t)(size[0] + size[1]), 0x18, text[2] + 10, size[2] - 10);
    expect_ids("one two three");
}

static void cut_by_the_snap_length(void **state)
{
    messages(300);
    feed_tcp_cut(1, 0x18, text[0], size[0], 100);
    feed_tcp(1 + (uint32_t)size[0], 0x18, text[1], size[1]);
    expect_ids("one two");
    assert_true(fixture.at[0].flags & SIP_CUT);
    assert_int_equal(fixture.at[1].flags & SIP_CUT, 0);
}

static void end_of_input(void **state)
{
    messages(300);
    feed_tcp(1, 0x18, text[0], size[0] - 10);
    assert_int_equal(fixture.n, 0);
    fixture_end();
    expect_ids("one");
    assert_true(fixture.at[0].flags & SIP_CUT);
    assert_int_equal(counted(LEDGER_STREAM_CUT), 1);
}

static void overlap_with_other_bytes(void **state)
{
    messages(0);
    feed_tcp(1, 0x18, text[0], 60);
    text[0][30] ^= 1;
    feed_tcp(1, 0x18, text[0], 60);
    text[0][30] ^= 1;
    feed_tcp(61, 0x18, text[0] + 60, size[0] - 60);
    expect_ids("one");
    assert_string_equal(fixture.at[0].text, "MESSAGE sip:bob@example.com SIP/2.0");
    assert_int_equal(counted(LEDGER_TCP_OVERLAP), 1);
}

static void keep_alives(void **state)
{
    messages(0);
    feed_tcp(1, 0x18, "\r\n\r\n", 4);
    feed_tcp(5, 0x18, text[0], size[0]);
    feed_tcp(4 + (uint32_t)size[0], 0x10, "\0",
             1); /* TCP keep-alive: the byte before */
    feed_tcp(5 + (uint32_t)size[0], 0x18, "\r\n", 2);
    feed_tcp(7 + (uint32_t)size[0], 0x18, text[1], size[1]);
    expect_ids("one two");
    assert_int_equal(counted(LEDGER_STREAM_NOT_SIP), 0);
}

static void ports_used_again(void **state)
{
    messages(0);
    feed_tcp(1000, 2, text[0], size[0]); /* data with the SYN: RFC 7413 */
    feed_tcp(1001 + (uint32_t)size[0], 0x11, "", 0);
    feed_tcp(1001, 0x18, text[0], size[0]); /* late, after the end */
    feed_tcp(77, 2, "", 0);
    feed_tcp(78, 0x18, text[1], size[1]);
    feed_tcp(78 + (uint32_t)size[1], 4, "", 0);
    fixture.now += 100 * SEC;
    feed_tcp(0x80000000, 0x18, text[2], size[2]); /* no SYN in the capture */
    expect_ids("one two three");
}

static void other_protocols_cost_little(void **state)
{
    static const uint8_t TLS[] = {0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5};
    static char page[1400];
    memset(page, 'y', sizeof page);
    feed_tcp(1, 2, "", 0);
    feed_tcp(2, 0x18, "GET /index.html HTTP/1.1\r\nHost: example.com\r\n\r\n", 47);
    for (uint32_t i = 0; i < 300; i++)
        feed_tcp(49 + i * (uint32_t)sizeof page, 0x18, page, sizeof page);
    assert_int_equal(fixture.n, 0);
    assert_int_equal(counted(LEDGER_STREAM_NOT_SIP), 0);
    messages(0);
    feed_tcp(49 + 300 * (uint32_t)sizeof page, 0x18, text[0], size[0]);
    expect_ids("one");
    feed_tcp(9000, 2, "", 0);
    feed_tcp(9001, 0x18, TLS, sizeof TLS);
    assert_int_equal(counted(LEDGER_TLS), 0); /* port 5060 */
}

static void memory_limit(void **state)
{
    static struct bytes b;
    fixture.limits.tcp = 100000;
    fixture_teardown(NULL);
    struct engine_options o = {
        .limits = &fixture.limits, .ledger = &fixture.ledger, .text = &fixture.text};
    fixture.engine = engine_new(&o);
    messages(1000);
    for (unsigned port = 1; port <= 2000; port++) {
        b.n = 0;
        packet_ipv4(&b, 6, 1, 2, 7, 0, 20 + size[0] - 1);
        packet_tcp(&b, port, 5060, 1, 0x18);
        bytes_add(&b, text[0], size[0] - 1);
        feed(&b);
    }
    assert_true(counted(LEDGER_TCP_LIMIT) > 1800);
    assert_int_equal(fixture.n,
                     counted(LEDGER_TCP_LIMIT)); /* what was there is listed */
}

static void websocket_frames(void **state)
{
    static const char GET[] = "GET / HTTP/1.1\r\nUpgrade: websocket\r\n"
                              "Sec-WebSocket-Protocol: sip\r\n\r\n";
    static struct bytes b;
    messages(0);
    b.n = 0;
    for (int i = 0; i < 2; i++) { /* masked, as a client's: RFC 6455 5.3 */
        bytes_be(&b, 4, 0x81fe0000 | size[i]);
        bytes_be(&b, 4, 0x01020304);
        for (size_t k = 0; k < size[i]; k++)
            bytes_be(&b, 1, (uint8_t)text[i][k] ^ (k % 4 + 1));
        bytes_be(&b, 2, 0x8900); /* a ping between them */
    }
    bytes_be(&b, 2, 0x0132); /* 50 bytes unmasked, more follow */
    bytes_add(&b, text[2], 50);
    bytes_be(&b, 4, 0x807e0000 | (size[2] - 50));
    bytes_add(&b, text[2] + 50, size[2] - 50);
    feed_tcp(1, 2, "", 0);
    feed_tcp(2, 0x18, GET, sizeof GET - 1);
    feed_tcp(1 + sizeof GET, 0x18, b.at, b.n - 50);
    expect_ids("one two");
    feed_tcp(1 + sizeof GET + (uint32_t)b.n - 50, 0x18, b.at + b.n - 50, 50);
    expect_ids("one two three");
    assert_int_equal(fixture.at[0].transport, TRANSPORT_WS);
    assert_int_equal(fixture.at[2].nframes, 2);
    fixture.n = 0; /* in the middle of a connection */
    feed_tcp(0x40000000, 2, "", 0);
    feed_tcp(0x50000000, 0x18, b.at, b.n);
    fixture.now += 2 * SEC;
    feed_udp("", 0);
    expect_ids("one two three");
}

static void hep_stream(void **state)
{
    static struct bytes b;
    messages(0);
    b.n = 0;
    for (int i = 0; i < 2; i++) {
        bytes_add(&b, "HEP3", 4);
        bytes_be(&b, 2, 6 + 7 + 7 + 10 + 10 + 8 + 8 + 7 + 6 + size[i]);
        bytes_be(&b, 7, 0x00000001000702), bytes_be(&b, 7, 0x00000002000711);
        bytes_be(&b, 6, 0x00000003000a), bytes_be(&b, 4, 0xc6336401);
        bytes_be(&b, 6, 0x00000004000a), bytes_be(&b, 4, 0xc6336402);
        bytes_be(&b, 8, 0x00000007000813c4), bytes_be(&b, 8, 0x00000008000813c4);
        bytes_be(&b, 7, 0x0000000b000701);
        bytes_be(&b, 6, 0x0000000f0000 | (6 + size[i]));
        bytes_add(&b, text[i], size[i]);
    }
    feed_tcp(1, 0x18, b.at, 300);
    feed_tcp(301, 0x18, b.at + 300, b.n - 300);
    expect_ids("one two");
    assert_int_equal(fixture.at[0].transport, TRANSPORT_UDP);
    assert_int_equal(fixture.at[0].src.port, 5060);
    assert_int_equal(fixture.at[0].src.ip[0], 0xc6);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
    static const struct CMUnitTest TESTS[] = {
        TEST(three_in_one_segment),
        TEST(retransmitted_first_part),
        TEST(sequence_wrap),
        TEST(order_1_3_2),
        TEST(no_content_length),
        TEST(lf_line_ends),
        TEST(message_of_64_kb),
        TEST(starts_in_a_message),
        TEST(starts_with_an_overtaken_segment),
        TEST(one_byte_segments),
        TEST(hole_is_given_up),
        TEST(cut_by_the_snap_length),
        TEST(end_of_input),
        TEST(overlap_with_other_bytes),
        TEST(keep_alives),
        TEST(ports_used_again),
        TEST(other_protocols_cost_little),
        TEST(memory_limit),
        TEST(websocket_frames),
        TEST(hep_stream),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
