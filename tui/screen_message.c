/* One message: as sent, or decoded. */
#include "tui/compare.h"
#include "tui/ui.h"
#include "tui/write.h"

#include <stdlib.h>

struct message_screen {
    struct screen screen;
    uint32_t msg; /* id */
    bool decoded;
    bool filled;
    struct pager pager;
    struct detail *detail; /* of what is shown; NULL: the text is gone */
    VEC(bool) folded;      /* by line of the detail */
    VEC(size_t) shown;     /* lines of the detail that are in the pager, decoded */
    size_t at;             /* line of the pager that the cursor is on, decoded */
    unsigned findings;
    int y; /* of the first line of text, as drawn last */
    uint32_t (*neighbour)(struct screen *ladder, int step);
    struct screen *ladder;
    struct strbuf text;
};

static void message_free(struct screen *screen)
{
    struct message_screen *s = (struct message_screen *)screen;

    pager_done(&s->pager);
    detail_free(s->detail);
    vec_done(&s->folded);
    vec_done(&s->shown);
    strbuf_done(&s->text);
    free(s);
}

/* ---- what is shown */

/* Has a line of the detail others below it that belong to it? */
static bool is_parent(const struct detail *d, size_t i)
{
    return i + 1 < d->n && d->line[i + 1].depth > d->line[i].depth;
}

/* The tree, without what is below folded lines. */
static void fill_tree(struct message_screen *s)
{
    const struct detail *d = s->detail;

    s->shown.n = 0;
    for (size_t i = 0, next; i < d->n; i = next) {
        bool parent = is_parent(d, i);

        next = i + 1;
        if (!vec_push(&s->shown, i))
            return;
        write_line(&s->pager, &d->line[i],
                   !parent           ? "  "
                   : s->folded.at[i] ? "+ "
                                     : "- ");
        while (parent && s->folded.at[i] && next < d->n &&
               d->line[next].depth > d->line[i].depth)
            next++;
    }
    if (s->at >= s->shown.n)
        s->at = s->shown.n ? s->shown.n - 1 : 0;
    pager_choose(&s->pager, s->at);
}

/* Reads the message that is shown now. */
static void read_detail(struct message_screen *s, const struct msg *m)
{
    detail_free(s->detail);
    s->detail = NULL;
    s->folded.n = s->findings = 0;
    if (detail_build(s->screen.ui->view, m, &s->detail))
        return;
    for (size_t i = 0; i < s->detail->n; i++) {
        s->findings += s->detail->line[i].kind == DETAIL_FINDING;
        if (!vec_push(&s->folded, false)) {
            detail_free(s->detail);
            s->detail = NULL;
            return;
        }
    }
}

static void fill(struct message_screen *s, const struct msg *m)
{
    pager_clear(&s->pager);
    pager_choose(&s->pager, SIZE_MAX);
    if (!s->detail)
        read_detail(s, m);
    if (s->detail && s->decoded)
        fill_tree(s);
    else
        write_message(&s->pager, s->screen.ui->view, m, s->decoded, write_tone(m));
    s->filled = true;
}

/* Shows another message, or the same in another way. */
static void anew(struct message_screen *s, bool another)
{
    if (another) {
        detail_free(s->detail);
        s->detail = NULL;
    }
    s->filled = false;
    s->at = 0;
    s->pager.scroll = (struct scroll){0};
}

/* ---- drawing */

static void draw_title(struct message_screen *s, struct canvas *c, struct rect area,
                       const struct msg *m)
{
    static const struct field day = {.name = "time", .type = VALUE_TIME, .digits = 6};
    const struct view *v = s->screen.ui->view;
    struct value time = {.type = VALUE_TIME, .i = m->time};
    char src[ADDR_TEXT], dst[ADDR_TEXT];
    int x = canvas_printf(c, area.x, area.y, STYLE_BOLD, "Message %u", m->id) + 2;

    s->text.n = 0;
    value_text(v, &day, &time, &s->text);
    x = canvas_text(c, x, area.y, TONE_PLAIN, s->text.p, s->text.n) + 2;
    if (!m->hop)
        return;
    addr_format(&m->hop->src, src);
    addr_format(&m->hop->dst, dst);
    canvas_printf(c, x, area.y, TONE_PLAIN, "%s → %s %s", src, dst,
                  transport_name(m->hop->transport));
}

/* What the list knows of the message that its text does not say. */
static void draw_facts(struct message_screen *s, struct canvas *c, struct rect area,
                       const struct msg *m)
{
    const struct view *v = s->screen.ui->view;
    const char *file = v->file_name ? v->file_name(v->ctx, m->file) : "";
    int y = area.y + 1;
    size_t frames;
    int x = canvas_put(c, area.x, y, TONE_REQUEST, s->decoded ? "decoded" : "as sent");

    if (s->findings)
        x = canvas_printf(c, x + 2, y, TONE_WARN, "▲ %u found", s->findings);
    if (m->malformed)
        x = canvas_printf(c, x + 2, y, TONE_BAD, "● %s", reason_text(m->malformed));
    if (m->flags & MSG_CUT)
        x = canvas_put(c, x + 2, y, TONE_WARN, "▲ cut: bytes are missing");
    if (m->flags & MSG_RETRANSMISSION && m->same)
        x = canvas_printf(c, x + 2, y, TONE_DIM, "↻ repeats message %u", m->same->id);
    if (m->flags & MSG_COPY && m->same)
        x = canvas_printf(c, x + 2, y, TONE_DIM, "copy of message %u", m->same->id);
    x = canvas_printf(c, x + 2, y, TONE_DIM, "%u bytes", m->text.length);
    x = canvas_printf(c, x + 2, y, TONE_DIM, "frame %llu",
                      (unsigned long long)m->frame);
    if (msg_frames(m, &frames))
        x = canvas_printf(c, x + 2, y, TONE_DIM, "last of %zu", frames);
    canvas_printf(c, x + 2, y, TONE_DIM, "%s", file);
}

