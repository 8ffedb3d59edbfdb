/* Rules C06, C09-C13: how calls end, transfers, short and unfinished calls. */
#include "diagnose/media.h"
#include "diagnose/say.h"
#include "diagnose/tally.h"

static const struct msg *bye_of(const struct exam *e)
{
    for (const struct msg *m = e->call->first; m; m = m->next)
        if (!m->status && m->method == SIP_BYE && !(m->flags & MSG_COPY))
            return m;
    return NULL;
}

/* ---- C06 ---- */

static bool about_media(struct slice reason)
{
    return slice_has(reason, "rtp") || slice_has(reason, "media") ||
           slice_has(reason, "inactiv");
}

/* Seconds without media after which boxes hang up. */
static int round_limit(int64_t silence)
{
    static const int LIMITS[] = {10, 15, 20, 30, 60, 120, 300};
    for (size_t i = 0; i < sizeof LIMITS / sizeof *LIMITS; i++)
        if (silence >= LIMITS[i] * SECOND - SECOND / 2 &&
            silence <= (LIMITS[i] + 2) * SECOND)
            return LIMITS[i];
    return 0;
}

/* How long the sender of the BYE had heard nothing by then, where that is a limit as
 * boxes have it; 0: it is not. */
static int64_t unheard(struct exam *e, const struct rule *r, const struct msg *bye,
                       const struct flow **flow, struct media *m)
{
    unsigned side = offer_side(e->call, bye);
    if (!media_of(e, m) || m->fax || m->held || side < CALL_CALLER ||
        side > CALL_CALLEE)
        return 0;
    const struct flow *f = &m->flow[side], *other = &m->flow[side_other(side)];
    int64_t silence = bye->time - (f->packets ? f->last : m->from);
    bool dead = f->packets > 50 ? f->since && f->since < f->last
                                : !f->packets && other->packets > 50;
    if (!dead || !f->since || !round_limit(silence) || !exam_allows(e, r) ||
        (f->stream && (f->stream->noise || rtp_stream_notes(f->stream)->pauses)))
        return 0;
    *flow = f;
    return silence;
}

static void rtp_timeout(struct exam *e, const struct rule *r)
{
    const struct msg *bye = e->call->bye ? bye_of(e) : NULL;
    const struct flow *flow = NULL;
    struct media m;
    if (!bye)
        return;
    struct slice reason =
        bye->flags & MSG_REASON ? exam_header(e, bye, SIP_H_REASON) : (struct slice){0};
    bool says = about_media(reason);
    int64_t silence = unheard(e, r, bye, &flow, &m);
    struct draft *d = says || silence ? exam_find(e, r, SEVERITY_CRIT,
                                                  says ? (silence ? 98 : 85) : 65)
                                      : NULL;
    if (!d)
        return;
    draft_peer(d, &bye->hop->src);
    draft_stream(d, flow ? flow->stream : NULL);
    draft_msg(d, bye);
    if (silence)
        say(&d->headline, "%i ended the call %t after media to it stopped",
            &bye->hop->src, silence);
    else
        say(&d->headline, "%i ended the call since no media came", &bye->hop->src);
    if (says)
        say(&d->detail, "Reason of the BYE: %S. ", &reason);
    if (silence)
        say(&d->detail, "%u s is a usual limit of boxes for media that stops; %s.",
            (unsigned)round_limit(silence),
            flow->packets ? "a stream was there before" : "there was none at all");
}

/* ---- C09 ---- */

static bool other_bye(const struct exam *e, const struct txn *t)
{
    for (const struct msg *m = e->call->first; m; m = m->next)
        if (!m->status && m->method == SIP_BYE && m->from_tag != t->request->from_tag &&
            m->time < t->final->time + SECOND)
            return true;
    return false;
}

static void no_such_dialog(struct exam *e, const struct rule *r)
{
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (t->initial || !t->request || !t->final || t->final->status != 481 ||
            t->method == SIP_CANCEL)
            continue;
        bool crossed = other_bye(e, t);
        struct draft *d = exam_find(e, r, crossed ? SEVERITY_INFO : SEVERITY_WARN, 90);
        if (!d)
            return;
        draft_peer(d, &t->final->hop->src);
        draft_msg(d, t->request);
        draft_msg(d, t->final);
        say(&d->headline, "%i does not know the call any more (481 to %s)",
            &t->final->hop->src, msg_method_name(t->request));
        say(&d->detail, crossed ? "Both sides ended the call at once."
                                : "Its side ended it or was restarted, or the tags do "
                                  "not fit.");
        return;
    }
}

