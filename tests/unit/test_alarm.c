#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/kpi.h"
#include "service/alarm.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *text; /* value, below, threshold, clear, hold, span, way, each, group */
    enum alarm_value value;
    bool below;
    double threshold, clear;
    int64_t hold, span;
    enum kpi_kind kind;
    enum kpi_way way;
    bool each;
    const char *group;
} RULES[] = {
    {"ner < 90", ALARM_NER, true, 90, 90, 0, 300, KPI_ALL, KPI_BOTH, false, ""},
    {"ner < 90% for 4m clear 93 over 10m on carrier-b", ALARM_NER, true, 90, 93, 240,
     600, KPI_ALL, KPI_BOTH, false, "carrier-b"},
    {"pdd_p95 > 8s for 30 over 1h to trunks", ALARM_PDD_P95, false, 8, 8, 30, 3600,
     KPI_TRUNK, KPI_TO, true, ""},
    {"mos_p5 < 3.1 clear 3.6 from peers", ALARM_MOS_P5, true, 3.1, 3.6, 0, 300,
     KPI_PEER, KPI_FROM, true, ""},
    {"concurrent > 500 clear 450 from 192.0.2.1", ALARM_CONCURRENT, false, 500, 450, 0,
     300, KPI_ALL, KPI_FROM, false, "192.0.2.1"},
};

static const char *const WRONG[] = {
    "",
    "ner",
    "ner < ",
    "ner = 90",
    "status < 90",
    "ner < ninety",
    "ner < 90s",
    "ner < 90 for",
    "ner < 90 for 4x",
    "ner < 90 for -4",
    "ner < 90 clear 80",
    "loss > 5 clear 6",
    "ner < 90 over 0",
    "ner < 90 over 7h",
    "ner < 90 on",
    "ner < 90 sometimes 4m",
    "ner < nan",
    "ner < 90 for 1 for 2 for 3 for 4 for 5 for 6 for 7",
};

static void reads_rules(void **state)
{
    (void)state;
    struct alarm_rule r;
    struct errmsg why;
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        assert_int_equal(alarm_rule_read("a", RULES[i].text, &r, &why), 0);
        assert_string_equal(r.name, "a");
        assert_int_equal(r.value, RULES[i].value);
        assert_int_equal(r.below, RULES[i].below);
        assert_true(r.threshold == RULES[i].threshold);
        assert_true(r.clear == RULES[i].clear);
        assert_int_equal(r.hold, RULES[i].hold);
        assert_int_equal(r.span, RULES[i].span);
        assert_int_equal(r.kind, RULES[i].kind);
        assert_int_equal(r.way, RULES[i].way);
        assert_int_equal(r.each, RULES[i].each);
        assert_string_equal(r.group, RULES[i].group);
    }
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        why.text[0] = 0;
        assert_int_equal(alarm_rule_read("a", WRONG[i], &r, &why), -ERR_USAGE);
        assert_non_null(strstr(why.text, "an alarm is"));
    }
}

/* Seconds and values; what has to come of each: r raised, o over, - nothing. */
static void keeps_its_state(void **state)
{
    (void)state;
    static const struct {
        int64_t now;
        double value;
        char want;
    } STEPS[] = {
        {10, 95, '-'},  {15, 89, '-'},   {20, 91, '-'},  /* not for long enough */
        {25, 89, '-'},  {30, 80, '-'},   {35, NAN, '-'}, /* not known: anew */
        {40, 89, '-'},  {50, 89, '-'},   {60, 89, 'r'},
        {70, 91, '-'},  {80, 92, '-'},   {95, 91, '-'}, /* not behind 93 yet */
        {100, 94, '-'}, {110, NAN, '-'}, {121, 94, 'o'},
        {125, 94, '-'}, {130, 89, '-'},  {60, 89, '-'}, /* the clock was set back */
        {79, 89, '-'},  {80, 89, 'r'},
    };
    struct alarm_rule r;
    struct alarm_state s = {0};
    assert_int_equal(alarm_rule_read("a", "ner < 90 for 20s clear 93", &r, NULL), 0);
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        bool was = s.raised;
        bool turned = alarm_step(&s, &r, STEPS[i].now, STEPS[i].value);
        if (turned)
            s.since = 0; /* as alarms_update() does */
        assert_int_equal(turned, STEPS[i].want != '-');
        assert_int_equal(s.raised, STEPS[i].want == 'r'   ? true
                                   : STEPS[i].want == 'o' ? false
                                                          : was);
    }
}

