#include "tui/ui.h"

#include "base/utf8.h"

#include "query/connection.h"
#include "view/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Rows taken between two looks at the clock, and how long that goes on. */
enum { FOLLOW_ROWS = 256, FOLLOW_US = 6000 };
enum { FILTER_SECONDS = 1 /* that a filter may think about a row */ };
/* From one count of everything to the next: times as long as it took, and the most. */
enum { COUNT_TIMES = 20, COUNT_US = 1000000 };

void ui_done(struct ui *ui)
{
    while (ui->depth) {
        struct screen *s = ui->stack[--ui->depth];

        s->ops->free(s);
    }
    marks_done(&ui->marks);
    settings_done(&ui->settings);
    connection_free(ui->connection);
    ui->connection = NULL;
    marks_done(&ui->messages);
}

int ui_init(struct ui *ui, struct trace *trace)
{
    memset(ui, 0, sizeof *ui);
    ui->trace = trace;
    ui->settings.options = trace->options;
    ui->view = &trace->view;
    ui->state.progress = -1;
    ui_push(ui, screen_calls_new(ui));
    return ui->depth ? 0 : -ERR_NOMEM;
}

struct screen *ui_top(const struct ui *ui)
{
    return ui->stack[ui->depth - 1];
}

void ui_push(struct ui *ui, struct screen *s)
{
    if (!s) {
        ui_say(ui, TONE_BAD, "Out of memory.");
        return;
    }
    if (ui->depth == UI_DEPTH) {
        s->ops->free(s);
        return;
    }
    ui->stack[ui->depth++] = s;
    if (s->ops->refresh)
        s->ops->refresh(s);
}

void ui_pop(struct ui *ui)
{
    struct screen *s;

    if (ui->depth < 2)
        return;
    s = ui->stack[--ui->depth];
    s->ops->free(s);
    s = ui_top(ui);
    if (s->ops->refresh)
        s->ops->refresh(s);
}

void ui_say(struct ui *ui, enum tone tone, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(ui->said, sizeof ui->said, format, ap);
    va_end(ap);
    ui->said_tone = tone;
}

void ui_keep(struct ui *ui, const char *name, const char *value)
{
    const char *before = settings_get(&ui->settings, name);
    struct errmsg why = {""};
    int err;

    if (!strcmp(before ? before : "", value))
        return;
    err = settings_set(&ui->settings, name, value, true, &why);
    if (err)
        ui_say(ui, TONE_BAD, "Not kept: %s", why.text[0] ? why.text : err_text(err));
}

struct connection *ui_connection(struct ui *ui, struct errmsg *why)
{
    if (!ui->connection &&
        connection_new(ui->view, FILTER_SECONDS, &ui->connection, why))
        return NULL;
    return ui->connection;
}

int64_t ui_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* While paused a list is sorted, but takes nothing new. */
static bool needs_more(const struct ui *ui, const struct list *l)
{
    return ui->paused ? list_building(l) : list_pending(l);
}

void ui_follow(struct ui *ui, struct list *l)
{
    do
        list_step(l, FOLLOW_ROWS);
    while (needs_more(ui, l) && ui_now() < ui->follow_end);
    ui->pending |= needs_more(ui, l);
}

bool ui_work(struct ui *ui, bool (*step)(void *ctx), void *ctx)
{
    bool more;

    do
        more = step(ctx);
    while (more && ui_now() < ui->follow_end);
    ui->pending |= more;
    return more;
}

int64_t ui_next_count(int64_t began)
{
    int64_t now = ui_now(), wait = (now - began) * COUNT_TIMES;

    return now + (wait < COUNT_US ? wait : COUNT_US);
}

bool ui_may_count(struct ui *ui, int64_t next)
{
    if (ui_now() >= next)
        return true;
    ui->version = ui->view->calls->version - 1; /* the screen lags behind */
    return false;
}

static void refresh_all(struct ui *ui)
{
    for (size_t i = 0; i < ui->depth; i++)
        if (ui->stack[i]->ops->refresh)
            ui->stack[i]->ops->refresh(ui->stack[i]);
}

bool ui_refresh(struct ui *ui)
{
    const struct calls *calls = ui->view->calls;
    bool moved = calls->layout != ui->layout, changed = calls->version != ui->version;

    ui->follow_end = ui_now() + FOLLOW_US;
    if (!moved && !ui->pending && (!changed || ui->paused))
        return false;
    ui->pending = false;
    ui->layout = calls->layout;
    ui->version = calls->version;
    /* What was given up must not be looked at, on any screen and also while paused. */
    if (moved)
        refresh_all(ui);
    else if (ui_top(ui)->ops->refresh)
        ui_top(ui)->ops->refresh(ui_top(ui));
    return true;
}

