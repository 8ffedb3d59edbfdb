#include "out/stats_text.h"
#include "base/utf8.h"
#include "out/format.h"
#include "out/health_text.h"
#include "out/kpi_text.h"
#include "out/style.h"
#include "view/alias.h"
#include "view/clock.h"

#include <stdio.h>

enum { PEERS_SHOWN = 20, NAME_WIDTH = 24, NUMBER_WIDTH = 12 };

/* A number as its share of another: "12.5", or "0.0" of nothing. */
static void share(struct strbuf *out, uint64_t part, uint64_t whole)
{
    strbuf_fixed(out, whole ? (int64_t)((part * 1000 + whole / 2) / whole) : 0, 1);
    strbuf_str(out, " %");
}

static void title(struct strbuf *out, const char *name, const char *const *columns,
                  bool color)
{
    strbuf_char(out, '\n');
    style_bold(out, name, color);
    size_t x = strlen(name), end = NAME_WIDTH;
    for (; *columns; columns++) {
        end += NUMBER_WIDTH;
        size_t n = strlen(*columns);
        size_t blanks = x + n < end ? end - x - n : 1;
        strbuf_fill(out, ' ', blanks);
        strbuf_str(out, *columns);
        x += blanks + n;
    }
    strbuf_char(out, '\n');
}

static void number(struct strbuf *out, uint64_t n)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    strbuf_fill(out, ' ', length < NUMBER_WIDTH ? (size_t)(NUMBER_WIDTH - length) : 1);
    strbuf_add(out, digits, (size_t)length);
}

/* A line of a table: name, then numbers. */
static void line(struct strbuf *out, const char *name, enum tone tone, bool color,
                 const uint64_t *numbers, size_t n)
{
    struct strbuf clean = {0};
    utf8_clean(&clean, name, strlen(name));
    style_on(out, tone, color);
    size_t w = style_cut(out, clean.n ? clean.p : "", clean.n, NAME_WIDTH, false);
    style_off(out, tone, color);
    strbuf_fill(out, ' ', NAME_WIDTH - w);
    for (size_t i = 0; i < n; i++)
        number(out, numbers[i]);
    strbuf_char(out, '\n');
    strbuf_done(&clean);
}

/* "1 call", "2 calls". */
static void counted(struct strbuf *out, uint64_t n, const char *noun, const char *many)
{
    strbuf_printf(out, "%llu %s", (unsigned long long)n, n == 1 ? noun : many);
}

static void totals(const struct view *v, const struct stats *s, struct strbuf *out)
{
    counted(out, s->calls, "call, ", "calls, ");
    counted(out, s->messages, "message (", "messages (");
    counted(out, s->requests, "request, ", "requests, ");
    counted(out, s->responses, "response)", "responses)");
    if (s->first) {
        strbuf_str(out, " from ");
        clock_date(out, s->first, v->utc);
        strbuf_char(out, ' ');
        clock_time(out, s->first, v->utc, 3);
        strbuf_str(out, " over ");
        clock_span(out, s->last - s->first);
    }
    strbuf_char(out, '\n');
    counted(out, s->retransmissions, "retransmission (", "retransmissions (");
    share(out, s->retransmissions, s->messages);
    strbuf_str(out, "), ");
    counted(out, s->copies, "copy not counted, ", "copies not counted, ");
    counted(out, s->malformed, "malformed\n", "malformed\n");
}

static void methods(const struct stats *s, bool color, struct strbuf *out)
{
    static const char *const COLUMNS[] = {"Requests", "Responses", "Repeated", NULL};
    title(out, "Method", COLUMNS, color);
    for (size_t i = 0; i < s->methods; i++) {
        const struct stats_method *m = &s->method[i];
        uint64_t numbers[] = {m->requests, m->responses, m->retransmissions};
        line(out, m->name, TONE_PLAIN, color, numbers, 3);
    }
}

static void codes(const struct stats *s, bool color, struct strbuf *out)
{
    static const char *const COLUMNS[] = {"Responses", NULL};
    title(out, "Code", COLUMNS, color);
    for (unsigned code = 0; code < sizeof s->status / sizeof *s->status; code++) {
        char name[80];
        if (!s->status[code])
            continue;
        snprintf(name, sizeof name, "%u %s", code, sip_status_phrase(code));
        line(out, name, tone_of_status(code), color, &s->status[code], 1);
    }
}

static void states(const struct stats *s, bool color, struct strbuf *out)
{
    static const char *const COLUMNS[] = {"Calls", NULL};
    title(out, "State (INVITE)", COLUMNS, color);
    for (unsigned i = 0; i < CALL_STATE_COUNT; i++)
        if (s->state[i])
            line(out, call_state_name(i), TONE_PLAIN, color, &s->state[i], 1);
}

