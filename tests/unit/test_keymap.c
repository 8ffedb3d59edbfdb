#include "tui/keymap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define FOR_SCREENS(bit)                   \
    for (unsigned bit = 1; bit; bit <<= 1) \
        if (ON_EVERY & bit)

static void a_key_does_one_thing_on_a_screen(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEYMAP_ROWS; i++)
        for (size_t k = 0; k < KEYMAP_KEYS && KEYMAP[i].key[k]; k++)
            FOR_SCREENS(on)
    if (KEYMAP[i].screens & on) {
        enum action found = keymap_find(KEYMAP[i].key[k], on);

        if (found != KEYMAP[i].action)
            print_error("key 0x%x of '%s'\n", (unsigned)KEYMAP[i].key[k],
                        KEYMAP[i].help);
        assert_int_equal(found, KEYMAP[i].action);
    }
}

static void every_row_has_keys_screens_and_words(void **state)
{
    char name[16];

    (void)state;
    for (size_t i = 0; i < KEYMAP_ROWS; i++) {
        const struct keymap_row *b = &KEYMAP[i];

        assert_int_equal(b->action, i + 1);
        assert_true(b->screens != 0);
        assert_true(b->key[0] != 0);
        assert_true(strlen(b->help) > 1 && strlen(b->help) <= 58);
        assert_true(strlen(b->hint) < 14);
        for (size_t k = 0; k < KEYMAP_KEYS && b->key[k]; k++) {
            keymap_name(b->key[k], name);
            assert_true(strlen(name) > 0 && strncmp(name, "U+", 2) != 0);
        }
    }
}

static void help_and_the_way_back_are_everywhere(void **state)
{
    (void)state;
    FOR_SCREENS(on)
    {
        assert_int_equal(keymap_find('?', on), ACTION_HELP);
        assert_int_equal(keymap_find(INPUT_F0 + 1, on), ACTION_HELP);
        assert_int_equal(keymap_find(INPUT_ESC, on), ACTION_BACK);
    }
}

/* What SPEC promises for the screens that exist. */
static void the_keys_are_the_promised_ones(void **state)
{
    static const struct {
        int32_t key;
        unsigned screen;
        enum action action;
    } promised[] = {
        {INPUT_ENTER, ON_CALLS, ACTION_OPEN_LADDER},
        {INPUT_ENTER, ON_LADDER, ACTION_OPEN_MESSAGE},
        {'q', ON_LADDER, ACTION_LEAVE},
        {'/', ON_CALLS, ACTION_SEARCH},
        {INPUT_F0 + 3, ON_CALLS, ACTION_SEARCH},
        {' ', ON_CALLS, ACTION_MARK},
        {'s', ON_CALLS, ACTION_SAVE},
        {INPUT_F0 + 2, ON_LADDER, ACTION_SAVE},
        {'e', ON_LADDER, ACTION_LEGS},
        {'x', ON_LADDER, ACTION_LEGS},
        {INPUT_F0 + 4, ON_LADDER, ACTION_LEGS},
        {INPUT_F0 + 5, ON_CALLS, ACTION_CLEAR},
        {'r', ON_LADDER, ACTION_RAW},
        {INPUT_F0 + 6, ON_MESSAGE, ACTION_RAW},
        {'T', ON_LADDER, ACTION_TIME},
        {'i', ON_CALLS, ACTION_STATS},
        {'c', ON_LADDER, ACTION_COLOUR},
        {'p', ON_CALLS, ACTION_PAUSE},
        {'n', ON_CALLS, ACTION_NEXT_FAILED},
        {'N', ON_CALLS, ACTION_PREV_FAILED},
        {'<', ON_CALLS, ACTION_SORT_LEFT},
        {'>', ON_CALLS, ACTION_SORT_RIGHT},
        {'j', ON_CALLS, ACTION_DOWN},
        {'k', ON_LADDER, ACTION_UP},
        {'h', ON_LADDER, ACTION_LEFT},
        {'l', ON_LADDER, ACTION_RIGHT},
        {INPUT_PAGE_DOWN, ON_MESSAGE, ACTION_PAGE_DOWN},
        {INPUT_HOME, ON_STATS, ACTION_HOME},
    };

    (void)state;
    for (size_t i = 0; i < sizeof promised / sizeof *promised; i++)
        assert_int_equal(keymap_find(promised[i].key, promised[i].screen),
                         promised[i].action);
}

/* The palette finds an action by its name: each has one of its own. */
static void actions_have_names(void **state)
{
    char a[32], b[32];

    (void)state;
    for (size_t i = 0; i < KEYMAP_ROWS; i++) {
        assert_ptr_equal(keymap_row(KEYMAP[i].action), &KEYMAP[i]);
        keymap_action(KEYMAP[i].action, a);
        assert_true(strspn(a, "abcdefghijklmnopqrstuvwxyz-") == strlen(a));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(a, keymap_action(KEYMAP[k].action, b));
    }
    assert_null(keymap_row(ACTION_NONE));
    assert_string_equal(keymap_action(ACTION_NEXT_FAILED, a), "next-failed");
}

static void an_unbound_key_does_nothing(void **state)
{
    (void)state;
    assert_int_equal(keymap_find(INPUT_NONE, ON_CALLS), ACTION_NONE);
    assert_int_equal(keymap_find(0x10ffff, ON_CALLS), ACTION_NONE);
    assert_int_equal(keymap_find('s', ON_SAVE), ACTION_NONE);
}

static void keys_have_names(void **state)
{
    static const struct {
        int32_t key;
        const char *name;
    } names[] = {
        {'s', "s"},
        {' ', "Space"},
        {INPUT_ENTER, "Enter"},
        {INPUT_F0 + 12, "F12"},
        {CONTROL('L'), "Ctrl-L"},
        {INPUT_PAGE_UP, "PgUp"},
    };
    char name[16];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(keymap_name(names[i].key, name), names[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_does_one_thing_on_a_screen),
        cmocka_unit_test(every_row_has_keys_screens_and_words),
        cmocka_unit_test(help_and_the_way_back_are_everywhere),
        cmocka_unit_test(the_keys_are_the_promised_ones),
        cmocka_unit_test(actions_have_names),
        cmocka_unit_test(an_unbound_key_does_nothing),
        cmocka_unit_test(keys_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
