#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "options.h"

static int parse(struct options *o, struct errmsg *why, const char *line)
{
    static char copy[512];
    static char *argv[32];
    int argc = 0;
    why->text[0] = 0;
    strncpy(copy, line, sizeof copy - 1);
    argv[argc++] = "sipglass";
    for (char *p = strtok(copy, " "); p; p = strtok(NULL, " "))
        argv[argc++] = p;
    argv[argc] = NULL;
    return options_parse(o, argc, argv, why);
}

static void options_stand_anywhere(void **state)
{
    struct options o;
    struct errmsg why;
    (void)state;
    assert_int_equal(
        parse(&o, &why, "calls a.pcap --json b.pcap -f udp --max-memory 2G -l 7"), 0);
    assert_int_equal(o.command, COMMAND_CALLS);
    assert_int_equal(o.nfiles, 2);
    assert_string_equal(o.files[1], "b.pcap");
    assert_int_equal(o.format, FORMAT_JSON);
    assert_string_equal(o.bpf, "udp");
    assert_int_equal(o.limits.max_memory, (uint64_t)2 << 30);
    assert_int_equal(o.limits.max_calls, 7);
    assert_int_equal(o.limits.max_messages, 1000);
    options_done(&o);
    assert_int_equal(parse(&o, &why, "message a.pcap 12"), 0);
    assert_string_equal(o.argument, "12");
    assert_int_equal(o.nfiles, 1);
    options_done(&o);
    assert_int_equal(parse(&o, &why, "-d eth0 -i eth1 -I x.pcap -w out.pcap -R -N"), 0);
    assert_int_equal(o.command, COMMAND_SCREEN);
    assert_int_equal(o.ninterfaces, 2);
    assert_int_equal(o.nfiles, 1);
    assert_string_equal(o.out, "out.pcap");
    assert_true(o.no_screen);
    options_done(&o);
}

static void wrong_usage_says_what(void **state)
{
    static const struct {
        const char *line, *says;
    } CASES[] = {
        {"", "nothing to read"},
        {"calls", "nothing to read"},
        {"ladder a.pcap", "ladder needs --call"},
        {"save a.pcap", "save needs -O"},
        {"message 3", "message needs files"},
        {"a.pcap --redact -O b.pcap", "--redact and -O"},
        {"--nonsense a.pcap", "--nonsense: no such option"},
        {"-Z a.pcap", "no option -Z"},
        {"a.pcap --format xml", "it is table, json or csv"},
        {"a.pcap -l many", "--max-calls many"},
        {"a.pcap -l -3", "--max-calls -3"},
        {"a.pcap --max-memory 99999999999G", "--max-memory"},
        {"a.pcap --call", "--call needs a value"},
        {"a.pcap -k keys.log", "TLS cannot be decrypted yet"},
    };
    struct options o;
    struct errmsg why;
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_int_equal(parse(&o, &why, CASES[i].line), -ERR_USAGE);
        if (!strstr(why.text, CASES[i].says))
            fail_msg("%s: says '%s'", CASES[i].line, why.text);
        options_done(&o);
    }
}

static void help_names_all(void **state)
{
    (void)state;
    const char *h = options_help();
    assert_non_null(strstr(h, "--max-calls N"));
    assert_non_null(strstr(h, "messages"));
    assert_string_equal(h, options_help());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(wrong_usage_says_what),
        cmocka_unit_test(help_names_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
