/* Rules over many calls (A27, A28, B05, C07) and about the capture itself (CAP01-06).
 */
#include "base/ledger.h"
#include "diagnose/diagnose.h"
#include "diagnose/exam.h"
#include "diagnose/say.h"
#include "diagnose/tally.h"
#include "model/streams.h"

#include <stdlib.h>

enum { LATEST = 8 };

static const struct call *call_at(const struct exam *e, size_t i)
{
    return calls_row(e->calls, i);
}

static void show_call(const struct exam *e, struct draft *d, uint32_t id)
{
    const struct call *c = calls_by_id(e->calls, id);
    if (c)
        draft_msg(d, c->first);
}

/* ---- A27 ---- */

static bool went_unanswered(const struct exam *e, const struct call *c)
{
    for (const struct finding *f = diagnose_of(e->all, c->id); f; f = f->next)
        if (!strcmp(f->rule->id, "A01") && addr_same_ip(&f->peer, &c->hop->dst))
            return true;
    return false;
}

static void count_trunks(const struct exam *e, struct tally *t)
{
    for (size_t i = 0; i < e->calls->list.n; i++) {
        const struct call *c = call_at(e, i);
        if (!c || !c->hop || !c->opened)
            continue;
        bool silent = !c->status && !c->interim && went_unanswered(e, c);
        if (!silent && !c->status && !c->interim)
            continue;
        struct tally_row *row = tally_get(t, &c->hop->dst);
        if (!row)
            return;
        if (silent)
            tally_count(row, c->start, c->id);
        else
            tally_break(row);
    }
}

static void trunk_down(struct exam *e, const struct rule *r)
{
    struct tally t = {.by_addr = {0}};
    count_trunks(e, &t);
    for (size_t i = 0; i < t.rows.n; i++) {
        const struct tally_row *row = t.rows.at[i];
        struct draft *d = (double)row->most >= e->limit->trunk_down
                              ? exam_find(e, r, SEVERITY_CRIT, 90)
                              : NULL;
        if (!d)
            continue;
        d->peer = row->addr;
        show_call(e, d, row->call);
        show_call(e, d, row->last);
        say(&d->headline, "%i is down: %u calls in a row got no answer%s", &row->addr,
            row->most, row->recovered ? ", then it came back" : "");
        say(&d->detail, "Calls %u to %u, over %t, none with any response.", row->call,
            row->last, row->longest);
    }
    tally_done(&t);
}

/* ---- A28 ---- */

static bool scanner_agent(const char *agent)
{
    static const char *const NAMES[] = {
        "friendly-scanner", "sipvicious", "sipcli",   "vaxsip", "pplsip",
        "sundayddr",        "iwar",       "sip-scan", "smap 0."};
    uint8_t first = agent ? slice_lower((uint8_t)*agent) : 0;
    for (size_t i = 0; first && i < sizeof NAMES / sizeof *NAMES; i++)
        if (first == (uint8_t)NAMES[i][0] &&
            slice_istarts(slice_str(agent), slice_str(NAMES[i])))
            return true;
    return false;
}

static bool was_refused(const struct call *c)
{
    return c->status == 401 || c->status == 403 || c->status == 404 || c->status == 407;
}

/* Users tried by one address, one after the other, within ten seconds each. */
static void count_scans(const struct exam *e, struct tally *agents, struct tally *users)
{
    for (size_t i = 0; i < e->calls->list.n; i++) {
        const struct call *c = call_at(e, i);
        if (!c || !c->hop || !c->opened)
            continue;
        struct tally_row *row;
        if (scanner_agent(c->user_agent) && (row = tally_get(agents, &c->hop->src)))
            tally_count(row, c->start, c->id);
        if (!was_refused(c) || !c->to.user)
            continue;
        if (!(row = tally_get(users, &c->hop->src)))
            return;
        uint64_t mark = hash_bytes(c->to.user, strlen(c->to.user));
        if (row->n && c->start - row->since > 10 * SECOND)
            tally_break(row);
        if (row->mark != mark || !row->n)
            tally_count(row, c->start, c->id);
        row->mark = mark;
    }
}

