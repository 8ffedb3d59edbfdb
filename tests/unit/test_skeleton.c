#include "query/skeleton.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <string.h>

/* method, status, reason, cseq, from_tag, to_tag, branch, content_type, sdp, summary,
 * call_id, from_uri, to_uri, user_agent, transport, src, malformed */
static const struct {
    const char *columns;
    struct skeleton_options options;
    const char *wanted;
} CASES[] = {
    {"'INVITE',NULL,NULL,1,'a',NULL,'z9hG4bKa',NULL,0,'INVITE sip:bob@example.com',"
     "'1@example.com','sip:alice@example.com','sip:bob@example.com','Phone','udp',"
     "'192.0.2.1:5060',NULL",
     {.id = 0},
     "INVITE sip:bob@example.com SIP/2.0\r\n"
     "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa\r\n"
     "From: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>\r\n"
     "Call-ID: 1@example.com\r\nCSeq: 1 INVITE\r\nUser-Agent: Phone\r\n\r\n"},
    {"'INVITE',200,'OK',1,'a','b','z9hG4bKa','multipart/mixed',1,'200 OK',"
     "'1@example.com',NULL,NULL,'Phone','tcp','192.0.2.2:5060',NULL",
     {.id = 7, .sdp = {(const uint8_t *)"v=0\r\n", 5}},
     "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 192.0.2.2:5060;branch=z9hG4bKa\r\n"
     "From: <>;tag=a\r\nTo: <>;tag=b\r\nCall-ID: 1@example.com\r\nCSeq: 1 INVITE\r\n"
     "X-Message: 7\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n"},
    /* What is in a file stays inside its header. */
    {"'BYE',NULL,NULL,2,'a' || char(13,10) || 'Evil: 1',NULL,NULL,NULL,0,'BYE sip:b',"
     "'1',NULL,NULL,NULL,'udp','192.0.2.1:5060',NULL",
     {.id = 0},
     "BYE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060\r\n"
     "From: <>;tag=a  Evil: 1\r\nCall-ID: 1\r\nCSeq: 2 BYE\r\n\r\n"},
};

static void made(void **state)
{
    struct sqlite3 *sql;
    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &sql), 0);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char *ask = sqlite3_mprintf("SELECT 0, %s", CASES[i].columns);
        struct sqlite3_stmt *s;
        struct strbuf out = {0};
        assert_int_equal(sqlite3_prepare_v2(sql, ask, -1, &s, NULL), 0);
        assert_int_equal(sqlite3_step(s), SQLITE_ROW);
        skeleton_make(s, 1, &CASES[i].options, &out);
        assert_string_equal(strbuf_cstr(&out), CASES[i].wanted);
        strbuf_done(&out);
        sqlite3_finalize(s);
        sqlite3_free(ask);
    }
    sqlite3_close(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(made)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
