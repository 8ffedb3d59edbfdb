/* One call, or all legs of its session, as a ladder; the selected message's text beside
 * it. */
#include "tui/screen_ladder.h"
#include "tui/compare.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void ladder_screen_free(struct screen *screen)
{
    struct ladder_screen *s = (struct ladder_screen *)screen;

    ladder_free(s->ladder);
    pager_done(&s->pager);
    verdict_pane_done(&s->verdict);
    strbuf_done(&s->rungs.scratch);
    strbuf_done(&s->find);
    strbuf_done(&s->text);
    free(s);
}

const struct call *ladder_screen_call(const struct ladder_screen *s)
{
    return calls_by_id(s->screen.ui->view->calls, s->call);
}

const struct ladder_row *ladder_screen_row(const struct ladder_screen *s)
{
    if (!s->ladder || s->scroll.at >= s->ladder->rows)
        return NULL;
    return &s->ladder->row[s->scroll.at];
}

static void remember(struct ladder_screen *s)
{
    const struct ladder_row *row = ladder_screen_row(s);

    s->msg = row && row->msg ? row->msg->id : 0;
    s->stream = row && row->kind == LADDER_MEDIA ? row->stream : 0;
}

static bool is_selected(const struct ladder_screen *s, const struct ladder_row *row)
{
    return s->msg ? row->msg && row->msg->id == s->msg
                  : s->stream && row->kind == LADDER_MEDIA && row->stream == s->stream;
}

/* Packets of all streams of the legs. */
static uint64_t packets_of(const struct ladder_screen *s, const struct call *call)
{
    bool session = s->options.session && call->session;
    const struct call *leg = session ? call->session->first : call;
    uint64_t n = 0;

    for (; leg; leg = session ? leg->leg_next : NULL)
        n += ladder_media_packets(leg);
    return n;
}

/* Tells whether what is known to be wrong with a call has changed. */
static uint64_t findings_of_call(const struct view *v, uint32_t call)
{
    uint64_t sum = diagnose_verdict(v->diagnosis, call);

    for (const struct finding *f = diagnose_of(v->diagnosis, call); f; f = f->next)
        sum = sum * 31 + f->id;
    return sum;
}

static uint64_t findings_of(const struct ladder_screen *s, const struct call *call)
{
    const struct view *v = s->screen.ui->view;
    bool session = s->options.session && call->session;
    const struct call *leg = session ? call->session->first : call;
    uint64_t sum = v->diagnosis ? findings_of_call(v, 0) : 0;

    for (; v->diagnosis && leg; leg = session ? leg->leg_next : NULL)
        sum = sum * 31 + findings_of_call(v, leg->id);
    return sum;
}

/* A call that broke opens at what proves it. */
static void open_at_proof(struct ladder_screen *s, const struct call *call)
{
    const struct finding *f = verdict_headline(s->screen.ui->view, call);

    if (s->opened || !f || f->severity < SEVERITY_WARN)
        return;
    s->opened = true;
    for (size_t i = 0; i < s->scroll.count; i++)
        if (s->ladder->row[i].finding == f->id) {
            s->scroll.at = i;
            s->centre = true;
            return;
        }
}

static void rebuild(struct ladder_screen *s)
{
    const struct call *call = ladder_screen_call(s);

    ladder_free(s->ladder);
    s->ladder = call ? ladder_build(s->screen.ui->view, call, &s->options) : NULL;
    s->layout = s->screen.ui->view->calls->layout;
    rungs_set(&s->rungs, s->screen.ui->view, s->ladder);
    s->rungs.like = NULL;
    s->scroll.count = s->ladder ? s->ladder->rows : 0;
    s->packets = call ? packets_of(s, call) : 0;
    s->findings = call ? findings_of(s, call) : 0;
    if (call)
        verdict_pane_fill(&s->verdict, s->screen.ui->view, call, s->options.session);
    for (size_t i = 0; i < s->scroll.count; i++)
        if (is_selected(s, &s->ladder->row[i]))
            s->scroll.at = i;
    if (call && s->ladder)
        open_at_proof(s, call);
    scroll_fit(&s->scroll, s->scroll.count, s->scroll.page);
    remember(s);
}

