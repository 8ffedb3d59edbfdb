#include "scenario.h"

#include "view/align.h"
#include "view/diff_calls.h"

/* A line of the comparison as text: the sign of its kind, then both sides with what
 * differs in brackets. */
static void line_text(const struct diff *d, const struct diff_line *l,
                      struct strbuf *out)
{
    strbuf_char(out, "=#~-+"[l->kind]);
    for (unsigned s = 0; s < 2; s++) {
        strbuf_str(out, s ? "|" : "");
        for (size_t i = 0; i < l->side[s].n; i++) {
            const struct diff_word *w = &d->word[l->side[s].first + i];
            bool mark =
                w->differs && (l->kind == DIFF_CHANGED || l->kind == DIFF_USUAL);
            strbuf_str(out, mark ? "[" : "");
            strbuf_add(out, w->p, w->n);
            strbuf_str(out, mark ? "]" : "");
        }
    }
}

static void assert_diff(const char *left, const char *right, const char *expected,
                        const char *summary)
{
    struct diff *d = NULL;
    struct strbuf b = {0}, names = {0};
    assert_int_equal(diff_texts(slice_str(left), slice_str(right), &d), 0);
    for (size_t i = 0; i < d->lines; i++) {
        line_text(d, &d->line[i], &b);
        strbuf_char(&b, '\n');
    }
    assert_string_equal(strbuf_cstr(&b), expected);
    diff_summary(d, 3, &names);
    assert_string_equal(strbuf_cstr(&names), summary);
    strbuf_done(&b);
    strbuf_done(&names);
    diff_free(d);
}

static void words_of_paired_lines(void **state)
{
    (void)state;
    assert_diff("INVITE sip:bob@example.com SIP/2.0\r\nExpires: 60\r\n",
                "INVITE sip:bob@example.net SIP/2.0\r\nExpires: 60\r\n",
                "#INVITE sip:bob@[example.com] SIP/2.0|INVITE sip:bob@[example.net] "
                "SIP/2.0\n=Expires: 60|Expires: 60\n",
                "first line");
}

/* A header is found though others moved, also in its compact form. */
static void headers_are_paired_by_name(void **state)
{
    (void)state;
    assert_diff(
        "OPTIONS sip:a SIP/2.0\r\nContact: <sip:a@192.0.2.1>\r\nSubject: x\r\n",
        "OPTIONS sip:a SIP/2.0\r\nDiversion: <sip:b>\r\nm: <sip:a@192.0.2.9>\r\n",
        "=OPTIONS sip:a SIP/2.0|OPTIONS sip:a SIP/2.0\n"
        "+|Diversion: <sip:b>\n"
        "#[Contact]: <sip:a@[192.0.2.1]>|[m]: <sip:a@[192.0.2.9]>\n"
        "-Subject: x|\n",
        "+Diversion, Contact, -Subject");
}

/* Branches, tags and the like differ in any two messages and say nothing. */
static void what_always_differs_is_told_apart(void **state)
{
    (void)state;
    assert_diff("BYE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z1\r\n"
                "From: <sip:a>;tag=1\r\nTo: <sip:b>;tag=3\r\n",
                "BYE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z2\r\n"
                "From: <sip:a>;tag=2\r\nTo: <sip:c>;tag=4\r\n",
                "=BYE sip:a SIP/2.0|BYE sip:a SIP/2.0\n"
                "~Via: SIP/2.0/UDP h;branch=[z1]|Via: SIP/2.0/UDP h;branch=[z2]\n"
                "~From: <sip:a>;tag=[1]|From: <sip:a>;tag=[2]\n"
                "#To: <sip:[b]>;tag=[3]|To: <sip:[c]>;tag=[4]\n",
                "To");
}

static void descriptions_are_paired_by_type(void **state)
{
    (void)state;
    assert_diff("A a SIP/2.0\n\nv=0\nm=audio 4000 RTP/AVP 8 0\na=rtpmap:8 PCMA/8000\n"
                "a=sendrecv\n",
                "A a SIP/2.0\n\nv=0\nm=audio 5000 RTP/AVP 8\na=rtpmap:8 PCMA/8000\n"
                "a=sendonly\n",
                "=A a SIP/2.0|A a SIP/2.0\n=|\n=v=0|v=0\n"
                "#m=audio [4000] RTP/AVP 8[ 0]|m=audio [5000] RTP/AVP 8\n"
                "=a=rtpmap:8 PCMA/8000|a=rtpmap:8 PCMA/8000\n"
                "-a=sendrecv|\n+|a=sendonly\n",
                "m=, -a=sendrecv, +a=sendonly");
}

static void a_description_on_one_side_has_one_name(void **state)
{
    (void)state;
    assert_diff("A a SIP/2.0\n\nv=0\ns=-\n", "A a SIP/2.0\n\n",
                "=A a SIP/2.0|A a SIP/2.0\n=|\n-v=0|\n-s=-|\n", "-SDP");
}

static void nothing_and_empty_texts(void **state)
{
    (void)state;
    assert_diff("", "", "", "");
    assert_diff("", "BYE\n", "+|BYE\n", "+first line");
    assert_diff("\r\n", "\r\n", "=|\n", "");
}

