#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture/source.h"
#include "capture_build.h"

#include <fcntl.h>
#include <sys/stat.h>

#define SECOND INT64_C(1000000000)

static struct ledger ledger;
static char path[64];

static int open_bytes(const void *bytes, size_t n, const struct source_options *o,
                      struct source **s, struct errmsg *why)
{
    temp_file(path, bytes, n);
    ledger_init(&ledger);
    int err = source_file_open(path, 3, o, &ledger, s, why);
    unlink(path);
    return err;
}

static struct source *open_build(struct build *f)
{
    struct source *s = NULL;
    struct errmsg why = {""};
    int err = open_bytes(f->b.p, f->b.n, NULL, &s, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(err, 0);
    strbuf_done(&f->b);
    return s;
}

/* Next frame: fill byte, lengths, time; its bytes are where offset says. */
static void expect(struct source *s, uint64_t number, char fill, uint32_t caplen,
                   uint32_t len, int64_t time)
{
    struct frame f;
    static uint8_t again[1 << 20];
    assert_int_equal(source_next(s, &f), 0);
    assert_int_equal(f.number, number);
    assert_int_equal(f.file, 3);
    assert_int_equal(f.caplen, caplen);
    assert_int_equal(f.len, len);
    assert_int_equal(f.time, time);
    for (uint32_t i = 0; i < caplen; i++)
        assert_int_equal((char)f.data[i], fill);
    if (s->state.seekable) {
        assert_int_equal(source_read_at(s, f.offset, again, caplen), 0);
        assert_memory_equal(again, f.data, caplen);
    } else {
        assert_true(f.offset == FRAME_NOWHERE);
    }
}

static void expect_end(struct source *s, bool failed)
{
    struct frame f;
    assert_true(source_next(s, &f) != 0);
    assert_int_equal(s->failed, failed);
    assert_int_equal(s->error.text[0] != 0, failed);
    source_free(s);
}

static void pcap_variants(void **state)
{
    (void)state;
    static const struct {
        uint32_t magic, tick;
        size_t file_more, record_more;
    } T[] = {{0xa1b2c3d4, 1000, 0, 0},
             {0xa1b23c4d, 1, 0, 0},
             {0xa1b2cd34, 1000, 0, 8},
             {0x1c0001ac, 1, 4, 0},
             {0x1c0001ab, 1, 4, 0}};
    for (size_t i = 0; i < 2 * sizeof T / sizeof *T; i++) {
        struct build f = {.swap = i % 2};
        pcap_file(&f, T[i / 2].magic, 65535, 0xf4000000 | 101); /* FCS bits set */
        strbuf_fill(&f.b, 0, T[i / 2].file_more);
        for (uint32_t k = 0; k < 3; k++) {
            put32(&f, 0xee000000 + k); /* the year 2096 */
            put32(&f, 999999);
            put32(&f, 100 + k);
            put32(&f, 1500);
            strbuf_fill(&f.b, 0, T[i / 2].record_more);
            strbuf_fill(&f.b, (char)('a' + k), 100 + k);
        }
        struct source *s = open_build(&f);
        assert_true(s->state.seekable);
        for (uint32_t k = 0; k < 3; k++)
            expect(s, k + 1, (char)('a' + k), 100 + k, 1500,
                   (INT64_C(0xee000000) + k) * SECOND + 999999 * T[i / 2].tick);
        assert_int_equal(ledger_total(&ledger, LEDGER_FRAME_CUT), 3);
        assert_int_equal(s->state.frames, 3);
        assert_int_equal(s->state.first,
                         INT64_C(0xee000000) * SECOND + 999999 * T[i / 2].tick);
        expect_end(s, false);
    }
}

static void pcap_old_version(void **state)
{
    (void)state;
    struct build f = {.swap = true};
    struct frame frame;
    pcap_file(&f, 0xa1b2c3d4, 65535, 1);
    f.b.p[7] = 3; /* 2.3: lengths in the other order */
    put64(&f, 0);
    put32(&f, 90);
    put32(&f, 60);
    strbuf_fill(&f.b, 'x', 60);
    struct source *s = open_build(&f);
    assert_int_equal(source_next(s, &frame), 0);
    assert_int_equal(frame.caplen, 60);
    assert_int_equal(frame.len, 90);
    assert_int_equal(frame.link, 1);
    expect_end(s, false);
}

/* Every length of a cut file: what is whole comes out, the rest is told. */
static void truncation(void **state)
{
    (void)state;
    for (int ng = 0; ng < 2; ng++) {
        struct build f = {.swap = ng};
        size_t ends[5], n = 0;
        if (ng) {
            ng_section(&f);
            ng_interface(&f, 1, "eth0", 9, 0);
        } else {
            pcap_file(&f, 0xa1b2c3d4, 65535, 1);
        }
        ends[n++] = f.b.n;
        for (uint32_t k = 0; k < 3; k++) {
            if (ng)
                ng_packet(&f, 0, k, 61, 61, 'x');
            else
                pcap_record(&f, k, 0, 61, 61, 'x');
            ends[n++] = f.b.n;
        }
        for (size_t cut = 0; cut <= f.b.n; cut++) {
            struct source *s;
            struct errmsg why = {""};
            struct frame frame;
            size_t whole = 0, got = 0;
            int err = open_bytes(f.b.p, cut, NULL, &s, &why);
            if (err) {
                assert_true(cut < ends[0]);
                assert_true(why.text[0]);
                continue;
            }
            while (whole < 3 && ends[whole + 1] <= cut)
                whole++;
            while (!(err = source_next(s, &frame)))
                got++;
            assert_int_equal(got, whole);
            bool clean = cut == ends[whole] || (ng && cut == 28);
            assert_int_equal(err, clean ? -ERR_END : -ERR_CUT);
            assert_int_equal(ledger_total(&ledger, LEDGER_FILE_CUT), clean ? 0 : 1);
            expect_end(s, !clean);
        }
        strbuf_done(&f.b);
    }
}

/* Frames that come together are those that come one by one, their bytes too. */
static void some_at_once(void **state)
{
    (void)state;
    enum { FRAMES = 3000, MOST = 7 };
    for (int ng = 0; ng < 2; ng++) {
        struct build f = {.swap = ng};
        struct frame frame[MOST];
        size_t n = 0, got = 0, most = 0;
        int err;
        if (ng) {
            ng_section(&f);
            ng_interface(&f, 1, "eth0", 9, 0);
        } else {
            pcap_file(&f, 0xa1b2c3d4, 65535, 1);
        }
        for (uint32_t k = 0; k < FRAMES; k++) {
            uint32_t size = 60 + k % 1000;
            if (ng)
                ng_packet(&f, 0, k, size, size, (char)k);
            else
                pcap_record(&f, k, 0, size, size, (char)k);
        }
        struct source *s = open_build(&f);
        while (!(err = source_next_some(s, frame, MOST, &n))) {
            assert_in_range(n, 1, MOST);
            most = n > most ? n : most;
            for (size_t i = 0; i < n; i++, got++) {
                assert_int_equal(frame[i].number, got + 1);
                assert_int_equal(frame[i].caplen, 60 + got % 1000);
                assert_int_equal((char)frame[i].data[0], (char)got);
                assert_int_equal((char)frame[i].data[frame[i].caplen - 1], (char)got);
            }
        }
        assert_int_equal(err, -ERR_END);
        assert_int_equal(got, FRAMES);
        assert_int_equal(most, MOST);
        expect_end(s, false);
    }
}

static void reasons(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        int err;
        const char *why;
    } T[] = {
        {"", 0, ERR_FORMAT, "is empty"},
        {"a", 1, ERR_FORMAT, "not a capture file (pcap or pcapng)"},
        {"INVITE sip:bob@example.com SIP/2.0", 34, ERR_FORMAT,
         "not a capture file (pcap or pcapng)"},
        {"\x0a\x0d\x0d\x0a\x1c\0\0\0abcdabcd", 16, ERR_FORMAT,
         "not a capture file (pcap or pcapng)"},
        {"\xd4\xc3\xb2\xa1\2\0\4\0", 8, ERR_CUT, "ends inside its file header"},
    };
    struct source *s;
    struct errmsg why;
    for (size_t i = 0; i < sizeof T / sizeof *T; i++) {
        assert_int_equal(open_bytes(T[i].bytes, T[i].n, NULL, &s, &why), -T[i].err);
        assert_string_equal(why.text, T[i].why);
    }
    assert_int_equal(source_file_open("/tmp", 0, NULL, &ledger, &s, &why), -ERR_FORMAT);
    assert_string_equal(why.text, "is a directory");
    assert_int_equal(source_file_open("/tmp/sipglass-none", 0, NULL, &ledger, &s, &why),
                     -ERR_NOENT);
    assert_string_equal(why.text, "No such file or directory");
}

