/* The list of calls: the first screen. */
#include "options.h"
#include "tui/compare.h"
#include "tui/filter_line.h"
#include "tui/sheet.h"
#include "tui/sign.h"
#include "view/board.h"
#include "view/clock.h"

#include <stdlib.h>
#include <string.h>

enum {
    NARROW = 130, /* below, the method goes into the remark */
    REMARK = 14,  /* the remark has at least so many columns */
    LEAST = 24    /* and so many where it stands above the list */
};

struct calls_screen {
    struct screen screen;
    struct sheet sheet;
    struct filter_line filter;
    bool folded; /* only the first leg of a session is shown */
    struct {     /* only the calls that a row of the board counts; name "": all */
        uint32_t handle[2];
        bool codec; /* it is one: the name tells which */
        char name[64];
    } only;
};

static struct calls_screen *of_sheet(struct sheet *sheet)
{
    return (struct calls_screen *)((char *)sheet -
                                   offsetof(struct calls_screen, sheet));
}

static void calls_screen_free(struct screen *screen)
{
    struct calls_screen *s = (struct calls_screen *)screen;

    sheet_done(&s->sheet);
    filter_line_done(&s->filter);
    free(s);
}

static const struct call *call_at(const struct calls_screen *s, size_t i)
{
    return list_at(s->sheet.list, i);
}

static const struct call *selected_call(const struct calls_screen *s)
{
    return sheet_selected(&s->sheet);
}

static uint32_t selected_id(const struct calls_screen *s)
{
    const struct call *call = selected_call(s);

    return call ? call->id : 0;
}

static void calls_refresh(struct screen *screen)
{
    sheet_refresh(&((struct calls_screen *)screen)->sheet);
}

/* ---- which rows */

static bool matches(const struct calls_screen *s, const struct call *call)
{
    return (!*s->only.name ||
            board_has(s->only.handle, s->only.codec ? s->only.name : NULL, call)) &&
           filter_line_match(&s->filter, call);
}

/* Folded, a session is its first leg, and passes where any leg of it does. */
static bool passes(void *ctx, const struct table *t, const void *object)
{
    const struct calls_screen *s = ctx;
    const struct call *call = object;

    (void)t;
    if (!s->folded || !call->session)
        return matches(s, call);
    if (call->session->first != call)
        return false;
    for (; call; call = call->leg_next)
        if (matches(s, call))
            return true;
    return false;
}

static void filter_anew(struct calls_screen *s)
{
    bool any = s->folded || s->filter.filter || *s->only.name;

    list_filter(s->sheet.list, any ? passes : NULL, s);
    calls_refresh(&s->screen);
}

static void turn_fold(struct calls_screen *s)
{
    s->folded = !s->folded;
    filter_anew(s);
    ui_keep(s->screen.ui, SETTINGS[SETTING_LEGS].name,
            s->folded ? SETTINGS[SETTING_LEGS].value[1] : "");
}

/* ---- drawing */

/* What happened to the selected call, in full where its row has to cut it. */
static void draw_selected(struct calls_screen *s, struct canvas *c, int x, int y, int w)
{
    const struct call *call = selected_call(s);
    struct strbuf *text = &s->sheet.cell;
    enum tone tone;

    if (!call || w < LEAST)
        return;
    text->n = 0;
    sign_headline(s->screen.ui->view, call, text);
    if (!text->n || canvas_columns(text->p, text->n) <= s->sheet.tail)
        return;
    canvas_put(c, x, y, TONE_PLAIN, sign_verdict(s->screen.ui->view, call, &tone));
    canvas_tone(c, (struct rect){x, y, 1, 1}, tone);
    canvas_field(c, x + 2, y, w - 2, false, tone == TONE_GOOD ? TONE_DIM : tone,
                 text->p, text->n);
}

static int draw_filter(const struct calls_screen *s, struct canvas *c, int x, int y)
{
    const char *text = s->screen.prompt.text;

    if (*text && s->filter.why.text[0])
        return canvas_printf(c, x + 3, y, TONE_WARN, "filter: %s", s->filter.why.text);
    if (s->filter.filter)
        return canvas_printf(c, x + 3, y, TONE_REQUEST, "filter: %s", text);
    return x;
}

