#include "service/hep_sender.h"

#include "base/ring.h"
#include "base/strbuf.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#ifndef SIOCOUTQ
#define SIOCOUTQ 0x5411 /* linux/sockios.h: bytes not acknowledged yet */
#endif

enum {
    QUEUE = 16 << 20,
    FLIGHT = 1 << 20, /* bytes on the way that are kept until acknowledged */
    WAIT_MS = 100,
    SETTLE_MS = 30, /* for the word that nobody listens, over UDP */
    BACK_OFF_MS = 100,
    BACK_OFF_MOST = 5000,
    GIVE_UP_MS = 3000,
    PATIENCE_MS = 5000,
};

struct hep_sender {
    struct endpoint to;
    struct ring *ring;
    int wake, fd; /* fd -1: not connected */
    pthread_t thread;
    atomic_bool away, ending;
    atomic_ullong sent, again, losses;
    /* of the thread alone */
    struct strbuf flight; /* TCP: whole envelopes, oldest first. UDP: the last one */
    size_t out;           /* bytes of the flight that the socket has taken (TCP) */
    int back_off;
    int64_t progress; /* monotonic ms: when something was sent last */
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void add(atomic_ullong *n, uint64_t more)
{
    atomic_fetch_add_explicit(n, more, memory_order_relaxed);
}

static bool is_ending(const struct hep_sender *s)
{
    return atomic_load_explicit(&s->ending, memory_order_acquire);
}

/* Sleeps until there may be something to do. */
static void sleep_until(struct hep_sender *s, short events, int ms)
{
    struct pollfd p[2] = {{.fd = s->wake, .events = POLLIN},
                          {.fd = s->fd, .events = events}};
    uint64_t ignored;
    if (is_ending(s) && ms > WAIT_MS)
        ms = WAIT_MS;
    poll(p, events && s->fd >= 0 ? 2 : 1, ms);
    (void)!read(s->wake, &ignored, sizeof ignored);
}

/* ---- the connection ---- */

static void lose(struct hep_sender *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    s->out = 0;
    if (!atomic_exchange(&s->away, true))
        add(&s->losses, 1);
}

/* Waits for a connection that is being made. */
static bool connected(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int err = 0;
    socklen_t n = sizeof err;
    return poll(&p, 1, GIVE_UP_MS) == 1 &&
           !getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &n) && !err;
}

