#include "dissect/strict.h"

#include "dissect/sip_value.h"

#include <stdlib.h>

#ifdef HAVE_OSIP
#include <sys/time.h>
#include <osipparser2/osip_parser.h>
#include <osipparser2/sdp_message.h>
#endif

static const struct {
    const char *name, *text, *reference;
} rules[STRICT_RULE_COUNT] = {
#define RULE(id, name, text, reference) {name, text, reference},
    STRICT_RULE_TABLE(RULE)
#undef RULE
};

void strict_free(struct strict *s)
{
    if (!s)
        return;
    free(s->node);
    free(s->finding);
    free(s);
}

/* Makes room for one more element in *array. */
static bool grow(struct strict *s, void **array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 32;
    void *p = s->failed ? NULL : reallocarray(*array, more, size);
    if (!p) {
        s->failed = true;
        return false;
    }
    *array = p;
    *cap = more;
    return true;
}

void strict_node(struct strict *s, enum strict_kind kind, unsigned depth,
                 struct slice name, struct slice value)
{
    if (grow(s, (void **)&s->node, s->nodes, &s->node_cap, sizeof *s->node))
        s->node[s->nodes++] = (struct strict_node){kind, depth, name, value};
}

void strict_add(struct strict *s, enum strict_rule rule, struct slice at, unsigned line)
{
    if (s->findings >= STRICT_MAX_FINDINGS)
        return;
    if (s->findings == STRICT_MAX_FINDINGS - 1) {
        rule = STRICT_RULE_MORE;
        at = (struct slice){0};
        line = 0;
    }
    struct strict_finding f = {
        rule, rules[rule].name, rules[rule].text, rules[rule].reference, at, line};
    if (rule == STRICT_RULE_UNUSABLE) {
        f.name = reason_name(-s->reason);
        f.text = reason_text(-s->reason);
    }
    if (grow(s, (void **)&s->finding, s->findings, &s->finding_cap, sizeof *s->finding))
        s->finding[s->findings++] = f;
}

#ifdef HAVE_OSIP

/* libosip2 takes time by the square of the pieces, and reads some bytes past the end
 * of a session description: so copies with zeros behind, of bounded size. */
enum { OSIP_BYTES = 16 * 1024, OSIP_PIECES = 1024, OSIP_PAD = 16 };

struct copy {
    char *p;
    size_t n;
    unsigned pieces;
    bool over; /* a cap was reached */
};

static void copy_add(struct copy *c, struct slice s)
{
    for (size_t i = 0; i < s.n && !c->over; i++) {
        uint8_t b = s.p[i];
        c->pieces += b == ';' || b == ',' || b == '&' || b == '\n' || b == '?';
        c->over = c->n == OSIP_BYTES || c->pieces > OSIP_PIECES;
        if (!c->over)
            c->p[c->n++] = (char)b;
    }
}

static void copy_clear(struct copy *c)
{
    memset(c->p, 0, c->n);
    *c = (struct copy){.p = c->p};
}

static void silent(const char *file, int line, osip_trace_level_t level,
                   const char *format, va_list args)
{
}

/* Once; libosip2 is used by one thread. It prints errors unless a sink is set before
 * the first message. */
static void osip_start(void)
{
    static bool started;
    if (started)
        return;
    osip_trace_initialize_func(END_TRACE_LEVEL, silent);
    parser_init();
    started = true;
}

