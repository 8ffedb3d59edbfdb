/*
 * A capture filter (pcap-filter(7)) over frames of any link type, compiled by libpcap
 * for each link type that is met. As everywhere with BPF: later fragments of an IP
 * packet have no ports, and behind a VLAN tag only what follows the word "vlan"
 * matches.
 */
#ifndef CAPTURE_FRAME_FILTER_H
#define CAPTURE_FRAME_FILTER_H

#include "base/err.h"
#include "base/frame.h"

#include <stdbool.h>

struct frame_filter;

/* Returns 0 and *out, or -ERR_USAGE and why (syntax). */
int frame_filter_new(const char *expression, struct frame_filter **out,
                     struct errmsg *why);

/* NULL is fine. */
void frame_filter_free(struct frame_filter *f);

/*
 * True where the frame matches. A link type that the filter cannot be compiled for
 * matches nothing; why then gets a text, once for each link type.
 */
bool frame_filter_match(struct frame_filter *f, const struct frame *frame,
                        struct errmsg *why);

/* libpcap's number for a LINKTYPE_ number of a file, and back. */
int frame_filter_dlt(uint32_t link);
uint32_t frame_filter_link(int dlt);

#endif
