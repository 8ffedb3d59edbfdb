#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture/follow.h"
#include "capture/source.h"
#include "capture_build.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

static char folder[64];
static struct ledger ledger;

static void stems(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *stem;
    } T[] = {
        {"cap.pcap", "cap"},
        {"cap.pcap1", "cap"},
        {"cap.pcap00", "cap"},
        {"cap_00001_20260101120000.pcapng", "cap"},
        {"trunk-2026-01-01.pcap", "trunk"},
        {"cap", "cap"},
        {"cap12", "cap"},
        {"2026.pcap", ""},
        {".pcap", ".pcap"},
        {"a.b.cap", "a.b"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof T / sizeof *T; i++) {
        size_t n = follow_stem(T[i].name);
        assert_int_equal(n, strlen(T[i].stem));
        assert_memory_equal(T[i].name, T[i].stem, n);
    }
}

/* What is written beside a capture is not of its series. */
static void endings(void **state)
{
    (void)state;
    assert_true(follow_same_series("cap.pcap", "cap.pcap1"));
    assert_true(follow_same_series("cap.pcap9", "cap.pcap10"));
    assert_true(follow_same_series("cap", "cap1"));
    assert_true(
        follow_same_series("cap_00001_20260101.pcapng", "cap_00002_20260102.pcapng"));
    assert_false(follow_same_series("cap.pcap", "cap.json"));
    assert_false(follow_same_series("cap.pcap", "cap.log1"));
    assert_false(follow_same_series("cap.pcap", "cap"));
    assert_false(follow_same_series("cap.pcap", "cap.pcap1.gz"));
    assert_false(follow_same_series("cap", "cap.txt"));
    assert_false(follow_same_series("1.pcap", "2.pcap"));
    assert_false(follow_same_series("", ""));
}

static const char *in_folder(const char *name)
{
    static char path[2][128];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

/* Writes a capture with one record of value `fill`, or adds the record. later: seconds
 * into the future that the file is dated. */
static void write_file(const char *name, int flags, char fill, int later)
{
    struct build f = {.swap = false};
    if (flags != O_APPEND)
        pcap_file(&f, 0xa1b2c3d4, 65535, 1);
    pcap_record(&f, 1, 0, 20, 20, fill);
    int fd = open(in_folder(name), O_WRONLY | O_CREAT | flags, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, f.b.p, f.b.n), f.b.n);
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
                                {.tv_sec = time(NULL) + later}};
    if (later)
        futimens(fd, times);
    close(fd);
    strbuf_done(&f.b);
}

static struct source *open_followed(const char *name)
{
    struct source_options o = {.follow = true};
    struct errmsg why = {""};
    struct source *s;
    ledger_init(&ledger);
    assert_int_equal(source_file_open(in_folder(name), 0, &o, &ledger, &s, &why), 0);
    assert_true(s->state.follow);
    return s;
}

/* The next frame, waited for as a face does; 0: none for `turns` tenths of a second. */
static char wait_frame(struct source *s, int turns, uint64_t number)
{
    struct frame f;
    for (int i = 0; i <= turns; i++) {
        int err = source_next(s, &f);
        if (!err) {
            assert_int_equal(f.number, number);
            assert_true(f.offset == FRAME_NOWHERE);
            return (char)f.data[0];
        }
        assert_int_equal(err, -ERR_AGAIN);
        struct timespec tenth = {.tv_nsec = 100000000};
        if (i < turns)
            nanosleep(&tenth, NULL);
    }
    return 0;
}

static void grows(void **state)
{
    (void)state;
    int fd = open(in_folder("grow.pcap"), O_WRONLY | O_CREAT, 0600);
    close(fd);
    struct source *s = open_followed("grow.pcap");
    assert_int_equal(wait_frame(s, 0, 1), 0); /* empty still */
    write_file("grow.pcap", 0, 'a', 0);
    assert_int_equal(wait_frame(s, 20, 1), 'a');
    assert_int_equal(wait_frame(s, 0, 2), 0);
    write_file("grow.pcap", O_APPEND, 'b', 0);
    assert_int_equal(wait_frame(s, 20, 2), 'b');
    source_free(s);
}

/* logrotate: the old file is moved away, and still gets a record before the new one. */
static void replaced(void **state)
{
    (void)state;
    write_file("log.pcap", 0, 'a', 0);
    struct source *s = open_followed("log.pcap");
    assert_int_equal(wait_frame(s, 0, 1), 'a');
    write_file("log.pcap", O_APPEND, 'b', 0);
    assert_int_equal(rename(in_folder("log.pcap"), in_folder("old")), 0);
    write_file("log.pcap", 0, 'c', 0);
    assert_int_equal(wait_frame(s, 20, 2), 'b');
    assert_int_equal(wait_frame(s, 20, 3), 'c');
    write_file("log.pcap", O_APPEND, 'd', 0);
    assert_int_equal(wait_frame(s, 20, 4), 'd');
    source_free(s);
}

