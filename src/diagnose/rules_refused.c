/* Rules A06-A12, A15-A18, A21: calls that are refused, and by whom. */
#include "diagnose/exam.h"
#include "diagnose/peer.h"
#include "diagnose/say.h"
#include "diagnose/trunk.h"

/* ---- what refusals share ---- */

/* The refusal nearest to where it was made: of all hops the first with that status. */
static const struct msg *refusal_of(const struct exam *e)
{
    const struct txn *t = e->first;
    const struct msg *found = t ? t->final : NULL;
    if (!found)
        return NULL;
    for (size_t i = 0; i < e->txns; i++) {
        const struct msg *m = e->txn[i]->final;
        if (m && m->status == found->status && m->method == found->method &&
            e->txn[i]->initial && e->txn[i]->cseq == t->cseq && m->time < found->time)
            found = m;
    }
    return found;
}

static unsigned status_of(const struct exam *e)
{
    const struct txn *t = e->first;
    return t && t->final && !e->call->answer ? t->final->status : 0;
}

static struct draft *refused(struct exam *e, const struct rule *r, unsigned severity,
                             unsigned confidence)
{
    const struct msg *m = refusal_of(e);
    struct draft *d = exam_find(e, r, severity, confidence);
    if (!d)
        return NULL;
    draft_peer(d, &m->hop->src);
    draft_msg(d, e->first->request);
    draft_msg(d, m);
    return d;
}

/* What the refusal itself says: Warning, Reason, Server. */
static void say_why(struct exam *e, struct draft *d)
{
    const struct msg *m = refusal_of(e);
    const struct sip *sip = exam_sip(e, m);
    if (!sip)
        return;
    if (sip->phrase.n &&
        !slice_ieq(sip->phrase, slice_str(sip_status_phrase(m->status))))
        say(&d->detail, " It says \"%S\".", &sip->phrase);
    if (sip->header[SIP_H_WARNING].n)
        say(&d->detail, " Warning: %S.", &sip->header[SIP_H_WARNING]);
    if (sip->header[SIP_H_REASON].n)
        say(&d->detail, " Reason: %S.", &sip->header[SIP_H_REASON]);
    if (sip->header[SIP_H_SERVER].n)
        say(&d->detail, " Server: %S.", &sip->header[SIP_H_SERVER]);
}

/* ---- A06, A07: challenges ---- */

/* Parameter of a challenge or of credentials: Digest realm="x", nonce="y". */
static struct slice auth_param(struct slice value, const char *name)
{
    struct slice piece, rest = slice_skip(value, slice_find(value, ' '));
    while (sip_value_next(&rest, &piece)) {
        size_t at = slice_find(piece, '=');
        if (!slice_ieq(slice_trim(slice_sub(piece, 0, at)), slice_str(name)))
            continue;
        struct slice v = slice_trim(slice_skip(piece, at + 1));
        if (v.n > 1 && v.p[0] == '"')
            v = slice_sub(v, 1, v.n - 2);
        return v;
    }
    return (struct slice){0};
}

static struct slice challenge_of(struct exam *e, const struct msg *m)
{
    struct slice v = exam_header(e, m, SIP_H_WWW_AUTHENTICATE);
    return v.n ? v : exam_header(e, m, SIP_H_PROXY_AUTHENTICATE);
}

static struct slice credentials_of(struct exam *e, const struct msg *m)
{
    struct slice v = exam_header(e, m, SIP_H_AUTHORIZATION);
    return v.n ? v : exam_header(e, m, SIP_H_PROXY_AUTHORIZATION);
}

static bool is_challenge(const struct exam *e, const struct txn *t)
{
    return t->initial && (t->near || t->method != SIP_INVITE) && t->final &&
           (t->final->status == 401 || t->final->status == 407) &&
           (t->method == e->call->method || e->call->invite);
}

struct auth {
    unsigned asked, tried,
        stale; /* challenges, requests with credentials, stale=true */
    const struct msg *request, *challenge; /* last refused ones */
};

