#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture/source.h"
#include "dissect/packet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ENVELOPE "HEP3\0\x17\0\0\0\xe\0\xapass\0\0\0\xf\0\7Z"

static struct ledger ledger;

/* A port of the loopback that nobody uses. */
static uint16_t free_port(int type)
{
    int fd = socket(AF_INET, type, 0);
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    close(fd);
    return ntohs(a.sin_port);
}

static struct source *listen_at(bool tcp, const char *key, const char *allow, int *fd)
{
    struct source_options o = {.hep_key = key, .hep_allow = allow};
    struct errmsg why = {""};
    struct source *s = NULL;
    char url[64];
    int type = tcp ? SOCK_STREAM : SOCK_DGRAM;
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons(free_port(type)),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    ledger_init(&ledger);
    snprintf(url, sizeof url, "%s:127.0.0.1:%u", tcp ? "tcp" : "udp",
             ntohs(a.sin_port));
    if (source_hep_open(url, 3, &o, &ledger, &s, &why))
        fail_msg("%s", why.text);
    *fd = socket(AF_INET, type, 0);
    assert_int_equal(connect(*fd, (struct sockaddr *)&a, sizeof a), 0);
    return s;
}

/* Envelopes that come within two seconds, up to `want`, are those sent. */
static int receive(struct source *s, int want)
{
    int got = 0;
    for (int turns = 0; got < want && turns < 40; turns++) {
        struct frame f;
        int err;
        while (!(err = source_next(s, &f))) {
            struct packet p;
            got++;
            assert_int_equal(f.file, 3);
            assert_int_equal(
                packet_decode(f.link, slice_of(f.data, f.caplen), f.len, &p), 0);
            assert_int_equal(p.kind, PACKET_HEP);
            assert_true(slice_eq(p.payload, SLICE("Z")));
            assert_int_equal(p.hep.outer_src.ip[0], 127);
            assert_true(f.time > 1700000000LL * 1000000000);
        }
        assert_int_equal(err, -ERR_AGAIN);
        struct pollfd p = {.fd = source_poll_fd(s), .events = POLLIN};
        poll(&p, 1, 50);
    }
    source_update(s);
    return got;
}

/* Waits until the ledger has `n` of a reason. */
static void expect(struct source *s, uint32_t reason, uint64_t n)
{
    for (int i = 0; i < 200 && ledger_total(&ledger, reason) < n; i++) {
        usleep(10000);
        source_update(s);
    }
    assert_int_equal(ledger_total(&ledger, reason), n);
}

static void say(int fd, const char *bytes, size_t n)
{
    assert_int_equal(send(fd, bytes, n, MSG_NOSIGNAL), (ssize_t)n);
}

static void takes_datagrams(void **state)
{
    (void)state;
    int fd;
    struct source *s = listen_at(false, "pass", "198.51.100.0/24,127.0.0.0/8", &fd);
    for (int i = 0; i < 50; i++)
        say(fd, ENVELOPE, sizeof ENVELOPE - 1);
    say(fd, "noise", 5);
    say(fd, "HEP3\0\x0d\0\0\0\xf\0\7Z", 13);
    assert_int_equal(receive(s, 50), 50);
    expect(s, LEDGER_HEP_NOISE, 1);
    expect(s, LEDGER_HEP_KEY, 1);
    assert_int_equal(receive(s, 0), 0);
    assert_true(s->state.live);
    close(fd);
    source_free(s);
}

static void takes_connections(void **state)
{
    (void)state;
    int fd;
    struct source *s = listen_at(true, NULL, NULL, &fd);
    char many[100 * (sizeof ENVELOPE - 1)];
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = ENVELOPE[i % (sizeof ENVELOPE - 1)];
    say(fd, many, sizeof many);
    for (size_t i = 0; i < sizeof ENVELOPE - 1; i++) { /* and in pieces of a byte */
        say(fd, &ENVELOPE[i], 1);
        usleep(500);
    }
    assert_int_equal(receive(s, 101), 101);
    say(fd, "GET / HTTP/1.1\r\n", 16);
    char end;
    assert_true(recv(fd, &end, 1, 0) <= 0); /* is hung up on */
    expect(s, LEDGER_HEP_NOISE, 1);
    close(fd);
    source_free(s);
}

static void refuses_strangers(void **state)
{
    (void)state;
    int fd;
    struct source *s = listen_at(false, NULL, "192.0.2.0/24", &fd);
    say(fd, ENVELOPE, sizeof ENVELOPE - 1);
    expect(s, LEDGER_HEP_REFUSED, 1);
    assert_int_equal(receive(s, 0), 0);
    close(fd);
    source_free(s);
    s = listen_at(true, NULL, "192.0.2.0/24", &fd);
    expect(s, LEDGER_HEP_REFUSED, 1);
    close(fd);
    source_free(s);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    struct errmsg why = {""};
    struct source *s = NULL;
    struct source_options o = {.hep_allow = "nowhere"};
    assert_int_equal(source_hep_open("udp:192.0.2.300:9060", 0, &o, &ledger, &s, &why),
                     -ERR_USAGE);
    o.hep_allow = NULL;
    assert_true(source_hep_open("udp:192.0.2.1:9060", 0, &o, &ledger, &s, &why) < 0);
    assert_non_null(strstr(why.text, "cannot listen"));
    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_datagrams),
        cmocka_unit_test(takes_connections),
        cmocka_unit_test(refuses_strangers),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
