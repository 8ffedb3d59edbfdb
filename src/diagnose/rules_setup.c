/* Rules A01-A05, A13, A14: calls that get no answer, a late one, or go in circles. */
#include "base/ledger.h"
#include "diagnose/exam.h"
#include "diagnose/say.h"

#define TIMER_B (32 * SECOND)

static bool answers_nothing(const struct txn *t)
{
    return t->initial && t->request && !t->responses && t->method != SIP_ACK &&
           t->method != SIP_CANCEL;
}

/* ---- A01 ---- */

static const struct event *icmp_of(const struct exam *e, const struct txn *t)
{
    for (const struct event *v = e->call->events; v; v = v->next)
        if (v->kind == EVENT_ICMP && (v->hop == t->hop || !v->hop) &&
            v->time >= t->request->time)
            return v;
    return NULL;
}

static const char *icmp_text(const struct event *v)
{
    if (v->version == 6)
        return v->code == 4   ? "port unreachable: nothing listens there"
               : v->code == 1 ? "administratively prohibited: a firewall"
               : v->code == 3 ? "address unreachable"
                              : "no route";
    switch (v->code) {
    case 3: return "port unreachable: nothing listens there";
    case 1: return "host unreachable";
    case 9:
    case 10:
    case 13: return "administratively prohibited: a firewall";
    default: return "unreachable";
    }
}

static bool peer_alive(const struct txn *t)
{
    const struct hop *back = t->hop->back;
    return back && back->last && back->last->time > t->request->time - 60 * SECOND;
}

static void explain_silence(struct exam *e, struct draft *d, const struct txn *t)
{
    const struct event *v = icmp_of(e, t);
    if (v) {
        for (const struct event *o = v; o; o = o->next)
            if (o->kind == EVENT_ICMP && o->hop == v->hop)
                draft_event(d, o);
        say(&d->detail, " ICMP from %i: %s.", &v->from, icmp_text(v));
        say(&d->headline, " (ICMP %s)",
            v->version == 4 && v->code == 3 ? "port unreachable" : "unreachable");
        d->confidence = 98;
    } else if (peer_alive(t)) {
        say(&d->detail,
            " %i answers other requests, so it is alive and ignores this one: an "
            "access "
            "list, the source address, a middlebox, or it cannot parse the request.",
            &t->hop->dst);
    } else {
        say(&d->detail,
            " Nothing else came from %a: the peer or the path to it is dead, or its "
            "answers do not come back.",
            &t->hop->dst);
    }
}

static void no_response(struct exam *e, const struct rule *r)
{
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (!answers_nothing(t))
            continue;
        bool long_ago = exam_passed(e, t->request->time, TIMER_B);
        if ((t->requests < 4 && !long_ago && !icmp_of(e, t)) || !exam_allows(e, r))
            continue;
        /* Never repeated: an answer came that is not here; or the clock cannot be
         * trusted with the time that passed. */
        if (t->requests == 1 && !icmp_of(e, t) &&
            (t->hop->transport == TRANSPORT_UDP ||
             ledger_total(e->ledger, LEDGER_TIME_BACK))) {
            e->unknown = true;
            continue;
        }
        bool works = e->call->answer || (e->first && e->first != t && e->first->final &&
                                         e->first->final->status < 300);
        struct draft *d = exam_find(e, r, works ? SEVERITY_WARN : SEVERITY_CRIT,
                                    t->requests >= 4 ? 95 : 75);
        if (!d)
            return;
        draft_peer(d, &t->hop->dst);
        draft_repeats(d, t->request);
        say(&d->headline, "%a never answered ", &t->hop->dst);
        if (t->requests > 1)
            say(&d->headline, "%u %ss", (unsigned)t->requests,
                msg_method_name(t->request));
        else
            say(&d->headline, "the %s", msg_method_name(t->request));
        say(&d->detail, "%s sent %u times in %t from %a; no response of any kind.",
            msg_method_name(t->request), (unsigned)t->requests,
            msg_last(t->request) - t->request->time, &t->hop->src);
        explain_silence(e, d, t);
        if (works)
            say(&d->detail, " Another target took the call.");
    }
}

