/*
 * Key performance indicators, as RFC 6076 and ITU-T E.411/E.425 define them: counted
 * while messages come, for everything, for each peer, trunk, number prefix and codec,
 * by second, minute and hour. Time is that of the capture.
 *
 * Counted is the session attempt: a new INVITE, once a Call-ID and From-tag, whatever
 * challenges it meets; its outcome is that of its last try. What becomes of it is
 * counted in the second in which it began, so that a row's parts belong together.
 * Each second is kept for a while, then added to its minute, and that to its hour.
 * Who wants to read asks model/recount.h for it.
 */
#ifndef MODEL_KPI_H
#define MODEL_KPI_H

#include "base/hash.h"
#include "base/ledger.h"
#include "base/slab.h"
#include "base/text.h"
#include "base/vec.h"
#include "dissect/addr.h"
#include "model/spread.h"

enum kpi_kind { KPI_ALL, KPI_PEER, KPI_TRUNK, KPI_PREFIX, KPI_CODEC, KPI_KINDS };

/* Of a peer or trunk: the calls from it, and those to it. Others have only KPI_BOTH. */
enum kpi_way { KPI_BOTH, KPI_FROM, KPI_TO, KPI_WAYS };

enum kpi_period { KPI_SECOND, KPI_MINUTE, KPI_HOUR, KPI_PERIODS };

/* "all", "peer", ...; "both", "from", "to"; "second", ...; "?" out of range. */
const char *kpi_kind_name(unsigned kind);
const char *kpi_way_name(unsigned way);
const char *kpi_period_name(unsigned period);

/* Seconds of a period. */
static inline int64_t kpi_length(enum kpi_period p)
{
    return p == KPI_SECOND ? 1 : p == KPI_MINUTE ? 60 : 3600;
}

/* COUNT(id): what is counted. */
#define KPI_COUNT_TABLE(COUNT)                                                     \
    COUNT(ATTEMPTS)                                                                \
    COUNT(SETTLED)       /* attempts with an outcome, or without one at the end */ \
    COUNT(ANSWERED)      /* 2xx */                                                 \
    COUNT(REDIRECTED)    /* 3xx */                                                 \
    COUNT(EFFECTIVE)     /* 480, 486, 600, 603: RFC 6076 4.7, beside ANSWERED */   \
    COUNT(INEFFECTIVE)   /* 408, 500, 503, 504: RFC 6076 4.8 */                    \
    COUNT(REACHED)       /* E.425, beside ANSWERED: see outcome_reached()*/        \
    COUNT(LEFT_OUT)      /* early 487 that NER leaves out, where so configured */  \
    COUNT(TIMEOUTS)      /* no final response at all */                            \
    COUNT(RANG)          /* with a post-dial delay */                              \
    COUNT(FAILED_DELAYS) /* with a failed session request delay */                 \
    COUNT(CANCELLED)     /* by CANCEL */                                           \
    COUNT(REFUSED)       /* by 4xx to 6xx, without CANCEL */                       \
    COUNT(ENDED)         /* answered, and BYE seen */                              \
    COUNT(BY_CALLER)     /* BYE from the caller, from the callee */                \
    COUNT(BY_CALLEE)                                                               \
    COUNT(COMPLETED) /* answered, and its BYE as well */                           \
    COUNT(BYE_DELAYS)                                                              \
    COUNT(SHORT6) /* talked under 6 s, under 30 s */                               \
    COUNT(SHORT30)                                                                 \
    COUNT(HEARD) /* calls with a slice of media, with one under MOS 3.1 */         \
    COUNT(HEARD_BADLY)                                                             \
    COUNT(REQUESTS)              /* repetitions in */                              \
    COUNT(REPEATED)              /* requests that repeat one */                    \
    COUNT(REGISTERS)             /* REGISTER requests without repetitions */       \
    COUNT(REGISTERED)            /* answered with 2xx */                           \
    COUNT(REGISTERS_INEFFECTIVE) /* RFC 6076 4.2 */                                \
    COUNT(SLICES) /* 10-second slices of media; with a MOS; under 3.1 */           \
    COUNT(SLICES_MOS)                                                              \
    COUNT(SLICES_BAD)

enum kpi_count {
#define COUNT(id) KPI_##id,
    KPI_COUNT_TABLE(COUNT)
#undef COUNT
        KPI_COUNTS
};

