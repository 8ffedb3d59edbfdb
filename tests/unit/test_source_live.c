#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture/source.h"

static struct ledger ledger;

static struct source *open_lo(const char *bpf)
{
    struct source_options o = {.bpf = bpf, .buffer_mb = 2};
    struct errmsg why = {""};
    struct source *s = NULL;
    ledger_init(&ledger);
    int err = source_live_open("lo", 0, &o, &ledger, &s, &why);
    if (err == -ERR_ACCESS) {
        print_message("skipped: %s\n", why.text);
        skip();
    }
    if (err)
        fail_msg("%s", why.text);
    return s;
}

static void send_udp(int n)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(59999)};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    for (int i = 0; i < n; i++)
        (void)!sendto(fd, "sipglass live test", 18, 0, (struct sockaddr *)&to,
                      sizeof to);
    close(fd);
}

/* Frames that come within two or three seconds, up to `want`. */
static int receive(struct source *s, int want)
{
    struct frame f;
    int got = 0;
    for (time_t stop = time(NULL) + 3; got < want && time(NULL) < stop;) {
        int err;
        while (!(err = source_next(s, &f))) {
            assert_true(f.caplen >= 18 + 28);
            assert_memory_equal(f.data + f.caplen - 18, "sipglass live test", 18);
            assert_int_equal(f.number, ++got);
            assert_true(f.time > 1700000000LL * 1000000000);
        }
        assert_int_equal(err, -ERR_AGAIN);
        struct pollfd p = {.fd = source_poll_fd(s), .events = POLLIN};
        poll(&p, 1, 50);
    }
    return got;
}

/* Loopback shows each datagram once to libpcap's user (going out and coming in are
 * one). */
static void frames_arrive(void **state)
{
    (void)state;
    struct source *s = open_lo("udp port 59999 and udp[8:4] = 0x73697067");
    send_udp(100);
    assert_int_equal(receive(s, 100), 100);
    source_update(s);
    assert_int_equal(s->state.kernel_drops, 0);
    assert_int_equal(s->state.ring_drops, 0);
    assert_false(s->state.down);
    source_free(s);
}

static void wrong_names_and_filters(void **state)
{
    struct source_options o = {.bpf = "no such word"};
    struct errmsg why = {""};
    struct source *s = NULL;
    (void)state;
    source_free(open_lo(NULL));
    assert_int_equal(source_live_open("nosuchif0", 0, &o, &ledger, &s, &why),
                     -ERR_NOENT);
    assert_non_null(strstr(why.text, "no such interface"));
    assert_int_equal(source_live_open("lo", 0, &o, &ledger, &s, &why), -ERR_USAGE);
    assert_non_null(strstr(why.text, "no such word"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_arrive),
        cmocka_unit_test(wrong_names_and_filters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
