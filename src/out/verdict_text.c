#include "out/verdict_text.h"
#include "base/utf8.h"
#include "out/note.h"
#include "out/style.h"

enum { INDENT = 13, NARROWEST = 40 };

/* Writes clean text in lines that fit, after what stands in the first line already. */
static void wrap(struct strbuf *out, const char *text,
                 const struct verdict_text_options *o)
{
    struct strbuf clean = {0};
    utf8_clean(&clean, text, strlen(text));
    size_t width = o->width > NARROWEST ? o->width : NARROWEST, at = INDENT;
    for (size_t i = 0; i < clean.n;) {
        size_t end = i;
        while (end < clean.n && clean.p[end] != ' ')
            end++;
        size_t columns = utf8_columns(clean.p + i, end - i);
        if (at > INDENT && at + 1 + columns > width) {
            strbuf_char(out, '\n');
            strbuf_fill(out, ' ', INDENT);
            at = INDENT;
        } else if (at > INDENT) {
            strbuf_char(out, ' ');
            at++;
        }
        strbuf_add(out, clean.p + i, end - i);
        at += columns;
        for (i = end; i < clean.n && clean.p[i] == ' '; i++)
            ;
    }
    strbuf_char(out, '\n');
    strbuf_done(&clean);
}

static const char *sign(unsigned severity, bool ascii)
{
    static const char *const SIGNS[] = {"·", "▲", "●"}, *const PLAIN[] = {"-", "!",
                                                                          "*"};
    return severity < SEVERITY_COUNT ? (ascii ? PLAIN : SIGNS)[severity] : " ";
}

static void heading(struct strbuf *out, const struct finding *f, const char *text,
                    const struct verdict_text_options *o)
{
    enum tone tone = verdict_tone(f->severity);
    style_on(out, tone, o->color);
    strbuf_printf(out, "%s %-4s %-5s ", sign(f->severity, o->ascii),
                  severity_name(f->severity), f->rule->id);
    wrap(out, text, o);
    if (out->n && o->color)
        out->n--; /* the colour ends before the line does */
    style_off(out, tone, o->color);
    if (o->color)
        strbuf_char(out, '\n');
}

static void labelled(struct strbuf *out, const char *label, const char *text,
                     const struct verdict_text_options *o)
{
    strbuf_printf(out, "  %-10s ", label);
    wrap(out, text, o);
}

static void calls_line(struct strbuf *out, const struct verdict_group *g,
                       const struct verdict_text_options *o)
{
    struct strbuf b = {0};
    if (!g->calls)
        return;
    for (unsigned i = 0; i < g->calls && i < VERDICT_CALLS; i++)
        strbuf_printf(&b, "%s%u", i ? ", " : "", g->call[i]);
    if (g->calls > VERDICT_CALLS)
        strbuf_printf(&b, " ... (%u calls: same cause)", g->calls);
    labelled(out, g->calls > 1 ? "Calls" : "Call", strbuf_cstr(&b), o);
    strbuf_done(&b);
}

static void evidence_line(struct strbuf *out, const struct view *v,
                          const struct finding *f, const struct verdict_text_options *o)
{
    enum { FRAMES = 12 };
    struct strbuf b = {0};
    (void)v;
    if (!f->nevidence)
        return;
    strbuf_printf(&b, "confidence %u, frame%s ", f->confidence,
                  f->nevidence > 1 ? "s" : "");
    for (size_t i = 0; i < f->nevidence && i < FRAMES; i++)
        strbuf_printf(&b, "%s%llu", i ? ", " : "",
                      (unsigned long long)f->evidence[i].frame);
    if (f->nevidence > FRAMES)
        strbuf_str(&b, " ...");
    labelled(out, "Evidence", strbuf_cstr(&b), o);
    strbuf_done(&b);
}

static void group_text(const struct view *v, const struct verdict_group *g,
                       const struct verdict_text_options *o, struct strbuf *out)
{
    struct strbuf b = {0};
    if (g->calls > 1)
        strbuf_printf(&b, "%u calls: ", g->calls);
    strbuf_str(&b, g->worst->headline);
    heading(out, g->worst, strbuf_cstr(&b), o);
    calls_line(out, g, o);
    evidence_line(out, v, g->worst, o);
    if (*g->worst->detail)
        labelled(out, "Why", g->worst->detail, o);
    if (g->worst->severity > SEVERITY_INFO)
        labelled(out, "Do", g->worst->remedy, o);
    strbuf_done(&b);
}

void verdict_groups_text(const struct view *v, const struct verdict_groups *g,
                         const struct verdict_text_options *options, struct strbuf *out)
{
    struct strbuf b = {0};
    verdict_summary(v, g, &b);
    style_bold(out, strbuf_cstr(&b), options->color);
    strbuf_char(out, '\n');
    for (size_t i = 0; i < g->n; i++) {
        strbuf_char(out, '\n');
        group_text(v, &g->group[i], options, out);
    }
    if (!g->n)
        strbuf_str(out, "nothing was found\n");
    note_ledger(v, out);
    strbuf_done(&b);
}

void verdict_panel_text(const struct view *v, const struct verdict_panel *p,
                        const struct verdict_text_options *options, struct strbuf *out)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct verdict_line *line = &p->line[i];
        switch (line->kind) {
        case VERDICT_HEADLINE:
            strbuf_str(out, i ? "\n" : "");
            heading(out, line->finding, line->text, options);
            break;
        case VERDICT_EVIDENCE: evidence_line(out, v, line->finding, options); break;
        default:
            labelled(out, verdict_kind_name(line->kind), line->text, options);
            break;
        }
    }
    if (!p->n)
        strbuf_str(out, "nothing was found\n");
}
