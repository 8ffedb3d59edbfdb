/*
 * Transactions (RFC 3261 17): a request, its retransmissions and its responses on one
 * hop and back. Matched by top Via branch, sent-by and CSeq method (17.1.3, 17.2.3); without
 * the magic cookie by the RFC 2543 rules (Call-ID, tags, CSeq, top Via).
 */
#ifndef MODEL_TXN_H
#define MODEL_TXN_H

#include "model/msg.h"

struct txn {
    struct txn *next;         /* of the same call, newest first */
    const struct str *branch; /* NULL: none */
    struct hop *hop;          /* of its first request, or the reverse of its first response's */
    struct msg *request;      /* first request; NULL: not seen */
    struct msg *provisional;  /* first 1xx over 100 */
    struct msg *final;        /* first final response */
    struct msg *ack;          /* of an INVITE: the ACK (to a 2xx: found by CSeq and dialog) */
    struct txn *invite;       /* of a CANCEL, or an ACK with a branch of its own: the INVITE's */
    uint32_t cseq;
    uint16_t requests, responses, retransmissions;
    uint8_t method; /* enum sip_method */
    bool new_attempt; /* an INVITE that follows 401, 407 or 3xx in the same call */
    bool initial;     /* request without a To-tag */
};

#endif
