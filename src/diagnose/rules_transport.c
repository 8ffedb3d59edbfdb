/* Rules A26, C08, E04: connections that do not come about or break, and DNS. */
#include "diagnose/diagnose.h"
#include "diagnose/exam.h"
#include "diagnose/say.h"
#include "dissect/dns.h"

#include <string.h>

enum { GROUPS = 24, LOOKS = 4096 };

/* ---- A26 ---- */

enum fault { NONE, NO_ANSWER, REFUSED, ALERT, NO_HELLO, MUTE };

/* What is wrong with how a connection began. */
static enum fault fault_of(const struct exam *e, const struct conn *c)
{
    int64_t now = e->scope->last;
    int64_t until = c->closed.time ? c->closed.time : now;
    if (c->midway || !c->syns)
        return NONE;
    if (c->refused)
        return REFUSED;
    if (!c->accepted.time && !c->data.time)
        return c->syns > 1 && c->last_syn.time - c->syn.time >= SECOND &&
                       now - c->syn.time >= 3 * SECOND && !e->scope->one_sided &&
                       !e->scope->drops
                   ? NO_ANSWER
                   : NONE;
    if (c->alert.time && (c->alert_level == 2 || c->alert_code >= 40))
        return ALERT;
    if (c->hello.time && !c->app &&
        until - c->hello.time >= (c->closed.time ? 0 : 5) * SECOND)
        return NO_HELLO;
    if (!c->data.time && until - c->syn.time >= 5 * SECOND && !e->scope->drops)
        return MUTE;
    return NONE;
}

/* RFC 8446 6.2, RFC 5246 7.2. */
static const char *alert_text(unsigned code)
{
    switch (code) {
    case 40: return "handshake failure: no common cipher or version";
    case 42: return "bad certificate";
    case 43: return "unsupported certificate";
    case 44: return "certificate revoked";
    case 45: return "certificate expired";
    case 46: return "certificate not accepted";
    case 47: return "illegal parameter";
    case 48: return "unknown certificate authority";
    case 49: return "access denied";
    case 70: return "protocol version";
    case 71: return "insufficient security";
    case 80: return "internal error";
    case 112: return "unknown server name";
    case 116: return "certificate required";
    default: return "alert";
    }
}

struct group {
    const struct conn *first, *last;
    enum fault fault;
    unsigned n;
    bool works; /* another connection to the same server carries something */
    bool other; /* the same two speak over another transport */
};

static void add_conn(struct group *g, size_t *n, const struct conn *c, enum fault fault)
{
    for (size_t i = 0; i < *n; i++)
        if (g[i].fault == fault && addr_eq(&g[i].first->server, &c->server)) {
            g[i].n++;
            g[i].last = c->id > g[i].last->id ? c : g[i].last;
            g[i].first = c->id < g[i].first->id ? c : g[i].first;
            return;
        }
    if (*n < GROUPS)
        g[(*n)++] = (struct group){c, c, fault, 1, false, false};
}

static size_t group_conns(const struct exam *e, struct group *g)
{
    const struct conns *all = &e->calls->conns;
    size_t n = 0;
    for (size_t i = 0; i < all->list.n; i++) {
        enum fault fault = fault_of(e, all->list.at[i]);
        if (fault)
            add_conn(g, &n, all->list.at[i], fault);
    }
    for (size_t i = 0; n && i < all->list.n; i++) {
        const struct conn *c = all->list.at[i];
        for (size_t k = 0; k < n; k++)
            g[k].works |= c->data.time && !fault_of(e, c) && c->id > g[k].last->id &&
                          addr_eq(&c->server, &g[k].first->server);
    }
    return n;
}

/* Calls over UDP between the same two: a client that tries TCP first. */
static bool speaks_otherwise(const struct exam *e, const struct conn *c)
{
    for (size_t i = 0; i < e->calls->list.n; i++) {
        const struct call *call = e->calls->list.at[i];
        if (call && call->hop && call->hop->transport == TRANSPORT_UDP &&
            (call->status || call->interim) &&
            call->start >= c->syn.time - 60 * SECOND &&
            addr_same_ip(&call->hop->src, &c->client) &&
            addr_same_ip(&call->hop->dst, &c->server))
            return true;
    }
    return false;
}

