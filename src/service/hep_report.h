/* What agents tell a collector of media, as the JSON that collectors read. */
#ifndef SERVICE_HEP_REPORT_H
#define SERVICE_HEP_REPORT_H

#include "base/strbuf.h"
#include "model/rtp_stream.h"

/* The figures of a stream that belongs to a call: a full report of quality (payload
 * type 34). Replaces what `out` holds. */
void hep_report_stream(const struct rtp_stream *s, struct strbuf *out);

/* A sender's or receiver's report and its blocks (payload type 5), the packets of one
 * datagram together. Replaces what `out` holds. Returns false where it has neither. */
bool hep_report_rtcp(struct slice datagram, struct strbuf *out);

/* The stream that it is about: the first one reported on, else the sender's. */
bool hep_report_about(struct slice datagram, uint32_t *ssrc);

#endif
