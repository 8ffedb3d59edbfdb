#include "engine_fixture.h"

/* DATA chunks (RFC 9260 3.3.1) of the bytes [from, from + n) of text; flags: B 2, E 1.
 */
static void chunk(struct bytes *b, unsigned flags, uint32_t tsn, const char *text,
                  size_t n)
{
    bytes_be(b, 2, flags);
    bytes_be(b, 2, 16 + n);
    bytes_be(b, 4, tsn);
    bytes_be(b, 4, 3 << 16 | 9); /* stream 3, sequence 9 */
    bytes_be(b, 4, 0);
    bytes_add(b, text, n);
    while (b->n % 4)
        bytes_be(b, 1, 0);
}

static void sctp(const char *text, unsigned flags, uint32_t tsn, size_t n)
{
    static struct bytes b, chunks;
    chunks.n = b.n = 0;
    chunk(&chunks, flags, tsn, text, n);
    packet_ipv4(&b, 132, 1, 2, 7, 0, 12 + chunks.n);
    bytes_be(&b, 4, 5060 << 16 | 5060);
    bytes_be(&b, 8, 0);
    bytes_add(&b, chunks.at, chunks.n);
    feed(&b);
}

static void sctp_messages(void **state)
{
    char text[2048];
    size_t n = sip_text(text, sizeof text, "one", 700, true);
    sctp(text, 3, 5, n);
    assert_int_equal(fixture.n, 1);
    assert_true(fixture.at[0].in_frame);
    sctp(text + 800, 1, 0, n - 800); /* TSNs over the wrap, the last first */
    sctp(text, 2, 0xfffffffe, 400);
    sctp(text, 2, 0xfffffffe, 400);
    assert_int_equal(fixture.n, 1);
    sctp(text + 400, 0, 0xffffffff, 400);
    assert_int_equal(fixture.n, 2);
    assert_int_equal(fixture.at[1].size, n);
    assert_int_equal(fixture.at[1].transport, TRANSPORT_SCTP);
    assert_int_equal(fixture.at[1].nframes, 3);
    assert_int_equal(fixture.at[1].frames[0], 3);
    sctp(text, 2, 77, 400);
    fixture_end();
    assert_int_equal(counted(LEDGER_SCTP_LOST), 1);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test_setup_teardown(sctp_messages, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