struct seen {
    char text[4][200];
    size_t n;
};

static void on_event(void *ctx, const struct alarm_event *e)
{
    struct seen *seen = ctx;
    struct strbuf b = {0};
    alarm_text(e, &b);
    assert_true(seen->n < 4 && b.n < 200);
    memcpy(seen->text[seen->n++], strbuf_cstr(&b), b.n + 1);
    strbuf_done(&b);
}

static void count(struct kpi *k, const char *peer, int64_t second, unsigned attempts,
                  unsigned answered)
{
    struct addr a = {0};
    assert_true(addr_parse(slice_str(peer), &a));
    kpi_clock(k, second * 1000000000);
    struct kpi_group *const groups[] = {kpi_peer_get(k, &a, KPI_TO), k->all};
    for (int i = 0; i < 2; i++) {
        struct kpi_counts *c = kpi_counts_at(k, groups[i], second);
        c->n[KPI_ATTEMPTS] += attempts;
        c->n[KPI_SETTLED] += attempts;
        c->n[KPI_ANSWERED] += answered;
    }
}

static void looks_at_the_kpis(void **state)
{
    (void)state;
    enum { T = 1700000000 };
    struct kpi_options ko = {.prefix = 0};
    struct kpi *k = kpi_new(&ko);
    static struct calls calls;
    calls.kpi = k;
    struct view v = {.calls = &calls};
    struct alarm_rule rules[2];
    struct seen seen = {.n = 0};
    struct alarm_event e;
    assert_int_equal(
        alarm_rule_read("low", "asr < 50 for 10s over 60s to peers", &rules[0], NULL),
        0);
    assert_int_equal(
        alarm_rule_read("busy", "attempts > 100 over 60s", &rules[1], NULL), 0);
    struct alarms *a = alarms_new(rules, 2);
    count(k, "192.0.2.1", T, 20, 5);
    count(k, "192.0.2.2", T, 40, 30);
    count(k, "192.0.2.3", T, 9, 0); /* too few for a percentage */
    alarms_update(a, &v, 100, on_event, &seen);
    assert_int_equal(seen.n, 0);
    count(k, "192.0.2.2", T + 5, 40, 30);
    alarms_update(a, &v, 105, on_event, &seen);
    assert_int_equal(seen.n, 1);
    assert_string_equal(seen.text[0], "busy: attempts 109 > 100");
    alarms_update(a, &v, 110, on_event, &seen);
    assert_int_equal(seen.n, 2);
    assert_string_equal(seen.text[1], "low: 192.0.2.1 asr 25 % < 50 % for 10 s");
    assert_true(alarms_raised(a, 0, &e));
    assert_true(alarms_raised(a, 1, &e));
    assert_false(alarms_raised(a, 2, &e));
    /* A rule that is left out takes its state with it, the other keeps its own. */
    assert_true(alarms_replace(a, rules, 1));
    assert_true(alarms_raised(a, 0, &e));
    assert_string_equal(e.group, "192.0.2.1");
    assert_false(alarms_raised(a, 1, &e));
    count(k, "192.0.2.1", T + 20, 60, 58);
    seen.n = 0;
    alarms_update(a, &v, 120, on_event, &seen);
    alarms_update(a, &v, 131, on_event, &seen);
    assert_int_equal(seen.n, 1);
    assert_string_equal(seen.text[0], "low: 192.0.2.1 asr 78.75 %, was < 50 %");
    assert_false(alarms_raised(a, 0, &e));
    alarms_free(a);
    kpi_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rules),
        cmocka_unit_test(keeps_its_state),
        cmocka_unit_test(looks_at_the_kpis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
