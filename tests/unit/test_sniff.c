#include "engine/sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define BYTES(...) \
    (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define TEXT(s) (const uint8_t *)(s), sizeof(s) - 1
#define EIGHT   0, 0, 0, 0, 0, 0, 0, 0

static const struct {
    const char *what;
    const uint8_t *p;
    size_t n;
    enum sniff is;
} CASES[] = {
    {"request", TEXT("OPTIONS sip:bob@example.com SIP/2.0\r\n\r\n"), SNIFF_SIP},
    {"response", TEXT("SIP/2.0 200 OK\r\n\r\n"), SNIFF_SIP},
    {"cut request", TEXT("INVITE sip:bob@exam"), SNIFF_SIP},
    {"CRLFs before", TEXT("\r\n\r\nSIP/2.0 200 OK\r\n\r\n"), SNIFF_SIP},
    {"CRLFCRLF", TEXT("\r\n\r\n"), SNIFF_KEEPALIVE},
    {"empty", TEXT(""), SNIFF_KEEPALIVE},
    {"four NULs", TEXT("\0\0\0\0"), SNIFF_KEEPALIVE},
    {"one NUL", TEXT("\0"), SNIFF_KEEPALIVE},
    {"text", TEXT("Hello, this is no SIP\r\n"), SNIFF_OTHER},
    {"syslog of SIP", TEXT("<134>Nov 14 sbc sipd: INVITE sip:a@example.com SIP/2.0"),
     SNIFF_OTHER},
    /* Beginnings beyond recognition: listed as malformed, so they must be SIP. */
    {"headers alone", TEXT("2.0.2.2 X\r\nv: 1\r\nFrom: a\r\nCall-ID: 7\r\n\r\n"),
     SNIFF_SIP},
    {"high bytes before", TEXT("\x8e\x8f\x90 X\r\nVia: 1\r\nt: a\r\nCSeq: 7\r\n\r\n"),
     SNIFF_SIP},
    {"a line before", TEXT(":0\r\nINVITE sip:bob@example.com SIP/2.0\r\n\r\n"),
     SNIFF_SIP},
    {"two headers", TEXT("NOTIFY * HTTP/1.1\r\nVia: 1\r\nFrom: a\r\nHost: b\r\n\r\n"),
     SNIFF_OTHER},
    {"HTTP", TEXT("GET / HTTP/1.1\r\n\r\n"), SNIFF_OTHER},
    {"RTP", BYTES(0x80, 0, 0, 1, EIGHT, EIGHT), SNIFF_RTP},
    {"RTP with marker", BYTES(0x80, 0x80 | 96, 0, 1, EIGHT), SNIFF_RTP},
    {"short RTP", BYTES(0x80, 0, 0, 1, 0, 0, 0, 0), SNIFF_OTHER},
    {"RTCP SR", BYTES(0x81, 200, 0, 6, EIGHT), SNIFF_RTCP},
    {"RTCP of 8 bytes", BYTES(0x80, 201, 0, 1, 0, 0, 0, 1), SNIFF_RTCP},
    /* RFC 8489 5: the magic cookie; RFC 3489: none, but the length fits. */
    {"STUN", BYTES(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, EIGHT, 0, 0, 0, 0), SNIFF_STUN},
    {"old STUN", BYTES(1, 1, 0, 0, EIGHT, EIGHT), SNIFF_STUN},
    {"no STUN", BYTES(0, 1, 0, 4, EIGHT, EIGHT), SNIFF_OTHER},
    {"DTLS 1.2", BYTES(22, 0xfe, 0xfd, EIGHT, 0, 0), SNIFF_DTLS},
    {"TURN channel", BYTES(0x40, 1, 0, 4, 1, 2, 3, 4), SNIFF_CHANNEL},
    {"no TURN channel", BYTES(0x40, 1, 0, 9, 1, 2, 3, 4), SNIFF_OTHER},
};

static void kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct slice text, d = slice_of(CASES[i].p, CASES[i].n);
        enum sniff is = sniff_datagram(d, &text);
        if (is != CASES[i].is)
            fail_msg("%s: %d, not %d", CASES[i].what, (int)is, (int)CASES[i].is);
        if (is == SNIFF_SIP)
            assert_true(text.n && text.p[0] != '\r');
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {cmocka_unit_test(kinds)};
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
