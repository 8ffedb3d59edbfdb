#include "query_shelf.h"

static void values(void **state)
{
    static const struct query_case CASES[] = {
        {"SELECT header(1, 'User-Agent'), header(1, 'user-agent', 2)",
         "Softphone 1.0|null"},
        {"SELECT header(1, 'c') = header(1, 'Content-Type')", "1"},
        {"SELECT header(99, 'From'), header(1, ''), header(NULL, 'From')",
         "null|null|null"},
        {"SELECT text(1) LIKE 'INVITE sip:%', text(99)", "1|null"},
        {"SELECT count(*) FROM messages WHERE header(id, 'Server') = 'Gate'", "1"},
        {"SELECT 'alice' REGEXP '^a.*e$', 'bob' REGEXP '[0-9]', NULL REGEXP 'x'",
         "1|0|null"},
        {"SELECT 'x' REGEXP '('",
         "error: REGEXP: at position 2 of the pattern: missing closing parenthesis"},
        {"SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' REGEXP '^(a+)+$'",
         "error: REGEXP: the pattern costs too much to match"},
        {"SELECT ip_in('192.0.2.1:5060', '192.0.2.0/24'), ip_in('192.0.3.1', "
         "'192.0.2.0/24')",
         "1|0"},
        {"SELECT ip_in('192.0.2.129', '192.0.2.128/25'), ip_in('192.0.2.127', "
         "'192.0.2.128/25')",
         "1|0"},
        {"SELECT ip_in('[2001:db8::1]:5060', '2001:db8::/32'), ip_in('2001:db9::1', "
         "'2001:db8::/32')",
         "1|0"},
        {"SELECT ip_in('198.51.100.7', '192.0.2.0/24, 198.51.100.7'), ip_in('no', "
         "'192.0.2.0/24'), ip_in('192.0.2.1', '0.0.0.0/0')",
         "1|null|1"},
        {"SELECT ip_in('192.0.2.1', '192.0.2.0/33')",
         "error: ip_in: not an address or prefix like 192.0.2.0/24"},
        {"SELECT number('+1 (202) 555-0110'), number(NULL), number('x')",
         "12025550110|null|"},
        {"SELECT percentile(x, 50), median(x), percentile(x, 90), percentile(x, 0) "
         "FROM (SELECT 1 x UNION ALL SELECT 2 UNION ALL SELECT 4 UNION ALL SELECT "
         "NULL)",
         "2|2|3.6|1"},
        {"SELECT median(1) FROM calls WHERE 0", "null"},
        {"SELECT percentile(1, 101)",
         "error: percentile: the second value is one number from 0 to 100"},
        {"SELECT time(start), time(start, 'hour'), time(start, 'day') FROM calls",
         "2023-11-14 22:13:20.000|2023-11-14 22:00|2023-11-14"},
        {"SELECT time(1700000000.25, 'second'), time(1700000000, 'minute')",
         "2023-11-14 22:13:20|2023-11-14 22:13"},
        {"SELECT time('2023-11-14 22:13:20') = 1700000000, time('2023-11-14T22:13'), "
         "time('2023-11-14'), time(NULL)",
         "1|1.7e+09|1.69992e+09|null"},
        {"SELECT time('soon')", "error: time: write it as 2024-03-12 09:30:05"},
        {"SELECT time(1, 'year')",
         "error: time: the unit is second, minute, hour or day"},
    };
    struct query_shelf q;
    (void)state;
    query_shelf_init(&q);
    CHECK_QUERIES(&q, CASES);
    q.shelf.view.redact = true;
    assert_string_equal(query(&q, "SELECT text(1)"),
                        "error: text() is not given with --redact");
    query_shelf_done(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
