/* What a hop of a session attempt adds to the counts of a second: QUALITY's
 * definitions, event by event. A sign of -1 takes it back. */
#ifndef MODEL_OUTCOME_H
#define MODEL_OUTCOME_H

#include "model/kpi.h"

struct leg;

/* start: when the attempt began for those who count it here, ns. */
typedef void outcome(struct kpi *k, const struct leg *leg, int64_t start,
                     struct kpi_counts *c, int sign);

/* A new attempt. */
outcome outcome_begun;

/* It was answered, refused, timed out, or nothing is known of it at the end. */
outcome outcome_settled;

/* BYE after an answer, and the answer to that. */
outcome outcome_ended;
outcome outcome_completed;

/* It has media, and some of it is bad. */
outcome outcome_heard;
outcome outcome_heard_badly;

/* True where E.425 counts the outcome as reached, beside 2xx: 480, 486, 600, 603; 487
 * and 408 after a 18x; a rejection by the user (Q.850 21). */
bool outcome_reached(unsigned status, bool rang, bool rejected);

#endif
