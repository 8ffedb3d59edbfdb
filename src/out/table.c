#include "base/utf8.h"
#include "out/format.h"
#include "out/note.h"
#include "out/style.h"
#include "view/clock.h"

#include <strings.h>

/* SHRINKS_TO: longer texts (addresses) give way down to this before a column is left
 * out. */
enum { FLEXIBLE_MIN = 12, SHRINKS_TO = 16, GROWS_FROM = 12, GROWS_TO = 40 };

static bool right_aligned(const struct field *f)
{
    return f->type == VALUE_INT || f->type == VALUE_REAL || f->type == VALUE_DURATION;
}

/* Heading of a column: title and unit. A title may be a user's. */
static void heading(struct strbuf *b, const struct field *f)
{
    utf8_clean(b, f->title, strlen(f->title));
    if (*f->unit && strcasecmp(f->title, f->unit) != 0) {
        strbuf_char(b, ' ');
        strbuf_str(b, f->unit);
    }
}

static unsigned least_width(struct listing *l, const struct field *f)
{
    l->cell.n = 0;
    heading(&l->cell, f);
    unsigned least = f->width ? f->width : f->digits ? f->digits : FLEXIBLE_MIN;
    return l->cell.n > least ? (unsigned)l->cell.n : least;
}

static unsigned width_of_all(const struct listing *l)
{
    unsigned sum = 0;
    for (size_t i = 0; i < l->columns; i++)
        sum += l->column[i].width + (i ? 1 : 0);
    return sum;
}

/* Takes the column of the last place out; a flexible one stays, but where it is of no
 * use below some width. */
static void drop_column(struct listing *l)
{
    size_t last = 0;
    for (size_t i = 1; i < l->columns; i++) {
        const struct field *f = l->column[i].field;
        if ((f->width || f->digits) && f->place > l->column[last].field->place)
            last = i;
    }
    memmove(l->column + last, l->column + last + 1,
            (l->columns - last - 1) * sizeof *l->column);
    l->columns--;
}

static bool can_grow(const struct listing_column *c)
{
    const struct field *f = c->field;
    return !f->width ||
           (f->type == VALUE_TEXT && f->width >= GROWS_FROM && c->width < GROWS_TO);
}

/* Gives what is left of the width to the flexible column, or to the texts in turn. */
static void grow(struct listing *l, unsigned left)
{
    for (size_t i = 0; i < l->columns; i++)
        if (!l->column[i].field->width) {
            l->column[i].width += left;
            return;
        }
    for (bool grown = true; left && grown;) {
        grown = false;
        for (size_t i = 0; i < l->columns && left; i++)
            if (can_grow(&l->column[i])) {
                l->column[i].width++;
                left--;
                grown = true;
            }
    }
}

/* Takes what is too much from the texts that are longest. */
static void shrink(struct listing *l, unsigned excess)
{
    for (bool shrunk = true; excess && shrunk;) {
        shrunk = false;
        for (size_t i = 0; i < l->columns && excess; i++) {
            struct listing_column *c = &l->column[i];
            bool text = c->field->type == VALUE_TEXT || c->field->type == VALUE_JSON;
            if (!text || c->width <= SHRINKS_TO)
                continue;
            c->width--;
            excess--;
            shrunk = true;
        }
    }
}

static void fit_columns(struct listing *l)
{
    unsigned width = l->options.width, all;
    for (;;) {
        for (size_t i = 0; i < l->columns; i++)
            l->column[i].width = least_width(l, l->column[i].field);
        if (l->options.columns || (all = width_of_all(l)) <= width)
            break;
        shrink(l, all - width);
        if (width_of_all(l) <= width || l->columns == 1)
            break;
        drop_column(l);
    }
    all = width_of_all(l);
    if (all < width)
        grow(l, width - all);
}

/*
 * Adds what is in l->cell as the cell of column i, and says where the line is then. A
 * cell never moves those after it further than it is too long itself.
 */
static size_t put_cell(struct listing *l, size_t i, size_t x, size_t start,
                       enum tone tone)
{
    const struct listing_column *c = &l->column[i];
    struct strbuf *b = &l->out->buf;
    bool right = right_aligned(c->field);
    size_t target = start, n = l->cell.n;
    if (right && n < c->width)
        target += c->width - n;
    if (n && i && target <= x)
        target = x + 1;
    if (!n)
        return x;
    strbuf_fill(b, ' ', target - x);
    style_on(b, tone, l->options.color);
    bool open = l->options.open && i + 1 == l->columns && !c->field->width;
    x = target +
        style_cut(b, l->cell.p, n, right || open ? 0 : c->width, l->options.ascii);
    style_off(b, tone, l->options.color);
    return x;
}

void table_begin(struct listing *l)
{
    size_t x = 0, start = 0;
    fit_columns(l);
    if (l->options.color)
        strbuf_str(&l->out->buf, "\x1b[1m");
    for (size_t i = 0; i < l->columns; i++) {
        l->cell.n = 0;
        heading(&l->cell, l->column[i].field);
        x = put_cell(l, i, x, start, TONE_PLAIN);
        start += l->column[i].width + 1;
    }
    if (l->options.color)
        strbuf_str(&l->out->buf, "\x1b[0m");
    strbuf_char(&l->out->buf, '\n');
}

/* Rows show the time of day: a line with the date goes before the first row of another
 * day. */
static void note_day(struct listing *l, int64_t time)
{
    int64_t day = clock_day(time, l->view->utc);
    if (day == l->day)
        return;
    if (l->day != INT64_MIN) {
        clock_date(&l->out->buf, time, l->view->utc);
        strbuf_char(&l->out->buf, '\n');
    }
    l->day = day;
    l->day_time = time;
}

static void note_time(struct listing *l)
{
    struct value value;
    for (size_t i = 0; i < l->columns; i++) {
        if (l->column[i].field->type != VALUE_TIME)
            continue;
        listing_value(l, i, &value);
        if (value.type == VALUE_TIME)
            note_day(l, value.i);
        return;
    }
}

void table_row(struct listing *l)
{
    size_t x = 0, start = 0;
    struct value value;
    note_time(l);
    for (size_t i = 0; i < l->columns; i++) {
        const struct field *f = l->column[i].field;
        enum tone tone = TONE_PLAIN;
        listing_value(l, i, &value);
        l->cell.n = 0;
        if (!f->width && l->table->mark)
            l->table->mark(&l->row, &l->cell);
        value_text(l->view, f, &value, &l->cell);
        if (l->options.color && f->tone)
            tone = f->tone(&l->row);
        x = put_cell(l, i, x, start, tone);
        start += l->column[i].width + 1;
    }
    strbuf_char(&l->out->buf, '\n');
}

void table_end(struct listing *l, uint64_t total)
{
    struct strbuf *b = &l->out->buf;
    if (l->table == &TABLE_FIELDS || l->table == &TABLE_LEDGER)
        return;
    /* Tables are called by a plural in s. */
    strbuf_u64(b, total);
    strbuf_char(b, ' ');
    strbuf_add(b, l->table->name, strlen(l->table->name) - (total == 1));
    if (l->shown != total) {
        strbuf_str(b, ", shown ");
        strbuf_u64(b, l->shown);
    }
    if (l->day != INT64_MIN) {
        strbuf_str(b, "; ");
        clock_date(b, l->day_time, l->view->utc);
        strbuf_str(b, l->view->utc ? ", UTC" : ", local time");
    }
    strbuf_char(b, '\n');
    note_ledger(l->view, b);
}
