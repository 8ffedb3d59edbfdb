/* Counts and KPIs, and the ledger: what was left out and why. */
#include "out/kpi_text.h"
#include "tui/pager.h"
#include "tui/ui.h"
#include "view/alias.h"
#include "view/stats.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEERS = 20 /* shown */ };

/* Messages and calls counted between two looks at the clock. */
enum { KPI_PART = 256, PART = 4096 };

struct stats_screen {
    struct screen screen;
    struct pager pager;
    struct strbuf line;
    struct stats_count *count; /* under way; NULL: none is */
    uint64_t layout;           /* that it began with */
    uint64_t version, ledger;  /* of what is shown */
    int64_t began, next;       /* the count; when the next one may */
    bool shown;                /* there was one */
};

static void stats_screen_free(struct screen *screen)
{
    struct stats_screen *s = (struct stats_screen *)screen;

    pager_done(&s->pager);
    strbuf_done(&s->line);
    stats_free(stats_count_done(s->count));
    free(s);
}

static void heading(struct stats_screen *s, const char *text)
{
    if (s->pager.lines.n)
        pager_add(&s->pager, TONE_PLAIN, 0, "", 0, 0, 0);
    pager_add(&s->pager, STYLE_BOLD, 0, text, strlen(text), 0, 0);
}

/* A count, right-aligned, then what was counted. */
static void count(struct stats_screen *s, enum tone tone, uint64_t n, const char *what)
{
    char text[24];

    s->line.n = 0;
    strbuf_printf(&s->line, "%12s  %s", state_count(n, text), what);
    pager_add(&s->pager, tone, 0, s->line.p, s->line.n, 0, 0);
}

static void count_some(struct stats_screen *s, enum tone tone, uint64_t n,
                       const char *what)
{
    if (n)
        count(s, tone, n, what);
}

static void write_input(struct stats_screen *s)
{
    const struct engine *e = s->screen.ui->trace->engine;
    const struct engine_counts *c = e ? engine_counts(e) : NULL;

    if (!c)
        return;
    heading(s, "Input");
    count(s, TONE_PLAIN, c->frames, "frames");
    count(s, TONE_PLAIN, c->sip, "SIP messages");
    count_some(s, TONE_WARN, c->malformed, "looked like SIP and could not be used");
    count_some(s, TONE_PLAIN, c->udp, "UDP datagrams");
    count_some(s, TONE_PLAIN, c->tcp, "TCP segments");
    count_some(s, TONE_PLAIN, c->sctp, "SCTP packets");
    count_some(s, TONE_PLAIN, c->rtp, "RTP packets");
    count_some(s, TONE_PLAIN, c->rtcp, "RTCP packets");
    count_some(s, TONE_PLAIN, c->stun, "STUN packets");
    count_some(s, TONE_PLAIN, c->other, "other packets");
}

static void write_ledger(struct stats_screen *s, const struct ledger *l)
{
    char text[24];

    heading(s, "Ledger: what is not shown, and why");
    if (!l->n)
        pager_add(&s->pager, TONE_GOOD, 2, "Nothing was left out.", 21, 0, 0);
    for (unsigned i = 0; i < l->n; i++) {
        const struct ledger_row *row = &l->row[i];
        bool ours = row->reason >= LEDGER_FIRST;
        const char *sentence =
            ours ? ledger_text(row->reason) : reason_text((int)row->reason);

        s->line.n = 0;
        strbuf_printf(&s->line, "%12s  %s", state_count(row->count, text),
                      sentence ? sentence : "?");
        if (row->detail)
            strbuf_printf(&s->line, " (0x%x)", row->detail);
        if (row->first_frame)
            strbuf_printf(&s->line, ", first in frame %" PRIu64, row->first_frame);
        pager_add(&s->pager, state_harmless(row->reason) ? TONE_PLAIN : TONE_WARN, 0,
                  s->line.p, s->line.n, 0, 0);
    }
}

static void write_states(struct stats_screen *s, const struct stats *st)
{
    heading(s, "Calls that begin with INVITE");
    count(s, TONE_PLAIN, st->invites, "calls");
    for (unsigned i = 0; i < CALL_STATE_COUNT; i++)
        count_some(s,
                   i == CALL_TIMEOUT || i == CALL_REJECTED || i == CALL_FAILED
                       ? TONE_BAD
                       : TONE_PLAIN,
                   st->state[i], call_state_name(i));
}

static void write_kpis(struct stats_screen *s)
{
    const struct board_options all = {.kind = KPI_ALL};
    struct board *b = board_build(s->screen.ui->view, &all);
    struct kpi_line l;

    if (b && b->n && b->row[0].counts.n[KPI_ATTEMPTS]) {
        heading(s, "KPIs");
        for (size_t i = 0; kpi_line(&b->row[0].figures, i, &l); i++) {
            if (isnan(l.value))
                continue;
            s->line.n = 0;
            strbuf_printf(&s->line, "%12.*f %-2s  %-11s ", (int)l.digits, l.value,
                          l.unit, l.title);
            pager_add(&s->pager, TONE_PLAIN, 0, s->line.p, s->line.n, 0, 0);
            pager_put(&s->pager, TONE_DIM, l.help, strlen(l.help));
        }
        if (b->row[0].counts.n[KPI_ATTEMPTS] < KPI_LEAST)
            pager_add(&s->pager, TONE_DIM, 14, "too few attempts for ratios", 27, 0, 0);
    }
    board_free(b);
}

