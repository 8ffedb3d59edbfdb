#include "tui/sheet.h"

#include "view/clock.h"

#include <stdio.h>
#include <string.h>

void sheet_done(struct sheet *s)
{
    list_free(s->list);
    columns_done(&s->columns);
    strbuf_done(&s->scratch);
    strbuf_done(&s->text);
    strbuf_done(&s->cell);
}

enum { DATE = 6 /* columns of "03-12 " */ };

/* "calls.columns", "calls.columns2"...: a line of the file holds some 150 bytes. */
enum { LINE = 150, LINES_MOST = 6 };

static const char *setting_name(const struct sheet *s, int part, char out[64])
{
    if (part)
        snprintf(out, 64, "%s.columns%d", s->columns.table->name, part + 1);
    else
        snprintf(out, 64, "%s.columns", s->columns.table->name);
    return out;
}

static void read_columns(struct sheet *s)
{
    struct strbuf all = {0};
    char name[64];

    for (int part = 0; part < LINES_MOST; part++) {
        const char *kept = settings_get(&s->ui->settings, setting_name(s, part, name));

        strbuf_str(&all, kept ? kept : "");
        strbuf_char(&all, ' ');
    }
    columns_read(&s->columns, strbuf_cstr(&all));
    strbuf_done(&all);
}

void sheet_keep(struct sheet *s)
{
    struct strbuf all = {0};
    char name[64], line[LINE + 1];
    const char *rest = "";

    if (s->columns.chosen) {
        columns_write(&s->columns, &all);
        rest = strbuf_cstr(&all);
    }
    for (int part = 0; part < LINES_MOST; part++) {
        size_t n = strlen(rest);

        if (n > LINE)
            for (n = LINE; n && rest[n] != ' '; n--)
                ;
        snprintf(line, sizeof line, "%.*s", (int)n, rest);
        rest += n;
        ui_keep(s->ui, setting_name(s, part, name), line);
    }
    strbuf_done(&all);
}

int sheet_init(struct sheet *s, struct ui *ui, const struct table *t,
               const struct sheet_ops *ops)
{
    memset(s, 0, sizeof *s);
    s->ui = ui;
    s->ops = ops;
    columns_init(&s->columns, t);
    read_columns(s);
    s->list = list_new(ui->view, t);
    return s->list ? 0 : -ERR_NOMEM;
}

/* ---- the cursor */

const void *sheet_selected(const struct sheet *s)
{
    return list_at(s->list, s->scroll.at);
}

static void remember(struct sheet *s)
{
    s->selected = sheet_selected(s);
    s->selected_id = list_id(s->list, s->scroll.at);
}

void sheet_go(struct sheet *s, size_t row)
{
    s->follow = false;
    s->scroll.at = row;
    scroll_fit(&s->scroll, list_count(s->list), s->scroll.page);
    remember(s);
}

/* Where the selected row is by now; SIZE_MAX: it is not shown. */
static size_t selected_place(const struct sheet *s)
{
    if (s->selected_id)
        return list_find(s->list, s->selected_id);
    return s->selected ? list_position(s->list, s->selected) : SIZE_MAX;
}

void sheet_refresh(struct sheet *s)
{
    size_t at = SIZE_MAX;

    ui_follow(s->ui, s->list);
    s->scroll.count = list_count(s->list);
    if (s->follow && s->scroll.count)
        at = s->descending ? 0 : s->scroll.count - 1;
    else if (s->selected)
        at = selected_place(s);
    if (at != SIZE_MAX) {
        /* The window moves with the row, so that it stays at its height. */
        size_t height = s->scroll.at - s->scroll.top;

        s->scroll.at = at;
        s->scroll.top = at > height ? at - height : 0;
    }
    scroll_fit(&s->scroll, s->scroll.count, s->scroll.page);
    /* A row that is only out of the list while that is made anew is not forgotten. */
    if (at != SIZE_MAX || !s->selected || !list_building(s->list))
        remember(s);
}

/* ---- drawing */

