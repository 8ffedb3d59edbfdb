/* The list of calls: the first screen. */
#include "options.h"
#include "tui/scroll.h"
#include "tui/sign.h"
#include "tui/ui.h"
#include "view/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A column, and from which width of the screen on it is worth its room. */
struct column {
    const char *field, *title;
    const char *instead;  /* field for rows where the first is null */
    uint8_t narrow, wide; /* columns below and from 120 */
    uint8_t from;
    bool right;
    bool media; /* not where media is left alone */
};

enum { NARROW = 130 /* below, the method goes into the remark */ };

static const struct column columns[] = {
    {"start", "Start", NULL, 8, 12, 0, false, false},
    {"from_user", "From", "from_host", 14, 16, 0, false, false},
    {"to_user", "To", "to_host", 14, 16, 0, false, false},
    {"method", "Method", NULL, 8, 8, NARROW, false, false},
    {"state", "State", NULL, 10, 10, 0, false, false},
    {"status", "Code", NULL, 4, 4, 0, true, false},
    {"pdd", "PDD s", NULL, 6, 6, 100, true, false},
    {"duration", "Talk", NULL, 8, 8, 92, true, false},
    {"codec", "Codec", NULL, 6, 6, 150, false, true},
    {"loss", "Loss %", NULL, 7, 7, 112, true, true},
    {"jitter", "Jitter ms", NULL, 10, 10, 160, true, true},
    {"mos", "MOS", NULL, 4, 4, 104, true, true},
    {"messages", "Msgs", NULL, 4, 5, 170, true, false},
    {"legs", "Legs", NULL, 4, 4, 140, true, false},
    {"src", "Source", NULL, 21, 21, 220, false, false},
    {"dst", "Destination", NULL, 21, 21, 220, false, false},
};

enum {
    COLUMNS = sizeof columns / sizeof *columns,
    SIGN = 2,   /* columns of sign and mark */
    REMARK = 14 /* the remark has at least so many */
};

struct place { /* of a column, as it was drawn last: for clicks and sorting */
    const struct field *field;
    int x, w;
};

struct calls_screen {
    struct screen screen;
    struct list *list;
    struct scroll scroll;
    uint32_t selected;        /* id; 0: none */
    const struct field *sort; /* NULL: order of arrival */
    bool descending, follow, searching;
    size_t skip; /* columns scrolled out on the left */
    struct place place[COLUMNS];
    size_t places;
    int top; /* y of the heading, as drawn last */
    struct strbuf scratch, text, cell;
};

static void calls_screen_free(struct screen *screen)
{
    struct calls_screen *s = (struct calls_screen *)screen;

    list_free(s->list);
    strbuf_done(&s->scratch);
    strbuf_done(&s->text);
    strbuf_done(&s->cell);
    free(s);
}

static const struct call *call_at(const struct calls_screen *s, size_t i)
{
    return list_at(s->list, i);
}

static const struct call *selected_call(const struct calls_screen *s)
{
    return call_at(s, s->scroll.at);
}

static void remember(struct calls_screen *s)
{
    const struct call *call = selected_call(s);

    s->selected = call ? call->id : 0;
}

static void calls_refresh(struct screen *screen)
{
    struct calls_screen *s = (struct calls_screen *)screen;
    const struct call *call;
    size_t at = SIZE_MAX;

    ui_follow(screen->ui, s->list);
    s->scroll.count = list_count(s->list);
    call = s->selected ? calls_by_id(screen->ui->view->calls, s->selected) : NULL;
    if (s->follow && s->scroll.count)
        at = s->descending ? 0 : s->scroll.count - 1;
    else if (call)
        at = list_position(s->list, call);
    if (at != SIZE_MAX) {
        /* The window moves with the row, so that it stays at its height. */
        size_t height = s->scroll.at - s->scroll.top;

        s->scroll.at = at;
        s->scroll.top = at > height ? at - height : 0;
    }
    scroll_fit(&s->scroll, s->scroll.count, s->scroll.page);
    remember(s);
}

/* ---- drawing */

static void draw_head(struct calls_screen *s, struct canvas *c, struct rect area)
{
    char count[24];
    int x = canvas_put(c, area.x, area.y, STYLE_BOLD, "Calls ");
    size_t shown = list_count(s->list), total = list_total(s->list);
    const char *follow = s->screen.ui->paused ? "paused" : "follow";

    x = canvas_put(c, x, area.y, TONE_PLAIN, state_count(total, count));
    if (shown != total || s->searching)
        x = canvas_printf(c, x + 3, area.y, TONE_PLAIN, "shown %s",
                          state_count(shown, count));
    if (s->screen.ui->marks.id.n)
        x = canvas_printf(c, x + 3, area.y, TONE_REQUEST, "marked %zu",
                          s->screen.ui->marks.id.n);
    if (s->searching)
        canvas_printf(c, x + 3, area.y, TONE_REQUEST, "search: %s",
                      s->screen.prompt.text);
    if (s->follow || s->screen.ui->paused)
        canvas_put(c, area.x + area.w - 6, area.y, TONE_REQUEST, follow);
}