static void say_fault(struct draft *d, const struct group *g)
{
    const struct conn *c = g->last;
    switch (g->fault) {
    case NO_ANSWER:
        say(&d->headline, "%a does not answer TCP: no connection", &c->server);
        say(&d->detail,
            "%u SYN in %t and nothing back: a firewall drops them, or the "
            "host is down.",
            (unsigned)c->syns, c->last_syn.time - c->syn.time);
        break;
    case REFUSED:
        say(&d->headline, "%a refuses the connection (RST)", &c->server);
        say(&d->detail, "Nothing listens on that port, or a firewall rejects it.");
        break;
    case ALERT:
        say(&d->headline, "TLS with %a fails: %s (alert %u)", &c->server,
            alert_text(c->alert_code), (unsigned)c->alert_code);
        say(&d->detail, "The %s sent the alert, %t after the connection began.",
            c->alert_from ? "server" : "client", c->alert.time - c->syn.time);
        break;
    case NO_HELLO:
        say(&d->headline, "TLS with %a is never finished", &c->server);
        say(&d->detail, "ClientHello%s, and no application data.",
            c->server_hello.time ? " and ServerHello" : ", no ServerHello");
        break;
    default:
        say(&d->headline, "%a is connected to, and nobody says anything", &c->server);
        say(&d->detail, "The connection is there and carries not one byte.");
        break;
    }
    if (g->n > 1)
        say(&d->detail, " %u connections ended so.", g->n);
    if (g->works)
        say(&d->detail, " A later connection to it works.");
    if (g->other)
        say(&d->detail, " The two speak over UDP all the same.");
}

static void show_conn(struct draft *d, const struct conn *c)
{
    const struct conn_mark *at[] = {&c->syn, &c->last_syn, &c->hello, &c->alert,
                                    &c->closed};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        draft_frame(d, at[i]->file, at[i]->frame, at[i]->time);
}

static void no_connection(struct exam *e, const struct rule *r)
{
    struct group g[GROUPS];
    size_t n = group_conns(e, g);
    for (size_t i = 0; i < n; i++) {
        g[i].other = speaks_otherwise(e, g[i].first);
        bool mild = g[i].works || g[i].fault == MUTE;
        struct draft *d = exam_find(e, r,
                                    g[i].other ? SEVERITY_INFO
                                    : mild     ? SEVERITY_WARN
                                               : SEVERITY_CRIT,
                                    g[i].fault == MUTE ? 60 : 90);
        if (!d)
            return;
        draft_peer(d, &g[i].first->server);
        d->group = g[i].fault;
        show_conn(d, g[i].first);
        if (g[i].last != g[i].first)
            show_conn(d, g[i].last);
        say_fault(d, &g[i]);
    }
}

/* ---- C08 ---- */

/* The connection that carried the call, where it was closed before the call ended. */
static const struct conn *lost_conn(const struct exam *e)
{
    const struct call *c = e->call;
    if (!c->hop || c->hop->transport == TRANSPORT_UDP ||
        c->hop->transport == TRANSPORT_SCTP)
        return NULL;
    const struct conn *conn = conns_find(&e->calls->conns, &c->hop->src, &c->hop->dst);
    int64_t at = conn ? conn->closed.time : 0;
    if (!at || at <= c->start || (c->end && at >= c->end) || conn->refused)
        return NULL;
    return conn;
}

/* A request of the call after the connection went: *worked where one was answered well.
 */
static const struct txn *failed_after(const struct exam *e, int64_t at, bool *worked)
{
    const struct txn *failed = NULL;
    *worked = false;
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (!t->request || t->request->time <= at || t->method == SIP_ACK)
            continue;
        unsigned status = t->final ? t->final->status : 0;
        *worked |= status / 100 == 2;
        if (!status || status == 408 || status == 430 || status == 481 || status == 503)
            failed = failed ? failed : t;
    }
    return failed;
}