static void message_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct message_screen *s = (struct message_screen *)screen;
    const struct msg *m = calls_msg_by_id(screen->ui->view->calls, s->msg);

    if (!m) {
        anew(s, true);
        canvas_printf(c, area.x + 2, area.y + 1, TONE_WARN,
                      "Message %u is no longer kept: a limit was reached.", s->msg);
        return;
    }
    if (!s->filled)
        fill(s, m);
    draw_title(s, c, area, m);
    draw_facts(s, c, area, m);
    s->y = area.y + 2;
    pager_draw(&s->pager, c, (struct rect){area.x, s->y, area.w, area.h - 2});
}

static void step(struct message_screen *s, int by)
{
    uint32_t id = s->ladder ? s->neighbour(s->ladder, by) : 0;

    if (!id) {
        ui_say(s->screen.ui, TONE_PLAIN,
               by > 0 ? "This is the last message of the ladder."
                      : "This is the first message of the ladder.");
        return;
    }
    s->msg = id;
    anew(s, true);
}

/* Folds the branch of the cursor's line, or the one that it is in; unfolds it. */
static void turn_branch(struct message_screen *s)
{
    size_t i = s->at < s->shown.n ? s->shown.at[s->at] : 0;

    if (!s->decoded || !s->detail || s->at >= s->shown.n) {
        ui_say(s->screen.ui, TONE_PLAIN, "r decodes the message: then branches fold.");
        return;
    }
    while (s->at && !is_parent(s->detail, i)) {
        unsigned depth = s->detail->line[i].depth;

        if (!depth)
            return;
        while (s->at && s->detail->line[s->shown.at[s->at]].depth >= depth)
            s->at--;
        i = s->shown.at[s->at];
    }
    s->folded.at[i] = !s->folded.at[i];
    s->filled = false;
}

/* In the tree the cursor moves, else the window. */
static void move(struct message_screen *s, enum action action)
{
    struct scroll cursor = {
        .at = s->at, .count = s->shown.n, .page = s->pager.scroll.page};

    if (!s->decoded || !s->detail || !scroll_act(&cursor, action)) {
        pager_act(&s->pager, action);
        return;
    }
    s->at = cursor.at;
    pager_choose(&s->pager, s->at);
}

static void find_next(struct message_screen *s, bool backwards)
{
    if (!pager_find_next(&s->pager, backwards))
        ui_say(s->screen.ui, TONE_WARN, "Not in this message: %s",
               s->screen.prompt.text);
}

static void message_act(struct screen *screen, enum action action)
{
    struct message_screen *s = (struct message_screen *)screen;

    switch (action) {
    case ACTION_FIND:
        prompt_set(&screen->prompt, "");
        screen->asking = "Find: ";
        break;
    case ACTION_COMPARE: compare_message(screen->ui, s->msg); break;
    case ACTION_NEXT_FOUND: find_next(s, false); break;
    case ACTION_PREV_FOUND: find_next(s, true); break;
    case ACTION_NEXT_MESSAGE: step(s, 1); break;
    case ACTION_PREV_MESSAGE: step(s, -1); break;
    case ACTION_RAW:
        s->decoded = !s->decoded;
        anew(s, false);
        break;
    case ACTION_FOLD_BRANCH: turn_branch(s); break;
    case ACTION_WRAP: pager_turn(&s->pager); break;
    default: move(s, action); break;
    }
}

/* In the tree a click selects a line, and another one folds its branch. */
static void message_mouse(struct screen *screen, const struct input *in)
{
    struct message_screen *s = (struct message_screen *)screen;
    size_t line;

    if (in->key != INPUT_CLICK) {
        for (int i = 0; i < 3; i++)
            move(s, in->key == INPUT_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
        return;
    }
    if (!s->decoded || in->y < s->y)
        return;
    line = pager_line_at(&s->pager, in->y - s->y);
    if (line >= s->shown.n)
        return;
    if (line == s->at)
        turn_branch(s);
    s->at = line;
    pager_choose(&s->pager, s->at);
}

static void message_typed(struct screen *screen, enum prompt_result what)
{
    struct message_screen *s = (struct message_screen *)screen;

    if (what == PROMPT_CANCEL)
        prompt_set(&screen->prompt, "");
    if (what != PROMPT_CHANGED)
        screen->asking = NULL;
    pager_find(&s->pager, screen->prompt.text);
}

static void message_copy(struct screen *screen, struct strbuf *out)
{
    const struct message_screen *s = (const struct message_screen *)screen;
    const struct msg *m = calls_msg_by_id(screen->ui->view->calls, s->msg);

    if (m && view_text(screen->ui->view, m, out))
        out->n = 0;
}

static const struct screen_ops message_ops = {
    .title = "Message",
    .on = ON_MESSAGE,
    .free = message_free,
    .draw = message_draw,
    .act = message_act,
    .mouse = message_mouse,
    .typed = message_typed,
    .copy = message_copy,
};

struct screen *screen_message_new(struct ui *ui, uint32_t msg,
                                  uint32_t (*neighbour)(struct screen *ladder,
                                                        int step),
                                  struct screen *ladder)
{
    struct message_screen *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->screen.ops = &message_ops;
    s->screen.ui = ui;
    s->msg = msg;
    s->neighbour = neighbour;
    s->ladder = ladder;
    return &s->screen;
}
