/*
 * HEP (EEP), the Homer encapsulation: who talked to whom, when, and what they said,
 * sent by a capture agent. Versions 1 and 2 are a fixed header, version 3 is chunks.
 */
#ifndef DISSECT_HEP_H
#define DISSECT_HEP_H

#include "dissect/addr.h"
#include "dissect/reason.h"

/* hep.payload_type, HEP3 chunk 11. Versions 1 and 2 carry SIP only. */
enum { HEP_SIP = 1, HEP_RTCP = 5, HEP_REPORT = 35, HEP_LOG = 100 };

/* hep.ip_proto as proxies write it for transports that IP has no number for. */
enum { HEP_PROTO_TLS = 22, HEP_PROTO_WS = 50 };

struct hep {
    struct addr src, dst;
    struct slice payload;
    struct slice
        call_id;      /* chunk 17: the Call-ID that the payload belongs to; or empty */
    struct slice key; /* chunk 14: what the agent proves itself with; or empty */
    int64_t time;     /* ns since 1970; 0: none given */
    uint32_t agent;
    uint8_t version; /* 1, 2, 3 */
    uint8_t ip_proto;
    uint8_t payload_type;
    bool compressed; /* the payload is chunk 16: zlib, gzip or bare deflate */
};

/* s begins as an envelope does. Versions 1 and 2 have no magic, so every field that has
 * few good values is looked at. */
bool hep_is(struct slice s);

/*
 * One envelope at the start of a datagram or of a TCP stream's bytes. Returns its
 * length (versions 1 and 2: all of s), 0 where a version 3 envelope goes on past s,
 * or -REASON_HEP_BAD.
 */
int hep_parse(struct slice s, struct hep *out);

#endif