static unsigned same_number(void *ctx, size_t left, size_t right)
{
    const unsigned *n = ctx;
    return left / n[0] == right / n[1];
}

/* Work stays bounded where both sides are long. */
static void long_texts_are_paired_in_one_pass(void **state)
{
    struct align a = {0};
    unsigned each[] = {1, 2};
    size_t pairs = 0;
    (void)state;
    assert_true(align(&a, 20000, 40000, same_number, each));
    for (size_t i = 0; i < a.steps.n; i++)
        pairs += a.steps.at[i].left != ALIGN_NONE && a.steps.at[i].right != ALIGN_NONE;
    assert_int_equal(pairs, 20000);
    assert_int_equal(a.steps.n, 40000);
    align_done(&a);
}

static void every_element_is_in_the_steps_once(void **state)
{
    struct align a = {0};
    unsigned each[] = {2, 3};
    (void)state;
    assert_true(align(&a, 40, 60, same_number, each));
    uint32_t left = 0, right = 0;
    for (size_t i = 0; i < a.steps.n; i++) {
        if (a.steps.at[i].left != ALIGN_NONE)
            assert_int_equal(a.steps.at[i].left, left++);
        if (a.steps.at[i].right != ALIGN_NONE)
            assert_int_equal(a.steps.at[i].right, right++);
    }
    assert_int_equal(left, 40);
    assert_int_equal(right, 60);
    align_done(&a);
}

/* An answered call beside one that was refused: the answers stand side by side. */
static void messages_of_two_calls(void **state)
{
    struct fixture f;
    struct diff_calls *d = NULL;
    (void)state;
    fixture_init(&f);
    f.call_id = "good";
    FEED(&f, {0, ">", "INVITE", "1 INVITE", "g1", NULL, NULL},
         {1, "<", "180", "1 INVITE", "g1", "g", NULL},
         {2, "<", "200", "1 INVITE", "g1", "g", NULL},
         {3, ">", "ACK", "1 ACK", "g2", "g", NULL},
         {9, "<", "BYE", "1 BYE", "g3", "g", NULL});
    f.call_id = "bad";
    FEED(&f, {0, ">", "INVITE", "1 INVITE", "b1", NULL, NULL},
         {500, ">", "INVITE", "1 INVITE", "b1", NULL, NULL},
         {600, "<", "488", "1 INVITE", "b1", "b", NULL},
         {601, ">", "ACK", "1 ACK", "b1", "b", NULL});
    struct view v = {.calls = f.calls, .ledger = &f.ledger};
    assert_int_equal(
        diff_calls(&v, calls_by_id(f.calls, 1), calls_by_id(f.calls, 2), &d), 0);
    static const struct {
        uint32_t left, right;
        enum diff_kind kind;
    } expected[] = {{1, 6, DIFF_SAME},
                    {2, 0, DIFF_LEFT},
                    {3, 8, DIFF_CHANGED},
                    {4, 9, DIFF_SAME},
                    {5, 0, DIFF_LEFT}};
    assert_int_equal(d->pairs, 5);
    for (size_t i = 0; i < d->pairs; i++) {
        assert_int_equal(d->pair[i].msg[0], expected[i].left);
        assert_int_equal(d->pair[i].msg[1], expected[i].right);
        assert_int_equal(d->pair[i].kind, expected[i].kind);
    }
    assert_int_equal(d->changed, 3);
    assert_ptr_equal(diff_calls_good(&v, calls_by_id(f.calls, 2)),
                     calls_by_id(f.calls, 1));
    assert_null(diff_calls_good(&v, calls_by_id(f.calls, 1)));
    assert_ptr_equal(diff_counterpart(calls_msg_by_id(f.calls, 9)), NULL);
    diff_calls_free(d);
    fixture_done(&f);
}

/* The same request on the next hop is what it is compared with, not a repetition. */
static void counterparts_are_on_another_hop(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    f.call_id = "relayed";
    FEED(&f, {0, ">", "INVITE", "1 INVITE", "a1", NULL, NULL},
         {500, ">", "INVITE", "1 INVITE", "a1", NULL, NULL});
    f.src = "198.51.100.2:5060";
    f.dst = "203.0.113.9:5060";
    FEED(&f, {501, ">", "INVITE", "1 INVITE", "b1", NULL, NULL},
         {600, "<", "200", "1 INVITE", "b1", "t", NULL});
    const struct msg *relayed = calls_msg_by_id(f.calls, 3);
    assert_int_equal(diff_counterpart(relayed)->id, 2);
    assert_int_equal(diff_counterpart(calls_msg_by_id(f.calls, 1))->id, 3);
    assert_null(diff_counterpart(calls_msg_by_id(f.calls, 4)));
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_paired_lines),
        cmocka_unit_test(headers_are_paired_by_name),
        cmocka_unit_test(what_always_differs_is_told_apart),
        cmocka_unit_test(descriptions_are_paired_by_type),
        cmocka_unit_test(a_description_on_one_side_has_one_name),
        cmocka_unit_test(nothing_and_empty_texts),
        cmocka_unit_test(long_texts_are_paired_in_one_pass),
        cmocka_unit_test(every_element_is_in_the_steps_once),
        cmocka_unit_test(messages_of_two_calls),
        cmocka_unit_test(counterparts_are_on_another_hop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
