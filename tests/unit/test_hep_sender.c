#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "service/hep_sender.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* An envelope's frame around a number. */
static struct slice envelope(uint32_t number)
{
    static uint8_t bytes[10] = {'H', 'E', 'P', '3', 0, 10};
    memcpy(bytes + 6, &number, 4);
    return slice_of(bytes, sizeof bytes);
}

static uint16_t listen_at(int *fd, int type, uint16_t port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons(port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int on = 1;
    *fd = socket(AF_INET, type, 0);
    setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(*fd, (struct sockaddr *)&a, n), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(*fd, 4), 0);
    assert_int_equal(getsockname(*fd, (struct sockaddr *)&a, &n), 0);
    return ntohs(a.sin_port);
}

static bool readable(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, ms) == 1;
}

/* Reads until `last` has come; each number must be the one after that before, or one
 * that is repeated. */
static void expect_until(int fd, uint32_t *next, uint32_t last)
{
    uint8_t got[10];
    while (*next <= last) {
        uint32_t number;
        size_t n = 0;
        while (n < sizeof got) {
            assert_true(readable(fd, 8000));
            ssize_t k = recv(fd, got + n, sizeof got - n, 0);
            assert_true(k > 0);
            n += (size_t)k;
        }
        memcpy(&number, got + 6, 4);
        assert_true(number <= *next);
        *next = number + 1;
    }
}

static struct hep_sender *sender(bool tcp, uint16_t port, size_t queue)
{
    struct hep_sender_options o = {
        .to = {.host = "127.0.0.1", .port = port, .tcp = tcp}, .queue = queue};
    struct hep_sender *s = NULL;
    assert_int_equal(hep_sender_new(&o, &s), 0);
    return s;
}

static void put_some(struct hep_sender *s, uint32_t from, uint32_t to)
{
    for (; from <= to; from++)
        assert_true(hep_sender_put(s, envelope(from), false));
}

/* The collector goes away and comes back: nothing is missing on TCP. */
static void tcp_waits_for_the_collector(void **state)
{
    (void)state;
    int fd, one;
    uint32_t next = 1;
    uint16_t port = listen_at(&fd, SOCK_STREAM, 0);
    struct hep_sender *s = sender(true, port, 0);
    put_some(s, 1, 500);
    assert_true(readable(fd, 3000));
    one = accept(fd, NULL, NULL);
    expect_until(one, &next, 500);
    close(one);
    close(fd);
    usleep(200000);
    put_some(s, 501, 1500);
    usleep(300000);
    struct hep_sender_state st;
    hep_sender_state(s, &st);
    assert_true(st.away);
    assert_int_equal(st.losses, 1);
    listen_at(&fd, SOCK_STREAM, port);
    assert_true(readable(fd, 8000));
    one = accept(fd, NULL, NULL);
    expect_until(one, &next, 1500);
    assert_int_equal(hep_sender_end(s), 0);
    close(one);
    close(fd);
}

static void udp_hears_that_nobody_listens(void **state)
{
    (void)state;
    int fd;
    uint32_t next = 1;
    uint16_t port = listen_at(&fd, SOCK_DGRAM, 0);
    struct hep_sender *s = sender(false, port, 0);
    put_some(s, 1, 100);
    expect_until(fd, &next, 100);
    close(fd);
    usleep(200000);
    put_some(s, 101, 300);
    usleep(400000);
    struct hep_sender_state st;
    hep_sender_state(s, &st);
    assert_true(st.away);
    listen_at(&fd, SOCK_DGRAM, port);
    expect_until(fd, &next, 300);
    assert_int_equal(hep_sender_end(s), 0);
    close(fd);
}

static void counts_what_is_left(void **state)
{
    (void)state;
    int fd;
    uint16_t port = listen_at(&fd, SOCK_STREAM, 0);
    close(fd);
    struct hep_sender *s = sender(true, port, 4096);
    uint32_t n = 0;
    while (hep_sender_put(s, envelope(n), false))
        n++;
    assert_in_range(n, 100, 200); /* the queue is bounded */
    assert_int_equal(hep_sender_end(s), n);
    assert_int_equal(hep_sender_end(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_waits_for_the_collector),
        cmocka_unit_test(udp_hears_that_nobody_listens),
        cmocka_unit_test(counts_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