static void turn_fold(struct ladder_screen *s)
{
    s->options.fold = !s->options.fold;
    s->fold_chosen = true;
    rebuild(s);
    ui_say(s->screen.ui, TONE_PLAIN,
           s->options.fold ? "What is relayed or sent again is in one row."
                           : "Every message has a row.");
}

void ladder_screen_fit(struct ladder_screen *s, int width)
{
    struct ladder_layout layout = ladder_layout(s->ladder, 1);

    if (s->fold_chosen)
        return;
    if (!s->options.fold)
        s->unfolded = (int)layout.width;
    if (s->options.fold == (s->unfolded > width))
        return;
    s->options.fold = !s->options.fold;
    rebuild(s);
    if (s->options.fold && s->ladder && !s->ladder->folded) {
        s->options.fold = false; /* it is no narrower by that */
        s->fold_chosen = true;
        rebuild(s);
    }
}

/* Media goes on all the time: its figures are made anew when they may have changed by
 * something that can be seen. */
static bool grown(const struct ladder_screen *s, const struct call *call)
{
    uint64_t now = packets_of(s, call);
    bool ended = s->screen.ui->state.ended;

    return now > s->packets && (ended || now - s->packets > s->packets / 16 + 50);
}

/* True where a leg changed since the ladder was built, or one more joined. */
static bool outdated(const struct ladder_screen *s)
{
    const struct call *call = ladder_screen_call(s);
    size_t legs = 1;

    if (!s->ladder || !call || s->layout != s->screen.ui->view->calls->layout)
        return true;
    if (grown(s, call) || s->findings != findings_of(s, call))
        return true;
    if (!s->options.session || !call->session)
        return call->version > s->ladder->version;
    legs = call->session->legs;
    for (const struct call *leg = call->session->first; leg; leg = leg->leg_next)
        if (leg->version > s->ladder->version)
            return true;
    return legs != s->ladder->legs;
}

void ladder_screen_set(struct ladder_screen *s)
{
    const struct settings *set = &s->screen.ui->settings;

    s->rungs.time = (enum rungs_time)settings_choice(set, SETTING_LADDER_TIME);
    s->rungs.colour = (enum rungs_colour)settings_choice(set, SETTING_LADDER_COLOUR);
    s->panel = (enum ladder_panel)settings_choice(set, SETTING_LADDER_TEXT);
}

static void ladder_refresh(struct screen *screen)
{
    struct ladder_screen *s = (struct ladder_screen *)screen;

    if (outdated(s))
        rebuild(s);
}

/* ---- actions */

void ladder_screen_go(struct ladder_screen *s, size_t row)
{
    s->scroll.at = row;
    scroll_fit(&s->scroll, s->scroll.count, s->scroll.page);
    remember(s);
}

static void ladder_typed(struct screen *screen, enum prompt_result what)
{
    struct ladder_screen *s = (struct ladder_screen *)screen;

    if (what == PROMPT_CANCEL) {
        prompt_set(&screen->prompt, "");
        pager_find(&s->pager, "");
    }
    if (what != PROMPT_CHANGED)
        screen->asking = NULL;
    if (what == PROMPT_DONE)
        ladder_screen_find(s, false);
}

/* For the message screen: its neighbour in the ladder, which becomes selected. */
static uint32_t neighbour(struct screen *screen, int step)
{
    struct ladder_screen *s = (struct ladder_screen *)screen;

    for (size_t i = s->scroll.at + (size_t)(long)step; i < s->scroll.count;
         i += (size_t)(long)step)
        if (s->ladder->row[i].msg) {
            ladder_screen_go(s, i);
            return s->msg;
        }
    return 0;
}

static void open_message(struct ladder_screen *s)
{
    const struct ladder_row *row = ladder_screen_row(s);
    struct ui *ui = s->screen.ui;

    if (ladder_screen_same(s))
        return;
    if (row && row->msg)
        ui_push(ui, screen_message_new(ui, row->msg->id, neighbour, &s->screen));
    else if (row && row->kind == LADDER_MEDIA)
        ui_push(ui, screen_media_new(ui, s->call, row->stream));
    else if (row)
        ui_say(ui, TONE_PLAIN, "This row is no message.");
}

