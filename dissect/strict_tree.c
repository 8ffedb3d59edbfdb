/* The tree of a message: headers with their pieces, bodies with their lines. */
#include "dissect/strict.h"

#include "dissect/multipart.h"
#include "dissect/sdp.h"
#include "dissect/sip_value.h"

/* Adds a piece where there is something to show. */
static void part(struct strict *s, unsigned depth, const char *name, struct slice value)
{
    if (value.n)
        strict_node(s, STRICT_PART, depth, slice_str(name), value);
}

static void params(struct strict *s, unsigned depth, struct slice all)
{
    struct slice name, value;
    while (sip_param_next(&all, &name, &value))
        strict_node(s, STRICT_PART, depth, name, value);
}

/* The port's digits at the end of "host:port". */
static struct slice port_text(struct slice after_host)
{
    size_t colon = slice_find(after_host, ':');
    return slice_trim(slice_skip(after_host, colon + 1));
}

static void uri(struct strict *s, unsigned depth, struct slice text)
{
    struct sip_uri u;
    if (!sip_uri(text, &u))
        return;
    part(s, depth, "scheme", u.scheme);
    part(s, depth, "user", u.user);
    part(s, depth, "host", u.host);
    if (u.port) {
        size_t from = (size_t)(u.host.p + u.host.n - text.p);
        size_t end = (size_t)(u.params.p - text.p);
        part(s, depth, "port", port_text(slice_sub(text, from, end - from)));
    }
    params(s, depth, u.params);
    part(s, depth, "headers", u.headers);
}

/* Addresses, one node each, with their pieces below. */
static void addresses(struct strict *s, struct slice value)
{
    struct slice one;
    struct sip_name_addr a;
    while (sip_value_next(&value, &one)) {
        strict_node(s, STRICT_PART, 1, SLICE("address"), one);
        if (sip_name_addr(one, &a)) {
            part(s, 2, "display", a.display);
            part(s, 2, "uri", a.uri);
            uri(s, 3, a.uri);
        }
        params(s, 2, sip_address_params(one));
    }
}

static void vias(struct strict *s, struct slice value)
{
    struct slice one;
    struct sip_via v;
    while (sip_value_next(&value, &one)) {
        strict_node(s, STRICT_PART, 1, SLICE("hop"), one);
        if (!sip_via(one, &v))
            continue;
        part(s, 2, "transport", v.transport);
        part(s, 2, "host", v.host);
        if (v.port)
            part(s, 2, "port", port_text(slice_skip(v.sent_by, v.host.n)));
        params(s, 2, v.params);
    }
}

/* Digest realm="a", nonce="b": its pieces are comma-separated. */
static void credentials(struct strict *s, struct slice value)
{
    size_t n = 0;
    while (n < value.n && !slice_blank(value.p[n]))
        n++;
    part(s, 1, "scheme", slice_sub(value, 0, n));
    struct slice rest = slice_skip(value, n), one, name, text;
    while (sip_value_next(&rest, &one))
        if (sip_param_next(&one, &name, &text))
            strict_node(s, STRICT_PART, 1, name, text);
}

static void list(struct strict *s, struct slice value)
{
    struct slice one;
    while (sip_value_next(&value, &one))
        strict_node(s, STRICT_PART, 1, SLICE("value"), one);
}

/* Values with parameters after them: text/plain;charset=utf-8 */
static void with_params(struct strict *s, struct slice value)
{
    struct slice one;
    while (sip_value_next(&value, &one)) {
        size_t semi = slice_find(one, ';');
        strict_node(s, STRICT_PART, 1, SLICE("value"),
                    slice_trim(slice_sub(one, 0, semi)));
        params(s, 2, slice_skip(one, semi));
    }
}

static void cseq(struct strict *s, struct slice value)
{
    uint64_t n;
    size_t digits = slice_u64(value, &n);
    part(s, 1, "number", slice_sub(value, 0, digits));
    part(s, 1, "method", slice_trim(slice_skip(value, digits)));
}

typedef void decoder(struct strict *s, struct slice value);