/* A damaged record header: the next ones are found again. */
static void pcap_damaged(void **state)
{
    (void)state;
    /* no length at all, and ones that go over the next records or the end */
    static const uint32_t LENGTHS[] = {0xffffffff, 0x80000000, 200000, 300, 262144};
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        struct build f = {.swap = false};
        pcap_file(&f, 0xa1b2c3d4, 65535, 1);
        pcap_record(&f, 1000000000, 0, 60, 60, 'a');
        size_t at = f.b.n;
        pcap_record(&f, 1000000001, 0, 60, 60, 'b');
        pcap_record(&f, 1000000002, 0, 60, 60, 'c');
        pcap_record(&f, 1000000003, 0, 60, 60, 'd');
        memcpy(f.b.p + at + 8, &LENGTHS[i], 4);
        struct source *s = open_build(&f);
        expect(s, 1, 'a', 60, 60, 1000000000 * SECOND);
        expect(s, 2, 'c', 60, 60, 1000000002 * SECOND);
        expect(s, 3, 'd', 60, 60, 1000000003 * SECOND);
        assert_int_equal(ledger_total(&ledger, LEDGER_FILE_BAD), 1);
        assert_int_equal(ledger.row[0].bytes, 76);
        expect_end(s, true);
    }
}

static void long_frames(void **state)
{
    (void)state;
    struct build f = {.swap = false};
    pcap_file(&f, 0xa1b23c4d, 0xffffffff, 1);
    pcap_record(&f, 1, 0, 700000, 700000, 'a');
    pcap_record(&f, 2, 0, 0, 0, 'b');
    pcap_record(&f, 3, 0, 900000, 900001, 'c');
    struct source *s = open_build(&f);
    expect(s, 1, 'a', 700000, 700000, 1 * SECOND);
    expect(s, 2, 'b', 0, 0, 2 * SECOND);
    expect(s, 3, 'c', 900000, 900001, 3 * SECOND);
    expect_end(s, false);
    /* A length that lies must not cost memory. */
    pcap_file(&f, 0xa1b23c4d, 0xffffffff, 1);
    pcap_record(&f, 1, 0, 10, 10, 'a');
    put64(&f, 2);
    put32(&f, 30 << 20);
    put32(&f, 30 << 20);
    s = open_build(&f);
    expect(s, 1, 'a', 10, 10, 1 * SECOND);
    expect_end(s, true);
}