/* ---- A02 ---- */

/* Another request as large got through: size is not why this one did not. */
static bool size_passes(const struct exam *e, const struct txn *t)
{
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *o = e->txn[i];
        if (o != t && o->request && o->responses &&
            o->request->hop->transport == TRANSPORT_UDP &&
            o->request->text.length + 100 > t->request->text.length)
            return true;
    }
    return false;
}

static void fragment_loss(struct exam *e, const struct rule *r)
{
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (!t->request || t->method == SIP_ACK ||
            t->request->hop->transport != TRANSPORT_UDP)
            continue;
        bool large = t->request->text.length > e->limit->large_udp;
        bool broken = e->call->incomplete & CALL_INCOMPLETE_FRAGMENT;
        if (!large || t->responses || (t->requests < 3 && !broken) ||
            (!broken && size_passes(e, t)))
            continue;
        struct draft *d = exam_find(
            e, r, e->call->answer ? SEVERITY_WARN : SEVERITY_CRIT, broken ? 95 : 80);
        if (!d)
            return;
        draft_peer(d, &t->hop->dst);
        draft_repeats(d, t->request);
        say(&d->headline, "%s of %u bytes over UDP is unanswered: fragments are lost",
            msg_method_name(t->request), (unsigned)t->request->text.length);
        say(&d->detail,
            "%u bytes do not fit one datagram of a usual path (1500 bytes); sent %u "
            "times to %a without a response.%s",
            (unsigned)t->request->text.length, (unsigned)t->requests, &t->hop->dst,
            broken ? " Fragments are missing in this capture too." : "");
        return;
    }
}

/* ---- A03 ---- */

static void stuck_after_100(struct exam *e, const struct rule *r)
{
    const struct txn *t = e->first;
    if (!t || !t->request || t->method != SIP_INVITE || !t->responses || t->provisional)
        return;
    if (t->final && !(t->final->status == 487 && e->call->cancelled))
        return;
    int64_t until = t->final ? t->final->time : e->scope->last;
    int64_t waited = until - t->request->time;
    if (waited < threshold_ns(e->limit->stuck_warn) || !exam_allows(e, r))
        return;
    bool crit = waited >= threshold_ns(e->limit->stuck_crit);
    struct draft *d = exam_find(e, r, crit ? SEVERITY_CRIT : SEVERITY_WARN, 90);
    if (!d)
        return;
    draft_peer(d, &t->hop->dst);
    draft_msg(d, t->request);
    draft_msg(d, t->newest);
    say(&d->headline, "%i said 100 Trying and nothing more for %t", &t->hop->dst,
        waited);
    say(&d->detail,
        "100 Trying stops the repeats of the INVITE; whatever %i does next does not "
        "answer: its own next hop, a look-up, or the called phone.",
        &t->hop->dst);
}

/* ---- A04 ---- */

static void high_pdd(struct exam *e, const struct rule *r)
{
    const struct call *c = e->call;
    const struct txn *t = e->first;
    int64_t pdd;
    if (!call_pdd(c, &pdd) || pdd < threshold_ns(e->limit->pdd_warn) || !t ||
        !t->request || !exam_allows(e, r))
        return;
    struct draft *d = exam_find(e, r, SEVERITY_WARN, 90);
    if (!d)
        return;
    const struct msg *first = t->provisional ? t->provisional : t->final;
    draft_peer(d, &t->hop->dst);
    draft_msg(d, c->first);
    draft_msg(d, first);
    say(&d->headline, "%t until it rang: %i is slow", pdd, &t->hop->dst);
    say(&d->detail, "First ringing or answer %t after the first INVITE", pdd);
    if (first && first->time - t->request->time < pdd - SECOND)
        say(&d->detail, ", of which %t before the last attempt",
            t->request->time - c->start);
    say(&d->detail, " (over %t is felt as a fault).", threshold_ns(e->limit->pdd_warn));
}