static void transports(const struct stats *s, bool color, struct strbuf *out)
{
    static const char *const COLUMNS[] = {"Messages", NULL};
    title(out, "Transport", COLUMNS, color);
    for (unsigned i = 0; i < TRANSPORT_COUNT; i++)
        if (s->transport[i])
            line(out, transport_name(i), TONE_PLAIN, color, &s->transport[i], 1);
}

static void peers(const struct view *v, const struct stats *s, bool color,
                  struct strbuf *out)
{
    static const char *const COLUMNS[] = {"Calls", "Failed", "Sent", "Received", NULL};
    title(out, "Peer", COLUMNS, color);
    for (size_t i = 0; i < s->peers && i < PEERS_SHOWN; i++) {
        const struct stats_peer *p = &s->peer[i];
        uint64_t numbers[] = {p->calls, p->failed, p->sent, p->received};
        char address[ADDR_TEXT];
        const char *name = alias_find(v->aliases, &p->addr);
        addr_format_ip(&p->addr, address);
        line(out, name ? name : address, TONE_PLAIN, color, numbers, 4);
    }
    if (s->peers > PEERS_SHOWN)
        strbuf_printf(out, "%zu more\n", s->peers - PEERS_SHOWN);
}

static void ledger_table(const struct view *v, unsigned width, bool color,
                         struct strbuf *out)
{
    struct writer w;
    struct listing_options o = {.width = width, .color = color};
    strbuf_char(out, '\n');
    if (!v->ledger || !v->ledger->n) {
        strbuf_str(out, "ledger: empty, everything read is shown\n");
        return;
    }
    writer_init(&w, -1);
    listing_all(&w, v, &TABLE_LEDGER, &o);
    strbuf_add(out, w.buf.p, w.buf.n);
    writer_done(&w);
}

void stats_text(const struct view *v, const struct stats *s, unsigned width, bool color,
                struct strbuf *out)
{
    totals(v, s, out);
    if (s->methods)
        methods(s, color, out);
    if (s->responses)
        codes(s, color, out);
    if (s->invites)
        states(s, color, out);
    if (s->messages)
        transports(s, color, out);
    if (s->peers)
        peers(v, s, color, out);
    kpi_text(v, color, out);
    health_text(v, color, out);
    ledger_table(v, width, color, out);
}

/* ---- JSON ---- */

/* ,"key":n or "key":n as the first of an object. */
static void member(struct strbuf *out, const char *key, uint64_t n)
{
    if (out->n && out->p[out->n - 1] != '{')
        strbuf_char(out, ',');
    json_text(out, key, strlen(key));
    strbuf_char(out, ':');
    strbuf_u64(out, n);
}

static void open_member(struct strbuf *out, const char *key, char bracket)
{
    strbuf_printf(out, ",\"%s\":%c", key, bracket);
}

static void json_time(struct strbuf *out, const char *key, int64_t ns)
{
    strbuf_printf(out, ",\"%s\":", key);
    if (ns)
        json_seconds(out, ns, false);
    else
        strbuf_str(out, "null");
}

static void json_methods(const struct stats *s, struct strbuf *out)
{
    open_member(out, "methods", '[');
    for (size_t i = 0; i < s->methods; i++) {
        strbuf_str(out, i ? ",{\"method\":" : "{\"method\":");
        json_text(out, s->method[i].name, strlen(s->method[i].name));
        member(out, "requests", s->method[i].requests);
        member(out, "responses", s->method[i].responses);
        member(out, "retransmissions", s->method[i].retransmissions);
        strbuf_char(out, '}');
    }
    strbuf_char(out, ']');
}

static void json_counts(const struct stats *s, struct strbuf *out)
{
    char key[16];
    open_member(out, "codes", '{');
    for (unsigned i = 0; i < sizeof s->status / sizeof *s->status; i++)
        if (s->status[i]) {
            snprintf(key, sizeof key, "%u", i);
            member(out, key, s->status[i]);
        }
    strbuf_char(out, '}');
    open_member(out, "states", '{');
    for (unsigned i = 0; i < CALL_STATE_COUNT; i++)
        if (s->state[i])
            member(out, call_state_name(i), s->state[i]);
    strbuf_char(out, '}');
    open_member(out, "transports", '{');
    for (unsigned i = 0; i < TRANSPORT_COUNT; i++)
        if (s->transport[i])
            member(out, transport_name(i), s->transport[i]);
    strbuf_char(out, '}');
}

static void json_peers(const struct stats *s, struct strbuf *out)
{
    char address[ADDR_TEXT];
    open_member(out, "peers", '[');
    for (size_t i = 0; i < s->peers; i++) {
        const struct stats_peer *p = &s->peer[i];
        strbuf_str(out, i ? ",{\"peer\":" : "{\"peer\":");
        json_text(out, address, addr_format_ip(&p->addr, address));
        member(out, "calls", p->calls);
        member(out, "failed", p->failed);
        member(out, "sent", p->sent);
        member(out, "received", p->received);
        strbuf_char(out, '}');
    }
    strbuf_char(out, ']');
}