static void emptied(void **state)
{
    (void)state;
    write_file("empty.pcap", 0, 'a', 0);
    write_file("empty.pcap", O_APPEND, 'b', 0);
    struct source *s = open_followed("empty.pcap");
    assert_int_equal(wait_frame(s, 0, 1), 'a');
    assert_int_equal(wait_frame(s, 0, 2), 'b');
    write_file("empty.pcap", O_TRUNC, 'c', 0);
    assert_int_equal(wait_frame(s, 20, 3), 'c');
    source_free(s);
}

static void series(void **state)
{
    (void)state;
    write_file("other.pcap", 0, 'x', 90);
    write_file("ring.pcap", 0, 'a', 0);
    struct source *s = open_followed("ring.pcap");
    assert_int_equal(wait_frame(s, 4, 1), 'a');
    assert_int_equal(wait_frame(s, 4, 2), 0);
    write_file("ring.pcap2", 0, 'c', 60);
    write_file("ring.pcap1", 0, 'b', 30);
    assert_int_equal(wait_frame(s, 20, 2), 'b');
    assert_int_equal(wait_frame(s, 20, 3), 'c');
    assert_int_equal(wait_frame(s, 4, 4), 0);
    source_free(s);
}

/* Of copies nobody knows which was first: each is read once, in order of their names.
 */
static void one_moment(void **state)
{
    (void)state;
    struct timespec both[2] = {{.tv_sec = 1700000000}, {.tv_sec = 1700000000}};
    static const char *const NAMES[] = {"same.pcap10", "same.pcap9", "same.pcap"};
    for (int i = 0; i < 3; i++) {
        write_file(NAMES[i], 0, (char)('c' - i), 0);
        assert_int_equal(utimensat(AT_FDCWD, in_folder(NAMES[i]), both, 0), 0);
    }
    write_file("same.json", 0, 'x', 90);
    struct source *s = open_followed("same.pcap");
    assert_int_equal(wait_frame(s, 20, 1), 'a');
    assert_int_equal(wait_frame(s, 20, 2), 'b');
    assert_int_equal(wait_frame(s, 20, 3), 'c');
    assert_int_equal(wait_frame(s, 8, 4), 0);
    source_free(s);
}

/* Copied with their times: made at once, and written an hour apart. */
static void copied(void **state)
{
    (void)state;
    write_file("copy.pcap1", 0, 'b', -100);
    write_file("copy.pcap", 0, 'a', -3700);
    struct source *s = open_followed("copy.pcap");
    assert_int_equal(wait_frame(s, 20, 1), 'a');
    assert_int_equal(wait_frame(s, 20, 2), 'b');
    assert_int_equal(wait_frame(s, 8, 3), 0);
    source_free(s);
}

/* Nothing in any: it waits, and does not go round. */
static void all_empty(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"void.pcap", "void.pcap1", "void.pcap2"};
    for (int i = 0; i < 3; i++)
        close(open(in_folder(NAMES[i]), O_WRONLY | O_CREAT, 0600));
    struct source *s = open_followed("void.pcap");
    assert_int_equal(wait_frame(s, 8, 1), 0);
    write_file("void.pcap2", 0, 'c', 0);
    assert_int_equal(wait_frame(s, 20, 1), 'c');
    source_free(s);
}

static int make_folder(void **state)
{
    (void)state;
    memcpy(folder, "/tmp/sipglass-follow-XXXXXX", 28);
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const NAMES[] = {
        "grow.pcap",   "log.pcap",   "old",        "empty.pcap", "other.pcap",
        "ring.pcap",   "ring.pcap1", "ring.pcap2", "same.pcap",  "same.pcap9",
        "same.pcap10", "same.json",  "copy.pcap",  "copy.pcap1", "void.pcap",
        "void.pcap1",  "void.pcap2"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        unlink(in_folder(NAMES[i]));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stems),      cmocka_unit_test(endings),
        cmocka_unit_test(one_moment), cmocka_unit_test(copied),
        cmocka_unit_test(all_empty),  cmocka_unit_test(grows),
        cmocka_unit_test(replaced),   cmocka_unit_test(emptied),
        cmocka_unit_test(series),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
