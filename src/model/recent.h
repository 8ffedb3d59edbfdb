/*
 * The messages of the last instants by the digest of their bytes: how copies are told,
 * the same bytes seen within 5 ms on another interface, VLAN or tunnel depth.
 */
#ifndef MODEL_RECENT_H
#define MODEL_RECENT_H

#include "model/msg.h"

enum { RECENT_SETS = 1024, RECENT_WAYS = 4 };

struct recent_entry {
    struct msg *msg; /* may be gone: good only where its id still leads to it */
    int64_t time;
    uint32_t id, digest, path;
    uint16_t file, interface;
};

/* Fixed size; zero it to start. */
struct recent {
    struct recent_entry entry[RECENT_SETS][RECENT_WAYS];
    uint8_t oldest[RECENT_SETS];
};

/* Where a message was seen, and what it is made of. */
struct recent_key {
    uint32_t digest; /* of all its bytes: recent_digest */
    uint32_t path;   /* struct packet.path and depth mixed */
};

/* 32 bits of a keyed hash over all bytes. */
uint32_t recent_digest(struct slice text);

/* The entry of the message that the draft copies; NULL: it copies none. */
const struct recent_entry *recent_find(const struct recent *r, const struct msg *draft,
                                       const struct recent_key *key);

/* Remembers a message that is no copy. */
void recent_add(struct recent *r, struct msg *m, const struct recent_key *key);

#endif