static void leave(struct ui *ui)
{
    if (ui->depth > 1) {
        ui_pop(ui);
    } else if (ui->trace->live && !ui->trace->ended && !ui->leaving) {
        ui->leaving = true;
        ui_say(ui, TONE_WARN, "The capture is running: press q again to end it.");
    } else {
        ui->quit = true;
    }
}

static void go_back(struct ui *ui)
{
    struct screen *s = ui_top(ui);

    if (s->ops->back && s->ops->back(s))
        return;
    if (ui->depth > 1)
        ui_pop(ui);
    else
        ui_say(ui, TONE_PLAIN, "This is the first screen: q quits.");
}

static void turn_pause(struct ui *ui)
{
    ui->paused = !ui->paused;
    ui->state.paused = ui->paused;
    if (!ui->paused)
        ui->version = ui->view->calls->version - 1;
    ui_refresh(ui);
}

/* What the user sees selected, without a byte that could act on another terminal. */
static void copy(struct ui *ui)
{
    struct screen *s = ui_top(ui);
    struct strbuf raw = {0}, clean = {0};

    if (s->ops->copy)
        s->ops->copy(s, &raw);
    for (size_t i = 0; i < raw.n;) {
        const char *end = memchr(raw.p + i, '\n', raw.n - i);
        size_t n = (end ? (size_t)(end - raw.p) : raw.n) - i;

        utf8_clean(&clean, raw.p + i, n - (n && raw.p[i + n - 1] == '\r'));
        if (end)
            strbuf_char(&clean, '\n');
        i += n + 1;
    }
    if (!clean.n) {
        ui_say(ui, TONE_WARN, "Nothing to copy here.");
    } else if (ui->clip) {
        ui->clip(ui->busy_ctx, clean.p, clean.n);
        ui_say(ui, TONE_GOOD, "Copied %zu bytes, where the terminal allows it.",
               clean.n);
    }
    strbuf_done(&raw);
    strbuf_done(&clean);
}

/* The screens that can be opened from everywhere; NULL: the action opens none. */
static struct screen *open_screen(struct ui *ui, enum action action)
{
    switch (action) {
    case ACTION_STATS: return screen_stats_new(ui);
    case ACTION_MESSAGES: return screen_table_new(ui, TABLE_SCREEN_MESSAGES);
    case ACTION_STREAMS: return screen_table_new(ui, TABLE_SCREEN_STREAMS);
    case ACTION_LEDGER: return screen_table_new(ui, TABLE_SCREEN_LEDGER);
    case ACTION_BOARD: return screen_board_new(ui);
    case ACTION_REGISTRATIONS: return screen_registrations_new(ui);
    case ACTION_SETTINGS: return screen_settings_new(ui);
    default: return NULL;
    }
}

void ui_act(struct ui *ui, enum action action)
{
    struct screen *s = ui_top(ui);

    switch (action) {
    case ACTION_NONE: break;
    case ACTION_HELP: ui_push(ui, screen_help_new(ui, s)); break;
    case ACTION_PALETTE: ui_push(ui, screen_palette_new(ui, s->ops->on)); break;
    case ACTION_STATS:
    case ACTION_MESSAGES:
    case ACTION_STREAMS:
    case ACTION_LEDGER:
    case ACTION_BOARD:
    case ACTION_REGISTRATIONS:
    case ACTION_SETTINGS: ui_push(ui, open_screen(ui, action)); break;
    case ACTION_COPY: copy(ui); break;
    case ACTION_BACK: go_back(ui); break;
    case ACTION_LEAVE: leave(ui); break;
    case ACTION_PAUSE: turn_pause(ui); break;
    case ACTION_REDRAW: ui->redraw = true; break;
    default: s->ops->act(s, action); break;
    }
}

/* Keys go to what is being typed first. True: taken. */
static bool type(struct ui *ui, const struct input *in)
{
    struct screen *s = ui_top(ui);
    enum prompt_result r;

    if (!s->asking || (in->key >= INPUT_CLICK && in->key <= INPUT_RELEASE))
        return false;
    r = prompt_key(&s->prompt, in->key);
    if (r == PROMPT_OTHER && s->history &&
        (in->key == INPUT_UP || in->key == INPUT_DOWN))
        r = history_step(s->history, &s->prompt, in->key == INPUT_UP ? -1 : 1)
                ? PROMPT_CHANGED
                : PROMPT_MOVED;
    if (r == PROMPT_OTHER)
        return false;
    if (r != PROMPT_MOVED)
        s->ops->typed(s, r);
    return true;
}