/* ---- C10 ---- */

/* Status in the body of a NOTIFY of a transfer (message/sipfrag); 0: none. */
static unsigned fragment_status(struct exam *e, const struct txn *t)
{
    const struct sip *sip = exam_sip(e, t->request);
    uint64_t status = 0;
    if (!sip || !slice_istarts(sip->body, SLICE("SIP/2.0 ")))
        return 0;
    return slice_u64(slice_skip(sip->body, 8), &status) ? (unsigned)status : 0;
}

static void transfer(struct exam *e, const struct rule *r)
{
    const struct txn *refer = NULL, *notify = NULL;
    unsigned status = 0;
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (t->method == SIP_REFER && t->request && t->final)
            refer = t;
        unsigned s = refer && t->method == SIP_NOTIFY && t->request && !t->initial
                         ? fragment_status(e, t)
                         : 0;
        if (s) {
            status = s;
            notify = t;
        }
    }
    if (!refer)
        return;
    bool refused = refer->final->status >= 300;
    bool lost = !refused && !notify && !e->call->bye && exam_allows(e, r) &&
                exam_passed(e, refer->final->time, 32 * SECOND);
    if (!refused && status < 300 && !lost)
        return;
    struct draft *d = exam_find(e, r, SEVERITY_CRIT, lost ? 70 : 90);
    if (!d)
        return;
    struct slice target = exam_header(e, refer->request, SIP_H_REFER_TO);
    draft_peer(d, &refer->hop->dst);
    draft_msg(d, refer->request);
    draft_msg(d, refer->final);
    draft_msg(d, notify ? notify->request : NULL);
    if (refused)
        say(&d->headline, "transfer refused by %i: %m", &refer->hop->dst, refer->final);
    else if (lost)
        say(&d->headline, "transfer accepted by %i, and nothing is heard of it",
            &refer->hop->dst);
    else
        say(&d->headline, "transfer failed: the target answered %u %s", status,
            sip_status_phrase(status));
    say(&d->detail, "Refer-To: %S.", &target);
}

/* ---- C11 ---- */

static bool release_cause(struct slice reason, const char *protocol, uint64_t *cause)
{
    struct slice one, rest = reason;
    while (sip_value_next(&rest, &one)) {
        size_t semicolon = slice_find(one, ';');
        if (slice_ieq(slice_trim(slice_sub(one, 0, semicolon)), slice_str(protocol)) &&
            slice_u64(sip_param(slice_skip(one, semicolon), SLICE("cause")), cause))
            return true;
    }
    return false;
}

