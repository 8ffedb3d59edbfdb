/*
 * DNS messages (RFC 1035) as far as finding a SIP server needs them (RFC 3263): the
 * question, the response code, and the records NAPTR, SRV, A and AAAA.
 */
#ifndef DISSECT_DNS_H
#define DISSECT_DNS_H

#include "dissect/addr.h"
#include "dissect/cursor.h"

enum { DNS_A = 1, DNS_AAAA = 28, DNS_SRV = 33, DNS_NAPTR = 35 };
enum { DNS_OK = 0, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3 };
enum { DNS_NAME = 256 }; /* bytes of a name as text, with its NUL */

struct dns {
    struct slice whole;       /* the datagram: names point back into it */
    struct cursor answers_at; /* behind the question */
    uint16_t id, type;        /* of the one question */
    uint16_t answers;
    uint8_t code; /* RCODE */
    bool response;
    bool cut;            /* TC: the rest comes by TCP */
    char name[DNS_NAME]; /* of the question, lower case, "?" for other bytes */
};

struct dns_answer {
    uint16_t type, priority, weight, port; /* the last three of SRV */
    uint32_t ttl;                          /* s */
    struct addr addr;                      /* A, AAAA: port 0 */
    char target[DNS_NAME];                 /* SRV, NAPTR's replacement */
};

/* Reads the header and the question of an ordinary query of class IN, or of its
 * response. False for anything else. */
bool dns_parse(struct slice datagram, struct dns *out);

/* The next answer; of other types than the four above only type and ttl are set. False
 * at the end, or where the rest cannot be read. */
bool dns_answer_next(struct dns *d, struct dns_answer *out);

/* "SRV", "NAPTR", "A", "AAAA"; "?" for others. */
const char *dns_type_name(unsigned type);

#endif
