#include "model/call.h"

#include "dissect/sip_value.h"
#include "model/calls.h"

enum { TAG_LOOKS = 64 };
#define SECOND INT64_C(1000000000)
#define LATE   (2 * SECOND)

const char *call_state_name(unsigned state)
{
    static const char *const NAME[] = {
#define STATE(id, name, finished) name,
        CALL_STATE_TABLE(STATE)
#undef STATE
    };
    return state < CALL_STATE_COUNT ? NAME[state] : "?";
}

bool call_state_finished(unsigned state)
{
    static const bool FINISHED[] = {
#define STATE(id, name, finished) finished,
        CALL_STATE_TABLE(STATE)
#undef STATE
    };
    return state < CALL_STATE_COUNT && FINISHED[state];
}

const char *call_incomplete_text(unsigned bit)
{
    static const char *const TEXT[] = {
#define INCOMPLETE(id, text) text,
        CALL_INCOMPLETE_TABLE(INCOMPLETE)
#undef INCOMPLETE
    };
    return bit < CALL_INCOMPLETE_BITS ? TEXT[bit] : "?";
}

static bool between(int64_t from, int64_t to, int64_t *ns)
{
    if (!from || !to)
        return false;
    *ns = to - from;
    return true;
}

bool call_pdd(const struct call *c, int64_t *ns)
{
    return between(c->start, c->ring ? c->ring : c->answer, ns);
}

bool call_setup(const struct call *c, int64_t *ns)
{
    return between(c->start, c->answer, ns);
}

bool call_duration(const struct call *c, int64_t *ns)
{
    return between(c->answer, c->end, ns);
}

/* The tag found goes to the front: the few in use stay there, so that a call with very
 * many costs no more than others. */
const struct str *call_tag(struct call *c, struct slice tag, bool add)
{
    unsigned looks = TAG_LOOKS;
    if (!tag.n)
        return NULL;
    for (struct str **p = &c->strings; *p && looks; p = &(*p)->next, looks--) {
        struct str *s = *p;
        if (s->n != tag.n || memcmp(s->p, tag.p, tag.n))
            continue;
        *p = s->next;
        s->next = c->strings;
        return c->strings = s;
    }
    struct str *s = add ? arena_alloc(&c->arena, sizeof *s + tag.n + 1) : NULL;
    if (!s)
        return NULL;
    s->next = c->strings;
    s->n = (uint32_t)tag.n;
    memcpy(s->p, tag.p, tag.n);
    s->p[tag.n] = 0;
    return c->strings = s;
}

static const char *text_of(struct call *c, struct slice s)
{
    return s.n ? arena_copy(&c->arena, s.p, s.n) : NULL;
}

/* A URI that is often the same as another one of the call. */
static const char *uri_like(struct call *c, struct slice uri, const char *other)
{
    return other && slice_eq(uri, slice_str(other)) ? other : party_uri(&c->arena, uri);
}

static const char *method_text(struct call *c, const struct sip *sip)
{
    if (msg_method(sip) != SIP_OTHER)
        return sip_method_name(msg_method(sip));
    const char *name = text_of(c, sip->method_name);
    return name ? name : "?";
}

/* INFO, UPDATE, REFER and NOTIFY live in dialogs of others; alone they say which. */
static bool of_invite_dialog(unsigned method, bool to_tag)
{
    switch (method) {
    case SIP_INVITE:
    case SIP_ACK:
    case SIP_BYE:
    case SIP_CANCEL:
    case SIP_PRACK: return true;
    case SIP_INFO:
    case SIP_UPDATE:
    case SIP_REFER: return to_tag;
    default: return false;
    }
}

static void set_method(struct call *c, const struct sip *sip)
{
    c->method = msg_method(sip);
    c->method_name = method_text(c, sip);
}

void call_open(struct call *c, const struct arrival *a)
{
    const struct sip *sip = a->sip;
    bool to_tag = sip->to_tag.n != 0;
    set_method(c, sip);
    c->start = a->time;
    c->from = party_of(&c->arena, sip->header[SIP_H_FROM]);
    c->to = party_of(&c->arena, sip->header[SIP_H_TO]);
    c->ruri = uri_like(c, sip->uri, c->to.uri);
    c->caller_tag = call_tag(c, sip->from_tag, true);
    c->invite = of_invite_dialog(msg_method(sip), to_tag && !sip->response);
    c->opened = !sip->response && !to_tag && msg_method(sip) != SIP_ACK &&
                msg_method(sip) != SIP_CANCEL && msg_method(sip) != SIP_BYE;
    if (!c->opened)
        c->incomplete |= CALL_INCOMPLETE_START;
}

