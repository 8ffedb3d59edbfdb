/* Counts, and the ledger: what was left out and why. */
#include "tui/pager.h"
#include "tui/ui.h"
#include "view/stats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PEERS = 20 /* shown */ };

struct stats_screen {
    struct screen screen;
    struct pager pager;
    struct strbuf line;
    uint64_t version, ledger; /* of what is shown */
};

static void stats_screen_free(struct screen *screen)
{
    struct stats_screen *s = (struct stats_screen *)screen;

    pager_done(&s->pager);
    strbuf_done(&s->line);
    free(s);
}

static void heading(struct stats_screen *s, const char *text)
{
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
    pager_add(&s->pager, STYLE_BOLD, 0, "Input", 5, 0, 0);
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

static void write_messages(struct stats_screen *s, const struct stats *st)
{
    heading(s, "Messages");
    count(s, TONE_PLAIN, st->messages, "messages");
    count_some(s, TONE_WARN, st->retransmissions, "of them repeated");
    count_some(s, TONE_DIM, st->copies, "copies seen on another interface or tunnel");
    for (unsigned i = 0; i < TRANSPORT_COUNT; i++)
        count_some(s, TONE_PLAIN, st->transport[i], transport_name(i));
    heading(s, "Requests by method");
    for (size_t i = 0; i < st->methods; i++)
        count_some(s, TONE_REQUEST, st->method[i].requests, st->method[i].name);
    heading(s, "Responses by code");
    for (unsigned code = 100; code < 700; code++) {
        char text[8];
        enum tone tone = code < 200                   ? TONE_PLAIN
                         : code < 300                 ? TONE_GOOD
                         : code < 400                 ? TONE_REQUEST
                         : code == 401 || code == 407 ? TONE_WARN
                                                      : TONE_BAD;

        text[0] = (char)('0' + code / 100);
        text[1] = (char)('0' + code / 10 % 10);
        text[2] = (char)('0' + code % 10);
        text[3] = 0;
        count_some(s, tone, st->status[code], text);
    }
}

static void write_peers(struct stats_screen *s, const struct stats *st)
{
    heading(s, "Peers                                     calls      failed        "
               "sent    received");
    for (size_t i = 0; i < st->peers && i < PEERS; i++) {
        const struct stats_peer *p = &st->peer[i];
        char addr[ADDR_TEXT];

        addr_format_ip(&p->addr, addr);
        s->line.n = 0;
        strbuf_printf(&s->line,
                      "  %-34s %10" PRIu64 "  %10" PRIu64 "  %10" PRIu64 "  %10" PRIu64,
                      addr, p->calls, p->failed, p->sent, p->received);
        pager_add(&s->pager, p->failed ? TONE_BAD : TONE_PLAIN, 0, s->line.p, s->line.n,
                  0, 0);
    }
}

static void build(struct stats_screen *s)
{
    const struct view *v = s->screen.ui->view;
    struct stats *st = stats_build(v);

    pager_clear(&s->pager);
    s->version = v->calls->version;
    s->ledger = v->ledger->version;
    write_input(s);
    write_ledger(s, v->ledger);
    if (st) {
        write_states(s, st);
        write_messages(s, st);
        write_peers(s, st);
    }
    stats_free(st);
}

static void stats_refresh(struct screen *screen)
{
    struct stats_screen *s = (struct stats_screen *)screen;
    const struct view *v = screen->ui->view;

    if (!s->pager.lines.n || s->version != v->calls->version ||
        s->ledger != v->ledger->version)
        build(s);
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
