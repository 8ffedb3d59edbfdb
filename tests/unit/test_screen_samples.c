/* Screens of the samples, read as a user reads them: each with its keys, in three
 * sizes, in UTF-8 and ASCII, against tests/golden/screens/samples/NAME.txt. */
#include "screens.h"

#include "options.h"
#include "pump.h"

#include <unistd.h>

static const struct {
    const char *name, *sample;
    const char *keys; /* of stage_press */
} SHOTS[] = {
    {"ladder-no-ack", "no-ack.pcap", "\n"},
    {"verdict-no-ack", "no-ack.pcap", "vj"},
    {"ladder-silent", "silent-timeout.pcap", "\n"},
    {"ladder-refused", "responses.pcap", "^E\n"},
    {"verdict-same", "responses.pcap", "^Ev^E\n"}, /* the next call of the same cause */
    {"ladder-icmp", "icmp.pcap", "\n"},
    {"ladder-auth", "register-refused.pcap", "\n"},
    {"ladder-b2bua", "b2bua-xcid.pcap", "\n"},
    {"ladder-fork", "fork.pcap", "\n"},
    {"ladder-hold", "hold.pcap", "\nd"},
    {"ladder-transfer", "transfer-attended.pcap", "\n"},
    {"ladder-dtmf", "info-dtmf.pcap", "\n"},
    {"ladder-proxied", "proxied.pcap", "\nw"},
    {"ladder-media", "real-baresip.pcap", "\n"},
    {"ladder-tcp", "tcp.pcap", "\n"},
    {"ladder-ipv6", "ipv6.pcap", "\n"},
    {"ladder-hostile", "hostile-text.pcap", "j\n"},
    {"ladder-one-host", "one-host.pcap", "\n"},
    {"media-hold", "hold.pcap", "m"},
    {"media-together", "real-baresip.pcap", "m\t"},
    {"message-malformed", "malformed.pcap", "\n\n"},
    {"diff-b2bua", "b2bua-xcid.pcap", "\n^HjD"},
    {"diff-calls", "responses.pcap", "jD"},
};

static void silent(const char *line)
{
    print_error("%s\n", line);
}

/* From the root, so that screens which name the file are the same everywhere. */
static void sample_path(char *out, size_t room, const char *sample)
{
    const char *root = getenv("SIPGLASS_ROOT");

    assert_int_equal(chdir(root ? root : "."), 0);
    snprintf(out, room, "samples/%s", sample);
}

static void add_shot(struct ui *ui, int w, int h, bool ascii, struct strbuf *out)
{
    struct canvas c;

    assert_int_equal(canvas_init(&c, w, h, ascii), 0);
    ui_draw(ui, &c);
    strbuf_printf(out, "==== %dx%d%s\n", w, h, ascii ? " ascii" : "");
    canvas_dump(&c, out);
    if (!ascii && w == 80) {
        strbuf_str(out, "---- styles\n");
        canvas_dump_styles(&c, out);
    }
    canvas_done(&c);
}

/* Reads the sample whole, presses the keys, and draws. */
static void shoot(const char *sample, const char *keys, struct strbuf *out)
{
    static const struct {
        int w, h;
    } sizes[] = {{80, 24}, {120, 36}, {200, 60}};
    char path[512], name[] = "sipglass";
    char *argv[] = {name, path, NULL};
    struct options options;
    struct errmsg why = {""};
    struct stage s; /* its ui alone is used: stage_press wants one */
    struct trace *trace = NULL;
    struct canvas first;

    memset(&s, 0, sizeof s);
    sample_path(path, sizeof path, sample);
    assert_int_equal(options_parse(&options, 2, argv, &why), 0);
    options.utc = true;
    assert_int_equal(trace_new(&options, silent, &trace), 0);
    while (pump_run(trace, 0) == PUMP_MORE)
        ;
    assert_int_equal(ui_init(&s.ui, trace), 0);
    state_read(&s.ui.state, trace, 0);
    s.ui.state.memory = 0; /* differs from machine to machine */
    ui_refresh(&s.ui);
    assert_int_equal(canvas_init(&first, 80, 24, false), 0);
    ui_draw(&s.ui, &first); /* keys come after a screen was seen */
    for (const char *k = keys; *k; k += *k == '^' && k[1] ? 2 : 1) {
        char one[3] = {k[0], *k == '^' ? k[1] : 0, 0};

        stage_press(&s, one);
        canvas_clear(&first);
        ui_draw(&s.ui, &first);
    }
    canvas_done(&first);
    for (int ascii = 0; ascii < 2; ascii++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            add_shot(&s.ui, sizes[i].w, sizes[i].h, ascii, out);
    ui_done(&s.ui);
    trace_free(trace);
    options_done(&options);
}

/* No byte of the network that a terminal may act on. */
static void assert_safe(const struct strbuf *text)
{
    for (size_t i = 0; i < text->n; i++) {
        uint8_t c = (uint8_t)text->p[i];

        assert_true(c == '\n' || (c >= ' ' && c != 0x7f));
    }
}

static void samples_as_they_are_seen(void **state)
{
    const char *root = getenv("SIPGLASS_ROOT"), *mode = getenv("SIPGLASS_GOLDEN");
    struct strbuf now = {0}, kept = {0};
    char path[512];
    size_t bad = 0;

    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    for (size_t i = 0; i < sizeof SHOTS / sizeof *SHOTS; i++) {
        now.n = kept.n = 0;
        shoot(SHOTS[i].sample, SHOTS[i].keys, &now);
        assert_safe(&now);
        snprintf(path, sizeof path, "%s/tests/golden/screens/samples/%s.txt",
                 root ? root : ".", SHOTS[i].name);
        if (mode && !strcmp(mode, "write")) {
            FILE *f = fopen(path, "w");

            assert_non_null(f);
            fwrite(now.p, 1, now.n, f);
            fclose(f);
        }
        read_file(path, &kept);
        if (kept.n == now.n && !memcmp(kept.p, now.p, now.n))
            continue;
        print_error("%s differs; it is now\n%s", path, strbuf_cstr(&now));
        bad++;
    }
    strbuf_done(&now);
    strbuf_done(&kept);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(samples_as_they_are_seen)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
