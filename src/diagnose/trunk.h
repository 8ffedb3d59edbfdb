/* Trunks that refuse one call after the other. */
#ifndef DIAGNOSE_TRUNK_H
#define DIAGNOSE_TRUNK_H

#include "diagnose/exam.h"

/* Peers with five or more 503 in a row become findings of rule `r`, with the number of
 * calls that were up when it began: the limit of the trunk (RFC 7339). */
void trunk_limit(struct exam *e, const struct rule *r);

#endif
