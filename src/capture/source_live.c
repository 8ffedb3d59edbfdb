#include "capture/source.h"

#include "base/ring.h"
#include "capture/frame_filter.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
    SNAPLEN = 262144,
    BUFFER_MB = 64,
    RING_BYTES = 64 << 20,
    WAIT_MS =
        50, /* how long the kernel may gather frames, and how fast a stop is seen */
    CHECK_MS = 1000,
};

/* A frame in the ring; its bytes follow. */
struct live_record {
    int64_t time;
    uint32_t caplen, len;
};

/*
 * One thread captures; it shares with the rest the ring, the event descriptor that
 * wakes the reader, and the atomics. Everything else is the reader's.
 */
struct live {
    struct source s;
    pcap_t *pcap;
    struct ring *ring;
    pthread_t thread;
    bool started;
    int wake; /* eventfd */
    uint32_t link;
    bool peeked; /* the newest frame handed on is still in the ring */
    atomic_bool stop, ended, down;
    atomic_ullong kernel_drops, interface_drops, ring_drops;
    char ended_why[PCAP_ERRBUF_SIZE]; /* written by the thread before `ended` */
};

/* ---- the capture thread ---- */

static void wake(struct live *l)
{
    uint64_t one = 1;
    (void)!write(l->wake, &one, sizeof one);
}

static void on_frame(u_char *user, const struct pcap_pkthdr *h, const u_char *bytes)
{
    struct live *l = (struct live *)user;
    struct live_record *r = ring_reserve(l->ring, sizeof *r + h->caplen);
    if (!r) {
        atomic_fetch_add_explicit(&l->ring_drops, 1, memory_order_relaxed);
        return;
    }
    r->time = (int64_t)h->ts.tv_sec * 1000000000 +
              h->ts.tv_usec; /* ns precision was asked for */
    r->caplen = h->caplen;
    r->len = h->len;
    memcpy(r + 1, bytes, h->caplen);
    if (ring_commit(l->ring))
        wake(l);
}

/* libpcap says nothing when a link goes down: its flags are looked at. */
static bool is_down(const char *name)
{
    struct ifreq r = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || strlen(name) >= sizeof r.ifr_name) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    memcpy(r.ifr_name, name, strlen(name));
    bool down = ioctl(fd, SIOCGIFFLAGS, &r) ? errno == ENODEV : !(r.ifr_flags & IFF_UP);
    close(fd);
    return down;
}