static int column_width(const struct column *col, int screen)
{
    return screen >= 200 && col->wide == 16 ? 24
           : screen >= 120                  ? col->wide
                                            : col->narrow;
}

/* Which columns are shown where. */
static void lay_out(struct calls_screen *s, const struct canvas *c)
{
    int x = SIGN;

    s->places = 0;
    for (size_t i = s->skip; i < COLUMNS; i++) {
        const struct column *col = &columns[i];
        const struct field *f = field_find(&TABLE_CALLS, col->field);
        int w = column_width(col, c->w);

        if (!f || (!s->skip && c->w < col->from) ||
            (col->media && !s->screen.ui->view->streams))
            continue;
        if (x + w > c->w - (s->skip ? 0 : REMARK) && s->places)
            break;
        s->place[s->places++] = (struct place){f, x, w};
        x += w + 1;
    }
}

static const struct column *column_of(const struct field *f)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (!strcmp(columns[i].field, f->name))
            return &columns[i];
    return &columns[0];
}

/* Where the remark begins. */
static int remark_x(const struct calls_screen *s)
{
    const struct place *last = &s->place[s->places - 1];

    return s->places ? last->x + last->w + 2 : SIGN;
}

static void draw_titles(struct calls_screen *s, struct canvas *c, int y)
{
    canvas_style(c, (struct rect){0, y, c->w, 1}, STYLE_BAR);
    for (size_t i = 0; i < s->places; i++) {
        const struct place *p = &s->place[i];
        const struct column *col = column_of(p->field);
        bool sorted = s->sort ? s->sort == p->field : !strcmp(col->field, "start");
        char title[32];

        snprintf(title, sizeof title, "%s%s", col->title,
                 !sorted         ? ""
                 : s->descending ? "↓"
                                 : "↑");
        canvas_field(c, p->x, y, p->w, col->right,
                     STYLE_BAR | (sorted ? TONE_REQUEST : TONE_PLAIN), title,
                     strlen(title));
    }
    canvas_put(c, remark_x(s), y, STYLE_BAR, s->skip ? "" : "What happened");
}

static void draw_value(struct calls_screen *s, struct canvas *c, const struct place *p,
                       struct row *row, int y)
{
    const struct column *col = column_of(p->field);
    struct field f = *p->field;
    struct value v = {VALUE_NULL, {0}};
    enum tone tone = f.tone ? f.tone(row) : TONE_PLAIN;

    f.get(row, &v);
    if (v.type == VALUE_NULL && col->instead) {
        f = *field_find(&TABLE_CALLS, col->instead);
        f.get(row, &v);
    }
    if (f.type == VALUE_TIME)
        f.digits = p->w >= 12 ? 3 : 0;
    s->cell.n = 0;
    value_text(row->view, &f, &v, &s->cell);
    if (col->right && (v.type == VALUE_NULL || (v.type == VALUE_INT && !v.i)))
        canvas_field(c, p->x, y, p->w, true, TONE_DIM, "–", strlen("–"));
    else
        canvas_field(c, p->x, y, p->w, col->right, tone, s->cell.p, s->cell.n);
}

static void draw_row(struct calls_screen *s, struct canvas *c, size_t i, int y)
{
    const struct call *call = call_at(s, i);
    struct row row = {.view = s->screen.ui->view,
                      .object = call,
                      .scratch = &s->scratch,
                      .text = &s->text};
    enum tone tone;
    const char *sign;

    if (!call)
        return;
    sign = sign_call(call, &tone);
    canvas_put(c, 0, y, tone, sign);
    if (marks_has(&s->screen.ui->marks, call->id))
        canvas_put(c, 1, y, TONE_REQUEST | STYLE_BOLD, "■");
    for (size_t k = 0; k < s->places; k++) {
        s->scratch.n = 0;
        draw_value(s, c, &s->place[k], &row, y);
    }
    if (!s->skip) {
        s->cell.n = 0;
        if (c->w < NARROW && call->method != SIP_INVITE)
            strbuf_printf(&s->cell, "%.24s ", call_method(call));
        sign_remark(call, &s->cell);
        canvas_field(c, remark_x(s), y, c->w - remark_x(s), false,
                     tone == TONE_GOOD ? TONE_DIM : tone, s->cell.p, s->cell.n);
    }
    if (i == s->scroll.at)
        canvas_style(c, (struct rect){0, y, c->w, 1}, STYLE_SELECT);
}

