#include "model/conn.h"

#include <stdlib.h>
#include <string.h>

static const int64_t COPY = 100000000; /* ns: a SYN sooner than this is a copy */

enum { ALERT = 21, HANDSHAKE = 22, APPLICATION = 23, RECORDS = 8 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };

/* ---- index ---- */

struct pair {
    const struct addr *a, *b;
};

static uint64_t hash_pair(const struct addr *a, const struct addr *b)
{
    if (memcmp(a, b, sizeof *a) > 0) {
        const struct addr *t = a;
        a = b;
        b = t;
    }
    return hash_more(hash_bytes(a, sizeof *a), b, sizeof *b);
}

static bool same_pair(const void *value, const void *key)
{
    const struct conn *c = value;
    const struct pair *p = key;
    return (addr_eq(&c->client, p->a) && addr_eq(&c->server, p->b)) ||
           (addr_eq(&c->client, p->b) && addr_eq(&c->server, p->a));
}

static bool same_client(const void *value, const void *key)
{
    return addr_eq(&((const struct conn *)value)->client, key);
}

static struct conn *find(const struct conns *c, const struct addr *a,
                         const struct addr *b)
{
    struct pair key = {a, b};
    return hash_find(&c->by_pair, hash_pair(a, b), same_pair, &key);
}

const struct conn *conns_find(const struct conns *c, const struct addr *a,
                              const struct addr *b)
{
    return find(c, a, b);
}

const struct conn *conns_of_client(const struct conns *c, const struct addr *client)
{
    return hash_find(&c->by_client, hash_bytes(client, sizeof *client), same_client,
                     client);
}

static void unlist(struct conns *c, const struct conn *conn)
{
    hash_remove(&c->by_pair, hash_pair(&conn->client, &conn->server), conn);
    hash_remove(&c->by_client, hash_bytes(&conn->client, sizeof conn->client), conn);
}

/* Room for one more: at the limit that of the oldest. */
static struct conn *room(struct conns *c)
{
    struct conn *conn;
    if (c->list.n == CONNS_MAX) {
        conn = c->list.at[c->next % CONNS_MAX];
        unlist(c, conn);
    } else {
        if (!(conn = malloc(sizeof *conn)))
            return NULL;
        if (!vec_push(&c->list, conn)) {
            free(conn);
            return NULL;
        }
    }
    *conn = (struct conn){.id = ++c->next};
    return conn;
}

/* A connection begins; the one before of the same addresses is no longer found. */
static struct conn *begin(struct conns *c, const struct addr *client,
                          const struct addr *server)
{
    struct conn *before = find(c, client, server), *conn = room(c);
    if (!conn)
        return NULL;
    if (before && before != conn)
        unlist(c, before);
    conn->client = *client;
    conn->server = *server;
    if (hash_add(&c->by_pair, hash_pair(client, server), conn) ||
        hash_add(&c->by_client, hash_bytes(client, sizeof *client), conn))
        unlist(c, conn); /* stays in the list alone */
    return conn;
}

void conns_done(struct conns *c)
{
    for (size_t i = 0; i < c->list.n; i++)
        free(c->list.at[i]);
    vec_done(&c->list);
    hash_done(&c->by_pair);
    hash_done(&c->by_client);
    *c = (struct conns){.next = 0};
}

/* ---- segments ---- */

static struct conn_mark mark_of(const struct frame *f)
{
    return (struct conn_mark){f->time, f->number, f->file};
}

static void note(struct conn_mark *m, const struct frame *f)
{
    if (!m->time)
        *m = mark_of(f);
}

static bool is_sip(const struct hops *hops, const struct packet *p)
{
    static const uint8_t TRANSPORTS[] = {TRANSPORT_TCP, TRANSPORT_WS};
    for (size_t i = 0; i < sizeof TRANSPORTS; i++) {
        const struct hop *h = hop_find(hops, &p->src, &p->dst, TRANSPORTS[i]);
        if (h && (h->last || h->back->last))
            return true;
    }
    return false;
}

