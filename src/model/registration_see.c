/* Registrations: what the messages of REGISTER transactions say. */
#include "dissect/sip_value.h"
#include "model/registration.h"

#define SECOND INT64_C(1000000000)

enum { CONTACTS = 16, DEFAULT_EXPIRES = 3600, URI_MAX = 512 };

/* ---- requests ---- */

/* "sip:alice@example.com": without parameters (RFC 3261 10.3), host in lower case. */
static struct slice aor_of_uri(struct slice uri, char *buffer, size_t cap)
{
    struct sip_uri u;
    if (!sip_uri(uri, &u) || !u.host.n)
        return (struct slice){0};
    size_t host = (size_t)(u.host.p - uri.p), n = host + u.host.n;
    if (n > cap)
        return (struct slice){0};
    memcpy(buffer, uri.p, n);
    for (size_t i = host; i < n; i++)
        buffer[i] = (char)slice_lower((uint8_t)buffer[i]);
    return slice_of(buffer, n);
}

static bool seconds_of(struct slice params, uint32_t *out)
{
    uint64_t v;
    struct slice text = sip_param(params, SLICE("expires"));
    if (!text.n || !slice_u64(text, &v))
        return false;
    *out = v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
    return true;
}

static uint32_t header_seconds(const struct sip *sip, uint32_t other)
{
    uint64_t v;
    struct slice text = sip->header[SIP_H_EXPIRES];
    return text.n && slice_u64(text, &v) ? (v > UINT32_MAX ? UINT32_MAX : (uint32_t)v)
                                         : other;
}

/* The Contact is an address, and not the one that the REGISTER comes from; a stream's
 * port is its own anyway. */
static bool behind_nat(struct slice contact, const struct hop *hop)
{
    struct sip_uri u;
    struct addr a;
    bool stream = hop->transport != TRANSPORT_UDP;
    if (!sip_uri(contact, &u))
        return false;
    if (u.host.n >= 8 && slice_ieq(slice_skip(u.host, u.host.n - 8), SLICE(".invalid")))
        return true;
    if (!addr_parse(u.host, &a))
        return false;
    a.port = hop->src.port;
    return !addr_eq(&a, &hop->src) ||
           (!stream && (u.port ? u.port : 5060) != hop->src.port);
}

static void set_agent(struct registrations *r, struct registration *g,
                      struct slice agent)
{
    if (!agent.n || (g->user_agent && slice_eq(slice_str(g->user_agent), agent)))
        return;
    registration_text_free(r, g->user_agent);
    g->user_agent = registration_text(r, agent);
}

static void ask(struct registrations *r, struct slice aor, struct slice contact,
                uint32_t seconds, const struct call *call, const struct msg *m,
                const struct sip *sip)
{
    struct registration *g = registration_find(r, aor, contact);
    if (!g && !(g = registration_new(r, aor, contact, &m->hop->src)))
        return;
    registration_touch(r, g);
    bool elsewhere = g->src.family && g->registered && !addr_eq(&g->src, &m->hop->src);
    g->src = m->hop->src;
    g->asked = m->time;
    g->call = call->id;
    g->cseq = m->cseq;
    g->attempts++;
    g->waits = true;
    g->timed_out = false;
    g->wants_nothing = !seconds;
    g->nat = contact.n && behind_nat(contact, m->hop);
    if (elsewhere && m->hop->transport == TRANSPORT_UDP) {
        g->moves++;
        registration_note(g, m->time, REGISTRATION_MOVED, 0);
    }
    set_agent(r, g, sip->header[SIP_H_USER_AGENT]);
    registration_suspect(r, g, sip->header[SIP_H_USER_AGENT]);
}

/* "*" takes all Contacts of the user back (RFC 3261 10.2.2). */
static void ask_all(struct registrations *r, struct slice aor, const struct call *call,
                    const struct msg *m)
{
    for (struct registration *g = registrations_of(r, aor); g; g = g->same) {
        g->call = call->id;
        g->cseq = m->cseq;
        g->asked = m->time;
        g->attempts++;
        g->waits = g->wants_nothing = true;
    }
}

static void see_request(struct registrations *r, struct slice aor,
                        const struct call *call, const struct msg *m,
                        const struct sip *sip)
{
    struct slice rest = sip->head, value;
    struct sip_line line;
    struct sip_name_addr na;
    unsigned n = 0;
    uint32_t whole = header_seconds(sip, DEFAULT_EXPIRES);
    while (sip_line_next(&rest, &line))
        while (line.id == SIP_H_CONTACT && n < CONTACTS &&
               sip_value_next(&line.value, &value)) {
            uint32_t seconds = whole;
            n++;
            if (slice_eq(slice_trim(value), SLICE("*"))) {
                ask_all(r, aor, call, m);
                continue;
            }
            if (!sip_name_addr(value, &na))
                continue;
            seconds_of(na.params, &seconds);
            ask(r, aor, na.uri, seconds, call, m, sip);
        }
    if (!n && !registrations_of(r, aor)) /* asks what is registered, or a scanner's */
        ask(r, aor, (struct slice){0}, whole, call, m, sip);
}

