#include "outlet.h"

#include "options.h"
#include "outlet_alarm.h"
#include "outlet_metrics.h"
#include "query/store.h"
#include "service/config.h"
#include "service/endings.h"
#include "service/hep_out.h"
#include "service/metrics.h"

#include <stdlib.h>
#include <time.h>

/* Metrics are made anew this often, ns. */
static const int64_t METRICS_EVERY = INT64_C(2000000000);

struct outlet {
    struct hep_out *hep;     /* NULL: none */
    struct metrics *metrics; /* NULL: none */
    struct metrics_kpis *kpis;
    struct outlet_alarm *alarms;
    struct endings endings;
    void (*alarm)(void *ctx, const struct alarm_event *e);
    void (*ended)(void *ctx, const struct call *call);
    void *ended_ctx;
    int64_t metrics_next; /* monotonic */
    struct strbuf text;
    bool over;
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- opening ---- */

static int open_hep(struct trace *t, struct errmsg *why)
{
    const struct options *o = t->options;
    struct hep_out_options ho = {.url = o->hep_send,
                                 .key = o->hep_key ? o->hep_key
                                                   : config_hep(o->settings, "key"),
                                 .agent = o->hep_id ? (uint32_t)o->hep_id : 2001,
                                 .wait = !t->live,
                                 .ledger = &t->ledger};
    return o->hep_send ? hep_out_new(&t->view, &ho, &t->outlet->hep, why) : 0;
}

static int open_metrics(struct trace *t, struct errmsg *why)
{
    struct endpoint at;
    const char *where = t->options->metrics;
    int err = where ? endpoint_parse(where, &at, why) : 0;
    if (err || !where)
        return err;
    t->outlet->kpis = metrics_kpis_new();
    return metrics_new(&at, &t->outlet->metrics, why);
}

int outlet_open(struct trace *t, void (*report)(const char *line))
{
    struct errmsg why = {""}, line;
    if (!(t->outlet = calloc(1, sizeof *t->outlet)) ||
        !(t->outlet->alarms = outlet_alarm_new(t->options->settings)))
        return -ERR_NOMEM;
    int err = open_hep(t, &why);
    if (err) {
        errmsg_set(&line, 0, "--hep-send: %.400s", why.text);
        report(line.text);
        return -ERR_USAGE;
    }
    if ((err = open_metrics(t, &why))) {
        errmsg_set(&line, 0, "--metrics: %.400s", why.text);
        report(line.text);
        return -ERR_USAGE;
    }
    return 0;
}

void outlet_free(struct trace *t)
{
    struct outlet *o = t->outlet;
    if (!o)
        return;
    hep_out_end(o->hep);
    metrics_free(o->metrics);
    free(o->kpis);
    outlet_alarm_free(o->alarms);
    strbuf_done(&o->text);
    free(o);
    t->outlet = NULL;
}

void outlet_tell(struct trace *t, void (*ended)(void *ctx, const struct call *call),
                 void (*alarm)(void *ctx, const struct alarm_event *e), void *ctx)
{
    t->outlet->ended = ended;
    t->outlet->alarm = alarm;
    t->outlet->ended_ctx = ctx;
}

/* ---- handing on ---- */

static void on_ended(void *ctx, const struct call *call)
{
    struct outlet *o = ctx;
    if (o->hep)
        hep_out_ended(o->hep, call);
    if (o->ended)
        o->ended(o->ended_ctx, call);
}

static void show_metrics(struct trace *t)
{
    struct outlet *o = t->outlet;
    int64_t now = o->metrics ? now_ns() : 0;
    if (!o->metrics || (now < o->metrics_next && !o->over))
        return;
    o->metrics_next = now + METRICS_EVERY;
    o->text.n = 0;
    outlet_metrics_text(t, o->kpis, &o->text);
    metrics_swap(o->metrics, &o->text);
}

void outlet_update(struct trace *t)
{
    struct outlet *o = t->outlet;
    if (o->over)
        return;
    if (o->hep)
        hep_out_update(o->hep);
    if (t->live && (o->hep || o->ended))
        endings_update(&o->endings, t->calls, on_ended, o);
    outlet_alarm_update(o->alarms, t, o->alarm, o->ended_ctx);
    show_metrics(t);
}

void outlet_configure(struct trace *t, const struct config *settings)
{
    outlet_alarm_configure(t->outlet->alarms, settings);
}

bool outlet_alarm(const struct trace *t, size_t i, struct alarm_event *out)
{
    return t->outlet && alarms_raised(outlet_alarm_states(t->outlet->alarms), i, out);
}

void outlet_set_back(struct trace *t, int64_t now)
{
    struct outlet *o = t->outlet;
    if (!o->over && (o->hep || o->ended))
        endings_set_back(&o->endings, t->calls, now, on_ended, o);
}

void outlet_end(struct trace *t)
{
    struct outlet *o = t->outlet;
    if (o->over)
        return;
    outlet_update(t);
    o->over = true;
    if (o->hep || o->ended)
        endings_all(&o->endings, t->calls, on_ended, o);
    hep_out_end(o->hep);
    o->hep = NULL;
    show_metrics(t);
}

void outlet_leaving(void *ctx, const struct call *call)
{
    struct trace *t = ctx;
    struct outlet *o = t->outlet;
    if (t->store)
        store_leaving(t->store, call);
    if (o && !o->over && (o->hep || o->ended))
        endings_leaving(&o->endings, call, on_ended, o);
}

void outlet_rtcp(void *ctx, const struct frame *frame, const struct packet *packet)
{
    const struct trace *t = ctx;
    bool told = packet->kind == PACKET_HEP && packet->hep.time;
    if (t->outlet && t->outlet->hep)
        hep_out_rtcp(t->outlet->hep, &packet->src, &packet->dst,
                     told ? packet->hep.time : frame->time, packet->payload);
}

bool outlet_hep(const struct trace *t, struct hep_sender_state *out)
{
    if (!t->outlet || !t->outlet->hep)
        return false;
    hep_out_state(t->outlet->hep, out);
    return true;
}
