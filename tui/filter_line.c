#include "tui/filter_line.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

void filter_line_init(struct filter_line *f, struct ui *ui, const struct table *t)
{
    memset(f, 0, sizeof *f);
    f->ui = ui;
    f->table = t;
}

void filter_line_done(struct filter_line *f)
{
    filter_free(f->filter);
    f->filter = NULL;
    history_done(&f->history);
}

static int make(struct filter_line *f, const char *text, struct filter **out)
{
    struct connection *c = ui_connection(f->ui, &f->why);

    if (*text == '@') {
        const char *kept = settings_filter(&f->ui->settings, text + 1);

        if (!kept)
            return errmsg_set(&f->why, -ERR_USAGE,
                              "no filter of this name is configured");
        text = kept;
    }
    return c ? filter_new(c, f->table, text, out, &f->why) : -ERR_NOMEM;
}

bool filter_line_set(struct filter_line *f, const char *text)
{
    struct filter *fresh = NULL;
    int err = 0;

    f->why.text[0] = 0;
    text += strspn(text, " ");
    if (*text)
        err = make(f, text, &fresh);
    if (err)
        return false;
    filter_free(f->filter);
    f->filter = fresh;
    return true;
}

bool filter_line_match(const struct filter_line *f, const void *object)
{
    return !f->filter || filter_match(f->filter, object);
}

/* ---- completion */

struct completion {
    const char *word; /* what is there of the name */
    size_t n, common; /* bytes of it, and of what all found names begin with */
    const char *first;
    unsigned found;
    struct strbuf names;
};

static void offer(struct completion *c, const char *name)
{
    size_t common = 0;

    if (strncasecmp(name, c->word, c->n) != 0)
        return;
    if (!c->found++) {
        c->first = name;
        c->common = strlen(name);
    }
    while (common < c->common && name[common] == c->first[common])
        common++;
    c->common = common;
    strbuf_str(&c->names, c->names.n ? "  " : "");
    strbuf_str(&c->names, name);
}

static void offer_all(const struct filter_line *f, struct completion *c, bool kept)
{
    const char *name;

    for (size_t i = 0; kept && (name = settings_filter_name(&f->ui->settings, i)); i++)
        offer(c, name);
    for (size_t i = 0; !kept && i < f->table->n; i++)
        offer(c, f->table->fields[i].name);
}

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-';
}

static bool put(struct prompt *p, size_t at, const char *name, size_t n)
{
    char text[PROMPT_BYTES];
    int used = snprintf(text, sizeof text, "%.*s%.*s%s", (int)at, p->text, (int)n, name,
                        p->text + p->at);

    if (used < 0 || (size_t)used >= sizeof text || !strcmp(text, p->text))
        return false;
    prompt_set(p, text);
    p->at = at + n;
    return true;
}

bool filter_line_complete(struct filter_line *f, struct prompt *p)
{
    struct completion c = {0};
    size_t at = p->at;
    bool changed = false;

    while (at && in_name(p->text[at - 1]))
        at--;
    c.word = p->text + at;
    c.n = p->at - at;
    offer_all(f, &c, at && p->text[at - 1] == '@');
    if (c.found)
        changed = put(p, at, c.first, c.common);
    if (c.found > 1)
        ui_say(f->ui, TONE_PLAIN, "%.250s", strbuf_cstr(&c.names));
    else if (!c.found)
        ui_say(f->ui, TONE_WARN, "No column or filter begins so.");
    strbuf_done(&c.names);
    return changed;
}
