#include "capture/hep_server.h"

#include "capture/hep_door.h"
#include "capture/hep_packet.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS = 512,
    BUFFER_MB = 8,
    DATAGRAMS = 16, /* taken in one go */
    ROOM = 2 * HEP_DOOR_LONGEST,
    WAIT_MS = 1000,
    FULL_MS = 5, /* pause where the ring is full */
};

/* A connection is given up that does not finish what it began. */
static const int64_t STALLED = INT64_C(30000000000);

/* How long it is looked for what came before a stop. */
static const int64_t LAST_LOOK = INT64_C(300000000);

/* What an event of epoll is about is its slot; the first two are no connections. */
enum { SLOT_STOP, SLOT_LISTEN, SLOT_FIRST };

struct connection {
    int fd;         /* -1: free */
    uint8_t *bytes; /* ROOM of them; NULL while nothing waits */
    size_t n;
    int64_t active; /* monotonic */
    bool proved;    /* an envelope was let in */
    struct sockaddr_storage peer, self;
};

struct hep_server {
    struct hep_server_options o;
    struct subnets allow;
    char *key;
    int listener, stop, epoll;
    pthread_t thread;
    bool started;
    bool full, stopped; /* of the thread */
    uint32_t overflow;  /* the kernel's count of datagrams dropped, as last told */
    struct sockaddr_storage self;
    struct connection connection[CONNECTIONS];
    uint8_t (*datagram)[HEP_DOOR_LONGEST + 1]; /* DATAGRAMS of them */
};

static int64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void count(atomic_ullong *n, uint64_t more)
{
    atomic_fetch_add_explicit(n, more, memory_order_relaxed);
}

/* ---- into the ring ---- */

/* False where the ring is full. */
static bool put(struct hep_server *s, const struct sockaddr_storage *from,
                const struct sockaddr_storage *to, struct slice envelope)
{
    uint8_t header[HEP_PACKET_HEADER];
    size_t head = hep_packet_header(from, to, envelope, header);
    struct hep_record *r = ring_reserve(s->o.ring, sizeof *r + head + envelope.n);
    uint64_t one = 1;
    if (!r)
        return false;
    *r =
        (struct hep_record){clock_ns(CLOCK_REALTIME), (uint32_t)(head + envelope.n), 0};
    memcpy(r + 1, header, head);
    memcpy((uint8_t *)(r + 1) + head, envelope.p, envelope.n);
    if (ring_commit(s->o.ring))
        (void)!write(s->o.wake, &one, sizeof one);
    return true;
}

static bool is_allowed(struct hep_server *s, const struct sockaddr_storage *from)
{
    if (!s->o.allow || subnets_hold(&s->allow, (const struct sockaddr *)from))
        return true;
    count(&s->o.counts->refused, 1);
    return false;
}

/* Whether an envelope comes in; what does not is counted. */
static bool comes_in(struct hep_server *s, struct slice envelope)
{
    switch (hep_door_look(s->key, envelope)) {
    case HEP_DOOR_OPEN: return true;
    case HEP_DOOR_KEY: count(&s->o.counts->keyless, 1); break;
    case HEP_DOOR_NOISE: count(&s->o.counts->noise, 1); break;
    }
    return false;
}

/* ---- datagrams ---- */

/* How many datagrams the kernel had no room for is told with each one. */
static void take_overflow(struct hep_server *s, struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        uint32_t n;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
            continue;
        memcpy(&n, CMSG_DATA(c), sizeof n);
        count(&s->o.counts->kernel_drops, n - s->overflow);
        s->overflow = n;
    }
}

static void take_datagrams(struct hep_server *s)
{
    struct mmsghdr m[DATAGRAMS] = {0};
    struct iovec v[DATAGRAMS];
    struct sockaddr_storage from[DATAGRAMS];
    _Alignas(struct cmsghdr) char control[DATAGRAMS][64];
    for (int i = 0; i < DATAGRAMS; i++) {
        v[i] = (struct iovec){s->datagram[i], sizeof s->datagram[i]};
        m[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
                                       .msg_namelen = sizeof from[i],
                                       .msg_iov = &v[i],
                                       .msg_iovlen = 1,
                                       .msg_control = control[i],
                                       .msg_controllen = sizeof control[i]};
    }
    int n = recvmmsg(s->listener, m, DATAGRAMS, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++) {
        struct slice envelope = slice_of(s->datagram[i], m[i].msg_len);
        take_overflow(s, &m[i].msg_hdr);
        if (is_allowed(s, &from[i]) && comes_in(s, envelope) &&
            !put(s, &from[i], &s->self, envelope))
            count(&s->o.counts->ring_drops, 1);
    }
}

