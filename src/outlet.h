/*
 * What a trace hands on while it is read: HEP to a collector, metrics, and the calls
 * that ended to whoever wants to know of them.
 */
#ifndef OUTLET_H
#define OUTLET_H

#include "trace.h"

struct alarm_event;      /* service/alarm.h */
struct hep_sender_state; /* service/hep_sender.h */

/* Opens what the options ask for; the trace is whole but for that. A wrong or refused
 * address is reported. Returns 0, or -ERR_*: then nothing is to be read. */
int outlet_open(struct trace *t, void (*report)(const char *line));

/* Each call that ended is told, live once it rests, and each alarm; NULL: to nobody. */
void outlet_tell(struct trace *t, void (*ended)(void *ctx, const struct call *call),
                 void (*alarm)(void *ctx, const struct alarm_event *e), void *ctx);

/* Another configuration takes the place of the one before. */
void outlet_configure(struct trace *t, const struct config *settings);

/* The alarms that are raised now, the i-th; false: there are no more. */
bool outlet_alarm(const struct trace *t, size_t i, struct alarm_event *out);

/* Hands on what came since the last time. Cheap. */
void outlet_update(struct trace *t);

/* The capture's clock is about to be set back to `now` (ns). */
void outlet_set_back(struct trace *t, int64_t now);

/* The input is over: hands on the rest. What could not be is counted. */
void outlet_end(struct trace *t);

/* Frees it, also where the input is not over. */
void outlet_free(struct trace *t);

/* State of the HEP collector; false: there is none. */
bool outlet_hep(const struct trace *t, struct hep_sender_state *out);

/* An RTCP packet came; ctx is the trace. For struct engine_options. */
void outlet_rtcp(void *ctx, const struct frame *frame, const struct packet *packet);

/* A call is given up; ctx is the trace. For struct calls. */
void outlet_leaving(void *ctx, const struct call *call);

#endif
