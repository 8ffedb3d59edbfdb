/* Rules C01-C05: dialogs that break after the answer. */
#include "diagnose/exam.h"
#include "diagnose/say.h"

static unsigned repeats_of(const struct msg *m, const struct msg *after)
{
    unsigned n = 0;
    for (const struct msg *next = m->next; next; next = next->next)
        n += next->flags & MSG_RETRANSMISSION && next->same == m &&
             (!after || next->time > after->time + SECOND / 10);
    return n;
}

/* ---- C01 ---- */

struct ack {
    const struct msg *here, *elsewhere,
        *wrong; /* wrong: on the hop, CSeq or tag differ */
};

static struct ack find_ack(const struct exam *e, const struct txn *t)
{
    struct ack a = {0};
    for (const struct msg *m = t->final->next; m; m = m->next) {
        if (m->status || m->method != SIP_ACK || m->malformed)
            continue;
        bool right = m->cseq == t->cseq && m->to_tag == t->final->to_tag;
        bool here = m->hop == t->hop || addr_eq(&m->hop->dst, &t->final->hop->src);
        if (here && right && !a.here)
            a.here = m;
        else if (here && !right && !a.wrong)
            a.wrong = m;
        else if (!here && right && !a.elsewhere &&
                 addr_same_ip(&m->hop->src, &t->hop->src))
            a.elsewhere = m;
        else if (!here && right && !a.elsewhere)
            a.elsewhere = m;
    }
    return a;
}

static const struct msg *bye_after(const struct exam *e, const struct txn *t)
{
    for (const struct msg *m = t->final->next; m; m = m->next)
        if (!m->status && m->method == SIP_BYE &&
            addr_same_ip(&m->hop->src, &t->final->hop->src))
            return m;
    return NULL;
}

static void say_ack(struct exam *e, struct draft *d, const struct txn *t,
                    const struct ack *a)
{
    struct slice uri, host;
    uint16_t port;
    bool contact = uri_of(exam_header(e, t->final, SIP_H_CONTACT), &uri, &host, &port);
    bool unreachable =
        contact && host_private(host) && !addr_private(&t->final->hop->src);
    if (a->elsewhere) {
        draft_msg(d, a->elsewhere);
        say(&d->detail, "The ACK went from %i to %a instead. ", &a->elsewhere->hop->src,
            &a->elsewhere->hop->dst);
    }
    if (a->wrong) {
        draft_msg(d, a->wrong);
        say(&d->detail,
            "An ACK with another CSeq or To-tag came, which does not count. ");
    }
    if (a->here) {
        draft_msg(d, a->here);
        say(&d->detail, "An ACK was sent here and ignored: it does not arrive, or its "
                        "tags or Request-URI do not fit. ");
    }
    if (unreachable) {
        say(&d->detail,
            "The ACK goes to the Contact of the 200, %S: a private address "
            "that cannot be reached from %i. ",
            &uri, &t->hop->src);
        say(&d->headline, ": Contact is the private %S", &host);
        d->confidence = 97;
    } else if (!a->elsewhere && !a->wrong && !a->here) {
        say(&d->detail,
            "No ACK of %i was seen at all: the 200 does not reach it, or its "
            "ACK takes another way",
            &t->hop->src);
        if (contact)
            say(&d->detail, " (Contact of the 200: %S)", &uri);
        say(&d->detail, ".");
    }
}

static void missing_ack(struct exam *e, const struct rule *r)
{
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (t->method != SIP_INVITE || !t->final || t->final->status / 100 != 2 ||
            !t->retransmissions)
            continue;
        struct ack a = find_ack(e, t);
        unsigned n = repeats_of(t->final, a.here);
        if (n < (a.here ? 4u : 2u) || !exam_allows(e, r))
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_CRIT, n >= 4 ? 95 : 80);
        if (!d)
            return;
        const struct msg *bye = bye_after(e, t);
        draft_peer(d, &t->final->hop->src);
        draft_repeats(d, t->final);
        say(&d->headline, "%m repeated %ux, no ACK", t->final, n);
        if (bye) {
            draft_msg(d, bye);
            say(&d->headline, "; %i hung up after %t", &bye->hop->src,
                bye->time - t->final->time);
        }
        say_ack(e, d, t, &a);
        return;
    }
}

/* ---- C02 ---- */

static void missing_ack_fail(struct exam *e, const struct rule *r)
{
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (t->method != SIP_INVITE || !t->final || t->final->status < 300 ||
            !t->retransmissions || t->ack)
            continue;
        unsigned n = repeats_of(t->final, NULL);
        if (n < 2 || !exam_allows(e, r))
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_WARN, 90);
        if (!d)
            return;
        draft_peer(d, &t->final->hop->src);
        draft_repeats(d, t->final);
        say(&d->headline, "%m repeated %ux, no ACK from %i", t->final, n, &t->hop->src);
        say(&d->detail,
            "%i did not acknowledge: the response does not reach it (it goes "
            "to the top Via, received and rport), or its ACK is lost.",
            &t->hop->src);
        return;
    }
}

