/*
 * TCP connections that carry SIP, or tried to: how each began and ended. They are
 * evidence for rules; the bytes themselves are put in order by the engine. A bounded
 * number is kept, the newest.
 */
#ifndef MODEL_CONN_H
#define MODEL_CONN_H

#include "base/frame.h"
#include "base/hash.h"
#include "base/vec.h"
#include "dissect/packet.h"
#include "model/hop.h"

enum { CONNS_MAX = 16384 };

/* A moment of a connection, and the frame that shows it; time 0: it was not seen. */
struct conn_mark {
    int64_t time;
    uint64_t frame;
    uint16_t file;
};

struct conn {
    struct addr client, server; /* the client sent the SYN */
    struct conn_mark syn, last_syn, accepted, closed, data;
    struct conn_mark hello, server_hello, alert; /* TLS */
    uint32_t id;                                 /* from 1 */
    uint32_t isn;
    uint32_t app;   /* TLS records of application data */
    uint16_t syns;  /* repetitions in, copies out */
    int64_t idle;   /* ns without data before it was closed */
    uint8_t closer; /* 0: the client, 1: the server */
    uint8_t alert_from, alert_level, alert_code; /* RFC 8446 6 */
    bool reset;                                  /* closed by RST */
    bool refused;                                /* RST instead of an answer to SYN */
    bool midway;                                 /* its begin was not seen */
};

struct conns {
    struct hash by_pair;   /* the newest of two addresses */
    struct hash by_client; /* the newest of a client's address */
    VEC(struct conn *) list;
    uint32_t next;
};

/* A port that SIP uses over TCP and TLS (RFC 3261 19.1.2). */
static inline bool conn_sip_port(uint16_t port)
{
    return port == 5060 || port == 5061;
}

/* Is a segment of interest here? Most are not. */
static inline bool conn_wants(const struct packet *p)
{
    return p->tcp.flags & (TCP_SYN | TCP_FIN | TCP_RST) ||
           (p->whole && (conn_sip_port(p->src.port) || conn_sip_port(p->dst.port)));
}

/* Takes a segment (kind PACKET_TCP) that conn_wants(). `hops` tells connections on
 * other ports that carried SIP. */
void conns_feed(struct conns *c, const struct hops *hops, const struct frame *frame,
                const struct packet *p);

/* The newest connection between two addresses, whoever began it; NULL: none. */
const struct conn *conns_find(const struct conns *c, const struct addr *a,
                              const struct addr *b);

/* The newest connection of a client; NULL: none. */
const struct conn *conns_of_client(const struct conns *c, const struct addr *client);

/* Forgets everything. */
void conns_done(struct conns *c);

#endif
