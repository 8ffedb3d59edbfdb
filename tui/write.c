#include "tui/write.h"

#include "base/err.h"
#include "tui/write_sip.h"
#include "view/call_media.h"

#include <string.h>

enum tone write_tone(const struct msg *m)
{
    if (m->malformed)
        return TONE_BAD;
    if (msg_is_request(m))
        return TONE_REQUEST;
    if (m->status < 200)
        return TONE_DIM;
    if (m->status < 300)
        return TONE_GOOD;
    if (m->status < 400)
        return TONE_REQUEST;
    return m->status == 401 || m->status == 407 ? TONE_WARN : TONE_BAD;
}

static void write_gone(struct pager *p, int err)
{
    struct strbuf b = {0};

    strbuf_printf(&b, "The text of this message cannot be shown: %s.", err_text(err));
    pager_add(p, TONE_WARN, 0, b.p, b.n, 0, 0);
    strbuf_done(&b);
}

void write_line(struct pager *p, const struct detail_line *l, const char *sign)
{
    static const unsigned head[] = {
        [DETAIL_FACT] = TONE_DIM,   [DETAIL_HEADER] = STYLE_BOLD,
        [DETAIL_PART] = STYLE_BOLD, [DETAIL_SDP] = STYLE_BOLD,
        [DETAIL_BODY] = TONE_PLAIN, [DETAIL_FINDING] = TONE_WARN | STYLE_BOLD,
    };
    bool finding = l->kind == DETAIL_FINDING;

    pager_begin(p, l->depth * 2);
    pager_put(p, TONE_REQUEST, sign, strlen(sign));
    if (finding)
        pager_put(p, head[l->kind], "▲ ", strlen("▲ "));
    if (l->name && *l->name) {
        pager_put(p, head[l->kind], l->name, strlen(l->name));
        if (l->value)
            pager_put(p, head[l->kind], ": ", 2);
    }
    if (l->value)
        pager_put(p, TONE_PLAIN, l->value, strlen(l->value));
    if (l->reference) {
        pager_put(p, TONE_DIM, "   ", 3);
        pager_put(p, TONE_DIM, l->reference, strlen(l->reference));
    }
}

void write_detail(struct pager *p, const struct detail *d)
{
    for (size_t i = 0; i < d->n; i++)
        write_line(p, &d->line[i], "");
}

void write_message(struct pager *p, const struct view *v, const struct msg *m,
                   bool decoded, enum tone start_line)
{
    struct strbuf text = {0};
    struct detail *d = NULL;
    int err = detail_build(v, m, &d);

    if (!err && decoded)
        write_detail(p, d);
    else if (!err)
        err = view_text(v, m, &text);
    if (err)
        write_gone(p, err);
    else if (!decoded)
        write_sip(p, text.p, text.n, start_line, d);
    detail_free(d);
    strbuf_done(&text);
}

/* A field's name in full, its value and unit. Nothing for null. */
static void write_field(struct pager *p, const struct field *f, struct row *row,
                        struct strbuf *b)
{
    struct value v = {VALUE_NULL, {0}};
    enum tone tone = f->tone ? f->tone(row) : TONE_PLAIN;
    size_t head;

    row->scratch->n = 0;
    field_get(f, row, &v);
    if (v.type == VALUE_NULL)
        return;
    b->n = 0;
    strbuf_printf(b, "%-11s ", f->title);
    head = b->n;
    value_text(row->view, f, &v, b);
    if (*f->unit)
        strbuf_printf(b, " %s", f->unit);
    pager_add(p, tone, 0, b->p, b->n, head, TONE_DIM);
}

void write_stream(struct pager *p, const struct view *v, uint32_t id)
{
    const void *stream = call_media_stream(v, id);
    struct strbuf scratch = {0}, text = {0}, b = {0};
    struct row row = {.view = v, .object = stream, .scratch = &scratch, .text = &text};

    if (!stream)
        pager_add(p, TONE_WARN, 0, "This stream is no longer kept.", 30, 0, 0);
    for (size_t i = 0; stream && i < TABLE_STREAMS.n; i++)
        write_field(p, &TABLE_STREAMS.fields[i], &row, &b);
    strbuf_done(&scratch);
    strbuf_done(&text);
    strbuf_done(&b);
}
