#include "scenario.h"

#define INVITE(ms)                                     \
    {                                                  \
        ms, ">", "INVITE", "1 INVITE", "a", NULL, NULL \
    }
#define RINGING(ms, tag)                           \
    {                                              \
        ms, "<", "180", "1 INVITE", "a", tag, NULL \
    }

/* SPEC: repeats, within 32 s on the same hop, the method, CSeq number and top Via
 * branch of an earlier message (a response also its status, To-tag and RSeq). */
static const struct {
    const char *name;
    struct step step[6];
    unsigned retransmissions;
} ROWS[] = {
    {"31 s later", {INVITE(0), INVITE(31000)}, 1},
    {"33 s later", {INVITE(0), INVITE(33000)}, 0},
    {"33 s later, repeated between", {INVITE(0), INVITE(20000), INVITE(33000)}, 2},
    {"another branch",
     {INVITE(0), {500, ">", "INVITE", "1 INVITE", "b", NULL, NULL}},
     0},
    {"another CSeq", {INVITE(0), {500, ">", "INVITE", "2 INVITE", "a", NULL, NULL}}, 0},
    {"another method",
     {INVITE(0), {500, ">", "CANCEL", "1 CANCEL", "a", NULL, NULL}},
     0},
    {"no branch at all",
     {{0, ">", "INVITE", "1 INVITE", "", NULL, NULL},
      {500, ">", "INVITE", "1 INVITE", "", NULL, NULL}},
     1},
    {"response", {INVITE(0), RINGING(100, "b"), RINGING(600, "b")}, 1},
    {"response with another To-tag",
     {INVITE(0), RINGING(100, "b"), RINGING(600, "c")},
     0},
    {"response with another status",
     {INVITE(0), RINGING(100, "b"), {600, "<", "183", "1 INVITE", "a", "b", NULL}},
     0},
    {"responses in turn",
     {INVITE(0),
      RINGING(100, "b"),
      {600, "<", "183", "1 INVITE", "a", "b", NULL},
      RINGING(700, "b")},
     1},
    {"response without its request", {RINGING(100, "b"), RINGING(600, "b")}, 1},
    {"ACK of a failure",
     {INVITE(0),
      {10, "<", "486", "1 INVITE", "a", "b", NULL},
      {20, ">", "ACK", "1 ACK", "a", "b", NULL},
      {520, ">", "ACK", "1 ACK", "a", "b", NULL}},
     1},
    {"ACK of an answer",
     {INVITE(0),
      {10, "<", "200", "1 INVITE", "a", "b", NULL},
      {20, ">", "ACK", "1 ACK", "k", "b", NULL},
      {520, ">", "ACK", "1 ACK", "k", "b", NULL}},
     1},
};

static void retransmissions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct fixture f;
        fixture_init(&f);
        feed_all(&f, ROWS[i].step, 6);
        print_message("%s\n", ROWS[i].name);
        assert_int_equal(the_call(&f)->retransmissions, ROWS[i].retransmissions);
        fixture_done(&f);
    }
}

static void on_another_hop_it_is_none(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    FEED(&f, INVITE(0));
    f.dst = "203.0.113.9:5060";
    FEED(&f, INVITE(500));
    assert_int_equal(the_call(&f)->retransmissions, 0);
    assert_ptr_not_equal(the_call(&f)->first->txn, the_call(&f)->last->txn);
    fixture_done(&f);
}

static void messages_find_their_transaction(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct step steps[] = {
        INVITE(0),
        RINGING(100, "b"),
        {200, ">", "CANCEL", "1 CANCEL", "a", NULL, NULL},
        {210, "<", "200", "1 CANCEL", "a", "c", NULL},
        {220, "<", "487", "1 INVITE", "a", "b", NULL},
        {230, ">", "ACK", "1 ACK", "a", "b", NULL},
    };
    struct msg *m[6];
    for (int i = 0; i < 6; i++)
        assert_non_null(m[i] = feed(&f, &steps[i]));
    struct txn *invite = m[0]->txn, *cancel = m[2]->txn;
    assert_ptr_equal(m[1]->txn, invite);
    assert_ptr_equal(m[3]->txn, cancel);
    assert_ptr_equal(m[4]->txn, invite);
    assert_ptr_equal(m[5]->txn, invite);
    assert_ptr_equal(cancel->invite, invite);
    assert_ptr_equal(invite->request, m[0]);
    assert_ptr_equal(invite->provisional, m[1]);
    assert_ptr_equal(invite->final, m[4]);
    assert_ptr_equal(invite->ack, m[5]);
    assert_true(invite->initial);
    fixture_done(&f);
}

static void ack_of_an_answer_stands_alone(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    FEED(&f, INVITE(0), {10, "<", "200", "1 INVITE", "a", "b", NULL},
         {20, ">", "ACK", "1 ACK", "k", "b", NULL});
    struct call *c = the_call(&f);
    assert_ptr_not_equal(c->last->txn, c->first->txn);
    assert_ptr_equal(c->last->txn->invite, c->first->txn);
    assert_ptr_equal(c->first->txn->ack, c->last);
    fixture_done(&f);
}

static void attempts(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    FEED(&f, INVITE(0), {10, "<", "401", "1 INVITE", "a", "b", NULL},
         {20, ">", "ACK", "1 ACK", "a", "b", NULL},
         {30, ">", "INVITE", "2 INVITE", "d", NULL, NULL});
    assert_false(the_call(&f)->first->txn->new_attempt);
    assert_true(the_call(&f)->last->txn->new_attempt);
    fixture_done(&f);
}

/* The request line has a word that is no method, the CSeq has one: its response finds
 * it. */
static void unknown_word_known_cseq(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    FEED(&f, {0, ">", "INVITE1", "1 INVITE", "a", NULL, NULL},
         {10, "<", "487", "1 INVITE", "a", "b", NULL});
    struct call *c = the_call(&f);
    assert_ptr_equal(c->first->txn, c->last->txn);
    assert_string_equal(msg_method_name(c->first), "INVITE");
    assert_int_equal(c->status, 487);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retransmissions),
        cmocka_unit_test(on_another_hop_it_is_none),
        cmocka_unit_test(messages_find_their_transaction),
        cmocka_unit_test(ack_of_an_answer_stands_alone),
        cmocka_unit_test(attempts),
        cmocka_unit_test(unknown_word_known_cseq),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