static void scanner(struct exam *e, const struct rule *r)
{
    struct tally agents = {.by_addr = {0}}, users = {.by_addr = {0}};
    count_scans(e, &agents, &users);
    for (size_t i = 0; i < agents.rows.n + users.rows.n; i++) {
        bool agent = i < agents.rows.n;
        const struct tally_row *row =
            agent ? agents.rows.at[i] : users.rows.at[i - agents.rows.n];
        if (!agent && (double)row->most <= e->limit->scan_users)
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_INFO, agent ? 95 : 80);
        if (!d)
            break;
        const struct call *c = calls_by_id(e->calls, row->call);
        d->peer = row->addr;
        show_call(e, d, row->call);
        show_call(e, d, row->last);
        say(&d->headline, "%i scans: ", &row->addr);
        if (agent)
            say(&d->headline, "its User-Agent is %s", c ? c->user_agent : "?");
        else
            say(&d->headline, "%u users tried within %t, all refused", row->most,
                row->longest);
        say(&d->detail, "Calls %u to %u.", row->call, row->last);
    }
    tally_done(&agents);
    tally_done(&users);
}

/* ---- B05 ---- */

static void reg_storm(struct exam *e, const struct rule *r)
{
    const struct call *first = NULL, *last = NULL;
    unsigned n = 0, most = 0, total = 0;
    uint32_t from = 0;
    for (size_t i = 0; i < e->calls->list.n; i++)
        total += call_at(e, i) && call_at(e, i)->method == SIP_REGISTER;
    double rate = e->limit->reg_rate * 10;
    if (total < rate)
        return;
    size_t begin = 0;
    for (size_t i = 0; i < e->calls->list.n; i++) {
        last = call_at(e, i);
        if (!last || last->method != SIP_REGISTER)
            continue;
        for (n++; begin < i; begin++) {
            first = call_at(e, begin);
            if (first && first->method == SIP_REGISTER) {
                if (last->start - first->start <= 10 * SECOND)
                    break;
                n--;
            }
        }
        if (n > most) {
            most = n;
            from = first ? first->id : last->id;
        }
    }
    int64_t span = e->scope->last - e->scope->first;
    double usual =
        span > 20 * SECOND ? (double)total * 1e10 / (double)span : (double)most;
    if (most <= rate || (double)most < 5 * usual)
        return;
    struct draft *d = exam_find(e, r, SEVERITY_WARN, 85);
    if (!d)
        return;
    show_call(e, d, from);
    say(&d->headline, "registration storm: %u REGISTERs in 10 s", most);
    say(&d->detail, "The mean over the capture is %u in 10 s.", (unsigned)usual);
}

/* ---- C07 ---- */

struct ended {
    uint64_t peer; /* hash of the IP called */
    int64_t talk;
    uint32_t call;
};

static int by_peer(const void *a, const void *b)
{
    const struct ended *x = a, *y = b;
    if (x->peer != y->peer)
        return x->peer < y->peer ? -1 : 1;
    return (x->talk > y->talk) - (x->talk < y->talk);
}

static const char *timer_of(int64_t talk)
{
    static const struct {
        int seconds;
        const char *name;
    } TIMERS[] = {
        {32, "a missing ACK (32 s)"},
        {30, "a limit for lost media"},
        {60, "a limit for lost media"},
        {90, "a session timer"},
        {180, "a firewall or Timer C"},
        {300, "a limit for lost media, or a firewall"},
        {600, "a limit of the call's length"},
        {900, "half a session timer of 1800 s, or a firewall"},
        {1800, "a session timer of 1800 s"},
        {3600, "a limit of the call's length"},
        {7200, "a limit of the call's length"},
    };
    for (size_t i = 0; i < sizeof TIMERS / sizeof *TIMERS; i++)
        if (llabs(talk - TIMERS[i].seconds * SECOND) <= SECOND + SECOND / 2)
            return TIMERS[i].name;
    return NULL;
}