/* Sums: of ns, but for the last two. */
enum kpi_sum {
    KPI_SUM_PDD,      /* INVITE to the first 18x or 2xx, over RANG */
    KPI_SUM_SETUP,    /* INVITE to 2xx, over ANSWERED */
    KPI_SUM_FAILED,   /* INVITE to the final response, over FAILED_DELAYS */
    KPI_SUM_TALK,     /* 2xx to BYE, over ENDED */
    KPI_SUM_BYE,      /* BYE to its 2xx, over BYE_DELAYS */
    KPI_SUM_REGISTER, /* REGISTER to its 2xx, over REGISTERED */
    KPI_SUM_EXPECTED, /* RTP packets */
    KPI_SUM_LOST,
    KPI_SUMS
};

/* What was counted in some span of time. Counts add up; see kpi_counts_add(). */
struct kpi_counts {
    uint32_t n[KPI_COUNTS];
    uint32_t peak; /* most attempts in one second */
    uint32_t up;   /* calls up at `up_at` (s since 1970), 0: not known; and the most */
    uint32_t up_peak;
    int64_t up_at;
    float worst; /* lowest MOS of a slice; 0: none */
    int64_t sum[KPI_SUMS];
    struct spread spread;
};

/* Zero it to start. add: of another time; join: of another group at the same time, so
 * that calls up add up. done frees what it holds. */
void kpi_counts_add(struct kpi_counts *c, const struct kpi_counts *more);
void kpi_counts_join(struct kpi_counts *c, const struct kpi_counts *more);
void kpi_counts_done(struct kpi_counts *c);

/* Fewer attempts, or slices of media, than this make no percentage: null. */
enum { KPI_LEAST = 10 };

/*
 * The figures. A ratio or mean over fewer than KPI_LEAST is null: NAN. Attempts that
 * are still open are in no denominator. Percent, and seconds.
 */
struct kpi_figures {
    double asr;  /* 100 * answered / attempts */
    double ner;  /* 100 * (answered + reached) / attempts */
    double ser;  /* 100 * answered / (attempts - redirected) */
    double seer; /* 100 * (answered + 480 486 600 603) / (attempts - redirected) */
    double isa;  /* 100 * (408 500 503 504) / attempts */
    double scr;  /* 100 * completed / attempts */
    double acd;  /* mean time talked; also SDT */
    double pdd_p50, pdd_p95, srd, srd_failed, setup, sdd;
    double rrd, ira;
    double short6, short30; /* % of calls that ended */
    double repeated;        /* % of requests */
    double loss;            /* % */
    double mos_p5, mos_p50;
    double slices_bad;  /* % of slices */
    double heard_badly; /* % of calls with media */
};
void kpi_figures(const struct kpi_counts *c, struct kpi_figures *out);

struct kpi_group;
struct kpi_bucket;

struct kpi_series { /* of one period, by time */
    struct kpi_bucket **at;
    uint32_t first, n, cap;
};

/* What is counted for one peer (one way), trunk, ... */
struct kpi_group {
    uint32_t handle; /* place in kpi.groups, and how often that was used before */
    uint32_t member; /* of a peer: handle of its trunk; 0: none */
    uint8_t kind, way;
    struct addr addr;  /* a peer; port 0 */
    const char *trunk; /* the name of a trunk; NULL */
    char name[24];     /* of a prefix or codec */
    uint64_t hash;
    uint32_t up;            /* calls up now */
    uint32_t up_peak;       /* and the most */
    int64_t used;           /* second of the last attempt, or slice */
    struct kpi_bucket *now; /* of the newest second; may be an older one, or NULL */
    struct kpi_series series[KPI_PERIODS];
    struct kpi_bucket *past; /* what is older than all; NULL: nothing */
    struct kpi_group *newer, *older;
};

struct kpi_options {
    /* How many seconds, minutes and hours back are kept, and how many buckets of each
     * over all groups; 0: the default. */
    int64_t keep[KPI_PERIODS];
    uint32_t buckets, groups;
    unsigned prefix;         /* digits of a prefix; 0: none is told apart */
    bool early_487_left_out; /* NER: a 487 before any 18x counts nowhere, else as failed
                              */
    /* The trunk that an address belongs to; NULL: none. Names live as long as the kpi.
     */
    const char *(*trunk)(void *ctx, const struct addr *addr);
    void *trunk_ctx;
    struct ledger *ledger; /* may be NULL */
    struct text *text;     /* of messages, for what is counted later; may be NULL */
};

struct kpi {
    struct kpi_options options;
    VEC(struct kpi_group *) groups; /* NULL: free */
    VEC(uint32_t) spare;            /* free places */
    struct hash by_name;
    size_t kept; /* groups */
    struct kpi_group *newest, *oldest;
    struct kpi_group *all;
    struct slab group_slab, bucket_slab;
    struct kpi_queue {
        struct kpi_bucket *oldest, *newest;
        size_t n;
    } queue[KPI_PERIODS];
    int64_t second; /* the capture's clock, s */
    int64_t turn;   /* ns when the next second begins */
    int64_t back;   /* ns before which the clock was set back */
    int64_t leap;   /* second that a message leapt to, and no other confirmed yet */
    int64_t first;  /* second of the first message; INT64_MAX: none */
    uint64_t version;
    struct kpi_rows *rows; /* of the table, made when asked for: kpi_rows.h */
};

