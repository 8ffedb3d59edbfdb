#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "quality/emodel.h"

static void near(double got, double want, double within, const char *what)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%s: got %.6f, want %.6f", what, got, want);
}

/* G.107 Annex B and its worked values. */
static void r_to_mos(void **state)
{
    static const double ROWS[][2] = {
        {0, 1},        {10, 1.035},  {20, 1.252}, {30, 1.609}, {40, 2.064}, {50, 2.575},
        {60, 3.1},     {70, 3.597},  {75, 3.822}, {80, 4.024}, {85, 4.198}, {90, 4.339},
        {93.2, 4.409}, {94.3, 4.43}, {95, 4.441}, {100, 4.5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        double r = ROWS[i][0], mos = emodel_mos(r, EMODEL_NB);
        near(mos, ROWS[i][1], 0.0005, "MOS");
        if (r >= 10 && r < 100)
            near(emodel_r_of_mos(mos), r, 0.01, "R of MOS");
    }
}

static void delay(void **state)
{
    static const double ROWS[][2] = {
        {100, 0},      {120, .001},   {150, .164},   {177.3, 1.172}, {200, 3.044},
        {250, 8.917},  {300, 14.761}, {350, 19.811}, {400, 24.07},   {500, 30.636},
        {600, 35.247}, {800, 40.832}, {1000, 43.79},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        near(emodel_idd(ROWS[i][0]), ROWS[i][1], 0.0006, "Idd");
}

/* Ie,eff, R and MOS by codec, loss and BurstR. */
static void loss(void **state)
{
    static const struct {
        double ie, bpl, ppl, burst_r, ie_eff, r, mos;
    } ROWS[] = {
        {0, 4.3, .5, 1, 9.896, 83.30, 4.143},   {0, 4.3, 1, 1, 17.925, 75.28, 3.834},
        {0, 4.3, 2, 1, 30.159, 63.04, 3.256},   {0, 4.3, 2, 2, 35.849, 57.35, 2.962},
        {0, 4.3, 3, 1, 39.041, 54.16, 2.794},   {0, 4.3, 5, 1, 51.075, 42.13, 2.169},
        {0, 4.3, 10, 1, 66.434, 26.77, 1.481},  {0, 25.1, .5, 1, 1.855, 91.35, 4.371},
        {0, 25.1, 1, 1, 3.640, 89.56, 4.328},   {0, 25.1, 2, 1, 7.011, 86.19, 4.235},
        {0, 25.1, 2, 2, 7.280, 85.92, 4.227},   {0, 25.1, 5, 1, 15.781, 77.42, 3.923},
        {0, 25.1, 10, 1, 27.066, 66.13, 3.411}, {11, 19, 2, 1, 19.0, 74.20, 3.787},
        {11, 19, 2, 2, 19.4, 73.80, 3.770},     {11, 19, 10, 1, 39.966, 53.23, 2.745},
        {15, 16.1, 1, 1, 19.678, 73.52, 3.758}, {15, 16.1, 10, 1, 45.651, 47.55, 2.447},
        {5, 10, 2, 1, 20.0, 73.20, 3.743},      {5, 10, 2, 2, 21.364, 71.84, 3.682},
        {5, 10, 10, 1, 50.0, 43.20, 2.223},     {0, 25.1, 3, 1, 10.142, 83.06, 4.134},
        {11, 19, .5, 1, 13.154, 80.05, 4.026},  {11, 19, 1, 1, 15.2, 78.00, 3.946},
        {11, 19, 3, 1, 22.455, 70.75, 3.632},   {11, 19, 5, 1, 28.5, 64.70, 3.340},
        {15, 16.1, .5, 1, 17.41, 75.79, 3.855}, {15, 16.1, 2, 1, 23.84, 69.36, 3.567},
        {15, 16.1, 3, 1, 27.565, 65.64, 3.386}, {15, 16.1, 5, 1, 33.957, 59.24, 3.061},
        {5, 10, .5, 1, 9.286, 83.91, 4.163},    {5, 10, 1, 1, 13.182, 80.02, 4.025},
        {5, 10, 3, 1, 25.769, 67.43, 3.474},    {5, 10, 5, 1, 35.0, 58.20, 3.006},
        {0, 25.1, 0, 1, 0, 93.2, 4.409},        {11, 19, 0, 1, 11, 82.2, 4.104},
        {15, 16.1, 0, 1, 15, 78.2, 3.954},      {5, 10, 0, 1, 5, 88.2, 4.292},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct emodel_codec c = {"x", EMODEL_NB, ROWS[i].ie, ROWS[i].bpl, true};
        double r = emodel_r(&c, ROWS[i].ppl, ROWS[i].burst_r, 0);
        near(emodel_ie_eff(c.ie, c.bpl, ROWS[i].ppl, ROWS[i].burst_r), ROWS[i].ie_eff,
             0.0006, "Ie,eff");
        near(r, ROWS[i].r, 0.006, "R");
        near(emodel_mos(r, EMODEL_NB), ROWS[i].mos, 0.0006, "MOS");
    }
}

static void full_model(void **state)
{
    static const struct {
        struct emodel_full in;
        double r, mos;
    } ROWS[] = {
        {{.burst_r = 1}, 93.2062, 4.4094},
        {{150, 300, 150, 0, 4.3, 0, 1}, 89.54, 4.328},
        {{250, 500, 250, 0, 4.3, 0, 1}, 79.18, 3.993},
        {{400, 800, 400, 0, 4.3, 0, 1}, 62.25, 3.216},
        {{150, 300, 150, 11, 19, 2, 1}, 70.54, 3.62},
        {{150, 300, 150, 0, 25.1, 2, 1}, 82.5, 4.12},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        double r = emodel_full(&ROWS[i].in);
        near(r, ROWS[i].r, i ? 0.05 : 0.0001, "R");
        near(emodel_mos(r, EMODEL_NB), ROWS[i].mos, i < 4 ? 0.0006 : 0.006, "MOS");
    }
}

/* G.107.1: MOS of R / 1.29. G.107.2: Ie,fb 10.2, Bpl 4.3, 3 % at 140 ms. */
static void other_scales(void **state)
{
    static const double WB[][2] = {{0, 4.5},     {1, 4.494},  {8, 4.4206}, {13, 4.3371},
                                   {41, 3.5123}, {56, 2.922}, {36, 3.694}};
    (void)state;
    for (size_t i = 0; i < sizeof WB / sizeof *WB; i++)
        near(emodel_mos(129 - WB[i][0], EMODEL_WB), WB[i][1], 0.0006, "wideband MOS");
    struct emodel_codec diotic = {"AMR-WB", EMODEL_WB, 20, 4.3, true};
    near(emodel_mos(emodel_r(&diotic, 2, 1, 0), EMODEL_WB), 3.4062, 0.0001,
         "12.65 diotic");
    struct emodel_codec fb = {"opus", EMODEL_FB, 10.2, 4.3, false};
    double r = emodel_r(&fb, 3, 1, 140);
    near(r / 1.48, 59.23, 0.01, "fullband R");
    near(emodel_mos(r, EMODEL_FB), 3.06, 0.005, "fullband MOS");
}

static void codecs(void **state)
{
    (void)state;
    assert_true(emodel_codec("pcma", 4)->published);
    assert_int_equal(emodel_codec("AMR-WB", 6)->scale, EMODEL_WB);
    assert_int_equal(emodel_codec("OPUS", 4)->scale, EMODEL_FB);
    assert_false(emodel_codec("X-UNHEARD-OF", 12)->published);
    assert_string_equal(emodel_scale_name(EMODEL_WB), "wb");
}

/* QUALITY.md 2.5: a mode alone has its own parameters. */
static void amr_wb(void **state)
{
    (void)state;
    static const double IE[] = {41, 26, 13, 10, 7, 5, 3, 1, 8};
    for (unsigned i = 0; i < 9; i++) {
        const struct emodel_codec *c = emodel_amr_wb(i);
        assert_true(c->ie == IE[i] && c->scale == EMODEL_WB);
        assert_int_equal(c->published, i == 2 || i == 7 || i == 8);
    }
    assert_false(emodel_amr_wb(9)->published);
    double mos = emodel_mos(emodel_r(emodel_amr_wb(2), 0, 1, 0), EMODEL_WB);
    assert_true(fabs(mos - 4.3371) < 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r_to_mos),     cmocka_unit_test(delay),
        cmocka_unit_test(loss),         cmocka_unit_test(full_model),
        cmocka_unit_test(other_scales), cmocka_unit_test(codecs),
        cmocka_unit_test(amr_wb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
