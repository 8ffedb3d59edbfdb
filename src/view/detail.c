#include "view/detail.h"
#include "base/err.h"
#include "base/vec.h"
#include "dissect/strict.h"
#include "dissect/vqreport.h"
#include "view/clock.h"
#include "view/hex.h"
#include "view/redact.h"

#include <stdlib.h>

/* Lines of a body that are listed. */
enum { BODY_LINES = 400 };

struct build {
    const struct view *view;
    const struct msg *msg;
    VEC(struct detail_line) lines;
    struct strbuf text;
    bool failed;
    bool secret; /* inside a header that is left out */
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

static char *copy_redacted(struct build *b, struct slice s)
{
    struct strbuf t = {0};
    bool found = redact_text(&t, s);
    char *p = copy(b, found ? slice_of(t.p, t.n) : s);
    strbuf_done(&t);
    return p;
}

static void add(struct build *b, enum detail_kind kind, unsigned depth,
                struct slice name, struct slice value)
{
    struct detail_line line = {.kind = kind, .depth = depth};
    if (b->failed)
        return;
    line.name = copy(b, name);
    line.value = b->view->redact ? copy_redacted(b, value) : copy(b, value);
    if (b->failed || !vec_push(&b->lines, line)) {
        free(line.name);
        free(line.value);
        b->failed = true;
    }
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
    size_t frames;
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
    if (msg_frames(m, &frames))
        strbuf_printf(&t, ", put together from %zu frames", frames);
    fact(b, "Frame", &t);
    if (m->hop) {
        addr_format(&m->hop->src, src);
        addr_format(&m->hop->dst, dst);
        strbuf_printf(&t, "%s to %s, %s", src, dst, transport_name(m->hop->transport));
        fact(b, "Path", &t);
    }
    strbuf_printf(&t, "%u bytes", m->text.length);
    fact(b, "Size", &t);
    if (msg_same(m)) {
        strbuf_printf(&t, "message %u", msg_same(m)->id);
        fact(b, m->flags & MSG_COPY ? "Copy of" : "Repeats", &t);
    }
    strbuf_done(&t);
}

/* ---- the tree ---- */

/* Bytes that are no text. Returns how many there are. */
static size_t add_hex(struct build *b, struct slice body, unsigned depth)
{
    struct strbuf line = {0};
    body.n = hex_extent(body);
    for (size_t at = 0; at < body.n && at / HEX_BYTES < BODY_LINES; at += HEX_BYTES) {
        line.n = 0;
        hex_line(&line, body, at);
        add(b, DETAIL_BODY, depth, SLICE(""), slice_of(line.p, line.n));
    }
    if (body.n / HEX_BYTES >= BODY_LINES)
        add(b, DETAIL_BODY, depth, SLICE(""), SLICE("(more bytes follow)"));
    strbuf_done(&line);
    return body.n;
}

static void add_text(struct build *b, struct slice body, unsigned depth)
{
    for (unsigned i = 0; body.n && i < BODY_LINES; i++) {
        size_t end = slice_find(body, '\n');
        struct slice line = slice_sub(body, 0, end);
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (hex_is_binary(line)) {
            body = slice_skip(body, add_hex(b, body, depth));
            continue;
        }
        add(b, DETAIL_BODY, depth, SLICE(""), line);
        body = slice_skip(body, end + 1);
    }
    if (body.n)
        add(b, DETAIL_BODY, depth, SLICE(""), SLICE("(more lines follow)"));
}

static void add_heard(struct build *b, unsigned depth, const char *who,
                      const struct vq_metrics *m)
{
    static const struct {
        enum vq_metric metric;
        const char *name, *unit;
    } SHOWN[] = {
        {VQ_NLR, "lost", " %"},    {VQ_JDR, "discarded", " %"},
        {VQ_IAJ, "jitter", " ms"}, {VQ_RTD, "round trip", " ms"},
        {VQ_MOSLQ, "MOS-LQ", ""},  {VQ_MOSCQ, "MOS-CQ", ""},
    };
    struct strbuf t = {0};
    double v;
    for (size_t i = 0; i < sizeof SHOWN / sizeof *SHOWN; i++)
        if (vq_value(m, SHOWN[i].metric, &v))
            strbuf_printf(&t, "%s%s %.1f%s", t.n ? ", " : "", SHOWN[i].name, v,
                          SHOWN[i].unit);
    if (t.n)
        add(b, DETAIL_HEADER, depth, slice_str(who), slice_of(t.p, t.n));
    strbuf_done(&t);
}

/* What an endpoint says that it heard (RFC 6035): in words, above the lines. */
static void add_report(struct build *b, const struct strict_node *n)
{
    struct vqreport r;
    if (!vqreport_is(n->name) || vqreport_parse(n->value, &r))
        return;
    add_heard(b, n->depth + 1, "Reported by endpoint", &r.heard);
    add_heard(b, n->depth + 1, "Told by its peer", &r.sent);
}

/* A body or a part of one: its type, then its lines. */
static void add_body(struct build *b, const struct strict_node *n)
{
    add(b, DETAIL_PART, n->depth, SLICE("Body"), n->name);
    if (!n->value.n)
        return;
    add_report(b, n);
    if (b->view->redact)
        add(b, DETAIL_BODY, n->depth + 1, SLICE(""), SLICE("(left out)"));
    else
        add_text(b, n->value, n->depth + 1);
}

/* A key of the media in a session description (RFC 4568 9.1, RFC 8866 5.12). */
static bool is_media_key(const struct strict_node *n)
{
    return n->kind == STRICT_SDP && (slice_eq(n->name, SLICE("k")) ||
                                     (slice_eq(n->name, SLICE("a")) &&
                                      slice_istarts(n->value, SLICE("crypto:"))));
}

static void add_node(struct build *b, const struct strict_node *n)
{
    static const enum detail_kind KINDS[] = {
        [STRICT_FACT] = DETAIL_HEADER, [STRICT_HEADER] = DETAIL_HEADER,
        [STRICT_PART] = DETAIL_HEADER, [STRICT_SDP] = DETAIL_SDP,
        [STRICT_BODY] = DETAIL_PART,
    };
    if (n->kind == STRICT_HEADER)
        b->secret = b->view->redact && redact_header(n->name);
    if (n->kind == STRICT_BODY)
        add_body(b, n);
    else if (b->view->redact && is_media_key(n))
        add(b, DETAIL_SDP, n->depth, n->name, SLICE("(left out)"));
    else if (!b->secret)
        add(b, KINDS[n->kind], n->depth, n->name, n->value);
    else if (n->kind == STRICT_HEADER)
        add(b, DETAIL_HEADER, n->depth, n->name, SLICE("(left out)"));
}

static void add_finding(struct build *b, const struct strict_finding *f)
{
    struct strbuf what = {0};
    size_t n = b->lines.n;
    strbuf_str(&what, f->text);
    if (f->line)
        strbuf_printf(&what, " (line %u)", f->line);
    add(b, DETAIL_FINDING, 0, slice_of(what.p, what.n), (struct slice){0});
    if (b->lines.n > n)
        b->lines.at[n].line = f->line;
    if (b->lines.n > n && *f->reference)
        b->lines.at[n].reference = copy(b, slice_str(f->reference));
    strbuf_done(&what);
}

static int read_message(struct build *b)
{
    struct slice text = slice_of(b->text.n ? b->text.p : "", b->text.n);
    struct strict *s = strict_decode(text);
    if (!s)
        return -ERR_NOMEM;
    for (size_t i = 0; i < s->nodes; i++)
        add_node(b, &s->node[i]);
    for (size_t i = 0; i < s->findings; i++)
        add_finding(b, &s->finding[i]);
    b->failed |= s->failed;
    strict_free(s);
    return b->failed ? -ERR_NOMEM : 0;
}

int detail_build(const struct view *v, const struct msg *m, struct detail **out)
{
    struct build b = {.view = v, .msg = m};
    struct detail *d = calloc(1, sizeof *d);
    int err = d ? view_text(v, m, &b.text) : -ERR_NOMEM;
    if (err)
        goto out;
    add_facts(&b);
    err = read_message(&b);
    d->line = b.lines.at;
    d->n = b.lines.n;
    if (err)
        goto out;
    *out = d;
    d = NULL;
out:
    strbuf_done(&b.text);
    detail_free(d);
    return err;
}
