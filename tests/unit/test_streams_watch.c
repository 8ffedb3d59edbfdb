#include "media.h"

/* Payloads of one direction that come in the other within a second. */
static void echoes(void **state)
{
    (void)state;
    static const struct {
        int64_t later; /* us */
        bool same, found;
    } ROWS[] = {{100000, true, true}, {100000, false, false}, {1500000, true, false}};
    for (size_t k = 0; k < sizeof ROWS / sizeof *ROWS; k++) {
        struct media m;
        media_init(&m);
        media_call(&m);
        for (unsigned i = 0; i < 1200; i++) {
            for (unsigned way = 0; way < 2; way++) {
                uint8_t sound[160];
                uint64_t seed = 1 + i + (ROWS[k].same ? 0 : way * 100000);
                for (size_t b = 0; b < sizeof sound; b++) {
                    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
                    sound[b] = (uint8_t)(seed >> 56);
                }
                m.src = way ? CALLEE_RTP : CALLER_RTP;
                m.dst = way ? CALLER_RTP : CALLEE_RTP;
                m.ssrc = way ? 0xb0b : 0xa11ce;
                rtp_payload(&m, 100000 + 20000 * i + way * ROWS[k].later, i, 160 * i,
                            sound, sizeof sound);
            }
        }
        unsigned n = rtp_stream_notes(stream_at(&m, 0))->echoes +
                     rtp_stream_notes(stream_at(&m, 1))->echoes;
        assert_int_equal(n > 3, ROWS[k].found);
        media_done(&m);
    }
}

/* Ten streams; `holed` of them miss the packets 50 to 54. */
static uint32_t holes(unsigned holed, bool spread)
{
    struct media m;
    media_init(&m);
    for (unsigned i = 0; i < 100; i++)
        for (unsigned k = 0; k < 10; k++) {
            unsigned from = spread ? 20 + 7 * k : 50;
            if (k < holed && i >= from && i < from + 5)
                continue;
            m.ssrc = 0x1000 + k;
            rtp(&m, 20000 * i + 100 * k, i, 160 * i);
        }
    streams_end(m.s);
    uint32_t n = m.s->holes.n;
    if (n) {
        assert_int_equal(m.s->holes.missing, holed);
        assert_int_equal(m.s->holes.live, 10);
    }
    media_done(&m);
    return n;
}

static void gaps(void **state)
{
    (void)state;
    assert_int_equal(holes(10, false), 1);
    assert_int_equal(holes(8, false), 1);
    assert_int_equal(holes(7, false), 0);
    assert_int_equal(holes(10, true), 0);
}

/* Streams that nobody announced and that begin at once do not turn each other out,
 * wherever they fall in the table where they wait. */
static void crowd(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    for (unsigned i = 0; i < 200; i++)
        for (unsigned k = 0; k < 1000; k++) {
            m.ssrc = 0x1000 + k;
            rtp(&m, 20000 * i + 10 * k, i, 160 * i);
        }
    streams_end(m.s);
    assert_int_equal(m.s->list.list.n, 1000);
    media_done(&m);
}

/* RFC 3550 5.1: timestamps go on by the packet time, whatever is heard. */
static void oddities(void **state)
{
    (void)state;
    struct media m;
    media_init(&m);
    media_call(&m);
    rtp_run(&m, 100000, 0, 50);
    rtp(&m, 100000 + 50 * 20000 + 2000000, 50, 160 * 150); /* a pause of two seconds */
    rtp(&m, 100000 + 51 * 20000 + 2000000, 51, 160 * 151);
    rtp(&m, 100000 + 52 * 20000 + 2000000, 52, 160 * 500); /* a jump */
    rtp(&m, 100000 + 53 * 20000 + 2000000, 53, 160 * 501);
    rtp(&m, 100000 + 54 * 20000 + 2000000, 54, 160 * 501); /* it stands still */
    const struct rtp_notes *n = rtp_stream_notes(stream_at(&m, 0));
    assert_int_equal(n->pauses, 1);
    assert_int_equal(n->unmarked, 1);
    assert_int_equal(n->jumps, 1);
    assert_int_equal(n->steps, 1);
    assert_true(n->pause_frame < n->jump_frame && n->jump_frame < n->step_frame);
    media_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echoes),
        cmocka_unit_test(gaps),
        cmocka_unit_test(crowd),
        cmocka_unit_test(oddities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