static void draw_head(struct calls_screen *s, struct canvas *c, struct rect area)
{
    const struct ui *ui = s->screen.ui;
    char count[24];
    int x = canvas_put(c, area.x, area.y, STYLE_BOLD, "Calls "),
        right = area.x + area.w;
    size_t shown = list_count(s->sheet.list), total = list_total(s->sheet.list);
    const char *mode = ui->paused        ? "paused"
                       : s->sheet.follow ? "follow"
                       : s->folded       ? "folded"
                                         : "";

    x = canvas_put(c, x, area.y, TONE_PLAIN, state_count(total, count));
    if (*s->only.name)
        x = canvas_printf(c, x + 3, area.y, TONE_REQUEST, "only %s", s->only.name);
    if (shown != total || s->filter.filter)
        x = canvas_printf(c, x + 3, area.y, TONE_PLAIN, "shown %s",
                          state_count(shown, count));
    if (list_building(s->sheet.list))
        x = canvas_put(c, x + 1, area.y, TONE_WARN, "…");
    if (ui->marks.id.n)
        x = canvas_printf(c, x + 3, area.y, TONE_REQUEST, "marked %zu", ui->marks.id.n);
    x = draw_filter(s, c, x, area.y);
    if (*mode) {
        right -= 6;
        canvas_put(c, right - 1, area.y, TONE_PLAIN, " ");
        canvas_put(c, right, area.y, TONE_REQUEST, mode);
    }
    draw_selected(s, c, x + 3, area.y, right - x - 5);
}

/* The worst sign of what a row stands for. */
static const char *row_sign(const struct calls_screen *s, const struct call *call,
                            enum tone *tone)
{
    const struct view *v = s->screen.ui->view;
    const char *sign = sign_verdict(v, call, tone);

    if (!s->folded || !call->session)
        return sign;
    for (const struct call *leg = call->leg_next; leg; leg = leg->leg_next) {
        enum tone other;
        const char *worse = sign_verdict(v, leg, &other);

        if (other == TONE_BAD || (other == TONE_WARN && *tone != TONE_BAD)) {
            sign = worse;
            *tone = other;
        }
    }
    return sign;
}

static void draw_mark(const struct calls_screen *s, struct canvas *c,
                      const struct call *call, int y)
{
    if (marks_has(&s->screen.ui->marks, call->id))
        canvas_put(c, 1, y, TONE_REQUEST | STYLE_BOLD, "■");
    else if (s->folded && call->session && call->session->legs > 1)
        canvas_put(c, 1, y, TONE_DIM, "+");
}

/* The headline; the method before it, where it is no INVITE, has no column, and is not
 * said anyway. */
static void write_remark(struct calls_screen *s, const struct call *call, bool narrow)
{
    struct strbuf *text = &s->sheet.cell;
    const char *method = call_method(call);
    size_t n = strlen(method) > 24 ? 24 : strlen(method);

    text->n = 0;
    sign_headline(s->screen.ui->view, call, text);
    if (!narrow || call->method == SIP_INVITE ||
        (text->n >= n && !memcmp(text->p, method, n)))
        return;
    s->sheet.scratch.n = 0;
    strbuf_add(&s->sheet.scratch, text->p, text->n);
    text->n = 0;
    strbuf_printf(text, "%.24s%s", method, s->sheet.scratch.n ? " " : "");
    strbuf_add(text, s->sheet.scratch.p, s->sheet.scratch.n);
}

static void draw_row(struct sheet *sheet, struct canvas *c, const void *object, int y,
                     int x)
{
    struct calls_screen *s = of_sheet(sheet);
    const struct call *call = object;
    enum tone tone;
    const char *sign = row_sign(s, call, &tone);

    canvas_put(c, 0, y, tone, sign);
    draw_mark(s, c, call, y);
    if (x >= c->w)
        return;
    write_remark(s, call, c->w < NARROW);
    canvas_field(c, x, y, c->w - x, false, tone == TONE_GOOD ? TONE_DIM : tone,
                 sheet->cell.p, sheet->cell.n);
}

