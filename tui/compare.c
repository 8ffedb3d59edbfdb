#include "tui/compare.h"

#include "view/diff_calls.h"

/* Two ids from the marks and what is selected, the older first. False: there are not
 * two. */
static bool choose(const struct marks *marks, uint32_t selected, uint32_t out[2])
{
    if (marks->id.n == 2) {
        out[0] = marks->id.at[0];
        out[1] = marks->id.at[1];
    } else if (marks->id.n == 1 && selected && marks->id.at[0] != selected) {
        bool older = marks->id.at[0] < selected;

        out[!older] = marks->id.at[0];
        out[older] = selected;
    } else {
        return false;
    }
    return true;
}

void compare_message(struct ui *ui, uint32_t msg)
{
    const struct msg *m = calls_msg_by_id(ui->view->calls, msg);
    const struct msg *other;
    uint32_t id[2];

    if (choose(&ui->messages, msg, id)) {
        ui_push(ui, screen_diff_new(ui, id[0], id[1]));
        return;
    }
    if (ui->messages.id.n > 2) {
        ui_say(ui, TONE_WARN, "%zu messages are marked: two can be compared.",
               ui->messages.id.n);
        return;
    }
    other = m ? diff_counterpart(m) : NULL;
    if (other)
        ui_push(ui, screen_diff_new(ui, other->id < msg ? other->id : msg,
                                    other->id < msg ? msg : other->id));
    else
        ui_say(ui, TONE_WARN,
               "No message of this kind beside it: mark one with Space.");
}

void compare_call(struct ui *ui, uint32_t call)
{
    const struct call *c = calls_by_id(ui->view->calls, call), *good;
    uint32_t id[2];

    if (choose(&ui->marks, call, id)) {
        ui_push(ui, screen_diff_calls_new(ui, id[0], id[1]));
        return;
    }
    if (ui->marks.id.n > 2) {
        ui_say(ui, TONE_WARN, "%zu calls are marked: two can be compared.",
               ui->marks.id.n);
        return;
    }
    good = c ? diff_calls_good(ui->view, c) : NULL;
    if (good)
        ui_push(ui, screen_diff_calls_new(ui, good->id, call));
    else
        ui_say(ui, TONE_WARN, "No good call to the same place: mark one with Space.");
}