static struct auth auth_of(struct exam *e, struct draft *d)
{
    struct auth a = {0};
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (t->final && t->final->status < 300 && t->initial) {
            a = (struct auth){0};
            if (d)
                d->nevidence = 0;
        }
        if (!is_challenge(e, t) || !t->request)
            continue;
        a.asked++;
        a.tried += credentials_of(e, t->request).n > 0;
        a.stale +=
            slice_ieq(auth_param(challenge_of(e, t->final), "stale"), SLICE("true"));
        a.request = t->request;
        a.challenge = t->final;
        if (d) {
            draft_msg(d, t->request);
            draft_msg(d, t->final);
        }
    }
    return a;
}

static bool challenged_last(const struct exam *e)
{
    unsigned status = e->first && e->first->final ? e->first->final->status : 0;
    return status == 401 || status == 407;
}

static void say_auth_cause(struct exam *e, struct draft *d, const struct auth *a)
{
    struct slice sent = credentials_of(e, a->request);
    struct slice asked = challenge_of(e, a->challenge);
    struct slice user = auth_param(sent, "username"),
                 realm = auth_param(asked, "realm");
    struct slice mine = auth_param(sent, "realm"), uri = auth_param(sent, "uri");
    const struct sip *sip = exam_sip(e, a->request);
    say(&d->detail,
        "%u challenges, %u answers with credentials (user %S, realm %S), all "
        "refused. ",
        a->asked, a->tried, &user, &realm);
    if (mine.n && realm.n && !slice_eq(mine, realm))
        say(&d->detail, "The credentials are for realm %S, not the one asked for.",
            &mine);
    else if (a->stale + 1 >= a->asked && a->stale > 1)
        say(&d->detail,
            "Each nonce is called stale at once: proxies that share no nonces, "
            "a very short lifetime, or a clock.");
    else if (uri.n && sip && !slice_eq(uri, sip->uri) && !slice_has(sip->uri, "@"))
        say(&d->detail, "uri= is %S, the request goes to %S.", &uri, &sip->uri);
    else if (slice_istarts(auth_param(asked, "algorithm"), SLICE("SHA")))
        say(&d->detail,
            "Only SHA-2 digests are offered: the client may lack RFC 8760.");
    else
        say(&d->detail, "Wrong password, user name or realm.");
}

static void auth_loop(struct exam *e, const struct rule *r)
{
    if (e->challenges < 2 || !challenged_last(e))
        return;
    struct auth a = auth_of(e, NULL);
    bool many = a.asked >= e->limit->auth_loop;
    if (!a.tried ||
        (!many && (a.stale || !exam_passed(e, a.challenge->time, 5 * SECOND))))
        return;
    struct draft *d = exam_find(e, r, SEVERITY_CRIT, many ? 95 : 85);
    if (!d)
        return;
    auth_of(e, d);
    draft_peer(d, &a.challenge->hop->src);
    say(&d->headline, "%i refused the credentials %u times: ", &a.challenge->hop->src,
        a.tried);
    say(&d->headline,
        a.stale > 1 ? "every nonce is stale" : "wrong password, user or realm");
    say_auth_cause(e, d, &a);
}

static void auth_not_answered(struct exam *e, const struct rule *r)
{
    const struct txn *t = e->first;
    if (!challenged_last(e) || exam_found(e, "A06") || !t->request ||
        credentials_of(e, t->request).n || !exam_allows(e, r) ||
        !exam_passed(e, t->final->time, threshold_ns(e->limit->auth_wait)))
        return;
    struct draft *d = exam_find(e, r, SEVERITY_CRIT, 90);
    if (!d)
        return;
    struct slice realm = auth_param(challenge_of(e, t->final), "realm");
    draft_peer(d, &t->hop->src);
    draft_msg(d, t->request);
    draft_msg(d, t->final);
    draft_msg(d, t->ack);
    say(&d->headline, "%i asked for credentials (%u), %i sent none",
        &t->final->hop->src, (unsigned)t->final->status, &t->hop->src);
    say(&d->detail,
        "After the challenge (realm %S) no request with credentials came "
        "within %t.",
        &realm, threshold_ns(e->limit->auth_wait));
}

/* ---- A08 ---- */

