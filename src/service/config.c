#include "service/config.h"

#include "base/subnet.h"
#include "base/vec.h"
#include "service/alarm_rule.h"
#include "view/alias.h"
#include "view/explain.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>

struct setting {
    char *name, *value;
};

struct settings {
    struct setting *at;
    size_t n, cap;
};

struct config {
    struct settings filters, columns, screen, diagnose, hep;
    struct strbuf aliases, trunks;
    struct config_kpis kpis;
    VEC(struct alarm_rule) alarms;
    char *alarm_command; /* NULL: none */
    bool alarm_syslog;
};

static const struct config_kpis KPIS = {.prefix = 4};

/* A file while it is read: inih says nothing of lines to its handler. */
struct reading {
    struct config *config;
    FILE *file;
    unsigned line;
    config_wrong *wrong;
    void *ctx;
};

bool config_path(char *out, size_t cap)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int n = -1;
    if (base && *base == '/')
        n = snprintf(out, cap, "%s/sipglass/config", base);
    else if (home && *home)
        n = snprintf(out, cap, "%s/.config/sipglass/config", home);
    return n > 0 && (size_t)n < cap;
}

static void settings_done(struct settings *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->at[i].name);
        free(s->at[i].value);
    }
    vec_done(s);
}

void config_free(struct config *c)
{
    if (!c)
        return;
    settings_done(&c->filters);
    settings_done(&c->columns);
    settings_done(&c->screen);
    settings_done(&c->diagnose);
    settings_done(&c->hep);
    strbuf_done(&c->aliases);
    strbuf_done(&c->trunks);
    vec_done(&c->alarms);
    free(c->alarm_command);
    free(c);
}

static const char *find(const struct settings *s, const char *name)
{
    for (size_t i = s->n; i--;)
        if (!strcmp(s->at[i].name, name))
            return s->at[i].value;
    return NULL;
}

static void say(struct reading *r, const char *format, const char *what)
{
    struct errmsg m;
    if (!r->wrong)
        return;
    errmsg_set(&m, 0, "%s%.200s", format, what);
    r->wrong(r->ctx, r->line, m.text);
}

static bool add(struct settings *s, const char *name, const char *value)
{
    struct setting one = {strdup(name), strdup(value)};
    if (one.name && one.value && vec_push(s, one))
        return true;
    free(one.name);
    free(one.value);
    return false;
}

/* The next word of a list cut by blanks or commas; false at the end. */
static bool next_word(const char **p, char *out, size_t cap)
{
    *p += strspn(*p, " \t,");
    size_t n = strcspn(*p, " \t,");
    if (!n)
        return false;
    snprintf(out, cap, "%.*s", (int)n, *p);
    *p += n;
    return true;
}

static void add_columns(struct reading *r, const char *name, const char *value)
{
    const struct table *t = table_find(name);
    const char *p = value;
    char word[64];
    if (!t) {
        say(r, "there is no table ", name);
        return;
    }
    while (next_word(&p, word, sizeof word))
        if (!field_find(t, word)) {
            struct errmsg m;
            errmsg_set(&m, 0, "%s has no column %s; the nearest is %s", name, word,
                       field_nearest(t, word));
            say(r, "", m.text);
        }
    add(&r->config->columns, name, value);
}

static void alias_is_wrong(void *ctx, unsigned line, const char *what)
{
    (void)line;
    say(ctx, "", what);
}

static void add_alias(struct reading *r, struct strbuf *to, const char *name,
                      const char *value)
{
    struct strbuf b = {0};
    strbuf_printf(&b, "%s %s\n", value, name);
    struct alias *a = alias_read(slice_of(b.p, b.n), alias_is_wrong, r);
    if (a && alias_count(a))
        strbuf_add(to, b.p, b.n);
    alias_free(a);
    strbuf_done(&b);
}

static void add_trunk(struct reading *r, const char *name, const char *value)
{
    char word[80];
    if (!*value)
        say(r, "no address of the trunk ", name);
    while (next_word(&value, word, sizeof word))
        add_alias(r, &r->config->trunks, name, word);
}

static void add_kpi(struct reading *r, const char *name, const char *value)
{
    struct config_kpis *k = &r->config->kpis;
    uint64_t digits = UINT64_MAX;
    struct slice text = slice_str(value);
    if (!strcmp(name, "prefix") && slice_u64(text, &digits) == text.n && digits <= 15)
        k->prefix = (unsigned)digits;
    else if (!strcmp(name, "early_487") && !strcmp(value, "failed"))
        k->early_487_left_out = false;
    else if (!strcmp(name, "early_487") && !strcmp(value, "left_out"))
        k->early_487_left_out = true;
    else
        say(r, "neither prefix = 0 to 15 nor early_487 = failed or left_out: ", name);
}

/* Two names are no alarms but say what becomes of them. */
static void add_alarm(struct reading *r, const char *name, const char *value)
{
    struct config *c = r->config;
    struct alarm_rule rule;
    struct errmsg why;
    if (!strcmp(name, "command")) {
        free(c->alarm_command);
        c->alarm_command = *value ? strdup(value) : NULL;
    } else if (!strcmp(name, "syslog")) {
        c->alarm_syslog = !strcmp(value, "yes");
        if (!c->alarm_syslog && strcmp(value, "no") != 0)
            say(r, "syslog is yes or no, not ", value);
    } else if (alarm_rule_read(name, value, &rule, &why)) {
        say(r, "", why.text);
    } else {
        (void)vec_push(&c->alarms, rule);
    }
}

