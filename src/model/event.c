#include "model/event.h"

enum { EVENT_MAX = 500 };

const char *event_kind_name(unsigned kind)
{
    static const char *const NAMES[] = {
        [EVENT_ICMP] = "icmp",     [EVENT_DTMF] = "dtmf",     [EVENT_HOLD] = "hold",
        [EVENT_RESUME] = "resume", [EVENT_SSRC] = "ssrc",     [EVENT_CODEC] = "codec",
        [EVENT_LOG] = "log",       [EVENT_REPORT] = "report",
    };
    return kind < sizeof NAMES / sizeof *NAMES ? NAMES[kind] : "?";
}

bool event_add(struct calls *calls, struct call *call, const struct event *draft,
               const char *value)
{
    struct event *e =
        call->event_count < EVENT_MAX ? arena_alloc(&call->arena, sizeof *e) : NULL;
    if (!e)
        return false;
    *e = *draft;
    e->next = NULL;
    e->call = call;
    e->value = value ? arena_copy(&call->arena, value, strlen(value)) : NULL;
    if (!(e->id = rows_add(&calls->events, e)))
        return false;
    *(call->last_event ? &call->last_event->next : &call->events) = e;
    call->last_event = e;
    call->event_count++;
    call->version = ++calls->version;
    return true;
}

void event_drop(struct calls *calls, struct call *call)
{
    for (struct event *e = call->events; e; e = e->next)
        rows_remove(&calls->events, e->id);
}
