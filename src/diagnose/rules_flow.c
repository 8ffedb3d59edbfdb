/* Rules A19, A20, A22-A25: set-up that goes wrong between offers, answers and races. */
#include "diagnose/exam.h"
#include "diagnose/say.h"

static unsigned repeats_of(const struct msg *m)
{
    unsigned n = 0;
    for (const struct msg *next = m->next; next; next = next->next)
        n += next->flags & MSG_RETRANSMISSION && next->same == m;
    return n;
}

/* ---- A19 ---- */

static void glare(struct exam *e, const struct rule *r)
{
    unsigned n = 0;
    bool settled = false;
    const struct txn *last = NULL;
    struct draft *d = NULL;
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (t->initial || (t->method != SIP_INVITE && t->method != SIP_UPDATE) ||
            !t->final)
            continue;
        settled |= last && t->final->status < 300;
        if (t->final->status != 491)
            continue;
        settled = false;
        last = t;
        n++;
        if (!d && !(d = exam_find(e, r, SEVERITY_WARN, 95)))
            return;
        draft_msg(d, t->request);
        draft_msg(d, t->final);
    }
    if (!d)
        return;
    int64_t until = e->call->end ? e->call->end : e->scope->last;
    bool given_up = !settled && until - last->final->time >= 5 * SECOND;
    d->severity = n >= 3 || given_up ? SEVERITY_CRIT : SEVERITY_WARN;
    draft_peer(d, &last->hop->dst);
    say(&d->headline, "both sides changed the call at once: %u x 491", n);
    if (given_up)
        say(&d->headline, ", never tried again");
    say(&d->detail, "A re-INVITE or UPDATE met another one under way. The owner of the "
                    "Call-ID tries again after 2.1-4 s, the other side after 0-2 s.");
}

/* ---- A20 ---- */

static const struct txn *cancel_of(const struct exam *e)
{
    for (size_t i = 0; i < e->txns; i++)
        if (e->txn[i]->method == SIP_CANCEL && e->txn[i]->request)
            return e->txn[i];
    return NULL;
}

static struct draft *race(struct exam *e, const struct rule *r, unsigned severity,
                          const struct txn *cancel, const struct txn *invite)
{
    struct draft *d = exam_find(e, r, severity, 90);
    if (!d)
        return NULL;
    draft_peer(d, &cancel->hop->dst);
    draft_msg(d, invite->request);
    draft_msg(d, cancel->request);
    draft_msg(d, cancel->final);
    draft_msg(d, invite->final);
    return d;
}

static void cancel_race(struct exam *e, const struct rule *r)
{
    const struct txn *cancel = cancel_of(e), *t = cancel ? cancel->invite : NULL;
    struct draft *d;
    if (!t || !t->request)
        return;
    int64_t sent = cancel->request->time;
    if (t->final && t->final->status < 300 && t != e->first && e->first &&
        e->first->final && e->first->final->status < 300)
        return; /* the same call on two ways at once: the other one is kept */
    if (t->final && t->final->status < 300) {
        bool ended = e->call->bye;
        if (t->final->time < sent ||
            (!ended && !exam_passed(e, t->final->time, 32 * SECOND)))
            return;
        if (!(d = race(e, r, ended ? SEVERITY_INFO : SEVERITY_WARN, cancel, t)))
            return;
        say(&d->headline, "the answer crossed the CANCEL%s",
            ended ? " and was ended with BYE" : ": nobody ended the call");
        say(&d->detail,
            "200 came %t after the CANCEL; the caller has to send ACK and "
            "BYE, or the called side stays in a ghost call.",
            t->final->time - sent);
    } else if (!t->final && cancel->final && cancel->final->status == 200 &&
               exam_passed(e, sent, 32 * SECOND) && exam_allows(e, r)) {
        if (!(d = race(e, r, SEVERITY_WARN, cancel, t)))
            return;
        say(&d->headline, "CANCEL accepted by %i, but the INVITE never ended",
            &cancel->hop->dst);
        say(&d->detail, "200 to the CANCEL and no 487 within 32 s.");
    } else if (cancel->final && cancel->final->status == 481) {
        if (!(d = race(e, r, SEVERITY_WARN, cancel, t)))
            return;
        say(&d->headline, "%i does not know the INVITE that is cancelled (481)",
            &cancel->hop->dst);
        say(&d->detail, "The branch of the CANCEL must be that of the INVITE, and both "
                        "must go to the same box.");
    }
}

