/*
 * Sequences of messages through the model: eight bytes are one message, picked from
 * small sets of calls, methods, tags and hops so that they meet; or raw text. Small
 * limits, so that calls and messages are given up all the time. The lists are checked
 * at the end.
 */
#include "model/attempt.h"
#include "model/kpi_rows.h"
#include "model/recount.h"

#include <stdio.h>
#include <stdlib.h>

enum { OP = 8 };

struct world {
    struct calls *calls;
    int64_t now;
    uint64_t frame;
};

static struct addr address(unsigned n)
{
    struct addr a = {.ip = {192, 0, 2, (uint8_t)n}, .port = 5060, .family = 4};
    return a;
}

static void give(struct world *w, const uint8_t *op, struct slice text)
{
    struct sip sip = {0};
    int bad = sip_parse(text, &sip);
    struct frame frame = {
        .data = text.p,
        .caplen = (uint32_t)text.n,
        .len = (uint32_t)text.n + (op[0] & 1),
        .time = w->now,
        .number = ++w->frame,
        .interface = op[6] >> 7,
    };
    struct arrival a = {
        .frame = &frame,
        .sip = &sip,
        .text = text,
        .src = address(op[6] & 3),
        .dst = address(op[6] >> 2 & 3),
        .transport = op[6] >> 4 & 1,
        .malformed = (uint8_t)(bad < 0 ? -bad : 0),
        .path = op[6] >> 5 & 1,
        .time = w->now,
    };
    calls_feed(w->calls, &a);
}

static void make(struct world *w, const uint8_t *op)
{
    static const char *const EXTRA[] = {"",
                                        "Expires: 0\r\n",
                                        "X-Call-ID: c1\r\n",
                                        "RSeq: 1\r\n",
                                        "Contact: <sip:a@b>;expires=9\r\n",
                                        "Refer-To: <sip:a@b?Replaces=c2%3Bx>\r\n",
                                        ("Session-ID: "
                                         "ab30317f1a784dc48ff824d0d3715d86;remote="
                                         "ab30317f1a784dc48ff824d0d3715d87\r\n"),
                                        "Subscription-State: terminated\r\n"};
    static const unsigned STATUS[] = {100, 180, 183, 200, 302, 401,
                                      408, 486, 487, 503, 600, 199};
    char text[1024], start[64], tag[16] = "";
    const char *method = sip_method_name(1 + op[1] % (SIP_METHOD_COUNT - 1));
    bool response = op[1] & 0x80;
    if (response)
        snprintf(start, sizeof start, "SIP/2.0 %u X", STATUS[op[2] % 12]);
    else
        snprintf(start, sizeof start, "%s sip:+4930123456%u@b SIP/2.0", method,
                 op[2] & 1);
    if (op[3] & 7)
        snprintf(tag, sizeof tag, ";tag=t%u", op[3] & 7);
    int n =
        snprintf(text, sizeof text,
                 "%s\r\nVia: SIP/2.0/UDP h;branch=%s%u\r\n%sFrom: "
                 "<sip:+4989123456@a>;tag=t%u\r\n"
                 "To: <sip:b@b>%s\r\nCall-ID: c%u\r\nCSeq: %u %s\r\n%s\r\n",
                 start, op[4] & 8 ? "" : "z9hG4bK", op[4] & 7,
                 op[4] & 16 ? "Via: SIP/2.0/UDP i;branch=z\r\n" : "", op[3] >> 3 & 7,
                 tag, op[5] & 15, op[5] >> 4 & 3, method, EXTRA[op[4] >> 5]);
    if (n > 0 && (size_t)n < sizeof text)
        give(w, op, slice_of(text, (size_t)n));
}

static void check(const struct calls *c)
{
    size_t calls = 0, msgs = 0;
    for (size_t i = 0; i < c->list.n; i++)
        if (c->list.at[i]) {
            calls++;
            if (calls_by_id(c, c->list.at[i]->id) != c->list.at[i])
                abort();
            const struct session *s = c->list.at[i]->session;
            unsigned legs = 0;
            for (const struct call *leg = s ? s->first : NULL; leg; leg = leg->leg_next)
                legs++;
            if (s && (legs != s->legs || legs < 2))
                abort();
        }
    for (size_t i = 0; i < c->msgs.n; i++)
        if (c->msgs.at[i]) {
            msgs++;
            if (calls_msg_by_id(c, c->msgs.at[i]->id) != c->msgs.at[i])
                abort();
        }
    if (calls != c->calls_kept || msgs != c->msgs_kept)
        abort();
}

/* Every attempt has come to an end, and who is counted as up is up. */
static void check_kpi(const struct calls *c)
{
    const struct kpi *k = recount_kpi(c);
    const struct kpi_rows *rows = k ? kpi_rows(k) : NULL;
    const struct kpi_figures *figures;
    struct kpi_counts all = {.n = {0}};
    uint32_t up = 0;
    if (!rows)
        return;
    for (size_t i = 0; i < c->list.n; i++)
        for (const struct attempt *t = c->list.at[i] ? c->list.at[i]->attempts : NULL;
             t; t = t->next)
            for (const struct leg *l = t->first_leg; l; l = l->next)
                up += l->up && l->has_near && l->near[LEG_ALL];
    for (size_t i = 0; i < rows->list.n; i++)
        kpi_row_read(k, &rows->list.at[i], &figures);
    kpi_read(k->all, KPI_HOUR, INT64_MIN, INT64_MAX, &all);
    if (all.n[KPI_ATTEMPTS] != all.n[KPI_SETTLED] || k->all->up != up ||
        all.n[KPI_ANSWERED] < all.n[KPI_ENDED] ||
        all.n[KPI_ENDED] < all.n[KPI_COMPLETED] || k->kept > k->options.groups ||
        k->queue[KPI_SECOND].n > k->options.buckets)
        abort();
    kpi_counts_done(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct limits limits = LIMITS_DEFAULT;
    static struct ledger ledger;
    ledger_init(&ledger);
    limits.max_calls = 6;
    limits.max_messages = 12;
    struct world w = {.calls = calls_new(&limits, &ledger),
                      .now = INT64_C(1700000000000000000)};
    struct kpi_options ko = {
        .keep = {5, 120, 7200}, .buckets = 12, .groups = 6, .prefix = 3};
    struct kpi *kpi = kpi_new(&ko);
    if (!w.calls || !kpi)
        return 0;
    /* Counted as messages come, or from what is kept. */
    *(size && data[0] & 4 ? &w.calls->kpi : &w.calls->kpi_later) = kpi;
    for (; size >= OP; data += OP, size -= OP) {
        w.now += (int64_t)data[7] * data[7] * 1000000 - (data[0] & 2 ? 3000000 : 0);
        if (data[0] == 0xff) {
            calls_clear(w.calls);
        } else if (data[0] >= 0xf0) {
            size_t n = size - OP < data[5] ? size - OP : data[5];
            give(&w, data, slice_of(data + OP, n));
            data += n;
            size -= n;
        } else {
            make(&w, data);
        }
    }
    calls_advance(w.calls, w.now + INT64_C(100000000000));
    calls_end(w.calls);
    check(w.calls);
    check_kpi(w.calls);
    calls_free(w.calls);
    kpi_free(kpi);
    return 0;
}
