#include "shelf.h"

#include "base/err.h"
#include "base/utf8.h"
#include "out/format.h"
#include "out/writer.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* All rows of a table in a format, as a string to free. */
static char *list(struct shelf *s, const struct table *t, struct listing_options o)
{
    struct writer w;
    writer_init(&w, -1);
    assert_int_equal(listing_all(&w, &s->view, t, &o), 0);
    char *text = strdup(strbuf_cstr(&w.buf));
    writer_done(&w);
    return text;
}

/* A call whose From is hostile. */
static void hostile_call(struct shelf *s, const char *user)
{
    static char from[200];
    struct step invite = {0, ">", "INVITE", "1 INVITE", "a", NULL, NULL};
    snprintf(from, sizeof from, "sip:%s@example.com", user);
    s->f.from = from;
    feed(&s->f, &invite);
}

/* A reader of JSON that takes what RFC 8259 allows and nothing else. Returns the rest.
 */
static const char *json_skip(const char *p)
{
    static const char *const WORDS[] = {"true", "false", "null"};
    char close = *p == '{' ? '}' : ']';
    bool object = *p == '{';
    if (*p == '"') {
        for (p++; *p != '"'; p++) {
            assert_true((unsigned char)*p >= 0x20);
            if (*p == '\\')
                assert_non_null(strchr("\"\\/bfnrtu", *++p));
        }
        return p + 1;
    }
    if (*p == '{' || *p == '[') {
        for (p++; *p != close;) {
            if (object) {
                assert_true(*p == '"');
                p = json_skip(p);
                assert_true(*p == ':');
                p++;
            }
            p = json_skip(p);
            assert_true(*p == ',' || *p == close);
            p += *p == ',';
        }
        return p + 1;
    }
    for (size_t i = 0; i < 3; i++)
        if (!strncmp(p, WORDS[i], strlen(WORDS[i])))
            return p + strlen(WORDS[i]);
    size_t n = strspn(p, "-+.eE0123456789");
    assert_true(n > 0);
    return p + n;
}

static void json_call(void **state)
{
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    char *text =
        list(&s, &TABLE_CALLS, (struct listing_options){.format = LISTING_JSON});
    static const char *const WANTED[] = {
        "{\"id\":1,\"call_id\":\"a1@example.com\",\"session\":1,\"method\":\"INVITE\"",
        ",\"start\":1700000000.000000000,\"ring\":1700000001.500000000,",
        ",\"pdd\":1.5,\"setup\":4,\"duration\":120,\"ended_by\":\"callee\"",
        ",\"link\":null,\"link_confidence\":null,\"streams\":null",
        ",\"start_ns\":1700000000000000000}\n",
    };
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++)
        assert_non_null(strstr(text, WANTED[i]));
    assert_string_equal(json_skip(text), "\n");
    for (size_t i = 0; i < TABLE_CALLS.n; i++) { /* every field is present */
        char key[64];
        snprintf(key, sizeof key, "\"%s\":", TABLE_CALLS.fields[i].name);
        assert_non_null(strstr(text, key));
    }
    free(text);
    text = list(&s, &TABLE_MESSAGES, (struct listing_options){.format = LISTING_JSON});
    assert_non_null(strstr(text, "\"sdp\":true,\"retransmission\":false"));
    assert_non_null(strstr(text, "\"delta\":1.495,"));
    free(text);
    shelf_done(&s);
}

static const char *const HOSTILE[] = {
    "\x1b[2Jq",        "\"quoted\\",       "\xff\xfe",
    "\xe2\x80\xaetxt", "\x01\x7f\xc2\x9b", "tab\tq",
};

static void json_hostile(void **state)
{
    for (size_t i = 0; i < sizeof HOSTILE / sizeof *HOSTILE; i++) {
        struct shelf s;
        shelf_init(&s);
        hostile_call(&s, HOSTILE[i]);
        char *text =
            list(&s, &TABLE_CALLS, (struct listing_options){.format = LISTING_JSON});
        size_t n = strlen(text), at = 0;
        assert_string_equal(json_skip(text), "\n");
        while (at < n) { /* valid UTF-8, no control characters */
            int32_t c;
            at += utf8_next((const uint8_t *)text + at, n - at, &c);
            assert_true(c == '\n' || (c >= 0x20 && c != 0x7f));
        }
        free(text);
        shelf_done(&s);
    }
}

static void json_durations(void **state)
{
    static const struct {
        int64_t ns;
        bool trim;
        const char *text;
    } ROWS[] = {
        {1500000000, true, "1.5"}, {0, true, "0"},
        {10000000000, true, "10"}, {-1, true, "-0.000000001"},
        {7, false, "0.000000007"}, {1700000000123456789, false, "1700000000.123456789"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct strbuf b = {0};
        json_seconds(&b, ROWS[i].ns, ROWS[i].trim);
        assert_string_equal(strbuf_cstr(&b), ROWS[i].text);
        strbuf_done(&b);
    }
}

static void csv_cells(void **state)
{
    /* user in From; the cell of from_user (RFC 4180 2.5-2.7) */
    static const char *const ROWS[][2] = {
        {"alice", "alice"}, {"=1+2", "'=1+2"},  {"+4930", "'+4930"},
        {"-x", "'-x"},      {"a,b", "\"a,b\""}, {"a\x1b[1m", "a\\x1b[1m"},
    };
    const struct field *columns[] = {field_find(&TABLE_CALLS, "id"),
                                     field_find(&TABLE_CALLS, "from_user"),
                                     field_find(&TABLE_CALLS, "mos")};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct shelf s;
        char wanted[100];
        shelf_init(&s);
        hostile_call(&s, ROWS[i][0]);
        char *text =
            list(&s, &TABLE_CALLS,
                 (struct listing_options){
                     .format = LISTING_CSV, .columns = columns, .ncolumns = 3});
        snprintf(wanted, sizeof wanted, "id,from_user,mos\r\n1,%s,\r\n", ROWS[i][1]);
        assert_string_equal(text, wanted);
        free(text);
        shelf_done(&s);
    }
}

