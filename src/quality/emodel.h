/*
 * The E-model: ITU-T G.107 (narrowband), G.107.1 (wideband), G.107.2 (fullband), and
 * the codec parameters of G.113. Listening quality (MOS-LQE) takes delay 0.
 */
#ifndef QUALITY_EMODEL_H
#define QUALITY_EMODEL_H

#include <stdbool.h>
#include <stddef.h>

enum emodel_scale { EMODEL_NB, EMODEL_WB, EMODEL_FB };

/* "nb", "wb", "fb". */
const char *emodel_scale_name(enum emodel_scale scale);

struct emodel_codec {
    const char *name; /* RTP encoding name */
    enum emodel_scale scale;
    double ie, bpl; /* equipment impairment and robustness to loss, of its scale */
    bool published; /* the ITU prints them; else they are assumed */
};

/*
 * Parameters by RTP encoding name, in any case, n bytes. For a name that is not in the
 * table an assumed narrowband codec; never NULL.
 */
const struct emodel_codec *emodel_codec(const char *name, size_t n);

/* AMR-WB in one mode (frame type 0-8: 6.6 to 23.85 kbit/s); any other number: its mode
 * is not known. */
const struct emodel_codec *emodel_amr_wb(unsigned mode);

/* Ie,eff of G.107 7-29; ppl in percent, burst_r >= 1. */
double emodel_ie_eff(double ie, double bpl, double ppl, double burst_r);

/* Idd of G.107 7-27 for the absolute delay ta in ms, default class (sT 1, mT 100). */
double emodel_idd(double ta);

/* R of a codec at a loss of ppl percent; ta in ms, 0 for listening quality. On the
 * codec's scale. */
double emodel_r(const struct emodel_codec *codec, double ppl, double burst_r,
                double ta);

/* MOS of an R on the given scale (G.107 B.4, G.107.1 and G.107.2 by their factor). */
double emodel_mos(double r, enum emodel_scale scale);

/* R of a narrowband MOS (G.107 I), for 1 <= mos <= 4.5. */
double emodel_r_of_mos(double mos);

/* The full narrowband model with the defaults of G.107 table 2 but for these. */
struct emodel_full {
    double t, tr, ta; /* ms: mean one-way, round-trip, absolute delay */
    double ie, bpl, ppl, burst_r;
};
double emodel_full(const struct emodel_full *in);

#endif
