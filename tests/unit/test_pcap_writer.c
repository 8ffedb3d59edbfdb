#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "capture/pcap_writer.h"

#include <dirent.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

static int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/sipglass-writer-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

static char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static struct frame frame_of(unsigned n, uint32_t link)
{
    static uint8_t data[1000];
    memset(data, (int)n, sizeof data);
    return (struct frame){.data = data,
                          .caplen = 100 + n % 100,
                          .len = 200 + n % 100,
                          .time = 1700000000000000000 + (int64_t)n * 1000000001,
                          .link = link};
}

/* libpcap reads what was written. */
static void check(const char *path, unsigned frames, int link)
{
    char err[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *h;
    const u_char *data;
    pcap_t *p =
        pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, err);
    assert_non_null(p);
    assert_int_equal(pcap_datalink(p), link);
    for (unsigned n = 0; n < frames; n++) {
        struct frame want = frame_of(n, 1);
        assert_int_equal(pcap_next_ex(p, &h, &data), 1);
        assert_int_equal(h->caplen, want.caplen);
        assert_int_equal(h->len, want.len);
        assert_int_equal((int64_t)h->ts.tv_sec * 1000000000 + h->ts.tv_usec, want.time);
        assert_memory_equal(data, want.data, want.caplen);
    }
    assert_int_equal(pcap_next_ex(p, &h, &data), PCAP_ERROR_BREAK);
    pcap_close(p);
}

static void reads_back(void **state)
{
    static const char *const NAMES[] = {"a.pcap", "a.pcapng"};
    struct pcap_writer *w;
    struct errmsg why;
    (void)state;
    for (int k = 0; k < 2; k++) {
        assert_int_equal(pcap_writer_open(path_of(NAMES[k]), false, &w, &why), 0);
        assert_int_equal(access(path_of(NAMES[k]), F_OK),
                         -1); /* not before it is whole */
        for (unsigned n = 0; n < 5000; n++) {
            struct frame f = frame_of(n, 1);
            assert_int_equal(pcap_writer_add(w, &f, &why), 0);
        }
        assert_int_equal(pcap_writer_close(w, &why), 0);
        check(path_of(NAMES[k]), 5000, DLT_EN10MB);
        unlink(path_of(NAMES[k]));
    }
}

/* libpcap refuses pcapng files with two link types: its message is the proof that the
 * file became one. */
static void second_link_type(void **state)
{
    struct pcap_writer *w;
    struct errmsg why;
    char err[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *h;
    const u_char *data;
    (void)state;
    assert_int_equal(pcap_writer_open(path_of("b.pcap"), false, &w, &why), 0);
    for (unsigned n = 0; n < 10; n++) {
        struct frame f = frame_of(n, n < 5 ? 1 : 113);
        assert_int_equal(pcap_writer_add(w, &f, &why), 0);
    }
    assert_int_equal(pcap_writer_close(w, &why), 0);
    pcap_t *p = pcap_open_offline(path_of("b.pcap"), err);
    assert_non_null(p);
    for (unsigned n = 0; n < 5; n++)
        assert_int_equal(pcap_next_ex(p, &h, &data), 1);
    assert_int_equal(pcap_next_ex(p, &h, &data), -1);
    pcap_close(p);
    unlink(path_of("b.pcap"));
}

static void empty(void **state)
{
    struct pcap_writer *w;
    struct errmsg why;
    (void)state;
    assert_int_equal(pcap_writer_open(path_of("c.pcap"), false, &w, &why), 0);
    assert_int_equal(pcap_writer_close(w, &why), 0);
    check(path_of("c.pcap"), 0, DLT_EN10MB);
    unlink(path_of("c.pcap"));
}

/* No half file is left, and the message says what happened. */
static void disk_full(void **state)
{
    struct pcap_writer *w;
    struct errmsg why = {""};
    struct rlimit old, small = {100000, RLIM_INFINITY};
    int err = 0;
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    assert_int_equal(pcap_writer_open(path_of("d.pcap"), false, &w, &why), 0);
    setrlimit(RLIMIT_FSIZE, &small);
    for (unsigned n = 0; n < 5000 && !err; n++) {
        struct frame f = frame_of(n, 1);
        err = pcap_writer_add(w, &f, &why);
    }
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(err, -ERR_IO);
    assert_non_null(strstr(why.text, "file size limit"));
    pcap_writer_abort(w);
    assert_int_equal(access(path_of("d.pcap"), F_OK), -1);
}

static void nowhere(void **state)
{
    struct pcap_writer *w;
    struct errmsg why = {""};
    (void)state;
    assert_int_equal(pcap_writer_open(path_of("none/x.pcap"), false, &w, &why),
                     -ERR_NOENT);
    assert_string_equal(why.text, "no such folder");
    assert_int_equal(pcap_writer_open(dir, false, &w, &why), -ERR_IO);
    assert_string_equal(why.text, "is a directory");
    pcap_writer_abort(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back), cmocka_unit_test(second_link_type),
        cmocka_unit_test(empty),      cmocka_unit_test(disk_full),
        cmocka_unit_test(nowhere),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