static bool from_caller(const struct call *c, const struct msg *m)
{
    if (c->caller_tag || m->from_tag)
        return m->from_tag == c->caller_tag;
    return m->status ? addr_eq(&m->hop->dst, &c->hop->src)
                     : addr_eq(&m->hop->src, &c->hop->src);
}

/* Seconds of an Expires value or parameter; false: none. */
static bool seconds_of(struct slice s, uint32_t *out)
{
    uint64_t v;
    if (!s.n || !slice_u64(s, &v))
        return false;
    *out = v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
    return true;
}

/* RFC 3261 10.2.1.1 and 10.3: the Contact's parameter, else the Expires header. */
static bool expires_of(const struct sip *sip, uint32_t *out)
{
    struct sip_name_addr na;
    struct slice value, rest = sip->header[SIP_H_CONTACT];
    if (msg_method(sip) == SIP_REGISTER)
        while (sip_value_next(&rest, &value))
            if (sip_name_addr(value, &na) &&
                seconds_of(sip_param(na.params, SLICE("expires")), out))
                return true;
    return seconds_of(sip->header[SIP_H_EXPIRES], out);
}

static bool is_binding(const struct call *c)
{
    return c->method == SIP_REGISTER || c->method == SIP_SUBSCRIBE ||
           c->method == SIP_NOTIFY;
}

static int64_t expiry(int64_t time, uint32_t seconds)
{
    return time + (int64_t)seconds * SECOND;
}

/* Is a proxy's copy told from what goes to and from the caller? By its number of Vias.
 */
static bool is_near(struct call *c, const struct sip *sip)
{
    if (!c->vias || sip->via_count < c->vias)
        c->vias = sip->via_count;
    return sip->via_count == c->vias;
}

static void fill_in(struct call *c, const struct msg *m, const struct sip *sip)
{
    if (!c->user_agent && from_caller(c, m))
        c->user_agent = text_of(c, sip->header[SIP_H_USER_AGENT]);
    if (c->ruri)
        return;
    /* The first request of a call that began with a response. */
    c->ruri = uri_like(c, sip->uri, c->to.uri);
    if (msg_method(sip) != SIP_ACK && msg_method(sip) != SIP_CANCEL)
        set_method(c, sip);
}

/*
 * A capture, or a TCP segment sent again, may show a response before its request: the
 * call begins with the request all the same.
 */
static void open_late(struct call *c, const struct msg *m)
{
    uint32_t first = c->attempt || !c->first ? c->attempt : c->first->cseq;
    if (c->opened || m->time - c->newest > LATE || m->from_tag != c->caller_tag ||
        first != m->cseq)
        return;
    c->opened = true;
    c->incomplete &= (uint8_t)~CALL_INCOMPLETE_START;
    c->start = m->time;
    c->hop->refs--; /* its message holds it too */
    c->hop = m->hop;
    c->hop->refs++;
}

/* A request that begins the call, or tries it again. Returns true when it is awaited.
 */
static bool see_attempt(struct call *c, struct msg *m, const struct sip *sip)
{
    if (c->invite && (c->answer || !is_near(c, sip)))
        return false;
    open_late(c, m);
    c->attempt = m->cseq;
    c->end = 0;
    c->ended_by = CALL_NOBODY;
    c->cancelled = c->timed_out = false;
    c->last_request = m->time;
    if (is_binding(c))
        c->asked = expires_of(sip, &c->asked) ? c->asked : 3600;
    return true;
}

static void see_bye(struct call *c, const struct msg *m)
{
    if (c->bye)
        return;
    c->ended_by = from_caller(c, m) ? CALL_CALLER : CALL_CALLEE;
    if (!c->answer && (c->opened || c->attempt))
        return; /* in an early dialog: the INVITE gets its own final response */
    c->bye = true;
    c->end = m->time;
    c->last_request = 0;
}

/* A capture that began in the middle, with a MESSAGE, NOTIFY or OPTIONS of a dialog:
 * BYE and INVITE tell that it was an INVITE's. */
