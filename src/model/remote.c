#include "model/remote.h"

const char *remote_by_name(unsigned by)
{
    return by == REMOTE_XR ? "xr" : "vq";
}

static void set(struct remote *r, enum remote_what what, double value)
{
    r->value[what] = (float)value;
    r->has |= (uint16_t)(1u << what);
}

void remote_take_voip(struct remote *r, const struct rtcp_voip *v)
{
    r->reports++;
    r->by = REMOTE_XR;
    set(r, REMOTE_LOSS, v->loss * 100.0 / 256);
    set(r, REMOTE_DISCARD, v->discard * 100.0 / 256);
    set(r, REMOTE_BURST, v->burst_density * 100.0 / 256);
    set(r, REMOTE_GAP, v->gap_density * 100.0 / 256);
    if (v->jb_nominal)
        set(r, REMOTE_BUFFER, v->jb_nominal);
    if (v->round_trip)
        set(r, REMOTE_RTT, v->round_trip);
    if (v->end_system)
        set(r, REMOTE_SYSTEM, v->end_system);
    if (v->r <= 100)
        set(r, REMOTE_R, v->r);
    if (v->mos_lq >= 10 && v->mos_lq <= 50)
        set(r, REMOTE_MOS_LQ, v->mos_lq / 10.0);
    if (v->mos_cq >= 10 && v->mos_cq <= 50)
        set(r, REMOTE_MOS_CQ, v->mos_cq / 10.0);
}

void remote_take_vq(struct remote *r, const struct vq_metrics *m)
{
    static const struct {
        enum vq_metric from;
        enum remote_what to;
    } SAME[] = {
        {VQ_NLR, REMOTE_LOSS},     {VQ_JDR, REMOTE_DISCARD},  {VQ_BLD, REMOTE_BURST},
        {VQ_GLD, REMOTE_GAP},      {VQ_IAJ, REMOTE_JITTER},   {VQ_JBN, REMOTE_BUFFER},
        {VQ_RTD, REMOTE_RTT},      {VQ_ESD, REMOTE_SYSTEM},   {VQ_RLQ, REMOTE_R},
        {VQ_MOSLQ, REMOTE_MOS_LQ}, {VQ_MOSCQ, REMOTE_MOS_CQ},
    };
    double value;
    r->reports++;
    r->by = REMOTE_VQ;
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++)
        if (vq_value(m, SAME[i].from, &value))
            set(r, SAME[i].to, value);
}

bool remote_value(const struct remote *r, enum remote_what what, double *out)
{
    if (!(r->has >> what & 1))
        return false;
    *out = (double)r->value[what];
    return true;
}

bool remote_news(struct remote *r)
{
    static const double WORSE = 0.3;
    double mos = 0;
    bool has = remote_value(r, REMOTE_MOS_LQ, &mos);
    if (r->reports > 1 &&
        (!has || (r->told > 0 && mos > (double)r->told - WORSE + 1e-3)))
        return false;
    r->told = (float)mos;
    return true;
}

void remote_text(const struct remote *r, struct strbuf *out)
{
    static const struct {
        const char *name, *unit;
    } TEXTS[] = {
#define WHAT(id, name, unit) {name, unit},
        REMOTE_TABLE(WHAT)
#undef WHAT
    };
    const char *before = "endpoint reports ";
    double value;
    for (unsigned i = 0; i < REMOTE_COUNT; i++)
        if (remote_value(r, (enum remote_what)i, &value)) {
            strbuf_printf(out, "%s%s %.1f%s", before, TEXTS[i].name, value,
                          TEXTS[i].unit);
            before = ", ";
        }
}