/* ---- C03 ---- */

enum { ROUTES = 16 };

static size_t routes_of(struct exam *e, const struct msg *m, enum sip_header h,
                        struct slice *host)
{
    const struct sip *sip = exam_sip(e, m);
    struct sip_line line;
    struct slice value, uri, rest = sip ? sip->head : (struct slice){0};
    uint16_t port;
    size_t n = 0;
    while (sip && sip_line_next(&rest, &line))
        if (line.id == h)
            while (n < ROUTES && sip_value_next(&line.value, &value))
                if (uri_of(value, &uri, &host[n], &port))
                    n++;
    return n;
}

static bool went_wrong(const struct txn *t)
{
    unsigned status = t->final ? t->final->status : 0;
    return t->method == SIP_ACK || (!t->responses && t->requests > 2) ||
           status == 404 || status == 481 || status == 408;
}

static bool no_lr(struct exam *e, const struct msg *m)
{
    struct slice v = exam_header(e, m, SIP_H_RECORD_ROUTE);
    return v.n && !slice_has(v, ";lr");
}

/* Requests of the caller, on its own hop, against the route that the 2xx recorded. */
static void route_set(struct exam *e, const struct rule *r)
{
    const struct txn *t = e->first;
    bool acked = t && t->final && repeats_of(t->final, NULL) < 2;
    if (!t || t->method != SIP_INVITE || !t->final || t->final->status / 100 != 2)
        return;
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *q = e->txn[i];
        struct slice recorded[ROUTES], sent[ROUTES];
        if (q->initial || !q->request || q == t || !went_wrong(q) ||
            (q->method == SIP_ACK && acked) ||
            q->request->from_tag != e->call->caller_tag || q->cseq < t->cseq ||
            !addr_eq(&q->hop->src, &t->hop->src))
            continue;
        size_t n = routes_of(e, t->final, SIP_H_RECORD_ROUTE, recorded);
        size_t m = n ? routes_of(e, q->request, SIP_H_ROUTE, sent) : 0;
        bool same = m == n;
        for (size_t k = 0; same && k < n; k++)
            same = slice_ieq(sent[k], recorded[n - 1 - k]);
        if (!n || (same && !no_lr(e, t->final)) || !exam_allows(e, r))
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_CRIT, same ? 70 : 90);
        if (!d)
            return;
        draft_peer(d, &q->hop->src);
        draft_msg(d, t->final);
        draft_msg(d, q->request);
        if (same)
            say(&d->headline, "Record-Route without ;lr: %s is routed the old way",
                msg_method_name(q->request));
        else
            say(&d->headline, "%s skips proxies: Route has %u of %u recorded hops",
                msg_method_name(q->request), (unsigned)m, (unsigned)n);
        say(&d->detail, "The 200 recorded %S as next hop; %s went to %a and failed.",
            &recorded[n - 1], msg_method_name(q->request), &q->hop->dst);
        return;
    }
}

/* ---- C04 ---- */

static int64_t idle_before(const struct exam *e, const struct txn *t)
{
    int64_t last = 0;
    for (const struct msg *m = e->call->first; m && m->time < t->request->time;
         m = m->next)
        if (m->hop == t->hop || m->hop == t->hop->back)
            last = m->time;
    return last ? t->request->time - last : 0;
}

static bool unanswered_inside(const struct exam *e, const struct txn *t)
{
    return !t->initial && t->request && t->request->to_tag && !t->responses &&
           t->method != SIP_ACK &&
           (t->requests >= 4 || exam_passed(e, t->request->time, 32 * SECOND));
}

static void indialog_timeout(struct exam *e, const struct rule *r)
{
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (!unanswered_inside(e, t) || !exam_allows(e, r))
            continue;
        struct draft *d = exam_find(e, r, SEVERITY_CRIT, t->requests >= 4 ? 95 : 75);
        if (!d)
            return;
        int64_t idle = idle_before(e, t);
        const char *name = msg_method_name(t->request);
        draft_peer(d, &t->hop->dst);
        draft_repeats(d, t->request);
        say(&d->headline, "%a never answered %s in the call", &t->hop->dst, name);
        if (t->method == SIP_BYE)
            say(&d->headline, ": it may go on there");
        say(&d->detail, "%s sent %u times, no response", name, (unsigned)t->requests);
        if (idle)
            say(&d->detail, ", after %t without signalling on this hop", idle);
        say(&d->detail,
            ". The peer went away, its NAT closed, or the Contact is wrong.");
        return;
    }
}

/* ---- C05 ---- */

static bool session_expires(struct exam *e, const struct txn *t, uint64_t *se,
                            struct slice *refresher)
{
    struct slice v = exam_header(e, t->final, SIP_H_SESSION_EXPIRES);
    *refresher = sip_param(slice_skip(v, slice_find(v, ';')), SLICE("refresher"));
    return v.n && slice_u64(v, se) && *se >= 30 && *se < 100000;
}