static const char *cause_name(uint64_t cause)
{
    static const struct {
        uint8_t cause;
        const char *name;
    } NAMES[] = {
        {1, "unallocated number"},
        {3, "no route"},
        {17, "user busy"},
        {18, "no user responding"},
        {19, "no answer"},
        {20, "subscriber absent"},
        {21, "call rejected"},
        {22, "number changed"},
        {27, "destination broken"},
        {28, "invalid number"},
        {34, "no channel"},
        {38, "network out of order"},
        {41, "temporary failure"},
        {42, "congestion"},
        {47, "no resources"},
        {58, "bearer not available"},
        {65, "bearer not implemented"},
        {79, "not implemented"},
        {88, "incompatible"},
        {102, "timer expired"},
        {111, "protocol error"},
        {127, "interworking"},
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (NAMES[i].cause == cause)
            return NAMES[i].name;
    return "abnormal";
}

static void abnormal_release(struct exam *e, const struct rule *r)
{
    const struct msg *bye = e->call->bye ? bye_of(e) : NULL;
    uint64_t cause = 16;
    if (!bye || !(bye->flags & MSG_REASON) || exam_found(e, "C06"))
        return;
    struct slice reason = exam_header(e, bye, SIP_H_REASON);
    bool q850 = release_cause(reason, "Q.850", &cause);
    bool sip = !q850 && release_cause(reason, "SIP", &cause);
    if ((q850 && (cause == 16 || cause == 31 || !cause)) || (sip && cause < 400) ||
        (!q850 && !sip))
        return;
    bool network = q850 && (cause == 27 || cause >= 34);
    struct draft *d =
        exam_find(e, r, network || sip ? SEVERITY_WARN : SEVERITY_INFO, 85);
    if (!d)
        return;
    draft_peer(d, &bye->hop->src);
    draft_msg(d, bye);
    say(&d->headline, "ended by %i with cause %u: %s", &bye->hop->src, (unsigned)cause,
        sip ? sip_status_phrase((unsigned)cause) : cause_name(cause));
    say(&d->detail, "Reason of the BYE: %S.", &reason);
}

/* ---- C12 ---- */

static bool same_text(const char *a, const char *b)
{
    return a && b && *a && !strcmp(a, b);
}

/* How many calls of the same pair follow within the time of a redial. */
static unsigned redials(const struct exam *e, const struct call **next)
{
    enum { LOOK_AHEAD = 64 };
    const struct calls *all = e->calls;
    const struct call *c = e->call;
    unsigned n = 0;
    size_t i = all->list.n;
    if (!c->from.user || !c->to.user)
        return 0;
    size_t low = 0;
    while (low < i) {
        size_t middle = low + (i - low) / 2;
        if (all->list_ids.at[middle] <= c->id)
            low = middle + 1;
        else
            i = middle;
    }
    for (unsigned looks = LOOK_AHEAD; low < all->list.n && looks; low++, looks--) {
        const struct call *o = all->list.at[low];
        if (!o || !o->invite || !same_text(o->from.user, c->from.user) ||
            !same_text(o->to.user, c->to.user) ||
            (o->session && o->session == c->session))
            continue;
        if (o->start < c->end)
            return UINT32_MAX; /* at the same time: a machine */
        if (o->start > c->end + threshold_ns(e->limit->redial))
            break;
        *next = n ? *next : o;
        n++;
    }
    return n;
}

/* Answered at once, without ringing, and over soon. */
static bool suspicious(const struct exam *e, const struct call *c)
{
    int64_t setup, talk;
    return !c->ring && call_setup(c, &setup) && setup < SECOND &&
           call_duration(c, &talk) && talk < threshold_ns(e->limit->short_call);
}

/* False answer supervision: a peer that answers at once what elsewhere rings first. */
static void false_answers(struct exam *e, const struct rule *r)
{
    enum { CALLS = 10 };
    struct tally t = {.by_addr = {0}};
    unsigned all = 0, fast = 0;
    for (size_t i = 0; i < e->calls->list.n; i++) {
        const struct call *c = calls_row(e->calls, i);
        struct tally_row *row =
            c && c->invite && c->answer && c->hop ? tally_get(&t, &c->hop->dst) : NULL;
        if (!row)
            continue;
        bool odd = suspicious(e, c);
        row->most++;
        all++;
        fast += odd;
        if (odd && !row->n++)
            row->call = c->id;
        row->last = odd ? c->id : row->last;
    }
    for (size_t i = 0; i < t.rows.n; i++) {
        const struct tally_row *row = t.rows.at[i];
        unsigned others = all - row->most, odd = fast - row->n;
        if (row->n < CALLS || row->n * 5 < row->most * 4 || others < CALLS ||
            odd * 5 > others)
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_WARN, 70);
        const struct call *first = calls_by_id(e->calls, row->call),
                          *last = calls_by_id(e->calls, row->last);
        if (!d)
            break;
        d->peer = row->addr;
        draft_msg(d, first ? first->first : NULL);
        draft_msg(d, last ? last->first : NULL);
        say(&d->headline,
            "%u of %u calls to %i are answered at once and over within %t", row->n,
            row->most, &row->addr, threshold_ns(e->limit->short_call));
        say(&d->detail,
            "No ringing, 200 within a second; of %u calls to others %u are like that. "
            "A machine answers, or answers are faked to charge for them.",
            others, odd);
    }
    tally_done(&t);
}

static void short_call(struct exam *e, const struct rule *r)
{
    const struct call *c = e->call, *next = NULL;
    int64_t talk;
    if (!c) {
        false_answers(e, r);
        return;
    }
    if (!c->bye || !c->opened || !call_duration(c, &talk) || talk < 0 ||
        talk >= threshold_ns(e->limit->short_call))
        return;
    unsigned again = redials(e, &next);
    bool complaint = again == 1;
    struct draft *d =
        exam_find(e, r, complaint ? SEVERITY_CRIT : SEVERITY_INFO, complaint ? 60 : 90);
    if (!d)
        return;
    draft_peer(d, &c->hop->dst);
    draft_msg(d, bye_of(e));
    say(&d->headline, "only %t of talk", talk);
    if (complaint) {
        draft_msg(d, next->first);
        say(&d->headline, ", and the caller tried again %t later",
            next->start - c->end);
    }
    say(&d->detail, "Answered, ended by the %s after %t.",
        c->ended_by == CALL_CALLER ? "caller" : "called side", talk);
}

