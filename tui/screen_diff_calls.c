/* Two calls, message by message. */
#include "tui/scroll.h"
#include "tui/ui.h"
#include "tui/write.h"
#include "view/diff_calls.h"

#include <stdlib.h>
#include <string.h>

struct pairs_screen {
    struct screen screen;
    uint32_t call[2];        /* ids */
    struct diff_calls *diff; /* NULL: a call was given up */
    struct scroll scroll;
    bool only;
    VEC(size_t) shown; /* places in diff->pair */
    int rows_y;
    struct strbuf text;
};

static void pairs_free(struct screen *screen)
{
    struct pairs_screen *s = (struct pairs_screen *)screen;

    diff_calls_free(s->diff);
    vec_done(&s->shown);
    strbuf_done(&s->text);
    free(s);
}

static bool differs(const struct diff_pair *p)
{
    return p->kind != DIFF_SAME && p->kind != DIFF_USUAL;
}

static void show(struct pairs_screen *s)
{
    s->shown.n = 0;
    for (size_t i = 0; s->diff && i < s->diff->pairs; i++)
        if (!s->only || differs(&s->diff->pair[i]))
            (void)!vec_push(&s->shown, i);
    scroll_fit(&s->scroll, s->shown.n, s->scroll.page);
}

static void compare(struct pairs_screen *s)
{
    const struct view *v = s->screen.ui->view;
    const struct call *a = calls_by_id(v->calls, s->call[0]);
    const struct call *b = calls_by_id(v->calls, s->call[1]);

    diff_calls_free(s->diff);
    s->diff = NULL;
    if (a && b)
        (void)diff_calls(v, a, b, &s->diff);
    show(s);
}

/* Calls that end are compared once: what arrives later is not taken in. */
static void pairs_refresh(struct screen *screen)
{
    struct pairs_screen *s = (struct pairs_screen *)screen;
    const struct calls *calls = screen->ui->view->calls;

    if (!calls_by_id(calls, s->call[0]) || !calls_by_id(calls, s->call[1])) {
        diff_calls_free(s->diff);
        s->diff = NULL;
        show(s);
    }
}

static const char *party_name(const struct party *p)
{
    return p->user ? p->user : p->host ? p->host : "?";
}

static void draw_call(struct pairs_screen *s, struct canvas *c, int x, int y, int w,
                      const struct call *call)
{
    struct rect clip = canvas_clip(c, (struct rect){x, y, w - 1, 1});

    canvas_style(c, (struct rect){x, y, w, 1}, STYLE_BAR);
    if (call) {
        s->text.n = 0;
        strbuf_printf(&s->text, "Call %u  ", call->id);
        strbuf_str(&s->text, party_name(&call->from));
        strbuf_str(&s->text, " → ");
        strbuf_str(&s->text, party_name(&call->to));
        strbuf_printf(&s->text, "  %s", call_state_name(call->state));
        if (call->status)
            strbuf_printf(&s->text, " %u", call->status);
        canvas_text(c, x, y, STYLE_BAR, s->text.p, s->text.n);
    }
    canvas_clip(c, clip);
}

/* "+0.210  180 Ringing": a message, its time since its call began. */
static void draw_message(struct pairs_screen *s, struct canvas *c, int x, int y, int w,
                         unsigned side, const struct msg *m, bool plain)
{
    const struct call *call = calls_by_id(s->screen.ui->view->calls, s->call[side]);
    int64_t ms = m && call ? (m->time - call->start) / 1000000 : 0;
    unsigned tone = m && !plain ? (unsigned)write_tone(m) : TONE_PLAIN;
    int at;

    if (!m) {
        canvas_put(c, x + 10, y, TONE_DIM, "–");
        return;
    }
    s->text.n = 0;
    strbuf_char(&s->text, '+');
    strbuf_fixed(&s->text, ms < 0 ? 0 : ms, 3);
    canvas_field(c, x, y, 9, true, TONE_DIM, s->text.p, s->text.n);
    at = x + 10;
    at = canvas_put(c, at, y, TONE_DIM, call && m->hop == call->hop ? "→ " : "← ");
    s->text.n = 0;
    if (m->status)
        strbuf_printf(&s->text, "%u %s", m->status, sip_status_phrase(m->status));
    else
        strbuf_str(&s->text, msg_method_name(m));
    canvas_field(c, at, y, w - (at - x), false, tone, s->text.p, s->text.n);
}

static void draw_pair(struct pairs_screen *s, struct canvas *c, struct rect line, int w,
                      const struct diff_pair *p)
{
    const struct calls *calls = s->screen.ui->view->calls;
    const char *sign = p->kind == DIFF_LEFT    ? "-"
                       : p->kind == DIFF_RIGHT ? "+"
                       : differs(p)            ? "!"
                                               : "│";
    unsigned style = differs(p) ? (TONE_WARN | STYLE_BOLD) : TONE_DIM;
    int x = line.x;

    draw_message(s, c, x, line.y, w, 0, calls_msg_by_id(calls, p->msg[0]), false);
    x += w + 1;
    canvas_put(c, x, line.y, style, sign);
    x += 2;
    draw_message(s, c, x, line.y, w, 1, calls_msg_by_id(calls, p->msg[1]), false);
    x += w + 1;
    canvas_field(c, x, line.y, line.x + line.w - x, false,
                 differs(p) ? TONE_WARN : TONE_DIM,
                 p->kind == DIFF_LEFT    ? "only in the first"
                 : p->kind == DIFF_RIGHT ? "only in the second"
                                         : p->what,
                 strlen(p->kind == DIFF_LEFT    ? "only in the first"
                        : p->kind == DIFF_RIGHT ? "only in the second"
                                                : p->what));
}

