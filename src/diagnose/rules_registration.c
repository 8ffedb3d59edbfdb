/* Rules B01-B04, B06: registrations that fail, lapse or point to the wrong place. */
#include "diagnose/exam.h"
#include "diagnose/say.h"

enum { LOOK_AHEAD = 200, CONTACTS = 32 };

/* ---- B01 ---- */

static void reg_fail(struct exam *e, const struct rule *r)
{
    const struct txn *t = e->first;
    unsigned status = t && t->final ? t->final->status : 0;
    if (status < 400 || status == 401 || status == 407 || status == 405 ||
        status == 420 || status == 421 || status == 501)
        return;
    if (status == 423 && !exam_passed(e, t->final->time, 5 * SECOND))
        return;
    struct draft *d = exam_find(e, r, SEVERITY_CRIT, 95);
    if (!d)
        return;
    const char *why = status == 403   ? "wrong password, or the address is not allowed"
                      : status == 404 ? "there is no such user"
                      : status == 423 ? "the expiry asked for is too short"
                      : status == 408 ? "nothing behind it answered"
                      : status >= 500 ? "the registrar or what is behind it failed"
                                      : "refused";
    draft_peer(d, &t->final->hop->src);
    draft_msg(d, t->request);
    draft_msg(d, t->final);
    say(&d->headline, "%s cannot register: %m, %s",
        e->call->to.uri ? e->call->to.uri : "a phone", t->final, why);
    const struct sip *sip = exam_sip(e, t->final);
    say(&d->detail, "%i answers the REGISTER of %i with %m.", &t->final->hop->src,
        &t->hop->src, t->final);
    if (sip && sip->header[SIP_H_WARNING].n)
        say(&d->detail, " Warning: %S.", &sip->header[SIP_H_WARNING]);
}

/* ---- bindings ---- */

static bool param_seconds(struct slice params, uint64_t *out)
{
    struct slice v = sip_param(params, SLICE("expires"));
    return v.n && slice_u64(v, out);
}

/* What a 200 to REGISTER grants, for the Contact asked for. Returns false: nothing. */
static bool granted(struct exam *e, const struct txn *t, uint64_t *out)
{
    const struct sip *sip = exam_sip(e, t->final);
    struct sip_name_addr na;
    struct sip_line line;
    struct slice value, rest = sip ? sip->head : (struct slice){0};
    bool found = false;
    while (sip && sip_line_next(&rest, &line))
        if (line.id == SIP_H_CONTACT)
            while (sip_value_next(&line.value, &value)) {
                uint64_t v;
                if (!sip_name_addr(value, &na) || !param_seconds(na.params, &v))
                    continue;
                *out = !found || v > *out ? v : *out;
                found = true;
            }
    return found || (sip && sip->header[SIP_H_CONTACT].n &&
                     slice_u64(sip->header[SIP_H_EXPIRES], out));
}

static bool registered(const struct txn *t)
{
    return t->method == SIP_REGISTER && t->request && t->final &&
           t->final->status / 100 == 2;
}

/* The next REGISTER of the same user in another call; NULL: none among the next. */
static const struct call *next_register(const struct exam *e, int64_t after)
{
    const struct calls *c = e->calls;
    size_t i = c->list.n;
    while (i && c->list_ids.at[i - 1] > e->call->id)
        i--;
    for (unsigned looks = LOOK_AHEAD; i < c->list.n && looks; i++, looks--) {
        const struct call *n = c->list.at[i];
        if (n && n->method == SIP_REGISTER && n->start >= after && n->to.uri &&
            e->call->to.uri && !strcmp(n->to.uri, e->call->to.uri))
            return n;
    }
    return NULL;
}

static void lapse(struct exam *e, const struct rule *r, const struct txn *t,
                  uint64_t seconds, int64_t until, const struct msg *next)
{
    struct draft *d = exam_find(e, r, SEVERITY_CRIT, 90);
    if (!d)
        return;
    int64_t gap = until - t->final->time - (int64_t)seconds * SECOND;
    draft_peer(d, &t->hop->src);
    draft_msg(d, t->request);
    draft_msg(d, t->final);
    draft_msg(d, next);
    say(&d->headline, "registration of %s lapsed for %t", e->call->to.uri, gap);
    say(&d->detail,
        "%u s were granted; the next REGISTER came %t after that. Calls to "
        "the user in the meantime fail with 480 or 404.",
        (unsigned)seconds, until - t->final->time);
}

