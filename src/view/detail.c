#include "view/detail.h"
#include "base/err.h"
#include "base/vec.h"
#include "dissect/multipart.h"
#include "dissect/sdp.h"
#include "dissect/sip_value.h"
#include "view/clock.h"

#include <stdio.h>
#include <stdlib.h>

/* Lines of a body that are listed, and parameters of one header. */
enum { BODY_LINES = 400, HEADER_VALUES = 64, PARTS = 32 };

struct build {
    const struct view *view;
    const struct msg *msg;
    VEC(struct detail_line) lines;
    struct sip sip;
    struct strbuf text;
    bool failed;
};

void detail_free(struct detail *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n; i++) {
        free(d->line[i].name);
        free(d->line[i].value);
        free(d->line[i].reference);
    }
    free(d->line);
    free(d);
}

static char *copy(struct build *b, struct slice s)
{
    char *p = s.p ? malloc(s.n + 1) : NULL;
    b->failed |= s.p && !p;
    if (!p)
        return NULL;
    size_t n = 0;
    for (size_t i = 0; i < s.n;
         i++) /* a C string ends at its first NUL: shown as a blank */
        p[n++] = (char)(s.p[i] ? s.p[i] : ' ');
    p[n] = 0;
    return p;
}

static void add(struct build *b, enum detail_kind kind, unsigned depth,
                struct slice name, struct slice value)
{
    struct detail_line line = {.kind = kind, .depth = depth};
    if (b->failed)
        return;
    line.name = copy(b, name);
    line.value = copy(b, value);
    if (b->failed || !vec_push(&b->lines, line)) {
        free(line.name);
        free(line.value);
        b->failed = true;
    }
}

/* The same, only where there is a value. */
static void add_if(struct build *b, unsigned depth, const char *name,
                   struct slice value)
{
    if (value.n)
        add(b, DETAIL_HEADER, depth, slice_str(name), value);
}

static void add_number(struct build *b, unsigned depth, const char *name, uint64_t n)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    add(b, DETAIL_HEADER, depth, slice_str(name), slice_of(digits, (size_t)length));
}

static void finding(struct build *b, const char *what, const char *reference)
{
    size_t n = b->lines.n;
    add(b, DETAIL_FINDING, 0, slice_str(what), (struct slice){0});
    if (b->lines.n > n)
        b->lines.at[n].reference = copy(b, slice_str(reference));
}

/* ---- facts ---- */

static void fact(struct build *b, const char *name, struct strbuf *value)
{
    add(b, DETAIL_FACT, 0, slice_str(name),
        slice_of(value->n ? value->p : "", value->n));
    value->n = 0;
}

static void add_facts(struct build *b)
{
    const struct msg *m = b->msg;
    const struct view *v = b->view;
    struct strbuf t = {0};
    char src[ADDR_TEXT], dst[ADDR_TEXT];
    const char *file = v->file_name ? v->file_name(v->ctx, m->file) : NULL;
    strbuf_u64(&t, m->id);
    fact(b, "Message", &t);
    if (m->call) {
        strbuf_u64(&t, m->call->id);
        fact(b, "Call", &t);
    }
    clock_date(&t, m->time, v->utc);
    strbuf_char(&t, ' ');
    clock_time(&t, m->time, v->utc, 9);
    strbuf_str(&t, v->utc ? " UTC" : " local time");
    fact(b, "Time", &t);
    strbuf_u64(&t, m->frame);
    if (file)
        strbuf_printf(&t, " of %s", file);
    if (m->nframes > 1)
        strbuf_printf(&t, ", put together from %u frames", m->nframes);
    fact(b, "Frame", &t);
    if (m->hop) {
        addr_format(&m->hop->src, src);
        addr_format(&m->hop->dst, dst);
        strbuf_printf(&t, "%s to %s, %s", src, dst, transport_name(m->hop->transport));
        fact(b, "Path", &t);
    }
    strbuf_printf(&t, "%u bytes", m->text.length);
    fact(b, "Size", &t);
    if (m->same) {
        strbuf_printf(&t, "message %u", m->same->id);
        fact(b, m->flags & MSG_COPY ? "Copy of" : "Repeats", &t);
    }
    strbuf_done(&t);
}

/* ---- headers ---- */