/* A connection to where the client was, which nobody takes there: its NAT is shut. */
static const struct conn *reverse_try(const struct exam *e, const struct conn *lost)
{
    const struct conns *all = &e->calls->conns;
    size_t n = all->list.n, looks = n < LOOKS ? n : LOOKS;
    for (size_t i = 0; i < looks; i++) {
        const struct conn *c = all->list.at[(all->next - 1 - i) % n];
        if (addr_eq(&c->server, &lost->client) && c->syn.time > lost->closed.time &&
            !c->accepted.time)
            return c;
    }
    return NULL;
}

static int64_t idle_of(const struct exam *e, const struct conn *conn)
{
    int64_t last = conn->data.time && conn->data.time <= conn->closed.time
                       ? conn->closed.time - conn->idle
                       : 0;
    for (const struct msg *m = e->call->first; m && m->time < conn->closed.time;
         m = m->next)
        last = m->time > last ? m->time : last;
    return conn->closed.time - last;
}

static void tcp_closed(struct exam *e, const struct rule *r)
{
    const struct conn *conn = lost_conn(e), *tried;
    bool worked;
    if (!conn)
        return;
    const struct txn *failed = failed_after(e, conn->closed.time, &worked);
    tried = reverse_try(e, conn);
    bool stays = !worked && !failed && !tried && !e->call->end &&
                 exam_passed(e, conn->closed.time, 32 * SECOND);
    if ((worked && !failed) || (!failed && !tried && !stays) || !exam_allows(e, r))
        return;
    struct draft *d =
        exam_find(e, r, stays ? SEVERITY_WARN : SEVERITY_CRIT, stays ? 70 : 90);
    if (!d)
        return;
    const struct addr *who = conn->closer ? &conn->server : &conn->client;
    draft_peer(d, who);
    draft_frame(d, conn->closed.file, conn->closed.frame, conn->closed.time);
    draft_msg(d, failed ? failed->request : NULL);
    draft_msg(d, failed ? failed->final : NULL);
    if (tried)
        show_conn(d, tried);
    say(&d->headline, "%i closed the TCP connection of the call (%s) after %t idle",
        who, conn->reset ? "RST" : "FIN", idle_of(e, conn));
    if (failed)
        say(&d->headline, "; %s failed", msg_method_name(failed->request));
    else
        say(&d->headline,
            tried ? "; it cannot be opened again" : "; the call has no way to end");
    if (tried)
        say(&d->detail,
            "A new connection to %a is not taken: an ephemeral port behind "
            "a NAT or firewall is closed with its connection. ",
            &tried->server);
    say(&d->detail,
        "The call was %s then. Middleboxes drop quiet connections after "
        "minutes; without keepalives no side notices.",
        e->call->answer ? "up" : "not answered yet");
}

/* ---- E04 ---- */

static bool begins(const char *name, const char *with)
{
    return !strncmp(name, with, strlen(with));
}

/* The domain of a name as of _sip._udp.example.com. */
static const char *domain_of(const char *name)
{
    while (*name == '_') {
        const char *dot = strchr(name, '.');
        if (!dot)
            break;
        name = dot + 1;
    }
    return name;
}

static bool about_sip(const struct question *q)
{
    return q->type == DNS_NAPTR || begins(q->name, "_sip.") ||
           begins(q->name, "_sips.");
}

static bool answered_well(const struct question *q)
{
    return q->answered && !q->code && q->records;
}

/* Is the name one that a question for SIP led to, or its domain? */
static bool follows_sip(const struct questions *all, const struct question *q)
{
    for (size_t i = 0; i < all->list.n; i++) {
        const struct question *o = all->list.at[i];
        if (!about_sip(o))
            continue;
        if (!strcmp(domain_of(o->name), q->name))
            return true;
        for (unsigned k = 0; k < o->targets; k++)
            if (!strcmp(o->target[k].name, q->name))
                return true;
    }
    return false;
}

