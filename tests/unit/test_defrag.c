#include "engine_fixture.h"

static char text[PACKET_ROOM];
static struct bytes udp; /* a datagram with its UDP header */

static void make(size_t body)
{
    size_t n = sip_text(text, sizeof text, "whole", body, true);
    udp.n = 0;
    packet_udp(&udp, 5060, 5060, n);
    bytes_add(&udp, text, n);
}

/* Feeds bytes [from, from + n) of `udp` as a fragment of packet `id`. */
static void fragment(unsigned id, size_t from, size_t n)
{
    static struct bytes b;
    b.n = 0;
    bool more = from + n < udp.n;
    packet_ipv4(&b, 17, 1, 2, id, (more ? 0x2000 : 0) | (unsigned)(from / 8), n);
    bytes_add(&b, udp.at + from, n);
    feed(&b);
}

static void fragment6(uint32_t id, size_t from, size_t n)
{
    static struct bytes b;
    b.n = 0;
    packet_ipv6(&b, 44, 1, 2, 8 + n);
    bytes_be(&b, 2, 17 << 8);
    bytes_be(&b, 2, from | (from + n < udp.n));
    bytes_be(&b, 4, id);
    bytes_add(&b, udp.at + from, n);
    feed(&b);
}

static void expect_whole(uint64_t frame, unsigned nframes)
{
    assert_int_equal(fixture.n, 1);
    assert_string_equal(fixture.at[0].call_id, "whole");
    assert_int_equal(fixture.at[0].size, udp.n - 8);
    assert_int_equal(fixture.at[0].flags, 0);
    assert_true(fixture.at[0].reassembled);
    assert_int_equal(fixture.at[0].frame, frame);
    assert_int_equal(fixture.at[0].nframes, nframes);
    assert_int_equal(fixture.at[0].transport, TRANSPORT_UDP);
    assert_int_equal(fixture.at[0].src.port, 5060);
}