static void reg_gap(struct exam *e, const struct rule *r)
{
    const struct txn *last = NULL;
    int64_t slack = threshold_ns(e->limit->reg_gap);
    uint64_t s = 0;
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (t->method != SIP_REGISTER || !t->request)
            continue;
        if (last && t->request->time - last->final->time > 20 * SECOND &&
            granted(e, last, &s) && s && s < UINT32_MAX &&
            t->request->time - last->final->time > (int64_t)s * SECOND + slack &&
            exam_allows(e, r)) {
            lapse(e, r, last, s, t->request->time, t->request);
            return;
        }
        if (registered(t))
            last = t;
    }
    /* A phone that begins a new dialog for each refresh. */
    if (!last || !e->call->expires || e->scope->last < e->call->expires + slack)
        return;
    const struct call *next = next_register(e, last->final->time);
    if (next && granted(e, last, &s) && s && s < UINT32_MAX &&
        next->start - last->final->time > (int64_t)s * SECOND + slack &&
        exam_allows(e, r))
        lapse(e, r, last, s, next->start, next->first);
}

/* ---- B03 ---- */

static void nat_rebind(struct exam *e, const struct rule *r)
{
    const struct txn *before = NULL, *moved = NULL;
    unsigned n = 0;
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (!registered(t) || t->hop->transport != TRANSPORT_UDP)
            continue;
        if (before && before->cseq == t->cseq)
            return; /* proxies on the way: not the phone's own port */
        if (before && addr_same_ip(&before->hop->src, &t->hop->src) &&
            addr_eq(&before->hop->dst, &t->hop->dst) &&
            before->hop->src.port != t->hop->src.port) {
            moved = t;
            n++;
        }
        if (!moved)
            before = t;
    }
    if (!moved)
        return;
    struct draft *d = exam_find(e, r, SEVERITY_WARN, 85);
    if (!d)
        return;
    draft_peer(d, &moved->hop->src);
    draft_msg(d, before->request);
    draft_msg(d, moved->request);
    say(&d->headline, "the NAT in front of %i changed its port between registrations",
        &moved->hop->src);
    say(&d->detail,
        "REGISTER came from port %u, then from %u, %t later%s: calls to the "
        "old port do not arrive.",
        (unsigned)before->hop->src.port, (unsigned)moved->hop->src.port,
        moved->request->time - before->request->time,
        n > 1 ? ", and changed again" : "");
}

/* ---- B04 ---- */

static bool stored_as_is(struct exam *e, const struct txn *t, struct slice host)
{
    const struct sip *sip = exam_sip(e, t->final);
    struct sip_via via;
    struct slice top, rest = sip ? sip->header[SIP_H_VIA] : (struct slice){0};
    bool received = sip_value_next(&rest, &top) && sip_via(top, &via) && via.received.n;
    return sip && !received && slice_has(sip->header[SIP_H_CONTACT], "sip") && host.n;
}

/* An INVITE of one of the next calls to that address which nobody answers; NULL: none.
 */
static const struct txn *lost_invite(const struct exam *e, const struct addr *to)
{
    const struct calls *c = e->calls;
    size_t i = c->list.n;
    while (i && c->list_ids.at[i - 1] > e->call->id)
        i--;
    for (unsigned looks = LOOK_AHEAD; i < c->list.n && looks; i++, looks--) {
        const struct call *n = c->list.at[i];
        for (const struct txn *t = n && n->invite ? n->txns : NULL; t; t = t->next)
            if (t->method == SIP_INVITE && t->initial && t->request && !t->responses &&
                t->requests > 2 && addr_same_ip(&t->hop->dst, to))
                return t;
    }
    return NULL;
}

static void contact_private(struct exam *e, const struct rule *r)
{
    const struct txn *t = NULL;
    struct slice uri, host;
    uint16_t port;
    for (size_t i = 0; i < e->txns && !t; i++)
        if (registered(e->txn[i]))
            t = e->txn[i];
    if (!t || addr_private(&t->hop->src) ||
        !uri_of(exam_header(e, t->request, SIP_H_CONTACT), &uri, &host, &port) ||
        !host_private(host) || !stored_as_is(e, t, host))
        return;
    struct addr at;
    const struct txn *lost =
        host_addr(host, &at) && !e->scope->one_sided ? lost_invite(e, &at) : NULL;
    struct draft *d =
        exam_find(e, r, lost ? SEVERITY_CRIT : SEVERITY_WARN, lost ? 95 : 85);
    if (!d)
        return;
    draft_peer(d, &t->hop->src);
    draft_msg(d, t->request);
    draft_msg(d, t->final);
    draft_msg(d, lost ? lost->request : NULL);
    say(&d->headline, "%s registers a private Contact from a public address",
        e->call->to.uri ? e->call->to.uri : "a phone");
    say(&d->detail,
        "Contact %S, packet from %a: the registrar keeps an address that it "
        "cannot reach.",
        &uri, &t->hop->src);
    if (lost)
        say(&d->detail, " A call to it went there and was never answered.");
}

