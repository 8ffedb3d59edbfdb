/*
 * IPv4 and IPv6 fragments put together (RFC 791, RFC 8200 4.5). Fragments of one packet
 * have the same addresses, id and protocol and were seen at the same place: the same
 * packet in another VLAN, tunnel, interface or file is another one.
 */
#ifndef ENGINE_DEFRAG_H
#define ENGINE_DEFRAG_H

#include "base/frame.h"
#include "base/ledger.h"
#include "dissect/packet.h"

struct defrag;

/* A packet, or of one that never became whole the bytes from its start without a hole.
 */
struct defrag_packet {
    struct packet packet; /* of its first fragment, for packet_decode_transport() */
    struct frame frame;   /* of the newest fragment in `data`, without bytes */
    struct slice data;    /* what follows the IP header; valid until the next call */
    /* numbers of the frames of `data`, in its order; the same */
    const uint64_t *frames;
    uint16_t nframes;
};

/* Called with a packet that is given up and has its first fragment. */
typedef void defrag_lost(void *ctx, const struct defrag_packet *lost);

/* `limit` bytes at most wait. The ledger is kept by reference. NULL: memory is short.
 */
struct defrag *defrag_new(size_t limit, struct ledger *ledger, defrag_lost *lost,
                          void *ctx);
void defrag_free(struct defrag *d);

/* Takes a fragment (kind PACKET_FRAGMENT). Returns 1 and *out when it makes a packet
 * whole, else 0. What is wrong or over the limit is counted. */
int defrag_feed(struct defrag *d, const struct frame *frame, const struct packet *p,
                struct defrag_packet *out);

/* Gives up what waits since over 30 s before `now`. Cheap when there is nothing. */
void defrag_expire(struct defrag *d, int64_t now);

/* Gives up everything: the input is over. */
void defrag_end(struct defrag *d);

/* Bytes in use. */
size_t defrag_memory(const struct defrag *d);

#endif
