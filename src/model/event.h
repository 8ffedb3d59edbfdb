/* What happened in a call beside its messages: rows of the table of events. */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "model/calls.h"

/* "icmp", "dtmf", "hold", "resume", "ssrc", "codec", "log", "report". */
const char *event_kind_name(unsigned kind);

/* Adds a copy of *draft to the call, in order of arrival. `value`: text, copied; NULL:
 * none. Returns false where the call has too many, or memory is short. */
bool event_add(struct calls *calls, struct call *call, const struct event *draft,
               const char *value);

/* The call leaves: its rows go. */
void event_drop(struct calls *calls, struct call *call);

#endif