/* The domain was found all the same, by another question. */
static bool found_otherwise(const struct questions *all, const struct question *q)
{
    for (size_t i = 0; i < all->list.n; i++) {
        const struct question *o = all->list.at[i];
        if (o != q && answered_well(o) && o->time >= q->time - 30 * SECOND &&
            !strcmp(domain_of(o->name), domain_of(q->name)))
            return true;
    }
    return false;
}

/* "no answer", ...; NULL: nothing is wrong. */
static const char *dns_fault(const struct exam *e, const struct question *q)
{
    bool late = e->scope->last - q->time >= 5 * SECOND;
    if (!q->answered)
        return late && !e->scope->drops ? "is not answered" : NULL;
    switch (q->code) {
    case DNS_OK: return q->records ? NULL : "has no records";
    case DNS_SERVFAIL: return "fails at the server (SERVFAIL)";
    case DNS_NXDOMAIN: return "says that there is no such name";
    case 5: return "is refused by the server";
    default: return "is answered with an error";
    }
}

static bool same_fault(const struct draft *d, const struct question *q, uint64_t group)
{
    return d->group == group && addr_same_ip(&d->peer, &q->server);
}

static void one_question(struct exam *e, const struct rule *r, const struct question *q)
{
    const struct questions *all = &e->calls->questions;
    const char *fault = dns_fault(e, q);
    if (!fault || (!about_sip(q) && !follows_sip(all, q)) || found_otherwise(all, q))
        return;
    uint64_t group = hash_bytes(domain_of(q->name), strlen(domain_of(q->name)));
    for (size_t i = 0; i < e->drafts; i++)
        if (e->draft[i].rule == r && same_fault(&e->draft[i], q, group)) {
            draft_frame(&e->draft[i], q->file, q->frame, q->time);
            return;
        }
    struct draft *d = exam_find(e, r, SEVERITY_WARN, q->answered ? 85 : 70);
    if (!d)
        return;
    draft_peer(d, &q->server);
    d->group = group;
    draft_frame(d, q->file, q->frame, q->time);
    draft_frame(d, q->file, q->answer_frame, q->answered);
    say(&d->headline, "DNS: %s %s %s", dns_type_name(q->type), q->name, fault);
    say(&d->detail,
        "%i asked %i%s. Nothing else that was asked for the domain was found "
        "within 30 s: calls to it cannot be routed, or wait.",
        &q->client, &q->server, q->asked > 1 ? " several times" : "");
}

/* The address that never answered stands in DNS beside others: the next one was tried.
 */
static void fail_over(struct exam *e, const struct rule *r)
{
    const struct questions *all = &e->calls->questions;
    const struct txn *dead = NULL;
    if (!all->list.n || !exam_found(e, "A01") || !e->first || !e->first->final)
        return;
    for (size_t i = 0; i < e->txns && !dead; i++)
        if (e->txn[i]->initial && e->txn[i]->request && !e->txn[i]->responses)
            dead = e->txn[i];
    for (size_t i = 0; dead && i < all->list.n; i++) {
        const struct question *q = all->list.at[i];
        for (unsigned k = 0; k < q->targets; k++) {
            if (!addr_same_ip(&q->target[k].addr, &dead->hop->dst))
                continue;
            struct draft *d = exam_find(e, r, SEVERITY_WARN, 80);
            if (!d)
                return;
            draft_peer(d, &dead->hop->dst);
            draft_frame(d, q->file, q->answer_frame, q->answered);
            draft_msg(d, dead->request);
            draft_msg(d, e->first->request);
            say(&d->headline, "%s of DNS is dead; the next target was tried %t later",
                q->name, e->first->request->time - dead->request->time);
            say(&d->detail,
                "DNS names %a, which does not answer; every call that goes "
                "there first waits that long.",
                &dead->hop->dst);
            return;
        }
    }
}

