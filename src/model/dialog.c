#include "model/dialog.h"

#include "model/call.h"

enum { DIALOG_MAX = 64 };

static bool is_callers(const struct call *call, const struct msg *m)
{
    return !call->caller_tag || m->from_tag == call->caller_tag;
}

static struct dialog *dialog_new(struct call *call, struct msg *m, struct dialog **end)
{
    bool forward = is_callers(call, m);
    struct dialog *d = arena_alloc(&call->arena, sizeof *d);
    if (!d)
        return NULL;
    *d = (struct dialog){
        .caller_tag = forward ? m->from_tag : m->to_tag,
        .callee_tag = forward ? m->to_tag : m->from_tag,
        .first = m,
        .early = m->status && m->status < 200,
    };
    return *end = d;
}

struct dialog *dialog_get(struct call *call, struct msg *m)
{
    unsigned n = 0;
    struct dialog **p = &call->dialogs;
    if (!m->from_tag || !m->to_tag)
        return NULL;
    for (; *p && n < DIALOG_MAX; p = &(*p)->next, n++)
        if (((*p)->caller_tag == m->from_tag && (*p)->callee_tag == m->to_tag) ||
            ((*p)->caller_tag == m->to_tag && (*p)->callee_tag == m->from_tag))
            return *p;
    return n < DIALOG_MAX ? dialog_new(call, m, p) : NULL;
}
