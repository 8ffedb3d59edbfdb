#include "tui/rungs.h"

#include "base/utf8.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { HEAD_TALL = 7 /* lines from which roles have room */ };

/* Columns right of its line that a message of a party to itself takes. */
static int beside_width(const struct ladder_row *row)
{
    enum { AROUND = 12, MOST = 60 };
    int n = row->text ? (int)utf8_columns(row->text, strlen(row->text)) : 0;

    n += (row->mark ? (int)strlen(row->mark) + 2 : 0) + (row->repeats ? 4 : 0) +
         (row->rule ? (int)strlen(row->rule) + 3 : 0) + AROUND;
    return n < MOST ? n : MOST;
}

int rungs_width(const struct ladder *l, int room)
{
    struct ladder_layout layout = ladder_layout(l, (unsigned)(room > 1 ? room : 1));
    int last = (int)(layout.first + layout.step * (l->columns ? l->columns - 1 : 0));
    int most = last + (int)layout.step / 2 + 1;

    most = (int)layout.width > most ? (int)layout.width : most;
    for (size_t i = 0; i < l->rows; i++) {
        const struct ladder_row *row = &l->row[i];
        int end = row->from == row->to && row->from + 1u == l->columns
                      ? last + beside_width(row)
                      : 0;

        most = end > most ? end : most;
    }
    return most < room || room < 1 ? most : room;
}

static int column_x(const struct rungs *r, unsigned column)
{
    return r->area.x + (int)r->layout.first + (int)column * (int)r->layout.step -
           r->shift;
}

static int label_room(const struct rungs *r)
{
    return r->layout.step > 6 ? (int)r->layout.step - 2 : 4;
}

static const char *label_of(const struct ladder_column *col)
{
    return col->label ? col->label : "?";
}

/* Bytes of a label that go on its first line: all, or what is before the port. */
static size_t label_split(const struct rungs *r, const char *label)
{
    size_t n = strlen(label);
    const char *colon = strrchr(label, ':');

    return canvas_columns(label, n) <= label_room(r) || !colon
               ? n
               : (size_t)(colon - label);
}

enum { HEAD_LABEL, HEAD_ADDRESS, HEAD_ROLE, HEAD_LINES };

/* Is the label a name that the user gave? */
static bool is_name(const struct ladder_column *col)
{
    char address[ADDR_TEXT], ip[ADDR_TEXT];

    addr_format(&col->addr, address);
    addr_format_ip(&col->addr, ip);
    return strcmp(label_of(col), address) != 0 && strcmp(label_of(col), ip) != 0;
}

/* What stands in a line of the header of a participant, in r->scratch. */
static bool head_text(struct rungs *r, const struct ladder_column *col, unsigned line)
{
    const char *label = label_of(col);
    size_t n = label_split(r, label);
    char address[ADDR_TEXT];

    r->scratch.n = 0;
    if (line == HEAD_LABEL) {
        strbuf_add(&r->scratch, label, n);
    } else if (line == HEAD_ROLE) {
        strbuf_str(&r->scratch, col->role ? col->role : "");
    } else if (label[n]) { /* the port that had no room */
        strbuf_str(&r->scratch, label + n);
    } else if (is_name(col)) {
        addr_format(&col->addr, address);
        strbuf_str(&r->scratch, address);
    }
    return r->scratch.n > 0;
}

/* Is a line of the header worth its place? */
static bool head_has(struct rungs *r, unsigned line)
{
    bool any = false;

    if (line == HEAD_ROLE && r->area.h < HEAD_TALL)
        return false;
    for (size_t i = 0; i < r->ladder->columns && !any; i++)
        any = head_text(r, &r->ladder->column[i], line);
    return any;
}

int rungs_head_lines(struct rungs *r)
{
    int n = 0;

    for (unsigned line = 0; line < HEAD_LINES; line++)
        n += head_has(r, line);
    return n;
}

/* Text centred on a participant's line, from x on: where the one before ends. Returns
 * where it ends. */
static int draw_label(struct rungs *r, struct canvas *c, unsigned column, int y,
                      unsigned style, int from, const char *text, size_t n)
{
    int w = canvas_columns(text, n), x, room = label_room(r);

    w = w < room ? w : room;
    x = column_x(r, column) - w / 2;
    if (column == 0 && x < r->area.x - r->shift)
        x = r->area.x - r->shift;
    if (column + 1 == r->ladder->columns && !r->shift &&
        column_x(r, column) < r->area.x + r->area.w && x + w > r->area.x + r->area.w)
        x = r->area.x + r->area.w - w;
    if (column && x <= from) {
        w -= from + 1 - x;
        x = from + 1;
    }
    canvas_field(c, x, y, w, false, style, text, n);
    return x + w;
}

