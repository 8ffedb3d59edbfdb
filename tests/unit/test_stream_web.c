#include "engine_fixture.h"

static void websocket_frames(void **state)
{
    static const char GET[] = "GET / HTTP/1.1\r\nUpgrade: websocket\r\n"
                              "Sec-WebSocket-Protocol: sip\r\n\r\n";
    static struct bytes b;
    messages(0);
    b.n = 0;
    for (int i = 0; i < 2; i++) { /* masked, as a client's: RFC 6455 5.3 */
        bytes_be(&b, 4, 0x81fe0000 | three_size[i]);
        bytes_be(&b, 4, 0x01020304);
        for (size_t k = 0; k < three_size[i]; k++)
            bytes_be(&b, 1, (uint8_t)three[i][k] ^ (k % 4 + 1));
        bytes_be(&b, 2, 0x8900); /* a ping between them */
    }
    bytes_be(&b, 2, 0x0132); /* 50 bytes unmasked, more follow */
    bytes_add(&b, three[2], 50);
    bytes_be(&b, 4, 0x807e0000 | (three_size[2] - 50));
    bytes_add(&b, three[2] + 50, three_size[2] - 50);
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

static void http_body_like_sip(void **state)
{
    static char page[4000] = "HTTP/1.1 200 OK\r\nContent-Length: 3900\r\n\r\n";
    size_t n = strlen(page);
    while (n + 40 < sizeof page)
        n += (size_t)snprintf(page + n, sizeof page - n, "SIP/2.0 200 is text\n");
    feed_tcp(1, 2, "", 0);
    feed_tcp(2, 0x18, page, 1400);
    feed_tcp(1402, 0x18, page + 1400, n - 1400);
    fixture_end();
    assert_int_equal(fixture.n, 0);
    assert_int_equal(fixture.ledger.n, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
    static const struct CMUnitTest TESTS[] = {
        TEST(websocket_frames),
        TEST(http_body_like_sip),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
