#include "diagnose/finding.h"

#include "diagnose/exam.h"

#include <stdlib.h>

int finding_compare(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a,
                         *y = *(const struct finding *const *)b;
    if (!x->cause != !y->cause)
        return x->cause ? 1 : -1;
    if (x->severity != y->severity)
        return y->severity - x->severity;
    if (x->confidence != y->confidence)
        return y->confidence - x->confidence;
    return (x->id > y->id) - (x->id < y->id);
}

/* Nearly always there is one, or they are in order. */
static void sort(void *at, size_t n, size_t size,
                 int compare(const void *, const void *))
{
    const char *p = at;
    for (size_t i = 1; i < n; i++, p += size)
        if (compare(p, p + size) > 0) {
            qsort(at, n, size, compare);
            return;
        }
}

void finding_free(struct finding *f)
{
    while (f) {
        struct finding *next = f->next;
        free(f);
        f = next;
    }
}

static char *put(char **at, const struct strbuf *b)
{
    char *text = *at;
    if (b->n)
        memcpy(text, b->p, b->n);
    text[b->n] = 0;
    *at += b->n + 1;
    return text;
}

static int evidence_compare(const void *a, const void *b)
{
    const struct evidence *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return (x->frame > y->frame) - (x->frame < y->frame);
}

/* One block: the finding, its evidence, its texts. */
struct finding *finding_new(const struct draft *d)
{
    size_t text = d->headline.n + d->detail.n + d->remedy.n + 3;
    size_t frames = d->nevidence * sizeof(struct evidence);
    struct finding *f = malloc(sizeof *f + frames + text);
    if (!f)
        return NULL;
    *f = (struct finding){.rule = d->rule,
                          .peer = d->peer,
                          .call = d->call,
                          .severity = d->severity,
                          .confidence = d->confidence,
                          .nevidence = d->nevidence};
    f->evidence = (struct evidence *)(f + 1);
    if (frames)
        memcpy(f->evidence, d->evidence, frames);
    sort(f->evidence, f->nevidence, sizeof *f->evidence, evidence_compare);
    char *at = (char *)f->evidence + frames;
    f->headline = put(&at, &d->headline);
    f->detail = put(&at, &d->detail);
    f->remedy = d->remedy.n ? put(&at, &d->remedy) : d->rule->remedy;
    return f;
}

struct finding *finding_sort(struct finding *list)
{
    struct finding *at[2 * EXAM_DRAFTS], *first = NULL;
    size_t n = 0;
    for (; list && n < 2 * EXAM_DRAFTS; list = list->next)
        at[n++] = list;
    sort(at, n, sizeof *at, finding_compare);
    while (n--) {
        at[n]->next = first;
        first = at[n];
    }
    return first;
}
