#include "tui/rungs.h"

#include <stdio.h>
#include <string.h>

int rungs_width(const struct ladder *l, int room)
{
    struct ladder_layout layout = ladder_layout(l, (unsigned)(room > 1 ? room : 1));
    int last = (int)(layout.first + layout.step * (l->columns ? l->columns - 1 : 0));
    int named = last + (int)layout.step / 2 + 1;

    return (int)layout.width > named ? (int)layout.width : named;
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

int rungs_head_lines(const struct rungs *r)
{
    for (size_t i = 0; i < r->ladder->columns; i++) {
        const struct ladder_column *col = &r->ladder->column[i];

        if (col->role || label_of(col)[label_split(r, label_of(col))])
            return 2;
    }
    return 1;
}

/* Text centred on a participant's line. */
static void draw_label(struct rungs *r, struct canvas *c, unsigned column, int y,
                       unsigned style, const char *text, size_t n)
{
    int w = canvas_columns(text, n), x, room = label_room(r);

    w = w < room ? w : room;
    x = column_x(r, column) - w / 2;
    if (column == 0 && x < r->area.x - r->shift)
        x = r->area.x - r->shift;
    canvas_field(c, x, y, w, false, style, text, n);
}

void rungs_draw_head(struct rungs *r, struct canvas *c, int y)
{
    struct rect clip = canvas_clip(c, r->area);

    for (unsigned i = 0; i < r->ladder->columns; i++) {
        const struct ladder_column *col = &r->ladder->column[i];
        const char *label = label_of(col);
        size_t n = label_split(r, label);

        draw_label(r, c, i, y, STYLE_BOLD, label, n);
        if (label[n])
            draw_label(r, c, i, y + 1, STYLE_BOLD, label + n, strlen(label + n));
        else if (col->role)
            draw_label(r, c, i, y + 1, TONE_DIM, col->role, strlen(col->role));
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

/* What stands out by the colour mode keeps its tone; all else is dim. */
static unsigned style_of(const struct rungs *r, const struct ladder_row *row)
{
    unsigned tone = row->repeats ? TONE_DIM : row->tone;
    bool like = true;

    if (row->kind != LADDER_MESSAGE || !r->like)
        return tone;
    if (r->colour == RUNGS_TXN && r->like->msg && row->msg)
        like = r->like->msg->txn == row->msg->txn;
    else if (r->colour == RUNGS_CALL)
        like = r->like->call == row->call;
    if (!like)
        return TONE_DIM;
    return r->colour == RUNGS_CLASS ? tone : (unsigned)(row->tone | STYLE_BOLD);
}

/* What stands on a row's arrow; of media what fits into the room. */
static void row_text(struct rungs *r, const struct canvas *c,
                     const struct ladder_row *row, int room)
{
    r->scratch.n = 0;
    if (row->kind == LADDER_MEDIA) {
        ladder_media_text(row->media, room > 0 ? (size_t)room : 0, c->ascii,
                          &r->scratch);
        return;
    }
    if (row->kind == LADDER_EVENT && row->tone == TONE_BAD)
        strbuf_str(&r->scratch, "▲ ");
    strbuf_str(&r->scratch, row->text ? row->text : "");
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

    row_text(r, c, row, room);
    canvas_fill(c, (struct rect){a, y, b - a + 1, 1}, style,
                row->kind == LADDER_MEDIA   ? "═"
                : row->kind == LADDER_EVENT ? "┄"
                                            : "─");
    canvas_put(c, right ? b : a, y, style, right ? "▶" : "◀");
    w = canvas_columns(r->scratch.p, r->scratch.n);
    if (w > room) /* up to the arrow's end */
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

/* Not an arrow: beside the line of the participant that it happened at. */
static void draw_beside(struct rungs *r, struct canvas *c, const struct ladder_row *row,
                        int y)
{
    int x = column_x(r, row->from < row->to ? row->from : row->to) + 1;
    unsigned style = style_of(r, row);

    row_text(r, c, row, r->area.x + r->area.w - x - 6);
    if (row->kind == LADDER_MESSAGE || row->kind == LADDER_MEDIA)
        x = canvas_put(c, x, y, style, row->kind == LADDER_MEDIA ? "◀═▶" : "◀─▶");
    x = canvas_text(c, x + 1, y, style | STYLE_BOLD, r->scratch.p, r->scratch.n);
    canvas_put(c, x, y, style, " ");
}

/* What a row proves: a sign where the eye begins, and the rule behind the last line. */
static void draw_proof(struct rungs *r, struct canvas *c, const struct ladder_row *row,
                       int y)
{
    const char *sign = row->proof_tone == TONE_BAD ? "●" : "▲";
    int x = column_x(r, r->ladder->columns ? (unsigned)r->ladder->columns - 1 : 0) + 2;
    unsigned style = (unsigned)row->proof_tone | STYLE_BOLD;

    if (!row->rule)
        return;
    canvas_put(c, r->area.x + (int)r->layout.time_width + 1, y, style, sign);
    x = canvas_put(c, x, y, style, sign) + 1;
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

    draw_time(r, c, row, y);
    draw_proof(r, c, row, y);
    canvas_clip(c, line_area(r));
    draw_lines(r, c, row->kind == LADDER_GAP ? "┆" : "│", y);
    if (row->kind == LADDER_GAP) {
        canvas_clip(c, clip);
        return;
    }
    if (row->kind == LADDER_NOTE || row->from == row->to)
        draw_beside(r, c, row, y);
    else
        draw_arrow(r, c, row, y);
    canvas_clip(c, clip);
}
