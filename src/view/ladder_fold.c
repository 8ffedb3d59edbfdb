#include "view/diff.h"
#include "view/ladder_work.h"

#include <stdlib.h>

/* A relay answers for the message it was given within this time. */
static const int64_t RELAY = INT64_C(10000000000);
enum { LOOK_BACK = 40 /* rows: what is between a message and its next hop */ };

/* What a row that goes away proves is now proved by the one that stays. */
static void keep_proof(struct ladder_row *stays, const struct ladder_row *goes)
{
    if (!goes->finding || (stays->finding && (stays->proof_tone == TONE_BAD ||
                                              goes->proof_tone != TONE_BAD)))
        return;
    stays->finding = goes->finding;
    stays->rule = goes->rule;
    stays->proof_tone = goes->proof_tone;
}

static bool repeats(struct ladder_work *b, const struct ladder_row *row)
{
    for (size_t i = b->rows.n; i--;) {
        struct ladder_row *before = &b->rows.at[i];
        /* What it repeats may have been folded into another hop's. */
        if (!before->msg || before->call != row->call ||
            before->msg->cseq != row->msg->cseq || !diff_alike(before->msg, row->msg))
            continue;
        before->repeats++;
        keep_proof(before, row);
        return true;
    }
    return false;
}

/* The same message on its way: it left where the one before came to, or the other way
 * round for what each hop acknowledges by itself. */
static bool relays(struct ladder_work *b, const struct ladder_row *row)
{
    size_t n = b->rows.n < LOOK_BACK ? b->rows.n : LOOK_BACK;
    for (size_t i = b->rows.n; n--;) {
        struct ladder_row *r = &b->rows.at[--i];
        if (!r->msg || r->call != row->call || r->msg->cseq != row->msg->cseq ||
            !diff_alike(r->msg, row->msg) || r->time + RELAY < row->time)
            continue;
        bool onward = r->to == row->from && r->from != row->to;
        bool before = r->from == row->to && r->to != row->from;
        if (!onward && !before)
            continue;
        if (onward)
            r->to = row->to;
        else
            r->from = row->from;
        r->hops += 1 + row->hops;
        keep_proof(r, row);
        return true;
    }
    return false;
}

bool ladder_work_fold(struct ladder_work *b, const struct ladder_row *row)
{
    if (!b->options->fold || !row->msg || row->msg->malformed)
        return false;
    if (row->msg->flags & MSG_RETRANSMISSION)
        return repeats(b, row);
    return row->msg->status == 100 || relays(b, row);
}

static void count_hops(struct ladder_work *b)
{
    for (size_t i = 0; i < b->rows.n && !b->failed; i++) {
        struct ladder_row *r = &b->rows.at[i];
        if (!r->hops)
            continue;
        b->text.n = 0;
        strbuf_printf(&b->text, "(%u hops)", r->hops + 1);
        ladder_work_append(b, r, strbuf_cstr(&b->text));
    }
}

static bool has_ends(const struct ladder_row *r)
{
    return r->kind != LADDER_GAP && r->kind != LADDER_NOTE;
}

void ladder_work_fold_columns(struct ladder_work *b)
{
    struct ladder *l = b->ladder;
    unsigned *place = calloc(l->columns + 1, sizeof *place), n = 0;
    if (!b->options->fold || !place || b->failed) {
        b->failed |= !place;
        free(place);
        return;
    }
    count_hops(b);
    for (size_t i = 0; i < b->rows.n; i++)
        if (has_ends(&b->rows.at[i]))
            place[b->rows.at[i].from] = place[b->rows.at[i].to] = 1;
    for (size_t i = 0; i < l->columns; i++) {
        bool used = place[i] != 0;
        place[i] = n;
        if (!used) {
            free(l->column[i].label);
            free(l->column[i].role);
            continue;
        }
        l->column[n++] = l->column[i];
    }
    l->folded = l->columns - n;
    l->columns = n;
    for (size_t i = 0; i < b->rows.n; i++) {
        struct ladder_row *r = &b->rows.at[i];
        r->from = has_ends(r) ? place[r->from] : 0;
        r->to = has_ends(r) ? place[r->to] : 0;
    }
    free(place);
}