static void forbidden(struct exam *e, const struct rule *r)
{
    unsigned status = status_of(e);
    switch (status) {
    case 403:
    case 428:
    case 429:
    case 430:
    case 433:
    case 436:
    case 437:
    case 438:
    case 493:
    case 494:
    case 607:
    case 608: break;
    default: return;
    }
    struct draft *d = refused(e, r, SEVERITY_CRIT, 90);
    if (!d)
        return;
    bool tried = credentials_of(e, e->first->request).n > 0;
    const struct msg *m = refusal_of(e);
    say(&d->headline, "%i refuses by policy: %m", &m->hop->src, m);
    if (status != 403)
        say(&d->detail, "%m concerns the caller's identity or the recipient's policy.",
            m);
    else if (tried)
        say(&d->detail, "Credentials were sent: the password, the caller's number, or "
                        "the destination is not allowed for this user.");
    else
        say(&d->detail,
            "No challenge was made: the address %i is not on the list, not "
            "registered, or the destination is barred.",
            &e->first->hop->src);
    say_why(e, d);
}

/* ---- A09 ---- */

static void codec_mismatch(struct exam *e, const struct rule *r)
{
    unsigned status = status_of(e);
    const struct txn *t = e->first;
    if (status != 488 && status != 606 && status != 415)
        return;
    struct draft *d = refused(e, r, SEVERITY_CRIT, 90);
    if (!d)
        return;
    const struct msg *m = refusal_of(e);
    struct strbuf offered = {0}, accepted = {0};
    struct sdp_kind kind = peer_codecs(e, t->request, &offered);
    bool known = peer_accepts(e, &t->hop->dst, &accepted);
    say(&d->headline, "no media in common: %i offers ", &t->hop->src);
    strbuf_add(&d->headline, offered.p, offered.n);
    if (!offered.n)
        strbuf_str(&d->headline, "nothing that is known");
    say(&d->headline, ", %i refuses with %u", &m->hop->src, status);
    if (known) {
        say(&d->detail, "In another call %i accepted ", &t->hop->dst);
        strbuf_add(&d->detail, accepted.p, accepted.n);
        strbuf_str(&d->detail, ". ");
    }
    if (kind.secure)
        say(&d->detail, "The offer asks for SRTP (SAVP): the other side may know plain "
                        "RTP only. ");
    if (kind.any && !kind.audio)
        say(&d->detail, "The offer has no audio. ");
    say_why(e, d);
    strbuf_done(&offered);
    strbuf_done(&accepted);
}

/* ---- A11 ---- */

static void not_found(struct exam *e, const struct rule *r)
{
    unsigned status = status_of(e);
    if (status != 404 && status != 410 && status != 604 && status != 484 &&
        status != 416 && status != 485)
        return;
    if (!e->call->invite && e->call->method == SIP_REGISTER)
        return;
    /* A subscription or a keepalive that finds nobody costs no call. */
    bool heavy = e->call->invite, text = e->call->method == SIP_MESSAGE;
    struct draft *d = refused(e, r,
                              heavy  ? SEVERITY_CRIT
                              : text ? SEVERITY_WARN
                                     : SEVERITY_INFO,
                              90);
    if (!d)
        return;
    const struct msg *m = refusal_of(e);
    const struct call *c = e->call, *good = peer_good_call(e);
    say(&d->headline, "%s is unknown at %i (%m)", c->ruri ? c->ruri : c->to.uri,
        &m->hop->src, m);
    if (good && good->ruri)
        say(&d->detail, "A call to the same next hop that was answered asked for %s. ",
            good->ruri);
    if (status == 484)
        say(&d->detail, "The number is too short, or more digits were to follow.");
    else if (status == 416)
        say(&d->detail, "The scheme (sip, sips, tel) is not taken there.");
    say_why(e, d);
}

/* ---- A12 ---- */

static void busy(struct exam *e, const struct rule *r)
{
    unsigned status = status_of(e);
    bool away = status == 480 && !e->call->ring;
    if (!e->call->invite || (status != 486 && status != 600 && status != 603 && !away))
        return;
    struct draft *d = refused(e, r, SEVERITY_INFO, 95);
    if (!d)
        return;
    const char *who = e->call->to.user ? e->call->to.user : "the called side";
    say(&d->headline, "%s %s", who,
        away            ? "is not reachable (480): not registered, or do-not-disturb"
        : status == 603 ? "declined"
                        : "is busy");
    say(&d->detail, "The called side refused; no fault of the network.");
    say_why(e, d);
}

