/*
 * What an alarm watches, as the configuration says it:
 *     ner < 90 for 4m clear 93 over 5m to carrier-b
 * a KPI, the threshold; how long it must be beyond it, and, once raised, back behind
 * the value after `clear`; the span that the KPI is over; and whose it is.
 */
#ifndef SERVICE_ALARM_RULE_H
#define SERVICE_ALARM_RULE_H

#include "base/err.h"
#include "view/board.h"

/* VALUE(id, name as in the table of KPIs, unit) */
#define ALARM_VALUE_TABLE(VALUE)                   \
    VALUE(ASR, "asr", "%")                         \
    VALUE(NER, "ner", "%")                         \
    VALUE(SER, "ser", "%")                         \
    VALUE(SEER, "seer", "%")                       \
    VALUE(ISA, "isa", "%")                         \
    VALUE(SCR, "scr", "%")                         \
    VALUE(IRA, "ira", "%")                         \
    VALUE(ACD, "acd", "s")                         \
    VALUE(PDD_P50, "pdd_p50", "s")                 \
    VALUE(PDD_P95, "pdd_p95", "s")                 \
    VALUE(SETUP, "setup", "s")                     \
    VALUE(RETRANSMISSIONS, "retransmissions", "%") \
    VALUE(SHORT6, "short6", "%")                   \
    VALUE(SHORT30, "short30", "%")                 \
    VALUE(LOSS, "loss", "%")                       \
    VALUE(MOS_P5, "mos_p5", "")                    \
    VALUE(MOS_P50, "mos_p50", "")                  \
    VALUE(SLICES_BAD, "slices_bad", "%")           \
    VALUE(CALLS_BAD, "calls_bad", "%")             \
    VALUE(ATTEMPTS, "attempts", "")                \
    VALUE(CPS, "cps", "/s")                        \
    VALUE(CONCURRENT, "concurrent", "")

enum alarm_value {
#define VALUE(id, name, unit) ALARM_##id,
    ALARM_VALUE_TABLE(VALUE)
#undef VALUE
        ALARM_VALUES
};

struct alarm_rule {
    char name[64];
    enum alarm_value value;
    bool below; /* raised under the threshold; else over it */
    double threshold, clear;
    int64_t hold, span; /* s */
    enum kpi_kind kind; /* KPI_ALL: everything, or whoever has the name below */
    enum kpi_way way;   /* KPI_BOTH: both ways together */
    bool each;          /* every peer or trunk has an alarm of its own */
    char group[64];     /* the one that is meant; "": as above */
};

/* Reads the text of a rule. Returns 0, or -ERR_USAGE and why. */
int alarm_rule_read(const char *name, const char *text, struct alarm_rule *out,
                    struct errmsg *why);

/* "ner", and "%". */
const char *alarm_value_name(enum alarm_value v);
const char *alarm_value_unit(enum alarm_value v);

/* The value of a row of the board; NAN: not known. */
double alarm_value_of(enum alarm_value v, const struct board_row *row);

#endif
