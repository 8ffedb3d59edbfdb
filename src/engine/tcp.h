/*
 * TCP segments put in order, one direction of a connection at a time, for stream.h. The
 * same connection seen in another tunnel, VLAN, interface or file is another one.
 */
#ifndef ENGINE_TCP_H
#define ENGINE_TCP_H

#include "base/limits.h"
#include "engine/intake.h"

struct tcp;

/* References are kept; limits->tcp bounds the memory. NULL when memory is short. */
struct tcp *tcp_new(const struct limits *limits, struct intake *in);
void tcp_free(struct tcp *t);

/* Takes a segment (kind PACKET_TCP). */
void tcp_feed(struct tcp *t, const struct frame *frame, const struct packet *p);

/* Gives up holes older than a second of capture time, and forgets what was long idle.
 */
void tcp_expire(struct tcp *t, int64_t now);

/* The input is over: what is open ends here. */
void tcp_end(struct tcp *t);

/* Bytes in use, and directions of connections known. */
size_t tcp_memory(const struct tcp *t);
size_t tcp_count(const struct tcp *t);

#endif
