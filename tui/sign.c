#include "tui/sign.h"

#include <string.h>

enum { MANY_RETRANSMISSIONS = 3 };

bool sign_failed(const struct call *call)
{
    return call->state == CALL_TIMEOUT || call->state == CALL_REJECTED ||
           call->state == CALL_FAILED;
}

static bool suspicious(const struct call *call)
{
    if (call->retransmissions >= MANY_RETRANSMISSIONS)
        return true;
    for (const struct event *e = call->events; e; e = e->next)
        if (e->kind == EVENT_ICMP)
            return true;
    return false;
}

const char *sign_call(const struct call *call, enum tone *tone)
{
    *tone = TONE_PLAIN;
    if (sign_failed(call)) {
        *tone = TONE_BAD;
        return "●";
    }
    if (suspicious(call)) {
        *tone = TONE_WARN;
        return "▲";
    }
    switch (call->state) {
    case CALL_COMPLETED:
    case CALL_DONE:
    case CALL_ACTIVE:
    case CALL_TERMINATED: *tone = TONE_GOOD; return "✓";
    case CALL_CANCELLED:
    case CALL_BUSY:
    case CALL_REDIRECTED:
    case CALL_CHALLENGED: return "·";
    default: break;
    }
    if (call->incomplete) {
        *tone = TONE_DIM;
        return "?";
    }
    return " ";
}

static const char *icmp_text(const struct event *e)
{
    static const char *const v4[] = {"network unreachable", "host unreachable",
                                     "protocol unreachable", "port unreachable"};

    if (e->version == 4 && e->type == 3)
        return e->code < 4 ? v4[e->code] : "unreachable";
    if (e->version == 6 && e->type == 1)
        return e->code == 4 ? "port unreachable" : "unreachable";
    return e->type == (e->version == 4 ? 11 : 3) ? "time to live exceeded" : "error";
}

static void remark_events(const struct call *call, struct strbuf *out)
{
    char text[ADDR_TEXT];
    unsigned n = 0;

    for (const struct event *e = call->events; e; e = e->next) {
        if (e->kind != EVENT_ICMP || n++)
            continue;
        addr_format_ip(&e->from, text);
        strbuf_printf(out, "%sICMP %s from %s", out->n ? "; " : "", icmp_text(e), text);
    }
}

/* Who did not answer at all, or not in the end. */
static void remark_timeout(const struct call *call, struct strbuf *out)
{
    char text[ADDR_TEXT];

    if (call->state != CALL_TIMEOUT || call->status || !call->hop)
        return;
    addr_format_ip(&call->hop->dst, text);
    strbuf_str(out, call->interim ? "no final answer from " : "no answer from ");
    strbuf_str(out, text);
}

void sign_remark(const struct call *call, struct strbuf *out)
{
    size_t before = out->n;

    remark_timeout(call, out);
    if (call->reason && call->status >= 300)
        strbuf_str(out, call->reason);
    remark_events(call, out);
    if (call->retransmissions)
        strbuf_printf(out, "%s%u repeated", out->n > before ? "; " : "",
                      call->retransmissions);
    for (unsigned bit = 0; bit < CALL_INCOMPLETE_BITS; bit++)
        if (call->incomplete & 1u << bit) {
            strbuf_str(out, out->n > before ? "; " : "");
            strbuf_str(out, call_incomplete_text(bit));
        }
}

/* A field of the call; null where there is no diagnosis. */
static struct value ask(const struct view *v, const struct call *call, const char *name)
{
    struct row row = {.view = v, .object = call};
    struct value value = {VALUE_NULL, {0}};

    if (v->diagnosis)
        field_get(field_find(&TABLE_CALLS, name), &row, &value);
    return value;
}

/* Nothing was found: but what failed, or was repeated, did not go well either. */
static const char *sign_ok(const struct call *call, enum tone *tone)
{
    const char *sign = sign_call(call, tone);

    if (*tone == TONE_BAD) {
        *tone = TONE_WARN;
        return "▲";
    }
    if (*sign != ' ' && *sign != '?')
        return sign;
    *tone = TONE_GOOD;
    return "✓";
}

const char *sign_verdict(const struct view *v, const struct call *call, enum tone *tone)
{
    static const struct {
        const char *verdict, *sign;
        enum tone tone;
    } signs[] = {
        {"crit", "●", TONE_BAD},
        {"warn", "▲", TONE_WARN},
        {"info", "·", TONE_PLAIN},
    };
    struct value value = ask(v, call, "verdict");

    for (size_t i = 0; value.type == VALUE_TEXT && i < sizeof signs / sizeof *signs;
         i++)
        if (value.n == strlen(signs[i].verdict) &&
            !memcmp(value.p, signs[i].verdict, value.n)) {
            *tone = signs[i].tone;
            return signs[i].sign;
        }
    return value.type == VALUE_TEXT && value.n == 2 && !memcmp(value.p, "ok", 2)
               ? sign_ok(call, tone)
               : sign_call(call, tone);
}

void sign_headline(const struct view *v, const struct call *call, struct strbuf *out)
{
    struct value value = ask(v, call, "headline");

    if (value.type == VALUE_TEXT && value.n)
        strbuf_add(out, value.p, value.n);
    else
        sign_remark(call, out);
}