static void add_address(struct build *b, struct slice value)
{
    struct sip_name_addr a;
    struct sip_uri u;
    if (!sip_name_addr(value, &a))
        return;
    add_if(b, 1, "display", a.display);
    add_if(b, 1, "uri", a.uri);
    if (sip_uri(a.uri, &u)) {
        add_if(b, 2, "user", u.user);
        add_if(b, 2, "host", u.host);
        if (u.port)
            add_number(b, 2, "port", u.port);
        add_if(b, 2, "parameters", u.params);
    }
    add_if(b, 1, "parameters", a.params);
}

static void add_via(struct build *b, struct slice value)
{
    struct sip_via v;
    if (!sip_via(value, &v))
        return;
    add_if(b, 1, "transport", v.transport);
    add_if(b, 1, "sent by", v.sent_by);
    add_if(b, 1, "branch", v.branch);
    add_if(b, 1, "received", v.received);
    if (v.rport)
        add_number(b, 1, "rport", v.rport);
}

/* How the values of a header are taken apart; NULL: they are not. */
static void (*decoder(enum sip_header id))(struct build *, struct slice)
{
    switch (id) {
    case SIP_H_FROM:
    case SIP_H_TO:
    case SIP_H_CONTACT:
    case SIP_H_ROUTE:
    case SIP_H_RECORD_ROUTE:
    case SIP_H_PATH:
    case SIP_H_REFER_TO:
    case SIP_H_REFERRED_BY:
    case SIP_H_DIVERSION:
    case SIP_H_HISTORY_INFO:
    case SIP_H_P_ASSERTED_IDENTITY:
    case SIP_H_P_PREFERRED_IDENTITY:
    case SIP_H_REMOTE_PARTY_ID: return add_address;
    case SIP_H_VIA: return add_via;
    default: return NULL;
    }
}

static bool is_secret(enum sip_header id)
{
    return id == SIP_H_AUTHORIZATION || id == SIP_H_PROXY_AUTHORIZATION;
}

static void add_header(struct build *b, const struct sip_line *line)
{
    void (*decode)(struct build *, struct slice) = decoder(line->id);
    struct slice rest = line->value, value;
    if (b->view->redact && is_secret(line->id)) {
        add(b, DETAIL_HEADER, 0, line->name, SLICE("(left out)"));
        return;
    }
    add(b, DETAIL_HEADER, 0, line->name, line->value);
    for (unsigned i = 0; decode && i < HEADER_VALUES && sip_value_next(&rest, &value);
         i++)
        decode(b, value);
}

static void add_headers(struct build *b)
{
    struct slice rest = b->sip.head, text = slice_of(b->text.p, b->text.n);
    struct sip_line line;
    if (!rest.p)
        rest = text;
    struct slice start = slice_trim(slice_sub(rest, 0, slice_find(rest, '\n')));
    add(b, DETAIL_FACT, 0, slice_str(b->msg->status ? "Status line" : "Request line"),
        start.p ? start : SLICE(""));
    for (unsigned i = 0; i < SIP_MAX_HEADERS && sip_line_next(&rest, &line); i++) {
        if (line.name.n)
            add_header(b, &line);
        else if (line.raw.n)
            add(b, DETAIL_HEADER, 0, SLICE("(no colon)"), line.raw);
    }
}

/* ---- bodies ---- */

static void add_sdp(struct build *b, struct slice sdp, unsigned depth)
{
    struct sdp_line line;
    for (unsigned i = 0; i < BODY_LINES && sdp_line_next(&sdp, &line); i++)
        add(b, DETAIL_SDP, depth, line.type ? slice_of(&line.type, 1) : SLICE("?"),
            line.value);
}

static void add_plain(struct build *b, struct slice body, unsigned depth)
{
    for (unsigned i = 0; body.n && i < BODY_LINES; i++) {
        size_t end = slice_find(body, '\n');
        struct slice line = slice_sub(body, 0, end);
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        add(b, DETAIL_BODY, depth, SLICE(""), line.p ? line : SLICE(""));
        body = slice_skip(body, end + 1);
    }
    if (body.n)
        add(b, DETAIL_BODY, depth, SLICE(""), SLICE("(more lines follow)"));
}