/* Questions for one name that are repeated since the answer is not to be kept. */
static void short_lived(struct exam *e, const struct rule *r)
{
    enum { TTL = 30, TIMES = 3 };
    const struct questions *all = &e->calls->questions;
    unsigned looks = 64;
    for (size_t i = 0; i < all->list.n && looks; i++) {
        const struct question *q = all->list.at[i], *last = q;
        unsigned n = 1;
        if (!about_sip(q) || !answered_well(q) || q->ttl >= TTL)
            continue;
        looks--;
        for (size_t k = i + 1; k < all->list.n; k++)
            if (all->list.at[k]->type == q->type && answered_well(all->list.at[k]) &&
                !strcmp(all->list.at[k]->name, q->name)) {
                last = all->list.at[k];
                n++;
            }
        struct draft *d = n >= TIMES ? exam_find(e, r, SEVERITY_INFO, 70) : NULL;
        if (!d)
            continue;
        draft_peer(d, &q->server);
        draft_frame(d, q->file, q->answer_frame, q->answered);
        draft_frame(d, last->file, last->answer_frame, last->answered);
        say(&d->headline, "DNS: %s may be kept for %u s only, and was asked %u times",
            q->name, (unsigned)q->ttl, n);
        say(&d->detail, "Each call waits for DNS; an outage of it is felt at once.");
        return;
    }
}

static void dns(struct exam *e, const struct rule *r)
{
    const struct questions *all = &e->calls->questions;
    if (e->call) {
        fail_over(e, r);
        return;
    }
    for (size_t i = 0, looks = 256; i < all->list.n && looks; i++)
        if (dns_fault(e, all->list.at[i])) {
            one_question(e, r, all->list.at[i]);
            looks--;
        }
    short_lived(e, r);
}

static const struct rule RULES[] = {
    {"A26", "TCP_TLS_CONNECT", SEVERITY_CRIT, RULE_CAPTURE, 0,
     "RFC 3261 18, RFC 5922, RFC 8446 6",
     "A TCP or TLS connection for SIP does not come about.",
     "On the ports 5060 and 5061: SYN without answer for 3 s, RST as the answer, a "
     "fatal "
     "TLS alert, a TLS handshake that stops; a warning where a connection carries "
     "nothing at all, or a later one works; information where the two speak over UDP.",
     "One SYN that is answered when it is repeated; the begin of the connection is not "
     "in the capture; one direction alone was captured.",
     "No answer: firewall and address. RST: is the server listening there? Alert "
     "42-48, "
     "112: certificate, its authority, its name. 40, 70: versions and ciphers of both.",
     no_connection, 0},
    {"C08", "TCP_CLOSED", SEVERITY_CRIT, RULE_INVITE, NEED_WHOLE, "RFC 5626, RFC 5923",
     "The connection of a call went away before the call ended.",
     "FIN or RST during the call, and then a request of the call fails, or a "
     "connection "
     "back to the client's port is not taken; a warning where nothing more is sent for "
     "32 s.",
     "A later request of the call is answered; the call had ended.",
     "Send keepalives (CRLF every 30-120 s, RFC 5626), let the server use the client's "
     "connection again (alias), raise the idle time of firewalls.",
     tcp_closed, 0},
    {"E04", "DNS", SEVERITY_WARN, RULE_CAPTURE | RULE_INVITE, 0, "RFC 3263, RFC 2782",
     "The name of a SIP server is not found, or leads to a dead one.",
     "SRV or NAPTR of SIP, or the addresses behind them: no answer in 5 s, an error, "
     "or "
     "no record; a target of DNS that never answers, before the next one is tried; "
     "information where an answer may be kept under 30 s and is asked for again and "
     "again.",
     "Another question for the same domain finds it; DNS is not in the capture.",
     "Correct the SRV and address records, take dead targets out, look at the resolver "
     "of the proxy; lower its time-outs (Timer B) for a quick change of target.",
     dns, 0},
};

const struct rule_family FAMILY_TRANSPORT = {"Connections and names", RULES,
                                             sizeof RULES / sizeof *RULES};
