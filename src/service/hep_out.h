/*
 * Hands what a trace sees on to a collector as HEP version 3: SIP as it comes, RTCP,
 * and the figures of a stream when its call ends. Copies of a message are not sent.
 */
#ifndef SERVICE_HEP_OUT_H
#define SERVICE_HEP_OUT_H

#include "service/hep_sender.h"
#include "view/view.h"

struct hep_out;

struct hep_out_options {
    const char *url; /* "udp:HOST:PORT", "tcp:HOST:PORT" */
    const char *key; /* NULL: none */
    uint32_t agent;  /* capture agent id */
    bool wait;       /* files: wait for the collector, lose nothing while it is there */
    struct ledger *ledger; /* what is lost is counted there; referred to */
};

/* Begins; the collector need not be there. Returns 0, or -ERR_* and why. */
int hep_out_new(const struct view *v, const struct hep_out_options *options,
                struct hep_out **out, struct errmsg *why);

/* Sends the messages that came since the last time. Cheap where none did. */
void hep_out_update(struct hep_out *h);

/* Sends an RTCP packet; time in ns. */
void hep_out_rtcp(struct hep_out *h, const struct addr *src, const struct addr *dst,
                  int64_t time, struct slice datagram);

/* The call ends, or is given up: what is known of its streams is sent, once. */
void hep_out_ended(struct hep_out *h, const struct call *call);

/* What was sent, and how the collector is. */
void hep_out_state(const struct hep_out *h, struct hep_sender_state *out);

/* Sends the rest, and ends. What could not be sent is counted. NULL is fine. */
void hep_out_end(struct hep_out *h);

#endif
