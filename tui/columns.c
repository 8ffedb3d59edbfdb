#include "tui/columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a list shows at first, and from which width of the screen on it is worth its
 * room. */
enum { FLEXIBLE = 24 /* least width of what takes what is left */ };

struct rule {
    const char *field;
    const char *instead;  /* field for rows where the first is null */
    uint8_t narrow, wide; /* columns below and from 120; 0: takes what is left */
    uint8_t widest;       /* from 200; 0: as wide */
    uint8_t from;
    bool media; /* not where media is left alone */
};

static const struct rule calls_rules[] = {
    {"start", NULL, 8, 12, 0, 0, false},
    {"from_user", "from_host", 12, 16, 24, 0, false},
    {"to_user", "to_host", 12, 16, 24, 0, false},
    {"method", NULL, 8, 8, 0, 130, false},
    {"state", NULL, 10, 10, 0, 0, false},
    {"status", NULL, 4, 4, 0, 0, false},
    {"pdd", NULL, 6, 6, 0, 100, false},
    {"duration", NULL, 8, 8, 0, 92, false},
    {"codec", NULL, 6, 6, 0, 150, true},
    {"loss", NULL, 7, 7, 0, 130, true},
    {"jitter", NULL, 10, 10, 0, 160, true},
    {"mos", NULL, 4, 4, 0, 104, true},
    {"messages", NULL, 4, 5, 0, 170, false},
    {"legs", NULL, 4, 4, 0, 140, false},
    {"src", NULL, 21, 21, 0, 220, false},
    {"dst", NULL, 21, 21, 0, 220, false},
};
static const struct rule message_rules[] = {
    {"id", NULL, 7, 7, 0, 160, false},    {"call", NULL, 5, 6, 0, 0, false},
    {"time", NULL, 12, 12, 15, 0, false}, {"delta", NULL, 7, 7, 0, 140, false},
    {"src", NULL, 21, 21, 24, 0, false},  {"dst", NULL, 21, 21, 24, 110, false},
    {"summary", NULL, 0, 0, 0, 0, false}, {"size", NULL, 10, 10, 0, 130, false},
    {"frame", NULL, 8, 8, 0, 170, false},
};
static const struct rule stream_rules[] = {
    {"call", NULL, 5, 6, 0, 0, false},
    {"src", NULL, 21, 21, 24, 0, false},
    {"dst", NULL, 21, 21, 24, 0, false},
    {"ssrc", NULL, 10, 10, 0, 130, false},
    {"codec", NULL, 6, 8, 0, 0, false},
    {"ptime", NULL, 8, 8, 0, 200, false},
    {"start", NULL, 8, 12, 0, 150, false},
    {"duration", NULL, 8, 8, 0, 110, false},
    {"packets", NULL, 8, 8, 0, 90, false},
    {"loss", NULL, 6, 6, 0, 0, false},
    {"loss_burst_max", NULL, 9, 9, 0, 180, false},
    {"jitter_mean", NULL, 9, 9, 0, 100, false},
    {"mos", NULL, 4, 4, 0, 0, false},
    {"mos_min", NULL, 7, 7, 0, 140, false},
    {"binding", NULL, 10, 10, 0, 190, false},
};
static const struct rule ledger_rules[] = {
    {"count", NULL, 10, 10, 0, 0, false},       {"what", NULL, 0, 0, 0, 0, false},
    {"reason", NULL, 18, 18, 0, 110, false},    {"bytes", NULL, 12, 12, 0, 100, false},
    {"first_frame", NULL, 11, 11, 0, 0, false},
};

static const struct rules {
    const struct table *table;
    const struct rule *rule;
    size_t n;
} all_rules[] = {
#define RULES(table, rules)                              \
    {                                                    \
        &(table), rules, sizeof(rules) / sizeof *(rules) \
    }
    RULES(TABLE_CALLS, calls_rules),
    RULES(TABLE_MESSAGES, message_rules),
    RULES(TABLE_STREAMS, stream_rules),
    RULES(TABLE_LEDGER, ledger_rules),
};

/* The rules of a table; NULL: none. */
static const struct rules *rules_of(const struct table *t)
{
    for (size_t i = 0; i < sizeof all_rules / sizeof *all_rules; i++)
        if (all_rules[i].table == t)
            return &all_rules[i];
    return NULL;
}

static const struct rule *rule_of(const struct table *t, const struct field *f)
{
    const struct rules *rules = rules_of(t);

    for (size_t i = 0; rules && i < rules->n; i++)
        if (!strcmp(rules->rule[i].field, f->name))
            return &rules->rule[i];
    return NULL;
}

void columns_done(struct columns *c)
{
    for (size_t i = 0; i < c->headers.n; i++)
        header_field_free(c->headers.at[i]);
    vec_done(&c->headers);
    vec_done(&c->list);
}

static void add_field(struct columns *c, const struct field *f)
{
    struct column column = {.field = f};

    if (f)
        (void)vec_push(&c->list, column);
}

void columns_reset(struct columns *c)
{
    const struct rules *rules = rules_of(c->table);

    c->list.n = 0;
    c->chosen = false;
    for (size_t i = 0; rules && i < rules->n; i++)
        add_field(c, field_find(c->table, rules->rule[i].field));
    for (unsigned place = 1; !rules && place < 64; place++)
        for (size_t i = 0; i < c->table->n; i++)
            if (c->table->fields[i].place == place)
                add_field(c, &c->table->fields[i]);
}

void columns_init(struct columns *c, const struct table *t)
{
    memset(c, 0, sizeof *c);
    c->table = t;
    columns_reset(c);
}

/* ---- as text */

static const char header_prefix[] = "header:";

