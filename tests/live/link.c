/*
 * A live source while its link goes down, comes up again, is removed and made again,
 * while its filter changes, and while datagrams come fast. In a network namespace of
 * its own; skipped (77) without root.
 *
 *     live_link [DATAGRAMS [A_SECOND]]
 */
#include "capture/source.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SKIPPED = 77, PORT = 5060, BATCH = 32 };

static struct ledger ledger;
static int failures;

#define CHECK(what)                                     \
    do {                                                \
        bool ok = (what);                               \
        printf("%s %s\n", ok ? "ok  " : "FAIL", #what); \
        failures += !ok;                                \
    } while (0)

static double seconds(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ip(8) with up to nine words; false where it fails. */
static bool ip(const char *words)
{
    char copy[256], *arg[12] = {"ip"}, *save = NULL;
    int n = 1, status;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *w = strtok_r(copy, " ", &save); w && n < 11;
         w = strtok_r(NULL, " ", &save))
        arg[n++] = w;
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        execvp("ip", arg);
        _exit(127);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static bool make_pair(void)
{
    return ip("link add va type veth peer name vb") && ip("link set va up") &&
           ip("link set vb up") && ip("addr add 192.0.2.1/24 dev va") &&
           ip("neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev va");
}

/* Sends to an address behind the link, `rate` a second; 0: as one burst. */
static void send_some(long n, long rate)
{
    static char text[172];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    struct iovec v = {text, sizeof text};
    struct mmsghdr m[BATCH] = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    double start = seconds(CLOCK_MONOTONIC);
    inet_pton(AF_INET, "192.0.2.2", &to.sin_addr);
    for (int i = 0; i < BATCH; i++)
        m[i].msg_hdr = (struct msghdr){
            .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &v, .msg_iovlen = 1};
    for (long sent = 0; sent < n;) {
        double ahead =
            rate ? (double)sent / (double)rate - seconds(CLOCK_MONOTONIC) + start : 0;
        if (ahead > 0) {
            struct timespec t = {.tv_nsec = (long)(ahead * 1e9) % 1000000000};
            nanosleep(&t, NULL);
        }
        int k = sendmmsg(fd, m, n - sent < BATCH ? (unsigned)(n - sent) : BATCH, 0);
        sent += k > 0 ? k : BATCH;
    }
    close(fd);
}

/* Takes frames until want have come, the source ends or time is over. Returns what
 * source_next said last. */
static int take(struct source *s, long want, double limit, long *got)
{
    double stop = seconds(CLOCK_MONOTONIC) + limit;
    struct frame f;
    int err = -ERR_AGAIN;
    for (*got = 0; *got < want && seconds(CLOCK_MONOTONIC) < stop;) {
        while (!(err = source_next(s, &f)))
            *got += f.caplen == 172 + 42;
        if (err != -ERR_AGAIN)
            break;
        struct pollfd p = {.fd = source_poll_fd(s), .events = POLLIN};
        poll(&p, 1, 100);
        source_update(s);
    }
    return err;
}

static struct source *open_link(const char *name)
{
    struct source_options o = {.buffer_mb = 0};
    struct errmsg why = {""};
    struct source *s = NULL;
    ledger_init(&ledger);
    if (source_live_open(name, 0, &o, &ledger, &s, &why))
        printf("FAIL %s: %s\n", name, why.text);
    return s;
}

/* The filter of a source that runs. */
static void filter_changes(void)
{
    struct source *s = open_link("vb");
    struct errmsg why = {""};
    long got;
    if (!s) {
        failures++;
        return;
    }
    CHECK(source_filter(s, "udp port 5061", &why) == 0);
    send_some(10, 0);
    CHECK(take(s, 1, 1, &got) == -ERR_AGAIN && got == 0);
    CHECK(source_filter(s, "no such word", &why) == -ERR_USAGE && why.text[0]);
    CHECK(source_filter(s, "udp port 5060", &why) == 0);
    send_some(10, 0);
    CHECK(take(s, 10, 2, &got) == -ERR_AGAIN && got == 10);
    CHECK(ip("link set vb down") && ip("link del vb") && make_pair());
    take(s, 1, 2, &got);
    send_some(10, 0);
    CHECK(take(s, 10, 2, &got) == -ERR_AGAIN && got == 10);
    CHECK(source_filter(s, "", &why) == 0);
    source_free(s);
}

/* Through `any`: the frames name their interface. */
static void any_interface(void)
{
    struct source *s = open_link("any");
    struct frame f;
    long sides[2] = {0, 0};
    if (!s) {
        failures++;
        return;
    }
    send_some(10, 0);
    double stop = seconds(CLOCK_MONOTONIC) + 1;
    while (seconds(CLOCK_MONOTONIC) < stop)
        while (!source_next(s, &f)) {
            const char *name = source_interface(s, f.interface);
            if (f.len == 172 + 28 + 20 && name[0] == 'v')
                sides[name[1] == 'b']++;
        }
    CHECK(sides[0] == 10 && sides[1] == 10);
    source_free(s);
}

static void link_changes(void)
{
    struct source *s = open_link("vb");
    long got;
    if (!s) {
        failures++;
        return;
    }
    send_some(10, 0);
    CHECK(take(s, 10, 2, &got) == -ERR_AGAIN && got == 10);
    CHECK(ip("link set vb down"));
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    CHECK(take(s, 1, 2.5, &got) == -ERR_AGAIN);
    printf("     %.3f s of CPU in 2.5 s without a link\n",
           seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    CHECK(seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu < 0.25);
    CHECK(s->state.down);
    CHECK(ledger_total(&ledger, LEDGER_INTERFACE_DOWN) == 1);
    CHECK(ip("link set vb up"));
    take(s, 1, 1.5, &got);
    CHECK(!s->state.down);
    send_some(10, 0);
    CHECK(take(s, 10, 2, &got) == -ERR_AGAIN && got == 10);
    CHECK(ip("link del vb"));
    CHECK(take(s, 1, 1, &got) == -ERR_AGAIN);
    CHECK(s->state.down && s->state.gone);
    CHECK(ledger_total(&ledger, LEDGER_INTERFACE_DOWN) == 2);
    CHECK(make_pair());
    take(s, 1, 2, &got);
    CHECK(!s->state.down && !s->state.gone);
    send_some(10, 0);
    CHECK(take(s, 10, 2, &got) == -ERR_AGAIN && got == 10);
    CHECK(!s->failed);
    source_free(s);
}

static long rate, datagrams;

static void *sender(void *arg)
{
    (void)arg;
    send_some(datagrams, rate);
    return NULL;
}

static void fast(void)
{
    struct source *s = open_link("vb");
    pthread_t thread;
    long got;
    if (!s || pthread_create(&thread, NULL, sender, NULL)) {
        failures++;
        return;
    }
    double start = seconds(CLOCK_MONOTONIC);
    take(s, datagrams, 20, &got);
    double took = seconds(CLOCK_MONOTONIC) - start;
    pthread_join(thread, NULL);
    source_update(s);
    printf("     %ld of %ld datagrams in %.2f s (%.0f a second), dropped: kernel %llu, "
           "ring %llu\n",
           got, datagrams, took, (double)got / took,
           (unsigned long long)s->state.kernel_drops,
           (unsigned long long)s->state.ring_drops);
    CHECK(got == datagrams);
    CHECK(!s->state.kernel_drops && !s->state.ring_drops);
    source_free(s);
}

int main(int argc, char **argv)
{
    if (geteuid() != 0 || unshare(CLONE_NEWNET) || !make_pair()) {
        printf("needs root and ip(8): skipped\n");
        return SKIPPED;
    }
    datagrams = argc > 1 ? atol(argv[1]) : 100000;
    rate = argc > 2 ? atol(argv[2]) : 50000;
    fast();
    filter_changes();
    any_interface();
    link_changes();
    return failures != 0;
}
