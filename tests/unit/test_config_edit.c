#include "service/config_edit.h"

#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/sipglass-edit-XXXXXX", path[64];

static int open_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/a/b/config", folder);
    return 0;
}

static int close_folder(void **state)
{
    char one[64];

    (void)state;
    unlink(path);
    snprintf(one, sizeof one, "%s/a/b", folder);
    rmdir(one);
    snprintf(one, sizeof one, "%s/a", folder);
    rmdir(one);
    return rmdir(folder);
}

static void assert_file(const char *expected)
{
    char text[4096];
    FILE *f = fopen(path, "r");
    size_t n;

    assert_non_null(f);
    n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = 0;
    assert_string_equal(text, expected);
}

static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void a_file_is_made_with_its_folders(void **state)
{
    (void)state;
    assert_int_equal(config_edit(path, "screen", "colours", "256"), 0);
    assert_file("[screen]\ncolours = 256\n");
    assert_int_equal(config_edit(path, "screen", "mouse", "off"), 0);
    assert_file("[screen]\ncolours = 256\nmouse = off\n");
    assert_int_equal(config_edit(path, "screen", "colours", "16"), 0);
    assert_file("[screen]\ncolours = 16\nmouse = off\n");
    assert_int_equal(config_edit(path, "screen", "colours", ""), 0);
    assert_file("[screen]\nmouse = off\n");
}

static void all_else_stays(void **state)
{
    (void)state;
    write_file("# mine\n[screen]\n; a note\n  mouse: on\n\n[filters]\nmouse = pdd > 5");
    assert_int_equal(config_edit(path, "screen", "mouse", "off"), 0);
    assert_file(
        "# mine\n[screen]\n; a note\nmouse = off\n\n[filters]\nmouse = pdd > 5\n");
    assert_int_equal(config_edit(path, "screen", "legs", "folded"), 0);
    assert_file("# mine\n[screen]\n; a note\nmouse = off\nlegs = folded\n\n[filters]\n"
                "mouse = pdd > 5\n");
    write_file("[filters]\na = b");
    assert_int_equal(config_edit(path, "screen", "legs", ""), 0);
    assert_file("[filters]\na = b\n");
    assert_int_equal(config_edit(path, "screen", "legs", "x"), 0);
    assert_file("[filters]\na = b\n\n[screen]\nlegs = x\n");
}

static void its_mode_stays(void **state)
{
    struct stat st;

    (void)state;
    write_file("");
    chmod(path, 0640);
    assert_int_equal(config_edit(path, "screen", "a", "b"), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

static void what_is_no_line_is_refused(void **state)
{
    (void)state;
    write_file("[screen]\n");
    assert_int_equal(config_edit(path, "screen", "a", "b\n[filters]"), -ERR_USAGE);
    assert_file("[screen]\n");
    assert_int_not_equal(config_edit("/proc/nowhere/config", "screen", "a", "b"), 0);
}

/* A device or a pipe stays what it is. */
static void what_is_no_file_is_left_alone(void **state)
{
    struct stat st;
    char pipe[80];

    (void)state;
    snprintf(pipe, sizeof pipe, "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(config_edit(pipe, "screen", "a", "b"), -ERR_ACCESS);
    assert_int_equal(stat(pipe, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    unlink(pipe);
    assert_int_equal(config_edit(folder, "screen", "a", "b"), -ERR_ACCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_made_with_its_folders),
        cmocka_unit_test(all_else_stays),
        cmocka_unit_test(its_mode_stays),
        cmocka_unit_test(what_is_no_line_is_refused),
        cmocka_unit_test(what_is_no_file_is_left_alone),
    };

    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