static void csv_quotes(void **state)
{
    struct shelf s;
    const struct field *columns[] = {field_find(&TABLE_CALLS, "user_agent")};
    struct step invite = {0,
                          ">",
                          "INVITE",
                          "1 INVITE",
                          "a",
                          NULL,
                          "User-Agent: the \"best\", really\r\n"};
    shelf_init(&s);
    feed(&s.f, &invite);
    char *text = list(&s, &TABLE_CALLS,
                      (struct listing_options){
                          .format = LISTING_CSV, .columns = columns, .ncolumns = 1});
    assert_string_equal(text, "user_agent\r\n\"the \"\"best\"\", really\"\r\n");
    free(text);
    shelf_done(&s);
}

/* Columns of a terminal that the longest line takes. */
static size_t widest(const char *text)
{
    size_t most = 0;
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        size_t n = utf8_columns(text, (size_t)(end - text));
        most = n > most ? n : most;
    }
    return most;
}

static void table_fits(void **state)
{
    static const unsigned WIDTHS[] = {40, 80, 100, 120, 200};
    static const struct table *const LISTED[] = {&TABLE_CALLS, &TABLE_MESSAGES,
                                                 &TABLE_FIELDS};
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    hostile_call(&s, "a-very-long-name-that-no-column-can-hold-"
                     "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97");
    for (size_t i = 0; i < sizeof WIDTHS / sizeof *WIDTHS; i++)
        for (size_t j = 0; j < 3; j++) {
            char *text =
                list(&s, LISTED[j], (struct listing_options){.width = WIDTHS[i]});
            assert_in_range(widest(text), 10, WIDTHS[i] < 60 ? 60 : WIDTHS[i]);
            free(text);
        }
    shelf_done(&s);
}

static void table_text(void **state)
{
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    ledger_count(&s.f.ledger, REASON_IP_CUT, 0, 60, 0, 7);
    ledger_count(&s.f.ledger, REASON_ETHERTYPE_UNKNOWN, 0x88cc, 60, 0, 8);
    ledger_count(&s.f.ledger, REASON_ETHERTYPE_UNKNOWN, 0x88cd, 60, 0, 9);
    char *text = list(&s, &TABLE_CALLS, (struct listing_options){.width = 80});
    assert_string_equal(
        text,
        "   Id Start        Method   From           To            State      Code "
        "Verdict\n"
        "    1 22:13:20.000 INVITE   alice          bob           completed   200\n"
        "1 call; 2023-11-14, UTC\n"
        "ledger: 2 ethertype_unknown, 1 ip_cut - see `sipglass stats`\n");
    free(text);
    shelf_done(&s);
}

static void table_colours(void **state)
{
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    char *text =
        list(&s, &TABLE_CALLS, (struct listing_options){.width = 80, .color = true});
    assert_non_null(strstr(text, "\x1b[32mcompleted\x1b[0m"));
    free(text);
    shelf_done(&s);
}

static void shown_of_total(void **state)
{
    struct shelf s;
    struct listing l;
    struct writer w;
    struct listing_options o = {.width = 80};
    shelf_init(&s);
    shelf_call(&s);
    writer_init(&w, -1);
    assert_int_equal(listing_begin(&l, &w, &s.view, &TABLE_CALLS, &o), 0);
    assert_int_equal(listing_row(&l, NULL), 0); /* a row given up */
    assert_int_equal(listing_end(&l, 9), 0);
    assert_non_null(strstr(strbuf_cstr(&w.buf), "\n9 calls, shown 0\n"));
    writer_done(&w);
    shelf_done(&s);
}

static void closed_pipe(void **state)
{
    int fds[2];
    struct writer w;
    assert_int_equal(pipe(fds), 0);
    signal(SIGPIPE, SIG_IGN);
    close(fds[0]);
    writer_init(&w, fds[1]);
    strbuf_str(&w.buf, "text");
    assert_int_equal(writer_flush(&w), -ERR_END);
    strbuf_str(&w.buf, "more");
    assert_int_equal(writer_check(&w), -ERR_END);
    assert_int_equal(writer_done(&w), -ERR_END);
    close(fds[1]);
}

static void full_disk(void **state)
{
    struct writer w;
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0)
        skip();
    writer_init(&w, fd);
    strbuf_str(&w.buf, "text");
    assert_int_equal(writer_done(&w), -ERR_IO);
    close(fd);
}

static void format_names(void **state)
{
    enum listing_format f;
    assert_true(listing_format_find("json", &f) && f == LISTING_JSON);
    assert_true(listing_format_find("csv", &f) && f == LISTING_CSV);
    assert_true(listing_format_find("table", &f) && f == LISTING_TABLE);
    assert_false(listing_format_find("xml", &f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_call),      cmocka_unit_test(json_hostile),
        cmocka_unit_test(json_durations), cmocka_unit_test(csv_cells),
        cmocka_unit_test(csv_quotes),     cmocka_unit_test(table_fits),
        cmocka_unit_test(table_text),     cmocka_unit_test(table_colours),
        cmocka_unit_test(shown_of_total), cmocka_unit_test(closed_pipe),
        cmocka_unit_test(full_disk),      cmocka_unit_test(format_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