/* Looks for the most calls within 2 s of length in those of one peer. */
static void same_length(struct exam *e, const struct rule *r, const struct ended *at,
                        size_t n)
{
    size_t best = 0, from = 0;
    for (size_t i = 0, begin = 0; i < n; i++) {
        while (at[i].talk - at[begin].talk > 2 * SECOND)
            begin++;
        if (i - begin + 1 > best && timer_of(at[begin + (i - begin) / 2].talk)) {
            best = i - begin + 1;
            from = begin;
        }
    }
    if ((double)best < e->limit->fixed_calls || best * 5 < n)
        return;
    struct draft *d = exam_find(e, r, SEVERITY_WARN, 80);
    const struct call *c = calls_by_id(e->calls, at[from].call);
    if (!d || !c)
        return;
    int64_t talk = at[from + best / 2].talk;
    draft_peer(d, &c->hop->dst);
    for (size_t i = from; i < from + best && i < from + LATEST; i++)
        show_call(e, d, at[i].call);
    say(&d->headline, "%u of %u calls to %i end after %t", (unsigned)best, (unsigned)n,
        &c->hop->dst, talk);
    say(&d->detail, "A timer ends them: %s.", timer_of(talk));
}

/* C01 says more of such a call than its length does. */
static bool unacknowledged(const struct exam *e, const struct call *c)
{
    for (const struct finding *f = diagnose_of(e->all, c->id); f; f = f->next)
        if (!strcmp(f->rule->id, "C01"))
            return true;
    return false;
}

static void fixed_duration(struct exam *e, const struct rule *r)
{
    VEC(struct ended) list = {0};
    for (size_t i = 0; i < e->calls->list.n; i++) {
        const struct call *c = call_at(e, i);
        int64_t talk;
        if (!c || !c->bye || !c->hop || !call_duration(c, &talk) ||
            unacknowledged(e, c))
            continue;
        struct addr ip = c->hop->dst;
        ip.port = 0;
        struct ended row = {hash_bytes(&ip, sizeof ip), talk, c->id};
        if (!vec_push(&list, row))
            break;
    }
    if (list.n)
        qsort(list.at, list.n, sizeof *list.at, by_peer);
    for (size_t i = 0, k; i < list.n; i = k) {
        for (k = i + 1; k < list.n && list.at[k].peer == list.at[i].peer; k++)
            ;
        same_length(e, r, list.at + i, k - i);
    }
    vec_done(&list);
}

/* ---- CAP ---- */

/* The frame at which the ledger began to count something. */
static void show_first(const struct exam *e, struct draft *d, uint32_t reason)
{
    for (unsigned i = 0; i < e->ledger->n; i++) {
        const struct ledger_row *row = &e->ledger->row[i];
        if (row->reason == reason && row->first_frame) {
            draft_frame(d, row->first_file, row->first_frame, e->scope->first);
            return;
        }
    }
}

/* First messages of pairs of addresses that never answer. */
static void show_one_way(const struct exam *e, struct draft *d)
{
    for (size_t i = 0; i < e->calls->list.n && d->nevidence < LATEST; i++) {
        const struct call *c = call_at(e, i);
        if (c && c->hop && !c->hop->back->last)
            draft_msg(d, c->first);
    }
}

static void one_sided(struct exam *e, const struct rule *r)
{
    struct draft *d = e->scope->one_sided ? exam_find(e, r, SEVERITY_WARN, 95) : NULL;
    if (!d)
        return;
    show_one_way(e, d);
    say(&d->headline, "only one direction was captured");
    say(&d->detail,
        "%u of %u pairs of addresses show no traffic back: nothing is "
        "concluded from messages that are missing.",
        (unsigned)e->scope->one_way, (unsigned)e->scope->hops);
}

/* Most streams miss packets at the same moments: lost here, not on their ways. */
static void shared_holes(struct exam *e, const struct rule *r)
{
    const struct streams *s = e->streams;
    struct draft *d = s && s->holes.n
                          ? exam_find(e, r, SEVERITY_WARN, s->holes.n > 1 ? 85 : 70)
                          : NULL;
    if (!d)
        return;
    d->group = 1;
    draft_frame(d, s->holes.file, s->holes.frame, s->holes.first);
    say(&d->headline, "%u of %u RTP streams miss packets at the same moment",
        (unsigned)s->holes.missing, (unsigned)s->holes.live);
    say(&d->detail,
        "That happened in %u tenths of a second: the capture lost packets, or the link "
        "before it; the figures of loss are no single call's.",
        (unsigned)s->holes.n);
}

