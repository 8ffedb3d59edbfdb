#include "model/conn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#define SECOND INT64_C(1000000000)

struct world {
    struct conns conns;
    struct mem_pool pool;
    struct hops hops;
    uint64_t frame;
};

static void begin(struct world *w)
{
    *w = (struct world){.frame = 0};
    mem_pool_init(&w->pool);
    hops_init(&w->hops, &w->pool);
}

static void done(struct world *w)
{
    conns_done(&w->conns);
    hops_done(&w->hops);
    mem_pool_done(&w->pool);
}

/* A segment of a connection from 192.0.2.1:40000 to 198.51.100.1:`port`, or back. */
static void feed(struct world *w, double at, bool back, uint16_t port, unsigned flags,
                 struct slice bytes)
{
    struct addr client = {.family = 4, .ip = {192, 0, 2, 1}, .port = 40000};
    struct addr server = {.family = 4, .ip = {198, 51, 100, 1}, .port = port};
    struct frame f = {.time = (int64_t)(at * 1e9) + SECOND, .number = ++w->frame};
    struct packet p = {.kind = PACKET_TCP,
                       .src = back ? server : client,
                       .dst = back ? client : server,
                       .payload = bytes,
                       .whole = (uint32_t)bytes.n,
                       .tcp = {.seq = 100, .flags = (uint8_t)flags}};
    if (conn_wants(&p))
        conns_feed(&w->conns, &w->hops, &f, &p);
}

static void refused(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    feed(&w, 0, false, 5060, TCP_SYN, (struct slice){0});
    feed(&w, 0.001, false, 5060, TCP_SYN, (struct slice){0}); /* a copy */
    feed(&w, 1, false, 5060, TCP_SYN, (struct slice){0});
    feed(&w, 1.1, true, 5060, TCP_RST | TCP_ACK, (struct slice){0});
    assert_int_equal(w.conns.list.n, 1);
    const struct conn *c = w.conns.list.at[0];
    assert_int_equal(c->syns, 2);
    assert_true(c->refused);
    assert_int_equal(c->closer, 1);
    assert_int_equal(c->closed.frame, 4);
    done(&w);
}

/* RFC 8446 5.1, 6: a fatal alert, unknown_ca. */
static void alert(void **state)
{
    (void)state;
    static const uint8_t HELLO[] = {22, 3, 1, 0, 4, 1, 0, 0, 0};
    static const uint8_t ALERT[] = {21, 3, 3, 0, 2, 2, 48};
    struct world w;
    begin(&w);
    feed(&w, 0, false, 5061, TCP_SYN, (struct slice){0});
    feed(&w, 0.1, true, 5061, TCP_SYN | TCP_ACK, (struct slice){0});
    feed(&w, 0.2, false, 5061, TCP_ACK, slice_of(HELLO, sizeof HELLO));
    feed(&w, 0.3, true, 5061, TCP_ACK, slice_of(ALERT, sizeof ALERT));
    const struct conn *c = w.conns.list.at[0];
    assert_int_equal(c->accepted.frame, 2);
    assert_int_equal(c->hello.frame, 3);
    assert_int_equal(c->alert.frame, 4);
    assert_int_equal(c->alert_code, 48);
    assert_int_equal(c->alert_level, 2);
    assert_int_equal(c->alert_from, 1);
    assert_false(c->refused);
    assert_ptr_equal(conns_find(&w.conns, &c->server, &c->client), c);
    assert_ptr_equal(conns_of_client(&w.conns, &c->client), c);
    done(&w);
}

static void idle(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    feed(&w, 0, false, 5060, TCP_ACK, SLICE("OPTIONS"));
    feed(&w, 120, true, 5060, TCP_FIN | TCP_ACK, (struct slice){0});
    const struct conn *c = w.conns.list.at[0];
    assert_true(c->midway);
    assert_int_equal(c->client.port, 40000);
    assert_int_equal(c->idle, 120 * SECOND);
    assert_false(c->reset);
    done(&w);
}

/* Other ports are of no interest unless they carried SIP. */
static void others(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    feed(&w, 0, false, 443, TCP_SYN, (struct slice){0});
    feed(&w, 1, false, 443, TCP_ACK, SLICE("GET"));
    feed(&w, 2, true, 443, TCP_FIN, (struct slice){0});
    assert_int_equal(w.conns.list.n, 0);
    for (unsigned i = 0; i < CONNS_MAX + 10; i++) { /* bounded */
        struct addr a = {.family = 4, .port = (uint16_t)(1 + i % 60000)};
        struct addr b = {.family = 4, .ip = {(uint8_t)(i / 60000)}, .port = 5060};
        struct frame f = {.time = SECOND, .number = i + 1};
        struct packet p = {.src = a, .dst = b, .tcp = {.flags = TCP_SYN}};
        conns_feed(&w.conns, &w.hops, &f, &p);
    }
    assert_int_equal(w.conns.list.n, CONNS_MAX);
    done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused),
        cmocka_unit_test(alert),
        cmocka_unit_test(idle),
        cmocka_unit_test(others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