/* ---- A22 ---- */

static const struct msg *prack_after(const struct exam *e, const struct msg *m)
{
    for (size_t i = 0; i < e->txns; i++)
        if (e->txn[i]->method == SIP_PRACK && e->txn[i]->request &&
            e->txn[i]->request->time >= m->time)
            return e->txn[i]->request;
    return NULL;
}

static void prack_missing(struct exam *e, const struct rule *r)
{
    const struct txn *t = e->first;
    if (!t || !t->provisional)
        return;
    for (const struct msg *m = t->newest; m; m = m->distinct) {
        unsigned n = m->rseq && m->status < 200 ? repeats_of(m) : 0;
        if (n < 3 || prack_after(e, m) || !exam_allows(e, r))
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_CRIT, 95);
        if (!d)
            return;
        draft_peer(d, &m->hop->dst);
        draft_repeats(d, m);
        draft_msg(d, t->final);
        say(&d->headline, "%m repeated %ux, no PRACK from %i", m, n, &m->hop->dst);
        say(&d->detail,
            "A provisional response with RSeq is repeated until PRACK comes; "
            "after 32 s the call is refused.");
        return;
    }
}

/* ---- A23 ---- */

static bool early_description(const struct txn *t)
{
    for (const struct msg *m = t->newest; m; m = m->distinct)
        if (m->status > 100 && m->status < 200 && m->flags & MSG_SDP)
            return true;
    return false;
}

static bool described(const struct exam *e, unsigned method)
{
    for (size_t i = 0; i < e->txns; i++)
        if (e->txn[i]->method == method && e->txn[i]->request &&
            e->txn[i]->request->flags & MSG_SDP)
            return true;
    return false;
}

/* An ACK of the INVITE, or one of any hop, with a session description. */
static bool ack_described(const struct exam *e, const struct txn *t)
{
    for (const struct msg *m = e->call->first; m; m = m->next)
        if (!m->status && m->method == SIP_ACK && m->cseq == t->cseq && !m->malformed &&
            m->flags & (MSG_SDP | MSG_CUT))
            return true;
    return false;
}

static void late_offer(struct exam *e, const struct rule *r)
{
    const struct txn *t = e->first;
    if (!t || !t->request || !t->final || t->final->status / 100 != 2 ||
        t->method != SIP_INVITE || t->request->flags & (MSG_CUT | MSG_SDP) ||
        t->final->flags & MSG_CUT || early_description(t) || described(e, SIP_PRACK))
        return;
    const char *what = NULL;
    if (!t->ack)
        return;
    if (!(t->final->flags & MSG_SDP))
        what = "neither INVITE nor 200 has a session description";
    else if (!ack_described(e, t))
        what = "the 200 made the offer and the ACK has no answer";
    if (!what || !exam_allows(e, r))
        return;
    bool silent = !(t->final->flags & MSG_SDP); /* a test without media, perhaps */
    struct draft *d =
        exam_find(e, r, silent ? SEVERITY_WARN : SEVERITY_CRIT, silent ? 70 : 90);
    if (!d)
        return;
    const struct hop *at = t->final->flags & MSG_SDP ? t->hop : t->hop->back;
    draft_peer(d, at ? &at->src : &t->hop->dst);
    draft_msg(d, t->request);
    draft_msg(d, t->final);
    draft_msg(d, t->ack);
    say(&d->headline, "no media agreed: %s", what);
    say(&d->detail,
        "The INVITE came without an offer, so the 200 has to make it and the "
        "ACK has to answer.");
}

/* ---- A24 ---- */

/* Tags of the answers on the hop of the caller: proxies may change them further on. */
enum { BRANCHES = 16 };