static void add_body(struct build *b, struct slice type, struct slice body,
                     unsigned depth)
{
    struct slice sdp = sdp_find(type, body);
    if (!body.n)
        return;
    if (sdp.n)
        add_sdp(b, sdp, depth);
    else if (b->view->redact)
        add(b, DETAIL_BODY, depth, SLICE(""), SLICE("(left out)"));
    else
        add_plain(b, body, depth);
}

static void add_bodies(struct build *b)
{
    struct slice type = b->sip.header[SIP_H_CONTENT_TYPE];
    struct multipart m;
    struct multipart_part part;
    if (!b->sip.body.n)
        return;
    if (!multipart_begin(&m, type, b->sip.body)) {
        add_body(b, type, b->sip.body, 0);
        return;
    }
    for (unsigned i = 0; i < PARTS && multipart_next(&m, &part); i++) {
        struct slice rest = part.headers;
        struct sip_line line;
        add(b, DETAIL_PART, 0, SLICE("Part"),
            part.type.n ? part.type : SLICE("without a type"));
        for (unsigned j = 0; j < HEADER_VALUES && sip_line_next(&rest, &line); j++)
            if (line.id != SIP_H_CONTENT_TYPE && line.name.n)
                add(b, DETAIL_HEADER, 1, line.name, line.value);
        add_body(b, part.type, part.body, 1);
    }
}

/* ---- findings of the fast parser ---- */

static void add_findings(struct build *b)
{
    static const struct {
        unsigned flag;
        const char *what, *reference;
    } ODD[] = {
        {SIP_CUT, "the body is shorter than Content-Length says", "RFC 3261 18.3"},
        {SIP_LF, "a line ends in LF without CR", "RFC 3261 25.1"},
        {SIP_NUL, "a zero byte in the headers", "RFC 3261 25.1"},
        {SIP_REPEATED, "Call-ID, CSeq, From or To came twice: the first counts",
         "RFC 3261 7.3.1"},
        {SIP_NO_BLANK, "no empty line ends the headers", "RFC 3261 7"},
        {SIP_METHODS_DIFFER, "the method in CSeq is not the request's",
         "RFC 3261 8.1.1.5"},
    };
    static const struct {
        enum sip_header id;
        const char *what, *reference;
    } NEEDED[] = {
        {SIP_H_FROM, "no From", "RFC 3261 8.1.1.3"},
        {SIP_H_TO, "no To", "RFC 3261 8.1.1.2"},
        {SIP_H_VIA, "no Via", "RFC 3261 8.1.1.7"},
        {SIP_H_MAX_FORWARDS, "no Max-Forwards", "RFC 3261 8.1.1.6"},
    };
    if (b->msg->malformed)
        finding(b, reason_text(b->msg->malformed), "RFC 3261 7");
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++)
        if (b->sip.flags & ODD[i].flag)
            finding(b, ODD[i].what, ODD[i].reference);
    for (size_t i = 0; i < sizeof NEEDED / sizeof *NEEDED; i++)
        if (!b->sip.header[NEEDED[i].id].p &&
            !(NEEDED[i].id == SIP_H_MAX_FORWARDS && b->msg->status))
            finding(b, NEEDED[i].what, NEEDED[i].reference);
    bool stream = b->msg->hop && b->msg->hop->transport != TRANSPORT_UDP;
    if (b->sip.flags & SIP_NO_LENGTH && stream)
        finding(b, "no Content-Length over a stream transport", "RFC 3261 20.14");
}

int detail_build(const struct view *v, const struct msg *m, struct detail **out)
{
    struct build b = {.view = v, .msg = m};
    struct detail *d = calloc(1, sizeof *d);
    int err = d ? view_text(v, m, &b.text) : -ERR_NOMEM;
    if (err)
        goto out;
    (void)sip_parse(slice_of(b.text.n ? b.text.p : "", b.text.n), &b.sip);
    add_facts(&b);
    add_headers(&b);
    add_bodies(&b);
    add_findings(&b);
    d->line = b.lines.at;
    d->n = b.lines.n;
    if (b.failed) {
        err = -ERR_NOMEM;
        goto out;
    }
    *out = d;
    d = NULL;
out:
    strbuf_done(&b.text);
    detail_free(d);
    return err;
}
