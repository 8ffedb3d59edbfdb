#include "service/alarm_rule.h"
#include "service/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct strbuf told;

static void tell(void *ctx, unsigned line, const char *what)
{
    (void)ctx;
    strbuf_printf(&told, "%u: %s\n", line, what);
}

static struct config *read_text(const char *text)
{
    char path[64];
    struct config *c = NULL;
    snprintf(path, sizeof path, "/tmp/sipglass-config-%d", (int)getpid());
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
    told.n = 0;
    assert_int_equal(config_read(path, tell, NULL, &c), 0);
    unlink(path);
    return c;
}

static void all_is_read(void **state)
{
    const struct field *columns[8];
    struct config *c =
        read_text("# mine\n[filters]\nslow = pdd > 5\n  late=pdd > 2 and "
                  "status = 200\n[columns]\ncalls = id, pdd status\n"
                  "[aliases]\noffice = 192.0.2.0/24\n"
                  "carrier = [2001:db8::1]:5060\n");
    (void)state;
    assert_int_equal(told.n, 0);
    assert_string_equal(config_filter(c, "slow"), "pdd > 5");
    assert_string_equal(config_filter(c, "late"), "pdd > 2 and status = 200");
    assert_null(config_filter(c, "none"));
    assert_int_equal(config_columns(c, &TABLE_CALLS, columns, 8), 3);
    assert_string_equal(columns[1]->name, "pdd");
    assert_int_equal(config_columns(c, &TABLE_MESSAGES, columns, 8), 0);
    struct slice aliases = config_aliases(c);
    assert_true(
        slice_eq(aliases, SLICE("192.0.2.0/24 office\n[2001:db8::1]:5060 carrier\n")));
    config_free(c);
}

static void trunks_and_kpis(void **state)
{
    (void)state;
    assert_int_equal(config_kpis(NULL).prefix, 4);
    struct config *c = read_text("[trunks]\ncarrier = 192.0.2.0/24, 198.51.100.7\n"
                                 "none =\nbad = here\n[kpis]\nprefix = 2\n"
                                 "early_487 = left_out\nprefix = many\n");
    assert_true(slice_eq(config_trunks(c),
                         SLICE("192.0.2.0/24 carrier\n198.51.100.7 carrier\n")));
    assert_int_equal(config_kpis(c).prefix, 2);
    assert_true(config_kpis(c).early_487_left_out);
    assert_string_equal(strbuf_cstr(&told),
                        "3: no address of the trunk none\n"
                        "4: no address\n"
                        "8: neither prefix = 0 to 15 nor early_487 = failed or "
                        "left_out: prefix\n");
    config_free(c);
}

static void alarms_and_hep(void **state)
{
    (void)state;
    size_t n;
    struct config *c = read_text("[alarms]\nrefused = ner < 90 for 4m on trunks\n"
                                 "bad = ner is low\nslow = pdd_p95 > 8\n"
                                 "command = /bin/page \"$SIPGLASS_TEXT\"\n"
                                 "syslog = yes\nsyslog = maybe\n"
                                 "[hep]\nkey = secret\nallow = 192.0.2.0/24\n"
                                 "allow = nowhere\nport = 9060\n");
    const struct alarm_rule *rules = config_alarms(c, &n);
    assert_int_equal(n, 2);
    assert_string_equal(rules[0].name, "refused");
    assert_int_equal(rules[0].value, ALARM_NER);
    assert_int_equal(rules[0].hold, 240);
    assert_string_equal(rules[1].name, "slow");
    assert_string_equal(config_alarm_command(c), "/bin/page \"$SIPGLASS_TEXT\"");
    assert_false(config_alarm_syslog(c));
    assert_string_equal(config_hep(c, "key"), "secret");
    /* The last one counts though it is wrong: the listener then says so and refuses. */
    assert_string_equal(config_hep(c, "allow"), "nowhere");
    assert_null(config_hep(c, "port"));
    const char *const said[] = {"3: neither < nor >: is", "7: syslog is yes or no",
                                "11: nowhere", "12: neither key nor allow: port"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_non_null(strstr(strbuf_cstr(&told), said[i]));
    config_free(c);
    assert_null(config_alarms(NULL, &n));
    assert_int_equal(n, 0);
    assert_null(config_alarm_command(NULL));
    assert_false(config_alarm_syslog(NULL));
    assert_null(config_hep(NULL, "key"));
}

static void wrong_lines_are_named(void **state)
{
    char text[1200], line[600];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = 0;
    snprintf(
        text, sizeof text,
        "a = b\n[filters]\nno setting here\n= x\n[colors]\nx = y\n[columns]\n"
        "cals = id\ncalls = id stauts\n[aliases]\nx = 192.0.2.0/99\n%s\n[filters]\n"
        "slow = pdd > 5\n",
        line);
    struct config *c = read_text(text);
    (void)state;
    assert_string_equal(strbuf_cstr(&told),
                        "1: before any section: a\n"
                        "3: neither [section] nor name = value: no setting here\n"
                        "4: neither [section] nor name = value: = x\n"
                        "6: there is no section colors\n"
                        "8: there is no table cals\n"
                        "9: calls has no column stauts; the nearest is status\n"
                        "11: no address\n"
                        "12: too long\n");
    assert_string_equal(config_filter(c, "slow"), "pdd > 5");
    config_free(c);
}

static void where_it_lies(void **state)
{
    char path[100];
    (void)state;
    setenv("HOME", "/home/alice", 1);
    unsetenv("XDG_CONFIG_HOME");
    assert_true(config_path(path, sizeof path));
    assert_string_equal(path, "/home/alice/.config/sipglass/config");
    setenv("XDG_CONFIG_HOME", "/etc/xdg", 1);
    assert_true(config_path(path, sizeof path));
    assert_string_equal(path, "/etc/xdg/sipglass/config");
    assert_int_equal(config_read("/none/at/all", NULL, NULL, NULL), -ERR_NOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_read),    cmocka_unit_test(trunks_and_kpis),
        cmocka_unit_test(alarms_and_hep), cmocka_unit_test(wrong_lines_are_named),
        cmocka_unit_test(where_it_lies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