/* ---- C13 ---- */

static void incomplete(struct exam *e, const struct rule *r)
{
    const struct call *c = e->call;
    if (call_state_finished(c->state) || !e->scope->over)
        return;
    struct draft *d = exam_find(e, r, SEVERITY_INFO, 90);
    if (!d)
        return;
    d->alone = true;
    draft_msg(d, c->last);
    draft_peer(d, &c->hop->dst);
    say(&d->headline, "goes on after the capture (%s)", call_state_name(c->state));
    say(&d->detail,
        "No %s in the capture, which ends %t after the last message: how the "
        "call ends is not known.",
        c->answer ? "BYE" : "final response", e->scope->last - c->newest);
}

static const struct rule RULES[] = {
    {"C06", "RTP_TIMEOUT_BYE", SEVERITY_CRIT, RULE_INVITE, NEED_WHOLE | NEED_MEDIA,
     "RFC 6263", "A box ended the call since it heard no media any more.",
     "The BYE says so (Reason), or it comes a round number of seconds (10, 15, 20, 30, "
     "60, 120, 300; up to 2 more) after the media towards its sender stopped.",
     "The call was on hold, media went on, silence suppression, fax.",
     "Find out why the media stopped; let the phone send comfort noise or keepalives; "
     "leave calls on hold out of the limit.",
     rtp_timeout, WHEN_BYE},
    {"C09", "DIALOG_UNKNOWN_481", SEVERITY_WARN, RULE_CALLS, 0,
     "RFC 3261 12.2.2, 15.1.2", "One side has no such call any more.",
     "481 to a request inside the dialog; information only where both hung up at once.",
     "481 to CANCEL (A20).",
     "Look for a restart of that side, for tags that changed on the way, or a hang-up "
     "that the other side did not get.",
     no_such_dialog, WHEN_REFUSED},
    {"C10", "TRANSFER_FAIL", SEVERITY_CRIT, RULE_INVITE, NEED_WHOLE,
     "RFC 3515, RFC 3891, RFC 5589", "A call transfer did not work.",
     "REFER refused, NOTIFY reports 300 or higher, or no report within 32 s.",
     "The NOTIFY reports 200, or the call ended before the report.",
     "Allow transfers for the user, check the Refer-To address, and for attended ones "
     "that Replaces names a dialog of that server.",
     transfer, 0},
    {"C11", "ABNORMAL_RELEASE", SEVERITY_WARN, RULE_INVITE, 0,
     "RFC 3326, RFC 3398, Q.850",
     "The call was ended by a fault and not by hanging up.",
     "Reason of the BYE with a Q.850 cause other than 16 and 31, or a SIP cause from "
     "400.",
     "Normal clearing.",
     "Look behind the side that sent the BYE: the cause came from there.",
     abnormal_release, WHEN_BYE},
    {"C12", "SHORT_CALL", SEVERITY_CRIT, RULE_INVITE | RULE_CAPTURE, 0, "RFC 6076 4.5",
     "An answered call was very short; with a redial at once, it hardly worked.",
     "Less than 6 s of talk; critical where the caller tries the same number again "
     "once "
     "within 60 s. Over many calls a warning: ten or more to one peer, four of five, "
     "answered within a second without ringing and short, and few such elsewhere.",
     "Longer calls; pairs that call again and again are machines.",
     "Look at the media of the call, and whether the called side answers by a machine.",
     short_call, WHEN_BYE},
    {"C13", "INCOMPLETE", SEVERITY_INFO, RULE_INVITE, 0, "",
     "The capture ends before the call does.",
     "No final response, or no BYE, at the end of the capture.", "The call ended.",
     "Capture longer.", incomplete, 0},
};

const struct rule_family FAMILY_RELEASE = {"Dialog and tear-down: how calls end", RULES,
                                           sizeof RULES / sizeof *RULES};