static const struct txn *last_refresh(const struct exam *e)
{
    const struct txn *last = NULL;
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if ((t->method == SIP_INVITE || t->method == SIP_UPDATE) && t->final &&
            t->final->status / 100 == 2 && t->request)
            last = t;
    }
    return last;
}

static void session_timer(struct exam *e, const struct rule *r)
{
    const struct call *c = e->call;
    struct slice refresher;
    uint64_t se;
    const struct txn *t =
        c->bye && c->end - c->answer > 50 * SECOND ? last_refresh(e) : NULL;
    if (!t || !(t->final->flags & MSG_TIMER) || c->end - t->final->time < 50 * SECOND ||
        !session_expires(e, t, &se, &refresher))
        return;
    int64_t dt = c->end - t->final->time, full = (int64_t)se * SECOND;
    int64_t early = full / 3 < 32 * SECOND ? full / 3 : 32 * SECOND;
    if (dt < full - early - 3 * SECOND || dt > full + 5 * SECOND || !exam_allows(e, r))
        return;
    struct draft *d = exam_find(e, r, SEVERITY_CRIT, 80);
    if (!d)
        return;
    bool caller =
        slice_ieq(refresher, SLICE("uac")) == (t->request->from_tag == c->caller_tag);
    draft_peer(d, caller ? &c->hop->src : &c->hop->dst);
    draft_msg(d, t->final);
    for (const struct msg *m = c->first; m; m = m->next)
        if (!m->status && m->method == SIP_BYE) {
            draft_msg(d, m);
            break;
        }
    say(&d->headline, "dropped %t after the last refresh: session timer of %u s", dt,
        (unsigned)se);
    if (refresher.n)
        say(&d->detail,
            "refresher=%S: the %s had to send re-INVITE or UPDATE at half "
            "the interval and did not.",
            &refresher, caller ? "caller" : "called side");
    else
        say(&d->detail, "The 200 names no refresher: each side thinks that it is the "
                        "other's task.");
}

static const struct rule RULES[] = {
    {"C01", "MISSING_ACK_2XX", SEVERITY_CRIT, RULE_INVITE, NEED_WHOLE | NEED_BOTH,
     "RFC 3261 13.3.1.4, 12.2.1.1",
     "The answer of a call is never acknowledged; after 32 s the called side hangs up.",
     "The 2xx to INVITE is repeated twice or more and no ACK comes on that hop.",
     "An ACK follows, also after one or two repeats; only one direction was captured.",
     "Set the external signalling address (Contact, Record-Route) of the side that "
     "sends "
     "the 200, let the proxy mend it, and switch SIP helpers in routers off.",
     missing_ack, WHEN_REPEATED},
    {"C02", "MISSING_ACK_FAIL", SEVERITY_WARN, RULE_INVITE, NEED_WHOLE | NEED_BOTH,
     "RFC 3261 17.2.1", "A refusal is never acknowledged.",
     "A 3xx-6xx to INVITE is repeated twice or more without ACK.", "An ACK follows.",
     "Check that responses reach the sender: rport, received, and the port in Via.",
     missing_ack_fail, WHEN_REFUSED | WHEN_REPEATED},
    {"C03", "ROUTE_SET", SEVERITY_CRIT, RULE_INVITE, NEED_START,
     "RFC 3261 12.1.2, 12.2.1.1, 16.12",
     "Requests inside the call take another way than the proxies recorded.",
     "A request of the caller fails and its Route is not the reversed Record-Route of "
     "the 2xx, or that has no ;lr.",
     "The request is answered well.",
     "Correct the client, or the proxy that rewrites Record-Route; use ;lr.", route_set,
     0},
    {"C04", "INDIALOG_TIMEOUT", SEVERITY_CRIT, RULE_INVITE | RULE_OTHER,
     NEED_WHOLE | NEED_BOTH, "RFC 3261 17.1.2.2, 12.2.1.2",
     "A request inside the call gets no response: the hang-up or change is lost.",
     "BYE, re-INVITE, UPDATE, INFO ... sent four times, or 32 s long, without "
     "response.",
     "Any response came; the capture ends before.",
     "Look for a NAT or firewall that closed after the idle time named (keepalives), a "
     "wrong Contact, or a restart of the peer.",
     indialog_timeout, 0},
    {"C05", "SESSION_TIMER", SEVERITY_CRIT, RULE_INVITE, NEED_START | NEED_WHOLE,
     "RFC 4028 7-10", "The call was dropped since its session timer was not refreshed.",
     "BYE within the last third (at most 32 s) of Session-Expires after the last "
     "refresh.",
     "A refresh came, or the BYE is at another time.",
     "Let the refresher named send re-INVITE or UPDATE; look whether one was refused "
     "or "
     "lost; set refresher= in the 200.",
     session_timer, WHEN_BYE},
};

const struct rule_family FAMILY_DIALOG = {"Dialog and tear-down: what breaks", RULES,
                                          sizeof RULES / sizeof *RULES};