static void add_diagnose(struct reading *r, const char *name, const char *value)
{
    const char *wrong = explain_setting(name, value);
    struct errmsg m;
    if (wrong) {
        errmsg_set(&m, 0, "%.60s = %.60s: %s", name, value, wrong);
        say(r, "", m.text);
    }
    add(&r->config->diagnose, name, value);
}

static void add_hep(struct reading *r, const char *name, const char *value)
{
    struct subnets nets = {0};
    struct errmsg why = {""};
    bool allow = !strcmp(name, "allow");
    /* A wrong list stays, so that nobody listens with none. */
    if (allow && subnets_add(&nets, value, &why))
        say(r, "", why.text);
    if (allow || !strcmp(name, "key"))
        add(&r->config->hep, name, value);
    else
        say(r, "neither key nor allow: ", name);
    subnets_done(&nets);
}

static int on_setting(void *ctx, const char *section, const char *name,
                      const char *value)
{
    struct reading *r = ctx;
    if (!strcmp(section, "filters"))
        add(&r->config->filters, name, value);
    else if (!strcmp(section, "columns"))
        add_columns(r, name, value);
    else if (!strcmp(section, "screen"))
        add(&r->config->screen, name, value);
    else if (!strcmp(section, "diagnose"))
        add_diagnose(r, name, value);
    else if (!strcmp(section, "aliases"))
        add_alias(r, &r->config->aliases, name, value);
    else if (!strcmp(section, "trunks"))
        add_trunk(r, name, value);
    else if (!strcmp(section, "kpis"))
        add_kpi(r, name, value);
    else if (!strcmp(section, "hep"))
        add_hep(r, name, value);
    else if (!strcmp(section, "alarms"))
        add_alarm(r, name, value);
    else
        say(r, *section ? "there is no section " : "before any section: ",
            *section ? section : name);
    return 1;
}

/* Comments, sections, settings; anything else is wrong, and inih would name only the
 * first. */
static bool well_formed(const char *line)
{
    if (!*line || *line == ';' || *line == '#')
        return true;
    return *line == '[' ? strchr(line, ']') != NULL : strpbrk(line, "=:") > line;
}

/* fgets for inih: a wrong line is told and comes as an empty one. */
static char *next_line(char *out, int cap, void *ctx)
{
    struct reading *r = ctx;
    if (!fgets(out, cap, r->file))
        return NULL;
    r->line++;
    size_t n = strlen(out);
    bool cut = n && out[n - 1] != '\n' && !feof(r->file);
    for (int c = cut ? 0 : '\n'; c != '\n' && c != EOF;)
        c = getc(r->file);
    while (n && isspace((unsigned char)out[n - 1]))
        out[--n] = 0;
    size_t blank = strspn(out, " \t");
    memmove(out, out + blank, n - (blank < n ? blank : n) + 1);
    if (cut)
        say(r, "too long", "");
    else if (!well_formed(out))
        say(r, "neither [section] nor name = value: ", out);
    if (cut || !well_formed(out))
        *out = 0;
    return out;
}

int config_read(const char *path, config_wrong *wrong, void *ctx, struct config **out)
{
    struct reading r = {.wrong = wrong, .ctx = ctx};
    if (!(r.file = fopen(path, "re")))
        return errno == ENOENT || errno == ENOTDIR ? -ERR_NOENT
               : errno == EACCES                   ? -ERR_ACCESS
                                                   : -ERR_IO;
    if ((r.config = calloc(1, sizeof *r.config))) {
        r.config->kpis = KPIS;
        ini_parse_stream(next_line, &r, on_setting, &r);
    }
    bool failed = ferror(r.file);
    fclose(r.file);
    if (!r.config)
        return -ERR_NOMEM;
    if (failed) {
        config_free(r.config);
        return -ERR_IO;
    }
    *out = r.config;
    return 0;
}

const char *config_filter(const struct config *c, const char *name)
{
    return c ? find(&c->filters, name) : NULL;
}

const char *config_filter_name(const struct config *c, size_t i)
{
    return c && i < c->filters.n ? c->filters.at[i].name : NULL;
}

const char *config_screen(const struct config *c, const char *name)
{
    return c ? find(&c->screen, name) : NULL;
}

bool config_diagnose(const struct config *c, size_t i, const char **name,
                     const char **value)
{
    if (!c || i >= c->diagnose.n)
        return false;
    *name = c->diagnose.at[i].name;
    *value = c->diagnose.at[i].value;
    return true;
}

size_t config_columns(const struct config *c, const struct table *t,
                      const struct field **out, size_t cap)
{
    const char *p = c ? find(&c->columns, t->name) : NULL;
    char word[64];
    size_t n = 0;
    while (p && n < cap && next_word(&p, word, sizeof word)) {
        const struct field *f = field_find(t, word);
        if (f)
            out[n++] = f;
    }
    return n;
}

struct slice config_aliases(const struct config *c)
{
    return c ? slice_of(c->aliases.p, c->aliases.n) : slice_of(NULL, 0);
}

struct slice config_trunks(const struct config *c)
{
    return c ? slice_of(c->trunks.p, c->trunks.n) : slice_of(NULL, 0);
}

struct config_kpis config_kpis(const struct config *c)
{
    return c ? c->kpis : KPIS;
}

const char *config_hep(const struct config *c, const char *name)
{
    return c ? find(&c->hep, name) : NULL;
}

const struct alarm_rule *config_alarms(const struct config *c, size_t *n)
{
    *n = c ? c->alarms.n : 0;
    return *n ? c->alarms.at : NULL;
}

const char *config_alarm_command(const struct config *c)
{
    return c ? c->alarm_command : NULL;
}

bool config_alarm_syslog(const struct config *c)
{
    return c && c->alarm_syslog;
}