static void time_goes_back(void **state)
{
    (void)state;
    struct build f = {.swap = false};
    struct frame frame;
    pcap_file(&f, 0xa1b2c3d4, 65535, 1);
    pcap_record(&f, 100, 0, 60, 60, 'a');
    pcap_record(&f, 99, 500000, 60, 60, 'a'); /* within a second */
    pcap_record(&f, 50, 0, 60, 60, 'a');
    struct source *s = open_build(&f);
    while (!source_next(s, &frame))
        continue;
    assert_int_equal(ledger_total(&ledger, LEDGER_TIME_BACK), 1);
    assert_int_equal(ledger.row[0].first_frame, 3);
    assert_int_equal(ledger.row[0].first_file, 3);
    expect_end(s, false);
}

static void pcapng_sections(void **state)
{
    (void)state;
    struct build f = {.swap = false};
    struct frame frame;
    ng_section(&f);
    ng_interface(&f, 1, "eth0", 9, 0);
    ng_interface(&f, 113, "any", 0xff, 0);
    ng_packet(&f, 0, 1700000000 * SECOND + 1, 60, 60, 'a');
    ng_packet(&f, 1, UINT64_C(1700000000000002), 61, 70, 'b');
    f.swap = true;
    ng_section(&f);
    ng_interface(&f, 101, "tun0", 9, 0);
    ng_interface(&f, 1, "eth0", 9, 0);
    ng_packet(&f, 0, 1700000001 * SECOND, 62, 62, 'c');
    ng_packet(&f, 1, 1700000001 * SECOND, 63, 63, 'd');
    block_begin(&f, 3); /* SPB */
    put32(&f, 33);
    strbuf_fill(&f.b, 'e', 33);
    block_end(&f);
    block_begin(&f, 2); /* PB */
    put16(&f, 1);
    put16(&f, 0);
    put32(&f, 0);
    put32(&f, 7);
    put32(&f, 5);
    put32(&f, 5);
    strbuf_fill(&f.b, 'f', 5);
    block_end(&f);
    struct source *s = open_build(&f);
    static const struct {
        uint32_t link, interface;
    } WANT[] = {{1, 0}, {113, 1}, {101, 2}, {1, 0}, {101, 2}, {1, 0}};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(source_next(s, &frame), 0);
        assert_int_equal(frame.data[0], 'a' + i);
        assert_int_equal(frame.data[frame.caplen - 1], 'a' + i);
        assert_int_equal(frame.link, WANT[i].link);
        assert_int_equal(frame.interface, WANT[i].interface);
    }
    assert_int_equal(frame.time, 7);
    assert_string_equal(source_interface(s, 0), "eth0");
    assert_string_equal(source_interface(s, 2), "tun0");
    assert_string_equal(source_interface(s, 3), "");
    expect_end(s, false);
}