/* ---- A05 ---- */

static void timeout_408(struct exam *e, const struct rule *r)
{
    const struct txn *t = e->first;
    if (!t || !t->request || !t->final || t->final->status != 408 ||
        t->method != SIP_INVITE || e->call->ring)
        return;
    int64_t after = t->final->time - t->request->time;
    struct draft *d = exam_find(e, r, SEVERITY_CRIT, 95);
    if (!d)
        return;
    draft_peer(d, &t->final->hop->src);
    draft_repeats(d, t->request);
    draft_msg(d, t->final);
    say(&d->headline, "%i gave up after %t: 408, nobody behind it answered",
        &t->final->hop->src, after);
    if (after > 31 * SECOND && after < 34 * SECOND)
        say(&d->detail, "%t is Timer B: the next hop of %i gave no response at all.",
            after, &t->final->hop->src);
    else if (after > 170 * SECOND && after < 200 * SECOND)
        say(&d->detail, "%t is Timer C: the next hop went on trying without an end.",
            after);
    else
        say(&d->detail, "408 came %t after the INVITE, by a limit of its sender.",
            after);
}

/* ---- A13 ---- */

static const struct msg *cancel_of(const struct exam *e)
{
    for (size_t i = 0; i < e->txns; i++)
        if (e->txn[i]->method == SIP_CANCEL && e->txn[i]->request)
            return e->txn[i]->request;
    return NULL;
}

static void ring_no_answer(struct exam *e, const struct rule *r)
{
    const struct call *c = e->call;
    const struct txn *t = e->first;
    if (!c->ring || c->answer || !t)
        return;
    const struct msg *cancel = cancel_of(e);
    const struct msg *ended = cancel ? cancel : t->final;
    if (!ended)
        return;
    unsigned status = t->final ? t->final->status : 487;
    int64_t rang = ended->time - c->ring;
    bool misdialled = cancel && rang < threshold_ns(e->limit->misdial);
    if ((status != 480 && status != 408 && status != 487) ||
        (rang < threshold_ns(e->limit->ring_min) && !misdialled))
        return;
    if (cancel && slice_has(exam_header(e, cancel, SIP_H_REASON), "cause=200"))
        return; /* answered at another phone (RFC 3326) */
    struct draft *d = exam_find(e, r, SEVERITY_INFO, 95);
    if (!d)
        return;
    draft_peer(d, &t->hop->dst);
    draft_msg(d, t->provisional);
    draft_msg(d, ended);
    if (misdialled)
        say(&d->headline, "the caller gave up after %t of ringing: misdialled, perhaps",
            rang);
    else
        say(&d->headline, "rang %t, nobody answered; %s gave up", rang,
            cancel ? "the caller" : "the called side");
    say(&d->detail, "Ringing %t, then %m from %i.", rang, ended, &ended->hop->src);
}

/* ---- A14 ---- */

static bool forwards(struct exam *e, const struct txn *t, uint64_t *out)
{
    return slice_u64(exam_header(e, t->request, SIP_H_MAX_FORWARDS), out) > 0;
}

static bool same_branch(const struct txn *a, const struct txn *b)
{
    return a->branch_n == b->branch_n && !memcmp(a->branch, b->branch, a->branch_n);
}

/* Does `b` repeat `a` on its way round: the same request, hop and target, a new branch,
 * fewer forwards? */
static bool goes_round(struct exam *e, const struct txn *a, const struct txn *b)
{
    uint64_t x, y;
    if (a->hop != b->hop || a->cseq != b->cseq || a->method != b->method ||
        same_branch(a, b) || !a->request || !b->request || !a->initial ||
        !forwards(e, a, &x) || !forwards(e, b, &y) || y >= x)
        return false;
    const struct sip *sa = exam_sip(e, a->request), *sb = exam_sip(e, b->request);
    return sa && sb && slice_eq(sa->uri, sb->uri);
}