static void turn_legs(struct ladder_screen *s)
{
    s->options.session = !s->options.session;
    rebuild(s);
    ui_say(s->screen.ui, TONE_PLAIN,
           s->options.session ? "All legs of the session." : "This call alone.");
}

static void turn_mark(struct ladder_screen *s)
{
    if (!s->msg) {
        ui_say(s->screen.ui, TONE_PLAIN, "This row is no message.");
        return;
    }
    marks_turn(&s->screen.ui->messages, s->msg);
    scroll_act(&s->scroll, ACTION_DOWN);
    remember(s);
}

/* Is the text beside the ladder, not below? */
static bool is_beside(const struct ladder_screen *s)
{
    const struct rect *text = s->verdict_area.h ? &s->verdict_area : &s->pager_area;

    return text->x > 0;
}

/* The next value, which the next ladder has as well. */
static void turn_setting(struct ladder_screen *s, enum setting setting, unsigned values)
{
    struct ui *ui = s->screen.ui;
    unsigned next = (settings_choice(&ui->settings, setting) + 1) % values;

    ui_keep(ui, SETTINGS[setting].name, next ? SETTINGS[setting].value[next] : "");
    ladder_screen_set(s);
}

static void turn_colour(struct ladder_screen *s)
{
    static const char *const what[] = {
        [RUNGS_CLASS] = "Colour by class.",
        [RUNGS_TXN] = "Only the transaction of the selected row in colour.",
        [RUNGS_CSEQ] = "Only the CSeq of the selected row in colour.",
        [RUNGS_CALL] = "Only the call of the selected row in colour.",
    };

    turn_setting(s, SETTING_LADDER_COLOUR, RUNGS_COLOURS);
    ui_say(s->screen.ui, TONE_PLAIN, "%s", what[s->rungs.colour]);
}

static void turn_time(struct ladder_screen *s)
{
    static const char *const what[] = {"Time of day.", "Seconds since the first row.",
                                       "Seconds since the row before."};

    turn_setting(s, SETTING_LADDER_TIME, RUNGS_TIMES);
    ui_say(s->screen.ui, TONE_PLAIN, "%s", what[s->rungs.time]);
}

/* More or less room for the text, from what it has now. */
static void size_panel(struct ladder_screen *s, int step)
{
    struct ui *ui = s->screen.ui;

    if (s->line < 0)
        return;
    if (is_beside(s))
        ui->ladder.beside = ui->width - s->line + 4 * step;
    else
        ui->ladder.below = ui->height - 1 - s->line + step;
}

static void move(struct ladder_screen *s, enum action action)
{
    if (action == ACTION_LEFT)
        s->rungs.shift = s->rungs.shift > 8 ? s->rungs.shift - 8 : 0;
    else if (action == ACTION_RIGHT)
        s->rungs.shift += 8;
    else if (scroll_act(&s->scroll, action))
        remember(s);
}

static void ladder_act(struct screen *screen, enum action action)
{
    struct ladder_screen *s = (struct ladder_screen *)screen;

    if (ladder_screen_judge(s, action))
        return;
    switch (action) {
    case ACTION_VERDICT: ladder_screen_verdict(s); break;
    case ACTION_OPEN_MESSAGE: open_message(s); break;
    case ACTION_MARK_ROW: turn_mark(s); break;
    case ACTION_COMPARE: compare_message(screen->ui, s->msg); break;
    case ACTION_FIND:
        prompt_set(&screen->prompt, "");
        screen->asking = "Find: ";
        break;
    case ACTION_NEXT_HIT: ladder_screen_find(s, false); break;
    case ACTION_PREV_HIT: ladder_screen_find(s, true); break;
    case ACTION_SAVE:
        ui_push(screen->ui, screen_save_new(screen->ui, s->call, NULL));
        break;
    case ACTION_SDP:
        screen->ui->ladder.sdp = s->options.sdp = !s->options.sdp;
        rebuild(s);
        break;
    case ACTION_LEGS: turn_legs(s); break;
    case ACTION_FOLD: turn_fold(s); break;
    case ACTION_MEDIA:
        ui_push(screen->ui, screen_media_new(screen->ui, s->call, s->stream));
        break;
    case ACTION_TIME: turn_time(s); break;
    case ACTION_COLOUR: turn_colour(s); break;
    case ACTION_PANEL: turn_setting(s, SETTING_LADDER_TEXT, PANELS); break;
    case ACTION_PANEL_MORE: size_panel(s, 1); break;
    case ACTION_PANEL_LESS: size_panel(s, -1); break;
    case ACTION_PANEL_UP: pager_act(&s->pager, ACTION_UP); break;
    case ACTION_PANEL_DOWN: pager_act(&s->pager, ACTION_DOWN); break;
    case ACTION_RAW:
        screen->ui->ladder.decoded = s->decoded = !s->decoded;
        s->paged = 0;
        break;
    default: move(s, action); break;
    }
}

