#include "tui/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void history_done(struct history *h)
{
    for (size_t i = 0; i < h->n; i++)
        free(h->line[i]);
    h->n = h->at = 0;
}

void history_add(struct history *h, const char *line)
{
    char *copy;

    h->at = h->n;
    if (!*line || (h->n && !strcmp(h->line[h->n - 1], line)))
        return;
    copy = strdup(line);
    if (!copy)
        return;
    if (h->n == HISTORY_LINES) {
        free(h->line[0]);
        memmove(h->line, h->line + 1, (--h->n) * sizeof *h->line);
    }
    h->line[h->n++] = copy;
    h->at = h->n;
}

bool history_step(struct history *h, struct prompt *p, int step)
{
    if (step < 0 ? h->at == 0 : h->at >= h->n)
        return false;
    if (h->at == h->n)
        snprintf(h->typed, sizeof h->typed, "%s", p->text);
    h->at += (size_t)step;
    prompt_set(p, h->at == h->n ? h->typed : h->line[h->at]);
    return true;
}
