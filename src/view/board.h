/* KPIs as a list of peers, trunks, prefixes or codecs over a span of time: what the
 * board shows and `stats` prints. Plain data, made anew when it is wanted. */
#ifndef VIEW_BOARD_H
#define VIEW_BOARD_H

#include "model/kpi.h"
#include "model/rtp_stream.h"
#include "view/field.h"

struct board_row {
    enum kpi_kind kind;
    enum kpi_way way;   /* KPI_BOTH: the two groups together */
    uint32_t handle[2]; /* the groups, which may be given up meanwhile; [1] may be 0 */
    struct addr addr;   /* of a peer */
    char name[64];      /* the user's name for it, else its own */
    struct kpi_counts counts;
    struct kpi_figures figures;
    struct kpi_figures before; /* the same hour a day before; NAN: not known */
    double cps;                /* attempts a second, mean */
    uint32_t up;               /* calls up at the end */
};

struct board_options {
    enum kpi_kind kind;
    bool ways;       /* the two ways of a peer or trunk have rows of their own */
    int64_t seconds; /* back from the newest; 0: everything */
    bool before;     /* with what was the day before */
};

struct board {
    struct board_row *row; /* most attempts first */
    size_t n;
    int64_t from, to; /* s since 1970, of the span; from == to: nothing was counted */
};

/* KPIs of a file are counted when they are first asked for, by board_build at once.
 * Who has keys to answer has them counted before, so many messages at a time: false
 * when that is done; percent: how far it is. */
bool board_count(const struct view *v, size_t messages);
unsigned board_counted(const struct view *v);

/* NULL when memory is short. A view without KPIs gives an empty one. */
struct board *board_build(const struct view *v, const struct board_options *o);
void board_free(struct board *b);

/* What a line over time shows of a row. */
enum board_line { BOARD_CPS, BOARD_UP, BOARD_ASR, BOARD_PDD, BOARD_LOSS, BOARD_MOS };

/* Seconds of each of n values that fill a span: as many as are kept apart. *to is moved
 * to where the last of them ends. */
int64_t board_step(const struct view *v, const struct board *b, size_t n, int64_t *to);

/* n values of a row that end at `to`, each over `step` seconds; NAN: nothing known. */
void board_line(const struct view *v, const struct board_row *row, enum board_line what,
                int64_t to, int64_t step, float *out, size_t n);

/* What is too bad of a row: the worst of its figures, or one of them. TONE_PLAIN: it is
 * well, or not known. */
enum board_figure { BOARD_F_ASR, BOARD_F_NER, BOARD_F_PDD, BOARD_F_LOSS, BOARD_F_MOS };
enum tone board_tone(const struct board_row *row, enum board_figure what);
enum tone board_worst(const struct board_row *row);

/* The failures that came most, as "486 31 %  480 9 %": at most `most`, into out. */
void board_failures(const struct board_row *row, unsigned most, struct strbuf *out);

enum { BOARD_BANDS = 6 };

/* Slices of media by bands: of MOS those of ITU-T G.109, from best (4.34, 4.03, 3.6,
 * 3.1, 2.58, below); of loss none, and up to 0.5, 1, 2, 5 % and above. Returns false
 * where there are none. */
bool board_bands(const struct kpi_counts *c, enum spread_kind kind,
                 uint32_t out[BOARD_BANDS]);

/* The slices with the lowest MOS, worst first, at most `most`; returns how many. */
size_t board_worst_slices(const struct view *v, const struct rtp_slice **out,
                          size_t most);

/* True for a call that a row with these handles (codec: that name) counts. */
bool board_has(const uint32_t handle[2], const char *codec, const struct call *call);

#endif
