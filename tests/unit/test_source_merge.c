#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture/source.h"

/* A source of given times; AGAIN stands for "none now", as of a pipe. */
enum { AGAIN = -1, BROKEN = -2, END = 0 };

struct fake {
    struct source base;
    const int *times; /* seconds, then END or BROKEN */
    uint8_t byte;     /* overwritten at each call, as a read buffer is */
    int freed;
};

static int fake_next(struct source *s, struct frame *out)
{
    struct fake *f = (struct fake *)s;
    int t = *f->times;
    if (t == END)
        return -ERR_END;
    if (t == BROKEN)
        return -ERR_CUT;
    f->times++;
    if (t == AGAIN)
        return -ERR_AGAIN;
    f->byte = (uint8_t)t;
    *out = (struct frame){
        .data = &f->byte, .caplen = 1, .len = 1, .time = t, .file = s->file};
    return 0;
}

static void fake_free(struct source *s)
{
    ((struct fake *)s)->freed++;
}

static const struct source_ops OPS = {.next = fake_next, .free = fake_free};

enum { MAX = 5 };

static const struct {
    const char *name;
    const int *in[MAX]; /* NULL: no more sources */
    unsigned live;      /* bits of the live ones */
    int out[16];        /* AGAIN: source_merge_next says so; ends with END */
    int file[16];
} TABLE[] = {
    {"none", {NULL}, 0, {END}, {0}},
    {"one", {(int[]){5, 3, 4, END}}, 0, {5, 3, 4, END}, {0}},
    {"one pipe",
     {(int[]){AGAIN, 3, AGAIN, 4, BROKEN}},
     0,
     {AGAIN, 3, AGAIN, 4, END},
     {0}},
    {"two",
     {(int[]){1, 4, 6, END}, (int[]){2, 3, 5, END}},
     0,
     {1, 2, 3, 4, 5, 6, END},
     {0, 1, 1, 0, 1, 0}},
    {"equal times: the order given",
     {(int[]){7, 7, END}, (int[]){7, END}, (int[]){7, END}},
     0,
     {7, 7, 7, 7, END},
     {0, 0, 1, 2}},
    {"an empty one and one that breaks off",
     {(int[]){END}, (int[]){2, BROKEN}, (int[]){1, 3, END}},
     0,
     {1, 2, 3, END},
     {2, 1, 2}},
    {"five",
     {(int[]){5, 10, END}, (int[]){4, 9, END}, (int[]){3, 8, END}, (int[]){2, 7, END},
      (int[]){1, 6, END}},
     0,
     {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, END},
     {4, 3, 2, 1, 0, 4, 3, 2, 1, 0}},
    {"live ones in turn, whatever their times",
     {(int[]){9, 8, END}, (int[]){1, AGAIN, 2, END}},
     3,
     {9, 1, 8, AGAIN, 2, END},
     {0, 1, 0, 0, 1}},
};

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
        struct fake fake[MAX] = {0};
        struct source *list[MAX];
        struct source_merge *m;
        struct frame f;
        size_t n = 0;
        for (; n < MAX && TABLE[i].in[n]; n++) {
            fake[n].base = (struct source){.ops = &OPS, .file = (uint16_t)n};
            fake[n].base.state.live = TABLE[i].live >> n & 1;
            fake[n].times = TABLE[i].in[n];
            list[n] = &fake[n].base;
        }
        assert_int_equal(source_merge_new(list, n, &m), 0);
        assert_int_equal(source_merge_count(m), n);
        for (size_t k = 0;; k++) {
            int want = TABLE[i].out[k], err = source_merge_next(m, &f);
            assert_int_equal(err, want == AGAIN ? -ERR_AGAIN
                                  : want == END ? -ERR_END
                                                : 0);
            if (want == END)
                break;
            if (want == AGAIN)
                continue;
            assert_int_equal(f.time, want);
            assert_int_equal(*f.data, want);
            assert_int_equal(f.file, TABLE[i].file[k]);
        }
        assert_int_equal(source_merge_next(m, &f), -ERR_END);
        source_merge_free(m);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(fake[k].freed, 1);
    }
    source_merge_free(NULL);
}

static void progress(void **state)
{
    (void)state;
    struct fake fake[2] = {0};
    struct source *list[2] = {&fake[0].base, &fake[1].base};
    struct source_merge *m;
    for (int i = 0; i < 2; i++) {
        list[i]->ops = &OPS;
        list[i]->state.bytes_total = 1000;
        list[i]->state.bytes_read = 500u * (unsigned)i;
    }
    assert_int_equal(source_merge_new(list, 2, &m), 0);
    assert_int_equal(source_merge_progress(m), 25);
    list[1]->state.bytes_read = 5000;
    assert_int_equal(source_merge_progress(m), 100);
    list[1]->state.bytes_total = 0;
    assert_int_equal(source_merge_progress(m), -1);
    source_merge_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