/* ---- A15, A16 ---- */

static bool overloaded(struct exam *e, unsigned status)
{
    if (status == 503)
        return true;
    if (status != 500 && status != 480)
        return false;
    struct slice reason = exam_header(e, e->first->final, SIP_H_REASON);
    return exam_header(e, e->first->final, SIP_H_RETRY_AFTER).n ||
           (slice_has(reason, "Q.850") &&
            (slice_has(reason, "cause=34") || slice_has(reason, "cause=42")));
}

static void overload(struct exam *e, const struct rule *r)
{
    unsigned status = e->call ? status_of(e) : 0;
    if (!e->call)
        trunk_limit(e, r);
    if ((status != 503 && status != 500 && status != 480) || !overloaded(e, status))
        return;
    struct draft *d = refused(e, r, SEVERITY_CRIT, status == 503 ? 90 : 80);
    if (!d)
        return;
    const struct msg *m = refusal_of(e);
    struct slice after = exam_header(e, m, SIP_H_RETRY_AFTER);
    say(&d->headline, "%i takes no more calls now (%m)", &m->hop->src, m);
    uint64_t wait = 0;
    const struct call *again;
    if (after.n)
        say(&d->detail, "It asks to wait %S s. ", &after);
    if (after.n && slice_u64(after, &wait) && wait < 86400 && e->call->hop &&
        trunk_asked_again(e, m->time + (int64_t)wait * SECOND, &again)) {
        draft_msg(d, again->first);
        say(&d->headline, "; asked again after %t, before %u s were over",
            again->start - m->time, (unsigned)wait);
    }
    say(&d->detail,
        "Overload, maintenance, no free channel, or everything behind it is "
        "down.");
    say_why(e, d);
}

static void server_error(struct exam *e, const struct rule *r)
{
    unsigned status = status_of(e);
    if (status < 500 || status == 501 || status == 513 ||
        (status >= 600 && status != 699) || exam_found(e, "A15"))
        return;
    struct draft *d = refused(e, r, SEVERITY_CRIT, 90);
    if (!d)
        return;
    const struct msg *m = refusal_of(e);
    say(&d->headline, "%i failed: %m", &m->hop->src, m);
    switch (status) {
    case 502:
        say(&d->detail, "What came back from behind it could not be used.");
        break;
    case 504:
        say(&d->detail, "A server or DNS behind it did not answer in time.");
        break;
    case 505: say(&d->detail, "It does not speak this version of SIP."); break;
    case 580: say(&d->detail, "Resources for the call could not be reserved."); break;
    default: say(&d->detail, "An error inside that server."); break;
    }
    say_why(e, d);
}

/* ---- A17 ---- */

static void extension(struct exam *e, const struct rule *r)
{
    unsigned status = status_of(e);
    enum sip_header asked = SIP_H_COUNT;
    switch (status) {
    case 420:
    case 421: asked = SIP_H_REQUIRE; break;
    case 405: asked = SIP_H_ALLOW; break;
    case 489: asked = SIP_H_EVENT; break;
    case 406:
    case 412:
    case 413:
    case 414:
    case 440:
    case 469:
    case 470:
    case 501:
    case 513: break;
    default: return;
    }
    bool heavy = e->call->invite || e->call->method == SIP_REGISTER;
    struct draft *d = refused(e, r, heavy ? SEVERITY_CRIT : SEVERITY_INFO, 90);
    if (!d)
        return;
    const struct msg *m = refusal_of(e);
    struct slice v = asked < SIP_H_COUNT
                         ? exam_header(e, status == 405 ? m : e->first->request, asked)
                         : (struct slice){0};
    say(&d->headline, "%i cannot do what %s asks: %m", &m->hop->src,
        msg_method_name(e->first->request), m);
    if (v.n)
        say(&d->detail, "%s: %S.", sip_header_name(asked), &v);
    say_why(e, d);
}

