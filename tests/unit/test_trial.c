#include "model/trial.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct ledger ledger;
static struct trials trials;

/* A PCMU packet of 20 ms to a port. */
static struct trial *take(uint64_t hash, uint16_t seq, uint32_t ts, uint16_t port)
{
    static uint8_t d[172] = {0x80};
    static uint64_t frames;
    struct frame f = {.data = d, .number = ++frames};
    struct rtp r = {.ssrc = 7, .ts = ts, .seq = seq, .bytes = 160};
    struct packet packet = {.payload = slice_of(d, sizeof d), .whole = sizeof d};
    struct rtp_packet p = {.frame = &f, .seq = seq, .ts = ts, .bytes = sizeof d};
    packet.src.port = 5000;
    packet.dst.port = port;
    return trial_take(&trials, hash, &packet, &r, &p, &ledger);
}

static int setup(void **state)
{
    (void)state;
    ledger_init(&ledger);
    trials = (struct trials){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    trials_done(&trials);
    return 0;
}

/* QUALITY.md 3: five in a row, numbers and timestamps going on. */
static void fifth_in_a_row(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < 4; i++)
        assert_null(take(1, (uint16_t)(65534 + i), 160u * i, 4000));
    struct trial *t = take(1, 2, 640, 4000);
    assert_non_null(t);
    assert_ptr_equal(trial_find(&trials, 1), t);
    assert_int_equal(t->n, 4);
    for (uint16_t i = 0; i < 4; i++) {
        struct rtp_packet p = trial_packet(t, i);
        assert_int_equal(p.seq, (uint16_t)(65534 + i));
        assert_int_equal(p.payload.n, 0);
        assert_ptr_equal(p.frame, &t->frame[i]);
        assert_null(p.frame->data);
    }
    trial_reset(t);
    assert_null(trial_find(&trials, 1));
    assert_int_equal(ledger_total(&ledger, LEDGER_RTP_STRAY), 0);
}

/* A duplicate neither breaks the row nor makes it longer. */
static void twice(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < 4; i++) {
        assert_null(take(1, i, 160u * i, 4000));
        assert_null(take(1, i, 160u * i, 4000));
    }
    assert_non_null(take(1, 4, 640, 4000));
}

/* Numbers at random never pass, and each packet is counted or waits. */
static void at_random(void **state)
{
    (void)state;
    uint32_t random = 1;
    enum { PACKETS = 10000 };
    for (int i = 0; i < PACKETS; i++) {
        random = random * 1664525 + 1013904223;
        assert_null(take(1, (uint16_t)(random >> 16), 160u * (random >> 20), 4000));
    }
    assert_in_range(ledger_total(&ledger, LEDGER_RTP_STRAY), PACKETS - TRIAL_PACKETS,
                    PACKETS);
}

/* Another series takes the place of one with the same slot; nothing grows. */
static void many_series(void **state)
{
    (void)state;
    enum { SERIES = 100000 };
    take(0, 1, 0, 4000);
    size_t memory = trials_memory(&trials);
    for (uint64_t i = 1; i < SERIES; i++)
        assert_null(take(i, 1, 0, 4000));
    assert_int_equal(trials_memory(&trials), memory);
    assert_in_range(ledger_total(&ledger, LEDGER_RTP_STRAY), SERIES - 1000, SERIES);
}

/* A port of services is none of media. */
static void not_plausible(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < 20; i++)
        assert_null(take(1, (uint16_t)(10 * i), 0, 53));
    assert_int_equal(ledger_total(&ledger, LEDGER_RTP_STRAY), 20);
    assert_null(trial_find(&trials, 1));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    static const struct CMUnitTest TESTS[] = {
        TEST(fifth_in_a_row), TEST(twice),         TEST(at_random),
        TEST(many_series),    TEST(not_plausible),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
