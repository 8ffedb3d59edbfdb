/* The columns of a list: which, in which order, how wide. The list behind shows it. */
#include "tui/frame.h"
#include "tui/sheet.h"

#include <stdlib.h>
#include <string.h>

struct columns_screen {
    struct screen screen;
    struct sheet *sheet;
    struct scroll scroll;
    int y; /* of the first row, as drawn last */
};

static struct columns *columns_of(const struct columns_screen *s)
{
    return &s->sheet->columns;
}

/* Rows: the columns shown, then the other fields of the table. */
static size_t count_rows(const struct columns_screen *s)
{
    const struct columns *c = columns_of(s);
    size_t n = c->list.n;

    for (size_t i = 0; i < c->table->n; i++)
        n += columns_find(c, &c->table->fields[i]) == SIZE_MAX;
    return n;
}

static const struct field *row_field(const struct columns_screen *s, size_t row)
{
    const struct columns *c = columns_of(s);

    if (row < c->list.n)
        return c->list.at[row].field;
    row -= c->list.n;
    for (size_t i = 0; i < c->table->n; i++)
        if (columns_find(c, &c->table->fields[i]) == SIZE_MAX && !row--)
            return &c->table->fields[i];
    return NULL;
}

static bool is_shown(const struct columns_screen *s, size_t row)
{
    return row < columns_of(s)->list.n;
}

/* What the width of the screen leaves out is no column any more. */
static void fix(struct columns_screen *s)
{
    struct columns *c = columns_of(s);

    if (c->chosen)
        return;
    for (size_t i = c->list.n; i-- > 0; c->chosen = false)
        if (!columns_width(c, i, s->screen.ui->width))
            columns_remove(c, i);
    c->chosen = true;
}

static void turn(struct columns_screen *s)
{
    struct columns *c = columns_of(s);
    const struct field *f = row_field(s, s->scroll.at);

    fix(s);
    if (columns_find(c, f) != SIZE_MAX) {
        columns_remove(c, columns_find(c, f));
    } else if (columns_add(c, c->list.n, f, NULL)) {
        s->scroll.at = c->list.n - 1;
    }
}

static void move(struct columns_screen *s, int by)
{
    const struct field *f = row_field(s, s->scroll.at);
    size_t at;

    fix(s);
    at = columns_find(columns_of(s), f);
    if (at != SIZE_MAX)
        s->scroll.at = columns_move(columns_of(s), at, by);
}

static void size(struct columns_screen *s, int by)
{
    const struct field *f = row_field(s, s->scroll.at);
    size_t at;

    fix(s);
    at = columns_find(columns_of(s), f);
    if (at != SIZE_MAX)
        columns_size(columns_of(s), at,
                     columns_width(columns_of(s), at, s->screen.ui->width) + by);
}

static void ask_header(struct columns_screen *s)
{
    const struct table *t = columns_of(s)->table;

    if (t != &TABLE_CALLS && t != &TABLE_MESSAGES) {
        ui_say(s->screen.ui, TONE_WARN, "Rows of this list have no headers.");
        return;
    }
    prompt_set(&s->screen.prompt, "");
    s->screen.asking = "Header: ";
}

static void columns_typed(struct screen *screen, enum prompt_result what)
{
    struct columns_screen *s = (struct columns_screen *)screen;
    struct columns *c = columns_of(s);

    if (what == PROMPT_CHANGED)
        return;
    screen->asking = NULL;
    if (what == PROMPT_CANCEL || !screen->prompt.n)
        return;
    fix(s);
    if (columns_add(c, c->list.n, NULL, screen->prompt.text))
        s->scroll.at = c->list.n - 1;
    else
        ui_say(screen->ui, TONE_WARN,
               "This is a column already, or no name of a header.");
}