static void write_messages(struct stats_screen *s, const struct stats *st)
{
    heading(s, "Messages");
    count(s, TONE_PLAIN, st->messages, "messages");
    count_some(s, TONE_WARN, st->retransmissions, "of them repeated");
    count_some(s, TONE_DIM, st->copies, "copies seen on another interface or tunnel");
    for (unsigned i = 0; i < TRANSPORT_COUNT; i++)
        count_some(s, TONE_PLAIN, st->transport[i], transport_name(i));
}

static void write_methods(struct stats_screen *s, const struct stats *st)
{
    if (!st->methods)
        return;
    heading(s, "    Requests   Responses    Repeated  by method");
    for (size_t i = 0; i < st->methods; i++) {
        const struct stats_method *m = &st->method[i];
        char requests[24], responses[24], repeated[24];

        s->line.n = 0;
        strbuf_printf(&s->line, "%12s%12s%12s  ", state_count(m->requests, requests),
                      state_count(m->responses, responses),
                      state_count(m->retransmissions, repeated));
        strbuf_str(&s->line, m->name);
        pager_add(&s->pager, TONE_PLAIN, 0, s->line.p, s->line.n, 0, 0);
    }
}

static void write_codes(struct stats_screen *s, const struct stats *st)
{
    if (!st->responses)
        return;
    heading(s, "Responses by code");
    for (unsigned code = 100; code < 700; code++) {
        enum tone tone = code < 200 ? TONE_PLAIN : tone_of_status(code);
        const char *phrase = sip_status_phrase(code);
        char text[80];

        if (!st->status[code])
            continue;
        snprintf(text, sizeof text, "%u %s", code, phrase ? phrase : "");
        count(s, tone, st->status[code], text);
    }
}

static void write_peers(struct stats_screen *s, const struct stats *st)
{
    heading(s, "       Calls      Failed        Sent    Received  by peer");
    for (size_t i = 0; i < st->peers && i < PEERS; i++) {
        const struct stats_peer *p = &st->peer[i];
        const char *alias = alias_find(s->screen.ui->view->aliases, &p->addr);
        char addr[ADDR_TEXT], calls[24], failed[24], sent[24], received[24];

        addr_format_ip(&p->addr, addr);
        s->line.n = 0;
        strbuf_printf(&s->line, "%12s%12s%12s%12s  %s", state_count(p->calls, calls),
                      state_count(p->failed, failed), state_count(p->sent, sent),
                      state_count(p->received, received), alias ? alias : addr);
        if (alias)
            strbuf_printf(&s->line, "  %s", addr);
        pager_add(&s->pager, p->failed ? TONE_BAD : TONE_PLAIN, 0, s->line.p, s->line.n,
                  0, 0);
    }
    if (st->peers > PEERS)
        count(s, TONE_DIM, st->peers - PEERS,
              "more: b shows the busiest by their KPIs");
}

static void write_all(struct stats_screen *s, const struct stats *st)
{
    const struct view *v = s->screen.ui->view;

    pager_clear(&s->pager);
    if (st) {
        write_states(s, st);
        write_kpis(s);
        write_codes(s, st);
        write_methods(s, st);
        write_peers(s, st);
        write_messages(s, st);
    }
    write_input(s);
    write_ledger(s, v->ledger);
}

/* How far the first count is: it may take seconds. */
static void write_progress(struct stats_screen *s)
{
    s->line.n = 0;
    strbuf_printf(&s->line, "Counting: %u %%", board_counted(s->screen.ui->view));
    pager_clear(&s->pager);
    pager_add(&s->pager, TONE_DIM, 0, s->line.p, s->line.n, 0, 0);
}

static bool step(void *ctx)
{
    struct stats_screen *s = ctx;
    const struct view *v = s->screen.ui->view;

    return board_count(v, KPI_PART) || (s->count && stats_count_step(s->count, PART));
}

/* What has left must not be counted on. */
static void begin(struct stats_screen *s)
{
    const struct view *v = s->screen.ui->view;

    if (s->count && s->layout == v->calls->layout)
        return;
    stats_free(stats_count_done(s->count));
    s->count = stats_count_new(v);
    s->layout = v->calls->layout;
    s->version = v->calls->version;
    s->ledger = v->ledger->version;
    s->began = ui_now();
}

static void stats_refresh(struct screen *screen)
{
    struct stats_screen *s = (struct stats_screen *)screen;
    const struct view *v = screen->ui->view;
    bool same = s->version == v->calls->version && s->ledger == v->ledger->version;
    struct stats *st;

    if (!s->count && ((s->shown && same) || !ui_may_count(screen->ui, s->next)))
        return;
    begin(s);
    if (ui_work(screen->ui, step, s)) {
        if (!s->shown)
            write_progress(s);
        return;
    }
    st = stats_count_done(s->count);
    s->count = NULL;
    write_all(s, st);
    stats_free(st);
    s->shown = true;
    s->next = ui_next_count(s->began);
}

static void stats_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct stats_screen *s = (struct stats_screen *)screen;

    pager_draw(&s->pager, c, area);
}

static void stats_act(struct screen *screen, enum action action)
{
    pager_act(&((struct stats_screen *)screen)->pager, action);
}

static const struct screen_ops stats_ops = {
    .title = "Stats",
    .on = ON_STATS,
    .free = stats_screen_free,
    .refresh = stats_refresh,
    .draw = stats_draw,
    .act = stats_act,
};

struct screen *screen_stats_new(struct ui *ui)
{
    struct stats_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->screen.ops = &stats_ops;
    s->screen.ui = ui;
    return &s->screen;
}