static void drops(struct exam *e, const struct rule *r)
{
    if (!e->scope->drops)
        shared_holes(e, r);
    struct draft *d = e->scope->drops ? exam_find(e, r, SEVERITY_WARN, 95) : NULL;
    if (!d)
        return;
    show_first(e, d, LEDGER_KERNEL_DROP);
    show_first(e, d, LEDGER_INTERFACE_DROP);
    show_first(e, d, LEDGER_RING_DROP);
    if (!d->nevidence && e->calls->list.n)
        draft_msg(d, call_at(e, 0) ? call_at(e, 0)->first : NULL);
    say(&d->headline, "%u frames were dropped while capturing",
        (unsigned)e->scope->drops);
    say(&d->detail, "Loss and missing messages may be the capture's own: nothing is "
                    "concluded from what is missing.");
}

static void snaplen(struct exam *e, const struct rule *r)
{
    unsigned n = 0;
    struct draft *d = NULL;
    if (!ledger_total(e->ledger, LEDGER_FRAME_CUT))
        return;
    for (size_t i = 0; i < e->calls->list.n; i++) {
        const struct call *c = call_at(e, i);
        if (!c || !(c->incomplete & CALL_INCOMPLETE_CUT))
            continue;
        n++;
        if (!d && !(d = exam_find(e, r, SEVERITY_WARN, 95)))
            return;
        for (const struct msg *m = c->first; m && d->nevidence < LATEST; m = m->next)
            if (m->flags & MSG_CUT)
                draft_msg(d, m);
    }
    if (!d)
        return;
    say(&d->headline, "messages of %u calls were cut by the snap length", n);
    say(&d->detail, "Headers and session descriptions are missing at their ends.");
}

static void clock_jump(struct exam *e, const struct rule *r)
{
    uint64_t back = ledger_total(e->ledger, LEDGER_TIME_BACK);
    const struct call *before = NULL, *after = NULL;
    for (size_t i = 0; i < e->calls->list.n && !after; i++) {
        const struct call *c = call_at(e, i);
        if (c && before && c->start - before->newest > 3600 * SECOND)
            after = c;
        if (c && !after && (!before || c->newest > before->newest))
            before = c;
    }
    struct draft *d = back || after ? exam_find(e, r, SEVERITY_WARN, 80) : NULL;
    if (!d)
        return;
    if (back)
        show_first(e, d, LEDGER_TIME_BACK);
    if (back)
        say(&d->headline, "the clock of the capture went back %u times",
            (unsigned)back);
    else
        say(&d->headline, "a gap of %t in the capture", after->start - before->newest);
    if (after) {
        draft_msg(d, before->last);
        draft_msg(d, after->first);
    }
    say(&d->detail, "Times, delays and durations across it are not to be relied on.");
}

static void duplicated(struct exam *e, const struct rule *r)
{
    uint64_t copies = 0, all = 0;
    for (size_t i = 0; i < e->calls->list.n; i++) {
        const struct call *c = call_at(e, i);
        copies += c ? c->copies : 0;
        all += c ? c->messages + c->copies : 0;
    }
    struct draft *d =
        copies && copies * 100 >= all ? exam_find(e, r, SEVERITY_INFO, 95) : NULL;
    if (!d)
        return;
    for (size_t i = 0; i < e->calls->list.n && !d->nevidence; i++) {
        const struct call *c = call_at(e, i);
        for (const struct msg *m = c && c->copies ? c->first : NULL; m; m = m->next)
            if (m->flags & MSG_COPY && !d->nevidence) {
                draft_msg(d, m->same);
                draft_msg(d, m);
            }
    }
    say(&d->headline, "%u of %u messages were captured twice", (unsigned)copies,
        (unsigned)all);
    say(&d->detail,
        "Another interface, VLAN or tunnel shows the same packets. Copies are "
        "listed with the original and counted in nothing.");
}

static void encrypted(struct exam *e, const struct rule *r)
{
    uint64_t n = ledger_total(e->ledger, LEDGER_TLS);
    struct draft *d = n ? exam_find(e, r, SEVERITY_INFO, 90) : NULL;
    if (!d)
        return;
    show_first(e, d, LEDGER_TLS);
    say(&d->headline, "%u TLS records could not be read", (unsigned)n);
    say(&d->detail, "Calls signalled over TLS are not in the lists.");
}