static size_t answers(const struct exam *e, const struct msg **out)
{
    const struct txn *t = e->first;
    size_t n = 0;
    for (const struct msg *m = t->final; m && n < BRANCHES; m = m->next) {
        bool known = m->status / 100 != 2 || m->method != SIP_INVITE || m->malformed ||
                     m->cseq != t->cseq || m->hop != t->final->hop;
        for (size_t i = 0; i < n && !known; i++)
            known = out[i]->to_tag == m->to_tag;
        if (!known)
            out[n++] = m;
    }
    return n;
}

static bool has_request(const struct call *c, unsigned method, const struct msg *answer)
{
    for (const struct msg *m = c->first; m; m = m->next)
        if (!m->status && m->method == method &&
            (m->to_tag == answer->to_tag || m->from_tag == answer->to_tag))
            return true;
    return false;
}

static void multi_2xx(struct exam *e, const struct rule *r)
{
    const struct call *c = e->call;
    const struct msg *answer[BRANCHES];
    unsigned open = 0, unacked = 0;
    if (!c->dialogs || !c->dialogs->next || !c->answer || !e->first || !e->first->final)
        return;
    size_t n = answers(e, answer);
    for (size_t i = 0; i < n; i++) {
        open += !has_request(c, SIP_BYE, answer[i]);
        unacked += !has_request(c, SIP_ACK, answer[i]);
    }
    if (n < 2 || (open < 2 && !unacked) || !exam_allows(e, r) ||
        !exam_passed(e, c->answer, 32 * SECOND))
        return;
    struct draft *d = exam_find(e, r, SEVERITY_WARN, 90);
    if (!d)
        return;
    for (size_t i = 0; i < n; i++)
        draft_msg(d, answer[i]);
    draft_peer(d, &c->hop->dst);
    say(&d->headline, "%u phones answered, ", (unsigned)n);
    if (unacked)
        say(&d->headline, "%u got no ACK", unacked);
    else
        say(&d->headline, "%u calls were never released", open);
    say(&d->detail,
        "The call forked and more than one branch answered: the caller keeps "
        "one and sends ACK and BYE to the others.");
}

/* ---- A25 ---- */

static const char *fault_of(const struct sip *sip)
{
    if (sip->flags & SIP_NUL)
        return "a NUL byte in the headers";
    if (sip->flags & SIP_NO_BLANK)
        return "no empty line behind the headers";
    if (sip->flags & SIP_BAD_LENGTH)
        return "Content-Length is no number";
    if (sip->flags & SIP_REPEATED)
        return "Call-ID, CSeq, From or To twice";
    if (sip->flags & SIP_METHODS_DIFFER)
        return "CSeq and request line name different methods";
    if (!sip->header[SIP_H_VIA].n)
        return "no Via";
    if (!sip->header[SIP_H_FROM].n)
        return "no From";
    if (!sip->header[SIP_H_TO].n)
        return "no To";
    if (!sip->from_tag.n)
        return "no tag in From";
    if (!sip->header[SIP_H_MAX_FORWARDS].n)
        return "no Max-Forwards";
    if (!slice_istarts(sip->branch, SLICE("z9hG4bK")))
        return "a branch as before RFC 3261";
    if (sip->flags & SIP_CUT)
        return "a body shorter than Content-Length";
    return NULL;
}

/* The texts of calls that go well are not read for this. */
static void malformed(struct exam *e, const struct rule *r)
{
    const struct txn *t = e->first;
    bool refused = t && t->final && t->final->status == 400;
    bool silent = t && t->request && !t->responses && t->requests > 1;
    const struct msg *bad = NULL;
    for (const struct msg *m = e->call->first; m && !bad; m = m->next)
        if (m->malformed && !(m->flags & MSG_CUT))
            bad = m;
    if (!refused && !silent && !bad)
        return;
    const struct msg *request = t ? t->request : NULL;
    const struct sip *sip = bad ? NULL : exam_sip(e, request);
    const char *fault = bad ? reason_name(bad->malformed)
                        : sip && !(request->flags & MSG_CUT) ? fault_of(sip)
                                                             : NULL;
    if (!refused && !fault)
        return;
    struct draft *d = exam_find(e, r, refused || silent ? SEVERITY_CRIT : SEVERITY_WARN,
                                refused ? 90 : 70);
    if (!d)
        return;
    const struct msg *shown = bad ? bad : request;
    draft_msg(d, shown);
    draft_msg(d, refused ? t->final : NULL);
    if (shown && shown->hop)
        draft_peer(d, &shown->hop->src);
    if (refused)
        say(&d->headline, "%i refuses the request as malformed (400)",
            &t->final->hop->src);
    else
        say(&d->headline, "%s from %i is malformed",
            shown->status ? "a response" : msg_method_name(shown),
            shown->hop ? &shown->hop->src : &e->call->hop->src);
    if (fault)
        say(&d->headline, ": %s", fault);
    struct slice warning =
        refused ? exam_header(e, t->final, SIP_H_WARNING) : (struct slice){0};
    const struct sip *answer = refused ? exam_sip(e, t->final) : NULL;
    if (answer && answer->phrase.n)
        say(&d->detail, "The answer says: %S. ", &answer->phrase);
    if (warning.n)
        say(&d->detail, "Warning: %S. ", &warning);
    if (fault)
        say(&d->detail, "Found: %s.", fault);
}

