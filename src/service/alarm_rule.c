#include "service/alarm_rule.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPAN = 300, SPAN_MOST = 6 * 3600, WORDS = 16 };

static const struct {
    const char *name, *unit;
} VALUES[] = {
#define VALUE(id, name, unit) {name, unit},
    ALARM_VALUE_TABLE(VALUE)
#undef VALUE
};

const char *alarm_value_name(enum alarm_value v)
{
    return VALUES[v].name;
}

const char *alarm_value_unit(enum alarm_value v)
{
    return VALUES[v].unit;
}

double alarm_value_of(enum alarm_value v, const struct board_row *row)
{
    const struct kpi_figures *f = &row->figures;
    switch (v) {
    case ALARM_ASR: return f->asr;
    case ALARM_NER: return f->ner;
    case ALARM_SER: return f->ser;
    case ALARM_SEER: return f->seer;
    case ALARM_ISA: return f->isa;
    case ALARM_SCR: return f->scr;
    case ALARM_IRA: return f->ira;
    case ALARM_ACD: return f->acd;
    case ALARM_PDD_P50: return f->pdd_p50;
    case ALARM_PDD_P95: return f->pdd_p95;
    case ALARM_SETUP: return f->setup;
    case ALARM_RETRANSMISSIONS: return f->repeated;
    case ALARM_SHORT6: return f->short6;
    case ALARM_SHORT30: return f->short30;
    case ALARM_LOSS: return f->loss;
    case ALARM_MOS_P5: return f->mos_p5;
    case ALARM_MOS_P50: return f->mos_p50;
    case ALARM_SLICES_BAD: return f->slices_bad;
    case ALARM_CALLS_BAD: return f->heard_badly;
    case ALARM_ATTEMPTS: return row->counts.n[KPI_ATTEMPTS];
    case ALARM_CPS: return row->cps;
    case ALARM_CONCURRENT: return row->up;
    case ALARM_VALUES: break;
    }
    return NAN;
}

/* ---- reading ---- */

struct words {
    char text[512];
    char *at[WORDS];
    size_t n;
};

static bool cut(struct words *w, const char *text)
{
    char *rest = NULL;
    if ((size_t)snprintf(w->text, sizeof w->text, "%s", text) >= sizeof w->text)
        return false;
    for (char *p = strtok_r(w->text, " \t", &rest); p;
         p = strtok_r(NULL, " \t", &rest)) {
        if (w->n == WORDS)
            return false;
        w->at[w->n++] = p;
    }
    return true;
}

/* A number, maybe with the unit behind it. */
static bool read_number(const char *text, const char *unit, double *out)
{
    char *end;
    double v = strtod(text, &end);
    if (end == text || !isfinite(v) || (*end && strcmp(end, unit) != 0))
        return false;
    *out = v;
    return true;
}

/* Seconds, or with s, m, h behind it. */
static bool read_span(const char *text, int64_t *out)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    int64_t unit = *end == 'h' ? 3600 : *end == 'm' ? 60 : 1;
    if (end == text || *text < '0' || *text > '9' || n > 86400 ||
        (*end && (!strchr("smh", *end) || end[1])))
        return false;
    *out = (int64_t)n * unit;
    return true;
}

static bool read_value(struct alarm_rule *r, const char *word)
{
    for (int i = 0; i < ALARM_VALUES; i++)
        if (!strcmp(word, VALUES[i].name)) {
            r->value = (enum alarm_value)i;
            return true;
        }
    return false;
}

/* "trunks" and "peers" are each of them; anything else is the name of one. */
static bool read_whose(struct alarm_rule *r, const char *way, const char *word)
{
    r->way = !strcmp(way, "from") ? KPI_FROM : !strcmp(way, "to") ? KPI_TO : KPI_BOTH;
    r->each = !strcmp(word, "trunks") || !strcmp(word, "peers");
    if (r->each) {
        r->kind = *word == 't' ? KPI_TRUNK : KPI_PEER;
        return true;
    }
    return (size_t)snprintf(r->group, sizeof r->group, "%s", word) < sizeof r->group;
}

/* A word and what belongs to it. */
static bool read_part(struct alarm_rule *r, const char *word, const char *value)
{
    if (!strcmp(word, "for"))
        return read_span(value, &r->hold);
    if (!strcmp(word, "over"))
        return read_span(value, &r->span) && r->span > 0 && r->span <= SPAN_MOST;
    if (!strcmp(word, "clear"))
        return read_number(value, VALUES[r->value].unit, &r->clear);
    if (!strcmp(word, "on") || !strcmp(word, "from") || !strcmp(word, "to"))
        return read_whose(r, word, value);
    return false;
}

static int refuse(struct errmsg *why, const char *what, const char *word)
{
    return errmsg_set(why, -ERR_USAGE,
                      "%s%.60s: an alarm is KPI < or > VALUE [for TIME] [clear VALUE] "
                      "[over TIME] [on|from|to NAME|trunks|peers]",
                      what, word);
}

int alarm_rule_read(const char *name, const char *text, struct alarm_rule *out,
                    struct errmsg *why)
{
    struct alarm_rule r = {.span = SPAN, .kind = KPI_ALL};
    struct words w = {.n = 0};
    if ((size_t)snprintf(r.name, sizeof r.name, "%s", name) >= sizeof r.name ||
        !cut(&w, text) || w.n < 3)
        return refuse(why, "", text);
    if (!read_value(&r, w.at[0]))
        return refuse(why, "there is no alarm on ", w.at[0]);
    r.below = !strcmp(w.at[1], "<");
    if (!r.below && strcmp(w.at[1], ">") != 0)
        return refuse(why, "neither < nor >: ", w.at[1]);
    if (!read_number(w.at[2], VALUES[r.value].unit, &r.threshold))
        return refuse(why, "no number: ", w.at[2]);
    r.clear = r.threshold;
    for (size_t i = 3; i < w.n; i += 2)
        if (i + 1 == w.n || !read_part(&r, w.at[i], w.at[i + 1]))
            return refuse(why, "", w.at[i]);
    if (r.below ? r.clear < r.threshold : r.clear > r.threshold)
        return refuse(why, "clear is beyond the threshold: ", text);
    *out = r;
    return 0;
}
