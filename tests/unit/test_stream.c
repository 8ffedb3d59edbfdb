#include "engine_fixture.h"

static void no_content_length(void **state)
{
    static char all[PACKET_ROOM];
    size_t n = sip_text(all, sizeof all, "one", 30, false);
    messages(0);
    memcpy(all + n, "\r\n", 2), n += 2;
    memcpy(all + n, three[1], three_size[1]);
    feed_tcp(1, 0x18, all, n + three_size[1]);
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
    feed_tcp(sizeof LF, 0x18, three[1], three_size[1]);
    assert_int_equal(fixture.n, 2);
    assert_string_equal(fixture.at[1].call_id, "two");
    assert_true(fixture.at[0].flags & SIP_LF);
}

static void keep_alives(void **state)
{
    messages(0);
    feed_tcp(1, 0x18, "\r\n\r\n", 4);
    feed_tcp(5, 0x18, three[0], three_size[0]);
    feed_tcp(4 + (uint32_t)three_size[0], 0x10, "\0",
             1); /* TCP keep-alive: the byte before */
    feed_tcp(5 + (uint32_t)three_size[0], 0x18, "\r\n", 2);
    feed_tcp(7 + (uint32_t)three_size[0], 0x18, three[1], three_size[1]);
    expect_ids("one two");
    assert_int_equal(counted(LEDGER_STREAM_NOT_SIP), 0);
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
    feed_tcp(49 + 300 * (uint32_t)sizeof page, 0x18, three[0], three_size[0]);
    expect_ids("one");
    feed_tcp(9000, 2, "", 0);
    feed_tcp(9001, 0x18, TLS, sizeof TLS);
    assert_int_equal(counted(LEDGER_TLS), 0); /* port 5060 */
}

static void hep_stream(void **state)
{
    static struct bytes b;
    messages(0);
    b.n = 0;
    for (int i = 0; i < 2; i++) {
        bytes_add(&b, "HEP3", 4);
        bytes_be(&b, 2, 6 + 7 + 7 + 10 + 10 + 8 + 8 + 7 + 6 + three_size[i]);
        bytes_be(&b, 7, 0x00000001000702), bytes_be(&b, 7, 0x00000002000711);
        bytes_be(&b, 6, 0x00000003000a), bytes_be(&b, 4, 0xc6336401);
        bytes_be(&b, 6, 0x00000004000a), bytes_be(&b, 4, 0xc6336402);
        bytes_be(&b, 8, 0x00000007000813c4), bytes_be(&b, 8, 0x00000008000813c4);
        bytes_be(&b, 7, 0x0000000b000701);
        bytes_be(&b, 6, 0x0000000f0000 | (6 + three_size[i]));
        bytes_add(&b, three[i], three_size[i]);
    }
    feed_tcp(1, 0x18, b.at, 300);
    feed_tcp(301, 0x18, b.at + 300, b.n - 300);
    expect_ids("one two");
    assert_int_equal(fixture.at[0].transport, TRANSPORT_UDP);
    assert_int_equal(fixture.at[0].src.port, 5060);
    assert_int_equal(fixture.at[0].src.ip[0], 0xc6);
}

static void three_in_one_segment(void **state)
{
    static char all[PACKET_ROOM];
    size_t n = 0;
    messages(5);
    for (int i = 0; i < 3; i++)
        memcpy(all + n, three[i], three_size[i]), n += three_size[i];
    feed_tcp(1, 0x18, all, n);
    expect_ids("one two three");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fixture.at[i].transport, TRANSPORT_TCP);
        assert_int_equal(fixture.at[i].frame, 1);
        assert_true(fixture.at[i].in_frame);
        assert_false(fixture.at[i].reassembled);
        assert_int_equal(fixture.at[i].size, three_size[i]);
    }
}

static void tls_on_its_port(void **state)
{
    static const uint8_t RECORD[] = {0x17, 3, 3, 0, 5, 1, 2, 3, 4, 5};
    static struct bytes b;
    for (uint32_t i = 0; i < 3; i++) {
        b.n = 0;
        packet_ipv4(&b, 6, 1, 2, 7, 0, 20 + sizeof RECORD);
        packet_tcp(&b, 40000, 5061, 1 + i * (uint32_t)sizeof RECORD, 0x18);
        bytes_add(&b, RECORD, sizeof RECORD);
        feed(&b);
    }
    assert_int_equal(counted(LEDGER_TLS), 3);
    assert_int_equal(fixture.n, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
    static const struct CMUnitTest TESTS[] = {
        TEST(no_content_length), TEST(lf_line_ends),
        TEST(keep_alives),       TEST(other_protocols_cost_little),
        TEST(hep_stream),        TEST(three_in_one_segment),
        TEST(tls_on_its_port),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
