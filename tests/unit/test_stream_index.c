#include "model/stream_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Streams between few ends and of few sources, so that all chains have several. */
enum { ENDS = 6, SOURCES = 5, ALL = ENDS * ENDS * SOURCES };

static struct addr end_of(unsigned i)
{
    struct addr a = {.port = (uint16_t)(4000 + i), .family = i % 2 ? 6 : 4};
    a.ip[i % 2 ? 15 : 3] = (uint8_t)i;
    return a;
}

static void fill(struct rtp_stream *s, unsigned i)
{
    *s = (struct rtp_stream){.src = end_of(i % ENDS),
                             .dst = end_of(i / ENDS % ENDS),
                             .ssrc = i / (ENDS * ENDS)};
}

static struct rtp_stream *find(const struct stream_index *x, const struct rtp_stream *s)
{
    struct stream_key k = {&s->src, &s->dst, s->ssrc, s->fax};
    return stream_index_find(x, &k, stream_index_hash(x, &k));
}

static unsigned of_ssrc(const struct stream_index *x, uint32_t ssrc)
{
    unsigned n = 0;
    struct rtp_stream *newer = NULL;
    for (struct rtp_stream *s = stream_index_ssrc(x, ssrc); s; s = s->ssrc_older, n++) {
        assert_int_equal(s->ssrc, ssrc);
        assert_ptr_equal(s->ssrc_newer, newer);
        newer = s;
    }
    return n;
}

static unsigned of_flow(const struct stream_index *x, const struct rtp_stream *like)
{
    unsigned n = 0;
    struct rtp_stream *newer = NULL, *s = stream_index_flow(x, &like->src, &like->dst);
    for (; s; s = s->flow_older, n++) {
        assert_true(addr_eq(&s->src, &like->src) && addr_eq(&s->dst, &like->dst));
        assert_ptr_equal(s->flow_newer, newer);
        newer = s;
    }
    return n;
}

/* Whatever comes and goes: what is in is found, what is not is not, chains are whole.
 */
static void comes_and_goes(void **state)
{
    (void)state;
    static struct rtp_stream s[ALL];
    bool in[ALL] = {false};
    struct stream_index x;
    stream_index_init(&x);
    srand(1);
    for (unsigned i = 0; i < ALL; i++)
        fill(&s[i], i);
    for (unsigned step = 0; step < 20000; step++) {
        unsigned i = (unsigned)rand() % ALL;
        if (in[i]) {
            stream_index_remove(&x, &s[i]);
            fill(&s[i], i);
        } else {
            assert_true(stream_index_add(&x, &s[i]));
        }
        in[i] = !in[i];
        if (step % 100)
            continue;
        unsigned ssrcs = 0, flows = 0, all = 0;
        for (unsigned k = 0; k < ALL; k++) {
            assert_ptr_equal(find(&x, &s[k]), in[k] ? &s[k] : NULL);
            all += in[k];
        }
        for (unsigned k = 0; k < SOURCES; k++)
            ssrcs += of_ssrc(&x, k);
        for (unsigned k = 0; k < ENDS * ENDS; k++)
            flows += of_flow(&x, &s[k]);
        assert_int_equal(ssrcs, all);
        assert_int_equal(flows, all);
    }
    stream_index_done(&x);
}

/* A fax has no source: it is found beside media of SSRC 0 between the same ends. */
static void fax_beside_media(void **state)
{
    (void)state;
    static struct rtp_stream media, fax;
    struct stream_index x;
    stream_index_init(&x);
    fill(&media, 1);
    fill(&fax, 1);
    fax.fax = true;
    assert_true(stream_index_add(&x, &media));
    assert_true(stream_index_add(&x, &fax));
    assert_ptr_equal(find(&x, &media), &media);
    assert_ptr_equal(find(&x, &fax), &fax);
    assert_int_equal(of_ssrc(&x, 0), 1);
    assert_int_equal(of_flow(&x, &fax), 2);
    stream_index_remove(&x, &fax);
    stream_index_remove(&x, &media);
    assert_int_equal(x.by_key.n + x.by_ssrc.n + x.by_flow.n, 0);
    stream_index_done(&x);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(comes_and_goes),
        cmocka_unit_test(fax_beside_media),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