static void see_invite_dialog(struct call *c, const struct msg *m)
{
    if (c->invite || c->opened || !m->to_tag)
        return;
    c->invite = true;
    c->status = 0;
    c->reason = NULL;
    c->ended_by = CALL_NOBODY;
    c->end = c->expires = c->last_request = 0;
    c->attempt = 0;
}

/* RFC 6665 4.1.3. */
static void see_notify(struct call *c, const struct msg *m, const struct sip *sip)
{
    struct slice state = sip->header[SIP_H_SUBSCRIPTION_STATE];
    uint32_t s;
    if (!is_binding(c) || c->method == SIP_REGISTER)
        return;
    if (slice_istarts(state, SLICE("terminated")))
        c->expires = m->time;
    else if (seconds_of(
                 sip_param(slice_skip(state, slice_find(state, ';')), SLICE("expires")),
                 &s))
        c->expires = expiry(m->time, s);
}

/* Of the requests that begin a call, or try it again. */
static unsigned initial_method(const struct call *c)
{
    return c->invite ? SIP_INVITE : c->method;
}

static bool see_request(struct call *c, struct msg *m, const struct txn *txn,
                        const struct arrival *a)
{
    const struct sip *sip = a->sip;
    if (!c->user_agent || !c->ruri)
        fill_in(c, m, sip);
    switch (m->method) {
    case SIP_CANCEL:
        if (c->invite && !c->answer && (!txn || !txn->invite || txn->invite->near)) {
            c->cancelled = true;
            c->ended_by = CALL_CALLER;
        }
        return false;
    case SIP_BYE:
        see_invite_dialog(c, m);
        if (c->invite)
            see_bye(c, m);
        return false;
    case SIP_INVITE: see_invite_dialog(c, m); break;
    case SIP_NOTIFY: see_notify(c, m, sip); break;
    default: break;
    }
    if (m->method != initial_method(c))
        return false;
    if (m->to_tag && (c->invite || (c->opened && m->method != SIP_SUBSCRIBE)))
        return false;
    return see_attempt(c, m, sip);
}

static const char *phrase_of(struct call *c, const struct msg *m, struct slice phrase,
                             bool keep)
{
    const char *known = sip_status_phrase(m->status);
    if (slice_eq(phrase, slice_str(known)))
        return known;
    if (c->reason && slice_eq(phrase, slice_str(c->reason)))
        return c->reason;
    return keep ? text_of(c, phrase) : known;
}

static void set_status(struct call *c, struct msg *m, const struct txn *txn,
                       const struct arrival *a)
{
    c->reason = phrase_of(c, m, a->sip->phrase, txn != NULL);
    c->status = m->status;
    c->timed_out = false;
}

static void see_answer(struct call *c, struct msg *m, const struct txn *txn,
                       const struct arrival *a)
{
    set_status(c, m, txn, a);
    c->last_request = 0;
    if (c->answer)
        return;
    c->answer = m->time;
    if (!c->bye) {
        c->end = 0;
        c->ended_by = CALL_NOBODY;
    }
}

static void see_failure(struct call *c, struct msg *m, const struct txn *txn,
                        const struct arrival *a)
{
    if (c->answer)
        return; /* a fork's other branch, cancelled after the answer */
    set_status(c, m, txn, a);
    if (c->attempt && m->cseq != c->attempt)
        return; /* late: the attempt that followed is pending */
    c->last_request = 0;
    c->end = m->time;
    if (m->status == 408)
        c->ended_by = CALL_NOBODY;
    else if (c->cancelled)
        c->ended_by = CALL_CALLER;
    else if (m->status != 487 ||
             !c->ended_by) /* 487 answers a BYE too: RFC 3261 15.1.2 */
        c->ended_by = CALL_CALLEE;
}

static void see_invite_response(struct call *c, struct msg *m, const struct txn *txn,
                                const struct arrival *a)
{
    if (m->status < 200) {
        if (m->status > c->interim)
            c->interim = m->status;
        if (m->status >= 180 && m->status < 190 && !c->ring)
            c->ring = m->time;
    } else if (m->status < 300) {
        see_answer(c, m, txn, a);
    } else if (is_near(c, a->sip)) {
        see_failure(c, m, txn, a);
    }
}

