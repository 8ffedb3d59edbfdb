/*
 * Digits in SIP bodies: INFO with application/dtmf-relay or application/dtmf, and KPML
 * responses (RFC 4730, application/kpml-response+xml).
 */
#ifndef DISSECT_DTMF_BODY_H
#define DISSECT_DTMF_BODY_H

#include "dissect/reason.h"
#include "dissect/slice.h"

enum dtmf_kind { DTMF_NONE, DTMF_RELAY, DTMF_PLAIN, DTMF_KPML };

struct dtmf_body {
    enum dtmf_kind kind;
    struct slice digits; /* one, or several from KPML: 0-9 * # A-D a-d, ! for flash;
                            KPML without a digit (timeout, end of subscription): empty.
                            In the body, or a constant of the program */
    uint32_t duration;   /* ms; 0: not said */
};

/* Which of the formats a Content-Type names, parameters aside. */
enum dtmf_kind dtmf_kind(struct slice content_type);

/* Reads a body. Returns 0; -REASON_DTMF_BAD where it should name a digit and does not;
 * or 1, *out untouched, where the Content-Type is none of these. */
int dtmf_body_parse(struct slice content_type, struct slice body,
                    struct dtmf_body *out);

#endif
