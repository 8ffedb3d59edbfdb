#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tui/graph.h"

/* Two lines of cells, eight dots high. */
static void pictures(void **state)
{
    static const float RISE[] = {0, 1, 2, 3, 4, 5, 6, 7}, ONE[] = {7};
    static const float HOLE[] = {7, NAN, 7, 7};
    static const struct {
        const float *value;
        size_t n;
        bool least, ascii;
        int width;
        const char *wanted;
    } ROWS[] = {
        /* Each value is one dot higher than the one before. */
        {RISE, 8, false, false, 4, "  ⣠⣾\n⣠⣾⣿⣿\n"},
        {RISE, 8, false, true, 4, "  :#\n:###\n"},
        {ONE, 1, false, false, 6, "⣿⣿⣿⣿\n⣿⣿⣿⣿\n"},
        {HOLE, 4, false, true, 2, "##\n##\n"},
        {HOLE, 0, false, true, 2, "\n\n"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct canvas c;
        struct strbuf b = {0};
        struct graph g = {
            .value = ROWS[i].value, .n = ROWS[i].n, .high = 7, .least = ROWS[i].least};

        assert_int_equal(canvas_init(&c, ROWS[i].width, 2, ROWS[i].ascii), 0);
        graph_draw(&g, &c, (struct rect){0, 0, ROWS[i].width, 2});
        canvas_dump(&c, &b);
        assert_string_equal(strbuf_cstr(&b), ROWS[i].wanted);
        strbuf_done(&b);
        canvas_done(&c);
    }
}

/* Where values share a dot, the highest stands for them, or the lowest. */
static void several_values_a_dot(void **state)
{
    static const float value[] = {0, 0, 0, 7};
    for (int least = 0; least < 2; least++) {
        struct canvas c;
        struct strbuf b = {0};
        struct graph g = {.value = value, .n = 4, .high = 7, .least = least};

        assert_int_equal(canvas_init(&c, 1, 2, false), 0);
        graph_draw(&g, &c, (struct rect){0, 0, 1, 2});
        canvas_dump(&c, &b);
        assert_string_equal(strbuf_cstr(&b), least ? "\n⣀\n" : "⢸\n⣸\n");
        strbuf_done(&b);
        canvas_done(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures),
        cmocka_unit_test(several_values_a_dot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
