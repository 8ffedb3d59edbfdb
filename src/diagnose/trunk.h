/* Trunks that refuse one call after the other. */
#ifndef DIAGNOSE_TRUNK_H
#define DIAGNOSE_TRUNK_H

#include "diagnose/exam.h"

/* Peers with five or more 503 in a row, or with a share of them within 60 s while many
 * calls are up, become findings of rule `r`, with the number of calls that were up when
 * it began: the limit of the trunk (RFC 7339). */
void trunk_limit(struct exam *e, const struct rule *r);

/* Did the caller of the call examined ask the same peer again before `until` (ns)? */
bool trunk_asked_again(const struct exam *e, int64_t until, const struct call **again);

#endif
