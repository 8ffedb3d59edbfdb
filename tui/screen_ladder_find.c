#include "tui/screen_ladder.h"

#include <string.h>
#include <strings.h>

/* ---- text */

/* Does the row or its message contain what is looked for? */
static bool row_has(struct ladder_screen *s, const struct ladder_row *row)
{
    const char *words = s->screen.prompt.text;
    size_t n = strlen(words);

    if (row->text && strcasestr(row->text, words))
        return true;
    if (!row->msg || view_text(s->screen.ui->view, row->msg, &s->text))
        return false;
    for (size_t i = 0; i + n <= s->text.n; i++)
        if (!strncasecmp(s->text.p + i, words, n))
            return true;
    return false;
}

/* Goes to the next row that proves something. */
static void find_proof(struct ladder_screen *s, bool backwards)
{
    size_t n = s->scroll.count;

    for (size_t k = 1; k <= n; k++) {
        size_t i = (s->scroll.at + (backwards ? n - k : k)) % n;

        if (s->ladder->row[i].finding) {
            ladder_screen_go(s, i);
            return;
        }
    }
    ui_say(s->screen.ui, TONE_PLAIN, "Nothing is wrong with any row of this ladder.");
}

void ladder_screen_find(struct ladder_screen *s, bool backwards)
{
    size_t n = s->scroll.count;

    pager_find(&s->pager, s->screen.prompt.text);
    if (!s->screen.prompt.n) {
        find_proof(s, backwards);
        return;
    }
    for (size_t k = 1; k <= n; k++) {
        size_t i = (s->scroll.at + (backwards ? n - k : k)) % n;

        if (row_has(s, &s->ladder->row[i])) {
            ladder_screen_go(s, i);
            return;
        }
    }
    ui_say(s->screen.ui, TONE_WARN, "Not in this ladder: %s", s->screen.prompt.text);
}

/* ---- the verdict */

/* The row that a target names; SIZE_MAX: it is not in this ladder. */
static size_t row_of(const struct ladder_screen *s, const struct verdict_target *t)
{
    const struct msg *m = calls_msg_by_id(s->screen.ui->view->calls, t->msg);
    const struct msg *same = m ? msg_same(m) : NULL;

    for (size_t i = 0; i < s->scroll.count; i++) {
        const struct ladder_row *row = &s->ladder->row[i];

        if (t->msg       ? row->msg && row->msg->id == t->msg
            : t->stream  ? row->kind == LADDER_MEDIA && row->stream == t->stream
            : row->event ? row->event->frame == t->frame && row->event->file == t->file
                         : false)
            return i;
        if (s->options.fold && same && row->msg == same)
            return i;
    }
    return SIZE_MAX;
}

void ladder_screen_follow(struct ladder_screen *s)
{
    const struct verdict_target *t = verdict_pane_target(&s->verdict);
    size_t row = t ? row_of(s, t) : SIZE_MAX;

    if (row != SIZE_MAX)
        ladder_screen_go(s, row);
    else if (t && !t->same)
        ui_say(s->screen.ui, TONE_PLAIN, "Frame %llu is no row of this ladder.",
               (unsigned long long)t->frame);
}

void ladder_screen_verdict(struct ladder_screen *s)
{
    s->judging = !s->judging;
    s->verdict.focused = s->judging;
    if (s->judging)
        ladder_screen_follow(s);
}

bool ladder_screen_judge(struct ladder_screen *s, enum action action)
{
    size_t at = s->verdict.at;

    if (!s->judging || !verdict_pane_act(&s->verdict, action))
        return false;
    if (s->verdict.at != at)
        ladder_screen_follow(s);
    return true;
}

bool ladder_screen_same(struct ladder_screen *s)
{
    const struct verdict_target *t =
        s->judging ? verdict_pane_target(&s->verdict) : NULL;

    if (!t || !t->same)
        return false;
    s->call = t->call;
    s->msg = s->stream = 0;
    s->opened = false;
    s->scroll = (struct scroll){.page = s->scroll.page};
    s->verdict.at = 0;
    ladder_free(s->ladder);
    s->ladder = NULL; /* out of date: built anew */
    s->screen.ops->refresh(&s->screen);
    ladder_screen_follow(s);
    return true;
}
