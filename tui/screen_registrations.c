/* Who is registered: expiry, refreshes, failures; what happened to the selected one. */
#include "tui/filter_line.h"
#include "tui/sheet.h"
#include "view/clock.h"
#include "view/registrations.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TAIL = 14, PANEL = 6, PANEL_FROM = 20, SECOND_NS = 1000000000 };

struct registrations_screen {
    struct screen screen;
    struct sheet sheet;
    struct filter_line filter;
    int64_t sorted; /* when, s: states change with time alone */
};

static struct registrations_screen *of(struct screen *screen)
{
    return (struct registrations_screen *)screen;
}

static void registrations_free_screen(struct screen *screen)
{
    struct registrations_screen *s = of(screen);

    sheet_done(&s->sheet);
    filter_line_done(&s->filter);
    free(s);
}

static void registrations_refresh(struct screen *screen)
{
    struct registrations_screen *s = of(screen);
    int64_t now = time(NULL);

    if (s->sheet.sort && now != s->sorted) {
        s->sorted = now;
        list_again(s->sheet.list);
    }
    sheet_refresh(&s->sheet);
}

/* ---- the filter */

static bool passes(void *ctx, const struct table *t, const void *object)
{
    (void)t;
    return filter_line_match(&((struct registrations_screen *)ctx)->filter, object);
}

static void filter(struct registrations_screen *s)
{
    if (!filter_line_set(&s->filter, s->screen.prompt.text))
        return;
    list_filter(s->sheet.list, s->filter.filter ? passes : NULL, s);
    registrations_refresh(&s->screen);
}

