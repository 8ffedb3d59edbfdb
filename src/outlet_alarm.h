/* What becomes of alarms: words for a person, the system's log, a command, metrics. */
#ifndef OUTLET_ALARM_H
#define OUTLET_ALARM_H

#include "service/alarm.h"
#include "trace.h"

struct outlet_alarm;

/* With the alarms of a configuration (NULL: none). NULL when memory is short. */
struct outlet_alarm *outlet_alarm_new(const struct config *c);
void outlet_alarm_free(struct outlet_alarm *a);

/* Another configuration takes its place. */
void outlet_alarm_configure(struct outlet_alarm *a, const struct config *c);

/* Looks at the KPIs every few seconds; `each` is told as well, NULL: nobody is. */
void outlet_alarm_update(struct outlet_alarm *a, struct trace *t, alarm_each *each,
                         void *ctx);

/* The alarms themselves. */
const struct alarms *outlet_alarm_states(const struct outlet_alarm *a);

#endif