/* The first request that comes round again, and how often: *n is 0 where none does. */
static const struct txn *round_trip(struct exam *e, const struct txn **again,
                                    unsigned *n)
{
    enum { LOOKS = 16 };
    size_t most = e->txns < LOOKS ? e->txns : LOOKS;
    *n = 0;
    for (size_t i = 0; i < most; i++) {
        for (size_t k = i + 1; k < most; k++)
            if (e->txn[k]->hop == e->txn[i]->hop &&
                goes_round(e, e->txn[i], e->txn[k])) {
                *again = e->txn[k];
                *n = *n ? *n + 1 : 2;
            }
        if (*n)
            return e->txn[i];
    }
    return NULL;
}

/* The box that a request names twice in its Via, with the target it began with: its
 * sent-by, into out. False: there is none. */
static bool via_twice(struct exam *e, const struct txn *t, struct strbuf *out)
{
    enum { VIAS = 32 };
    struct slice seen[VIAS], value;
    struct sip_line line;
    struct sip_via via;
    size_t n = 0;
    const struct sip *sip = exam_sip(e, t->request);
    struct slice rest = sip ? sip->head : (struct slice){0};
    while (sip && sip_line_next(&rest, &line))
        if (line.id == SIP_H_VIA)
            while (n < VIAS && sip_value_next(&line.value, &value)) {
                if (!sip_via_split(value, &via) || !via.sent_by.n)
                    continue;
                for (size_t i = 0; i < n; i++)
                    if (slice_ieq(seen[i], via.sent_by)) {
                        say(out, "%S", &via.sent_by);
                        return true;
                    }
                seen[n++] = via.sent_by;
            }
    return false;
}

/* In a call that failed: the same target, and a box twice on the way (no spiral, RFC
 * 3261 16.3). */
static const struct txn *circle_in_via(struct exam *e, struct strbuf *box)
{
    const struct txn *last = NULL;
    unsigned status = e->first && e->first->final ? e->first->final->status : 0;
    unsigned n = 0;
    if (e->call->answer || status == 401 || status == 407 || (status && status < 400))
        return NULL;
    for (size_t i = 0; i < e->txns; i++)
        if (e->txn[i]->initial && e->txn[i]->method == SIP_INVITE &&
            e->txn[i]->request) {
            last = e->txn[i];
            n++;
        }
    /* A circle takes three hops at least: most texts need not be read. */
    if (!last || e->call->vias + n < 4 || !via_twice(e, last, box))
        return NULL;
    const struct sip *then = exam_sip(e, e->first ? e->first->request : NULL);
    const struct sip *now = exam_sip(e, last->request);
    return then && now && slice_eq(then->uri, now->uri) ? last : NULL;
}

static void loop(struct exam *e, const struct rule *r)
{
    const struct txn *t = e->first, *again = NULL;
    struct strbuf box = {0};
    unsigned times = 0, status = t && t->final ? t->final->status : 0;
    const struct txn *begun = e->txns > 1 ? round_trip(e, &again, &times) : NULL;
    bool told = status == 482 || status == 483;
    const struct txn *named = begun || told ? NULL : circle_in_via(e, &box);
    struct draft *d =
        begun || told || named ? exam_find(e, r, SEVERITY_CRIT, named ? 80 : 95) : NULL;
    if (!d) {
        strbuf_done(&box);
        return;
    }
    const struct txn *shown = begun ? again : named ? named : t;
    draft_peer(d, &shown->hop->dst);
    if (begun)
        draft_msg(d, begun->request);
    draft_msg(d, shown->request);
    draft_msg(d, shown->final);
    if (begun)
        say(&d->headline, "%s goes in circles: it passed %i %u times",
            msg_method_name(again->request), &again->hop->dst, times);
    else if (named) {
        say(&d->headline, "%s goes in circles: its Via names ",
            msg_method_name(named->request));
        strbuf_add(&d->headline, box.p, box.n);
        say(&d->headline, " twice");
    } else
        say(&d->headline, "%m: the request goes in circles behind %i", t->final,
            &t->final->hop->src);
    say(&d->detail, "The same request comes back with fewer Max-Forwards and the same "
                    "target: two boxes each think that the other is responsible.");
    strbuf_done(&box);
}