/* ---- connections ---- */

static void hang_up(struct connection *c)
{
    if (c->fd >= 0)
        close(c->fd);
    free(c->bytes);
    *c = (struct connection){.fd = -1};
}

/* A free place; else that of whoever never sent an envelope and waits longest. */
static struct connection *place_for(struct hep_server *s)
{
    struct connection *oldest = NULL;
    for (int i = 0; i < CONNECTIONS; i++) {
        struct connection *c = &s->connection[i];
        if (c->fd < 0)
            return c;
        if (!c->proved && (!oldest || c->active < oldest->active))
            oldest = c;
    }
    count(&s->o.counts->limited, 1);
    if (oldest)
        hang_up(oldest);
    return oldest;
}

static void accept_one(struct hep_server *s)
{
    struct sockaddr_storage peer;
    socklen_t n = sizeof peer;
    int on = 1;
    int fd = accept4(s->listener, (struct sockaddr *)&peer, &n,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct connection *c = fd >= 0 && is_allowed(s, &peer) ? place_for(s) : NULL;
    if (!c) {
        if (fd >= 0)
            close(fd);
        else if (errno == EMFILE || errno == ENFILE)
            s->full = true; /* it goes on knocking: a pause */
        return;
    }
    *c = (struct connection){
        .fd = fd, .active = clock_ns(CLOCK_MONOTONIC), .peer = peer, .self = s->self};
    n = sizeof c->self;
    (void)getsockname(fd, (struct sockaddr *)&c->self, &n);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    struct epoll_event e = {.events = EPOLLIN,
                            .data.u32 = SLOT_FIRST + (uint32_t)(c - s->connection)};
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e))
        hang_up(c);
}

/* Hands on the whole envelopes that wait. Returns false where the rest is no envelope.
 */
static bool hand_on(struct hep_server *s, struct connection *c)
{
    struct slice rest = slice_of(c->bytes, c->n);
    int n = 0;
    while (rest.n && (n = hep_door_cut(rest)) > 0) {
        struct slice envelope = slice_sub(rest, 0, (size_t)n);
        if (comes_in(s, envelope)) {
            if (!put(s, &c->peer, &c->self, envelope)) {
                s->full = true;
                break;
            }
            c->proved = true;
        }
        rest = slice_skip(rest, (size_t)n);
    }
    c->n = rest.n;
    if (rest.n) {
        memmove(c->bytes, rest.p, rest.n);
    } else {
        free(c->bytes);
        c->bytes = NULL;
    }
    return n >= 0;
}

/* Reads what there is. A full ring leaves it in the socket, so that the agent waits. */
static void take_bytes(struct hep_server *s, struct connection *c)
{
    if (!c->bytes && !(c->bytes = malloc(ROOM))) {
        hang_up(c);
        return;
    }
    ssize_t n = c->n < ROOM ? read(c->fd, c->bytes + c->n, ROOM - c->n) : 0;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 && c->n < ROOM) {
        if (c->n)
            count(&s->o.counts->noise, 1);
        hang_up(c);
        return;
    }
    c->n += (size_t)n;
    c->active = clock_ns(CLOCK_MONOTONIC);
    if (!hand_on(s, c)) {
        count(&s->o.counts->noise, 1);
        hang_up(c);
    }
}

/* Connections that stopped in the middle of an envelope would hold their memory for
 * ever. */
static void give_up_stalled(struct hep_server *s)
{
    int64_t now = clock_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < CONNECTIONS; i++) {
        struct connection *c = &s->connection[i];
        if (c->fd < 0 || !c->n || now - c->active < STALLED)
            continue;
        count(&s->o.counts->noise, 1);
        hang_up(c);
    }
}

/* ---- the thread ---- */

static void take_event(struct hep_server *s, uint32_t slot)
{
    if (slot == SLOT_STOP)
        s->stopped = true;
    else if (slot == SLOT_LISTEN && s->o.at.tcp)
        accept_one(s);
    else if (slot == SLOT_LISTEN)
        take_datagrams(s);
    else if (s->connection[slot - SLOT_FIRST].fd >= 0)
        take_bytes(s, &s->connection[slot - SLOT_FIRST]);
}

/* What waited in connections while the ring was full; nothing else may ever come. */
static void hand_on_waiting(struct hep_server *s)
{
    for (int i = 0; i < CONNECTIONS; i++) {
        struct connection *c = &s->connection[i];
        if (c->fd >= 0 && c->n && !hand_on(s, c)) {
            count(&s->o.counts->noise, 1);
            hang_up(c);
        }
    }
}

