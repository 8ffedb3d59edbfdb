/* Telling SIP from other bytes by how they begin, before anything is parsed. */
#ifndef DISSECT_SIP_SNIFF_H
#define DISSECT_SIP_SNIFF_H

#include "dissect/slice.h"

/*
 * True where bytes begin like a SIP message: a token and a URI with "SIP/2.0" at the
 * end of the line (or cut before it), or "SIP/2.0 " and a digit. Cheap: for sniffing
 * every datagram. Leading CRLFs are not passed over.
 */
bool sip_sniff(struct slice text);

/*
 * Offset of the start line in a line of a stream: 0 as a rule, more where the rest of a
 * body without a line end stands before it, line.n where there is none.
 */
size_t sip_start_find(struct slice line);

/*
 * True where a start line stands behind other lines, or at least three of Via, From,
 * To, Call-ID and CSeq (or their compact forms) are there: a message whose beginning is
 * beyond recognition. For what nothing else claims: then it is listed as malformed, and
 * not lost.
 */
bool sip_resembles(struct slice text);

/* True for the line that starts a message: a header line has its colon right after the
 * first word. Without its line end, trimmed. */
bool sip_is_start_line(struct slice line);

#endif
