#include "tui/keymap.h"

#include <stdio.h>

const struct keymap_row KEYMAP[] = {
#define KEY(id, on, word, text, ...) \
    {.action = ACTION_##id,          \
     .screens = (on),                \
     .hint = word,                   \
     .help = text,                   \
     .key = {__VA_ARGS__}},
    KEYMAP_TABLE(KEY)
#undef KEY
};

const struct gesture_row GESTURES[GESTURE_ROWS] = {
#define GESTURE(on, kind, words, text) \
    {.screens = (on), .input = (kind), .how = words, .help = text},
    GESTURE_TABLE(GESTURE)
#undef GESTURE
};

const struct keymap_row *keymap_row(enum action action)
{
    for (size_t i = 0; i < KEYMAP_ROWS; i++)
        if (KEYMAP[i].action == action)
            return &KEYMAP[i];
    return NULL;
}

const char *keymap_action(enum action action, char out[32])
{
    static const char *const ids[] = {[ACTION_NONE] = "NONE",
#define KEY(id, ...) [ACTION_##id] = #id,
                                      KEYMAP_TABLE(KEY)
#undef KEY
    };
    size_t n = 0;

    for (const char *p = ids[action]; *p && n < 31; p++)
        out[n++] = *p == '_' ? '-' : (char)(*p | 0x20);
    out[n] = 0;
    return out;
}

enum action keymap_find(int32_t key, unsigned screen)
{
    if (!key)
        return ACTION_NONE;
    for (size_t i = 0; i < KEYMAP_ROWS; i++) {
        if (!(KEYMAP[i].screens & screen))
            continue;
        for (size_t k = 0; k < KEYMAP_KEYS; k++)
            if (KEYMAP[i].key[k] == key)
                return KEYMAP[i].action;
    }
    return ACTION_NONE;
}

char *keymap_name(int32_t key, char out[16])
{
    static const struct {
        int32_t key;
        const char *name;
    } named[] = {
        {INPUT_TAB, "Tab"},
        {INPUT_ENTER, "Enter"},
        {INPUT_ESC, "Esc"},
        {INPUT_UP, "Up"},
        {INPUT_DOWN, "Down"},
        {INPUT_LEFT, "Left"},
        {INPUT_RIGHT, "Right"},
        {INPUT_PAGE_UP, "PgUp"},
        {INPUT_PAGE_DOWN, "PgDn"},
        {INPUT_HOME, "Home"},
        {INPUT_END, "End"},
        {INPUT_BACKSPACE, "Backspace"},
        {INPUT_DELETE, "Delete"},
        {INPUT_BACKTAB, "S-Tab"},
        {' ', "Space"},
    };

    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].key == key) {
            snprintf(out, 16, "%s", named[i].name);
            return out;
        }
    if (key > INPUT_F0 && key <= INPUT_F0 + 63)
        snprintf(out, 16, "F%d", (int)(key - INPUT_F0));
    else if (key > 0 && key < 32)
        snprintf(out, 16, "Ctrl-%c", (char)(key + '@'));
    else if (key < 127)
        snprintf(out, 16, "%c", (char)key);
    else
        snprintf(out, 16, "U+%04X", (unsigned)key);
    return out;
}
