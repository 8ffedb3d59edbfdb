#include "view/search.h"

#include <stdlib.h>

enum { WORDS = 16 };

struct search {
    const struct view *view;
    const struct table *table;
    char *text; /* the words, lower case, cut by NULs */
    const char *words[WORDS];
    size_t n;
    struct strbuf scratch, message, cell;
};

void search_free(struct search *s)
{
    if (!s)
        return;
    strbuf_done(&s->scratch);
    strbuf_done(&s->message);
    strbuf_done(&s->cell);
    free(s->text);
    free(s);
}

static void lower(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (char)slice_lower((uint8_t)p[i]);
}

struct search *search_new(const struct view *v, const struct table *t,
                          const char *words)
{
    struct search *s = calloc(1, sizeof *s);
    if (!s || !(s->text = strdup(words))) {
        free(s);
        return NULL;
    }
    s->view = v;
    s->table = t;
    lower(s->text, strlen(s->text));
    char *rest = NULL;
    for (char *w = strtok_r(s->text, " \t", &rest); w && s->n < WORDS;
         w = strtok_r(NULL, " \t", &rest))
        s->words[s->n++] = w;
    return s;
}

/* Fields that plain words look at: texts that cost no read of the message, and the
 * number of a status. */
static bool searched_field(const struct field *f)
{
    return f->get && (f->type == VALUE_TEXT || f->type == VALUE_JSON ||
                      !strcmp(f->name, "status"));
}

/* All searched texts of a row, a line end between them, in lower case. */
static void gather_text(struct search *s, const void *object)
{
    struct row row = {
        .view = s->view, .object = object, .scratch = &s->scratch, .text = &s->message};
    struct value value;
    s->cell.n = 0;
    for (size_t i = 0; i < s->table->n; i++) {
        const struct field *f = &s->table->fields[i];
        if (!searched_field(f))
            continue;
        field_get(f, &row, &value);
        value_text(s->view, f, &value, &s->cell);
        strbuf_char(&s->cell, '\n');
    }
    lower(s->cell.p, s->cell.n);
}

bool search_match(struct search *s, const void *object)
{
    if (!s->n)
        return true;
    gather_text(s, object);
    for (size_t i = 0; i < s->n; i++)
        if (!memmem(s->cell.p, s->cell.n, s->words[i], strlen(s->words[i])))
            return false;
    return true;
}
