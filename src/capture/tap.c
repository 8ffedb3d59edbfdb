#include "capture/tap.h"

#include "capture/frame_filter.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    SNAPLEN = 262144,
    BUFFER_MB = 64,
    RING_BYTES = 64 << 20,
    WAIT_MS = 50,   /* how long the kernel may gather frames */
    CHECK_MS = 250, /* between two looks at the interface */
    RETRY_MS = 500,
    ANSWER_MS = 10000,
    BPF_BYTES = 8192,
    INTERFACES = 64,
};

/* What both sides see. Nothing in it is a pointer, and the capturing side believes no
 * more of it than the words `stop`, `asked` and `bpf`. */
struct tap_shared {
    atomic_bool stop;
    atomic_int state;
    atomic_ullong kernel_drops, interface_drops, ring_drops;
    atomic_uint outages, reopened;
    atomic_uint asked, answered; /* filters */
    int answer;                  /* 0 or -ERR_*; written before `answered` */
    char bpf[BPF_BYTES];         /* written before `asked` */
    char said[512];              /* about the filter */
    char why[512];               /* about the state; the last byte stays 0 */
    int opening;                 /* 0 or -ERR_*: what became of the first time */
    atomic_uint interfaces;
    struct tap_name {
        uint32_t index; /* the system's */
        char name[IF_NAMESIZE];
    } interface[INTERFACES]; /* of `any` */
};

struct tap {
    struct tap_shared *shared;
    struct ring *ring;
    char *name;
    char *bpf;       /* NULL: none */
    int wake, nudge; /* eventfds: for the reader, for the capturing side */
    int snaplen, buffer_mb;
    unsigned asked;
};

void tap_free(struct tap *t)
{
    if (!t)
        return;
    if (t->shared)
        munmap(t->shared, sizeof *t->shared);
    if (t->wake >= 0)
        close(t->wake);
    if (t->nudge >= 0)
        close(t->nudge);
    ring_free(t->ring);
    free(t->name);
    free(t->bpf);
    free(t);
}

