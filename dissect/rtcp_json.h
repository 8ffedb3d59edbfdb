/*
 * RTCP as capture agents write it in HEP (payload type 5, "RTCP JSON"): an object with
 * sender_information, ssrc, type and report_blocks. It becomes the packet that it was.
 */
#ifndef DISSECT_RTCP_JSON_H
#define DISSECT_RTCP_JSON_H

#include "dissect/slice.h"

/* Longest packet: a sender report with 31 blocks (RFC 3550 6.4.1). */
enum { RTCP_JSON_MOST = 28 + 31 * 24 };

/* Writes the sender or receiver report that the object tells of. Returns its length, 0
 * where it tells of none. Keys that are not known are passed over; any order will do.
 */
size_t rtcp_json_read(struct slice json, uint8_t out[RTCP_JSON_MOST]);

#endif
