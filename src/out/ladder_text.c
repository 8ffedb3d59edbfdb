#include "out/ladder_text.h"
#include "base/utf8.h"
#include "out/grid.h"
#include "out/note.h"
#include "out/style.h"
#include "view/clock.h"
#include "view/verdict.h"

/* What a ladder is drawn with. */
struct ink {
    const char *line, *gap, *dash, *dot, *media;
    const char *right, *left, *self, *repeat, *arrow, *warn;
};
static const struct ink UTF8 = {"│", "┆", "─", "┄", "═", "▶", "◀", "↺", "↻", "→", "▲"};
static const struct ink ASCII = {"|", ":", "-", ".",  "=", ">",
                                 "<", "@", "x", "->", "!"};

/* Room right of the last participant for messages of a party to itself. */
enum { SELF_ROOM = 24 };

/* Of these, room for what a row proves: a blank, the sign, and the rule's id. */
enum { PROOF_ROOM = 9 };

struct drawing {
    const struct view *view;
    const struct ladder *ladder;
    const struct ladder_text_options *options;
    const struct ink *ink;
    struct ladder_layout layout;
    struct grid grid;
    struct strbuf text; /* clean text of what is drawn now */
    struct strbuf *out;
};

static size_t column_x(const struct drawing *d, size_t column)
{
    return d->layout.first + column * d->layout.step;
}

static void write_line(struct drawing *d)
{
    grid_write(&d->grid, d->options->color, d->out);
    grid_clear(&d->grid);
}

static void clean(struct drawing *d, const char *s)
{
    d->text.n = 0;
    utf8_clean(&d->text, s, strlen(s));
}

/* ---- heading ---- */

static void add_clean(struct strbuf *out, const char *s, const char *otherwise)
{
    if (s && *s)
        utf8_clean(out, s, strlen(s));
    else
        strbuf_str(out, otherwise);
}

static void add_span(struct strbuf *out, const char *name, int64_t ns, unsigned digits)
{
    strbuf_str(out, name);
    if (digits) {
        strbuf_fixed(out, (ns + 5000000) / 10000000, 2);
        strbuf_str(out, " s");
    } else {
        clock_talk(out, ns);
    }
}

static void call_line(const struct drawing *d, const struct call *c)
{
    struct strbuf *out = d->out;
    int64_t ns;
    strbuf_printf(out, "Call %u   ", c->id);
    if (c->method != SIP_INVITE) {
        add_clean(out, c->method_name, "?");
        strbuf_char(out, ' ');
    }
    add_clean(out, c->from.user, c->from.host ? c->from.host : "?");
    strbuf_printf(out, " %s ", d->ink->arrow);
    add_clean(out, c->to.user, c->to.host ? c->to.host : "?");
    strbuf_printf(out, "   %s", call_state_name(c->state));
    if (c->status) {
        strbuf_printf(out, " %u ", c->status);
        add_clean(out, c->reason, sip_status_phrase(c->status));
    }
    if (call_duration(c, &ns))
        add_span(out, "   talk ", ns, 0);
    if (call_pdd(c, &ns))
        add_span(out, "   PDD ", ns, 2);
    if (c->retransmissions)
        strbuf_printf(out, "   retransmissions %u", c->retransmissions);
    strbuf_char(out, '\n');
}

static void incomplete_line(const struct drawing *d, const struct call *c)
{
    const char *before = " incomplete: ";
    if (!c->incomplete)
        return;
    style_on(d->out, TONE_WARN, d->options->color);
    strbuf_str(d->out, d->ink->warn);
    for (unsigned i = 0; i < CALL_INCOMPLETE_BITS; i++)
        if (c->incomplete >> i & 1) {
            strbuf_str(d->out, before);
            strbuf_str(d->out, call_incomplete_text(i));
            before = "; ";
        }
    style_off(d->out, TONE_WARN, d->options->color);
    strbuf_char(d->out, '\n');
}

/* What is wrong with the call, in a line. */
static void verdict_line(const struct drawing *d, const struct call *c)
{
    const struct finding *f = verdict_headline(d->view, c);
    if (!f || f->severity < SEVERITY_WARN)
        return;
    enum tone tone = verdict_tone(f->severity);
    style_on(d->out, tone, d->options->color);
    strbuf_str(d->out, d->options->ascii              ? "!"
                       : f->severity == SEVERITY_CRIT ? "●"
                                                      : "▲");
    strbuf_printf(d->out, " %s ", f->rule->id);
    utf8_clean(d->out, f->headline, strlen(f->headline));
    style_off(d->out, tone, d->options->color);
    strbuf_char(d->out, '\n');
}

