/* A DNS message, and what the model makes of a question and its answer. */
#include "dissect/dns.h"
#include "model/question.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct dns d;
    struct dns_answer a;
    struct questions q = {.next = 0};
    struct frame f = {.time = 1, .number = 1};
    struct addr client = {.family = 4, .port = 40000},
                server = {.family = 4, .port = 53};
    struct slice whole = slice_of(data, n);
    if (dns_parse(whole, &d)) {
        unsigned answers = 0;
        if (strlen(d.name) >= DNS_NAME)
            abort();
        while (dns_answer_next(&d, &a)) {
            answers++;
            if (strlen(a.target) >= DNS_NAME || answers > 64)
                abort();
        }
    }
    questions_feed(&q, &f, &client, &server, whole);
    f.number++;
    questions_feed(&q, &f, &server, &client, whole);
    questions_done(&q);
    return 0;
}