static void pcapng_times(void **state)
{
    (void)state;
    static const struct {
        uint8_t resolution;
        int64_t offset;
        uint64_t ticks;
        int64_t time;
    } T[] = {
        {0xff, 0, 1700000000123456, INT64_C(1700000000123456000)},
        {0, 0, 1700000000, INT64_C(1700000000000000000)},
        {3, 0, 1700000000123, INT64_C(1700000000123000000)},
        {9, 1700000000, 5, INT64_C(1700000000000000005)},
        {9, -5, 7 * SECOND, 2 * SECOND},
        {9, -50, 7 * SECOND, 0},
        {12, 0, 1700000000123456789u, INT64_C(1700000000123456)},
        {0x80 | 10, 0, 1700000000u * 1024ull + 512, INT64_C(1700000000500000000)},
        {0x80, 0, 1700000000, INT64_C(1700000000000000000)},
        {0x80 | 63, 0, UINT64_C(1) << 63, SECOND},
        {0xfe, 0, UINT64_MAX, 0},
        {127, 0, UINT64_MAX, 0},
        {20, 0, UINT64_MAX, 184467440},
        {0, 0, UINT64_MAX, INT64_C(1) << 62},
        {9, INT64_MAX, UINT64_MAX, INT64_C(1) << 62},
        {9, INT64_MIN, 5, 0},
    };
    for (size_t i = 0; i < 2 * sizeof T / sizeof *T; i++) {
        struct build f = {.swap = i % 2};
        ng_section(&f);
        ng_interface(&f, 1, NULL, T[i / 2].resolution, T[i / 2].offset);
        ng_packet(&f, 0, T[i / 2].ticks, 4, 4, 'x');
        struct source *s = open_build(&f);
        struct frame frame;
        assert_int_equal(source_next(s, &frame), 0);
        assert_int_equal(frame.time, T[i / 2].time);
        expect_end(s, false);
    }
}

static void pcapng_odd_blocks(void **state)
{
    (void)state;
    struct build f = {.swap = false};
    uint64_t drops = 7;
    struct frame frame;
    ng_section(&f);
    ng_packet(&f, 0, 0, 10, 10, 'x'); /* before any interface */
    ng_interface(&f, 1, NULL, 9, 0);
    static const uint32_t QUIET[] = {4, 10};
    for (int i = 0; i < 2; i++) {
        block_begin(&f, QUIET[i]);
        put64(&f, 0);
        block_end(&f);
    }
    for (int i = 0; i < 2; i++) {
        block_begin(&f, 0x0bad);
        strbuf_fill(&f.b, 'u', 40);
        block_end(&f);
    }
    for (int i = 0; i < 2; i++) {
        block_begin(&f, 5);
        put32(&f, 0);
        put64(&f, 0);
        option(&f, 5, &drops, 8);
        drops *= 2;
        option(&f, 7, &drops, 8);
        block_end(&f);
    }
    ng_packet(&f, 0, 5, 10, 10, 'a');
    size_t bad = f.b.n;
    ng_packet(&f, 0, 6, 10, 10, 'b');
    ng_packet(&f, 0, 7, 10, 10, 'c');
    f.b.p[bad + 20] = 100; /* a captured length that is longer than its block */
    bad = f.b.n;
    ng_packet(&f, 0, 8, 10, 10, 'd');
    ng_packet(&f, 0, 9, 10, 10, 'e');
    f.b.p[bad + 4] = 3; /* a length that cannot be */
    bad = f.b.n;
    ng_packet(&f, 0, 8, 10, 10, 'f');
    ng_packet(&f, 0, 9, 10, 10, 'g');
    f.b.p[bad + 6] = 1; /* a length that goes over the end */
    struct source *s = open_build(&f);
    const char *want = "aceg";
    for (int i = 0; want[i]; i++) {
        assert_int_equal(source_next(s, &frame), 0);
        assert_int_equal(frame.data[0], want[i]);
    }
    assert_int_equal(ledger_total(&ledger, LEDGER_BLOCK_UNKNOWN), 2);
    assert_int_equal(ledger_total(&ledger, LEDGER_FILE_BAD), 4);
    assert_int_equal(ledger_total(&ledger, LEDGER_INTERFACE_DROP), 14);
    assert_int_equal(ledger_total(&ledger, LEDGER_KERNEL_DROP), 28);
    source_update(s);
    assert_int_equal(s->state.kernel_drops, 28);
    expect_end(s, true);
}