static const struct rule RULES[] = {
    {"A01", "NO_RESPONSE", SEVERITY_CRIT, RULE_CALLS,
     NEED_START | NEED_WHOLE | NEED_BOTH, "RFC 3261 17.1.1.2, 17.1.2.2, 18.4",
     "A request got no response of any kind, not even 100 Trying.",
     "The request was sent at least four times, or 32 s passed, and nothing came back; "
     "or "
     "ICMP says that it cannot be delivered.",
     "The capture shows only one direction, frames were dropped, or it ends too early.",
     "Check address and port of the next hop, its firewall and the list of addresses "
     "that it accepts; capture at the peer to see whether the request arrives.",
     no_response, 0},
    {"A02", "FRAGMENT_LOSS", SEVERITY_CRIT, RULE_CALLS, 0, "RFC 3261 18.1.1",
     "A request too large for one datagram is lost on its way.",
     "A UDP request of over 1300 bytes was sent three times without any response, or "
     "its fragments are incomplete.",
     "A response came, also to another request of the call as large; or the transport "
     "is "
     "TCP or TLS.",
     "Use TCP for large requests, shorten the SDP (fewer codecs and ICE candidates, "
     "compact headers), and let fragments pass the firewall.",
     fragment_loss, 0},
    {"A03", "STUCK_AFTER_100", SEVERITY_CRIT, RULE_INVITE, NEED_START | NEED_WHOLE,
     "RFC 3261 17.2.1, 16.6", "The next hop took the INVITE and then said nothing.",
     "Only 100 Trying within 10 s (warning) or 32 s (critical).",
     "Any response from 101 on came, or the capture ends sooner.",
     "Look behind that hop: the leg it opened, its DNS and registrar look-ups, and its "
     "fail-over timers.",
     stuck_after_100, 0},
    {"A04", "HIGH_PDD", SEVERITY_WARN, RULE_INVITE, NEED_START,
     "RFC 6076 4.3, ITU-T E.721", "The caller waited long before it rang.",
     "More than 4 s from the first INVITE to ringing or answer.",
     "Shorter, or nothing rang.",
     "Look for slow DNS, ENUM or registrar look-ups, and for targets that are tried "
     "one after the other before the one that rings.",
     high_pdd, 0},
    {"A05", "TIMEOUT_408", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 3261 21.4.9",
     "A hop gave the call up since nothing behind it answered.",
     "408 as the final response, without ringing before.",
     "It rang before (nobody answered: A13).",
     "Look at the leg behind the sender of the 408: address, reachability, and how "
     "soon it moves on to another target.",
     timeout_408, WHEN_REFUSED},
    {"A13", "RING_NO_ANSWER", SEVERITY_INFO, RULE_INVITE, 0,
     "RFC 3261 21.4.18, RFC 3326",
     "It rang and nobody picked up: no fault of the network.",
     "Ringing for 12 s or more, then CANCEL, 480, 408 or 487; or CANCEL within 5 s.",
     "Ringing in between, or the CANCEL says that another phone answered.",
     "Nothing to mend; perhaps voicemail or a shorter hunting time.", ring_no_answer,
     0},
    {"A14", "LOOP", SEVERITY_CRIT, RULE_CALLS, 0, "RFC 3261 16.3, RFC 5393",
     "A request comes round to a box that it passed before.",
     "482 or 483, or the same request on one hop again with another branch, the same "
     "target and fewer Max-Forwards, or a box twice in the Via of a call that fails.",
     "The target changed in between (a spiral), or it is a retransmission.",
     "Mend the route between the boxes named: forwarding, default route, or a domain "
     "that neither takes for its own.",
     loop, 0},
};

const struct rule_family FAMILY_SETUP = {"Set-up: silence and delay", RULES,
                                         sizeof RULES / sizeof *RULES};
