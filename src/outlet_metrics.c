#include "outlet_metrics.h"

#include "diagnose/diagnose.h"
#include "options.h"
#include "outlet.h"
#include "query/store.h"
#include "service/alarm.h"
#include "service/hep_sender.h"
#include "service/metrics.h"
#include "view/field.h"

enum { ALARMS_MOST = 200 };

#define NO_LABELS ((const struct metrics_label *)NULL)

/* A family of one sample. */
static void single(struct strbuf *b, const char *name, enum metrics_type type,
                   const char *help, uint64_t value)
{
    metrics_family(b, name, type, help);
    metrics_count(b, name, NO_LABELS, value);
}

static void counter(struct strbuf *b, const char *name, const char *help,
                    uint64_t value)
{
    single(b, name, METRICS_COUNTER, help, value);
}

static void gauge(struct strbuf *b, const char *name, const char *help, uint64_t value)
{
    single(b, name, METRICS_GAUGE, help, value);
}

/* ---- sources ---- */

struct source_family {
    const char *name;
    enum metrics_type type;
    const char *help;
    double (*get)(const struct source_state *s);
};

static double get_up(const struct source_state *s)
{
    return !s->down && !s->gone;
}

static double get_frames(const struct source_state *s)
{
    return (double)s->frames;
}

static double get_bytes(const struct source_state *s)
{
    return (double)s->bytes_read;
}

static double get_ring(const struct source_state *s)
{
    return s->ring_percent / 100.0;
}

static double get_outages(const struct source_state *s)
{
    return s->outages;
}

static const struct source_family SOURCE_FAMILIES[] = {
    {"sipglass_source_up", METRICS_GAUGE, "1: the source is there and up", get_up},
    {"sipglass_source_frames_total", METRICS_COUNTER, "Frames taken from the source",
     get_frames},
    {"sipglass_source_bytes_total", METRICS_COUNTER, "Bytes taken from the source",
     get_bytes},
    {"sipglass_source_ring_used_ratio", METRICS_GAUGE,
     "Used part of the buffer between capture and analysis", get_ring},
    {"sipglass_source_outages_total", METRICS_COUNTER,
     "How often the source went down or away", get_outages},
};

static void drops(struct strbuf *b, struct trace *t)
{
    static const char NAME[] = "sipglass_source_dropped_frames_total";
    metrics_family(b, NAME, METRICS_COUNTER,
                   "Frames lost before analysis, by who dropped them");
    for (size_t i = 0; i < source_merge_count(t->sources); i++) {
        const struct source *s = source_merge_at(t->sources, i);
        const struct {
            const char *by;
            uint64_t n;
        } ROWS[] = {{"kernel", s->state.kernel_drops},
                    {"interface", s->state.interface_drops},
                    {"ring", s->state.ring_drops}};
        for (size_t k = 0; k < 3; k++) {
            struct metrics_label labels[] = {
                {"source", s->name}, {"by", ROWS[k].by}, {NULL, NULL}};
            metrics_count(b, NAME, labels, ROWS[k].n);
        }
    }
}

static void sources(struct strbuf *b, struct trace *t)
{
    for (size_t f = 0; f < sizeof SOURCE_FAMILIES / sizeof *SOURCE_FAMILIES; f++) {
        const struct source_family *family = &SOURCE_FAMILIES[f];
        metrics_family(b, family->name, family->type, family->help);
        for (size_t i = 0; i < source_merge_count(t->sources); i++) {
            const struct source *s = source_merge_at(t->sources, i);
            struct metrics_label labels[] = {{"source", s->name}, {NULL, NULL}};
            metrics_sample(b, family->name, labels, family->get(&s->state));
        }
    }
    drops(b, t);
}

/* ---- traffic and model ---- */

static void packets(struct strbuf *b, const struct engine_counts *n)
{
    static const char NAME[] = "sipglass_packets_total";
    const struct {
        const char *transport;
        uint64_t n;
    } ROWS[] = {
        {"udp", n->udp}, {"tcp", n->tcp}, {"sctp", n->sctp}, {"other", n->other}};
    metrics_family(b, NAME, METRICS_COUNTER, "Packets analysed, by transport");
    for (size_t i = 0; i < 4; i++) {
        struct metrics_label labels[] = {{"transport", ROWS[i].transport},
                                         {NULL, NULL}};
        metrics_count(b, NAME, labels, ROWS[i].n);
    }
    counter(b, "sipglass_sip_messages_total", "SIP messages, with copies", n->sip);
    counter(b, "sipglass_sip_malformed_total", "SIP messages that could not be used",
            n->malformed);
    counter(b, "sipglass_rtp_packets_total", "RTP packets", n->rtp);
    counter(b, "sipglass_rtcp_packets_total", "RTCP packets", n->rtcp);
}

