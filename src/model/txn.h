/*
 * Transactions (RFC 3261 17): a request, its retransmissions and its responses on one
 * hop and back. Matched by top Via branch, sent-by and CSeq method (17.1.3, 17.2.3);
 * without the magic cookie by the RFC 2543 rules (Call-ID, tags, CSeq, top Via).
 */
#ifndef MODEL_TXN_H
#define MODEL_TXN_H

#include "base/mem.h"
#include "model/msg.h"

struct txn {
    struct txn *next; /* of the same call, newest first */
    struct hop *hop;  /* of its first request, or the reverse of its first response's */
    struct msg *request;     /* first request; NULL: not seen */
    struct msg *provisional; /* first 1xx over 100 */
    struct msg *final;       /* first final response */
    struct msg *ack; /* of an INVITE: the ACK (to a 2xx: found by CSeq and dialog) */
    /* newest message that repeats none; the others by msg->distinct */
    struct msg *newest;
    /* of a CANCEL, or an ACK with a branch of its own: the INVITE's */
    struct txn *invite;
    uint32_t cseq;
    uint16_t requests, responses, retransmissions;
    uint8_t method;   /* enum sip_method */
    bool new_attempt; /* an INVITE that follows 401, 407 or 3xx in the same call */
    bool initial;     /* request without a To-tag */
    bool near; /* initial, on the hop next to the caller: not a proxy's copy of it */
    uint32_t branch_n; /* 0: none */
    uint8_t branch[];
};

/* What identifies a message's transaction. */
struct txn_key {
    struct slice branch;
    struct hop *hop; /* the message's */
    const struct str *from_tag;
    uint32_t cseq;
    uint8_t method;
    bool response, to_tag;
};

/*
 * The transaction of a message among the newest of a call: the same branch (without
 * one: the same From-tag), CSeq and method on the hop, or for a response on the reverse
 * hop, or where none is there on any hop. An ACK is found with its INVITE where that
 * has its branch. NULL: none.
 */
struct txn *txn_find(struct txn *newest, const struct txn_key *key);

/* A new transaction, not linked. NULL when memory is short. The hop gets a reference.
 */
struct txn *txn_new(struct arena *arena, struct txn *newest, const struct txn_key *key);

/* The message of the transaction that `draft` repeats (SPEC: retransmission). NULL:
 * none. */
struct msg *txn_repeated(const struct txn *txn, const struct msg *draft);

/* Takes a message in that is no copy: sets request, provisional, final, ack. */
void txn_add(struct txn *txn, struct msg *m);

#endif
