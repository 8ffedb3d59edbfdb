/*
 * The messages of the last instants by the digest of their bytes: how copies are told,
 * the same bytes seen within 5 ms on another interface, VLAN or tunnel depth; within
 * 400 ms where a capture agent saw one of them, which is less than any timer repeats.
 */
#ifndef MODEL_COPIES_H
#define MODEL_COPIES_H

#include "model/msg.h"

enum { COPIES_SETS = 1024, COPIES_WAYS = 4 };

struct copies_entry {
    struct msg *msg; /* may be gone: good only where its id still leads to it */
    int64_t time;
    uint32_t id, digest, path;
    uint16_t file, interface;
    bool agent;
};

/* Fixed size; zero it to start. */
struct copies {
    struct copies_entry entry[COPIES_SETS][COPIES_WAYS];
    uint8_t oldest[COPIES_SETS];
};

/* Where a message was seen, and what it is made of. */
struct copies_key {
    uint32_t digest; /* of all its bytes: copies_digest */
    uint32_t path;   /* struct packet.path and depth mixed */
    bool agent;      /* seen by a capture agent: clocks and places differ */
};

/* 32 bits of a keyed hash over all bytes. */
uint32_t copies_digest(struct slice text);

/* Begins to load where copies_find() will look. */
static inline void copies_prefetch(const struct copies *r, uint32_t digest)
{
    const char *set = (const char *)r->entry[digest % COPIES_SETS];
    for (size_t at = 0; at < sizeof r->entry[0]; at += 64)
        __builtin_prefetch(set + at);
}

/* The entry of the message that the draft copies; NULL: it copies none. */
const struct copies_entry *copies_find(const struct copies *r, const struct msg *draft,
                                       const struct copies_key *key);

/* Remembers a message that is no copy. */
void copies_add(struct copies *r, struct msg *m, const struct copies_key *key);

#endif