static bool inside(const struct rect *r, const struct input *in)
{
    return in->x >= r->x && in->x < r->x + r->w && in->y >= r->y && in->y < r->y + r->h;
}

static void ladder_mouse(struct screen *screen, const struct input *in)
{
    struct ladder_screen *s = (struct ladder_screen *)screen;
    bool panel = inside(&s->pager_area, in), verdict = inside(&s->verdict_area, in);
    size_t row = s->scroll.top + (size_t)(in->y - s->rows_y);

    if (in->key != INPUT_CLICK) {
        bool up = in->key == INPUT_WHEEL_UP;

        for (int i = 0; (panel || verdict) && i < 3; i++)
            pager_act(panel ? &s->pager : &s->verdict.pager,
                      up ? ACTION_UP : ACTION_DOWN);
        if (!panel && !verdict)
            scroll_by(&s->scroll, up ? -3 : 3);
        remember(s);
        return;
    }
    if (s->line >= 0 && (is_beside(s) ? in->x : in->y) == s->line) {
        s->dragging = true;
    } else if (verdict) {
        if (verdict_pane_click(&s->verdict, in->y - s->verdict_area.y))
            ladder_screen_follow(s);
    } else if (panel) {
        open_message(s);
    } else if (in->y >= s->rows_y && row < s->scroll.count &&
               in->y < s->rows_y + s->scroll.page) {
        if (row == s->scroll.at)
            open_message(s);
        else
            ladder_screen_go(s, row);
    }
}

static void ladder_drag(struct screen *screen, const struct input *in)
{
    struct ladder_screen *s = (struct ladder_screen *)screen;

    if (!s->dragging)
        return;
    if (in->key == INPUT_RELEASE)
        s->dragging = false;
    else if (is_beside(s))
        screen->ui->ladder.beside =
            screen->ui->width - in->x > 1 ? screen->ui->width - in->x : 1;
    else
        screen->ui->ladder.below =
            screen->ui->height - 1 - in->y > 1 ? screen->ui->height - 1 - in->y : 1;
}

/* The selected message as it was sent; of another row what it says. */
static void ladder_copy(struct screen *screen, struct strbuf *out)
{
    struct ladder_screen *s = (struct ladder_screen *)screen;
    const struct ladder_row *row = ladder_screen_row(s);

    if (row && row->msg && !view_text(screen->ui->view, row->msg, out))
        return;
    strbuf_str(out, row && row->text ? row->text : "");
}

static bool ladder_back(struct screen *screen)
{
    struct ladder_screen *s = (struct ladder_screen *)screen;

    if (!s->judging)
        return false;
    ladder_screen_verdict(s);
    return true;
}

static const struct screen_ops ladder_ops = {
    .title = "Ladder",
    .on = ON_LADDER,
    .free = ladder_screen_free,
    .refresh = ladder_refresh,
    .draw = ladder_screen_draw,
    .act = ladder_act,
    .typed = ladder_typed,
    .mouse = ladder_mouse,
    .drag = ladder_drag,
    .copy = ladder_copy,
    .back = ladder_back,
};

struct screen *screen_ladder_new(struct ui *ui, uint32_t call, bool verdict)
{
    struct ladder_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->screen.ops = &ladder_ops;
    s->screen.ui = ui;
    s->call = call;
    s->options = (struct ladder_options){
        .session = true, .hide_copies = true, .sdp = ui->ladder.sdp};
    s->decoded = ui->ladder.decoded;
    ladder_screen_set(s);
    s->judging = s->verdict.focused = verdict;
    return &s->screen;
}