static void heading(const struct drawing *d, const struct call *call)
{
    const struct ladder *l = d->ladder;
    for (size_t i = 0; i < l->legs; i++) {
        const struct call *c = l->leg[i];
        call_line(d, c);
        strbuf_str(d->out, c == call ? "Call-ID " : "other leg, Call-ID ");
        utf8_clean(d->out, c->call_id->p, c->call_id->n);
        if (c->link) {
            strbuf_str(d->out, "   joined by ");
            utf8_clean(d->out, c->link, strlen(c->link));
            strbuf_printf(d->out, " (%u)", c->link_confidence);
        }
        if (!i && c->start) {
            strbuf_str(d->out, "   ");
            clock_date(d->out, c->start, d->view->utc);
            strbuf_str(d->out, d->view->utc ? " UTC" : " local time");
        }
        strbuf_char(d->out, '\n');
        incomplete_line(d, c);
        verdict_line(d, c);
    }
}

/* ---- participants ---- */

/* Puts the clean text in d->text around a participant's line, cut to the step. */
static void centre(struct drawing *d, size_t column, enum tone tone)
{
    struct strbuf cut = {0};
    size_t room = d->layout.step - 1, x = column_x(d, column);
    size_t w =
        style_cut(&cut, d->text.n ? d->text.p : "", d->text.n, room, d->options->ascii);
    grid_put(&d->grid, x > w / 2 ? x - w / 2 : 0, cut.p, cut.n, room, tone);
    strbuf_done(&cut);
}

/* A label that is too long for the step goes on in the next line with its port. */
static bool label_wraps(const struct drawing *d, const struct ladder_column *c)
{
    char address[ADDR_TEXT];
    size_t n = addr_format(&c->addr, address);
    return c->addr.port && n > d->layout.step - 1 && !strcmp(address, c->label);
}

static bool label_is_name(const struct ladder_column *c)
{
    char address[ADDR_TEXT], ip[ADDR_TEXT];
    addr_format(&c->addr, address);
    addr_format_ip(&c->addr, ip);
    return strcmp(c->label, address) != 0 && strcmp(c->label, ip) != 0;
}

static void first_line(struct drawing *d, const struct ladder_column *c)
{
    char ip[ADDR_TEXT];
    addr_format_ip(&c->addr, ip);
    clean(d, label_wraps(d, c) ? ip : c->label);
}

static void second_line(struct drawing *d, const struct ladder_column *c)
{
    char address[ADDR_TEXT] = "";
    if (label_wraps(d, c)) {
        d->text.n = 0;
        strbuf_printf(&d->text, ":%u", c->addr.port);
        return;
    }
    if (label_is_name(c))
        addr_format(&c->addr, address);
    clean(d, address);
}

static void role_line(struct drawing *d, const struct ladder_column *c)
{
    clean(d, c->role ? c->role : "");
}

static void participants(struct drawing *d)
{
    static void (*const LINES[])(struct drawing *, const struct ladder_column *) = {
        first_line, second_line, role_line};
    for (size_t line = 0; line < 3; line++) {
        bool any = false;
        for (size_t i = 0; i < d->ladder->columns; i++) {
            LINES[line](d, &d->ladder->column[i]);
            any |= d->text.n > 0;
            centre(d, i, line == 2 ? TONE_DIM : TONE_PLAIN);
        }
        if (any)
            write_line(d);
    }
}

/* ---- rungs ---- */

static void put_time(struct drawing *d, const struct ladder_row *r, bool absolute)
{
    struct strbuf *t = &d->text;
    t->n = 0;
    if (r->kind == LADDER_GAP) {
        strbuf_str(t, r->text);
    } else if (absolute) {
        clock_time(t, r->time, d->view->utc, 3);
    } else {
        strbuf_char(t, '+');
        strbuf_fixed(t, (r->delta + 500000) / 1000000, 3);
    }
    size_t w = d->layout.time_width, n = t->n < w ? t->n : w;
    grid_put(&d->grid, w - n, t->p, n, n, absolute ? TONE_PLAIN : TONE_DIM);
}

static void put_lines(struct drawing *d, bool gap)
{
    for (size_t i = 0; i < d->ladder->columns; i++)
        grid_str(&d->grid, column_x(d, i), gap ? d->ink->gap : d->ink->line, TONE_DIM);
}

/* What stands on the arrow, cut so that mark and repetition stay. */
static void rung_text(struct drawing *d, const struct ladder_row *r, size_t room)
{
    struct strbuf whole = {0}, tail = {0};
    if (r->mark)
        strbuf_printf(&tail, " %s", r->mark);
    if (r->repeats)
        strbuf_printf(&tail, " %s%u", d->ink->repeat, r->repeats);
    size_t tail_columns = utf8_columns(tail.p, tail.n);
    utf8_clean(&whole, r->text, strlen(r->text));
    d->text.n = 0;
    style_cut(&d->text, whole.n ? whole.p : "", whole.n,
              room > tail_columns + 1 ? room - tail_columns : 1, d->options->ascii);
    strbuf_add(&d->text, tail.p, tail.n);
    strbuf_done(&whole);
    strbuf_done(&tail);
}

