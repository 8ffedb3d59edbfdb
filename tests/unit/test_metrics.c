#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "service/metrics.h"

#include <math.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The exposition format, version 0.0.4, by its description. */
static void writes_the_format(void **state)
{
    (void)state;
    struct strbuf b = {0};
    const struct metrics_label labels[] = {
        {"name", "a\"b\\c\nd"}, {"none", NULL}, {"way", "to"}, {NULL, NULL}};
    metrics_family(&b, "x_total", METRICS_COUNTER, "What it is");
    metrics_count(&b, "x_total", NULL, UINT64_MAX);
    metrics_count(&b, "x_total", labels, 2);
    metrics_family(&b, "y_ratio", METRICS_GAUGE, "Another");
    metrics_sample(&b, "y_ratio", labels + 2, 0.5);
    metrics_sample(&b, "y_ratio", labels + 2, NAN);
    metrics_sample(&b, "y_ratio", labels + 2, INFINITY);
    assert_string_equal(strbuf_cstr(&b),
                        "# HELP x_total What it is\n# TYPE x_total counter\n"
                        "x_total 18446744073709551615\n"
                        "x_total{name=\"a\\\"b\\\\c\\\\nd\",way=\"to\"} 2\n"
                        "# HELP y_ratio Another\n# TYPE y_ratio gauge\n"
                        "y_ratio{way=\"to\"} 0.5\n");
    strbuf_done(&b);
}

static uint16_t free_port(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    close(fd);
    return ntohs(a.sin_port);
}

/* The answer to a request, NUL-terminated. */
static void ask(uint16_t port, const char *request, char *out, size_t room)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons(port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    size_t n = 0;
    ssize_t k;
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_true(write(fd, request, strlen(request)) > 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (n + 1 < room && poll(&p, 1, 5000) == 1 &&
           (k = read(fd, out + n, room - n - 1)) > 0)
        n += (size_t)k;
    out[n] = 0;
    close(fd);
}

static void serves_the_newest(void **state)
{
    (void)state;
    static const struct {
        const char *request, *status, *body;
    } ROWS[] = {
        {"GET /metrics HTTP/1.0\r\n\r\n", "200", "new 2\n"},
        {"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200",
         "new 2\n"},
        {"HEAD /metrics HTTP/1.0\r\n\r\n", "200", ""},
        {"GET / HTTP/1.0\r\n\r\n", "200", "sipglass: see /metrics\n"},
        {"GET /secrets HTTP/1.0\r\n\r\n", "404", "there is /metrics\n"},
        {"POST /metrics HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", "405", "only GET\n"},
    };
    struct endpoint at = {.host = "127.0.0.1", .port = free_port()};
    struct errmsg why = {""};
    struct metrics *m = NULL;
    char out[4096];
    int err = metrics_new(&at, &m, &why);
    if (err == -ERR_UNSUPPORTED)
        skip();
    if (err)
        fail_msg("%s", why.text);
    ask(at.port, "GET /metrics HTTP/1.0\r\n\r\n", out, sizeof out);
    assert_non_null(strstr(out, " 503 "));
    struct strbuf text = {0};
    strbuf_str(&text, "old 1\n");
    metrics_swap(m, &text);
    text.n = 0;
    strbuf_str(&text, "new 2\n");
    metrics_swap(m, &text);
    strbuf_done(&text);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        ask(at.port, ROWS[i].request, out, sizeof out);
        assert_memory_equal(out, "HTTP/1.", 7);
        assert_memory_equal(out + 9, ROWS[i].status, 3);
        const char *body = strstr(out, "\r\n\r\n");
        assert_non_null(body);
        assert_string_equal(body + 4, ROWS[i].body);
    }
    struct metrics *second = NULL;
    assert_true(metrics_new(&at, &second, &why) < 0); /* the port is taken */
    metrics_free(m);
    metrics_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_format),
        cmocka_unit_test(serves_the_newest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
