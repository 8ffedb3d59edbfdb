/*
 * STUN (RFC 8489, and RFC 3489 before it had a cookie) and the parts of TURN (RFC 8656)
 * that carry media: ChannelData, Send and Data indications.
 */
#ifndef DISSECT_STUN_H
#define DISSECT_STUN_H

#include "dissect/addr.h"
#include "dissect/reason.h"

enum stun_class { STUN_REQUEST, STUN_INDICATION, STUN_SUCCESS, STUN_ERROR };

/* Methods (RFC 8489 18.2, RFC 8656 17). */
enum {
    STUN_BINDING = 1,
    STUN_ALLOCATE = 3,
    STUN_REFRESH = 4,
    STUN_SEND = 6,
    STUN_DATA = 7,
    STUN_CREATE_PERMISSION = 8,
    STUN_CHANNEL_BIND = 9,
};

struct stun {
    struct slice attributes; /* for stun_attribute_next() */
    uint16_t method;
    enum stun_class class;
    bool classic;   /* no magic cookie (RFC 3489): the id is 16 bytes, else 12 */
    uint8_t id[16]; /* transaction id; unused bytes zero */
};

/* Whether a datagram is STUN: the magic cookie, or without one a length that fits the
 * datagram exactly. */
bool stun_sniff(struct slice d);

/* Reads the header. Returns 0, or -REASON_STUN_BAD where stun_sniff() says no.
 * Attributes are cut at the end of the datagram. */
int stun_parse(struct slice d, struct stun *out);

/* The next attribute, value without its padding; false at the end or where its length
 * runs past it. */
struct stun_attribute {
    struct slice value;
    uint16_t type;
};
bool stun_attribute_next(struct slice *attributes, struct stun_attribute *out);

/* What the attributes say. Addresses of family 0, an empty slice and zero are absent.
 */
struct stun_facts {
    struct addr mapped;  /* XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS */
    struct addr peer;    /* XOR-PEER-ADDRESS: the other end of what a relay carries */
    struct addr relayed; /* XOR-RELAYED-ADDRESS: the relay's own port */
    struct slice data;   /* DATA: the datagram that a relay carries */
    struct slice user;   /* USERNAME: with ICE "theirs:ours" */
    uint16_t channel;    /* CHANNEL-NUMBER of a ChannelBind request */
    uint16_t error;      /* ERROR-CODE, 300-699 */
    uint32_t priority;   /* PRIORITY of a check of ICE (RFC 8445 7.1.1) */
    bool use_candidate;  /* ICE chose this pair (RFC 8445 7.1.2) */
};

/* Reads all attributes; of one that comes twice the first counts (RFC 8489 14). */
void stun_facts(const struct stun *m, struct stun_facts *out);

/* Whether m is a Send or Data indication that carries a datagram: facts->data with the
 * peer facts->peer. */
bool stun_carries(const struct stun *m, const struct stun_facts *facts);

/*
 * ChannelData (RFC 8656 12.4): a number of 0x4000-0x7fff, the length of the data, and
 * at most three bytes of padding. Sets both and returns true, or returns false.
 */
bool stun_channel(struct slice d, uint16_t *number, struct slice *data);

#endif