/* What stands on a row's arrow, at most `room` columns. */
static void arrow_text(struct drawing *d, const struct ladder_row *r, size_t room)
{
    if (r->kind != LADDER_MEDIA) {
        rung_text(d, r, room);
        return;
    }
    d->text.n = 0;
    ladder_media_text(r->media, room, d->options->ascii, &d->text);
}

/* Returns where it ends. */
static size_t self_rung(struct drawing *d, const struct ladder_row *r)
{
    size_t x = column_x(d, r->from) + 1, proof = r->rule ? PROOF_ROOM : 0;
    bool last = r->from + 1 >= d->ladder->columns;
    size_t room = last ? d->grid.width - x - 3 - proof : d->layout.step - 4;
    arrow_text(d, r, room);
    x += grid_str(&d->grid, x, d->ink->self, r->tone) + 1;
    return x + grid_put(&d->grid, x, d->text.p, d->text.n, room, r->tone);
}

/* Returns where it ends. */
static size_t rung(struct drawing *d, const struct ladder_row *r)
{
    if (r->from == r->to)
        return self_rung(d, r);
    bool right = r->from < r->to;
    size_t left_x = column_x(d, right ? r->from : r->to);
    size_t right_x = column_x(d, right ? r->to : r->from);
    const char *dash = r->kind == LADDER_EVENT   ? d->ink->dot
                       : r->kind == LADDER_MEDIA ? d->ink->media
                                                 : d->ink->dash;
    for (size_t x = left_x + 1; x < right_x; x++)
        grid_str(&d->grid, x, dash, r->tone);
    if (right)
        grid_str(&d->grid, right_x - 1, d->ink->right, r->tone);
    else
        grid_str(&d->grid, left_x + 1, d->ink->left, r->tone);
    /* Where it is tight, one dash is left of the text and none right of it. */
    size_t lead = 2, room = right_x - left_x - 5;
    arrow_text(d, r, room);
    if (utf8_columns(d->text.p, d->text.n) + 1 >= room)
        lead = 1;
    size_t x = left_x + 1 + lead;
    grid_str(&d->grid, x, " ", r->tone);
    x++;
    x += grid_put(&d->grid, x, d->text.p, d->text.n, room, r->tone);
    grid_str(&d->grid, x, " ", r->tone);
    return right_x;
}

/* What a row proves stands right of the last participant, and of the row, which ends at
 * `end`. */
static void put_proof(struct drawing *d, const struct ladder_row *r, size_t end)
{
    if (!r->rule || !d->ladder->columns)
        return;
    bool bad = r->proof_tone == TONE_BAD;
    size_t x = column_x(d, d->ladder->columns - 1);
    x = (end > x ? end : x) + 2;
    const char *sign = d->options->ascii ? "!" : bad ? "●" : "▲";
    x += grid_str(&d->grid, x, sign, r->proof_tone) + 1;
    grid_str(&d->grid, x, r->rule, r->proof_tone);
}

static void rungs(struct drawing *d)
{
    const struct ladder *l = d->ladder;
    bool absolute = true;
    for (size_t i = 0; i < l->rows; i++) {
        const struct ladder_row *r = &l->row[i];
        if (r->kind == LADDER_NOTE) {
            put_lines(d, false);
            clean(d, r->text);
            size_t x = l->columns ? column_x(d, 0) + 2 : 0;
            grid_put(&d->grid, x, d->text.p, d->text.n, d->grid.width - x, r->tone);
            write_line(d);
            continue;
        }
        put_time(d, r, absolute && r->kind != LADDER_GAP);
        put_lines(d, r->kind == LADDER_GAP);
        put_proof(d, r, r->kind == LADDER_GAP ? 0 : rung(d, r));
        absolute = r->kind == LADDER_GAP;
        write_line(d);
    }
}

void ladder_text(const struct view *v, const struct call *call, const struct ladder *l,
                 const struct ladder_text_options *options, struct strbuf *out)
{
    struct drawing d = {.view = v,
                        .ladder = l,
                        .options = options,
                        .ink = options->ascii ? &ASCII : &UTF8,
                        .layout = ladder_layout(l, options->width),
                        .out = out};
    size_t width = d.layout.width > options->width ? d.layout.width : options->width;
    if (!grid_init(&d.grid, width + SELF_ROOM)) {
        out->failed = true;
        return;
    }
    heading(&d, call);
    participants(&d);
    rungs(&d);
    note_ledger(v, out);
    grid_done(&d.grid);
    strbuf_done(&d.text);
}
