#include "query_shelf.h"

/* The scenario: one call of seven messages, see shelf.h. */
static void rows_and_lookups(void **state)
{
    static const struct query_case CASES[] = {
        {"SELECT id, call_id, state, status FROM calls",
         "1|a1@example.com|completed|200"},
        {"SELECT count(*) FROM messages", "7"},
        {"SELECT group_concat(id) FROM messages WHERE call = 1", "1,2,3,4,5,6,7"},
        {"SELECT count(*) FROM messages WHERE call = 2", "0"},
        {"SELECT count(*) FROM messages WHERE call_id = 'a1@example.com'", "7"},
        {"SELECT count(*) FROM calls WHERE call_id = 'a1'", "0"},
        {"SELECT status FROM messages WHERE id = 4", "200"},
        {"SELECT status FROM messages WHERE id = 4.0", "200"},
        {"SELECT status FROM messages WHERE id = '4'", "200"},
        {"SELECT count(*) FROM messages WHERE id = 4.5", "0"},
        {"SELECT count(*) FROM messages WHERE id = NULL", "0"},
        {"SELECT count(*) FROM messages WHERE id IN (1, 3, 99, -1)", "2"},
        {"SELECT count(*) FROM calls WHERE id = 4294967297", "0"},
        {"SELECT m.id FROM calls c JOIN messages m ON m.call = c.id WHERE m.status = "
         "180",
         "3"},
        {"SELECT rowid, id FROM messages ORDER BY id DESC LIMIT 1", "7|7"},
        {"SELECT count(*) FROM calls WHERE session = 1", "1"},
        {"SELECT count(*) FROM streams", "0"},
        {"SELECT count(*) FROM calls WHERE _pinned = 1", "0"},
        {"SELECT duration, pdd, start, start_ns FROM calls",
         "120.000000|1.500000|1700000000.000000|1700000000000000000"},
        {"SELECT typeof(start), typeof(start_ns), typeof(mos), typeof(sdp) "
         "FROM calls, messages LIMIT 1",
         "real|integer|null|integer"},
        {"SELECT count(*) > 100 FROM fields WHERE \"table\" <> ''", "1"},
    };
    struct query_shelf q;
    (void)state;
    query_shelf_init(&q);
    CHECK_QUERIES(&q, CASES);
    query_shelf_done(&q);
}

/* What needs the text of a message reads it, and nothing else does. */
static int reads;

static int counted_get(struct text *self, struct span span, uint8_t *buffer)
{
    reads++;
    return shelf_get(self, span, buffer);
}

static void columns_are_lazy(void **state)
{
    struct query_shelf q;
    (void)state;
    query_shelf_init(&q);
    q.shelf.text.get = counted_get;
    reads = 0;
    query(&q, "SELECT id, call, src, dst, size, status, time FROM messages");
    assert_int_equal(reads, 0);
    query(&q, "SELECT branch, reason, summary FROM messages WHERE status = 180");
    assert_int_equal(reads, 1);
    query_shelf_done(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_lookups),
        cmocka_unit_test(columns_are_lazy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