/* ---- A18 ---- */

static uint64_t seconds(struct exam *e, const struct msg *m, const char *name)
{
    const struct sip *sip = exam_sip(e, m);
    struct sip_line line;
    struct slice rest = sip ? sip->head : (struct slice){0};
    uint64_t v = 0;
    while (sip && sip_line_next(&rest, &line))
        if (slice_ieq(line.name, slice_str(name)) && slice_u64(line.value, &v))
            break;
    return v;
}

static void session_interval(struct exam *e, const struct rule *r)
{
    const struct txn *last = NULL;
    unsigned n = 0;
    for (size_t i = 0; i < e->txns; i++)
        if (e->txn[i]->final && e->txn[i]->final->status == 422 && e->txn[i]->request) {
            last = e->txn[i];
            n++;
        }
    if (!last)
        return;
    uint64_t least = seconds(e, last->final, "Min-SE");
    bool again = false, enough = false;
    for (size_t i = 0; i < e->txns; i++) {
        const struct txn *t = e->txn[i];
        if (t->request && t->method == last->method && t->cseq > last->cseq) {
            uint64_t se = 0;
            slice_u64(exam_header(e, t->request, SIP_H_SESSION_EXPIRES), &se);
            again = true;
            enough |= se >= least;
        }
    }
    if (again && enough && n < 2)
        return;
    if (!again && !exam_passed(e, last->final->time, 5 * SECOND))
        return;
    bool failed = e->call->status == 422;
    struct draft *d = exam_find(e, r, failed ? SEVERITY_CRIT : SEVERITY_WARN, 90);
    if (!d)
        return;
    draft_peer(d, &last->hop->src);
    draft_msg(d, last->request);
    draft_msg(d, last->final);
    say(&d->headline, "session interval too small (422, Min-SE %u)", (unsigned)least);
    say(&d->headline, again ? ", asked for %u times" : ", not asked for again", n);
    say(&d->detail, "%i must try again with Session-Expires of at least Min-SE.",
        &last->hop->src);
}

/* ---- A21 ---- */

static void redirect(struct exam *e, const struct rule *r)
{
    unsigned status = status_of(e);
    if (status < 300 || status >= 400 ||
        !exam_passed(e, e->first->final->time, threshold_ns(e->limit->auth_wait)))
        return;
    struct draft *d = refused(e, r, SEVERITY_INFO, 90);
    if (!d)
        return;
    struct slice to = exam_header(e, e->first->final, SIP_H_CONTACT);
    say(&d->headline, "%i redirects (%u), the caller does not follow",
        &e->first->final->hop->src, status);
    say(&d->detail, "Contact: %S. No new INVITE in this call within %t.", &to,
        threshold_ns(e->limit->auth_wait));
}

