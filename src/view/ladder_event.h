/* What a ladder says of something that is no message. */
#ifndef VIEW_LADDER_EVENT_H
#define VIEW_LADDER_EVENT_H

#include "view/view.h"

/* Adds the text of an event that has a row of its own: an ICMP error, a digit, another
 * codec. Raw bytes. */
void ladder_event_text(const struct view *v, const struct event *e, struct strbuf *out);

/* True where the event says more of the message whose frame it names: hold, resume, a
 * digit in INFO. */
bool ladder_event_of_message(const struct event *e);

/* The stream of an event; NULL: none. */
const struct rtp_stream *ladder_event_stream(const struct event *e);

#endif
