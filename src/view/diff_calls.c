#include "view/diff_calls.h"
#include "base/err.h"
#include "model/offer.h"
#include "view/align.h"

#include <stdlib.h>

enum { MESSAGES_MAX = 1000, NAMES = 5 };
/* The same message of the same side; of the other side; another answer of the same
 * class, and of another class, to the same request. */
enum { SCORE_SAME = 10, SCORE_OTHER_SIDE = 4, SCORE_CLASS = 3, SCORE_ANSWER = 2 };

struct item {
    const struct msg *msg;
    unsigned side; /* who sent it */
};

struct work {
    const struct view *view;
    VEC(struct item) items[2];
    struct align align;
    VEC(struct diff_pair) pairs;
    struct diff_calls *out;
};

void diff_calls_free(struct diff_calls *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->pairs; i++)
        free(d->pair[i].what);
    free(d->pair);
    free(d);
}

static bool gather(struct work *w, unsigned s, const struct call *call)
{
    for (const struct msg *m = call->first; m; m = m->next) {
        struct item item = {m, offer_side(call, m)};
        if (m->flags & (MSG_COPY | MSG_RETRANSMISSION) || m->malformed)
            continue;
        if (w->items[s].n == MESSAGES_MAX) {
            w->out->cut = true;
            return true;
        }
        if (!vec_push(&w->items[s], item))
            return false;
    }
    return true;
}

static unsigned score(void *ctx, size_t left, size_t right)
{
    const struct work *w = ctx;
    const struct item *a = &w->items[0].at[left], *b = &w->items[1].at[right];
    if (diff_alike(a->msg, b->msg))
        return a->side == b->side ? SCORE_SAME : SCORE_OTHER_SIDE;
    if (!a->msg->status || !b->msg->status || a->msg->method != b->msg->method ||
        (a->msg->status < 200) != (b->msg->status < 200))
        return 0;
    return a->msg->status / 100 == b->msg->status / 100 ? SCORE_CLASS : SCORE_ANSWER;
}

/* What differs in a pair. Where a text is not to be had, only the first line counts. */
static bool compare(struct work *w, const struct msg *a, const struct msg *b,
                    struct diff_pair *pair)
{
    struct strbuf what = {0};
    struct diff *d = NULL;
    bool alike = diff_alike(a, b);
    if (diff_messages(w->view, a, b, &d)) {
        strbuf_str(&what, alike ? "" : "first line");
        pair->kind = alike ? DIFF_SAME : DIFF_CHANGED;
    } else {
        diff_leave_parties(d);
        diff_summary(d, NAMES, &what);
        pair->kind = d->changed ? DIFF_CHANGED : DIFF_USUAL;
    }
    diff_free(d);
    pair->what = strdup(strbuf_cstr(&what));
    strbuf_done(&what);
    return pair->what != NULL;
}

static bool add_step(struct work *w, struct align_step step)
{
    bool left = step.left != ALIGN_NONE, right = step.right != ALIGN_NONE, ok;
    const struct msg *a = left ? w->items[0].at[step.left].msg : NULL;
    const struct msg *b = right ? w->items[1].at[step.right].msg : NULL;
    struct diff_pair pair = {.msg = {a ? a->id : 0, b ? b->id : 0}};
    if (a && b) {
        ok = compare(w, a, b, &pair);
    } else {
        pair.kind = a ? DIFF_LEFT : DIFF_RIGHT;
        pair.what = strdup("");
        ok = pair.what != NULL;
    }
    w->out->changed += pair.kind != DIFF_SAME && pair.kind != DIFF_USUAL;
    if (ok && vec_push(&w->pairs, pair))
        return true;
    free(pair.what);
    return false;
}

int diff_calls(const struct view *v, const struct call *left, const struct call *right,
               struct diff_calls **out)
{
    struct work w = {.view = v, .out = calloc(1, sizeof *w.out)};
    bool ok = w.out && gather(&w, 0, left) && gather(&w, 1, right);
    ok = ok && align(&w.align, w.items[0].n, w.items[1].n, score, &w);
    for (size_t i = 0; ok && i < w.align.steps.n; i++)
        ok = add_step(&w, w.align.steps.at[i]);
    if (w.out) {
        w.out->pair = w.pairs.at;
        w.out->pairs = w.pairs.n;
    }
    align_done(&w.align);
    vec_done(&w.items[0]);
    vec_done(&w.items[1]);
    if (ok)
        *out = w.out;
    else
        diff_calls_free(w.out);
    return ok ? 0 : -ERR_NOMEM;
}

static bool went_well(const struct call *c)
{
    return c->state == CALL_COMPLETED || c->state == CALL_ANSWERED ||
           c->state == CALL_DONE || c->state == CALL_ACTIVE;
}

static bool same_place(const struct call *a, const struct call *b)
{
    return a->hop && b->hop &&
           !memcmp(a->hop->dst.ip, b->hop->dst.ip, sizeof a->hop->dst.ip);
}

const struct call *diff_calls_good(const struct view *v, const struct call *call)
{
    const struct call *before = NULL, *behind = NULL;
    for (size_t i = 0; i < v->calls->list.n && !behind; i++) {
        const struct call *c = v->calls->list.at[i];
        if (!c || c == call || !went_well(c) || c->method != call->method ||
            !same_place(c, call))
            continue;
        *(c->id < call->id ? &before : &behind) = c;
    }
    return before ? before : behind;
}