/* One header's parser on a value: 0, or libosip2's error. */
#define OSIP_CHECK(kind)                        \
    static int check_##kind(const char *value)  \
    {                                           \
        osip_##kind##_t *h = NULL;              \
        if (osip_##kind##_init(&h))             \
            return 0;                           \
        int rc = osip_##kind##_parse(h, value); \
        osip_##kind##_free(h);                  \
        return rc;                              \
    }
OSIP_CHECK(from)
OSIP_CHECK(to)
OSIP_CHECK(contact)
OSIP_CHECK(via)
OSIP_CHECK(cseq)
OSIP_CHECK(call_id)
OSIP_CHECK(content_type)
OSIP_CHECK(route)
OSIP_CHECK(record_route)
OSIP_CHECK(www_authenticate)
OSIP_CHECK(proxy_authenticate)
OSIP_CHECK(authorization)
OSIP_CHECK(proxy_authorization)
#undef OSIP_CHECK

static const struct {
    int (*check)(const char *value);
    bool list; /* comma-separated values, each checked alone */
} osip_headers[SIP_H_COUNT + 1] = {
    [SIP_H_FROM] = {check_from, false},
    [SIP_H_TO] = {check_to, false},
    [SIP_H_CONTACT] = {check_contact, true},
    [SIP_H_VIA] = {check_via, true},
    [SIP_H_CSEQ] = {check_cseq, false},
    [SIP_H_CALL_ID] = {check_call_id, false},
    [SIP_H_CONTENT_TYPE] = {check_content_type, false},
    [SIP_H_ROUTE] = {check_route, true},
    [SIP_H_RECORD_ROUTE] = {check_record_route, true},
    [SIP_H_WWW_AUTHENTICATE] = {check_www_authenticate, false},
    [SIP_H_PROXY_AUTHENTICATE] = {check_proxy_authenticate, false},
    [SIP_H_AUTHORIZATION] = {check_authorization, false},
    [SIP_H_PROXY_AUTHORIZATION] = {check_proxy_authorization, false},
};

/* True where libosip2 refuses a value of the header. */
static bool header_refused(struct copy *c, enum sip_header id, struct slice value)
{
    struct slice one;
    bool list = osip_headers[id].list;
    while (list ? sip_value_next(&value, &one) : (one = value).n > 0) {
        copy_clear(c);
        copy_add(c, one);
        for (size_t i = 0; i < c->n; i++)
            if (slice_blank((uint8_t)c->p[i]))
                c->p[i] = ' ';
        if (!c->over && osip_headers[id].check(c->p))
            return true;
        if (!list)
            break;
    }
    return false;
}

/* Says which headers libosip2 refuses. Returns how many. */
static unsigned osip_lines(struct strict *s, struct copy *c)
{
    struct slice rest = s->sip.head;
    struct sip_line line;
    unsigned number = 2, refused = 0;

    rest = slice_skip(rest, slice_find(rest, '\n') + 1);
    while (refused < STRICT_MAX_FINDINGS && sip_header_next(&rest, &line)) {
        if (osip_headers[line.id].check && header_refused(c, line.id, line.value)) {
            strict_add(s, STRICT_RULE_OSIP_HEADER, line.raw, number);
            refused++;
        }
        number++;
        for (size_t i = 0; i < line.raw.n; i++)
            number += line.raw.p[i] == '\n';
    }
    return refused;
}

/* The headers without Content-Length, so that no body is wanted: libosip2 loses memory
 * on odd multipart bodies and refuses every cut one. */
static void copy_head(struct strict *s, struct copy *c)
{
    struct slice rest = s->sip.head;
    struct sip_line line;
    size_t first = slice_find(rest, '\n');

    copy_add(c, slice_trim(slice_sub(rest, 0, first)));
    copy_add(c, SLICE("\r\n"));
    rest = slice_skip(rest, first + 1);
    while (!c->over && sip_header_next(&rest, &line)) {
        if (line.id == SIP_H_CONTENT_LENGTH)
            continue;
        copy_add(c, line.raw);
        copy_add(c, SLICE("\r\n"));
    }
    copy_add(c, SLICE("\r\n"));
}

static void osip_message(struct strict *s, struct copy *c)
{
    osip_message_t *m = NULL;
    copy_head(s, c);
    if (c->over) {
        strict_add(s, STRICT_RULE_OSIP_SKIPPED, (struct slice){0}, 0);
        return;
    }
    if (osip_message_init(&m))
        return;
    int rc = osip_message_parse(m, c->p, c->n);
    osip_message_free(m);
    if (rc && !osip_lines(s, c))
        strict_add(s, STRICT_RULE_OSIP_MESSAGE, (struct slice){0}, 0);
}

static void osip_sdp(struct strict *s, struct copy *c)
{
    sdp_message_t *sdp = NULL;
    copy_clear(c);
    copy_add(c, s->sdp);
    if (!c->n)
        return;
    if (c->over) {
        strict_add(s, STRICT_RULE_OSIP_SKIPPED, (struct slice){0}, 0);
        return;
    }
    if (sdp_message_init(&sdp))
        return;
    if (sdp_message_parse(sdp, c->p))
        strict_add(s, STRICT_RULE_OSIP_SDP, (struct slice){0}, 0);
    sdp_message_free(sdp);
}

static void osip(struct strict *s)
{
    struct copy c = {.p = calloc(1, OSIP_BYTES + OSIP_PAD)};
    if (!c.p) {
        s->failed = true;
        return;
    }
    osip_start();
    osip_message(s, &c);
    osip_sdp(s, &c);
    free(c.p);
}

#else

static void osip(struct strict *s)
{
}

#endif

struct strict *strict_decode(struct slice text)
{
    struct strict *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->text = text;
    s->reason = sip_parse(text, &s->sip);
    strict_tree(s);
    strict_rules(s);
    osip(s);
    if (s->failed) {
        strict_free(s);
        return NULL;
    }
    return s;
}