/* Whether what is shown, the first and the last row are of several days. Once it is so,
 * it stays: columns do not jump. */
static void note_day(struct sheet *s, const struct field *f, size_t i)
{
    struct row row = {.view = s->ui->view,
                      .object = list_at(s->list, i),
                      .scratch = &s->scratch,
                      .text = &s->text};
    struct value v = {VALUE_NULL, {0}};
    int64_t day;

    if (row.object)
        field_get(f, &row, &v);
    if (v.type != VALUE_TIME)
        return;
    day = clock_day(v.i, s->ui->view->utc);
    s->dated |= s->day && s->day != day;
    s->day = day;
}

static void note_days(struct sheet *s, int rows)
{
    const struct table *t = s->columns.table;
    size_t n = list_count(s->list), k = 0;

    if (!n) {
        s->day = 0;
        s->dated = false;
    }
    while (k < t->n && t->fields[k].type != VALUE_TIME)
        k++;
    if (k == t->n || !n || s->dated)
        return;
    note_day(s, &t->fields[k], 0);
    note_day(s, &t->fields[k], n - 1);
    for (int y = 0; y < rows && s->scroll.top + (size_t)y < n; y++)
        note_day(s, &t->fields[k], s->scroll.top + (size_t)y);
}

static void lay_out(struct sheet *s, const struct canvas *c)
{
    int x = s->ops->gutter, tail = s->skip ? 0 : s->ops->tail;
    bool no_media = !s->columns.chosen && !TABLE_STREAMS.count(s->ui->view);

    s->places = 0;
    for (size_t i = s->skip; i < s->columns.list.n && s->places < SHEET_PLACES; i++) {
        const struct field *f = s->columns.list.at[i].field;
        int w =
            columns_width(&s->columns, i, s->skip && !s->columns.chosen ? 255 : c->w);

        if (w && s->dated && f->type == VALUE_TIME && !s->columns.list.at[i].width)
            w += DATE;
        if (!w || (no_media && column_of_media(s->columns.table, f)))
            continue;
        if (x + w > c->w - tail && s->places) {
            /* What is chosen is shown as far as it goes. */
            if (!s->columns.chosen || c->w - x < 4)
                break;
            w = c->w - x;
        }
        s->place[s->places++] = (struct sheet_place){i, x, w};
        x += w + 1;
    }
}

/* Room that is left goes to the field that takes what is left, where it was not sized.
 */
static void stretch(struct sheet *s, int w)
{
    const struct sheet_place *last = &s->place[s->places - 1];
    int room = s->places ? w - last->x - last->w : 0;

    for (size_t i = 0; i < s->places && room > 0 && !s->ops->tail; i++) {
        if (!columns_flexible(&s->columns, s->place[i].column))
            continue;
        s->place[i].w += room;
        for (size_t k = i + 1; k < s->places; k++)
            s->place[k].x += room;
        return;
    }
}

static const struct field *place_field(const struct sheet *s, size_t i)
{
    return s->columns.list.at[s->place[i].column].field;
}

/* Where the tail begins. */
static int tail_x(const struct sheet *s)
{
    const struct sheet_place *last = &s->place[s->places - 1];

    return s->places ? last->x + last->w + 2 : s->ops->gutter;
}

/* Rows that come in order of their time are sorted by it. */
static bool is_sorted(const struct sheet *s, const struct field *f)
{
    return s->sort ? s->sort == f
                   : !strcmp(f->name, "start") || !strcmp(f->name, "time");
}

static void draw_titles(struct sheet *s, struct canvas *c, int y)
{
    char text[COLUMN_TITLE], title[COLUMN_TITLE + 4];

    canvas_style(c, (struct rect){0, y, c->w, 1}, STYLE_BAR);
    for (size_t i = 0; i < s->places; i++) {
        const struct field *f = place_field(s, i);
        bool sorted = is_sorted(s, f);

        snprintf(title, sizeof title, "%s%s", column_title(f, text),
                 !sorted         ? ""
                 : s->descending ? "↓"
                                 : "↑");
        canvas_field(c, s->place[i].x, y, s->place[i].w, column_right(f),
                     STYLE_BAR | (sorted ? TONE_REQUEST : TONE_PLAIN), title,
                     strlen(title));
    }
    if (s->ops->tail_title && !s->skip && tail_x(s) < c->w)
        canvas_put(c, tail_x(s), y, STYLE_BAR, s->ops->tail_title);
}

