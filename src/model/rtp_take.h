/* What the parts of a stream share: rtp_stream.c, rtp_format.c, rtp_figures.c. */
#ifndef MODEL_RTP_TAKE_H
#define MODEL_RTP_TAKE_H

#include "model/rtp_stream.h"

/* Another payload type than that of the packet before: works out what it means and
 * makes it one of the stream's two. Sets out->changed for another codec. */
const struct rtp_format *rtp_format_change(struct rtp_stream *s, uint8_t pt,
                                           struct rtp_outcome *out);

/* Jitter, playout and lateness of a packet whose clock is known. */
void rtp_time_take(struct rtp_stream *s, const struct rtp_format *f, int64_t arrival,
                   uint32_t ts, uint16_t seq, bool fresh);

/* Keeps a packet whose clock is not known. The last one that has room makes the clock
 * be estimated. */
void rtp_early_take(struct rtp_stream *s, const struct rtp_packet *p, bool fresh);

#endif