/* What a person can do where there are no rows. */
static void draw_empty(struct calls_screen *s, struct canvas *c, struct rect area)
{
    const struct ui *ui = s->screen.ui;
    const struct state *st = &ui->state;
    const struct options *o = ui->trace->options;
    char count[24];
    int x = area.x + SIGN, y = area.y + 1;

    if (list_total(s->list)) {
        canvas_printf(c, x, y, TONE_PLAIN, "No call contains \"%s\".",
                      s->screen.prompt.text);
        canvas_put(c, x, y + 1, TONE_DIM, "Esc ends the search.");
        return;
    }
    if (st->live) {
        canvas_printf(c, x, y, TONE_PLAIN, "No SIP yet on %s. %s other packets seen.",
                      st->source, state_count(st->packets, count));
    } else if (!st->ended) {
        canvas_printf(c, x, y, TONE_PLAIN, "Reading %s: no SIP yet. %s packets seen.",
                      st->source, state_count(st->packets, count));
    } else {
        canvas_printf(c, x, y, TONE_WARN, "No SIP in %s. %s packets read.", st->source,
                      state_count(st->packets, count));
        canvas_put(c, x, y + 1, TONE_PLAIN,
                   "i shows what was in it, and what was left out.");
    }
    if (o && o->bpf)
        canvas_printf(c, x, y + 2, TONE_DIM, "Filter: %s", o->bpf);
}

static void calls_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct calls_screen *s = (struct calls_screen *)screen;
    struct rect rows = {area.x, area.y + 2, area.w, area.h - 2};

    draw_head(s, c, area);
    lay_out(s, c);
    s->top = area.y + 1;
    draw_titles(s, c, s->top);
    scroll_fit(&s->scroll, list_count(s->list), rows.h);
    if (!s->scroll.count)
        draw_empty(s, c, rows);
    for (int y = 0; y < rows.h && s->scroll.top + (size_t)y < s->scroll.count; y++)
        draw_row(s, c, s->scroll.top + (size_t)y, rows.y + y);
}

/* ---- actions */

static void sort_by(struct calls_screen *s, const struct field *f, bool descending)
{
    /* Order of arrival is the order of time, and costs nothing. */
    if (!strcmp(f->name, "start") && !descending)
        f = NULL;
    s->sort = f;
    s->descending = descending;
    list_sort(s->list, f, descending);
    calls_refresh(&s->screen);
}

/* Sorts by the column beside the one that is sorted by now. */
static void sort_step(struct calls_screen *s, int step)
{
    size_t at = 0;

    for (size_t i = 0; i < s->places; i++)
        if (s->place[i].field == s->sort)
            at = i;
    if (s->places)
        sort_by(s,
                s->place[(at + s->places + (size_t)(step + (int)s->places)) % s->places]
                    .field,
                s->descending);
}

static void sort_turn(struct calls_screen *s)
{
    const struct field *f = s->sort ? s->sort : field_find(&TABLE_CALLS, "start");

    sort_by(s, f, !s->descending);
}

static void go_to_failed(struct calls_screen *s, bool backwards)
{
    size_t n = s->scroll.count;

    for (size_t k = 1; k <= n; k++) {
        size_t i = (s->scroll.at + (backwards ? n - k : k)) % n;

        const struct call *call = call_at(s, i);

        if (call && sign_failed(call)) {
            s->follow = false;
            s->scroll.at = i;
            scroll_fit(&s->scroll, n, s->scroll.page);
            remember(s);
            return;
        }
    }
    ui_say(s->screen.ui, TONE_GOOD, "No failed call in the list.");
}

static void turn_mark(struct calls_screen *s)
{
    if (s->selected)
        marks_turn(&s->screen.ui->marks, s->selected);
    s->follow = false;
    scroll_act(&s->scroll, ACTION_DOWN);
    remember(s);
}

static void turn_follow(struct calls_screen *s)
{
    s->follow = !s->follow;
    calls_refresh(&s->screen);
}

static void open_ladder(struct calls_screen *s, bool verdict)
{
    if (s->selected)
        ui_push(s->screen.ui, screen_ladder_new(s->screen.ui, s->selected, verdict));
}

/* Forgetting needs a second press. */
static void forget(struct calls_screen *s)
{
    struct ui *ui = s->screen.ui;

    if (!ui->clearing) {
        ui->clearing = true;
        ui_say(ui, TONE_WARN, "Forget all %zu calls? F5 again does it.",
               list_total(s->list));
        return;
    }
    calls_clear(ui->trace->calls);
    ui->marks.id.n = 0;
    s->selected = 0;
    ui_refresh(ui);
}

