/*
 * Connectivity checks of ICE (RFC 8445) and handshakes of DTLS, by the address that
 * they are sent to. Evidence for rules; a bounded number is kept, the newest.
 */
#ifndef MODEL_CHECK_H
#define MODEL_CHECK_H

#include "base/frame.h"
#include "base/hash.h"
#include "base/vec.h"
#include "dissect/addr.h"
#include "dissect/slice.h"

enum { CHECKS_MAX = 8192 };

struct check {
    struct addr at; /* an end of media */
    int64_t first, last;
    int64_t success;   /* first success response that came from it; 0: none */
    int64_t nominated; /* first USE-CANDIDATE sent to it; 0: none */
    int64_t hello;     /* first ClientHello sent to it */
    int64_t answer;    /* first ServerHello that came from it */
    uint64_t frame,
        hello_frame; /* of the first request, and of the first ClientHello */
    uint32_t requests, hellos;
    uint16_t file;
};

struct checks {
    struct hash by_addr;
    VEC(struct check *) list;
    uint32_t next;
};

/* Takes a datagram that is STUN. */
void checks_stun(struct checks *c, const struct frame *frame, const struct addr *src,
                 const struct addr *dst, struct slice datagram);

/* Takes a datagram that is DTLS. */
void checks_dtls(struct checks *c, const struct frame *frame, const struct addr *src,
                 const struct addr *dst, struct slice datagram);

/* What was sent to an address lately; NULL: nothing. */
const struct check *checks_find(const struct checks *c, const struct addr *at);

/* Forgets everything. */
void checks_done(struct checks *c);

#endif