void rungs_draw_head(struct rungs *r, struct canvas *c, int y)
{
    struct rect clip = canvas_clip(c, r->area);

    for (unsigned line = 0; line < HEAD_LINES; line++) {
        int end = INT_MIN / 2; /* of the label before */

        if (!head_has(r, line))
            continue;
        for (unsigned i = 0; i < r->ladder->columns; i++)
            if (head_text(r, &r->ladder->column[i], line))
                end = draw_label(r, c, i, y, line == HEAD_ROLE ? TONE_DIM : STYLE_BOLD,
                                 end, r->scratch.p, r->scratch.n);
        y++;
    }
    canvas_clip(c, clip);
}

static void draw_time(struct rungs *r, struct canvas *c, const struct ladder_row *row,
                      int y)
{
    static const struct field day = {.name = "time", .type = VALUE_TIME, .digits = 3};
    struct value v = {.type = VALUE_TIME, .i = row->time};
    int64_t ns =
        r->time == RUNGS_TIME_DELTA ? row->delta : row->time - r->ladder->row[0].time;
    bool first = row == &r->ladder->row[0];

    r->scratch.n = 0;
    if (row->kind == LADDER_GAP && row->text) {
        canvas_field(c, r->area.x, y, (int)r->layout.time_width, true, TONE_DIM,
                     row->text, strlen(row->text));
        return;
    }
    if (!row->time)
        return;
    if (r->time == RUNGS_TIME_DAY || (r->time == RUNGS_TIME_DELTA && first)) {
        value_text(r->view, &day, &v, &r->scratch);
    } else {
        int64_t ms = ns / 1000000;

        strbuf_printf(&r->scratch, "%s%lld.%03lld", ms < 0 ? "-" : "+",
                      (long long)(ms < 0 ? -ms : ms) / 1000,
                      (long long)(ms < 0 ? -ms : ms) % 1000);
    }
    canvas_field(c, r->area.x, y, (int)r->layout.time_width, true, TONE_DIM,
                 r->scratch.p, r->scratch.n);
}

static void draw_lines(struct rungs *r, struct canvas *c, const char *line, int y)
{
    for (unsigned i = 0; i < r->ladder->columns; i++)
        canvas_put(c, column_x(r, i), y, TONE_DIM, line);
}

typedef bool rungs_like(const struct msg *a, const struct msg *b);

/* An ACK to a 2xx is a transaction of its own, but belongs to that of its INVITE; a
 * CANCEL too. */
static const struct txn *txn_of(const struct msg *m)
{
    return m->txn && m->txn->invite ? m->txn->invite : m->txn;
}

static bool same_txn(const struct msg *a, const struct msg *b)
{
    return a->txn && txn_of(a) == txn_of(b);
}

static unsigned method_of(const struct msg *m)
{
    return m->method == SIP_ACK || m->method == SIP_CANCEL ? SIP_INVITE : m->method;
}

/* The same where hops are folded: those of all hops. */
static bool same_on_all_hops(const struct msg *a, const struct msg *b)
{
    return a->call == b->call && a->cseq == b->cseq && method_of(a) == method_of(b);
}

static rungs_like *txn_like(const struct rungs *r)
{
    return r->ladder->folded ? same_on_all_hops : same_txn;
}

/* Both tags the same, whichever side sent it; one without a To-tag is of every dialog
 * of its call. */
static bool same_dialog(const struct msg *a, const struct msg *b)
{
    bool straight = a->from_tag == b->from_tag && a->to_tag == b->to_tag;
    bool turned = a->from_tag == b->to_tag && a->to_tag == b->from_tag;

    return a->call == b->call && a->to_tag && b->to_tag && (straight || turned);
}

void rungs_set(struct rungs *r, const struct view *v, const struct ladder *l)
{
    const struct msg *first = NULL;

    r->view = v;
    r->ladder = l;
    r->dialogs = false;
    for (size_t i = 0; l && i < l->rows && !r->dialogs; i++) {
        const struct msg *m = l->row[i].msg;

        if (!m || !m->to_tag || !m->from_tag)
            continue;
        r->dialogs = first && !same_dialog(first, m);
        first = first ? first : m;
    }
}

