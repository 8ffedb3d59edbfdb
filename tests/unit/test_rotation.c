#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture/rotation.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

static char dir[64];
static struct ledger ledger;

static int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/sipglass-rotation-XXXXXX");
    ledger_init(&ledger);
    return mkdtemp(dir) ? 0 : -1;
}

static const char *path_of(const char *name)
{
    static char path[3000];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

/* Names in the folder, in order, and the sum of their sizes. */
static unsigned list(char names[8][300], long *bytes)
{
    struct dirent **found;
    struct stat st;
    unsigned k = 0;
    *bytes = 0;
    int n = scandir(dir, &found, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (found[i]->d_name[0] != '.' && k < 8) {
            memccpy(names[k++], found[i]->d_name, 0, 299);
            if (!stat(path_of(found[i]->d_name), &st))
                *bytes += st.st_size;
        }
        free(found[i]);
    }
    free(found);
    return k;
}

static int remove_dir(void **state)
{
    char names[8][300];
    long bytes;
    (void)state;
    unsigned n = list(names, &bytes);
    for (unsigned i = 0; i < n; i++)
        unlink(path_of(names[i]));
    return rmdir(dir);
}

static struct frame frame(void)
{
    static uint8_t data[984];
    return (struct frame){.data = data,
                          .caplen = sizeof data,
                          .len = sizeof data,
                          .time = 1700000000 * SECOND,
                          .link = 1};
}

static struct rotation *open_one(const char *name, uint64_t size, int64_t seconds,
                                 unsigned files)
{
    struct rotation_options o = {path_of(name), size, seconds, files};
    struct errmsg why = {""};
    struct rotation *r = NULL;
    if (rotation_new(&o, &ledger, &r, &why))
        fail_msg("%s", why.text);
    return r;
}

/* A frame is 1000 bytes in a file whose head has 24. */
static void by_size(void **state)
{
    struct rotation *r = open_one("x.pcap", 10000, 0, 3);
    struct frame f = frame();
    struct errmsg why = {""};
    char names[8][300];
    long bytes;
    (void)state;
    for (int i = 0; i < 45; i++)
        rotation_add(r, &f);
    assert_int_equal(rotation_frames(r), 45);
    assert_int_equal(rotation_files(r), 3);
    assert_int_equal(rotation_end(r, &why), 0);
    assert_int_equal(list(names, &bytes), 3);
    assert_memory_equal(names[0], "x_00003_", 8);
    assert_memory_equal(names[2], "x_00005_", 8);
    assert_int_equal(bytes, 2 * 10024 + 5024);
    /* Those of before count, and numbers go on. */
    r = open_one("x.pcap", 10000, 0, 2);
    rotation_add(r, &f);
    assert_int_equal(rotation_end(r, &why), 0);
    assert_int_equal(list(names, &bytes), 2);
    assert_memory_equal(names[0], "x_00005_", 8);
    assert_memory_equal(names[1], "x_00006_", 8);
}

static void by_time(void **state)
{
    struct rotation *r = open_one("y.pcapng", 0, 60, 0);
    struct frame f = frame();
    struct errmsg why = {""};
    char names[8][300];
    long bytes;
    (void)state;
    rotation_tick(r, 1000 * SECOND);
    rotation_add(r, &f);
    rotation_tick(r, 1059 * SECOND);
    rotation_add(r, &f);
    assert_int_equal(rotation_files(r), 1);
    rotation_tick(r, 1060 * SECOND);
    rotation_add(r, &f);
    rotation_tick(r, 1061 * SECOND);
    assert_int_equal(rotation_files(r), 2);
    rotation_tick(r, 1200 * SECOND);
    rotation_tick(r, 1300 * SECOND); /* nothing came: no empty file */
    assert_int_equal(rotation_end(r, &why), 0);
    assert_int_equal(list(names, &bytes), 2);
    assert_non_null(strstr(names[1], ".pcapng"));
}

/* The largest file that may be written stands for a full disk. */
static void no_room(void **state)
{
    struct rlimit before, small = {5000, RLIM_INFINITY};
    struct rotation *r = open_one("z.pcap", 0, 0, 0);
    struct frame f = frame();
    struct errmsg why = {""};
    char names[8][300];
    long bytes;
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    for (int i = 0; i < 4; i++)
        rotation_add(r, &f);
    rotation_tick(r, SECOND);
    assert_false(rotation_said(r, &why));
    setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < 3; i++)
        rotation_add(r, &f);
    rotation_tick(r, 2 * SECOND);
    assert_true(rotation_said(r, &why));
    assert_non_null(strstr(why.text, "nothing is saved now"));
    assert_int_equal(ledger_total(&ledger, LEDGER_SAVE_LOST), 3);
    rotation_add(r, &f);
    rotation_tick(r, 3 * SECOND);
    assert_false(rotation_said(r, &why)); /* once */
    assert_int_equal(ledger_total(&ledger, LEDGER_SAVE_LOST), 4);
    setrlimit(RLIMIT_FSIZE, &before);
    rotation_tick(r, 8 * SECOND);
    rotation_add(r, &f);
    rotation_tick(r, 9 * SECOND);
    assert_true(rotation_said(r, &why));
    assert_non_null(strstr(why.text, "saving goes on; 4 frames were not saved"));
    assert_int_equal(rotation_end(r, &why), 0);
    /* What was whole before stays beside what came after. */
    assert_int_equal(list(names, &bytes), 2);
    assert_string_equal(names[0], "z.pcap");
    assert_int_equal(bytes, 24 + 4000 + 24 + 1000);
}

static void no_place(void **state)
{
    struct rotation_options o = {"/no/such/folder/x.pcap", 0, 0, 0};
    struct rotation *r = NULL;
    struct errmsg why = {""};
    (void)state;
    assert_int_equal(rotation_new(&o, &ledger, &r, &why), -ERR_NOENT);
    assert_string_equal(why.text, "no such folder");
    assert_int_equal(rotation_end(NULL, &why), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(by_size, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(by_time, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(no_room, make_dir, remove_dir),
        cmocka_unit_test(no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