/* An integer of which 0 means none (struct field: digits). */
static bool is_none(const struct field *f, const struct value *v)
{
    return v->type == VALUE_NULL || (v->type == VALUE_INT && !v->i && f->digits);
}

/* "03-12 " */
static void put_date(struct sheet *s, int64_t time)
{
    struct strbuf date = {0};

    clock_date(&date, time, s->ui->view->utc);
    if (date.n >= DATE)
        strbuf_add(&s->cell, date.p + date.n - (DATE - 1), DATE - 1);
    strbuf_char(&s->cell, ' ');
    strbuf_done(&date);
}

static void draw_value(struct sheet *s, struct canvas *c, const struct sheet_place *p,
                       struct row *row, int y)
{
    const struct field *field = s->columns.list.at[p->column].field;
    const struct field *instead = column_instead(s->columns.table, field);
    bool right = column_right(field);
    enum tone tone = field->tone ? field->tone(row) : TONE_PLAIN;
    struct field f = *field;
    struct value v;

    field_get(field, row, &v);
    if (v.type == VALUE_NULL && instead) {
        f = *instead;
        field_get(instead, row, &v);
    }
    s->cell.n = 0;
    if (f.type == VALUE_TIME) {
        bool dated = v.type == VALUE_TIME && s->dated && p->w >= 8 + DATE;

        f.digits = p->w - (dated ? DATE : 0) >= 12 ? 3 : 0;
        if (dated)
            put_date(s, v.i);
    }
    value_text(row->view, &f, &v, &s->cell);
    if (right && is_none(field, &v)) {
        s->cell.n = 0;
        if (s->ops->absent)
            s->ops->absent(s, field, row->object, &s->cell);
        if (!s->cell.n)
            strbuf_str(&s->cell, "–");
        tone = TONE_DIM;
    }
    canvas_field(c, p->x, y, p->w, right, tone, s->cell.p, s->cell.n);
}

static void draw_row(struct sheet *s, struct canvas *c, size_t i, int y)
{
    const void *object = list_at(s->list, i);
    struct row row = {.view = s->ui->view,
                      .object = object,
                      .scratch = &s->scratch,
                      .text = &s->text};

    if (!object)
        return;
    for (size_t k = 0; k < s->places; k++) {
        s->scratch.n = 0;
        draw_value(s, c, &s->place[k], &row, y);
    }
    if (s->ops->row)
        s->ops->row(s, c, object, y, s->skip ? c->w : tail_x(s));
    if (i == s->scroll.at)
        canvas_style(c, (struct rect){0, y, c->w, 1}, STYLE_SELECT);
}

void sheet_draw(struct sheet *s, struct canvas *c, struct rect area)
{
    int rows = area.h - 1;

    if (s->skip >= s->columns.list.n)
        s->skip = s->columns.list.n - 1;
    note_days(s, rows);
    lay_out(s, c);
    stretch(s, c->w);
    s->tail = s->skip || !s->ops->tail ? 0 : c->w - tail_x(s);
    s->top = area.y;
    draw_titles(s, c, area.y);
    scroll_fit(&s->scroll, list_count(s->list), rows);
    for (int y = 0; y < rows && s->scroll.top + (size_t)y < s->scroll.count; y++)
        draw_row(s, c, s->scroll.top + (size_t)y, area.y + 1 + y);
}