static void move(struct calls_screen *s, enum action action)
{
    if (action == ACTION_LEFT)
        s->skip -= s->skip > 0;
    else if (action == ACTION_RIGHT)
        s->skip += s->skip + 1 < COLUMNS;
    else if (scroll_act(&s->scroll, action)) {
        s->follow = action == ACTION_END;
        remember(s);
    }
}

static void calls_act(struct screen *screen, enum action action)
{
    struct calls_screen *s = (struct calls_screen *)screen;

    switch (action) {
    case ACTION_OPEN_LADDER: open_ladder(s, false); break;
    case ACTION_VERDICT: open_ladder(s, true); break;
    case ACTION_MEDIA:
        if (s->selected)
            ui_push(screen->ui, screen_media_new(screen->ui, s->selected, 0));
        break;
    case ACTION_SEARCH: screen->asking = "Search: "; break;
    case ACTION_MARK: turn_mark(s); break;
    case ACTION_SAVE:
        ui_push(screen->ui, screen_save_new(screen->ui, s->selected, s->list));
        break;
    case ACTION_NEXT_FAILED: go_to_failed(s, false); break;
    case ACTION_PREV_FAILED: go_to_failed(s, true); break;
    case ACTION_SORT_LEFT: sort_step(s, -1); break;
    case ACTION_SORT_RIGHT: sort_step(s, 1); break;
    case ACTION_SORT_TURN: sort_turn(s); break;
    case ACTION_FOLLOW: turn_follow(s); break;
    case ACTION_CLEAR: forget(s); break;
    default: move(s, action); break;
    }
}

static void search(struct calls_screen *s, const char *words)
{
    s->searching = *words != 0;
    list_search(s->list, words);
    calls_refresh(&s->screen);
}

static void calls_typed(struct screen *screen, enum prompt_result what)
{
    struct calls_screen *s = (struct calls_screen *)screen;

    if (what == PROMPT_CANCEL)
        prompt_set(&screen->prompt, "");
    if (what != PROMPT_CHANGED)
        screen->asking = NULL;
    if (what != PROMPT_DONE)
        search(s, screen->prompt.text);
}

static bool calls_back(struct screen *screen)
{
    struct calls_screen *s = (struct calls_screen *)screen;

    if (!s->searching)
        return false;
    prompt_set(&screen->prompt, "");
    search(s, "");
    return true;
}

static void click_title(struct calls_screen *s, int x)
{
    for (size_t i = 0; i < s->places; i++) {
        const struct place *p = &s->place[i];
        bool same =
            p->field == s->sort || (!s->sort && !strcmp(p->field->name, "start"));

        if (x >= p->x && x < p->x + p->w)
            sort_by(s, p->field, same ? !s->descending : s->descending);
    }
}

static void calls_mouse(struct screen *screen, const struct input *in)
{
    struct calls_screen *s = (struct calls_screen *)screen;
    size_t row;

    if (in->key != INPUT_CLICK) {
        s->follow = false;
        scroll_by(&s->scroll, in->key == INPUT_WHEEL_UP ? -3 : 3);
        remember(s);
        return;
    }
    if (in->y == s->top)
        click_title(s, in->x);
    if (in->y <= s->top || in->y > s->top + s->scroll.page)
        return;
    row = s->scroll.top + (size_t)(in->y - s->top - 1);
    if (row >= s->scroll.count)
        return;
    s->follow = false;
    if (row == s->scroll.at)
        open_ladder(s, false);
    s->scroll.at = row;
    remember(s);
}

static void calls_copy(struct screen *screen, struct strbuf *out)
{
    const struct call *call = selected_call((struct calls_screen *)screen);

    if (call)
        strbuf_add(out, call->call_id->p, call->call_id->n);
}

static const struct screen_ops calls_ops = {
    .title = "Calls",
    .on = ON_CALLS,
    .free = calls_screen_free,
    .refresh = calls_refresh,
    .draw = calls_draw,
    .act = calls_act,
    .typed = calls_typed,
    .mouse = calls_mouse,
    .copy = calls_copy,
    .back = calls_back,
};

struct screen *screen_calls_new(struct ui *ui)
{
    struct calls_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->screen.ops = &calls_ops;
    s->screen.ui = ui;
    s->list = list_new(ui->view, &TABLE_CALLS);
    s->follow = ui->trace->live;
    if (!s->list) {
        free(s);
        return NULL;
    }
    return &s->screen;
}
