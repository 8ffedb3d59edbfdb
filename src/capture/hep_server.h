/*
 * The thread that listens for HEP: takes datagrams or connections, lets in what may
 * come in (hep_door.h) and puts it into a ring, each envelope behind IP and UDP headers
 * that name agent and listener, as a capture of it would have them.
 */
#ifndef CAPTURE_HEP_SERVER_H
#define CAPTURE_HEP_SERVER_H

#include "base/endpoint.h"
#include "base/ring.h"
#include "base/subnet.h"

#include <stdatomic.h>

/* A record in the ring; `n` bytes of an IP packet follow. */
struct hep_record {
    int64_t time; /* of arrival, ns */
    uint32_t n, zero;
};

/* What did not come through; written by the thread, read by anyone. */
struct hep_counts {
    atomic_ullong kernel_drops; /* datagrams that the socket had no room for */
    atomic_ullong ring_drops;   /* datagrams; connections wait instead */
    atomic_ullong refused;      /* not on the list of those allowed */
    atomic_ullong keyless;      /* without the key */
    atomic_ullong noise;        /* no envelopes */
    atomic_ullong limited;      /* connections over the limit */
};

struct hep_server;

struct hep_server_options {
    struct endpoint at;
    const char *key;           /* NULL: none is asked for */
    const char *allow;         /* list of networks (base/subnet.h); NULL: everybody */
    unsigned buffer_mb;        /* of a datagram socket; 0: the default */
    struct ring *ring;         /* referred to */
    int wake;                  /* eventfd written to when the ring was empty */
    struct hep_counts *counts; /* referred to */
};

/* Listens and starts the thread. Returns 0, or -ERR_* and why. */
int hep_server_new(const struct hep_server_options *options, struct hep_server **out,
                   struct errmsg *why);

/* Stops the thread and closes everything. NULL is fine. */
void hep_server_free(struct hep_server *s);

#endif