/* An IPv4 UDP packet to port 5060 or 53, so that a filter has something to tell. */
static void udp_record(struct build *f, uint32_t link, uint8_t port_high,
                       uint8_t port_low)
{
    uint8_t ip[28] = {0x45, 0, 0,   28, 0, 0, 0,   0, 64, 17,
                      0,    0, 192, 0,  2, 1, 192, 0, 2,  2};
    ip[22] = port_high;
    ip[23] = port_low;
    uint32_t ethernet = link == 1 ? 14 : 0;
    pcap_record(f, 1, 0, ethernet + 28, ethernet + 28, 0);
    if (ethernet)
        memcpy(f->b.p + f->b.n - 30, "\x08\x00", 2);
    memcpy(f->b.p + f->b.n - 28, ip, 28);
}

static void filters(void **state)
{
    (void)state;
    static const uint32_t LINKS[] = {1, 101};
    struct source_options o = {.bpf = "udp port 5060"};
    struct source *s;
    struct errmsg why = {""};
    struct frame frame;
    for (int i = 0; i < 2; i++) {
        struct build f = {.swap = false};
        pcap_file(&f, 0xa1b2c3d4, 65535, LINKS[i]);
        udp_record(&f, LINKS[i], 0, 53);
        udp_record(&f, LINKS[i], 0x13, 0xc4);
        assert_int_equal(open_bytes(f.b.p, f.b.n, &o, &s, &why), 0);
        assert_int_equal(source_next(s, &frame), 0);
        assert_int_equal(frame.number, 2);
        expect_end(s, false);
        strbuf_done(&f.b);
    }
    struct build f = {.swap = false};
    pcap_file(&f, 0xa1b2c3d4, 65535, 252); /* a link type that no filter knows */
    pcap_record(&f, 1, 0, 60, 60, 'a');
    assert_int_equal(open_bytes(f.b.p, f.b.n, &o, &s, &why), 0);
    assert_int_equal(source_next(s, &frame), -ERR_END);
    assert_non_null(strstr(s->error.text, "link type 252"));
    expect_end(s, true);
    o.bpf = "udp prot 5060";
    assert_int_equal(open_bytes(f.b.p, f.b.n, &o, &s, &why), -ERR_USAGE);
    assert_non_null(strstr(why.text, "udp prot 5060"));
    strbuf_done(&f.b);
}

/* A named pipe: nothing yet, half a record, the rest, the end. */
static void pipes(void **state)
{
    (void)state;
    struct build f = {.swap = false};
    struct source *s;
    struct errmsg why = {""};
    struct frame frame;
    pcap_file(&f, 0xa1b2c3d4, 65535, 1);
    pcap_record(&f, 1, 0, 60, 60, 'a');
    memcpy(path, "/tmp/sipglass-test-fifo", 24);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    ledger_init(&ledger);
    assert_int_equal(source_file_open(path, 3, NULL, &ledger, &s, &why), 0);
    assert_true(s->state.pipe);
    assert_true(source_poll_fd(s) >= 0);
    assert_int_equal(source_next(s, &frame), -ERR_AGAIN);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    for (size_t i = 0; i < f.b.n; i++) {
        assert_int_equal(source_next(s, &frame), -ERR_AGAIN);
        assert_int_equal(write(fd, f.b.p + i, 1), 1);
    }
    expect(s, 1, 'a', 60, 60, 1 * SECOND);
    assert_int_equal(source_next(s, &frame), -ERR_AGAIN);
    close(fd);
    assert_int_equal(source_next(s, &frame), -ERR_END);
    expect_end(s, false);
    unlink(path);
    strbuf_done(&f.b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pcap_variants),
        cmocka_unit_test(pcap_old_version),
        cmocka_unit_test(truncation),
        cmocka_unit_test(some_at_once),
        cmocka_unit_test(reasons),
        cmocka_unit_test(pcap_damaged),
        cmocka_unit_test(long_frames),
        cmocka_unit_test(time_goes_back),
        cmocka_unit_test(pcapng_sections),
        cmocka_unit_test(pcapng_times),
        cmocka_unit_test(pcapng_odd_blocks),
        cmocka_unit_test(filters),
        cmocka_unit_test(pipes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
