/*
 * The media of chosen calls, to be found again in a second pass over the capture: by
 * addresses and time, since no packet of it is kept.
 */
#ifndef FLOWS_H
#define FLOWS_H

#include "base/frame.h"
#include "model/calls.h"

struct flows;

/* An empty set; NULL when memory is short. */
struct flows *flows_new(void);
void flows_free(struct flows *f);

/* Adds the RTP and UDPTL streams of a call, and RTCP on the same ports and on those
 * next to them (RFC 3550 11, RFC 5761). Returns 0 or -ERR_NOMEM. */
int flows_add(struct flows *f, const struct call *call);

/* Does the frame carry a packet of theirs? Datagrams in fragments are not found. */
bool flows_has(const struct flows *f, const struct frame *frame);

#endif
