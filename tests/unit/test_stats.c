#include "shelf.h"

#include "out/stats_text.h"

static void counted(void **state)
{
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    struct step invite = {0, ">", "INVITE", "1 INVITE", "r", NULL, NULL};
    struct step refused = {50, "<", "503", "1 INVITE", "r", "b", NULL};
    struct step foo = {60, ">", "FOO", "1 FOO", "f", NULL, NULL};
    s.f.call_id = "c2";
    feed(&s.f, &invite);
    invite.ms = 20;
    feed(&s.f, &invite); /* a retransmission */
    feed(&s.f, &refused);
    s.f.call_id = "c3";
    feed(&s.f, &foo);
    struct stats *t = stats_build(&s.view);
    assert_non_null(t);
    assert_int_equal(t->calls, 3);
    assert_int_equal(t->invites, 2);
    assert_int_equal(t->messages, 11);
    assert_int_equal(t->requests, 6);
    assert_int_equal(t->responses, 5);
    assert_int_equal(t->retransmissions, 1);
    assert_int_equal(t->state[CALL_COMPLETED], 1);
    assert_int_equal(t->state[CALL_FAILED], 1);
    assert_int_equal(t->status[200], 2);
    assert_int_equal(t->status[503], 1);
    assert_int_equal(t->transport[TRANSPORT_UDP], 11);
    assert_string_equal(t->method[0].name, "INVITE");
    assert_int_equal(t->method[0].requests, 3);
    assert_int_equal(t->methods, 4); /* INVITE, ACK, BYE, FOO */
    assert_int_equal(t->peers, 2);
    assert_int_equal(t->peer[0].calls, 3);
    assert_int_equal(t->peer[0].failed, 1);
    assert_int_equal(t->first, T0);
    assert_int_equal(t->last, T0 + 124020 * MS);
    struct stats_count *b = stats_count_new(&s.view);
    for (size_t i = 0; stats_count_step(b, 1); i++)
        assert_in_range(i, 0, 11 + 3);
    struct stats *again = stats_count_done(b);
    assert_int_equal(again->messages, t->messages);
    assert_int_equal(again->calls, t->calls);
    assert_memory_equal(again->status, t->status, sizeof t->status);
    assert_memory_equal(again->peer, t->peer, t->peers * sizeof *t->peer);
    stats_free(again);
    stats_free(t);
    shelf_done(&s);
}

static void written(void **state)
{
    struct strbuf text = {0}, json = {0};
    struct shelf s;
    shelf_init(&s);
    shelf_call(&s);
    ledger_count(&s.f.ledger, REASON_ETHERTYPE_UNKNOWN, 0x88cc, 60, 0, 8);
    struct stats *t = stats_build(&s.view);
    stats_text(&s.view, t, 100, false, &text);
    stats_json(&s.view, t, &json);
    assert_non_null(strstr(strbuf_cstr(&text),
                           "1 call, 7 messages (3 requests, 4 responses) from "
                           "2023-11-14 22:13:20.000 over 2 m 04 s\n"
                           "0 retransmissions (0.0 %), 0 copies not counted"));
    assert_non_null(strstr(text.p, "\n200 OK                             2\n"));
    assert_non_null(strstr(text.p, "EtherType that is not decoded"));
    assert_non_null(
        strstr(strbuf_cstr(&json), "\"codes\":{\"100\":1,\"180\":1,\"200\":2}"));
    assert_non_null(strstr(json.p, "\"states\":{\"completed\":1}"));
    assert_non_null(strstr(json.p, "{\"calls\":1,\"messages\":7,"));
    assert_non_null(
        strstr(json.p, "\"ledger\":[{\"reason\":\"ethertype_unknown\",\"what\":"));
    strbuf_done(&text);
    strbuf_done(&json);
    stats_free(t);
    shelf_done(&s);
}

static void empty(void **state)
{
    struct strbuf text = {0}, json = {0};
    struct shelf s;
    shelf_init(&s);
    struct stats *t = stats_build(&s.view);
    assert_non_null(t);
    stats_text(&s.view, t, 80, false, &text);
    stats_json(&s.view, t, &json);
    assert_non_null(strstr(strbuf_cstr(&json), "\"first\":null"));
    assert_non_null(strstr(strbuf_cstr(&text), "ledger: empty"));
    strbuf_done(&text);
    strbuf_done(&json);
    stats_free(t);
    stats_free(NULL);
    shelf_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counted),
        cmocka_unit_test(written),
        cmocka_unit_test(empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
