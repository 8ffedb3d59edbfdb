#include "engine_fixture.h"

static void retransmitted_first_part(void **state)
{
    messages(0);
    feed_tcp(100, 2, "", 0);
    feed_tcp(101, 0x18, three[0], 100);
    feed_tcp(101, 0x18, three[0], 100);
    feed_tcp(101, 0x18, three[0], three_size[0]); /* all of it, with more than before */
    feed_tcp(101 + (uint32_t)three_size[0], 0x18, three[1], three_size[1]);
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
    feed_tcp(seq, 0x18, three[0], 50);
    feed_tcp(0, 0x18, three[0] + 50, three_size[0] - 50);
    feed_tcp((uint32_t)three_size[0] - 50, 0x18, three[1], three_size[1]);
    expect_ids("one two");
}

static void order_1_3_2(void **state)
{
    messages(0);
    feed_tcp(1, 0x18, three[0], three_size[0]);
    feed_tcp(1 + (uint32_t)(three_size[0] + three_size[1]), 0x18, three[2],
             three_size[2]);
    fixture.now += 3 * MS;
    expect_ids("one");
    feed_tcp(1 + (uint32_t)three_size[0], 0x18, three[1], three_size[1]);
    expect_ids("one two three");
    /* The third was there before, but the segment that fills the hole completes it. */
    assert_int_equal(fixture.at[2].frame, 3);
    assert_int_equal(fixture.at[2].time, fixture.now);
    assert_true(fixture.at[2].reassembled);
    assert_int_equal(fixture.at[2].nframes, 1);
    assert_int_equal(fixture.at[2].frames[0], 2);
    assert_int_equal(counted(LEDGER_TCP_HOLE), 0);
}

static void message_of_64_kb(void **state)
{
    messages(65000);
    uint32_t seq = 1;
    for (size_t i = 0; i < three_size[0]; i += 1400) {
        size_t n = three_size[0] - i < 1400 ? three_size[0] - i : 1400;
        feed_tcp(seq, 0x18, three[0] + i, n);
        seq += (uint32_t)n;
    }
    expect_ids("one");
    assert_int_equal(fixture.at[0].size, three_size[0]);
    assert_int_equal(fixture.at[0].nframes, (three_size[0] + 1399) / 1400);
}

static void starts_in_a_message(void **state)
{
    messages(0);
    feed_tcp(1, 0x18, three[0] + 90, three_size[0] - 90);
    feed_tcp(1 + (uint32_t)three_size[0] - 90, 0x18, three[1], three_size[1]);
    expect_ids("two");
    static char both[PACKET_ROOM];
    memcpy(both, three[0] + 90, three_size[0] - 90);
    memcpy(both + three_size[0] - 90, three[2], three_size[2]);
    feed_tcp(1, 2, "", 0); /* the ports again; its first bytes are no message's start */
    feed_tcp(2, 0x18, both, 17);
    feed_tcp(19, 0x18, both + 17, three_size[0] - 90 + three_size[2] - 17);
    assert_int_equal(fixture.at[0].malformed, 0);
}

static void starts_with_an_overtaken_segment(void **state)
{
    messages(0);
    feed_tcp(5000, 0x18, three[1], three_size[1]);
    feed_tcp(5000 - (uint32_t)three_size[0], 0x18, three[0], three_size[0]);
    feed_tcp(5000 - (uint32_t)three_size[0], 0x18, three[0], three_size[0]);
    feed_tcp(5000 + (uint32_t)three_size[1], 0x18, three[2], three_size[2]);
    expect_ids("two one three");
    assert_int_equal(fixture.ledger.n, 0);
}

static void one_byte_segments(void **state)
{
    messages(20);
    uint32_t seq = 500;
    for (int k = 0; k < 3; k++)
        for (size_t i = 0; i < three_size[k]; i++)
            feed_tcp(seq++, 0x18, three[k] + i, 1);
    expect_ids("one two three");
    assert_int_equal(fixture.at[0].nframes, three_size[0]);
    assert_int_equal(fixture.at[1].frames[0], three_size[0] + 1);
}