static const struct rule RULES[] = {
    {"A06", "AUTH_LOOP", SEVERITY_CRIT, RULE_CALLS, 0,
     "RFC 3261 22, RFC 7616, RFC 8760",
     "Credentials are sent and refused, again and again.",
     "Three challenges (401, 407) in a row with credentials in between; or credentials "
     "refused and the caller gives up.",
     "The request is accepted at last, or the nonce was only stale.",
     "Correct user name, password or realm at the client; where every nonce is stale, "
     "let the proxies share them.",
     auth_loop, WHEN_REFUSED},
    {"A07", "AUTH_NOT_ANSWERED", SEVERITY_CRIT, RULE_CALLS, NEED_START | NEED_WHOLE,
     "RFC 3261 22.2, 22.3", "A challenge is not answered with credentials.",
     "401 or 407 to a request without credentials and nothing more within 5 s.",
     "A request with credentials follows, also later; the capture ends before.",
     "Give the client a user name and password for that realm; 401 wants "
     "Authorization, "
     "407 Proxy-Authorization; check that no proxy strips them.",
     auth_not_answered, WHEN_REFUSED},
    {"A08", "FORBIDDEN_403", SEVERITY_CRIT, RULE_INVITE | RULE_OTHER, 0,
     "RFC 3261 21.4.4, RFC 8224", "The called side refuses by its policy.",
     "403, or an identity code (428-438, 607, 608).",
     "The call is answered in a later attempt.",
     "Check the account: allowed addresses, numbers and destinations, registration, "
     "balance, and the identity that the caller presents.",
     forbidden, WHEN_REFUSED},
    {"A09", "CODEC_MISMATCH", SEVERITY_CRIT, RULE_INVITE, 0,
     "RFC 3264 6, RFC 3261 21.4.26",
     "The two sides have no codec or media profile in common.",
     "488, 606 or 415 to the INVITE.", "The call is answered in a later attempt.",
     "Let one side offer a codec that the other takes, or transcode between them; make "
     "both use SRTP, or neither.",
     codec_mismatch, WHEN_REFUSED},
    {"A11", "NOT_FOUND", SEVERITY_CRIT, RULE_INVITE | RULE_OTHER, 0,
     "RFC 3261 21.4.5, 21.4.14, 21.4.22",
     "The user, number or domain does not exist there.",
     "404, 410, 604, 484, 485 or 416; a warning for MESSAGE, information for other "
     "requests than INVITE.",
     "The call is answered in a later attempt.",
     "Correct the number format (prefix, +, length) or the domain; the detail names a "
     "call that worked.",
     not_found, WHEN_REFUSED},
    {"A12", "BUSY", SEVERITY_INFO, RULE_INVITE, 0, "RFC 3261 21.4.24, 21.6",
     "The called user is busy, away or declines: no fault.",
     "486, 600, 603, or 480 without ringing.", "Any other end.",
     "Nothing to mend; where it is 480, check that the phone is registered.", busy,
     WHEN_REFUSED},
    {"A15", "OVERLOAD", SEVERITY_CRIT, RULE_INVITE | RULE_OTHER | RULE_CAPTURE, 0,
     "RFC 3261 21.5.4, RFC 7339", "A server or trunk takes no more calls.",
     "503, or 480 or 500 with Retry-After or Q.850 cause 34 or 42; over many calls, "
     "five 503 in a row from one peer, or over 5 % within 60 s while more calls are up "
     "than usual.",
     "The call is answered in a later attempt.",
     "Count the calls at that time against the channels bought; limit calls a second, "
     "or add another route.",
     overload, WHEN_REFUSED},
    {"A16", "SERVER_ERROR", SEVERITY_CRIT, RULE_INVITE | RULE_OTHER, 0, "RFC 3261 21.5",
     "A server failed while it worked on the request.",
     "500, 502, 504, 505, 580 or another 5xx.", "The call is answered later.",
     "Read the log of the server named at this time; with 504 and 502 look at what is "
     "behind it.",
     server_error, WHEN_REFUSED},
    {"A17", "EXTENSION", SEVERITY_CRIT, RULE_CALLS, 0, "RFC 3261 8.2.2.3, 21.4.15",
     "The request asks for something that the other side does not do.",
     "420, 421, 405, 406, 412-414, 489, 501, 513 and their like.",
     "The call is answered in a later attempt.",
     "Switch the extension off at the sender (Require), or on at the receiver.",
     extension, WHEN_REFUSED},
    {"A18", "SESSION_INTERVAL_422", SEVERITY_CRIT, RULE_INVITE, 0, "RFC 4028 5-8",
     "The two sides do not agree on a session timer.",
     "422 that is not followed by a request with a Session-Expires of Min-SE or more, "
     "or "
     "422 twice.",
     "One 422, then a larger interval.",
     "Raise Session-Expires at the sender to the Min-SE named.", session_interval,
     WHEN_REFUSED},
    {"A21", "REDIRECT", SEVERITY_INFO, RULE_INVITE, 0, "RFC 3261 8.1.3.4, 21.3",
     "The called side names another address and nobody goes there.",
     "3xx as the last answer and no further INVITE within 5 s.", "The caller follows.",
     "Let the caller's proxy follow redirections, or forward the call at the called "
     "side.",
     redirect, WHEN_REFUSED},
};

const struct rule_family FAMILY_REFUSED = {"Set-up: refusals", RULES,
                                           sizeof RULES / sizeof *RULES};