/* The first and the last row that are like the chosen one. */
static void find_range(const struct rungs *r, rungs_like *like, size_t range[2])
{
    bool any = false;

    range[0] = range[1] = 0;
    for (size_t i = 0; r->like && r->like->msg && i < r->ladder->rows; i++) {
        const struct msg *m = r->ladder->row[i].msg;

        if (!m || !like(r->like->msg, m))
            continue;
        range[0] = any ? range[0] : i;
        range[1] = i;
        any = true;
    }
}

void rungs_choose(struct rungs *r, const struct ladder_row *row)
{
    r->like = row;
    find_range(r, txn_like(r), r->txn);
    find_range(r, same_dialog, r->dialog);
}

/* The bracket at a row; NULL: outside, or around one row alone. */
static const char *bracket(const struct rungs *r, const struct ladder_row *row,
                           const size_t range[2], rungs_like *like)
{
    size_t at = (size_t)(row - r->ladder->row);

    if (range[0] == range[1] || at < range[0] || at > range[1])
        return NULL;
    if (at == range[0] || at == range[1])
        return at == range[0] ? "┌" : "└";
    return row->msg && like(r->like->msg, row->msg) ? "├" : "│";
}

/* The transaction of the chosen message, and its dialog where there are several, left
 * of the first participant. */
static void draw_brackets(struct rungs *r, struct canvas *c,
                          const struct ladder_row *row, int y)
{
    int x = r->area.x + (int)r->layout.time_width + 3;
    const char *dialog, *txn;

    if (!r->like || !r->like->msg)
        return;
    dialog = r->dialogs ? bracket(r, row, r->dialog, same_dialog) : NULL;
    txn = bracket(r, row, r->txn, txn_like(r));
    if (dialog)
        canvas_put(c, x, y, TONE_DIM, dialog);
    if (txn)
        canvas_put(c, x + 1, y, TONE_REQUEST, txn);
}

/* What stands out by the colour mode keeps its tone; all else is dim. */
static unsigned style_of(const struct rungs *r, const struct ladder_row *row)
{
    unsigned tone = row->tone;
    bool like = true;

    if (row->kind != LADDER_MESSAGE || !r->like)
        return tone;
    if (r->colour == RUNGS_TXN && r->like->msg && row->msg)
        like = txn_like(r)(r->like->msg, row->msg);
    else if (r->colour == RUNGS_CSEQ && r->like->msg && row->msg)
        like = r->like->msg->cseq == row->msg->cseq && r->like->call == row->call;
    else if (r->colour == RUNGS_CALL)
        like = r->like->call == row->call;
    if (!like)
        return TONE_DIM;
    return r->colour == RUNGS_CLASS ? tone : (unsigned)(row->tone | STYLE_BOLD);
}

/* Adds the clean text of a row in at most `room` columns. */
static void add_cut(struct strbuf *out, const char *raw, int room)
{
    size_t from = out->n, stop = from;
    int used = 0;

    utf8_clean(out, raw, strlen(raw));
    if (out->failed || canvas_columns(out->p + from, out->n - from) <= room)
        return;
    while (stop < out->n) {
        int32_t ch;
        size_t n = utf8_next((const uint8_t *)out->p + stop, out->n - stop, &ch);

        used += ch < 0 ? 1 : utf8_width(ch);
        if (used > room - 1)
            break;
        stop += n;
    }
    out->n = stop;
    strbuf_str(out, "…");
}

/* What stands on a row's arrow, in at most `room` columns: its text is cut so that
 * marks and repetitions stay. */
static void row_text(struct rungs *r, const struct canvas *c,
                     const struct ladder_row *row, int room)
{
    int tail = 0;

    r->scratch.n = 0;
    if (row->kind == LADDER_MEDIA) {
        ladder_media_text(row->media, room > 0 ? (size_t)room : 0, c->ascii,
                          &r->scratch);
        return;
    }
    if (row->repeats)
        tail = snprintf(NULL, 0, "%u", row->repeats) + 3;
    tail += row->mark ? (int)strlen(row->mark) + 2 : 0;
    if (row->kind == LADDER_EVENT && row->tone == TONE_BAD) {
        strbuf_str(&r->scratch, "▲ ");
        tail += 2;
    }
    add_cut(&r->scratch, row->text ? row->text : "", room - tail > 1 ? room - tail : 1);
    if (row->mark) {
        strbuf_str(&r->scratch, "  ");
        strbuf_str(&r->scratch, row->mark);
    }
    if (row->repeats)
        strbuf_printf(&r->scratch, "  ↻%u", row->repeats);
}

