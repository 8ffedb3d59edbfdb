#include "dissect/dtmf_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#define RELAY "application/dtmf-relay"
#define PLAIN "application/dtmf"
#define KPML  "application/kpml-response+xml"

/* The relay's two lines as INFO carries them; KPML after RFC 4730 section 10. */
static const struct {
    const char *type, *body;
    int rc;
    const char *digits;
    uint32_t duration;
} ROWS[] = {
    {RELAY, "Signal=5\r\nDuration=160\r\n", 0, "5", 160},
    {RELAY, "Signal= 5\nDuration= 250", 0, "5", 250},
    {RELAY, "Signal=*\r\n", 0, "*", 0},
    {RELAY, "signal = #\rduration = 99\r", 0, "#", 99},
    {RELAY, "Signal=10\r\nDuration=99999999999\r\n", 0, "*", UINT32_MAX},
    {RELAY, "Signal=15\r\n", 0, "D", 0},
    {RELAY, "Signal=hf\r\n", 0, "!", 0},
    {RELAY "; charset=utf-8", "Signal=d\r\n", 0, "d", 0},
    {RELAY, "Signal=17\r\n", -REASON_DTMF_BAD, "", 0},
    {RELAY, "Duration=160\r\n", -REASON_DTMF_BAD, "", 0},
    {RELAY, "", -REASON_DTMF_BAD, "", 0},
    {PLAIN, "7", 0, "7", 0},
    {"Application/DTMF", " #\r\n", 0, "#", 0},
    {PLAIN, "11", 0, "#", 0},
    {PLAIN, "hello", -REASON_DTMF_BAD, "", 0},
    {KPML,
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
     "<kpml-response xmlns=\"urn:ietf:params:xml:ns:kpml-response\" "
     "version=\"1.0\"\r\n code=\"200\" text=\"OK\"\r\n digits=\"4085551212\"/>",
     0, "4085551212", 0},
    {KPML, "<k:kpml-response code='200' forced_digits=\"9\" digits='1#' tag=\"d\">", 0,
     "1#", 0},
    {KPML, "<kpml-response code=\"423\" text=\"Timer Expired\"/>", 0, "", 0},
    {KPML, "<kpml-response digits=\"1<\"/>", -REASON_DTMF_BAD, "", 0},
    {KPML, "<kpml-request version=\"1.0\"/>", -REASON_DTMF_BAD, "", 0},
    {KPML, "digits=\"1\"", -REASON_DTMF_BAD, "", 0},
    {"application/sdp", "v=0\r\n", 1, "", 0},
    {"", "5", 1, "", 0},
};

static void bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct dtmf_body b = {0};
        int rc = dtmf_body_parse(slice_str(ROWS[i].type), slice_str(ROWS[i].body), &b);
        if (rc != ROWS[i].rc || !slice_eq(b.digits, slice_str(ROWS[i].digits)) ||
            b.duration != ROWS[i].duration)
            fail_msg("%s: %d, %.*s, %u", ROWS[i].body, rc, (int)b.digits.n,
                     (const char *)b.digits.p, b.duration);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {cmocka_unit_test(bodies)};
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
