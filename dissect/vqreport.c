#include "dissect/vqreport.h"

static const struct {
    const char *line, *key;
} METRICS[] = {
#define METRIC(id, line, key) {line, key},
    VQ_METRIC_TABLE(METRIC)
#undef METRIC
};

_Static_assert(VQ_METRIC_COUNT <= 64, "`has` is one word");

const char *vq_metric_name(enum vq_metric m)
{
    return (unsigned)m < VQ_METRIC_COUNT ? METRICS[m].key : "";
}

bool vq_value(const struct vq_metrics *m, enum vq_metric which, double *out)
{
    if ((unsigned)which >= VQ_METRIC_COUNT || !(m->has >> which & 1))
        return false;
    *out = m->value[which] / 1000.0;
    return true;
}

bool vqreport_is(struct slice content_type)
{
    struct slice type = slice_sub(content_type, 0, slice_find(content_type, ';'));
    return slice_ieq(slice_trim(type), SLICE("application/vq-rtcpxr"));
}

/* The next line, without its end. */
static struct slice line_next(struct slice *rest)
{
    size_t n = slice_find(*rest, '\n');
    struct slice line = slice_sub(*rest, 0, n);
    *rest = slice_skip(*rest, n + 1);
    return slice_trim(line);
}

/* Cuts "name : value" (blanks around the colon are allowed). */
static struct slice split(struct slice line, struct slice *value)
{
    size_t colon = slice_find(line, ':');
    *value = slice_trim(slice_skip(line, colon + 1));
    return slice_trim(slice_sub(line, 0, colon));
}

/* The next KEY=value of a line; the value may be quoted. */
static bool pair_next(struct slice *rest, struct slice *key, struct slice *value)
{
    struct slice s = slice_trim(*rest);
    size_t equals = slice_find(s, '=');
    if (equals == s.n)
        return false;
    *key = slice_trim(slice_sub(s, 0, equals));
    s = slice_trim(slice_skip(s, equals + 1));
    size_t n = 0;
    if (s.n && s.p[0] == '"') {
        s = slice_skip(s, 1);
        n = slice_find(s, '"');
    } else {
        while (n < s.n && !slice_blank(s.p[n]))
            n++;
    }
    *value = slice_sub(s, 0, n);
    *rest = slice_skip(s, n + 1);
    return true;
}

/* A decimal number with sign and fraction, in thousandths; values beyond a million are
 * no figures of a call and count as absent. */
static bool thousandths(struct slice s, int32_t *out)
{
    bool negative = s.n && s.p[0] == '-';
    uint64_t whole = 0, part = 0;
    s = slice_skip(s, negative || (s.n && s.p[0] == '+'));
    size_t n = slice_u64(s, &whole);
    if (whole > 1000000)
        return false;
    s = slice_skip(s, n);
    size_t digits = s.n && s.p[0] == '.' ? slice_u64(slice_sub(s, 1, 3), &part) : 0;
    if (!n && !digits)
        return false;
    for (size_t i = digits; i && i < 3; i++)
        part *= 10;
    int32_t v = (int32_t)(whole * 1000 + part);
    *out = negative ? -v : v;
    return true;
}

static void read_metric(struct slice line, struct slice key, struct slice value,
                        struct vq_metrics *m)
{
    for (unsigned i = 0; i < VQ_METRIC_COUNT; i++) {
        if (!slice_ieq(key, slice_str(METRICS[i].key)) ||
            !slice_ieq(line, slice_str(METRICS[i].line)))
            continue;
        if (thousandths(value, &m->value[i]))
            m->has |= UINT64_C(1) << i;
        return;
    }
    if (slice_ieq(key, SLICE("PD")))
        m->codec = value;
    else if (slice_ieq(key, SLICE("START")))
        m->start = value;
    else if (slice_ieq(key, SLICE("STOP")))
        m->stop = value;
}

/* Hexadecimal, with or without 0x. */
static uint32_t hexadecimal(struct slice s)
{
    uint32_t v = 0;
    if (slice_istarts(s, SLICE("0x")))
        s = slice_skip(s, 2);
    for (size_t i = 0; i < s.n && i < 8; i++) {
        uint8_t c = slice_lower(s.p[i]);
        bool letter = c >= 'a' && c <= 'f';
        if (!letter && (c < '0' || c > '9'))
            break;
        v = v << 4 | (uint32_t)(letter ? c - 'a' + 10 : c - '0');
    }
    return v;
}

/* IP=192.0.2.1 PORT=5000 SSRC=0x2468abcd */
static void read_end(struct slice text, struct addr *addr, uint32_t *ssrc)
{
    struct slice key, value;
    uint64_t port = 0;
    while (pair_next(&text, &key, &value)) {
        if (slice_ieq(key, SLICE("IP")))
            addr_parse(value, addr);
        else if (slice_ieq(key, SLICE("PORT")))
            slice_u64(value, &port);
        else if (slice_ieq(key, SLICE("SSRC")))
            *ssrc = hexadecimal(value);
    }
    if (addr->family && port <= UINT16_MAX)
        addr->port = (uint16_t)port;
}

/* Says whether the line is one of those that stand once in a report. */
static bool read_once(struct slice name, struct slice value, struct vqreport *r)
{
    const struct {
        const char *name;
        struct slice *to;
    } texts[] = {
        {"CallID", &r->call_id},           {"LocalID", &r->local_id},
        {"OrigID", &r->orig_id},           {"LocalGroup", &r->local_group},
        {"RemoteGroup", &r->remote_group}, {"LocalMAC", &r->local_mac},
        {"DialogID", &r->dialog},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (slice_ieq(name, slice_str(texts[i].name))) {
            *texts[i].to = value;
            return true;
        }
    if (slice_ieq(name, SLICE("LocalAddr")))
        read_end(value, &r->local, &r->local_ssrc);
    else if (slice_ieq(name, SLICE("RemoteAddr")))
        read_end(value, &r->remote, &r->remote_ssrc);
    else
        return false;
    return true;
}

/* VQSessionReport: CallTerm, or VQAlertReport: Type=NLR Severity=Critical Dir=local */
static bool read_first(struct slice line, struct vqreport *r)
{
    struct slice key, value, rest, name = split(line, &rest);
    if (slice_ieq(name, SLICE("VQSessionReport")))
        r->kind = VQ_SESSION;
    else if (slice_ieq(name, SLICE("VQIntervalReport")))
        r->kind = VQ_INTERVAL;
    else if (slice_ieq(name, SLICE("VQAlertReport")))
        r->kind = VQ_ALERT;
    else
        return false;
    r->end_of_call = slice_istarts(rest, SLICE("CallTerm"));
    while (pair_next(&rest, &key, &value)) {
        if (slice_ieq(key, SLICE("Type")))
            r->alert = value;
        else if (slice_ieq(key, SLICE("Severity")))
            r->severity = value;
    }
    return true;
}

int vqreport_parse(struct slice body, struct vqreport *out)
{
    struct vqreport r = {0};
    struct vq_metrics *metrics = &r.heard;
    struct slice line = {0}, key, value;
    while (body.n && !line.n)
        line = line_next(&body);
    if (!read_first(line, &r))
        return -REASON_VQ_BAD;
    while (body.n) {
        struct slice text, name = split(line_next(&body), &text);
        if (slice_ieq(name, SLICE("LocalMetrics")))
            metrics = &r.heard;
        else if (slice_ieq(name, SLICE("RemoteMetrics")))
            metrics = &r.sent;
        else if (!read_once(name, text, &r))
            while (pair_next(&text, &key, &value))
                read_metric(name, key, value, metrics);
    }
    *out = r;
    return 0;
}