/* ---- responses ---- */

/* As far as the parameters: registrars put in some of their own. */
static bool alike(struct slice a, const char *b)
{
    struct slice c = slice_str(b);
    return slice_eq(slice_sub(a, 0, slice_find(a, ';')),
                    slice_sub(c, 0, slice_find(c, ';')));
}

/* What the 2xx grants to a Contact: by its own line, or the only one that is there. */
static uint32_t granted(const struct registration *g, const struct sip *sip)
{
    struct slice rest = sip->head, value;
    struct sip_line line;
    struct sip_name_addr na;
    uint32_t whole = header_seconds(sip, DEFAULT_EXPIRES), seconds, only = whole;
    unsigned n = 0;
    while (sip_line_next(&rest, &line))
        while (line.id == SIP_H_CONTACT && n < 4 * CONTACTS &&
               sip_value_next(&line.value, &value)) {
            if (!sip_name_addr(value, &na))
                continue;
            if (!seconds_of(na.params, &seconds))
                seconds = whole;
            if (alike(na.uri, g->contact))
                return seconds;
            only = n++ ? whole : seconds;
        }
    return only;
}

/* He got in: no scanner any more. */
static void not_a_scanner(struct registration *g)
{
    if (g->scanner && g->source) {
        g->source->scanner = false;
        g->source->row = NULL;
    }
    g->scanner = false;
}

static void succeed(struct registration *g, const struct msg *m, const struct sip *sip)
{
    not_a_scanner(g);
    if (!g->contact)
        return; /* it only asked what there is */
    bool was = g->registered && !g->taken;
    bool late = was && g->until && m->time > g->until;
    g->expires = g->wants_nothing ? 0 : granted(g, sip);
    g->taken = g->wants_nothing;
    if (g->taken) {
        g->until = m->time;
        registration_note(g, m->time, REGISTRATION_TAKEN, 0);
        return;
    }
    if (g->source && !g->registered)
        g->source->users--;
    if (g->source)
        g->source->successes++;
    if (was) {
        g->interval = m->time - g->refreshed;
        g->refreshes++;
        g->lapses += late;
    }
    registration_note(g, m->time,
                      late  ? REGISTRATION_LAPSED
                      : was ? REGISTRATION_RENEWED
                            : REGISTRATION_BEGUN,
                      0);
    if (!g->registered)
        g->registered = m->time;
    g->refreshed = m->time;
    g->until = m->time + (int64_t)g->expires * SECOND;
}

static bool refuses(unsigned status)
{
    return status >= 400 && status != 401 && status != 402 && status != 407 &&
           status != 423;
}

static void see_response(struct registrations *r, struct slice aor,
                         const struct call *call, const struct msg *m,
                         const struct sip *sip)
{
    struct registration *g = registrations_of(r, aor), *refused = NULL;
    struct register_source *s = NULL;
    bool found = false;
    for (; g; g = g->same) {
        if (g->call != call->id || g->cseq != m->cseq || !g->waits)
            continue;
        g->waits = false;
        g->status = m->status;
        found = true;
        if (m->status < 300) {
            succeed(g, m, sip);
        } else if (refuses(m->status)) {
            g->failures++;
            registration_note(g, m->time, REGISTRATION_REFUSED, m->status);
            refused = g;
        }
    }
    if (refused) /* others may leave by that */
        registration_suspect(r, refused, (struct slice){0});
    if (found)
        return;
    /* One of many that a scanner's row stands for. */
    s = registration_source(r, &m->hop->dst);
    if (s && s->row && refuses(m->status)) {
        s->row->failures++;
        s->row->status = m->status;
    }
}

void registrations_message(struct registrations *r, const struct call *call,
                           const struct msg *m, const struct sip *sip)
{
    char buffer[URI_MAX];
    struct sip_name_addr na;
    if (!sip_name_addr(sip->header[SIP_H_TO], &na))
        return;
    struct slice aor = aor_of_uri(na.uri, buffer, sizeof buffer);
    if (!aor.n || (m->status && m->status < 200))
        return;
    r->version++;
    if (m->status)
        see_response(r, aor, call, m, sip);
    else
        see_request(r, aor, call, m, sip);
}

void registrations_timeout(struct registrations *r, const struct call *call)
{
    char buffer[URI_MAX];
    struct slice uri = slice_str(call->to.uri);
    struct slice aor = uri.n ? aor_of_uri(uri, buffer, sizeof buffer) : uri;
    for (struct registration *g = aor.n ? registrations_of(r, aor) : NULL; g;
         g = g->same) {
        if (g->call != call->id || !g->waits)
            continue;
        g->waits = false;
        g->timed_out = true;
        g->failures++;
        g->status = 0;
        registration_note(g, g->asked, REGISTRATION_REFUSED, 0);
        r->version++;
    }
}