struct tap *tap_new(const struct tap_options *o)
{
    struct tap *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->snaplen = o->snaplen ? o->snaplen : SNAPLEN;
    t->buffer_mb = o->buffer_mb ? o->buffer_mb : BUFFER_MB;
    t->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    t->nudge = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    t->ring = ring_new_shared(RING_BYTES);
    t->name = strdup(o->interface);
    t->bpf = o->bpf ? strdup(o->bpf) : NULL;
    void *p = mmap(NULL, sizeof *t->shared, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    t->shared = p == MAP_FAILED ? NULL : p;
    if (!t->shared || !t->ring || !t->name || (o->bpf && !t->bpf) || t->wake < 0 ||
        t->nudge < 0) {
        tap_free(t);
        return NULL;
    }
    return t;
}

/* ---- the capturing side ---- */

struct capture {
    struct tap *tap;
    struct tap_shared *shared;
    pcap_t *pcap;   /* NULL: the interface is away */
    unsigned index; /* of the interface when it was opened; 0: `any` and others */
    uint32_t link, newest; /* link type; the interface of the newest frame */
    bool cooked;           /* frames name their interface (SLL2) */
    unsigned answered;
    uint64_t kernel_drops, interface_drops; /* of handles closed */
    char bpf[BPF_BYTES];                    /* in force; "": none */
};

static void ring_bell(int fd)
{
    uint64_t one = 1;
    (void)!write(fd, &one, sizeof one);
}

static void say(char out[512], const char *text)
{
    size_t n = strnlen(text, 511);
    memcpy(out, text, n);
    out[n] = 0;
}

static void set_state(struct capture *c, enum tap_state state, const char *why)
{
    int before = atomic_load_explicit(&c->shared->state, memory_order_relaxed);
    if (before == (int)state)
        return;
    say(c->shared->why, why);
    if (before == TAP_UP && (state == TAP_DOWN || state == TAP_GONE))
        atomic_fetch_add(&c->shared->outages, 1);
    atomic_store_explicit(&c->shared->state, state, memory_order_release);
    ring_bell(c->tap->wake);
}

/* The index of the interface that a cooked frame names, in the table of names. */
static uint32_t interface_of(struct capture *c, const u_char *sll2)
{
    struct tap_shared *s = c->shared;
    uint32_t index = (uint32_t)sll2[4] << 24 | (uint32_t)sll2[5] << 16 |
                     (uint32_t)sll2[6] << 8 | sll2[7];
    unsigned n = atomic_load_explicit(&s->interfaces, memory_order_relaxed);
    if (n > INTERFACES)
        return 0;
    if (c->newest < n && s->interface[c->newest].index == index)
        return c->newest;
    for (unsigned i = 0; i < n; i++)
        if (s->interface[i].index == index)
            return c->newest = i;
    if (n == INTERFACES)
        return 0;
    s->interface[n].index = index;
    if (!if_indextoname(index, s->interface[n].name))
        s->interface[n].name[0] = 0;
    atomic_store_explicit(&s->interfaces, n + 1, memory_order_release);
    return c->newest = n;
}

static void on_frame(u_char *user, const struct pcap_pkthdr *h, const u_char *bytes)
{
    struct capture *c = (struct capture *)user;
    struct tap_record *r = ring_reserve(c->tap->ring, sizeof *r + h->caplen);
    if (!r) {
        atomic_fetch_add_explicit(&c->shared->ring_drops, 1, memory_order_relaxed);
        return;
    }
    /* Nanoseconds were asked for. */
    r->time = (int64_t)h->ts.tv_sec * 1000000000 + h->ts.tv_usec;
    r->caplen = h->caplen;
    r->len = h->len;
    r->link = c->link;
    r->interface = c->cooked && h->caplen >= 20 ? interface_of(c, bytes) : 0;
    memcpy(r + 1, bytes, h->caplen);
    if (ring_commit(c->tap->ring))
        ring_bell(c->tap->wake);
}

static int set_filter(struct capture *c, const char *bpf, struct errmsg *why)
{
    struct bpf_program program;
    if (pcap_compile(c->pcap, &program, bpf, 1, PCAP_NETMASK_UNKNOWN))
        return errmsg_set(why, -ERR_USAGE, "filter '%.200s': %.200s", bpf,
                          pcap_geterr(c->pcap));
    int bad = pcap_setfilter(c->pcap, &program);
    pcap_freecode(&program);
    return bad ? errmsg_set(why, -ERR_USAGE, "filter: %.200s", pcap_geterr(c->pcap))
               : 0;
}

static int open_failed(pcap_t *p, int rc, struct errmsg *why)
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

/* Settings, then the handle works. */
static int activate(struct capture *c, struct errmsg *why)
{
    char err[PCAP_ERRBUF_SIZE] = "";
    const struct tap *t = c->tap;
    bool any = !strcmp(t->name, "any");
    pcap_set_snaplen(c->pcap, t->snaplen);
    pcap_set_promisc(c->pcap, !any);
    pcap_set_timeout(c->pcap, WAIT_MS);
    pcap_set_buffer_size(c->pcap, t->buffer_mb << 20);
    pcap_set_tstamp_precision(c->pcap, PCAP_TSTAMP_PRECISION_NANO);
    int rc = pcap_activate(c->pcap);
    if (rc < 0)
        return open_failed(c->pcap, rc, why);
    if (any)
        (void)pcap_set_datalink(c->pcap,
                                DLT_LINUX_SLL2); /* SLL where it is not known */
    c->link = frame_filter_link(pcap_datalink(c->pcap));
    c->cooked = pcap_datalink(c->pcap) == DLT_LINUX_SLL2;
    if (pcap_setnonblock(c->pcap, 1, err))
        return errmsg_set(why, -ERR_IO, "%.300s", err);
    if (pcap_get_tstamp_precision(c->pcap) != PCAP_TSTAMP_PRECISION_NANO)
        return errmsg_set(why, -ERR_UNSUPPORTED,
                          "the kernel gives no nanosecond times");
    return 0;
}

/* No filter unless the user gives one: SIP may be on any port, in any tunnel, behind
 * any VLAN tag, and in IP fragments that have no ports. */
static int open_interface(struct capture *c, struct errmsg *why)
{
    char err[PCAP_ERRBUF_SIZE] = "";
    c->index = if_nametoindex(c->tap->name);
    if (!(c->pcap = pcap_create(c->tap->name, err)))
        return errmsg_set(why, -ERR_IO, "%.300s", err);
    int rc = activate(c, why);
    if (!rc && c->bpf[0])
        rc = set_filter(c, c->bpf, why);
    if (rc) {
        pcap_close(c->pcap);
        c->pcap = NULL;
    }
    return rc;
}

static void read_drops(struct capture *c)
{
    struct pcap_stat st;
    if (!c->pcap || pcap_stats(c->pcap, &st))
        return;
    atomic_store_explicit(&c->shared->kernel_drops, c->kernel_drops + st.ps_drop,
                          memory_order_relaxed);
    atomic_store_explicit(&c->shared->interface_drops,
                          c->interface_drops + st.ps_ifdrop, memory_order_relaxed);
}

static void close_interface(struct capture *c)
{
    read_drops(c);
    c->kernel_drops = atomic_load(&c->shared->kernel_drops);
    c->interface_drops = atomic_load(&c->shared->interface_drops);
    if (c->pcap)
        pcap_close(c->pcap);
    c->pcap = NULL;
}

static bool is_up(const char *name)
{
    struct ifreq r = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || strlen(name) >= sizeof r.ifr_name) {
        if (fd >= 0)
            close(fd);
        return true;
    }
    memcpy(r.ifr_name, name, strlen(name));
    bool up = ioctl(fd, SIOCGIFFLAGS, &r) || r.ifr_flags & IFF_UP;
    close(fd);
    return up;
}