static void hole_is_given_up(void **state)
{
    messages(0);
    feed_tcp(1, 0x18, three[0], three_size[0] - 20);
    feed_tcp(1 + (uint32_t)three_size[0], 0x18, three[1], three_size[1]);
    fixture.now += 990 * MS;
    feed_tcp(1 + (uint32_t)(three_size[0] + three_size[1]), 0x18, three[2], 10);
    assert_int_equal(fixture.n, 0);
    fixture.now += 30 * MS;
    feed_udp("\r\n\r\n", 4);
    expect_ids("one two"); /* the first has its Call-ID and CSeq: listed as cut */
    assert_true(fixture.at[0].flags & (SIP_NO_BLANK | SIP_CUT));
    assert_int_equal(fixture.at[1].frame, 2);
    assert_true(fixture.touched & CALL_INCOMPLETE_HOLE);
    assert_int_equal(counted(LEDGER_TCP_HOLE), 1);
    feed_tcp(11 + (uint32_t)(three_size[0] + three_size[1]), 0x18, three[2] + 10,
             three_size[2] - 10);
    expect_ids("one two three");
}

static void cut_by_the_snap_length(void **state)
{
    messages(300);
    feed_tcp_cut(1, 0x18, three[0], three_size[0], 100);
    feed_tcp(1 + (uint32_t)three_size[0], 0x18, three[1], three_size[1]);
    expect_ids("one two");
    assert_true(fixture.at[0].flags & SIP_CUT);
    assert_int_equal(fixture.at[1].flags & SIP_CUT, 0);
}

static void end_of_input(void **state)
{
    messages(300);
    feed_tcp(1, 0x18, three[0], three_size[0] - 10);
    assert_int_equal(fixture.n, 0);
    fixture_end();
    expect_ids("one");
    assert_true(fixture.at[0].flags & SIP_CUT);
    assert_int_equal(counted(LEDGER_STREAM_CUT), 1);
}

static void overlap_with_other_bytes(void **state)
{
    messages(0);
    feed_tcp(1, 0x18, three[0], 60);
    three[0][30] ^= 1;
    feed_tcp(1, 0x18, three[0], 60);
    three[0][30] ^= 1;
    feed_tcp(61, 0x18, three[0] + 60, three_size[0] - 60);
    expect_ids("one");
    assert_string_equal(fixture.at[0].text, "MESSAGE sip:bob@example.com SIP/2.0");
    assert_int_equal(counted(LEDGER_TCP_OVERLAP), 1);
}

static void ports_used_again(void **state)
{
    messages(0);
    feed_tcp(1000, 2, three[0], three_size[0]); /* data with the SYN: RFC 7413 */
    feed_tcp(1001 + (uint32_t)three_size[0], 0x11, "", 0);
    feed_tcp(1001, 0x18, three[0], three_size[0]); /* late, after the end */
    feed_tcp(77, 2, "", 0);
    feed_tcp(78, 0x18, three[1], three_size[1]);
    feed_tcp(78 + (uint32_t)three_size[1], 4, "", 0);
    fixture.now += 100 * SEC;
    feed_tcp(0x80000000, 0x18, three[2], three_size[2]); /* no SYN in the capture */
    expect_ids("one two three");
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
        packet_ipv4(&b, 6, 1, 2, 7, 0, 20 + three_size[0] - 1);
        packet_tcp(&b, port, 5060, 1, 0x18);
        bytes_add(&b, three[0], three_size[0] - 1);
        feed(&b);
    }
    assert_true(counted(LEDGER_TCP_LIMIT) > 1800);
    assert_int_equal(fixture.n,
                     counted(LEDGER_TCP_LIMIT)); /* what was there is listed */
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
    static const struct CMUnitTest TESTS[] = {
        TEST(retransmitted_first_part),
        TEST(sequence_wrap),
        TEST(order_1_3_2),
        TEST(message_of_64_kb),
        TEST(starts_in_a_message),
        TEST(starts_with_an_overtaken_segment),
        TEST(one_byte_segments),
        TEST(hole_is_given_up),
        TEST(cut_by_the_snap_length),
        TEST(end_of_input),
        TEST(overlap_with_other_bytes),
        TEST(ports_used_again),
        TEST(memory_limit),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
