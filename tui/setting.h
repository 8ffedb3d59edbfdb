/* What the user set and keeps: the [screen] section of the configuration file. */
#ifndef TUI_SETTING_H
#define TUI_SETTING_H

#include "base/err.h"
#include "base/vec.h"

#include <stdbool.h>

struct options;

/* SETTING(id, name, what it is, values...), the first value holds unless set. */
#define SETTING_TABLE(SETTING)                                                         \
    SETTING(COLOURS, "colours", "how many colours the terminal shows", "auto", "none", \
            "16", "256", "true")                                                       \
    SETTING(PALETTE, "palette", "colours that all people can tell apart", "normal",    \
            "safe")                                                                    \
    SETTING(GROUND, "background", "of the terminal", "auto", "dark", "light")          \
    SETTING(CHARACTERS, "characters", "signs and lines", "auto", "utf-8", "ascii")     \
    SETTING(MOUSE, "mouse", "clicks and the wheel; off: the terminal's own selection", \
            "on", "off")                                                               \
    SETTING(TIMES, "times", "zone of times", "local", "utc")                           \
    SETTING(LEGS, "legs", "legs of a session in the list of calls", "unfolded",        \
            "folded")                                                                  \
    SETTING(FOLLOW, "follow", "go with the newest call from the start", "live",        \
            "always", "never")                                                         \
    SETTING(LADDER_TIME, "ladder.times",                                               \
            "of day, since the first row, or the one before", "day", "first",          \
            "before")                                                                  \
    SETTING(LADDER_COLOUR, "ladder.colour", "what stands out of a ladder", "class",    \
            "transaction", "cseq", "call")                                             \
    SETTING(LADDER_TEXT, "ladder.text", "the message's text, where it has room",       \
            "beside", "below", "hidden")

enum setting {
#define SETTING(id, ...) SETTING_##id,
    SETTING_TABLE(SETTING)
#undef SETTING
        SETTING_COUNT
};

enum { SETTING_VALUES = 6 };

struct setting_row {
    const char *name, *help;
    const char *value[SETTING_VALUES]; /* NULL behind the last */
};

extern const struct setting_row SETTINGS[SETTING_COUNT];

struct setting_pair {
    char *name, *value;
};

/* Values by name: those of the configuration, and those set since. */
struct settings {
    const struct options *options; /* NULL: none, and nothing is written */
    VEC(struct setting_pair) set;
};

/* Frees what was set. */
void settings_done(struct settings *s);

/* The value of a name; NULL: it is not set. Valid until it is set anew. */
const char *settings_get(const struct settings *s, const char *name);

/* Sets a value ("": takes it away) for now, and in the configuration file where `keep`.
 * Returns 0 or -ERR_* where it could not be written there, and why. */
int settings_set(struct settings *s, const char *name, const char *value, bool keep,
                 struct errmsg *why);

/* Which of its values a setting has. */
unsigned settings_choice(const struct settings *s, enum setting setting);

/* The filter of a name, and the name at a position; NULL: none. */
const char *settings_filter(const struct settings *s, const char *name);
const char *settings_filter_name(const struct settings *s, size_t i);

#endif