static void add_word(struct columns *c, char *word)
{
    bool header = !strncmp(word, header_prefix, strlen(header_prefix));
    char *name = header ? word + strlen(header_prefix) : word;
    char *colon = strchr(name, ':');
    long width = colon ? strtol(colon + 1, NULL, 10) : 0;
    size_t at = c->list.n;

    if (colon)
        *colon = 0;
    if (!header && !field_find(c->table, name))
        return;
    if (columns_add(c, at, header ? NULL : field_find(c->table, name), name) &&
        width > 0)
        columns_size(c, at, width > COLUMN_MAX ? COLUMN_MAX : (int)width);
}

bool columns_read(struct columns *c, const char *text)
{
    struct columns before = *c;
    char word[128];

    memset(&c->list, 0, sizeof c->list);
    for (text += strspn(text, " \t,"); *text; text += strspn(text, " \t,")) {
        size_t n = strcspn(text, " \t,");

        snprintf(word, sizeof word, "%.*s", (int)n, text);
        add_word(c, word);
        text += n;
    }
    if (!c->list.n) {
        c->list.at = before.list.at;
        c->list.n = before.list.n;
        c->list.cap = before.list.cap;
        c->chosen = before.chosen;
        return false;
    }
    vec_done(&before.list);
    return true;
}

void columns_write(const struct columns *c, struct strbuf *out)
{
    for (size_t i = 0; i < c->list.n; i++) {
        const struct column *column = &c->list.at[i];

        strbuf_str(out, i ? " " : "");
        strbuf_str(out, header_is(column->field) ? header_prefix : "");
        strbuf_str(out, column->field->name);
        if (column->width)
            strbuf_printf(out, ":%u", column->width);
    }
}

/* ---- changes */

/* The field of a header by name, made where it is not there yet; NULL: there can be
 * none. */
static const struct field *find_header(struct columns *c, const char *name)
{
    struct header_field *h;

    for (size_t i = 0; i < c->headers.n; i++) {
        const struct field *f = header_field_of(c->headers.at[i]);

        if (!strcasecmp(f->name, name))
            return f;
    }
    h = header_field_new(c->table, name);
    if (h && !vec_push(&c->headers, h)) {
        header_field_free(h);
        h = NULL;
    }
    return h ? header_field_of(h) : NULL;
}

bool columns_add(struct columns *c, size_t at, const struct field *f,
                 const char *header)
{
    struct column column = {.field = f ? f : find_header(c, header)};

    if (!column.field || columns_find(c, column.field) != SIZE_MAX ||
        !vec_push(&c->list, column))
        return false;
    c->chosen = true;
    for (size_t i = c->list.n - 1; i > at; i--) {
        c->list.at[i] = c->list.at[i - 1];
        c->list.at[i - 1] = column;
    }
    return true;
}

void columns_remove(struct columns *c, size_t at)
{
    if (at >= c->list.n || c->list.n == 1)
        return;
    c->list.n--;
    memmove(c->list.at + at, c->list.at + at + 1,
            (c->list.n - at) * sizeof *c->list.at);
    c->chosen = true;
}

size_t columns_move(struct columns *c, size_t at, int by)
{
    for (; by > 0 && at + 1 < c->list.n; by--, at++) {
        struct column column = c->list.at[at];

        c->list.at[at] = c->list.at[at + 1];
        c->list.at[at + 1] = column;
    }
    for (; by < 0 && at > 0 && at < c->list.n; by++, at--) {
        struct column column = c->list.at[at];

        c->list.at[at] = c->list.at[at - 1];
        c->list.at[at - 1] = column;
    }
    c->chosen = true;
    return at;
}

void columns_size(struct columns *c, size_t at, int width)
{
    if (at >= c->list.n)
        return;
    width = width < COLUMN_MIN ? COLUMN_MIN : width > COLUMN_MAX ? COLUMN_MAX : width;
    c->list.at[at].width = (uint8_t)width;
    c->chosen = true;
}

/* ---- what they look like */

size_t columns_find(const struct columns *c, const struct field *f)
{
    for (size_t i = 0; i < c->list.n; i++)
        if (c->list.at[i].field == f)
            return i;
    return SIZE_MAX;
}

bool columns_flexible(const struct columns *c, size_t at)
{
    const struct column *column = &c->list.at[at];
    const struct rule *r = rule_of(c->table, column->field);

    return !column->width && (r ? !r->narrow : !column->field->width);
}

int columns_width(const struct columns *c, size_t at, int screen)
{
    const struct column *column = &c->list.at[at];
    const struct rule *r = rule_of(c->table, column->field);

    if (column->width)
        return column->width;
    if (columns_flexible(c, at))
        return FLEXIBLE;
    if (!r)
        return column->field->width;
    if (!c->chosen && screen < r->from)
        return 0;
    return screen >= 200 && r->widest ? r->widest : screen >= 120 ? r->wide : r->narrow;
}

const char *column_title(const struct field *f, char out[COLUMN_TITLE])
{
    const char *unit = header_is(f) || !strcasecmp(f->title, f->unit) ? "" : f->unit;

    snprintf(out, COLUMN_TITLE, "%s%s%s", f->title, *unit ? " " : "", unit);
    return out;
}

bool column_right(const struct field *f)
{
    return f->type == VALUE_INT || f->type == VALUE_REAL || f->type == VALUE_DURATION;
}

const struct field *column_instead(const struct table *t, const struct field *f)
{
    const struct rule *r = header_is(f) ? NULL : rule_of(t, f);

    return r && r->instead ? field_find(t, r->instead) : NULL;
}

bool column_of_media(const struct table *t, const struct field *f)
{
    const struct rule *r = header_is(f) ? NULL : rule_of(t, f);

    return r && r->media;
}
