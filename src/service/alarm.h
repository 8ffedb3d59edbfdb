/*
 * Alarms: rules held against the KPIs, each with its state for each peer or trunk that
 * it is about. A value that is not known (under ten calls) changes nothing.
 */
#ifndef SERVICE_ALARM_H
#define SERVICE_ALARM_H

#include "base/strbuf.h"
#include "service/alarm_rule.h"

struct alarms;

struct alarm_event {
    const struct alarm_rule *rule;
    const char *group; /* "": everything */
    double value;
    int64_t time;  /* s since 1970 */
    int64_t since; /* when the value went beyond the threshold, or came back, s */
    bool raised;   /* else it is over */
};

typedef void alarm_each(void *ctx, const struct alarm_event *e);

/* Rules are copied. NULL when memory is short; free accepts NULL. */
struct alarms *alarms_new(const struct alarm_rule *rules, size_t n);
void alarms_free(struct alarms *a);

/* Other rules take the place; states of those that stay the same stay. Returns false
 * when memory is short: all is as it was. */
bool alarms_replace(struct alarms *a, const struct alarm_rule *rules, size_t n);

/* Looks at the KPIs at a time (s): tells what was raised and what is over. Call it
 * every few seconds. */
void alarms_update(struct alarms *a, const struct view *v, int64_t now,
                   alarm_each *each, void *ctx);

/* Alarms that are raised now, oldest first, the i-th; false: there are no more. */
bool alarms_raised(const struct alarms *a, size_t i, struct alarm_event *out);

/* "carrier-b: ner 61 % < 90 % for 4 min", "carrier-b: ner 94 %, was < 90 %". Adds to
 * `out`. */
void alarm_text(const struct alarm_event *e, struct strbuf *out);

/* ---- one state, for a rule: pure ---- */

struct alarm_state {
    int64_t
        since; /* beyond the threshold (raised: back behind `clear`) since; 0: not */
    bool raised;
};

/* The next value. Returns true where the alarm was raised or is over now. */
bool alarm_step(struct alarm_state *s, const struct alarm_rule *r, int64_t now,
                double value);

#endif