/* What a person can do where there are no rows. */
static void draw_empty(struct calls_screen *s, struct canvas *c, struct rect area)
{
    const struct ui *ui = s->screen.ui;
    const struct state *st = &ui->state;
    const struct options *o = ui->trace->options;
    char count[24];
    int x = area.x + 2, y = area.y + 1;

    if (list_total(s->sheet.list)) {
        canvas_printf(c, x, y, TONE_PLAIN, "No call passes the filter \"%s\".",
                      s->screen.prompt.text);
        canvas_put(c, x, y + 1, TONE_DIM, "Esc takes it away.");
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
    struct rect sheet = {area.x, area.y + 1, area.w, area.h - 1};

    sheet_draw(&s->sheet, c, sheet);
    draw_head(s, c, area);
    if (!list_count(s->sheet.list) && !list_building(s->sheet.list))
        draw_empty(s, c, (struct rect){area.x, area.y + 2, area.w, area.h - 2});
}

/* ---- actions */

static void go_to_failed(struct calls_screen *s, bool backwards)
{
    size_t n = list_count(s->sheet.list), at = s->sheet.scroll.at;

    for (size_t k = 1; k <= n; k++) {
        size_t i = (at + (backwards ? n - k : k)) % n;
        const struct call *call = call_at(s, i);
        enum tone tone = TONE_PLAIN;

        if (call)
            row_sign(s, call, &tone);
        if (call && (tone == TONE_BAD || sign_failed(call))) {
            sheet_go(&s->sheet, i);
            return;
        }
    }
    ui_say(s->screen.ui, TONE_GOOD, "No failed call in the list.");
}

static void turn_mark(struct calls_screen *s)
{
    uint32_t id = selected_id(s);

    if (id)
        marks_turn(&s->screen.ui->marks, id);
    sheet_act(&s->sheet, ACTION_DOWN);
}

/* Marks all that are shown; where all are, takes the marks away. */
static void mark_all(struct calls_screen *s)
{
    struct marks *marks = &s->screen.ui->marks;
    size_t n = list_count(s->sheet.list), marked = 0;

    for (size_t i = 0; i < n; i++)
        marked += marks_has(marks, call_at(s, i)->id);
    for (size_t i = 0; i < n; i++)
        if (marks_has(marks, call_at(s, i)->id) == (marked == n))
            marks_turn(marks, call_at(s, i)->id);
}

/* Forgetting needs a second press. */
static void forget(struct calls_screen *s)
{
    struct ui *ui = s->screen.ui;

    if (!ui->clearing) {
        ui->clearing = true;
        ui_say(ui, TONE_WARN, "Forget all %zu calls? F5 again does it.",
               list_total(s->sheet.list));
        return;
    }
    calls_clear(ui->trace->calls);
    ui->marks.id.n = 0;
    ui_refresh(ui);
}

static void open_message(struct calls_screen *s)
{
    const struct call *call = selected_call(s);

    if (call && call->first)
        ui_push(s->screen.ui,
                screen_message_new(s->screen.ui, call->first->id, NULL, NULL));
}

static void open_call(struct calls_screen *s, enum action action)
{
    struct ui *ui = s->screen.ui;
    uint32_t id = selected_id(s);

    if (!id)
        return;
    if (action == ACTION_MEDIA)
        ui_push(ui, screen_media_new(ui, id, 0));
    else
        ui_push(ui, screen_ladder_new(ui, id, action == ACTION_VERDICT));
}

/* The text of the prompt is the filter, finished or not. */
static void filter(struct calls_screen *s)
{
    if (filter_line_set(&s->filter, s->screen.prompt.text))
        filter_anew(s);
}

static void calls_act(struct screen *screen, enum action action)
{
    struct calls_screen *s = (struct calls_screen *)screen;

    switch (action) {
    case ACTION_OPEN_LADDER:
    case ACTION_VERDICT:
    case ACTION_MEDIA: open_call(s, action); break;
    case ACTION_RAW: open_message(s); break;
    case ACTION_SEARCH: screen->asking = "Filter: "; break;
    case ACTION_COMPLETE:
        if (screen->asking && filter_line_complete(&s->filter, &screen->prompt))
            filter(s);
        break;
    case ACTION_MARK: turn_mark(s); break;
    case ACTION_MARK_ALL: mark_all(s); break;
    case ACTION_LEGS: turn_fold(s); break;
    case ACTION_COMPARE: compare_call(screen->ui, selected_id(s)); break;
    case ACTION_SAVE:
        ui_push(screen->ui, screen_save_new(screen->ui, selected_id(s), s->sheet.list));
        break;
    case ACTION_NEXT_FAILED: go_to_failed(s, false); break;
    case ACTION_PREV_FAILED: go_to_failed(s, true); break;
    case ACTION_CLEAR: forget(s); break;
    default: sheet_act(&s->sheet, action); break;
    }
}

static void calls_typed(struct screen *screen, enum prompt_result what)
{
    struct calls_screen *s = (struct calls_screen *)screen;

    if (what == PROMPT_CANCEL)
        prompt_set(&screen->prompt, "");
    if (what != PROMPT_CHANGED)
        screen->asking = NULL;
    if (what == PROMPT_DONE)
        history_add(&s->filter.history, screen->prompt.text);
    if (what != PROMPT_DONE)
        filter(s);
    else if (s->filter.why.text[0] && screen->prompt.n)
        ui_say(screen->ui, TONE_BAD, "Not a filter: %s", s->filter.why.text);
}

static bool calls_back(struct screen *screen)
{
    struct calls_screen *s = (struct calls_screen *)screen;

    if (!s->filter.filter && !screen->prompt.n)
        return false;
    prompt_set(&screen->prompt, "");
    filter(s);
    return true;
}

static void calls_mouse(struct screen *screen, const struct input *in)
{
    if (sheet_mouse(&((struct calls_screen *)screen)->sheet, in))
        calls_act(screen, ACTION_OPEN_LADDER);
}

static void calls_drag(struct screen *screen, const struct input *in)
{
    sheet_drag(&((struct calls_screen *)screen)->sheet, in);
}

static void calls_copy(struct screen *screen, struct strbuf *out)
{
    const struct call *call = selected_call((struct calls_screen *)screen);

    if (call)
        strbuf_add(out, call->call_id->p, call->call_id->n);
}

/* How long a call of a live capture is up by now. */
static void write_up(struct sheet *sheet, const struct field *f, const void *object,
                     struct strbuf *out)
{
    const struct call *call = object;
    int64_t up = sheet->ui->view->calls->now - call->answer;

    if (sheet->ui->trace->live && !sheet->ui->trace->ended && call->answer && up >= 0 &&
        call->state == CALL_ANSWERED && !strcmp(f->name, "duration"))
        clock_talk(out, up);
}

static const struct sheet_ops sheet_ops = {.gutter = 2,
                                           .tail = REMARK,
                                           .tail_title = "What happened",
                                           .row = draw_row,
                                           .absent = write_up};

static const struct screen_ops calls_ops = {
    .title = "Calls",
    .on = ON_CALLS,
    .free = calls_screen_free,
    .refresh = calls_refresh,
    .draw = calls_draw,
    .act = calls_act,
    .typed = calls_typed,
    .mouse = calls_mouse,
    .drag = calls_drag,
    .copy = calls_copy,
    .back = calls_back,
};

struct screen *screen_calls_new(struct ui *ui)
{
    struct calls_screen *s = calloc(1, sizeof *s);
    unsigned follow = settings_choice(&ui->settings, SETTING_FOLLOW);

    if (!s)
        return NULL;
    s->screen.ops = &calls_ops;
    s->screen.ui = ui;
    s->screen.history = &s->filter.history;
    if (sheet_init(&s->sheet, ui, &TABLE_CALLS, &sheet_ops)) {
        calls_screen_free(&s->screen);
        return NULL;
    }
    filter_line_init(&s->filter, ui, &TABLE_CALLS);
    s->sheet.follow = follow == 1 || (follow == 0 && ui->trace->live);
    s->folded = settings_choice(&ui->settings, SETTING_LEGS) == 1;
    if (s->folded)
        list_filter(s->sheet.list, passes, s);
    return &s->screen;
}

struct screen *screen_calls_of(struct ui *ui, const struct board_row *row)
{
    struct screen *screen = screen_calls_new(ui);
    struct calls_screen *s = (struct calls_screen *)screen;

    if (!s)
        return NULL;
    memcpy(s->only.handle, row->handle, sizeof s->only.handle);
    memcpy(s->only.name, row->name, sizeof s->only.name);
    s->only.codec = row->kind == KPI_CODEC;
    s->sheet.follow = false;
    filter_anew(s);
    return screen;
}
