#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "view/field.h"
#include "view/ladder_media.h"

/* Figures with MOS of slices in tenths, as a string of letters: 'k' is 1.0, 'u' 2.0. */
static struct ladder_media *media_of(const char *tenths)
{
    size_t n = strlen(tenths);
    struct ladder_media *m = calloc(1, sizeof *m + n);
    assert_non_null(m);
    m->codec = strdup("PCMA");
    m->packets = 7541;
    m->loss = 4.06;
    m->jitter = 6.96;
    m->mos = 3.24;
    m->has_jitter = m->has_mos = true;
    m->slices = n;
    for (size_t i = 0; i < n; i++)
        m->tenth[i] = tenths[i] == '?' ? 0 : (uint8_t)(tenths[i] - 'a');
    return m;
}

/* What has no room is left out, the least telling first. */
static void text_for_a_room(void **state)
{
    static const struct {
        size_t room;
        bool ascii;
        const char *wanted;
    } ROWS[] = {
        {80, false, "PCMA  7 541 pkt  4.1 %  J 7.0  3.2  ▁▃▅▇·"},
        {80, true, "PCMA  7 541 pkt  4.1 %  J 7.0  3.2  1234."},
        {41, true, "PCMA  7 541 pkt  4.1 %  J 7.0  3.2  1234."},
        {40, true, "PCMA  7 541 pkt  4.1 %  J 7.0  3.2  1234"},
        {38, true, "PCMA  7 541 pkt  4.1 %  J 7.0  3.2"},
        {34, true, "PCMA  7 541 pkt  4.1 %  J 7.0  3.2"},
        {33, true, "PCMA  4.1 %  J 7.0  3.2  1234."},
        {23, true, "PCMA  4.1 %  J 7.0  3.2"},
        {22, true, "PCMA  4.1 %  3.2  1234"},
        {21, true, "PCMA  4.1 %  3.2  124"},
        {20, true, "PCMA  4.1 %  3.2"},
        {10, true, "PCMA  3.2"},
        {4, true, "PCMA"},
        {3, true, "3.2"},
        {2, true, ""},
        {0, true, ""},
    };
    struct ladder_media *m = media_of("kuEO?");
    m->tenth[2] = 30;
    m->tenth[3] = 43;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct strbuf b = {0};
        ladder_media_text(m, ROWS[i].room, ROWS[i].ascii, &b);
        assert_string_equal(strbuf_cstr(&b), ROWS[i].wanted);
        strbuf_done(&b);
    }
    ladder_media_free(m);
}

/* A sign for several slices stands for their worst. */
static void a_strip_too_long(void **state)
{
    static const struct {
        size_t room;
        const char *wanted;
    } ROWS[] = {{0, ""}, {1, "1"}, {2, "21"}, {3, "221"}, {6, "222221"}, {9, "222221"}};
    struct ladder_media *m = media_of("uuuuuk");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct strbuf b = {0};
        ladder_media_strip(m, ROWS[i].room, true, &b);
        assert_string_equal(strbuf_cstr(&b), ROWS[i].wanted);
        strbuf_done(&b);
    }
    ladder_media_free(m);
}

static void tones(void **state)
{
    static const struct {
        bool has_mos;
        double mos, loss;
        enum tone tone;
    } ROWS[] = {
        {true, 4.4, 0, TONE_GOOD}, {true, 3.6, 9, TONE_PLAIN},
        {true, 3.5, 0, TONE_WARN}, {true, 3.0, 0, TONE_BAD},
        {false, 0, 0, TONE_PLAIN}, {false, 0, 1, TONE_WARN},
        {false, 0, 5, TONE_BAD},
    };
    struct ladder_media *m = media_of("");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        m->has_mos = ROWS[i].has_mos;
        m->mos = ROWS[i].mos;
        m->loss = ROWS[i].loss;
        assert_int_equal(ladder_media_tone(m), ROWS[i].tone);
    }
    ladder_media_free(m);
}

/* The codec's name comes from the network. */
static void a_hostile_codec(void **state)
{
    struct ladder_media *m = media_of("");
    struct strbuf b = {0};
    free(m->codec);
    m->codec = strdup("\033[31m\xe2\x80\xaeX");
    ladder_media_text(m, 80, false, &b);
    assert_null(strchr(strbuf_cstr(&b), '\033'));
    assert_null(strstr(b.p, "\xe2\x80\xae"));
    strbuf_done(&b);
    ladder_media_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_for_a_room),
        cmocka_unit_test(a_strip_too_long),
        cmocka_unit_test(tones),
        cmocka_unit_test(a_hostile_codec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
