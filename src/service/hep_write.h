/* HEP version 3 envelopes, as capture agents send them to a collector. */
#ifndef SERVICE_HEP_WRITE_H
#define SERVICE_HEP_WRITE_H

#include "base/strbuf.h"
#include "model/msg.h"

/* payload_type, chunk 11. */
enum { HEP_WRITE_SIP = 1, HEP_WRITE_RTCP = 5, HEP_WRITE_REPORT = 34 };

struct hep_item {
    const struct addr *src, *dst;
    int64_t time; /* ns; microseconds are told */
    struct slice payload;
    struct slice call_id; /* that it belongs to; may be empty */
    struct slice key;     /* may be empty: no key */
    uint32_t agent;       /* capture agent id */
    uint8_t transport;    /* enum transport */
    uint8_t payload_type;
};

/* Longest envelope; UDP over IPv4 has room for no more. */
enum { HEP_WRITE_LONGEST = 65507 };

/* Writes an envelope, replacing what `out` holds. False where it would be too long, or
 * memory is short. */
bool hep_write(const struct hep_item *item, struct strbuf *out);

#endif