static void draw_arrow(struct rungs *r, struct canvas *c, const struct ladder_row *row,
                       int y)
{
    bool right = row->from < row->to;
    int a = column_x(r, right ? row->from : row->to) + 1;
    int b = column_x(r, right ? row->to : row->from) - 1;
    unsigned style = style_of(r, row);
    int w, room = b - a - 4;

    /* What is long goes up to the arrow's end. */
    row_text(r, c, row, row->kind == LADDER_MEDIA ? room : room + (right ? 1 : 2));
    canvas_fill(c, (struct rect){a, y, b - a + 1, 1}, style,
                row->kind == LADDER_MEDIA   ? "═"
                : row->kind == LADDER_EVENT ? "┄"
                                            : "─");
    canvas_put(c, right ? b : a, y, style, right ? "▶" : "◀");
    w = canvas_columns(r->scratch.p, r->scratch.n);
    if (w > room)
        room += right ? 1 : 2;
    if (w > room)
        w = room;
    if (w <= 0)
        return;
    canvas_put(c, a + 2, y, style, " ");
    canvas_field(c, a + 3, y, w, false, style | STYLE_BOLD, r->scratch.p, r->scratch.n);
    if (a + 3 + w < (right ? b : b + 1))
        canvas_put(c, a + 3 + w, y, style, " ");
}

/* Not an arrow: beside the line of the participant that it happened at. Returns where
 * it ends. */
static int draw_beside(struct rungs *r, struct canvas *c, const struct ladder_row *row,
                       int y)
{
    int x = column_x(r, row->from < row->to ? row->from : row->to) + 1;
    int proof = row->rule ? 3 + (int)strlen(row->rule) : 0;
    unsigned style = style_of(r, row);

    row_text(r, c, row, r->area.x + r->area.w - x - 6 - proof);
    if (row->kind == LADDER_MESSAGE || row->kind == LADDER_MEDIA)
        x = canvas_put(c, x, y, style, row->kind == LADDER_MEDIA ? "◀═▶" : "◀─▶");
    x = canvas_text(c, x + 1, y, style | STYLE_BOLD, r->scratch.p, r->scratch.n);
    return canvas_put(c, x, y, style, " ");
}

static const char *proof_sign(const struct ladder_row *row)
{
    return row->proof_tone == TONE_BAD ? "●" : "▲";
}

/* That a row proves something: a sign where the eye begins. */
static void draw_sign(struct rungs *r, struct canvas *c, const struct ladder_row *row,
                      int y)
{
    if (row->rule)
        canvas_put(c, r->area.x + (int)r->layout.time_width + 1, y,
                   (unsigned)row->proof_tone | STYLE_BOLD, proof_sign(row));
}

/* The rule that it proves: behind the last line, and behind the row, which ends at
 * `end`. */
static void draw_proof(struct rungs *r, struct canvas *c, const struct ladder_row *row,
                       int y, int end)
{
    int x = column_x(r, r->ladder->columns ? (unsigned)r->ladder->columns - 1 : 0) + 2;
    unsigned style = (unsigned)row->proof_tone | STYLE_BOLD;

    if (!row->rule)
        return;
    x = canvas_put(c, end + 1 > x ? end + 1 : x, y, style, proof_sign(row)) + 1;
    canvas_put(c, x, y, style, row->rule);
}

/* The participants' part of the area: what is scrolled stays out of the times. */
static struct rect line_area(const struct rungs *r)
{
    struct rect area = r->area;
    int left = r->shift ? (int)r->layout.time_width + 3 : 0;

    area.x += left;
    area.w -= left;
    return area;
}

void rungs_draw_row(struct rungs *r, struct canvas *c, const struct ladder_row *row,
                    int y)
{
    struct rect clip = canvas_clip(c, r->area);
    int end = 0;

    draw_time(r, c, row, y);
    draw_sign(r, c, row, y);
    draw_brackets(r, c, row, y);
    canvas_clip(c, line_area(r));
    draw_lines(r, c, row->kind == LADDER_GAP ? "┆" : "│", y);
    if (row->kind == LADDER_GAP) {
        canvas_clip(c, clip);
        return;
    }
    if (row->kind == LADDER_NOTE || row->from == row->to)
        end = draw_beside(r, c, row, y);
    else
        draw_arrow(r, c, row, y);
    draw_proof(r, c, row, y, end);
    canvas_clip(c, clip);
}