/* Takes what there is, or waits for it. Returns how many events there were. */
static int take_some(struct hep_server *s)
{
    struct epoll_event e[64];
    int n = epoll_wait(s->epoll, e, 64, s->full || s->stopped ? 0 : WAIT_MS);
    bool waiting = s->full;
    s->full = false;
    if (waiting)
        hand_on_waiting(s);
    for (int i = 0; i < n; i++)
        take_event(s, e[i].data.u32);
    if (s->full)
        usleep(FULL_MS * 1000);
    return n;
}

static void *serve(void *arg)
{
    struct hep_server *s = arg;
    int64_t looked = clock_ns(CLOCK_MONOTONIC);
    while (!s->stopped) {
        take_some(s);
        int64_t now = clock_ns(CLOCK_MONOTONIC);
        if (s->o.at.tcp && now - looked > STALLED / 10 && !s->full) {
            give_up_stalled(s);
            looked = now;
        }
    }
    /* What had come before the stop is in the sockets: its own event is always there.
     */
    int64_t end = clock_ns(CLOCK_MONOTONIC) + LAST_LOOK;
    while (take_some(s) > 1 && clock_ns(CLOCK_MONOTONIC) < end)
        ;
    return NULL;
}

/* ---- opening ---- */

static int listen_at(struct hep_server *s, struct errmsg *why)
{
    int on = 1, mb = (int)(s->o.buffer_mb ? s->o.buffer_mb : BUFFER_MB);
    int size = (mb < 1024 ? mb : 1024) << 20;
    socklen_t n;
    int err = endpoint_resolve(&s->o.at, true, &s->self, &n, why);
    if (err)
        return err;
    int type = s->o.at.tcp ? SOCK_STREAM : SOCK_DGRAM;
    s->listener = socket(s->self.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->listener < 0)
        return errmsg_set(why, -ERR_IO, "%s", strerror(errno));
    if (s->o.at.tcp)
        (void)setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    else if (setsockopt(s->listener, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size))
        (void)setsockopt(s->listener, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    (void)setsockopt(s->listener, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    if (bind(s->listener, (struct sockaddr *)&s->self, n) ||
        (s->o.at.tcp && listen(s->listener, 64)))
        return errmsg_set(why, errno == EACCES ? -ERR_ACCESS : -ERR_IO,
                          "cannot listen: %s", strerror(errno));
    return 0;
}

static int watch_fd(struct hep_server *s, int fd, uint32_t slot)
{
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = slot};
    return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e);
}

static int start(struct hep_server *s, struct errmsg *why)
{
    int err = s->o.allow ? subnets_add(&s->allow, s->o.allow, why) : 0;
    if (err || (err = listen_at(s, why)))
        return err;
    s->stop = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (s->stop < 0 || s->epoll < 0 || watch_fd(s, s->stop, SLOT_STOP) ||
        watch_fd(s, s->listener, SLOT_LISTEN))
        return errmsg_set(why, -ERR_IO, "%s", strerror(errno));
    if (pthread_create(&s->thread, NULL, serve, s))
        return errmsg_set(why, -ERR_NOMEM, "no thread for the listener");
    s->started = true;
    return 0;
}

void hep_server_free(struct hep_server *s)
{
    uint64_t one = 1;
    if (!s)
        return;
    if (s->started) {
        (void)!write(s->stop, &one, sizeof one);
        pthread_join(s->thread, NULL);
    }
    for (int i = 0; i < CONNECTIONS; i++)
        hang_up(&s->connection[i]);
    int fds[] = {s->listener, s->stop, s->epoll};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    subnets_done(&s->allow);
    free(s->datagram);
    free(s->key);
    free(s);
}

int hep_server_new(const struct hep_server_options *options, struct hep_server **out,
                   struct errmsg *why)
{
    struct hep_server *s = calloc(1, sizeof *s);
    int err = -ERR_NOMEM;
    if (!s)
        return err;
    s->o = *options;
    s->listener = s->stop = s->epoll = -1;
    for (int i = 0; i < CONNECTIONS; i++)
        s->connection[i].fd = -1;
    s->key = options->key ? strdup(options->key) : NULL;
    s->datagram = options->at.tcp ? NULL : calloc(DATAGRAMS, sizeof *s->datagram);
    if ((s->key || !options->key) && (s->datagram || options->at.tcp))
        err = start(s, why);
    if (err)
        hep_server_free(s);
    else
        *out = s;
    return err;
}