/* libpcap says nothing when a link goes down, and may say nothing when it was taken
 * away and made again: its flags and its index are looked at. */
static void look(struct capture *c)
{
    read_drops(c);
    if (!c->index)
        return;
    if (if_nametoindex(c->tap->name) != c->index) {
        close_interface(c);
        set_state(c, TAP_GONE, "the interface is gone");
    } else if (is_up(c->tap->name)) {
        set_state(c, TAP_UP, "");
    } else {
        set_state(c, TAP_DOWN, "the interface is down");
    }
}

/* Away: is it back? */
static void try_again(struct capture *c)
{
    struct errmsg why = {""};
    if ((c->index || strcmp(c->tap->name, "any") != 0) && !if_nametoindex(c->tap->name))
        return;
    if (open_interface(c, &why)) {
        say(c->shared->why, why.text);
        return;
    }
    atomic_fetch_add(&c->shared->reopened, 1);
    set_state(c, TAP_UP, "");
    look(c);
}

/* Another filter was asked for. While the interface is away it waits for it. */
static void answer(struct capture *c)
{
    struct tap_shared *s = c->shared;
    struct errmsg why = {""};
    unsigned asked = atomic_load_explicit(&s->asked, memory_order_acquire);
    char bpf[BPF_BYTES];
    if (asked == c->answered)
        return;
    memcpy(bpf, s->bpf, sizeof bpf);
    bpf[sizeof bpf - 1] = 0;
    int err = c->pcap ? set_filter(c, bpf, &why) : 0;
    if (!err)
        memcpy(c->bpf, bpf, sizeof bpf);
    s->answer = err;
    say(s->said, why.text);
    c->answered = asked;
    atomic_store_explicit(&s->answered, asked, memory_order_release);
    ring_bell(c->tap->wake);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Frames that are there; returns how many. Never a blocking read: one was seen to hang
 * for good when its interface went away. */
static int take(struct capture *c)
{
    int n = pcap_dispatch(c->pcap, -1, on_frame, (u_char *)c);
    if (n >= 0)
        return n;
    struct errmsg why = {""};
    if (n == PCAP_ERROR)
        errmsg_set(&why, 0, "%.300s", pcap_geterr(c->pcap));
    close_interface(c);
    set_state(c, TAP_GONE, why.text[0] ? why.text : "the interface is gone");
    return 0;
}

static void wait_for_frames(struct capture *c)
{
    struct pollfd p[2] = {{.fd = c->tap->nudge, .events = POLLIN},
                          {.fd = -1, .events = POLLIN}};
    uint64_t ignored;
    if (c->pcap)
        p[1].fd = pcap_get_selectable_fd(c->pcap);
    int n = poll(p, 2, WAIT_MS);
    if (n > 0 && p[0].revents)
        (void)!read(c->tap->nudge, &ignored, sizeof ignored);
    /* A link that is down reads as an error without end. */
    if (n > 0 && p[1].revents & (POLLERR | POLLHUP | POLLNVAL))
        poll(p, 1, WAIT_MS);
}

static void capture(struct capture *c)
{
    int64_t looked = now_ms();
    while (!atomic_load_explicit(&c->shared->stop, memory_order_relaxed)) {
        int64_t every = c->pcap ? CHECK_MS : RETRY_MS;
        answer(c);
        int n = c->pcap ? take(c) : 0;
        if (now_ms() - looked >= every) {
            looked = now_ms();
            c->pcap ? look(c) : try_again(c);
        }
        if (!n)
            wait_for_frames(c);
    }
}

/* What the kernel had gathered when the stop came. */
static void last_frames(struct capture *c)
{
    for (int64_t until = now_ms() + WAIT_MS + 20; c->pcap && now_ms() < until;)
        if (!take(c))
            wait_for_frames(c);
}

void tap_run(struct tap *t)
{
    struct capture *c = calloc(1, sizeof *c);
    struct errmsg why = {""};
    struct tap_shared *s = t->shared;
    int err = -ERR_NOMEM;
    if (c) {
        *c = (struct capture){.tap = t, .shared = s};
        if (t->bpf && strlen(t->bpf) >= sizeof c->bpf)
            err = errmsg_set(&why, -ERR_USAGE, "the filter is too long");
        else {
            memcpy(c->bpf, t->bpf ? t->bpf : "", t->bpf ? strlen(t->bpf) + 1 : 1);
            err = open_interface(c, &why);
        }
    }
    if (err) {
        s->opening = err;
        say(s->why, why.text);
        atomic_store_explicit(&s->state, TAP_FAILED, memory_order_release);
        ring_bell(t->wake);
        free(c);
        return;
    }
    atomic_store_explicit(&s->state, TAP_UP, memory_order_release);
    look(c);
    ring_bell(t->wake);
    capture(c);
    last_frames(c);
    close_interface(c);
    atomic_store_explicit(&s->state, TAP_ENDED, memory_order_release);
    ring_bell(t->wake);
    free(c);
}

/* ---- the reader's side ---- */

void tap_stop(struct tap *t)
{
    atomic_store(&t->shared->stop, true);
    ring_bell(t->nudge);
}

static void wait_bell(struct tap *t, int ms)
{
    struct pollfd p = {.fd = t->wake, .events = POLLIN};
    if (poll(&p, 1, ms) > 0)
        tap_settle(t);
}

int tap_wait(struct tap *t, struct errmsg *why)
{
    int64_t until = now_ms() + ANSWER_MS;
    while (tap_state(t) == TAP_OPENING) {
        int64_t left = until - now_ms();
        if (left <= 0)
            return errmsg_set(why, -ERR_IO, "the interface does not open");
        wait_bell(t, (int)left);
    }
    ring_bell(t->wake); /* frames may be there */
    if (tap_state(t) != TAP_FAILED)
        return 0;
    return errmsg_set(why, t->shared->opening, "%s", tap_why(t));
}

int tap_filter(struct tap *t, const char *bpf, struct errmsg *why)
{
    struct tap_shared *s = t->shared;
    int64_t until = now_ms() + ANSWER_MS;
    if (strlen(bpf) >= sizeof s->bpf)
        return errmsg_set(why, -ERR_USAGE, "the filter is too long");
    memcpy(s->bpf, bpf, strlen(bpf) + 1);
    atomic_store_explicit(&s->asked, ++t->asked, memory_order_release);
    ring_bell(t->nudge);
    while (atomic_load_explicit(&s->answered, memory_order_acquire) != t->asked) {
        int64_t left = until - now_ms();
        if (left <= 0 || tap_state(t) >= TAP_FAILED)
            return errmsg_set(why, -ERR_IO, "the capture does not answer");
        wait_bell(t, (int)left);
    }
    ring_bell(t->wake);
    return s->answer ? errmsg_set(why, s->answer, "%.500s", s->said) : 0;
}

struct ring *tap_ring(struct tap *t)
{
    return t->ring;
}

int tap_fd(const struct tap *t)
{
    return t->wake;
}

void tap_settle(struct tap *t)
{
    uint64_t ignored;
    (void)!read(t->wake, &ignored, sizeof ignored);
}

enum tap_state tap_state(const struct tap *t)
{
    return (enum tap_state)atomic_load_explicit(&t->shared->state,
                                                memory_order_acquire);
}

struct tap_counts tap_counts(const struct tap *t)
{
    struct tap_shared *s = t->shared;
    return (struct tap_counts){.kernel_drops = atomic_load(&s->kernel_drops),
                               .interface_drops = atomic_load(&s->interface_drops),
                               .ring_drops = atomic_load(&s->ring_drops),
                               .outages = atomic_load(&s->outages),
                               .reopened = atomic_load(&s->reopened)};
}

const char *tap_interface(const struct tap *t, uint32_t index)
{
    const struct tap_shared *s = t->shared;
    unsigned n = atomic_load_explicit(&t->shared->interfaces, memory_order_acquire);
    if (n)
        return index < n ? s->interface[index].name : "";
    return t->name;
}

const char *tap_why(const struct tap *t)
{
    return t->shared->why;
}