static void syn(struct conns *c, struct conn *conn, const struct frame *frame,
                const struct packet *p)
{
    bool wanted = conn || conn_sip_port(p->dst.port) || conns_of_client(c, &p->dst);
    if (!wanted)
        return;
    if (!conn || conn->midway || !addr_eq(&conn->client, &p->src) ||
        conn->isn != p->tcp.seq) {
        if (!(conn = begin(c, &p->src, &p->dst)))
            return;
        conn->isn = p->tcp.seq;
        conn->syn = mark_of(frame);
    } else if (frame->time - conn->last_syn.time < COPY) {
        return;
    }
    conn->last_syn = mark_of(frame);
    conn->syns++;
}

static void tls_record(struct conn *conn, unsigned side, const struct frame *frame,
                       unsigned type, struct slice body, size_t length)
{
    if (type == APPLICATION) {
        conn->app++;
    } else if (type == HANDSHAKE && body.n && body.p[0] == CLIENT_HELLO) {
        note(&conn->hello, frame);
    } else if (type == HANDSHAKE && body.n && body.p[0] == SERVER_HELLO) {
        note(&conn->server_hello, frame);
    } else if (type == ALERT && length == 2 && body.n == 2 && !conn->alert.time &&
               body.p[1]) { /* 0: close_notify */
        conn->alert = mark_of(frame);
        conn->alert_from = (uint8_t)side;
        conn->alert_level = body.p[0];
        conn->alert_code = body.p[1];
    }
}

/* Records that begin with the segment (RFC 8446 5.1); of the others nothing is asked.
 */
static void tls(struct conn *conn, unsigned side, const struct frame *frame,
                struct slice bytes)
{
    for (unsigned i = 0; i < RECORDS && bytes.n >= 5; i++) {
        unsigned type = bytes.p[0];
        size_t length = (size_t)bytes.p[3] << 8 | bytes.p[4];
        if (type < 20 || type > APPLICATION || bytes.p[1] != 3 || bytes.p[2] > 4)
            return;
        tls_record(conn, side, frame, type, slice_sub(bytes, 5, length), length);
        bytes = slice_skip(bytes, 5 + length);
    }
}

static void close_it(struct conn *conn, unsigned side, const struct frame *frame,
                     bool reset)
{
    if (conn->closed.time)
        return;
    int64_t busy = conn->data.time       ? conn->data.time
                   : conn->accepted.time ? conn->accepted.time
                                         : conn->syn.time;
    conn->closed = mark_of(frame);
    conn->closer = (uint8_t)side;
    conn->reset = reset;
    conn->refused = reset && side == 1 && conn->syns && !conn->accepted.time;
    conn->idle = busy ? frame->time - busy : 0;
}

void conns_feed(struct conns *c, const struct hops *hops, const struct frame *frame,
                const struct packet *p)
{
    unsigned flags = p->tcp.flags;
    bool sip_port = conn_sip_port(p->src.port) || conn_sip_port(p->dst.port);
    struct conn *conn = find(c, &p->src, &p->dst);
    if (flags & TCP_SYN && !(flags & TCP_ACK)) {
        syn(c, conn, frame, p);
        return;
    }
    if (!conn) {
        bool from_server = flags & TCP_SYN || conn_sip_port(p->src.port);
        if (!sip_port && !(flags & (TCP_FIN | TCP_RST) && is_sip(hops, p)))
            return;
        if (!(conn = from_server ? begin(c, &p->dst, &p->src)
                                 : begin(c, &p->src, &p->dst)))
            return;
        conn->midway = true;
    }
    unsigned side = addr_eq(&p->src, &conn->server);
    if (flags & TCP_SYN)
        note(&conn->accepted, frame);
    if (p->whole) {
        conn->data = mark_of(frame);
        if (sip_port)
            tls(conn, side, frame, p->payload);
    }
    if (flags & (TCP_FIN | TCP_RST))
        close_it(conn, side, frame, flags & TCP_RST);
}