static bool reach(struct hep_sender *s)
{
    struct sockaddr_storage a;
    socklen_t n;
    int size = 4 << 20;
    if (endpoint_resolve(&s->to, false, &a, &n, NULL))
        return false;
    int type = s->to.tcp ? SOCK_STREAM : SOCK_DGRAM;
    int fd = socket(a.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    if (!s->to.tcp)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    bool ok = !connect(fd, (struct sockaddr *)&a, n) ||
              (errno == EINPROGRESS && connected(fd));
    if (!ok) {
        close(fd);
        return false;
    }
    s->fd = fd;
    return true;
}

/* Connected, or after a pause not. */
static bool have_connection(struct hep_sender *s)
{
    if (s->fd >= 0)
        return true;
    if (reach(s)) {
        /* Only what comes through shows that somebody listens to datagrams. */
        if (s->to.tcp) {
            s->back_off = BACK_OFF_MS;
            atomic_store(&s->away, false);
        }
        return true;
    }
    lose(s);
    sleep_until(s, 0, s->back_off);
    s->back_off = s->back_off < BACK_OFF_MOST / 2 ? 2 * s->back_off : BACK_OFF_MOST;
    return false;
}

/* ---- TCP ---- */

static size_t length_at(const struct strbuf *b, size_t at)
{
    const uint8_t *p = (const uint8_t *)b->p + at;
    return at + 6 <= b->n ? (size_t)p[4] << 8 | p[5] : 0;
}

/* Envelopes that the other side has acknowledged leave the flight. */
static void land(struct hep_sender *s)
{
    int unread = 0;
    size_t done = 0, n;
    uint64_t count = 0;
    if (ioctl(s->fd, SIOCOUTQ, &unread) || unread < 0 || (size_t)unread > s->out)
        return;
    size_t acknowledged = s->out - (size_t)unread;
    while ((n = length_at(&s->flight, done)) && done + n <= acknowledged)
        done += n, count++;
    if (!done)
        return;
    memmove(s->flight.p, s->flight.p + done, s->flight.n - done);
    s->flight.n -= done;
    s->out -= done;
    s->progress = now_ms();
    add(&s->sent, count);
}

/* The next envelopes join the flight. */
static void board(struct hep_sender *s)
{
    size_t n;
    const void *p;
    while (s->flight.n < FLIGHT && (p = ring_peek(s->ring, &n))) {
        strbuf_add(&s->flight, p, n);
        if (s->flight.failed) {
            s->flight.failed = false; /* stays in the ring */
            return;
        }
        ring_release(s->ring);
    }
}

static uint64_t envelopes(const struct strbuf *b)
{
    uint64_t count = 0;
    for (size_t at = 0, n; (n = length_at(b, at)); at += n)
        count++;
    return count;
}

/* A collector says nothing; when it hangs up there is something to read. */
static bool hung_up(const struct hep_sender *s)
{
    char ignored[256];
    ssize_t n = recv(s->fd, ignored, sizeof ignored, MSG_DONTWAIT);
    return !n || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void turn_tcp(struct hep_sender *s)
{
    bool fresh = s->fd < 0;
    if (!have_connection(s))
        return;
    if (fresh)
        add(&s->again, envelopes(&s->flight));
    land(s);
    board(s);
    size_t left = s->flight.n - s->out;
    ssize_t n = left ? send(s->fd, s->flight.p + s->out, left, MSG_NOSIGNAL) : 0;
    if ((n < 0 && errno != EAGAIN && errno != EINTR) || hung_up(s)) {
        lose(s);
        sleep_until(s, 0, s->back_off);
        return;
    }
    if (n > 0) {
        s->out += (size_t)n;
        s->progress = now_ms();
    }
    if ((size_t)(n > 0 ? n : 0) < left)
        sleep_until(s, POLLOUT | POLLIN, WAIT_MS);
    else if (s->flight.n >= FLIGHT || (s->flight.n && is_ending(s)))
        usleep(1000); /* for acknowledgements, which no poll tells of */
    else if (!ring_used(s->ring))
        sleep_until(s, POLLIN, WAIT_MS);
}

/* ---- UDP ---- */

/* Whether the machine of the collector said that nobody listens. */
static bool refused(struct hep_sender *s)
{
    int err = 0;
    socklen_t n = sizeof err;
    return getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &err, &n) || err;
}

/* Sends the flight's only envelope. False: it did not go. */
static bool send_one(struct hep_sender *s)
{
    ssize_t n = send(s->fd, s->flight.p, s->flight.n, MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
        sleep_until(s, POLLOUT, WAIT_MS);
        n = send(s->fd, s->flight.p, s->flight.n, MSG_NOSIGNAL);
    }
    if (n < 0 && errno == EMSGSIZE) /* never will: passed over */
        return true;
    return n >= 0;
}

/* The last envelope once more, and time for an answer: is somebody there again? */
static void knock(struct hep_sender *s)
{
    if (s->flight.n) {
        add(&s->again, 1);
        bool went = send_one(s);
        usleep(SETTLE_MS * 1000);
        if (!went || refused(s)) {
            lose(s);
            sleep_until(s, 0, s->back_off);
            s->back_off =
                s->back_off < BACK_OFF_MOST / 2 ? 2 * s->back_off : BACK_OFF_MOST;
            return;
        }
    }
    s->back_off = BACK_OFF_MS;
    atomic_store(&s->away, false);
}

static void turn_udp(struct hep_sender *s)
{
    size_t n;
    if (!have_connection(s))
        return;
    if (atomic_load(&s->away)) {
        knock(s);
        return;
    }
    const void *p = ring_peek(s->ring, &n);
    if (!p) {
        if (refused(s))
            lose(s);
        else
            sleep_until(s, 0, WAIT_MS);
        return;
    }
    /* An error on sending is about the one before: that is kept, and goes again. */
    if (refused(s)) {
        lose(s);
        return;
    }
    s->flight.n = 0;
    strbuf_add(&s->flight, p, n);
    if (s->flight.failed) {
        s->flight.failed = false;
        usleep(WAIT_MS * 1000);
        return;
    }
    ring_release(s->ring);
    add(&s->sent, 1);
    s->progress = now_ms();
    if (!send_one(s))
        lose(s);
}

/* ---- the thread ---- */

static bool is_empty(const struct hep_sender *s)
{
    size_t unsent = s->to.tcp || atomic_load(&s->away) ? s->flight.n : 0;
    return !ring_used(s->ring) && !unsent;
}

/* The end may come: nothing is left, also not a datagram that is being refused. */
static bool is_done(struct hep_sender *s)
{
    if (!is_empty(s))
        return false;
    if (s->to.tcp || s->fd < 0)
        return true;
    usleep(SETTLE_MS * 1000);
    if (refused(s))
        lose(s);
    return is_empty(s);
}

static void *run(void *arg)
{
    struct hep_sender *s = arg;
    int64_t asked = 0;
    for (;;) {
        if (is_ending(s)) {
            if (!asked)
                asked = now_ms();
            int64_t since = s->progress > asked ? s->progress : asked;
            if (is_done(s) || now_ms() - since > GIVE_UP_MS)
                return NULL;
        }
        if (s->to.tcp)
            turn_tcp(s);
        else
            turn_udp(s);
    }
}

int hep_sender_new(const struct hep_sender_options *options, struct hep_sender **out)
{
    struct hep_sender *s = calloc(1, sizeof *s);
    if (!s)
        return -ERR_NOMEM;
    s->to = options->to;
    s->fd = -1;
    s->back_off = BACK_OFF_MS;
    s->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    s->ring = ring_new(options->queue ? options->queue : QUEUE);
    if (s->wake >= 0 && s->ring && !pthread_create(&s->thread, NULL, run, s)) {
        *out = s;
        return 0;
    }
    if (s->wake >= 0)
        close(s->wake);
    ring_free(s->ring);
    free(s);
    return -ERR_NOMEM;
}

static void nudge(struct hep_sender *s)
{
    uint64_t one = 1;
    (void)!write(s->wake, &one, sizeof one);
}

bool hep_sender_put(struct hep_sender *s, struct slice envelope, bool wait)
{
    int64_t since = 0;
    void *p = ring_reserve(s->ring, envelope.n);
    while (!p && wait) {
        bool away = atomic_load(&s->away);
        since = away ? (since ? since : now_ms()) : 0;
        if (since && now_ms() - since > PATIENCE_MS)
            return false;
        usleep(1000);
        p = ring_reserve(s->ring, envelope.n);
    }
    if (!p)
        return false;
    memcpy(p, envelope.p, envelope.n);
    if (ring_commit(s->ring))
        nudge(s);
    return true;
}

void hep_sender_state(const struct hep_sender *s, struct hep_sender_state *out)
{
    *out = (struct hep_sender_state){
        .sent = atomic_load_explicit(&s->sent, memory_order_relaxed),
        .again = atomic_load_explicit(&s->again, memory_order_relaxed),
        .losses = atomic_load_explicit(&s->losses, memory_order_relaxed),
        .waiting = ring_used(s->ring),
        .away = atomic_load_explicit(&s->away, memory_order_relaxed),
    };
}

uint64_t hep_sender_end(struct hep_sender *s)
{
    size_t n;
    if (!s)
        return 0;
    atomic_store_explicit(&s->ending, true, memory_order_release);
    nudge(s);
    pthread_join(s->thread, NULL);
    uint64_t left = s->to.tcp ? envelopes(&s->flight) : !is_empty(s) && s->flight.n;
    for (; ring_peek(s->ring, &n); ring_release(s->ring))
        left++;
    if (s->fd >= 0)
        close(s->fd);
    close(s->wake);
    ring_free(s->ring);
    strbuf_done(&s->flight);
    free(s);
    return left;
}