static void model(struct strbuf *b, const struct trace *t)
{
    const struct calls *c = t->calls;
    counter(b, "sipglass_calls_total", "Calls (Call-IDs) seen", c->calls_seen);
    gauge(b, "sipglass_calls_kept", "Calls in memory", c->calls_kept);
    gauge(b, "sipglass_messages_kept", "Messages in memory", c->msgs_kept);
    gauge(b, "sipglass_model_bytes", "Memory of calls, messages and streams",
          calls_memory(c));
    gauge(b, "sipglass_model_limit_bytes", "Limit of that memory: --max-memory",
          t->limits.max_memory);
    gauge(b, "sipglass_spool_bytes", "Disk in use for message text",
          spool_used(t->spool));
    gauge(b, "sipglass_spool_limit_bytes", "Limit of that disk: --spool-size",
          t->options->spool_size);
    metrics_family(b, "sipglass_capture_time_seconds", METRICS_GAUGE,
                   "Time of the newest packet");
    metrics_sample(b, "sipglass_capture_time_seconds", NO_LABELS,
                   (double)c->now * 1e-9);
}

/* Reasons with several details are one sample. */
static void ledger(struct strbuf *b, const struct ledger *l)
{
    static const char NAME[] = "sipglass_ledger_total";
    metrics_family(b, NAME, METRICS_COUNTER, "What was not shown, by reason");
    for (unsigned i = 0; i < l->n; i++) {
        unsigned first = 0;
        while (l->row[first].reason != l->row[i].reason)
            first++;
        if (first < i)
            continue;
        struct metrics_label labels[] = {
            {"reason", ledger_reason_name(l->row[i].reason)}, {NULL, NULL}};
        metrics_count(b, NAME, labels, ledger_total(l, l->row[i].reason));
    }
}

static void findings(struct strbuf *b, const struct diagnose *d)
{
    static const char NAME[] = "sipglass_findings";
    uint64_t n[SEVERITY_COUNT] = {0};
    for (size_t i = 0; i < diagnose_count(d); i++)
        n[diagnose_at(d, i)->severity % SEVERITY_COUNT]++;
    metrics_family(b, NAME, METRICS_GAUGE, "Findings in memory, by severity");
    for (unsigned i = 0; i < SEVERITY_COUNT; i++) {
        struct metrics_label labels[] = {{"severity", severity_name(i)}, {NULL, NULL}};
        metrics_count(b, NAME, labels, n[i]);
    }
}

static void alarms(struct strbuf *b, const struct trace *t)
{
    static const char NAME[] = "sipglass_alarm_raised";
    struct alarm_event e;
    metrics_family(b, NAME, METRICS_GAUGE, "1 for each alarm that is raised");
    for (size_t i = 0; i < ALARMS_MOST && outlet_alarm(t, i, &e); i++) {
        struct metrics_label labels[] = {
            {"alarm", e.rule->name}, {"group", e.group}, {NULL, NULL}};
        metrics_count(b, NAME, labels, 1);
    }
}

/* ---- what is handed on ---- */

static void outlets(struct strbuf *b, const struct trace *t)
{
    struct hep_sender_state h;
    if (t->store) {
        counter(b, "sipglass_database_rows_total", "Rows that are safe in the database",
                store_count(t->store));
        gauge(b, "sipglass_database_ok", "1: nothing went wrong with the database",
              !store_error(t->store));
    }
    if (!outlet_hep(t, &h))
        return;
    counter(b, "sipglass_hep_sent_total", "Envelopes that the collector's side took",
            h.sent);
    counter(b, "sipglass_hep_resent_total", "Envelopes sent once more after a break",
            h.again);
    counter(b, "sipglass_hep_breaks_total", "How often the collector went away",
            h.losses);
    gauge(b, "sipglass_hep_queue_bytes", "Envelopes that wait for the collector",
          h.waiting);
    gauge(b, "sipglass_hep_up", "1: the collector takes what is sent", !h.away);
}

void outlet_metrics_text(struct trace *t, struct metrics_kpis *kpis, struct strbuf *out)
{
    struct metrics_label version[] = {{"version", SIPGLASS_VERSION}, {NULL, NULL}};
    metrics_family(out, "sipglass_build_info", METRICS_GAUGE, "Version of the program");
    metrics_count(out, "sipglass_build_info", version, 1);
    sources(out, t);
    packets(out, engine_counts(t->engine));
    model(out, t);
    ledger(out, &t->ledger);
    findings(out, t->diagnosis);
    outlets(out, t);
    alarms(out, t);
    if (t->kpi && kpis)
        metrics_kpis_text(kpis, t->kpi, out);
}