static decoder *const decoders[SIP_H_COUNT + 1] = {
    [SIP_H_FROM] = addresses,
    [SIP_H_TO] = addresses,
    [SIP_H_CONTACT] = addresses,
    [SIP_H_ROUTE] = addresses,
    [SIP_H_RECORD_ROUTE] = addresses,
    [SIP_H_PATH] = addresses,
    [SIP_H_REFER_TO] = addresses,
    [SIP_H_REFERRED_BY] = addresses,
    [SIP_H_DIVERSION] = addresses,
    [SIP_H_HISTORY_INFO] = addresses,
    [SIP_H_P_ASSERTED_IDENTITY] = addresses,
    [SIP_H_P_PREFERRED_IDENTITY] = addresses,
    [SIP_H_REMOTE_PARTY_ID] = addresses,
    [SIP_H_VIA] = vias,
    [SIP_H_CSEQ] = cseq,
    [SIP_H_WWW_AUTHENTICATE] = credentials,
    [SIP_H_PROXY_AUTHENTICATE] = credentials,
    [SIP_H_AUTHORIZATION] = credentials,
    [SIP_H_PROXY_AUTHORIZATION] = credentials,
    [SIP_H_ALLOW] = list,
    [SIP_H_SUPPORTED] = list,
    [SIP_H_REQUIRE] = list,
    [SIP_H_CONTENT_TYPE] = with_params,
    [SIP_H_EVENT] = with_params,
    [SIP_H_SUBSCRIPTION_STATE] = with_params,
    [SIP_H_SESSION_EXPIRES] = with_params,
    [SIP_H_REASON] = with_params,
    [SIP_H_REPLACES] = with_params,
    [SIP_H_SESSION_ID] = with_params,
    [SIP_H_P_CHARGING_VECTOR] = with_params,
};

static void start_line(struct strict *s)
{
    struct slice line = slice_sub(s->sip.head, 0, slice_find(s->sip.head, '\n'));
    struct slice rest = line = slice_trim(line);
    uint64_t n;

    strict_node(s, STRICT_HEADER, 0,
                s->sip.response ? SLICE("Status-Line") : SLICE("Request-Line"), line);
    if (s->sip.response) {
        while (rest.n && !slice_blank(rest.p[0]))
            rest = slice_skip(rest, 1);
        rest = slice_trim(rest);
        strict_node(s, STRICT_FACT, 1, SLICE("status"),
                    slice_sub(rest, 0, slice_u64(rest, &n)));
        strict_node(s, STRICT_FACT, 1, SLICE("phrase"), s->sip.phrase);
        return;
    }
    strict_node(s, STRICT_FACT, 1, SLICE("method"), s->sip.method_name);
    strict_node(s, STRICT_FACT, 1, SLICE("uri"), s->sip.uri);
    uri(s, 2, s->sip.uri);
}

static void sdp(struct strict *s, unsigned depth, struct slice text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    struct sdp_line line;
    while (sdp_line_next(&text, &line)) {
        const char *letter = line.type ? strchr(letters, line.type) : NULL;
        strict_node(s, STRICT_SDP, depth, slice_of(letter, letter != NULL), line.value);
    }
}

/* A body, or a part of one. */
static void content(struct strict *s, unsigned depth, struct slice type,
                    struct slice text)
{
    struct slice found = sdp_find(type, text);
    bool described = found.n == text.n && found.p == text.p;
    strict_node(s, STRICT_BODY, depth, type.n ? type : SLICE("body"),
                described ? (struct slice){0} : text);
    if (described)
        sdp(s, depth + 1, text);
}

static void parts(struct strict *s, struct multipart *m, struct slice type)
{
    struct multipart_part one;
    struct sip_line line;
    strict_node(s, STRICT_BODY, 0, type, (struct slice){0});
    while (multipart_next(m, &one)) {
        content(s, 1, one.type, one.body);
        for (struct slice rest = one.headers; sip_header_next(&rest, &line);)
            strict_node(s, STRICT_HEADER, 2, line.name, line.value);
    }
}

void strict_tree(struct strict *s)
{
    struct slice type = s->sip.header[SIP_H_CONTENT_TYPE];
    struct multipart m;
    struct sip_line line;

    s->sdp = sdp_find(type, s->sip.body);
    start_line(s);
    struct slice rest = s->sip.head;
    rest = slice_skip(rest, slice_find(rest, '\n') + 1);
    while (sip_header_next(&rest, &line)) {
        strict_node(s, STRICT_HEADER, 0, line.name, line.value);
        if (decoders[line.id])
            decoders[line.id](s, line.value);
    }
    if (!s->sip.body.n)
        return;
    if (multipart_begin(&m, type, s->sip.body))
        parts(s, &m, type);
    else
        content(s, 0, type, s->sip.body);
}