static void check(struct live *l)
{
    struct pcap_stat st;
    if (!pcap_stats(l->pcap, &st)) {
        atomic_store_explicit(&l->kernel_drops, st.ps_drop, memory_order_relaxed);
        atomic_store_explicit(&l->interface_drops, st.ps_ifdrop, memory_order_relaxed);
    }
    if (strcmp(l->s.name, "any"))
        atomic_store_explicit(&l->down, is_down(l->s.name), memory_order_relaxed);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Never a blocking read: one was seen to hang for good when its interface went away. */
static void *capture(void *arg)
{
    struct live *l = arg;
    struct pollfd p = {.fd = pcap_get_selectable_fd(l->pcap), .events = POLLIN};
    int64_t checked = 0;
    while (!atomic_load_explicit(&l->stop, memory_order_relaxed)) {
        int n = pcap_dispatch(l->pcap, -1, on_frame, (u_char *)l);
        if (n < 0) {
            if (n == PCAP_ERROR)
                strncpy(l->ended_why, pcap_geterr(l->pcap), sizeof l->ended_why - 1);
            break;
        }
        if (now_ms() - checked >= CHECK_MS) {
            check(l);
            checked = now_ms();
        }
        if (!n)
            poll(&p, 1, WAIT_MS);
    }
    check(l);
    atomic_store_explicit(&l->ended, true, memory_order_release);
    wake(l);
    return NULL;
}

/* ---- the reader's side ---- */

static void live_free(struct source *s)
{
    struct live *l = (struct live *)s;
    if (l->started) {
        atomic_store(&l->stop, true);
        pcap_breakloop(l->pcap);
        pthread_join(l->thread, NULL);
    }
    if (l->pcap)
        pcap_close(l->pcap);
    if (l->wake >= 0)
        close(l->wake);
    ring_free(l->ring);
    free(s->name);
    free(l);
}

static const struct live_record *next_record(struct live *l)
{
    size_t n;
    uint64_t ignored;
    if (l->peeked)
        ring_release(l->ring);
    l->peeked = false;
    const struct live_record *r = ring_peek(l->ring, &n);
    if (r)
        return r;
    (void)!read(l->wake, &ignored,
                sizeof ignored); /* then look again: one may have come since */
    return ring_peek(l->ring, &n);
}

static int live_next(struct source *s, struct frame *out)
{
    struct live *l = (struct live *)s;
    bool ended = atomic_load_explicit(&l->ended, memory_order_acquire);
    const struct live_record *r = next_record(l);
    if (!r && ended) {
        s->failed = l->ended_why[0];
        if (s->failed)
            errmsg_set(&s->error, 0, "the capture ended: %.200s", l->ended_why);
        return s->failed ? -ERR_IO : -ERR_END;
    }
    if (!r)
        return -ERR_AGAIN;
    l->peeked = true;
    *out = (struct frame){.data = (const uint8_t *)(r + 1),
                          .caplen = r->caplen,
                          .len = r->len,
                          .time = r->time,
                          .link = l->link,
                          .file = s->file,
                          .number = ++s->state.frames,
                          .offset = FRAME_NOWHERE};
    if (!s->state.first)
        s->state.first = r->time;
    s->state.last = r->time;
    s->state.bytes_read += r->caplen;
    if (r->caplen < r->len)
        ledger_count(s->ledger, LEDGER_FRAME_CUT, 0, r->len - r->caplen, s->file,
                     out->number);
    return 0;
}

static int live_poll_fd(const struct source *s)
{
    return ((const struct live *)s)->wake;
}

static const char *live_interface(const struct source *s, uint16_t index)
{
    (void)index;
    return s->name;
}

static void live_update(struct source *s)
{
    struct live *l = (struct live *)s;
    bool down = atomic_load_explicit(&l->down, memory_order_relaxed);
    s->state.kernel_drops =
        atomic_load_explicit(&l->kernel_drops, memory_order_relaxed);
    s->state.interface_drops =
        atomic_load_explicit(&l->interface_drops, memory_order_relaxed);
    s->state.ring_drops = atomic_load_explicit(&l->ring_drops, memory_order_relaxed);
    s->state.ring_percent = (unsigned)(ring_used(l->ring) * 100 / ring_size(l->ring));
    /* A detail tells several interfaces apart; 0 would be none. */
    ledger_set(s->ledger, LEDGER_KERNEL_DROP, s->file + 1u, s->state.kernel_drops);
    ledger_set(s->ledger, LEDGER_INTERFACE_DROP, s->file + 1u,
               s->state.interface_drops);
    ledger_set(s->ledger, LEDGER_RING_DROP, s->file + 1u, s->state.ring_drops);
    if (down && !s->state.down)
        ledger_count(s->ledger, LEDGER_INTERFACE_DOWN, s->file + 1u, 0, s->file, 0);
    s->state.down = down;
}

static int live_filter(struct source *s, const char *bpf, struct errmsg *why)
{
    struct live *l = (struct live *)s;
    struct bpf_program program;
    if (pcap_compile(l->pcap, &program, bpf, 1, PCAP_NETMASK_UNKNOWN))
        return errmsg_set(why, -ERR_USAGE, "filter '%.200s': %.200s", bpf,
                          pcap_geterr(l->pcap));
    int bad = pcap_setfilter(l->pcap, &program);
    pcap_freecode(&program);
    return bad ? errmsg_set(why, -ERR_USAGE, "filter: %.200s", pcap_geterr(l->pcap))
               : 0;
}

static const struct source_ops LIVE_OPS = {
    .next = live_next,
    .poll_fd = live_poll_fd,
    .interface = live_interface,
    .update = live_update,
    .filter = live_filter,
    .free = live_free,
};

/* ---- opening ---- */

static int activate_failed(pcap_t *p, int rc, struct errmsg *why)
{
    if (rc == PCAP_ERROR_PERM_DENIED || rc == PCAP_ERROR_PROMISC_PERM_DENIED)
        return errmsg_set(why, -ERR_ACCESS,
                          "no permission to capture: run as root, or once: setcap "
                          "cap_net_raw,cap_net_admin=eip on the program");
    if (rc == PCAP_ERROR_NO_SUCH_DEVICE)
        return errmsg_set(why, -ERR_NOENT, "no such interface (`ip link` lists them)");
    if (rc == PCAP_ERROR_IFACE_NOT_UP)
        return errmsg_set(why, -ERR_IO, "the interface is down (ip link set NAME up)");
    return errmsg_set(why, -ERR_IO, "%.300s", pcap_geterr(p));
}

/* No filter unless the user gives one: SIP may be on any port, in any tunnel, behind
 * any VLAN tag, and in IP fragments that have no ports. */
static int live_start(struct live *l, const struct source_options *o,
                      struct errmsg *why)
{
    char err[PCAP_ERRBUF_SIZE] = "";
    if (!(l->pcap = pcap_create(l->s.name, err)))
        return errmsg_set(why, -ERR_IO, "%.300s", err);
    pcap_set_snaplen(l->pcap, o->snaplen ? o->snaplen : SNAPLEN);
    pcap_set_promisc(l->pcap, strcmp(l->s.name, "any") != 0);
    pcap_set_timeout(l->pcap, WAIT_MS);
    pcap_set_buffer_size(l->pcap, (o->buffer_mb ? o->buffer_mb : BUFFER_MB) << 20);
    pcap_set_tstamp_precision(l->pcap, PCAP_TSTAMP_PRECISION_NANO);
    int rc = pcap_activate(l->pcap);
    if (rc < 0)
        return activate_failed(l->pcap, rc, why);
    if (!strcmp(l->s.name, "any"))
        (void)pcap_set_datalink(l->pcap,
                                DLT_LINUX_SLL2); /* SLL where it is not known */
    l->link = frame_filter_link(pcap_datalink(l->pcap));
    if (pcap_setnonblock(l->pcap, 1, err))
        return errmsg_set(why, -ERR_IO, "%.300s", err);
    if (o->bpf && (rc = live_filter(&l->s, o->bpf, why)))
        return rc;
    if (pcap_get_tstamp_precision(l->pcap) != PCAP_TSTAMP_PRECISION_NANO)
        return errmsg_set(why, -ERR_UNSUPPORTED,
                          "the kernel gives no nanosecond times");
    if (pthread_create(&l->thread, NULL, capture, l))
        return errmsg_set(why, -ERR_NOMEM, "no thread for the capture");
    l->started = true;
    return 0;
}

int source_live_open(const char *interface, uint16_t file,
                     const struct source_options *options, struct ledger *ledger,
                     struct source **out, struct errmsg *why)
{
    struct live *l = calloc(1, sizeof *l);
    if (!l)
        return -ERR_NOMEM;
    l->s = (struct source){
        .ops = &LIVE_OPS, .name = strdup(interface), .file = file, .ledger = ledger};
    l->s.state.live = true;
    l->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    l->ring = ring_new(RING_BYTES);
    int err = -ERR_NOMEM;
    if (l->s.name && l->wake >= 0 && l->ring)
        err = live_start(l, options, why);
    if (err) {
        live_free(&l->s);
        return err;
    }
    *out = &l->s;
    return 0;
}