/* Final responses of a call that is no INVITE's. */
static void see_other_response(struct call *c, struct msg *m, const struct txn *txn,
                               const struct arrival *a)
{
    uint32_t s = c->asked;
    if (m->status < 200)
        return;
    if (c->attempt && m->cseq < c->attempt)
        return;
    set_status(c, m, txn, a);
    c->last_request = 0;
    c->end = m->time;
    c->ended_by = m->status == 408 ? CALL_NOBODY : CALL_CALLEE;
    if (!is_binding(c) || c->method == SIP_NOTIFY || m->status >= 300)
        return;
    if (expires_of(a->sip, &s) || c->attempt)
        c->expires = expiry(m->time, s);
}

/* Does a response answer the request that began the call, or its later attempts? */
static bool is_initial(struct call *c, const struct msg *m, const struct txn *txn)
{
    if (m->method != initial_method(c))
        return false;
    if (txn && txn->request)
        return txn->initial || (!c->invite && txn->cseq == c->attempt);
    if (!c->attempt && !c->opened && (!c->dialogs || c->method == SIP_PRACK))
        c->attempt = m->cseq; /* begins in the middle, with a response */
    return m->cseq == c->attempt && from_caller(c, m);
}

static void see_dialog(struct call *c, struct msg *m, const struct txn *txn)
{
    if (!txn || !m->to_tag || (m->status && (m->status == 100 || m->status >= 300)))
        return;
    if (m->method == SIP_ACK && txn->method == SIP_INVITE)
        return;
    if (m->status && m->method != SIP_INVITE && m->method != SIP_SUBSCRIBE)
        return;
    struct dialog *d = dialog_get(c, m);
    if (!d)
        return;
    if (m->status >= 200 && m->method == SIP_INVITE && !d->answer) {
        d->answer = m->time;
        d->early = false;
    }
    if (!m->status && m->method == SIP_BYE && !d->end)
        d->end = m->time;
}

static bool see_again(struct call *c, const struct msg *m)
{
    if (m->status || !c->last_request || m->method != initial_method(c))
        return false;
    c->last_request = m->time;
    return true;
}

bool call_see(struct call *c, struct msg *m, const struct txn *txn,
              const struct arrival *a)
{
    bool awaited = false;
    if (m->flags & MSG_RETRANSMISSION)
        return see_again(c, m);
    if (!m->status) {
        awaited = see_request(c, m, txn, a);
    } else if (is_initial(c, m, txn)) {
        if (c->invite)
            see_invite_response(c, m, txn, a);
        else
            see_other_response(c, m, txn, a);
    }
    see_dialog(c, m, txn);
    return awaited;
}

static unsigned of_failure(unsigned status, bool invite)
{
    if (status == 401 || status == 407)
        return CALL_CHALLENGED;
    if (status == 408)
        return CALL_TIMEOUT;
    if (invite && status == 487)
        return CALL_CANCELLED;
    if (invite && (status == 486 || status == 600))
        return CALL_BUSY;
    if (invite && status < 400)
        return CALL_REDIRECTED;
    return status >= 500 && status < 600 ? CALL_FAILED : CALL_REJECTED;
}

static unsigned evaluate_invite(const struct call *c)
{
    if (c->bye)
        return CALL_COMPLETED;
    if (c->answer)
        return CALL_ANSWERED;
    if (c->timed_out)
        return c->cancelled ? CALL_CANCELLED : CALL_TIMEOUT;
    if (c->status && !c->last_request)
        return of_failure(c->status, true);
    if (c->cancelled)
        return CALL_CANCELLED;
    if (c->ring)
        return CALL_RINGING;
    if (c->opened || c->attempt || c->method == SIP_PRACK ||
        (c->method == SIP_INVITE && !c->dialogs))
        return CALL_TRYING;
    /* Begun in the middle of a dialog: there was an answer; a response to BYE tells its
     * end. */
    return c->method == SIP_BYE ? CALL_COMPLETED : CALL_ANSWERED;
}

unsigned call_evaluate(const struct call *c, int64_t now)
{
    if (c->invite)
        return evaluate_invite(c);
    if (is_binding(c) && c->expires > now)
        return CALL_ACTIVE;
    if (c->timed_out)
        return CALL_TIMEOUT;
    if (c->last_request || !c->status)
        return CALL_TRYING;
    if (is_binding(c) && c->expires && c->expires <= c->newest && c->status < 300)
        return CALL_TERMINATED;
    return c->status < 300 ? CALL_DONE : of_failure(c->status, false);
}
