#include "quality/emodel.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* G.113 Appendix I (narrowband), G.113 IV (wideband), EVS. What the ITU does not print
 * is marked false: kin of a published codec, or common practice. */
static const struct emodel_codec CODECS[] = {
    {"PCMU", EMODEL_NB, 0, 25.1, true}, /* G.711 with packet loss concealment */
    {"PCMA", EMODEL_NB, 0, 25.1, true},
    {"G729", EMODEL_NB, 11, 19, true}, /* G.729A with VAD */
    {"G723", EMODEL_NB, 15, 16.1, true},
    {"GSM-EFR", EMODEL_NB, 5, 10, true},
    {"GSM", EMODEL_NB, 20, 10, false},
    {"G728", EMODEL_NB, 7, 10, false},
    {"G726-40", EMODEL_NB, 2, 10, false},
    {"G726-32", EMODEL_NB, 7, 10, false},
    {"G726-24", EMODEL_NB, 25, 10, false},
    {"G726-16", EMODEL_NB, 50, 10, false},
    {"AMR", EMODEL_NB, 5, 10, false},
    {"iLBC", EMODEL_NB, 11, 32, false},
    {"speex", EMODEL_NB, 10, 15, false},
    {"AMR-WB", EMODEL_WB, 8, 4.9, false}, /* at 23.85, its mode is not known */
    {"G722", EMODEL_WB, 13, 4.3, false},
    {"EVS", EMODEL_FB, 7.2, 11.4, true},
    {"opus", EMODEL_FB, 10.2, 10, false},
};
static const struct emodel_codec UNKNOWN = {"", EMODEL_NB, 10, 10, false};

/* G.113 (2024) IV.1, Bpl of IV.3: of few modes it is printed. By frame type. */
static const struct emodel_codec AMR_WB[] = {
    {"AMR-WB", EMODEL_WB, 41, 4.3, false}, {"AMR-WB", EMODEL_WB, 26, 4.3, false},
    {"AMR-WB", EMODEL_WB, 13, 4.3, true},  {"AMR-WB", EMODEL_WB, 10, 4.3, false},
    {"AMR-WB", EMODEL_WB, 7, 4.3, false},  {"AMR-WB", EMODEL_WB, 5, 4.3, false},
    {"AMR-WB", EMODEL_WB, 3, 4.3, false},  {"AMR-WB", EMODEL_WB, 1, 4.6, true},
    {"AMR-WB", EMODEL_WB, 8, 4.9, true},
};

const struct emodel_codec *emodel_amr_wb(unsigned mode)
{
    return mode < sizeof AMR_WB / sizeof *AMR_WB ? &AMR_WB[mode]
                                                 : emodel_codec("AMR-WB", 6);
}

/* R without impairments, and what R is divided by for MOS, of each scale. */
static const struct {
    const char *name;
    double r0, factor;
} SCALE[] = {{"nb", 93.2, 1}, {"wb", 129, 1.29}, {"fb", 148, 1.48}};

const char *emodel_scale_name(enum emodel_scale scale)
{
    return SCALE[scale].name;
}

const struct emodel_codec *emodel_codec(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof CODECS / sizeof *CODECS; i++)
        if (strlen(CODECS[i].name) == n && !strncasecmp(CODECS[i].name, name, n))
            return &CODECS[i];
    return &UNKNOWN;
}

double emodel_ie_eff(double ie, double bpl, double ppl, double burst_r)
{
    return ppl > 0 ? ie + (95 - ie) * ppl / (ppl / fmax(burst_r, 1) + bpl) : ie;
}

double emodel_idd(double ta)
{
    if (ta <= 100)
        return 0;
    double x = log2(ta / 100);
    return 25 * (pow(1 + pow(x, 6), 1 / 6.0) - 3 * pow(1 + pow(x / 3, 6), 1 / 6.0) + 2);
}