/* ---- B06 ---- */

struct contacts {
    struct slice instance[CONTACTS];
    size_t n;
    bool twice; /* two Contacts of one instance */
};

static void note_contact(struct contacts *c, struct slice value)
{
    struct sip_name_addr na;
    uint64_t v;
    if (!sip_name_addr(value, &na) || (param_seconds(na.params, &v) && !v))
        return;
    struct slice instance = sip_param(na.params, SLICE("+sip.instance"));
    for (size_t i = 0; i < c->n && instance.n && i < CONTACTS; i++)
        c->twice |= slice_eq(c->instance[i], instance) &&
                    !sip_param(na.params, SLICE("reg-id")).n;
    if (c->n < CONTACTS)
        c->instance[c->n] = instance;
    c->n++;
}

static void multi_contact(struct exam *e, const struct rule *r)
{
    const struct txn *t = e->first;
    struct contacts found = {.n = 0};
    struct sip_line line;
    struct slice value;
    if (!t || !registered(t))
        return;
    const struct sip *sip = exam_sip(e, t->final);
    struct slice rest = sip ? sip->head : (struct slice){0};
    while (sip && sip_line_next(&rest, &line))
        if (line.id == SIP_H_CONTACT)
            while (sip_value_next(&line.value, &value))
                note_contact(&found, value);
    if (!found.twice && (double)found.n <= e->limit->contacts)
        return;
    struct draft *d = exam_find(e, r, SEVERITY_INFO, 90);
    if (!d)
        return;
    draft_peer(d, &t->hop->dst);
    draft_msg(d, t->final);
    say(&d->headline, "%u Contacts are registered for %s%s", (unsigned)found.n,
        e->call->to.uri ? e->call->to.uri : "one user",
        found.twice ? ", two of one phone" : "");
    say(&d->detail,
        "Calls fork to all of them; old ones that no phone answers any more "
        "cost 32 s each where they are tried in turn.");
}

static const struct rule RULES[] = {
    {"B01", "REG_FAIL", SEVERITY_CRIT, RULE_REGISTER, 0, "RFC 3261 10.3, 21.4",
     "A phone cannot register.",
     "The last REGISTER is refused: 403, 404, 423 not followed, 5xx ...",
     "It is accepted in a later attempt; challenges (A06, A07).",
     "403: password and allowed addresses. 404: user name and domain. 423: a longer "
     "expiry. 5xx: the registrar's log.",
     reg_fail, 0},
    {"B02", "REG_EXPIRED_GAP", SEVERITY_CRIT, RULE_REGISTER, NEED_WHOLE,
     "RFC 3261 10.2.4", "A registration ran out before it was refreshed.",
     "The next REGISTER comes over 2 s after the expiry that the registrar granted.",
     "Refreshed in time, unregistered (expires 0), or no REGISTER comes later.",
     "Let the phone refresh at half of the expiry granted; look for REGISTERs that got "
     "lost before.",
     reg_gap, 0},
    {"B03", "NAT_REBIND", SEVERITY_WARN, RULE_REGISTER, 0, "RFC 5626, RFC 6263",
     "A NAT dropped the port of a phone between two registrations.",
     "REGISTERs of one dialog come from one IP and different UDP ports.",
     "The port stays, or the transport is TCP.",
     "Send keepalives every 20-30 s (CRLF, OPTIONS or STUN), or register more often.",
     nat_rebind, 0},
    {"B04", "CONTACT_PRIVATE", SEVERITY_CRIT, RULE_REGISTER, 0, "RFC 3581, RFC 5626",
     "A phone registers an address that nobody outside can reach.",
     "Private IP in Contact, REGISTER from a public IP, and a 200 without received; "
     "critical where a later INVITE goes to that address and is never answered.",
     "The packet's source is private too, or the registrar noted received.",
     "Let the registrar keep the source of the packet (received, rport), or give the "
     "phone its public address (STUN).",
     contact_private, 0},
    {"B06", "MULTI_CONTACT", SEVERITY_INFO, RULE_REGISTER, 0, "RFC 3261 10.3, RFC 5626",
     "Several addresses are registered for one user, some perhaps dead.",
     "More than five live Contacts, or two of one instance.",
     "Contacts with expires=0 do not count, nor flows told by reg-id.",
     "Limit the Contacts of a user at the registrar; shorten the expiry.",
     multi_contact, 0},
};

const struct rule_family FAMILY_REGISTRATION = {"Registration", RULES,
                                                sizeof RULES / sizeof *RULES};
