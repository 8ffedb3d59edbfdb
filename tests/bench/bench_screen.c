/*
 * What the screen costs with many calls: a frame, a key while sorting and searching,
 * and a step of following a model that grows. Prints medians and maxima in ms.
 *
 *     bench_screen [CALLS]      exit status 1 where a promise is not kept
 */
#include "../unit/screens.h"

#include <stdlib.h>

enum { FRAMES = 200, WIDTH = 200, HEIGHT = 60 };

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Prints a row of figures; false where the 99th percentile is over the promise. */
static bool report(const char *what, double *ms, size_t n, double promised)
{
    double most;

    qsort(ms, n, sizeof *ms, by_size);
    most = ms[n - 1 - n / 100];
    printf("%-52s median %7.3f  p99 %7.3f  most %7.3f ms  (%.0f)%s\n", what, ms[n / 2],
           most, ms[n - 1], promised, most > promised ? "  OVER" : "");
    return most <= promised;
}

static void one_call(struct stage *s, unsigned n)
{
    char id[40], from[60], to[60], branch[20];
    int at = (int)(n * 10);

    snprintf(id, sizeof id, "%u-%u@example.com", n * 2654435761u, n);
    snprintf(from, sizeof from, "sip:u%u@example.com", n * 7919 % 100003);
    snprintf(to, sizeof to, "sip:8%05u@example.net", n * 104729 % 99991);
    snprintf(branch, sizeof branch, "b%u", n);
    stage_call(s, id, from, to);
    SAY(s, {at, ">", "INVITE", "1 INVITE", branch, NULL, NULL},
        {at + 3, "<",
         n % 9   ? "200"
         : n % 2 ? "486"
                 : "503",
         "1 INVITE", branch, "t", NULL});
}

static bool frames(struct stage *s)
{
    static const char *const keys[] = {"^D", "^N", "^P", "^U"};
    double draw[FRAMES], key[FRAMES];

    for (size_t i = 0; i < FRAMES; i++) {
        double start = now_ms();

        stage_press(s, keys[i % 4]);
        key[i] = now_ms() - start;
        start = now_ms();
        ui_refresh(&s->ui);
        ui_draw(&s->ui, &s->canvas);
        draw[i] = now_ms() - start;
    }
    return report("draw a frame of 200 x 60", draw, FRAMES, 5) &
           report("move the cursor", key, FRAMES, 5);
}

/* Keys that make the list anew, each until it is whole again: no step may hold up the
 * keys that follow. */
static bool anew(struct stage *s, const char *what, const char *const *keys, size_t n)
{
    static double step[100000];
    double longest = 0;
    size_t steps = 0;

    for (size_t i = 0; i < n; i++) {
        double start = now_ms(), begin = start;

        stage_press(s, keys[i]);
        step[steps++] = now_ms() - start;
        while (s->ui.pending && steps < 100000) {
            start = now_ms();
            ui_refresh(&s->ui);
            ui_draw(&s->ui, &s->canvas);
            step[steps++] = now_ms() - start;
        }
        longest = now_ms() - begin > longest ? now_ms() - begin : longest;
    }
    printf("%-52s whole after at most %.0f ms\n", what, longest);
    return report("    its longest hold-up of keys", step, steps, 50);
}

/* Calls come, sorted and filtered meanwhile. */
static bool load(struct stage *s, unsigned first)
{
    double step[FRAMES];

    stage_press(s, ">/8\n");
    for (unsigned i = 0; i < FRAMES; i++) {
        double start;

        for (unsigned k = 0; k < 200; k++)
            one_call(s, first + i * 200 + k);
        start = now_ms();
        ui_refresh(&s->ui);
        ui_draw(&s->ui, &s->canvas);
        step[i] = now_ms() - start;
    }
    return report("follow 200 new calls, sorted and filtered", step, FRAMES, 50);
}

int main(int argc, char **argv)
{
    static struct stage s;
    static const char *const sorts[] = {">", ">", "z", ">", ">", "z"};
    static const char *const words[] = {"/", "5", "0", "3", " ", "u1", "\033"};
    static const char *const sql[] = {"/status >= 500", " and from_user like 'u9%'\n",
                                      "\033"};
    unsigned calls = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100000;
    bool kept = true;

    stage_open(&s);
    s.f.limits.max_calls = 1000000;
    for (unsigned n = 0; n < calls; n++)
        one_call(&s, n);
    ui_refresh(&s.ui);
    stage_draw(&s, WIDTH, HEIGHT, false);
    while (s.ui.pending)
        ui_refresh(&s.ui);
    printf("%u calls; processor time of the thread\n", calls);
    kept &= frames(&s);
    kept &= anew(&s, "sort by another column", sorts, 6);
    kept &= anew(&s, "type words", words, 7);
    kept &= anew(&s, "type an expression", sql, 3);
    kept &= load(&s, calls);
    stage_close(&s);
    return kept ? 0 : 1;
}