static void pairs_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct pairs_screen *s = (struct pairs_screen *)screen;
    const struct calls *calls = screen->ui->view->calls;
    int w = area.w >= 120 ? 38 : (area.w - 6) * 2 / 5, x;

    if (!s->diff) {
        canvas_put(c, area.x + 2, area.y + 1, TONE_WARN,
                   "One of the calls is no longer kept: a limit was reached.");
        return;
    }
    x = canvas_put(c, area.x, area.y, STYLE_BOLD, "Compared") + 2;
    x = canvas_printf(c, x, area.y, s->diff->changed ? TONE_WARN : TONE_GOOD,
                      "%zu of %zu messages differ", s->diff->changed, s->diff->pairs);
    if (s->only)
        x = canvas_put(c, x + 2, area.y, TONE_REQUEST, "only these");
    if (s->diff->cut)
        canvas_put(c, x + 2, area.y, TONE_WARN, "only the first 1000 are compared");
    draw_call(s, c, area.x, area.y + 1, w + 3, calls_by_id(calls, s->call[0]));
    draw_call(s, c, area.x + w + 3, area.y + 1, w + 1, calls_by_id(calls, s->call[1]));
    canvas_style(c, (struct rect){area.x, area.y + 1, area.w, 1}, STYLE_BAR);
    canvas_put(c, area.x + 2 * w + 4, area.y + 1, STYLE_BAR, "What differs");
    s->rows_y = area.y + 2;
    scroll_fit(&s->scroll, s->shown.n, area.h - 2);
    for (int y = 0; y < area.h - 2 && s->scroll.top + (size_t)y < s->shown.n; y++) {
        size_t i = s->scroll.top + (size_t)y;
        struct rect line = {area.x, s->rows_y + y, area.w, 1};

        draw_pair(s, c, line, w, &s->diff->pair[s->shown.at[i]]);
        if (i == s->scroll.at)
            canvas_style(c, line, STYLE_SELECT);
    }
}

static void open_pair(struct pairs_screen *s)
{
    struct ui *ui = s->screen.ui;
    const struct diff_pair *p;

    if (s->scroll.at >= s->shown.n)
        return;
    p = &s->diff->pair[s->shown.at[s->scroll.at]];
    if (p->msg[0] && p->msg[1])
        ui_push(ui, screen_diff_new(ui, p->msg[0], p->msg[1]));
    else
        ui_push(ui, screen_message_new(ui, p->msg[p->msg[0] ? 0 : 1], NULL, NULL));
}

static void go_to_difference(struct pairs_screen *s, bool backwards)
{
    size_t n = s->shown.n;

    for (size_t k = 1; k <= n; k++) {
        size_t i = (s->scroll.at + (backwards ? n - k : k)) % n;

        if (differs(&s->diff->pair[s->shown.at[i]])) {
            s->scroll.at = i;
            scroll_fit(&s->scroll, n, s->scroll.page);
            return;
        }
    }
    ui_say(s->screen.ui, TONE_GOOD, "No message differs.");
}

static void pairs_act(struct screen *screen, enum action action)
{
    struct pairs_screen *s = (struct pairs_screen *)screen;

    switch (action) {
    case ACTION_OPEN_PAIR: open_pair(s); break;
    case ACTION_NEXT_DIFFERENCE: go_to_difference(s, false); break;
    case ACTION_PREV_DIFFERENCE: go_to_difference(s, true); break;
    case ACTION_ONLY:
        s->only = !s->only;
        show(s);
        break;
    default: scroll_act(&s->scroll, action); break;
    }
}

static void pairs_mouse(struct screen *screen, const struct input *in)
{
    struct pairs_screen *s = (struct pairs_screen *)screen;
    size_t row = s->scroll.top + (size_t)(in->y - s->rows_y);

    if (in->key != INPUT_CLICK) {
        scroll_by(&s->scroll, in->key == INPUT_WHEEL_UP ? -3 : 3);
    } else if (in->y >= s->rows_y && row < s->shown.n) {
        if (row == s->scroll.at)
            open_pair(s);
        else
            s->scroll.at = row;
    }
}

static const struct screen_ops pairs_ops = {
    .title = "Compare calls",
    .on = ON_PAIRS,
    .free = pairs_free,
    .refresh = pairs_refresh,
    .draw = pairs_draw,
    .act = pairs_act,
    .mouse = pairs_mouse,
};

struct screen *screen_diff_calls_new(struct ui *ui, uint32_t left, uint32_t right)
{
    struct pairs_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->screen.ops = &pairs_ops;
    s->screen.ui = ui;
    s->call[0] = left;
    s->call[1] = right;
    compare(s);
    return &s->screen;
}
