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
    uint32_t (*neighbour)(struct screen *ladder, int step);
    struct screen *ladder;
    struct strbuf text;
};

static void message_free(struct screen *screen)
{
    struct message_screen *s = (struct message_screen *)screen;

    pager_done(&s->pager);
    strbuf_done(&s->text);
    free(s);
}

static void fill(struct message_screen *s, const struct msg *m)
{
    pager_clear(&s->pager);
    write_message(&s->pager, s->screen.ui->view, m, s->decoded, write_tone(m));
    s->filled = true;
}

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
        canvas_printf(c, area.x + 2, area.y + 1, TONE_WARN,
                      "Message %u is no longer kept: a limit was reached.", s->msg);
        return;
    }
    if (!s->filled)
        fill(s, m);
    draw_title(s, c, area, m);
    draw_facts(s, c, area, m);
    pager_draw(&s->pager, c, (struct rect){area.x, area.y + 2, area.w, area.h - 2});
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
    s->filled = false;
    s->pager.scroll = (struct scroll){0};
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
        s->filled = false;
        s->pager.scroll = (struct scroll){0};
        break;
    default: pager_act(&s->pager, action); break;
    }
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
