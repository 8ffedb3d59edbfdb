#include "tui/verdict_pane.h"

#include "view/clock.h"

enum {
    LABEL = 8,  /* columns of "Proof", "Why", "Do" with what is before and behind */
    PROOFS = 24 /* of one finding that are listed */
};

void verdict_pane_done(struct verdict_pane *p)
{
    pager_done(&p->pager);
    vec_done(&p->targets);
    strbuf_done(&p->text);
}

/* ---- writing */

static const char *sign_of(unsigned severity)
{
    return severity == SEVERITY_CRIT ? "●" : severity == SEVERITY_WARN ? "▲" : "·";
}

static void headline(struct verdict_pane *p, const struct finding *f)
{
    size_t head;

    p->text.n = 0;
    strbuf_printf(&p->text, "%s %s  ", sign_of(f->severity), f->rule->id);
    strbuf_str(&p->text, f->headline);
    head = p->text.n;
    strbuf_printf(&p->text, "   confidence %u", f->confidence);
    pager_add(&p->pager, TONE_DIM, 0, p->text.p, p->text.n, head,
              (unsigned)verdict_tone(f->severity) | STYLE_BOLD);
    pager_prose(&p->pager, 2);
}

/* A line under a headline; raw text. */
static void labelled(struct verdict_pane *p, const char *label, unsigned style,
                     const char *text)
{
    p->text.n = 0;
    strbuf_printf(&p->text, "  %-5s ", label);
    strbuf_str(&p->text, text);
    pager_add(&p->pager, style, 0, p->text.p, p->text.n, LABEL, TONE_DIM);
    pager_prose(&p->pager, LABEL);
}

/* The line added last can be stopped at. */
static void stop_here(struct verdict_pane *p, const struct finding *f,
                      const struct evidence *e)
{
    struct verdict_target t = {.line = p->pager.lines.n - 1, .call = f->call};

    if (e) {
        t.msg = e->msg;
        t.stream = e->stream;
        t.frame = e->frame;
        t.file = e->file;
    }
    (void)!vec_push(&p->targets, t);
}

static void proofs(struct verdict_pane *p, const struct view *v,
                   const struct finding *f)
{
    struct strbuf what = {0};

    for (size_t i = 0; i < f->nevidence && i < PROOFS; i++) {
        const struct evidence *e = &f->evidence[i];

        what.n = 0;
        if (e->time) {
            clock_time(&what, e->time, v->utc, 3);
            strbuf_str(&what, "  ");
        }
        verdict_evidence(v, e, &what);
        labelled(p, i ? "" : "Proof", TONE_PLAIN, strbuf_cstr(&what));
        stop_here(p, f, e);
    }
    if (f->nevidence > PROOFS) {
        what.n = 0;
        strbuf_printf(&what, "and %zu frames more", f->nevidence - PROOFS);
        labelled(p, "", TONE_DIM, strbuf_cstr(&what));
    }
    strbuf_done(&what);
}

/* Other calls with this cause: Enter goes through them. */
static void same_cause(struct verdict_pane *p, const struct view *v,
                       const struct verdict_line *l)
{
    struct verdict_target t = {.call = verdict_next_same(v, l->finding), .same = true};
    struct strbuf text = {0};

    strbuf_str(&text, l->text);
    if (t.call)
        strbuf_printf(&text, " (Enter: call %u)", t.call);
    labelled(p, verdict_kind_name(l->kind), TONE_PLAIN, strbuf_cstr(&text));
    strbuf_done(&text);
    t.line = p->pager.lines.n - 1;
    if (t.call)
        (void)!vec_push(&p->targets, t);
}

static void line(struct verdict_pane *p, const struct view *v,
                 const struct verdict_line *l)
{
    const char *name = verdict_kind_name(l->kind);

    switch (l->kind) {
    case VERDICT_HEADLINE:
        if (p->pager.lines.n)
            pager_add(&p->pager, 0, 0, "", 0, 0, 0);
        headline(p, l->finding);
        break;
    case VERDICT_EVIDENCE: proofs(p, v, l->finding); break;
    case VERDICT_DO: labelled(p, name, STYLE_BOLD, l->text); break;
    case VERDICT_THEN:
        labelled(p, name, TONE_PLAIN, l->text);
        if (l->finding->nevidence)
            stop_here(p, l->finding, &l->finding->evidence[0]);
        break;
    case VERDICT_SAME: same_cause(p, v, l); break;
    default: labelled(p, name, TONE_PLAIN, l->text); break;
    }
}