static void in_order(void **state)
{
    make(3000);
    fragment(1, 0, 1480);
    fragment(1, 1480, 1480);
    assert_int_equal(fixture.n, 0);
    fragment(1, 2960, udp.n - 2960);
    expect_whole(3, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(fixture.at[0].frames[i], i + 1);
}

static void last_first(void **state)
{
    make(3000);
    fragment(1, 2960, udp.n - 2960);
    fragment(1, 1480, 1480);
    fragment(1, 0, 1480);
    expect_whole(3, 3);
    assert_int_equal(fixture.at[0].frames[0], 3);
}

static void ipv6(void **state)
{
    make(2000);
    fragment6(0xdeadbeef, 1400, udp.n - 1400);
    fragment6(0xdeadbeef, 0, 1400);
    expect_whole(2, 2);
    assert_int_equal(fixture.at[0].src.family, 6);
}

static void duplicated(void **state)
{
    make(2000);
    fragment(1, 0, 1480);
    fragment(1, 0, 1480);
    fragment(1, 1480, udp.n - 1480);
    expect_whole(3, 2);
    assert_int_equal(counted(LEDGER_FRAGMENT_OVERLAP), 0);
}

static void repeated_after_the_whole(void **state)
{
    make(2000);
    fragment(1, 0, 1480);
    fragment(1, 1480, udp.n - 1480);
    fragment(1, 1480, udp.n - 1480); /* twice, as where a frame passes two interfaces */
    fixture.now += 100 * SEC;
    feed_udp("", 0);
    expect_whole(2, 2);
    assert_int_equal(fixture.ledger.n, 0);
    fragment(1, 0, 1480); /* the id again, much later: another packet */
    fixture_end();
    assert_int_equal(counted(LEDGER_FRAGMENT_LOST), 1);
}

static void overlap_first_wins(void **state)
{
    make(2000);
    fragment(1, 0, 1480);
    uint8_t was = udp.at[1000];
    udp.at[1000] = '!';
    fragment(1, 800, udp.n - 800);
    udp.at[1000] = was;
    expect_whole(2, 2);
    assert_int_equal(counted(LEDGER_FRAGMENT_OVERLAP), 1);
}

static void mixed_ids(void **state)
{
    make(2000);
    fragment(1, 0, 1480);
    fragment(2, 1480, udp.n - 1480);
    assert_int_equal(fixture.n, 0);
    fragment(1, 1480, udp.n - 1480);
    fragment(2, 0, 1480);
    assert_int_equal(fixture.n, 2);
}

static void bad_offsets(void **state)
{
    make(2000);
    fragment(1, 0, 1481);     /* not a multiple of 8 with more to come */
    fragment(2, 65528, 1480); /* goes over 64 KB */
    assert_int_equal(counted(LEDGER_FRAGMENT_BAD), 2);
    size_t n = udp.n;
    udp.n = 1480;
    fragment(3, 0, 1480); /* whole in one: no fragment at all */
    udp.n = n;
    fixture.n = 0;
    fragment(4, 1480, n - 1480);
    udp.n = 1600;
    fragment(4, 1480, 120); /* another end */
    assert_int_equal(counted(LEDGER_FRAGMENT_BAD), 3);
}

static void lost_after_30_s(void **state)
{
    make(3000);
    fragment(1, 0, 1480);
    fragment(1, 2960, udp.n - 2960);
    fixture.now += 29 * SEC;
    feed_udp("", 0);
    assert_int_equal(fixture.n, 0);
    fixture.now += 2 * SEC;
    feed_udp("", 0);
    assert_int_equal(fixture.n, 1); /* what is there up to the hole */
    assert_int_equal(fixture.at[0].size, 1472);
    assert_int_equal(fixture.at[0].frame, 1);
    assert_true(fixture.at[0].flags & SIP_CUT);
    assert_true(fixture.touched & CALL_INCOMPLETE_FRAGMENT);
    assert_int_equal(counted(LEDGER_FRAGMENT_LOST), 1);
}

static void lost_at_the_end(void **state)
{
    make(3000);
    fragment(1, 1480, 1480);
    fixture_end();
    assert_int_equal(fixture.n, 0);
    assert_int_equal(counted(LEDGER_FRAGMENT_LOST), 1);
}

static void memory_limit(void **state)
{
    make(3000);
    fixture.limits.fragments = 100000;
    fixture_teardown(NULL);
    struct engine_options o = {
        .limits = &fixture.limits, .ledger = &fixture.ledger, .text = &fixture.text};
    fixture.engine = engine_new(&o);
    for (unsigned id = 0; id < 1000; id++)
        fragment(id, 0, 1480);
    assert_true(counted(LEDGER_FRAGMENT_LIMIT) > 900);
    assert_true(counted(LEDGER_FRAGMENT_LIMIT) < 960);
    assert_int_equal(fixture.n, counted(LEDGER_FRAGMENT_LIMIT));
}

static void cut_by_the_snap_length(void **state)
{
    static struct bytes b;
    make(2000);
    b.n = 0;
    packet_ipv4(&b, 17, 1, 2, 9, 0x2000, 1480);
    bytes_add(&b, udp.at, 1480);
    feed_cut(&b, 500);
    fragment(9, 1480, udp.n - 1480);
    assert_int_equal(fixture.n, 0);
    fixture_end();
    assert_int_equal(fixture.n, 1);
    assert_int_equal(fixture.at[0].size, 980 - 8);
    assert_true(fixture.at[0].flags & SIP_CUT);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
    static const struct CMUnitTest TESTS[] = {
        TEST(in_order),
        TEST(last_first),
        TEST(ipv6),
        TEST(duplicated),
        TEST(repeated_after_the_whole),
        TEST(overlap_first_wins),
        TEST(mixed_ids),
        TEST(bad_offsets),
        TEST(lost_after_30_s),
        TEST(lost_at_the_end),
        TEST(memory_limit),
        TEST(cut_by_the_snap_length),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
