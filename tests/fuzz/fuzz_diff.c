/* Two texts compared: every line of both is in the comparison once and whole, whatever
 * the bytes; its summary can be written. The first two bytes say where the second text
 * begins. */
#include "view/diff.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The next line of a text without its end; false: there is none. */
static bool next_line(struct slice *text, struct slice *line)
{
    if (!text->n)
        return false;
    size_t end = slice_find(*text, '\n');
    *line = slice_sub(*text, 0, end);
    if (line->n && line->p[line->n - 1] == '\r')
        line->n--;
    *text = slice_skip(*text, end + 1);
    return true;
}

/* The words of a line are the line. */
static void check_side(const struct diff *d, const struct diff_line *l, unsigned side,
                       struct slice *text)
{
    struct slice line, rest;
    if (!l->side[side].n)
        return;
    if (!next_line(text, &line))
        abort();
    rest = line;
    for (size_t i = 0; i < l->side[side].n; i++) {
        const struct diff_word *w = &d->word[l->side[side].first + i];
        if (w->n > rest.n || (w->n && memcmp(w->p, rest.p, w->n) != 0))
            abort();
        rest = slice_skip(rest, w->n);
    }
    if (rest.n)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2)
        return 0;
    struct slice all = slice_of(data + 2, n - 2);
    size_t half = (size_t)(data[0] << 8 | data[1]);
    struct slice text[2] = {slice_sub(all, 0, half), slice_skip(all, half)};
    struct diff *d = NULL;
    struct strbuf names = {0};
    if (diff_texts(text[0], text[1], &d))
        return 0;
    for (size_t i = 0; i < d->lines; i++)
        for (unsigned side = 0; side < 2; side++)
            check_side(d, &d->line[i], side, &text[side]);
    if (text[0].n || text[1].n)
        abort();
    diff_summary(d, 6, &names);
    diff_leave_parties(d);
    strbuf_done(&names);
    diff_free(d);
    return 0;
}