/* Is the finding in the pane already, as that of another leg? */
static bool written(const uint32_t *ids, size_t n, uint32_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* What it means and what to do, then what proves it, then what follows. */
static void finding_lines(struct verdict_pane *p, const struct view *v,
                          const struct verdict_line *l, size_t n)
{
    static const uint8_t round[] = {
        [VERDICT_HEADLINE] = 0, [VERDICT_WHY] = 0,  [VERDICT_DO] = 0,
        [VERDICT_EVIDENCE] = 1, [VERDICT_THEN] = 2, [VERDICT_SAME] = 2};

    for (unsigned r = 0; r < 3; r++)
        for (size_t i = 0; i < n; i++)
            if (round[l[i].kind] == r)
                line(p, v, &l[i]);
}

/* The findings of a call (NULL: of the capture), but not those in `ids`. */
static void add_call(struct verdict_pane *p, const struct view *v,
                     const struct call *call, uint32_t *ids, size_t *n, size_t room)
{
    struct verdict_panel *panel = verdict_panel(v, call);

    for (size_t i = 0, end; panel && i < panel->n; i = end) {
        uint32_t id = panel->line[i].finding->id;

        end = i + 1;
        while (end < panel->n && panel->line[end].kind != VERDICT_HEADLINE)
            end++;
        /* Of the capture only what may touch the call. */
        if (written(ids, *n, id) ||
            (!call && panel->line[i].finding->severity < SEVERITY_WARN))
            continue;
        if (*n < room)
            ids[(*n)++] = id;
        finding_lines(p, v, &panel->line[i], end - i);
    }
    verdict_panel_free(panel);
}

static void nothing(struct verdict_pane *p)
{
    static const char ok[] = "✓ Nothing wrong was found.";
    static const char unknown[] =
        "? Nothing can be concluded: the capture does not show enough of this call.";
    bool known = p->worst != VERDICT_UNKNOWN;

    pager_add(&p->pager, known ? TONE_GOOD : TONE_DIM, 0, known ? ok : unknown,
              known ? sizeof ok - 1 : sizeof unknown - 1, 0, 0);
    pager_prose(&p->pager, 2);
}

void verdict_pane_fill(struct verdict_pane *p, const struct view *v,
                       const struct call *call, bool session)
{
    uint32_t ids[64];
    size_t n = 0;
    const struct session *s = session ? call->session : NULL;
    const struct finding *head = verdict_headline(v, call);

    pager_clear(&p->pager);
    p->targets.n = 0;
    p->worst =
        v->diagnosis ? diagnose_verdict(v->diagnosis, call->id) : VERDICT_UNKNOWN;
    p->tone = head ? verdict_tone(head->severity) : TONE_PLAIN;
    add_call(p, v, call, ids, &n, sizeof ids / sizeof *ids);
    for (const struct call *leg = s ? s->first : NULL; leg; leg = leg->leg_next)
        if (leg != call)
            add_call(p, v, leg, ids, &n, sizeof ids / sizeof *ids);
    if (!p->pager.lines.n)
        nothing(p);
    add_call(p, v, NULL, ids, &n, sizeof ids / sizeof *ids);
    if (p->at >= p->targets.n)
        p->at = 0;
}

/* ---- the cursor */

const struct verdict_target *verdict_pane_target(const struct verdict_pane *p)
{
    return p->at < p->targets.n ? &p->targets.at[p->at] : NULL;
}

static void go(struct verdict_pane *p, size_t at)
{
    p->at = at;
    if (p->focused && p->at < p->targets.n)
        pager_choose(&p->pager, p->targets.at[p->at].line);
}

bool verdict_pane_act(struct verdict_pane *p, enum action action)
{
    size_t last = p->targets.n ? p->targets.n - 1 : 0;

    switch (action) {
    case ACTION_UP:
        if (!p->at) /* what is above the first proof */
            return pager_act(&p->pager, action);
        go(p, p->at - 1);
        return true;
    case ACTION_DOWN:
        if (p->at >= last)
            return pager_act(&p->pager, action);
        go(p, p->at + 1);
        return true;
    case ACTION_HOME: go(p, 0); return pager_act(&p->pager, action);
    case ACTION_END: go(p, last); return true;
    default: return pager_act(&p->pager, action);
    }
}

bool verdict_pane_click(struct verdict_pane *p, int y)
{
    size_t line = pager_line_at(&p->pager, y);

    for (size_t i = 0; i < p->targets.n; i++)
        if (p->targets.at[i].line == line) {
            go(p, i);
            return true;
        }
    return false;
}

void verdict_pane_draw(struct verdict_pane *p, struct canvas *c, struct rect area)
{
    const struct verdict_target *t = verdict_pane_target(p);

    if (!p->focused || !t)
        pager_choose(&p->pager, SIZE_MAX);
    else if (p->pager.chosen != t->line + 1)
        p->pager.chosen = t->line + 1;
    pager_draw(&p->pager, c, area);
}