void sheet_copy(struct sheet *s, struct strbuf *out)
{
    struct row row = {.view = s->ui->view,
                      .object = sheet_selected(s),
                      .scratch = &s->scratch,
                      .text = &s->text};

    for (size_t i = 0; row.object && i < s->places; i++) {
        const struct field *f = place_field(s, i);
        struct value v;

        s->scratch.n = 0;
        field_get(f, &row, &v);
        strbuf_str(out, i ? "\t" : "");
        value_text(row.view, f, &v, out);
    }
}

/* ---- sorting */

void sheet_sort(struct sheet *s, const struct field *f, bool descending)
{
    /* Order of arrival is the order of time, and costs nothing. */
    if (f && (!strcmp(f->name, "start") || !strcmp(f->name, "time")) && !descending)
        f = NULL;
    s->sort = f;
    s->descending = descending;
    list_sort(s->list, f, descending);
    sheet_refresh(s);
}

/* Sorts by the column beside the one that is sorted by now. */
static void sort_step(struct sheet *s, int step)
{
    size_t n = s->columns.list.n, at = s->skip;

    for (size_t i = 0; i < n; i++)
        if (is_sorted(s, s->columns.list.at[i].field))
            at = i;
    for (size_t k = 0; k < n; k++) {
        at = (at + n + (size_t)(step + (int)n)) % n;
        for (size_t i = 0; i < s->places; i++)
            if (s->place[i].column == at) {
                sheet_sort(s, place_field(s, i), s->descending);
                return;
            }
    }
}

static void sort_turn(struct sheet *s)
{
    const struct field *f = s->sort ? s->sort : field_find(s->columns.table, "start");

    sheet_sort(s, f ? f : field_find(s->columns.table, "time"), !s->descending);
}

/* ---- actions */

bool sheet_act(struct sheet *s, enum action action)
{
    switch (action) {
    case ACTION_SORT_LEFT: sort_step(s, -1); return true;
    case ACTION_SORT_RIGHT: sort_step(s, 1); return true;
    case ACTION_SORT_TURN: sort_turn(s); return true;
    case ACTION_LEFT: s->skip -= s->skip > 0; return true;
    case ACTION_RIGHT: s->skip += s->skip + 1 < s->columns.list.n; return true;
    case ACTION_COLUMNS: ui_push(s->ui, screen_columns_new(s->ui, s)); return true;
    case ACTION_FOLLOW:
        s->follow = !s->follow;
        sheet_refresh(s);
        return true;
    default: break;
    }
    if (!scroll_act(&s->scroll, action))
        return false;
    s->follow = action == ACTION_END;
    remember(s);
    return true;
}

/* The gap behind a heading is its edge; elsewhere a click sorts. */
static void click_title(struct sheet *s, int x)
{
    for (size_t i = 0; i < s->places; i++) {
        const struct sheet_place *p = &s->place[i];
        const struct field *f = place_field(s, i);

        if (x >= p->x && x < p->x + p->w)
            sheet_sort(s, f, is_sorted(s, f) ? !s->descending : s->descending);
        if (x == p->x + p->w) {
            s->sizing = p->column + 1;
            s->sized_x = (size_t)p->x;
        }
    }
}

bool sheet_mouse(struct sheet *s, const struct input *in)
{
    size_t row;
    bool again;

    s->sizing = 0;
    if (in->key != INPUT_CLICK) {
        s->follow = false;
        scroll_by(&s->scroll, in->key == INPUT_WHEEL_UP ? -3 : 3);
        remember(s);
        return false;
    }
    if (in->y == s->top)
        click_title(s, in->x);
    if (in->y <= s->top || in->y > s->top + s->scroll.page)
        return false;
    row = s->scroll.top + (size_t)(in->y - s->top - 1);
    if (row >= s->scroll.count)
        return false;
    again = row == s->scroll.at;
    sheet_go(s, row);
    return again;
}

void sheet_drag(struct sheet *s, const struct input *in)
{
    if (!s->sizing)
        return;
    columns_size(&s->columns, s->sizing - 1, in->x - (int)s->sized_x);
    if (in->key == INPUT_RELEASE) {
        s->sizing = 0;
        sheet_keep(s);
    }
}
