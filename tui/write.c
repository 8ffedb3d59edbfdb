#include "tui/write.h"

#include "base/err.h"
#include "view/detail.h"

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

static void write_line(struct pager *p, const struct detail_line *l, struct strbuf *b)
{
    static const unsigned head[] = {
        [DETAIL_FACT] = TONE_DIM,   [DETAIL_HEADER] = STYLE_BOLD,
        [DETAIL_PART] = STYLE_BOLD, [DETAIL_SDP] = STYLE_BOLD,
        [DETAIL_BODY] = TONE_PLAIN, [DETAIL_FINDING] = TONE_WARN | STYLE_BOLD,
    };
    size_t name;

    b->n = 0;
    if (l->kind == DETAIL_FINDING)
        strbuf_str(b, "▲ ");
    strbuf_str(b, l->name ? l->name : "");
    if (l->value && b->n)
        strbuf_str(b, ": ");
    name = b->n;
    if (l->value)
        strbuf_str(b, l->value);
    if (l->reference)
        strbuf_printf(b, "   %s", l->reference);
    pager_add(p, l->kind == DETAIL_FINDING ? TONE_WARN : TONE_PLAIN, l->depth * 2, b->p,
              b->n, name, head[l->kind]);
}

static void write_tree(struct pager *p, const struct view *v, const struct msg *m)
{
    struct detail *d;
    struct strbuf b = {0};
    int err = detail_build(v, m, &d);

    if (err) {
        write_gone(p, err);
        return;
    }
    for (size_t i = 0; i < d->n; i++)
        write_line(p, &d->line[i], &b);
    strbuf_done(&b);
    detail_free(d);
}

void write_message(struct pager *p, const struct view *v, const struct msg *m,
                   bool decoded, enum tone start_line)
{
    struct strbuf text = {0};
    int err;

    if (decoded) {
        write_tree(p, v, m);
        return;
    }
    err = view_text(v, m, &text);
    if (err)
        write_gone(p, err);
    else
        pager_add_sip(p, text.p, text.n, start_line);
    strbuf_done(&text);
}
