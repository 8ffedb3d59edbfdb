/*
 * User messages of SCTP (RFC 9260 6.9): SIP comes as one user message each (RFC 4168),
 * which a sender may cut into several DATA chunks with consecutive TSNs.
 */
#ifndef ENGINE_SCTP_H
#define ENGINE_SCTP_H

#include "engine/intake.h"

struct sctp;

/* References are kept; `limit` bytes at most wait. NULL when memory is short. */
struct sctp *sctp_new(size_t limit, struct intake *in);
void sctp_free(struct sctp *s);

/* Takes a packet (kind PACKET_SCTP). */
void sctp_feed(struct sctp *s, const struct frame *frame, const struct packet *p);

/* Gives up what waits since over 30 s; sctp_end: all. */
void sctp_expire(struct sctp *s, int64_t now);
void sctp_end(struct sctp *s);

#endif