static void json_ledger(const struct view *v, struct strbuf *out)
{
    struct strbuf what = {0};
    open_member(out, "ledger", '[');
    for (unsigned i = 0; v->ledger && i < v->ledger->n; i++) {
        const struct ledger_row *r = &v->ledger->row[i];
        const char *name = ledger_reason_name(r->reason);
        what.n = 0;
        ledger_what(r, &what);
        strbuf_str(out, i ? ",{\"reason\":" : "{\"reason\":");
        json_text(out, name, name ? strlen(name) : 0);
        strbuf_str(out, ",\"what\":");
        json_text(out, what.p, what.n);
        member(out, "count", r->count);
        member(out, "bytes", r->bytes);
        if (r->first_frame)
            member(out, "first_frame", r->first_frame);
        else
            strbuf_str(out, ",\"first_frame\":null");
        strbuf_char(out, '}');
    }
    strbuf_char(out, ']');
    strbuf_done(&what);
}

void stats_json(const struct view *v, const struct stats *s, struct strbuf *out)
{
    strbuf_char(out, '{');
    member(out, "calls", s->calls);
    member(out, "messages", s->messages);
    member(out, "requests", s->requests);
    member(out, "responses", s->responses);
    member(out, "retransmissions", s->retransmissions);
    member(out, "copies", s->copies);
    member(out, "malformed", s->malformed);
    member(out, "invites", s->invites);
    json_time(out, "first", s->first);
    json_time(out, "last", s->last);
    json_methods(s, out);
    json_counts(s, out);
    json_peers(s, out);
    kpi_json(v, out);
    health_json(v, out);
    json_ledger(v, out);
    strbuf_str(out, "}\n");
}

/* ---- CSV ---- */

static void count_line(struct strbuf *out, const char *group, const char *name,
                       const char *measure, uint64_t n)
{
    strbuf_printf(out, "%s,", group);
    csv_text(out, name);
    strbuf_printf(out, ",%s,%llu\r\n", measure, (unsigned long long)n);
}

static void csv_totals(const struct stats *s, struct strbuf *out)
{
    count_line(out, "total", NULL, "calls", s->calls);
    count_line(out, "total", NULL, "messages", s->messages);
    count_line(out, "total", NULL, "requests", s->requests);
    count_line(out, "total", NULL, "responses", s->responses);
    count_line(out, "total", NULL, "retransmissions", s->retransmissions);
    count_line(out, "total", NULL, "copies", s->copies);
    count_line(out, "total", NULL, "malformed", s->malformed);
    count_line(out, "total", NULL, "invites", s->invites);
}

static void csv_counts(const struct stats *s, struct strbuf *out)
{
    char code[16];
    for (size_t i = 0; i < s->methods; i++) {
        const struct stats_method *m = &s->method[i];
        count_line(out, "method", m->name, "requests", m->requests);
        count_line(out, "method", m->name, "responses", m->responses);
        count_line(out, "method", m->name, "retransmissions", m->retransmissions);
    }
    for (unsigned i = 0; i < sizeof s->status / sizeof *s->status; i++)
        if (s->status[i]) {
            snprintf(code, sizeof code, "%u", i);
            count_line(out, "code", code, "responses", s->status[i]);
        }
    for (unsigned i = 0; i < CALL_STATE_COUNT; i++)
        if (s->state[i])
            count_line(out, "state", call_state_name(i), "calls", s->state[i]);
    for (unsigned i = 0; i < TRANSPORT_COUNT; i++)
        if (s->transport[i])
            count_line(out, "transport", transport_name(i), "messages",
                       s->transport[i]);
}

void stats_csv(const struct view *v, const struct stats *s, struct strbuf *out)
{
    char address[ADDR_TEXT];
    strbuf_str(out, "group,name,measure,value\r\n");
    csv_totals(s, out);
    csv_counts(s, out);
    for (size_t i = 0; i < s->peers; i++) {
        const struct stats_peer *p = &s->peer[i];
        addr_format_ip(&p->addr, address);
        count_line(out, "peer", address, "calls", p->calls);
        count_line(out, "peer", address, "failed", p->failed);
        count_line(out, "peer", address, "sent", p->sent);
        count_line(out, "peer", address, "received", p->received);
    }
    kpi_csv(v, out);
    for (unsigned i = 0; v->ledger && i < v->ledger->n; i++)
        count_line(out, "ledger", ledger_reason_name(v->ledger->row[i].reason), "count",
                   v->ledger->row[i].count);
}