/* NULL when memory is short. The ledger is referred to. free accepts NULL. */
struct kpi *kpi_new(const struct kpi_options *options);
void kpi_free(struct kpi *k);

/* Forgets everything. */
void kpi_clear(struct kpi *k);

/* Bytes in use. */
size_t kpi_memory(const struct kpi *k);

/* ---- reading ---- */

/* Groups by place, some NULL. The first is everything (KPI_ALL). */
static inline size_t kpi_count(const struct kpi *k)
{
    return k->groups.n;
}
static inline const struct kpi_group *kpi_at(const struct kpi *k, size_t i)
{
    return k->groups.at[i];
}

/* By what it counts; NULL: there is none. addr without a port. */
const struct kpi_group *kpi_peer(const struct kpi *k, const struct addr *addr,
                                 enum kpi_way way);
const struct kpi_group *kpi_named(const struct kpi *k, enum kpi_kind kind,
                                  const char *name, enum kpi_way way);

/* The same peer or trunk, the other way; NULL: none. */
const struct kpi_group *kpi_other_way(const struct kpi *k, const struct kpi_group *g);

/* The name of a group: an address, a trunk, digits, a codec; "" for everything. */
void kpi_group_name(const struct kpi_group *g, char out[64]);

/*
 * Adds to *out (zeroed or summed before) what a group counted in [from, to), in seconds
 * since 1970, as far as it is known by periods up to `longest`. Seconds that have gone
 * into their minute count with its beginning, and so on; KPI_HOUR and INT64_MIN to
 * INT64_MAX is all there ever was.
 */
void kpi_read(const struct kpi_group *g, enum kpi_period longest, int64_t from,
              int64_t to, struct kpi_counts *out);

/* The begin of the period that holds a second. */
int64_t kpi_begin(int64_t second, enum kpi_period p);

/* One second of a group, as fast as that is: NULL: nothing was counted in it. Only
 * while seconds are kept. */
const struct kpi_counts *kpi_second(const struct kpi_group *g, int64_t second);

/* The hour that begins a day before the one of `second`. */
void kpi_day_before(const struct kpi_group *g, int64_t second, struct kpi_counts *out);

/* ---- between the files of this part ---- */

struct kpi_bucket {
    struct kpi_counts counts;
    int64_t start; /* s */
    struct kpi_group *group;
    struct kpi_bucket *older, *newer; /* of its period, over all groups */
};

/* Position of a start in a series, or where it belongs. */
uint32_t kpi_series_find(const struct kpi_series *s, enum kpi_period p, int64_t start);

/* Takes a bucket out of the queue of its period; frees it. */
void kpi_queue_remove(struct kpi_queue *q, struct kpi_bucket *b);
void kpi_bucket_free(struct kpi *k, struct kpi_bucket *b);

/* The capture's clock goes on; it leaps by hours, or back, only when two messages agree
 * on that. Cheap where its second does not change. Returns true where it did. */
bool kpi_turn(struct kpi *k, int64_t time);
static inline bool kpi_clock(struct kpi *k, int64_t time)
{
    return (time >= k->turn || time < k->back) && kpi_turn(k, time);
}

/* The group, made where it is new, and as the one used last; NULL when memory is short.
 */
struct kpi_group *kpi_peer_get(struct kpi *k, const struct addr *addr,
                               enum kpi_way way);
struct kpi_group *kpi_named_get(struct kpi *k, enum kpi_kind kind, const char *name,
                                size_t n, enum kpi_way way);

/* By handle (0: none); NULL: it was given up. */
static inline struct kpi_group *kpi_by_handle(const struct kpi *k, uint32_t handle)
{
    uint32_t i = handle & 0xffff;
    struct kpi_group *g = handle && i < k->groups.n ? k->groups.at[i] : NULL;
    return g && g->handle == handle ? g : NULL;
}

/* What is counted at a second (s); NULL when memory is short. */
struct kpi_counts *kpi_place(struct kpi *k, struct kpi_group *g, int64_t second);
static inline struct kpi_counts *kpi_counts_at(struct kpi *k, struct kpi_group *g,
                                               int64_t second)
{
    return g->now && g->now->start == second ? &g->now->counts
                                             : kpi_place(k, g, second);
}

#endif