static void mouse(struct ui *ui, const struct input *in)
{
    struct screen *s = ui_top(ui);

    if (in->key == INPUT_DRAG || in->key == INPUT_RELEASE) {
        if (s->ops->drag)
            s->ops->drag(s, in);
    } else if (s->ops->mouse) {
        s->ops->mouse(s, in);
    } else if (in->key != INPUT_CLICK) {
        for (int i = 0; i < 3; i++)
            s->ops->act(s, in->key == INPUT_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
    }
}

void ui_input(struct ui *ui, const struct input *in)
{
    bool leaving = ui->leaving, clearing = ui->clearing;

    if (in->key != INPUT_RELEASE)
        ui->said[0] = 0;
    if (type(ui, in))
        return;
    if (in->key >= INPUT_CLICK && in->key <= INPUT_RELEASE)
        mouse(ui, in);
    else
        ui_act(ui, keymap_find(in->key, ui_top(ui)->ops->on));
    /* What asks for a second press has it at once or not at all. */
    if (leaving)
        ui->leaving = false;
    if (clearing)
        ui->clearing = false;
}

/* The keys that matter now, as many as fit; where help is, always. */
static void draw_hints(const struct ui *ui, struct canvas *c, int y)
{
    unsigned on = ui_top(ui)->ops->on;
    char name[16];
    int x = 0, end = c->w - (ui->depth > 1 ? 18 : 8);

    for (size_t i = 0; i < KEYMAP_ROWS; i++) {
        const struct keymap_row *b = &KEYMAP[i];
        int w;

        if (!(b->screens & on) || !*b->hint || b->action == ACTION_HELP ||
            b->action == ACTION_BACK || (b->action == ACTION_LEAVE && ui->depth > 1))
            continue;
        keymap_name(b->key[0], name);
        w = (int)(strlen(name) + 1 + strlen(b->hint));
        if (x + w > end)
            break;
        canvas_put(c, x, y, STYLE_BOLD, name);
        canvas_put(c, x + (int)strlen(name) + 1, y, TONE_DIM, b->hint);
        x += w + 2;
    }
    if (ui->depth > 1) {
        canvas_put(c, c->w - 17, y, STYLE_BOLD, "Esc");
        canvas_put(c, c->w - 13, y, TONE_DIM, "back");
    }
    canvas_put(c, c->w - 7, y, STYLE_BOLD, on & ON_DIALOG ? "F1" : " ?");
    canvas_put(c, c->w - 4, y, TONE_DIM, "keys");
}

/* Where one is: the screens below, then this one. What does not fit goes on the left.
 */
static int draw_path(const struct ui *ui, struct canvas *c, int right, int room)
{
    int x = right;

    for (size_t i = ui->depth; i-- > 0;) {
        const char *title = ui->stack[i]->ops->title;
        bool top = i + 1 == ui->depth;
        int w = (int)strlen(title) + (top ? 0 : 3);

        if (right - x + w > room)
            break;
        x -= w;
        canvas_put(c, x, 0, top ? STYLE_BOLD : TONE_DIM, title);
        if (!top)
            canvas_put(c, x + w - 2, 0, TONE_DIM, "›");
    }
    return x;
}

static void draw_top(const struct ui *ui, struct canvas *c)
{
    int right = state_clock(&ui->state, c);

    right = draw_path(ui, c, right, c->w / 2);
    state_draw(&ui->state, c, right < c->w ? right - 2 : right);
}

void ui_draw(struct ui *ui, struct canvas *c)
{
    struct screen *top = ui_top(ui);
    size_t first = ui->depth - 1;

    canvas_clear(c);
    ui->width = c->w;
    ui->height = c->h;
    while (first > 0 && ui->stack[first]->ops->overlay)
        first--;
    for (size_t i = first; i < ui->depth; i++) {
        struct rect area = {0, 1, c->w, c->h - 2}, whole = {0, 0, c->w, c->h};

        if (area.h < 1)
            break;
        canvas_clip(c, area);
        ui->stack[i]->ops->draw(ui->stack[i], c, area);
        canvas_clip(c, whole);
    }
    draw_top(ui, c);
    if (c->h < 2)
        return;
    if (ui->said[0])
        canvas_field(c, 0, c->h - 1, c->w, false, ui->said_tone | STYLE_BOLD, ui->said,
                     strlen(ui->said));
    else if (top->asking && !top->ops->overlay)
        prompt_draw(&top->prompt, c, 0, c->h - 1, c->w, top->asking);
    else
        draw_hints(ui, c, c->h - 1);
}