static const struct rule RULES[] = {
    {"A27", "TRUNK_DOWN", SEVERITY_CRIT, RULE_CAPTURE, 0, "RFC 3261 17.1.1.2",
     "A peer answers nothing any more.",
     "Three or more requests in a row to one peer without any response.",
     "Any response of that peer in between.",
     "Check the peer and the way to it; route around it meanwhile.", trunk_down, 0},
    {"A28", "SCANNER", SEVERITY_INFO, RULE_CAPTURE, 0, "",
     "Somebody on the network tries users and passwords.",
     "The User-Agent of a known scanner, or over 20 users tried by one address in 10 s "
     "and refused.",
     "Fewer users, or requests that are accepted.",
     "Block the address at the firewall; limit the rate of refused requests.", scanner,
     0},
    {"B05", "REG_STORM", SEVERITY_WARN, RULE_CAPTURE, 0, "RFC 3261 10.2.4",
     "Very many phones register at once.",
     "Over 10 REGISTERs a second for 10 s, and five times the mean.",
     "A steady rate, however high.",
     "Spread the expiry; look for an outage right before, after which all came back.",
     reg_storm, 0},
    {"C07", "FIXED_DURATION_DROP", SEVERITY_WARN, RULE_CAPTURE, 0,
     "RFC 4028, RFC 3261 13.3.1.4",
     "Many calls end after the same time: a timer ends them, and no person.",
     "Five or more answered calls to one peer, a fifth of them, end within 2 s of 30, "
     "32, "
     "60, 90, 180, 300, 600, 900, 1800, 3600 or 7200 s.",
     "Durations spread out.",
     "32 s: ACK. 30, 60, 300 s: media that stops. 900, 1800 s: session timer or "
     "firewall. 3600, 7200 s: a configured limit.",
     fixed_duration, 0},
    {"CAP01", "ONE_SIDED", SEVERITY_WARN, RULE_CAPTURE, 0, "",
     "The capture shows one direction only.",
     "20 messages or more, 95 % of the address pairs without traffic back, and hardly "
     "a "
     "request together with its response.",
     "Fewer messages; messages repeated again and again: a peer that does not answer.",
     "Capture on both directions of the mirror port, or on the host itself.", one_sided,
     0},
    {"CAP02", "DROPS", SEVERITY_WARN, RULE_CAPTURE, 0, "",
     "Frames were lost before they reached the capture.",
     "The kernel, the interface or the program counted drops; or five or more RTP "
     "streams, four of five of those that are live, miss packets in the same 0.1 s.",
     "No drops; gaps of some streams only.",
     "Use a larger buffer (-B), a capture filter, or a faster disk.", drops, 0},
    {"CAP03", "SNAPLEN", SEVERITY_WARN, RULE_CAPTURE, 0, "",
     "SIP messages were cut when they were captured.",
     "A SIP frame is shorter than it was on the wire.", "Only media is cut.",
     "Capture with a snap length of 65535 or more (tcpdump -s 0).", snaplen, 0},
    {"CAP04", "CLOCK_JUMP", SEVERITY_WARN, RULE_CAPTURE, 0, "",
     "The clock of the capture jumped, or captures were joined.",
     "Time goes back, or over an hour passes between two calls.",
     "A quiet hour within a call that goes on.",
     "Let the host keep its time by NTP without steps; look at the parts one by one.",
     clock_jump, 0},
    {"CAP05", "DUPLICATED", SEVERITY_INFO, RULE_CAPTURE, 0, "",
     "Packets were captured more than once.", "1 % or more of the messages are copies.",
     "Fewer copies.",
     "Capture on one interface, not on `any`, and mirror one direction of each port.",
     duplicated, 0},
    {"CAP06", "ENCRYPTED", SEVERITY_INFO, RULE_CAPTURE, 0, "",
     "Signalling is encrypted and cannot be read.", "TLS records without keys.",
     "No TLS.", "Capture at a place where it is clear, or with HEP from the server.",
     encrypted, 0},
};

const struct rule_family FAMILY_CAPTURE = {"Many calls, and the capture itself", RULES,
                                           sizeof RULES / sizeof *RULES};
