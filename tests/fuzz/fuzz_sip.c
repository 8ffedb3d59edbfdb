/* The fast SIP parser and the readers of header values, on one message. */
#include "dissect/sip_sniff.h"
#include "dissect/sip_value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void inside(struct slice s, struct slice text)
{
    if (s.n && (s.p < text.p || s.p + s.n > text.p + text.n))
        abort();
}

static void values(struct slice value)
{
    struct sip_name_addr a;
    struct sip_uri u;
    struct sip_via v;
    struct slice one;
    char number[16];
    for (struct slice rest = value; sip_value_next(&rest, &one);) {
        inside(one, value);
        sip_name_addr(one, &a);
        sip_uri(a.uri, &u);
        inside(a.display, value);
        inside(sip_param(a.params, SLICE("expires")), value);
        inside(u.host, value);
        sip_number(u.user, number, sizeof number);
        if (sip_via(one, &v))
            inside(v.branch, value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice text = slice_of(data, n);
    struct sip s;
    struct sip_line line;

    sip_sniff(text);
    int rc = sip_parse(text, &s);
    if (rc > 0 || rc <= -REASON_COUNT)
        abort();
    if (!rc && (!s.header[SIP_H_CALL_ID].n || !s.method_name.n))
        abort();
    for (int h = 0; h < SIP_H_COUNT; h++)
        inside(s.header[h], text);
    inside(s.from_tag, text);
    inside(s.to_tag, text);
    inside(s.branch, text);
    inside(s.uri, text);
    inside(s.body, text);
    unsigned lines = 0;
    for (struct slice rest = s.head; sip_line_next(&rest, &line); lines++) {
        inside(line.raw, text);
        values(line.value);
    }
    if (lines > n)
        abort();
    return 0;
}