static void registrations_typed(struct screen *screen, enum prompt_result what)
{
    struct registrations_screen *s = of(screen);

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

static bool registrations_back(struct screen *screen)
{
    if (!screen->prompt.n)
        return false;
    prompt_set(&screen->prompt, "");
    filter(of(screen));
    return true;
}

/* ---- drawing */

static int64_t now_of(const struct ui *ui)
{
    return ui->view->calls->now;
}

/* "00:59:12 left", "02:10 over": which moves on between two REGISTERs. */
static void draw_left(struct sheet *sheet, struct canvas *c, const void *object, int y,
                      int x)
{
    const struct registration *g = object;
    int64_t now = now_of(sheet->ui);
    enum registration_state state = registration_state(g, now);
    struct strbuf text = {0};
    enum tone tone = TONE_DIM;

    if (state == REGISTRATION_ACTIVE) {
        int64_t left = g->until - now, whole = (int64_t)g->expires * SECOND_NS;

        clock_talk(&text, left);
        strbuf_str(&text, " left");
        tone = left < whole / 10 ? TONE_WARN : TONE_GOOD;
        canvas_put(c, 0, y, TONE_GOOD, "✓");
    } else if (state == REGISTRATION_EXPIRED) {
        clock_talk(&text, now - g->until);
        strbuf_str(&text, " over");
        tone = TONE_BAD;
        canvas_put(c, 0, y, TONE_BAD, "●");
    } else if (state == REGISTRATION_SCANNER) {
        strbuf_printf(&text, "%u tries", g->attempts);
        canvas_put(c, 0, y, TONE_DIM, "·");
    } else if (state == REGISTRATION_CHALLENGED || state == REGISTRATION_TRYING) {
        canvas_put(c, 0, y, TONE_WARN, "▲");
    } else if (state != REGISTRATION_REMOVED) {
        strbuf_printf(&text, "%u refused", g->failures);
        tone = TONE_BAD;
        canvas_put(c, 0, y, TONE_BAD, "●");
    }
    if (x)
        canvas_field(c, x, y, c->w - x, false, tone, text.n ? text.p : "", text.n);
    strbuf_done(&text);
}

static void draw_head(struct registrations_screen *s, struct canvas *c,
                      struct rect area)
{
    uint32_t n[REGISTRATION_STATES];
    const struct ui *ui = s->screen.ui;
    size_t shown = list_count(s->sheet.list);
    int x = canvas_put(c, area.x, area.y, STYLE_BOLD, "Registrations ");

    view_registrations(ui->view, n);
    x = canvas_printf(c, x, area.y, TONE_PLAIN, "%zu", list_total(s->sheet.list));
    if (s->screen.prompt.n)
        x = canvas_printf(
            c, x + 3, area.y, s->filter.why.text[0] ? TONE_WARN : TONE_REQUEST,
            "shown %zu   filter: %s", shown,
            s->filter.why.text[0] ? s->filter.why.text : s->screen.prompt.text);
    for (unsigned i = 0; i < REGISTRATION_STATES; i++) {
        enum tone tone = i == REGISTRATION_ACTIVE       ? TONE_GOOD
                         : i == REGISTRATION_REMOVED    ? TONE_DIM
                         : i == REGISTRATION_SCANNER    ? TONE_DIM
                         : i <= REGISTRATION_TRYING     ? TONE_WARN
                         : i == REGISTRATION_CHALLENGED ? TONE_WARN
                                                        : TONE_BAD;

        if (n[i])
            x = canvas_printf(c, x + 3, area.y, tone, "%u %s", n[i],
                              registration_state_name(i));
    }
}

static void draw_event(const struct view *v, struct canvas *c, int y,
                       const struct registration *g, unsigned i)
{
    struct strbuf text = {0};
    unsigned event = g->history[i].event, status = g->history[i].status;
    enum tone tone = event == REGISTRATION_REFUSED  ? TONE_BAD
                     : event == REGISTRATION_LAPSED ? TONE_BAD
                     : event == REGISTRATION_MOVED  ? TONE_WARN
                     : event == REGISTRATION_TAKEN  ? TONE_DIM
                                                    : TONE_GOOD;

    clock_time(&text, g->history[i].time, v->utc, 3);
    canvas_text(c, 2, y, TONE_DIM, text.p, text.n);
    text.n = 0;
    strbuf_str(&text, registration_event_name(event));
    if (event == REGISTRATION_REFUSED && status)
        strbuf_printf(&text, " with %u %s", status, sip_status_phrase(status));
    else if (event == REGISTRATION_REFUSED)
        strbuf_str(&text, ": no answer");
    canvas_text(c, 16, y, tone, text.p, text.n);
    strbuf_done(&text);
}

/* Of the selected one: how it refreshes, and the newest of what happened. */
static void draw_panel(struct registrations_screen *s, struct canvas *c,
                       struct rect area)
{
    const struct registration *g = sheet_selected(&s->sheet);
    const struct view *v = s->screen.ui->view;
    unsigned room = (unsigned)area.h - 2;

    canvas_fill(c, (struct rect){area.x, area.y, area.w, 1}, TONE_DIM, "─");
    if (!g)
        return;
    int x = canvas_text(c, 2, area.y + 1, STYLE_BOLD, g->aor, strlen(g->aor));
    x = canvas_printf(c, x + 2, area.y + 1, TONE_PLAIN, "%u refreshes", g->refreshes);
    if (g->interval)
        x = canvas_printf(c, x, area.y + 1, TONE_PLAIN,
                          ", the last after %lld s of %u s",
                          (long long)(g->interval / SECOND_NS), g->expires);
    if (g->lapses)
        x = canvas_printf(c, x, area.y + 1, TONE_BAD, ", %u too late", g->lapses);
    if (g->moves)
        x = canvas_printf(c, x, area.y + 1, TONE_WARN, ", %u times from elsewhere",
                          g->moves);
    if (g->nat)
        canvas_put(c, x, area.y + 1, TONE_WARN, ", behind a NAT");
    for (unsigned k = 0; k < room && k < g->events; k++)
        draw_event(v, c, area.y + 2 + (int)k, g, g->events - 1u - k);
}

static void registrations_draw(struct screen *screen, struct canvas *c,
                               struct rect area)
{
    struct registrations_screen *s = of(screen);
    int panel = area.h >= PANEL_FROM ? PANEL + (area.h >= 40 ? PANEL : 0) : 0;
    struct rect sheet = {area.x, area.y + 1, area.w, area.h - 1 - panel};

    sheet_draw(&s->sheet, c, sheet);
    draw_head(s, c, area);
    if (!list_total(s->sheet.list))
        canvas_put(c, area.x + 2, area.y + 3, TONE_PLAIN, "No REGISTER seen yet.");
    else if (!list_count(s->sheet.list) && !list_building(s->sheet.list))
        canvas_printf(c, area.x + 2, area.y + 3, TONE_PLAIN,
                      "Nothing found for \"%s\". Esc takes it away.",
                      screen->prompt.text);
    if (panel)
        draw_panel(s, c, (struct rect){area.x, area.y + area.h - panel, area.w, panel});
}

/* ---- actions */

static void open_ladder(struct registrations_screen *s)
{
    const struct registration *g = sheet_selected(&s->sheet);
    struct ui *ui = s->screen.ui;

    if (g && calls_by_id(ui->view->calls, g->call))
        ui_push(ui, screen_ladder_new(ui, g->call, false));
    else if (g)
        ui_say(ui, TONE_WARN, "Its messages are no longer kept.");
}

static void registrations_act(struct screen *screen, enum action action)
{
    struct registrations_screen *s = of(screen);

    switch (action) {
    case ACTION_OPEN_ROW_CALL: open_ladder(s); break;
    case ACTION_SEARCH: screen->asking = "Filter: "; break;
    case ACTION_COMPLETE:
        if (screen->asking && filter_line_complete(&s->filter, &screen->prompt))
            filter(s);
        break;
    default: sheet_act(&s->sheet, action); break;
    }
}

static void registrations_mouse(struct screen *screen, const struct input *in)
{
    if (sheet_mouse(&of(screen)->sheet, in))
        open_ladder(of(screen));
}

static void registrations_drag(struct screen *screen, const struct input *in)
{
    sheet_drag(&of(screen)->sheet, in);
}

static void registrations_copy(struct screen *screen, struct strbuf *out)
{
    sheet_copy(&of(screen)->sheet, out);
}

static const struct sheet_ops sheet_ops = {
    .gutter = 2, .tail = TAIL, .tail_title = "Left", .row = draw_left};

static const struct screen_ops registrations_ops = {
    .title = "Registrations",
    .on = ON_REGISTRATIONS,
    .free = registrations_free_screen,
    .refresh = registrations_refresh,
    .draw = registrations_draw,
    .act = registrations_act,
    .typed = registrations_typed,
    .mouse = registrations_mouse,
    .drag = registrations_drag,
    .copy = registrations_copy,
    .back = registrations_back,
};

struct screen *screen_registrations_new(struct ui *ui)
{
    struct registrations_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->screen.ops = &registrations_ops;
    s->screen.ui = ui;
    s->screen.history = &s->filter.history;
    if (sheet_init(&s->sheet, ui, &TABLE_REGISTRATIONS, &sheet_ops)) {
        registrations_free_screen(&s->screen);
        return NULL;
    }
    filter_line_init(&s->filter, ui, &TABLE_REGISTRATIONS);
    return &s->screen;
}