static const struct rule RULES[] = {
    {"A19", "GLARE_491", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 3261 14.1",
     "Both sides tried to change the call at the same time.",
     "491 to a re-INVITE or UPDATE; critical at three, or when nobody tries again.",
     "No 491.",
     "Let only one side refresh the session, or stagger the timers; check that the "
     "retry waits as RFC 3261 14.1 says.",
     glare, WHEN_REFUSED},
    {"A20", "CANCEL_RACE", SEVERITY_WARN, RULE_INVITE, NEED_START | NEED_WHOLE,
     "RFC 3261 9.1, 15",
     "CANCEL and the final response of the INVITE met on their way.",
     "200 to the INVITE after the CANCEL (information; a warning where nobody ends the "
     "call), 200 to the CANCEL without an end of the INVITE in 32 s, or 481 to it.",
     "487 follows the CANCEL.",
     "The caller must send ACK and BYE when the answer wins the race.", cancel_race, 0},
    {"A22", "PRACK_MISSING", SEVERITY_CRIT, RULE_INVITE,
     NEED_START | NEED_WHOLE | NEED_BOTH, "RFC 3262 3",
     "A reliable provisional response is never acknowledged.",
     "A response 101-199 with RSeq is repeated three times or more and no PRACK "
     "follows.",
     "A PRACK follows, however late.",
     "Switch 100rel off on one side, or let the caller reach the Contact of the 18x: "
     "that is where PRACK goes.",
     prack_missing, 0},
    {"A23", "LATE_OFFER_BROKEN", SEVERITY_CRIT, RULE_INVITE, NEED_START | NEED_WHOLE,
     "RFC 3261 13.2.1, RFC 6337", "The call was answered and no media was agreed on.",
     "INVITE without SDP, and 200 without SDP, or 200 with an offer and ACK without "
     "answer.",
     "An 18x or PRACK carried the descriptions, or the messages are cut.",
     "Let the calling side send its offer in the INVITE (early offer), or mend the "
     "answer in its ACK.",
     late_offer, 0},
    {"A24", "MULTI_2XX", SEVERITY_WARN, RULE_INVITE, NEED_WHOLE, "RFC 3261 13.2.2.4",
     "Several phones answered one call and not all but one were released.",
     "200 with two or more To-tags, and one without ACK, or more than one without BYE.",
     "All but one got ACK and BYE.",
     "The caller, or the proxy that forked, must end the branches it does not keep.",
     multi_2xx, 0},
    {"A25", "MALFORMED", SEVERITY_CRIT, RULE_CALLS, 0, "RFC 3261 8.1.1, 21.4.1",
     "A message breaks the rules of SIP so that others refuse or ignore it.",
     "400, or an unanswered request, or a message that cannot be read, with a fault in "
     "its header: missing or doubled fields, wrong lengths, branch before RFC 3261.",
     "The call works: oddities that nobody minds are listed with the message.",
     "Correct the sender named; `sipglass message FILE ID` lists every fault of it.",
     malformed, 0},
};

const struct rule_family FAMILY_FLOW = {"Set-up: offers, answers and races", RULES,
                                        sizeof RULES / sizeof *RULES};
