#include "view/ladder_work.h"

#include <stdlib.h>

void ladder_row_done(struct ladder_row *row)
{
    free(row->text);
    ladder_media_free(row->media);
}

void ladder_free(struct ladder *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->columns; i++) {
        free(l->column[i].label);
        free(l->column[i].role);
    }
    for (size_t i = 0; i < l->rows; i++)
        ladder_row_done(&l->row[i]);
    free(l->column);
    free(l->row);
    free(l->leg);
    free(l);
}

char *ladder_work_copy(struct ladder_work *b, const void *bytes, size_t n)
{
    char *p = malloc(n + 1);
    b->failed |= !p;
    if (!p)
        return NULL;
    if (n)
        memcpy(p, bytes, n);
    p[n] = 0;
    return p;
}

void ladder_work_append(struct ladder_work *b, struct ladder_row *row, const char *more)
{
    size_t n = strlen(row->text), m = strlen(more);
    char *p = realloc(row->text, n + m + 2);
    b->failed |= !p;
    if (!p)
        return;
    p[n] = ' ';
    memcpy(p + n + 1, more, m + 1);
    row->text = p;
}

struct ladder *ladder_build(const struct view *v, const struct call *call,
                            const struct ladder_options *options)
{
    struct ladder_work b = {
        .view = v, .options = options, .ladder = calloc(1, sizeof *b.ladder)};
    if (!b.ladder)
        return NULL;
    b.ladder->version = v->calls->version;
    ladder_work_gather(&b, call);
    ladder_work_columns(&b);
    ladder_work_rows(&b);
    vec_done(&b.items);
    participants_done(&b.parties);
    strbuf_done(&b.text);
    if (!b.failed)
        return b.ladder;
    ladder_free(b.ladder);
    return NULL;
}
