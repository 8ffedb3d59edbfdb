#include "out/health_text.h"

#include "out/format.h"
#include "out/style.h"
#include "view/alias.h"
#include "view/clock.h"

#include <stdio.h>

enum { SHOWN = 20, NAME_WIDTH = 24 };

static double mean_ms(const struct health *h)
{
    return h->answered ? (double)h->rtt_sum / (double)h->answered / 1e6 : 0;
}

static enum tone tone_of(enum health_state state)
{
    return state == HEALTH_UP        ? TONE_GOOD
           : state == HEALTH_DOWN    ? TONE_BAD
           : state == HEALTH_FAILING ? TONE_WARN
                                     : TONE_DIM;
}

static void line(const struct view *v, const struct health *h, bool color,
                 struct strbuf *out)
{
    char address[ADDR_TEXT];
    const char *name = alias_find(v->aliases, &h->addr);
    int64_t since;
    enum health_state state = health_state(h, v->calls->now, &since);
    size_t n = addr_format(&h->addr, address);
    if (!name)
        name = address;
    n = style_cut(out, name, strlen(name), NAME_WIDTH, false);
    strbuf_fill(out, ' ', NAME_WIDTH - n);
    strbuf_printf(out, "%8llu  %8llu  %8.1f  %8.1f  ", (unsigned long long)h->sent,
                  (unsigned long long)h->answered, mean_ms(h),
                  (double)h->rtt_max / 1e6);
    style_on(out, tone_of(state), color);
    strbuf_str(out, health_state_name(state));
    style_off(out, tone_of(state), color);
    if (state == HEALTH_DOWN) {
        strbuf_str(out, " since ");
        clock_time(out, since, v->utc, 0);
    }
    if (state == HEALTH_FAILING)
        strbuf_printf(out, " with %u", h->status);
    if (h->outages)
        strbuf_printf(out, ", %u outage%s", h->outages, h->outages > 1 ? "s" : "");
    strbuf_char(out, '\n');
}

void health_text(const struct view *v, bool color, struct strbuf *out)
{
    size_t n = 0;
    if (!v->calls || !v->calls->healths.newest)
        return;
    strbuf_char(out, '\n');
    style_bold(out, "OPTIONS", color);
    strbuf_fill(out, ' ', NAME_WIDTH - 7);
    strbuf_str(out, "    Sent  Answered    RTT ms    max ms  State\n");
    for (const struct health *h = v->calls->healths.newest; h; h = h->older)
        if (n++ < SHOWN)
            line(v, h, color, out);
    if (n > SHOWN)
        strbuf_printf(out, "%zu more\n", n - SHOWN);
}

void health_json(const struct view *v, struct strbuf *out)
{
    char address[ADDR_TEXT];
    const struct health *first = v->calls ? v->calls->healths.newest : NULL;
    strbuf_str(out, ",\"options\":[");
    for (const struct health *h = first; h; h = h->older) {
        int64_t since;
        enum health_state state = health_state(h, v->calls->now, &since);
        strbuf_str(out, h == first ? "{\"peer\":" : ",{\"peer\":");
        json_text(out, address, addr_format(&h->addr, address));
        strbuf_printf(out,
                      ",\"state\":\"%s\",\"sent\":%llu,\"answered\":%llu,"
                      "\"status\":%u,\"outages\":%u",
                      health_state_name(state), (unsigned long long)h->sent,
                      (unsigned long long)h->answered, h->status, h->outages);
        if (h->answered)
            strbuf_printf(out, ",\"rtt\":%.6f,\"rtt_mean\":%.6f,\"rtt_max\":%.6f",
                          (double)h->rtt / 1e9, mean_ms(h) / 1e3,
                          (double)h->rtt_max / 1e9);
        else
            strbuf_str(out, ",\"rtt\":null,\"rtt_mean\":null,\"rtt_max\":null");
        strbuf_str(out, ",\"down_since\":");
        if (state == HEALTH_DOWN)
            json_seconds(out, since, false);
        else
            strbuf_str(out, "null");
        strbuf_char(out, '}');
    }
    strbuf_char(out, ']');
}
