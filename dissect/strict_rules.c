/* Our own rules about a message, line by line and then as a whole. */
#include "dissect/strict.h"

#include "dissect/sip_value.h"

/* The line that a rule looks at. */
struct spot {
    struct strict *s;
    struct sip_line line;
    unsigned number;
};

static void found(const struct spot *at, enum strict_rule rule)
{
    strict_add(at->s, rule, at->line.raw, at->number);
}

static bool is_hex(uint8_t c)
{
    c = slice_lower(c);
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* RFC 3261 25.1: escaped = "%" HEXDIG HEXDIG; no blanks in a URI */
static bool well_escaped(struct slice uri)
{
    for (size_t i = 0; i < uri.n; i++) {
        if (slice_blank(uri.p[i]))
            return false;
        if (uri.p[i] == '%' &&
            (i + 2 >= uri.n || !is_hex(uri.p[i + 1]) || !is_hex(uri.p[i + 2])))
            return false;
    }
    return true;
}

/* A quoted string, or tokens with blanks between them. */
static bool display_ok(struct slice before)
{
    before = slice_trim(before);
    if (!before.n || before.p[0] == '"')
        return true;
    for (size_t i = 0; i < before.n; i++)
        if (!slice_blank(before.p[i]) && !sip_is_token(slice_sub(before, i, 1)))
            return false;
    return true;
}

/* Every quote and angle bracket of a value is closed. */
static bool closed(struct slice value)
{
    bool quoted = false, angle = false;
    for (size_t i = 0; i < value.n; i++) {
        uint8_t c = value.p[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"' && !angle)
            quoted = !quoted;
        else if (!quoted && (c == '<' || c == '>'))
            angle = c == '<';
    }
    return !quoted && !angle;
}

static void address(const struct spot *at, struct slice value)
{
    struct sip_name_addr a;
    struct sip_uri u;
    if (!sip_name_addr(value, &a) || !sip_uri(a.uri, &u)) {
        found(at, STRICT_RULE_ADDRESS);
        return;
    }
    size_t before = (size_t)(a.uri.p - value.p);
    bool angle = before && slice_find(slice_sub(value, 0, before), '<') < before;
    if (!well_escaped(a.uri))
        found(at, STRICT_RULE_URI_ESCAPE);
    if (!angle && slice_find(a.uri, '?') < a.uri.n)
        found(at, STRICT_RULE_ADDRESS_BARE);
    if (angle && !display_ok(slice_sub(value, 0, slice_find(value, '<'))))
        found(at, STRICT_RULE_DISPLAY_NAME);
}

static void addresses(const struct spot *at)
{
    struct slice rest = at->line.value, one;
    if (!closed(rest)) {
        found(at, STRICT_RULE_ADDRESS_OPEN);
        return;
    }
    if (at->line.id == SIP_H_CONTACT && slice_eq(rest, SLICE("*")))
        return;
    size_t n = 0;
    for (; sip_value_next(&rest, &one); n++)
        address(at, one);
    if (!n)
        found(at, STRICT_RULE_ADDRESS);
}

static void from(const struct spot *at)
{
    addresses(at);
    if (!sip_param(sip_address_params(at->line.value), SLICE("tag")).n)
        found(at, STRICT_RULE_FROM_TAG);
}

static void to(const struct spot *at)
{
    const struct sip *sip = &at->s->sip;
    bool tagged = sip_param(sip_address_params(at->line.value), SLICE("tag")).n > 0;
    addresses(at);
    if (sip->response && sip->status > 100 && !tagged)
        found(at, STRICT_RULE_TO_TAG);
    if (!sip->response && sip->method == SIP_REGISTER && tagged)
        found(at, STRICT_RULE_TO_TAG_REGISTER);
}

/* SIP/2.0/UDP, blanks around the slashes allowed */
static bool via_protocol(struct slice value)
{
    size_t slash = slice_find(value, '/');
    struct slice rest = slice_skip(value, slash + 1);
    return slice_ieq(slice_trim(slice_sub(value, 0, slash)), SLICE("SIP")) &&
           slice_eq(slice_trim(slice_sub(rest, 0, slice_find(rest, '/'))),
                    SLICE("2.0"));
}

static void branch(const struct spot *at, struct slice branch)
{
    struct slice cookie = SLICE("z9hG4bK");
    if (!branch.n)
        found(at, STRICT_RULE_NO_BRANCH);
    else if (!slice_istarts(branch, cookie))
        found(at, STRICT_RULE_BRANCH_COOKIE);
    else if (branch.n == cookie.n)
        found(at, STRICT_RULE_BRANCH_EMPTY);
}

static void via(const struct spot *at)
{
    struct slice rest = at->line.value, one;
    struct sip_via v;
    bool top = at->line.value.p == at->s->sip.header[SIP_H_VIA].p;
    while (sip_value_next(&rest, &one)) {
        if (!sip_via(one, &v) || !via_protocol(one) || !v.host.n) {
            found(at, STRICT_RULE_VIA_FORM);
        } else {
            if (v.host.p[0] != '[' && slice_find(v.host, ':') < v.host.n)
                found(at, STRICT_RULE_VIA_IPV6);
            if (top)
                branch(at, v.branch);
        }
        top = false;
    }
}

/* A whole value of digits, at most `limit`. */
static bool number_ok(struct slice value, uint64_t limit)
{
    uint64_t n = 0;
    return value.n && slice_u64(value, &n) == value.n && n <= limit;
}

static void max_forwards(const struct spot *at)
{
    if (!number_ok(at->line.value, 255))
        found(at, STRICT_RULE_MAX_FORWARDS);
}

static void number(const struct spot *at)
{
    struct slice value = at->line.value;
    size_t end = slice_find(value, ';');
    if (!number_ok(slice_trim(slice_sub(value, 0, end)), UINT32_MAX))
        found(at, STRICT_RULE_NUMBER);
}

static void cseq(const struct spot *at)
{
    if (at->s->sip.cseq > INT32_MAX)
        found(at, STRICT_RULE_CSEQ_RANGE);
    if (at->s->sip.flags & SIP_METHODS_DIFFER)
        found(at, STRICT_RULE_METHODS_DIFFER);
}

static void content_type(const struct spot *at)
{
    struct slice value = at->line.value;
    struct slice type = slice_trim(slice_sub(value, 0, slice_find(value, ';')));
    size_t slash = slice_find(type, '/');
    if (!sip_is_token(slice_trim(slice_sub(type, 0, slash))) ||
        !sip_is_token(slice_trim(slice_skip(type, slash + 1))))
        found(at, STRICT_RULE_TYPE_FORM);
}

static void content_length(const struct spot *at)
{
    const struct sip *sip = &at->s->sip;
    if (sip->flags & SIP_BAD_LENGTH)
        found(at, STRICT_RULE_BAD_LENGTH);
    if (sip->flags & SIP_CUT)
        found(at, STRICT_RULE_BODY_CUT);
    struct slice behind = slice_skip(at->s->text, sip->head.n + sip->body.n);
    if (sip->head.p > at->s->text.p)
        behind = slice_skip(behind, (size_t)(sip->head.p - at->s->text.p));
    if (!(sip->flags & SIP_NO_LENGTH) && slice_trim(behind).n)
        found(at, STRICT_RULE_BODY_LONGER);
}

/* once: the header may not stand again. */
static const struct {
    void (*check)(const struct spot *at);
    bool once;
} checks[SIP_H_COUNT] = {
    [SIP_H_CALL_ID] = {NULL, true},
    [SIP_H_CSEQ] = {cseq, true},
    [SIP_H_FROM] = {from, true},
    [SIP_H_TO] = {to, true},
    [SIP_H_VIA] = {via, false},
    [SIP_H_CONTACT] = {addresses, false},
    [SIP_H_ROUTE] = {addresses, false},
    [SIP_H_RECORD_ROUTE] = {addresses, false},
    [SIP_H_PATH] = {addresses, false},
    [SIP_H_REFER_TO] = {addresses, true},
    [SIP_H_REFERRED_BY] = {addresses, true},
    [SIP_H_P_ASSERTED_IDENTITY] = {addresses, false},
    [SIP_H_MAX_FORWARDS] = {max_forwards, true},
    [SIP_H_EXPIRES] = {number, true},
    [SIP_H_RSEQ] = {number, true},
    [SIP_H_SESSION_EXPIRES] = {number, true},
    [SIP_H_CONTENT_TYPE] = {content_type, true},
    [SIP_H_CONTENT_LENGTH] = {content_length, true},
    [SIP_H_RACK] = {NULL, true},
    [SIP_H_EVENT] = {NULL, true},
    [SIP_H_SUBSCRIPTION_STATE] = {NULL, true},
    [SIP_H_SUBJECT] = {NULL, true},
    [SIP_H_USER_AGENT] = {NULL, true},
    [SIP_H_SERVER] = {NULL, true},
    [SIP_H_REPLACES] = {NULL, true},
};

/* Length of the UTF-8 sequence at the start of s; 0: none (RFC 3629). */
static size_t utf8_length(struct slice s)
{
    uint8_t c = s.p[0];
    size_t n = c < 0x80   ? 1
               : c < 0xc2 ? 0
               : c < 0xe0 ? 2
               : c < 0xf0 ? 3
               : c < 0xf5 ? 4
                          : 0;
    if (n > s.n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s.p[i] & 0xc0) != 0x80)
            return 0;
    if (n > 2 && ((c == 0xe0 && s.p[1] < 0xa0) || (c == 0xed && s.p[1] > 0x9f) ||
                  (c == 0xf0 && s.p[1] < 0x90) || (c == 0xf4 && s.p[1] > 0x8f)))
        return 0;
    return n;
}

static void characters(const struct spot *at)
{
    struct slice rest = at->line.raw;
    bool control = false, broken = false;
    while (rest.n && !(control && broken)) {
        uint8_t c = rest.p[0];
        size_t n = utf8_length(rest);
        bool fold = c == '\n' || (c == '\r' && rest.n > 1 && rest.p[1] == '\n');
        control |= (c < ' ' && c != '\t' && !fold) || c == 0x7f;
        broken |= !n;
        rest = slice_skip(rest, n ? n : 1);
    }
    if (control)
        found(at, STRICT_RULE_CONTROL);
    if (broken)
        found(at, STRICT_RULE_UTF8);
}

static void header(const struct spot *at, bool *seen)
{
    enum sip_header id = at->line.id;
    characters(at);
    if (!sip_is_token(at->line.name))
        found(at, STRICT_RULE_HEADER_FORM);
    else if (at->number == 2 && slice_blank(at->line.raw.p[0]))
        found(at, STRICT_RULE_HEADER_BLANK);
    if (id == SIP_H_OTHER)
        return;
    if (checks[id].once && seen[id])
        found(at, STRICT_RULE_REPEATED);
    else if (checks[id].check)
        checks[id].check(at);
    seen[id] = true;
}

static unsigned lines_in(struct slice raw)
{
    unsigned n = 1;
    for (size_t i = 0; i < raw.n; i++)
        n += raw.p[i] == '\n';
    return n;
}

static void request_line(const struct spot *at)
{
    const struct sip *sip = &at->s->sip;
    struct sip_uri u;
    size_t want = sip->method_name.n + sip->uri.n + strlen("SIP/2.0") + 2;
    if (at->line.raw.n != want)
        found(at, STRICT_RULE_START_BLANKS);
    if (sip->uri.n && sip->uri.p[0] == '<')
        found(at, STRICT_RULE_REQUEST_URI_ANGLE);
    else if (!sip_uri(sip->uri, &u))
        found(at, STRICT_RULE_REQUEST_URI);
    else if (u.headers.n)
        found(at, STRICT_RULE_REQUEST_URI_HEADERS);
    if (!well_escaped(sip->uri))
        found(at, STRICT_RULE_URI_ESCAPE);
}

static void start_line(struct strict *s)
{
    struct slice line = slice_sub(s->sip.head, 0, slice_find(s->sip.head, '\n'));
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    struct spot at = {s, {.raw = line}, 1};
    int reason = -s->reason;
    characters(&at);
    if (s->reason)
        found(&at, STRICT_RULE_UNUSABLE);
    if (reason == REASON_SIP_START_LINE || reason == REASON_SIP_VERSION)
        return;
    if (!s->sip.response)
        request_line(&at);
    else if (line.n == strlen("SIP/2.0 200"))
        found(&at, STRICT_RULE_NO_PHRASE_SPACE);
}

static bool has(const struct strict *s, enum sip_header id)
{
    return s->sip.header[id].p != NULL;
}

/* Adds a rule about the whole message where `broken`. */
static void whole(struct strict *s, bool broken, enum strict_rule rule)
{
    if (broken)
        strict_add(s, rule, (struct slice){0}, 0);
}

static void request_headers(struct strict *s)
{
    uint8_t m = s->sip.method;
    whole(s, !has(s, SIP_H_MAX_FORWARDS), STRICT_RULE_NO_MAX_FORWARDS);
    whole(s,
          (m == SIP_INVITE || m == SIP_SUBSCRIBE || m == SIP_REFER) &&
              !has(s, SIP_H_CONTACT),
          STRICT_RULE_NO_CONTACT);
    whole(s, (m == SIP_SUBSCRIBE || m == SIP_NOTIFY) && !has(s, SIP_H_EVENT),
          STRICT_RULE_NO_EVENT);
    whole(s, m == SIP_NOTIFY && !has(s, SIP_H_SUBSCRIPTION_STATE),
          STRICT_RULE_NO_SUBSCRIPTION_STATE);
    whole(s, m == SIP_REFER && !has(s, SIP_H_REFER_TO), STRICT_RULE_NO_REFER_TO);
    whole(s, m == SIP_PRACK && !has(s, SIP_H_RACK), STRICT_RULE_NO_RACK);
}

static void response_headers(struct strict *s)
{
    unsigned status = s->sip.status;
    whole(s, s->sip.method == SIP_INVITE && status / 100 == 2 && !has(s, SIP_H_CONTACT),
          STRICT_RULE_NO_CONTACT);
    whole(s,
          (status == 401 && !has(s, SIP_H_WWW_AUTHENTICATE)) ||
              (status == 407 && !has(s, SIP_H_PROXY_AUTHENTICATE)),
          STRICT_RULE_NO_CHALLENGE);
    whole(s, status == 405 && !has(s, SIP_H_ALLOW), STRICT_RULE_NO_ALLOW);
}

static void message(struct strict *s)
{
    uint16_t flags = s->sip.flags;
    whole(s, !has(s, SIP_H_FROM), STRICT_RULE_NO_FROM);
    whole(s, !has(s, SIP_H_TO), STRICT_RULE_NO_TO);
    whole(s, !has(s, SIP_H_VIA), STRICT_RULE_NO_VIA);
    if (s->sip.response)
        response_headers(s);
    else
        request_headers(s);
    whole(s, flags & SIP_LF, STRICT_RULE_LINE_ENDS);
    whole(s, flags & SIP_NO_BLANK, STRICT_RULE_NO_BLANK);
    whole(s, flags & SIP_NO_LENGTH, STRICT_RULE_NO_LENGTH);
    whole(s, s->sip.body.n && !has(s, SIP_H_CONTENT_TYPE), STRICT_RULE_NO_TYPE);
}

void strict_rules(struct strict *s)
{
    bool seen[SIP_H_COUNT] = {false};
    struct spot at = {.s = s, .number = 2};
    struct slice rest = s->sip.head;

    start_line(s);
    rest = slice_skip(rest, slice_find(rest, '\n') + 1);
    for (; sip_header_next(&rest, &at.line); at.number += lines_in(at.line.raw))
        header(&at, seen);
    message(s);
    if (s->sdp.n)
        strict_sdp(s);
}
