#include "model/restore.h"

#include "model/event.h"
#include "model/keep.h"
#include "model/related.h"

static uint8_t transport_of(struct slice name)
{
    for (unsigned i = 0; i < TRANSPORT_COUNT; i++)
        if (slice_eq(name, slice_str(transport_name(i))))
            return (uint8_t)i;
    return TRANSPORT_UDP;
}

/* Reason by its name; REASON_NONE: none has it. */
static uint8_t reason_of(struct slice name)
{
    for (int i = 1; name.n && i < REASON_COUNT; i++)
        if (slice_eq(name, slice_str(reason_name(i))))
            return (uint8_t)i;
    return REASON_NONE;
}

struct msg *restore_message(struct calls *c, const struct stored_message *s)
{
    struct sip sip;
    struct frame frame = {.time = s->time,
                          .file = s->file,
                          .interface = s->interface,
                          .number = s->frame,
                          .caplen = s->cut ? 0 : 1,
                          .len = 1};
    struct arrival a = {.frame = &frame,
                        .sip = &sip,
                        .text = s->text,
                        .span = s->span,
                        .transport = transport_of(s->transport),
                        .malformed = reason_of(s->malformed),
                        .reassembled = s->reassembled,
                        .path = s->copy ? s->id | 1u << 31 : 0,
                        .time = s->time,
                        .frames = s->frames,
                        .nframes = s->nframes};
    int bad = sip_parse(s->text, &sip);
    if (!a.malformed && bad < 0)
        a.malformed = (uint8_t)-bad;
    if (s->cut)
        sip.flags |= SIP_CUT;
    (void)addr_parse(s->src, &a.src);
    (void)addr_parse(s->dst, &a.dst);
    if (s->id > c->next_msg)
        c->next_msg = s->id - 1;
    if (s->call > c->next_call)
        c->next_call = s->call - 1;
    struct msg *m = calls_feed(c, &a);
    if (m) {
        m->flags = (uint8_t)((m->flags & ~MSG_SDP) | (s->sdp ? MSG_SDP : 0));
        m->text.length = s->size;
    }
    return m;
}

static unsigned state_of(struct slice name, unsigned other)
{
    for (unsigned i = 0; i < CALL_STATE_COUNT; i++)
        if (slice_eq(name, slice_str(call_state_name(i))))
            return i;
    return other;
}

/* "a; b" as bits. */
static uint8_t incomplete_of(struct slice text)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < CALL_INCOMPLETE_BITS; i++) {
        const char *name = call_incomplete_text(i);
        if (text.n && memmem(text.p, text.n, name, strlen(name)))
            bits |= 1u << i;
    }
    return (uint8_t)bits;
}

static const char *text_of(struct call *call, struct slice text)
{
    return text.n ? arena_copy(&call->arena, text.p, text.n) : NULL;
}

/* Joined by proof that messages do not show. */
static void join(struct calls *c, struct call *call, const struct stored_call *s)
{
    struct call *first = s->session ? calls_by_id(c, s->session) : NULL;
    const char *why = NULL;
    if (!first || first == call || !s->link.n ||
        (call->session && call->session == first->session))
        return;
    if ((why = text_of(call, s->link)))
        related_join(c->related, c, first, call, why, s->link_confidence);
}

/* What messages told is stored with the rest, in its order. */
static void forget_events(struct calls *c, struct call *call)
{
    event_drop(c, call);
    call->events = call->last_event = NULL;
    call->event_count = 0;
}

void restore_call(struct calls *c, struct call *call, const struct stored_call *s)
{
    forget_events(c, call);
    unsigned state = state_of(s->state, call->state);
    if (state != call->state)
        keep_state(c, call, state);
    if (s->status != call->status || !call->reason || s->reason.n) {
        call->status = s->status;
        call->reason = text_of(call, s->reason);
    }
    call->ended_by = slice_eq(s->ended_by, SLICE("caller"))   ? CALL_CALLER
                     : slice_eq(s->ended_by, SLICE("callee")) ? CALL_CALLEE
                                                              : CALL_NOBODY;
    call->incomplete = incomplete_of(s->incomplete);
    call->start = s->start;
    call->ring = s->ring;
    call->answer = s->answer;
    call->end = s->end;
    call->messages = s->messages;
    call->retransmissions = s->retransmissions;
    call->version = ++c->version;
    join(c, call, s);
    if (s->link.n && (!call->link || !slice_eq(s->link, slice_str(call->link)))) {
        call->link = text_of(call, s->link);
        call->link_confidence = s->link_confidence;
    }
}
