/* Two messages, word by word. */
#include "base/err.h"
#include "tui/diff_pane.h"
#include "tui/ui.h"
#include "tui/write.h"

#include <stdlib.h>

struct diff_screen {
    struct screen screen;
    uint32_t msg[2];   /* ids */
    struct diff *diff; /* NULL: a text was not to be had */
    int err;
    struct diff_pane pane;
    struct strbuf text;
};

static void diff_screen_free(struct screen *screen)
{
    struct diff_screen *s = (struct diff_screen *)screen;

    diff_pane_done(&s->pane);
    diff_free(s->diff);
    strbuf_done(&s->text);
    free(s);
}

/* What a message is, when and where: as much as has room. */
static void draw_head(struct diff_screen *s, struct canvas *c, int x, int y, int w,
                      const struct msg *m, uint32_t id)
{
    static const struct field day = {.name = "time", .type = VALUE_TIME, .digits = 3};
    const struct view *v = s->screen.ui->view;
    struct value time = {.type = VALUE_TIME, .i = m ? m->time : 0};
    struct rect clip = canvas_clip(c, (struct rect){x, y, w - 1, 1});
    char src[ADDR_TEXT], dst[ADDR_TEXT];

    canvas_style(c, (struct rect){x, y, w, 1}, STYLE_BAR);
    if (!m) {
        canvas_printf(c, x, y, STYLE_BAR, "Message %u, no longer kept", id);
        canvas_clip(c, clip);
        return;
    }
    if (m->status)
        x = canvas_printf(c, x, y, STYLE_BAR | (unsigned)write_tone(m), "%u",
                          m->status);
    else
        x = canvas_put(c, x, y, STYLE_BAR | TONE_REQUEST, msg_method_name(m));
    s->text.n = 0;
    value_text(v, &day, &time, &s->text);
    x = canvas_text(c, x + 2, y, STYLE_BAR, s->text.p, s->text.n);
    if (m->hop) {
        addr_format_ip(&m->hop->src, src);
        addr_format_ip(&m->hop->dst, dst);
        x = canvas_printf(c, x + 2, y, STYLE_BAR, "%s → %s", src, dst);
    }
    canvas_printf(c, x + 2, y, STYLE_BAR, "call %u  message %u",
                  m->call ? m->call->id : 0, m->id);
    canvas_clip(c, clip);
}

static void draw_count(const struct diff_screen *s, struct canvas *c, struct rect area)
{
    size_t usual = 0;
    int x;

    for (size_t i = 0; i < s->diff->lines; i++)
        usual += s->diff->line[i].kind == DIFF_USUAL;
    x = canvas_put(c, area.x, area.y, STYLE_BOLD, "Compared") + 2;
    if (s->diff->changed)
        x = canvas_printf(c, x, area.y, TONE_WARN, "%zu line%s differ%s",
                          s->diff->changed, s->diff->changed == 1 ? "" : "s",
                          s->diff->changed == 1 ? "s" : "");
    else
        x = canvas_put(c, x, area.y, TONE_GOOD, "nothing differs that tells anything");
    if (usual)
        x = canvas_printf(c, x + 2, area.y, TONE_DIM,
                          "~ %zu as in any two messages (branch, tag, ...)", usual);
    if (s->pane.only)
        canvas_put(c, x + 2, area.y, TONE_REQUEST, "only these");
}

static void diff_draw(struct screen *screen, struct canvas *c, struct rect area)
{
    struct diff_screen *s = (struct diff_screen *)screen;
    const struct calls *calls = screen->ui->view->calls;
    const struct msg *m[2] = {calls_msg_by_id(calls, s->msg[0]),
                              calls_msg_by_id(calls, s->msg[1])};
    bool beside = area.w >= DIFF_BESIDE;
    int half = (area.w - 3) / 2, used = beside ? 2 : 3;

    if (!s->diff) {
        canvas_printf(c, area.x + 2, area.y + 1, TONE_WARN,
                      "These messages cannot be compared: %s.", err_text(s->err));
        return;
    }
    draw_count(s, c, area);
    if (beside) {
        draw_head(s, c, area.x, area.y + 1, half + 3, m[0], s->msg[0]);
        draw_head(s, c, area.x + half + 3, area.y + 1, half + 1, m[1], s->msg[1]);
    } else {
        canvas_put(c, area.x, area.y + 1, TONE_WARN, "-");
        draw_head(s, c, area.x + 2, area.y + 1, area.w - 2, m[0], s->msg[0]);
        canvas_put(c, area.x, area.y + 2, TONE_WARN, "+");
        draw_head(s, c, area.x + 2, area.y + 2, area.w - 2, m[1], s->msg[1]);
    }
    diff_pane_draw(&s->pane, c,
                   (struct rect){area.x, area.y + used, area.w, area.h - used});
}

static void diff_act(struct screen *screen, enum action action)
{
    struct diff_screen *s = (struct diff_screen *)screen;

    switch (action) {
    case ACTION_NEXT_DIFFERENCE:
    case ACTION_PREV_DIFFERENCE:
        if (!diff_pane_next(&s->pane, action == ACTION_PREV_DIFFERENCE))
            ui_say(screen->ui, TONE_GOOD, "No line differs.");
        break;
    case ACTION_ONLY: diff_pane_turn(&s->pane); break;
    default: scroll_window(&s->pane.scroll, action); break;
    }
}

static const struct screen_ops diff_ops = {
    .title = "Compare",
    .on = ON_DIFF,
    .free = diff_screen_free,
    .draw = diff_draw,
    .act = diff_act,
};

struct screen *screen_diff_new(struct ui *ui, uint32_t left, uint32_t right)
{
    struct diff_screen *s = calloc(1, sizeof *s);
    const struct msg *a = calls_msg_by_id(ui->view->calls, left);
    const struct msg *b = calls_msg_by_id(ui->view->calls, right);

    if (!s)
        return NULL;
    s->screen.ops = &diff_ops;
    s->screen.ui = ui;
    s->msg[0] = left;
    s->msg[1] = right;
    s->err = a && b ? diff_messages(ui->view, a, b, &s->diff) : -ERR_GONE;
    diff_pane_set(&s->pane, s->diff);
    return &s->screen;
}
