/* Registrations for who shows more of them than a table has: history, counts, time
 * left. Read only, as all of the model is here. */
#ifndef VIEW_REGISTRATIONS_H
#define VIEW_REGISTRATIONS_H

#include "model/registration.h"
#include "view/view.h"

/* How many there are in each state, at the newest capture time. */
static inline void view_registrations(const struct view *v,
                                      uint32_t out[REGISTRATION_STATES])
{
    registrations_count(v->calls->registrations, v->calls->now, out);
}

#endif
