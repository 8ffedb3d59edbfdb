#include "tui/setting.h"

#include "options.h"
#include "service/config.h"
#include "service/config_edit.h"

#include <stdlib.h>
#include <string.h>

const struct setting_row SETTINGS[SETTING_COUNT] = {
#define SETTING(id, text, what, ...) \
    [SETTING_##id] = {.name = text, .help = what, .value = {__VA_ARGS__}},
    SETTING_TABLE(SETTING)
#undef SETTING
};

void settings_done(struct settings *s)
{
    for (size_t i = 0; i < s->set.n; i++) {
        free(s->set.at[i].name);
        free(s->set.at[i].value);
    }
    vec_done(&s->set);
}

static const struct config *config_of(const struct settings *s)
{
    return s->options ? s->options->settings : NULL;
}

const char *settings_get(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->set.n; i++)
        if (!strcmp(s->set.at[i].name, name))
            return *s->set.at[i].value ? s->set.at[i].value : NULL;
    return config_screen(config_of(s), name);
}

static int set_now(struct settings *s, const char *name, const char *value)
{
    struct setting_pair pair = {strdup(name), strdup(value)};

    for (size_t i = 0; pair.name && pair.value && i < s->set.n; i++)
        if (!strcmp(s->set.at[i].name, name)) {
            free(s->set.at[i].value);
            s->set.at[i].value = pair.value;
            free(pair.name);
            return 0;
        }
    if (pair.name && pair.value && vec_push(&s->set, pair))
        return 0;
    free(pair.name);
    free(pair.value);
    return -ERR_NOMEM;
}

int settings_set(struct settings *s, const char *name, const char *value, bool keep,
                 struct errmsg *why)
{
    char usual[4096];
    const char *path = s->options ? s->options->config : NULL;
    int err = set_now(s, name, value);

    if (!keep || !s->options || err)
        return err;
    if (!path && !config_path(usual, sizeof usual))
        return errmsg_set(why, -ERR_NOENT,
                          "there is no HOME to keep a configuration in");
    path = path ? path : usual;
    err = config_edit(path, "screen", name, value);
    return err ? errmsg_set(why, err, "%.200s: %s", path, err_text(err)) : 0;
}

unsigned settings_choice(const struct settings *s, enum setting setting)
{
    const char *value = settings_get(s, SETTINGS[setting].name);

    for (unsigned i = 0; value && i < SETTING_VALUES && SETTINGS[setting].value[i]; i++)
        if (!strcmp(SETTINGS[setting].value[i], value))
            return i;
    return 0;
}

const char *settings_filter(const struct settings *s, const char *name)
{
    return config_filter(config_of(s), name);
}

const char *settings_filter_name(const struct settings *s, size_t i)
{
    return config_filter_name(config_of(s), i);
}
