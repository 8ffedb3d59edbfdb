#include "model/session.h"

void sessions_init(struct sessions *s, struct mem_pool *pool)
{
    *s = (struct sessions){0};
    arena_init(&s->arena, pool);
}

void sessions_done(struct sessions *s)
{
    struct mem_pool *pool = s->arena.pool;
    arena_done(&s->arena);
    sessions_init(s, pool);
}

static struct session *session_new(struct sessions *s, struct call *call)
{
    struct session *n = s->spare;
    if (n)
        memcpy(&s->spare, n, sizeof(void *));
    else if (!(n = arena_alloc(&s->arena, sizeof *n)))
        return NULL;
    *n = (struct session){.first = call, .id = call->id, .legs = 1};
    return n;
}

static void session_free(struct sessions *s, struct session *n)
{
    memcpy(n, &s->spare, sizeof(void *));
    s->spare = n;
}

/* Both lists are in order of id. */
static struct call *merge(struct call *a, struct call *b)
{
    struct call *first = NULL, **end = &first;
    while (a && b) {
        struct call **less = a->id < b->id ? &a : &b;
        *end = *less;
        end = &(*less)->leg_next;
        *less = *end;
    }
    *end = a ? a : b;
    return first;
}

bool session_join(struct sessions *s, struct call *a, struct call *b)
{
    struct session *x = a->session, *y = b->session;
    if (a == b || (x && x == y) || (x ? x->legs : 1) + (y ? y->legs : 1) > SESSION_LEGS)
        return false;
    if (!x && !y && !(x = session_new(s, a)))
        return false;
    struct session *into = x ? x : y;
    into->first = merge(x ? x->first : a, y ? y->first : b);
    into->legs = 0;
    into->id = into->first->id;
    for (struct call *c = into->first; c; c = c->leg_next) {
        c->session = into;
        into->legs++;
    }
    if (x && y)
        session_free(s, y);
    return true;
}

static void no_session(struct call *call)
{
    call->session = NULL;
    call->leg_next = NULL;
    call->link = NULL;
    call->link_confidence = 0;
}

void session_leave(struct sessions *s, struct call *call)
{
    struct session *n = call->session;
    if (!n)
        return;
    for (struct call **p = &n->first; *p; p = &(*p)->leg_next)
        if (*p == call) {
            *p = call->leg_next;
            break;
        }
    no_session(call);
    n->legs--;
    n->id = n->first->id;
    if (n->legs > 1)
        return;
    no_session(n->first);
    session_free(s, n);
}