double emodel_r(const struct emodel_codec *codec, double ppl, double burst_r, double ta)
{
    double delay =
        emodel_idd(ta) * (codec->scale == EMODEL_FB ? SCALE[EMODEL_FB].factor : 1);
    double bad = emodel_ie_eff(codec->ie, codec->bpl, ppl, burst_r);
    if (codec->scale == EMODEL_FB && ppl > 0) /* G.107.2 has 132 in place of 95 */
        bad =
            codec->ie + (132 - codec->ie) * ppl / (ppl / fmax(burst_r, 1) + codec->bpl);
    return SCALE[codec->scale].r0 - delay - bad;
}

double emodel_mos(double r, enum emodel_scale scale)
{
    r /= SCALE[scale].factor;
    if (r < 6.5)
        return 1;
    if (r >= 100)
        return 4.5;
    return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
}

double emodel_r_of_mos(double mos)
{
    double x = 18566 - 6750 * mos;
    double y = 15 * sqrt(fmax(0, -903522 + 1113960 * mos - 202500 * mos * mos));
    double h = atan2(y, x) / 3;
    return 20 / 3.0 * (8 - sqrt(226) * cos(h + acos(-1) / 3));
}

/* G.107 table 2. */
static const double SLR = 8, RLR = 2, STMR = 15, DS = 3, DR = 3, TELR = 65, WEPL = 110,
                    NC = -70, NFOR = -64, PS = 35, PR = 35;

static double power_sum(double a, double b, double c, double d)
{
    return 10 *
           log10(pow(10, a / 10) + pow(10, b / 10) + pow(10, c / 10) + pow(10, d / 10));
}

/* No, the sum of all noise at the 0 dBr point (7-4 to 7-7). */
static double noise(void)
{
    double olr = SLR + RLR, lstr = STMR + DR;
    double nos = PS - SLR - DS - 100 + 0.004 * pow(PS - olr - DS - 14, 2);
    double pre = PR + 10 * log10(1 + pow(10, (10 - lstr) / 10));
    double nor = RLR - 121 + pre + 0.008 * pow(pre - 35, 2);
    return power_sum(NC, nos, nor, NFOR + RLR);
}

/* Is, what comes with the voice (7-8 to 7-17), for one quantising distortion unit. */
static double simultaneous(double ro, double no, double t)
{
    double olr = SLR + RLR, xolr = olr + 0.2 * (64 + no - RLR);
    double iolr = 20 * (pow(1 + pow(xolr / 8, 8), 1 / 8.0) - xolr / 8);
    double stmro = -10 * log10(pow(10, -STMR / 10) + exp(-t / 4) * pow(10, -TELR / 10));
    double ist = 12 * pow(1 + pow((stmro - 13) / 6, 8), 1 / 8.0) -
                 28 * pow(1 + pow((stmro + 1) / 19.4, 35), 1 / 35.0) -
                 13 * pow(1 + pow((stmro - 3) / 33, 13), 1 / 13.0) + 29;
    double q = 37, g = 1.07 + 0.258 * q + 0.0602 * q * q;
    double y = (ro - 100) / 15 + 46 / 8.4 - g / 9, z = 46 / 30.0 - g / 40;
    return iolr + ist + 15 * log10(1 + pow(10, y) + pow(10, z));
}

/* Id, what comes of delay and echo (7-18 to 7-27). */
static double delayed(const struct emodel_full *in, double ro, double no)
{
    double terv = TELR - 40 * log10((1 + in->t / 10) / (1 + in->t / 150)) +
                  6 * exp(-0.3 * in->t * in->t);
    double roe = -1.5 * (no - RLR), re = 80 + 2.5 * (terv - 14);
    double idte = in->t >= 1 ? ((roe - re) / 2 + sqrt(pow(roe - re, 2) / 4 + 100) - 1) *
                                   (1 - exp(-in->t))
                             : 0;
    double rle = 10.5 * (WEPL + 7) * pow(in->tr + 1, -0.25);
    double idle = (ro - rle) / 2 + sqrt(pow(ro - rle, 2) / 4 + 169);
    return idte + idle + emodel_idd(in->ta);
}

double emodel_full(const struct emodel_full *in)
{
    double no = noise(), ro = 15 - 1.5 * (SLR + no);
    return ro - simultaneous(ro, no, in->t) - delayed(in, ro, no) -
           emodel_ie_eff(in->ie, in->bpl, in->ppl, in->burst_r);
}