static void columns_act(struct screen *screen, enum action action)
{
    struct columns_screen *s = (struct columns_screen *)screen;

    scroll_fit(&s->scroll, count_rows(s), s->scroll.page);
    switch (action) {
    case ACTION_COLUMN_TURN: turn(s); break;
    case ACTION_COLUMN_BACK: move(s, -1); break;
    case ACTION_COLUMN_ON: move(s, 1); break;
    case ACTION_COLUMN_NARROW: size(s, -1); break;
    case ACTION_COLUMN_WIDE: size(s, 1); break;
    case ACTION_COLUMN_HEADER: ask_header(s); break;
    case ACTION_COLUMN_RESET: columns_reset(columns_of(s)); break;
    case ACTION_DONE: ui_pop(screen->ui); break;
    default: scroll_act(&s->scroll, action); break;
    }
}

static void draw_row(struct columns_screen *s, struct canvas *c, size_t row,
                     struct rect at)
{
    const struct field *f = row_field(s, row);
    bool shown = is_shown(s, row), out = false;
    char title[COLUMN_TITLE];
    int width = shown ? columns_width(columns_of(s), row, c->w) : 0;
    unsigned style = shown ? TONE_PLAIN : TONE_DIM;

    out = shown && !width;
    canvas_put(c, at.x + 1, at.y, style, shown ? "[x]" : "[ ]");
    column_title(f, title);
    canvas_field(c, at.x + 5, at.y, 16, false, style | (shown ? STYLE_BOLD : 0), title,
                 strlen(title));
    if (width)
        canvas_printf(c, at.x + 22, at.y, style, "%3d", width);
    else if (out)
        canvas_put(c, at.x + 22, at.y, TONE_DIM, "  –");
    canvas_field(c, at.x + 27, at.y, at.w - 28, false, style, f->help, strlen(f->help));
    if (row == s->scroll.at)
        canvas_style(c, at, STYLE_SELECT);
}

static void columns_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct columns_screen *s = (struct columns_screen *)screen;
    size_t n = count_rows(s);
    int w = area.w < 76 ? area.w : 76, h = area.h - 6 < 5 ? area.h : area.h - 6;
    struct rect box = {area.x + area.w - w, area.y + area.h - h, w, h};
    int rows = box.h - 3;

    frame_draw(c, box, "Columns");
    scroll_fit(&s->scroll, n, rows);
    s->y = box.y + 1;
    for (int i = 0; i < rows && s->scroll.top + (size_t)i < n; i++)
        draw_row(s, c, s->scroll.top + (size_t)i,
                 (struct rect){box.x + 1, s->y + i, box.w - 2, 1});
    if (screen->asking)
        prompt_draw(&screen->prompt, c, box.x + 2, box.y + box.h - 2, box.w - 4,
                    screen->asking);
    else
        canvas_put(c, box.x + 2, box.y + box.h - 2, TONE_DIM,
                   "Space on/off   J K move   + - width   a a header   Enter done");
}

static void columns_mouse(struct screen *screen, const struct input *in)
{
    struct columns_screen *s = (struct columns_screen *)screen;
    size_t row = s->scroll.top + (size_t)(in->y - s->y);

    if (in->key != INPUT_CLICK) {
        scroll_by(&s->scroll, in->key == INPUT_WHEEL_UP ? -3 : 3);
        return;
    }
    if (in->y < s->y || in->y >= s->y + s->scroll.page || row >= count_rows(s))
        return;
    if (row == s->scroll.at)
        turn(s);
    else
        s->scroll.at = row;
}

static void columns_free(struct screen *screen)
{
    struct columns_screen *s = (struct columns_screen *)screen;

    sheet_keep(s->sheet);
    free(s);
}

static const struct screen_ops columns_ops = {
    .title = "Columns",
    .on = ON_COLUMNS,
    .overlay = true,
    .free = columns_free,
    .draw = columns_draw,
    .act = columns_act,
    .typed = columns_typed,
    .mouse = columns_mouse,
};

struct screen *screen_columns_new(struct ui *ui, struct sheet *of)
{
    struct columns_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->screen.ops = &columns_ops;
    s->screen.ui = ui;
    s->sheet = of;
    return &s->screen;
}
