/*
 * KPIs made when they are first asked for: what is kept of messages and media is
 * counted as if it came only then. So a file that is only listed pays nothing. Before
 * anything is given up that was not counted, it is counted.
 */
#ifndef MODEL_RECOUNT_H
#define MODEL_RECOUNT_H

#include "model/calls.h"
#include "model/kpi.h"

/* Counts what is kept in c->kpi_later; from then on messages are counted as they come.
 * Nothing where that is so by now, or nobody wants to know. */
void recount(struct calls *c);

/* A part of that: at most so many messages. False: everything is counted. For screens,
 * which go on answering keys; in between there are no KPIs. */
bool recount_part(struct calls *c, size_t messages);

/* The same, for who only reads: the KPIs of the calls; NULL: there are none. */
const struct kpi *recount_kpi(const struct calls *c);
bool recount_kpi_part(const struct calls *c, size_t messages);

#endif
