/* Nanoseconds per message of the fast SIP parser, beside libosip2 where it is built in.
 */
#include "dissect/sip.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef HAVE_OSIP
#include <sys/time.h>
#include <osipparser2/osip_parser.h>
#endif

enum { RUNS = 5 };

static const char invite[] =
    "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP client.atlanta.example.com:5060;branch=z9hG4bK74bf9\r\n"
    "Max-Forwards: 70\r\n"
    "From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
    "To: Bob <sip:bob@biloxi.example.com>\r\n"
    "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
    "CSeq: 1 INVITE\r\n"
    "Contact: <sip:alice@client.atlanta.example.com>\r\n"
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, PUBLISH\r\n"
    "Supported: replaces, timer\r\n"
    "User-Agent: Example Phone 1.0\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: 226\r\n"
    "\r\n"
    "v=0\r\n"
    "o=alice 2890844526 2890844526 IN IP4 client.atlanta.example.com\r\n"
    "s=-\r\n"
    "c=IN IP4 192.0.2.101\r\n"
    "t=0 0\r\n"
    "m=audio 49172 RTP/AVP 0 8 101\r\n"
    "a=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
    "a=sendrecv\r\n";

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fast(struct slice text)
{
    struct sip s;
    if (sip_parse(text, &s))
        abort();
    __asm__ volatile("" : : "r"(&s) : "memory");
}

#ifdef HAVE_OSIP
static void osip(struct slice text)
{
    osip_message_t *m = NULL;
    if (osip_message_init(&m) || osip_message_parse(m, (const char *)text.p, text.n))
        abort();
    osip_message_free(m);
}
#endif

/* The best of RUNS runs. */
static double measure(void (*parse)(struct slice), unsigned times)
{
    double best = 1e9;
    for (int run = 0; run < RUNS; run++) {
        double start = now();
        for (unsigned i = 0; i < times; i++)
            parse(SLICE(invite));
        double ns = (now() - start) * 1e9 / times;
        best = ns < best ? ns : best;
    }
    return best;
}

int main(void)
{
    printf("message: %zu bytes\nsip_parse: %.0f ns\n", sizeof invite - 1,
           measure(fast, 500000));
#ifdef HAVE_OSIP
    parser_init();
    printf("libosip2: %.0f ns\n", measure(osip, 20000));
#endif
    return 0;
}
