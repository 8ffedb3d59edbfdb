/* Values of SIP headers, read on demand: name-addr, URI, Via, parameters. */
#ifndef DISSECT_SIP_VALUE_H
#define DISSECT_SIP_VALUE_H

#include "dissect/sip.h"

/* "Bob" <sip:bob@example.com;user=phone>;tag=1 (RFC 3261 20.10). */
struct sip_name_addr {
    struct slice display; /* without its quotes, escapes left inside */
    struct slice uri;     /* without angle brackets */
    struct slice params;  /* after the address, from its first ';' */
};
/* Returns false where no URI is found (out is then zero). */
bool sip_name_addr(struct slice value, struct sip_name_addr *out);

/* What follows the address of a From, To, Contact... value, from its ';' on; empty: no
 * parameters. Works also where no URI is found. */
struct slice sip_address_params(struct slice value);

/* The tag of a From or To value; empty: none. */
struct slice sip_address_tag(struct slice value);

/* sip:user:pw@host:port;params?headers, sips:, tel:, urn: (RFC 3261 19.1, RFC 3966). */
struct sip_uri {
    struct slice scheme, user, host, params, headers; /* tel: the number is the user */
    uint16_t port;                                    /* 0: none */
};
bool sip_uri(struct slice text, struct sip_uri *out);

/* Value of parameter `name` in ";a=1;b=\"x\";lr"; quotes are taken off. found with an
 * empty value: a flag. p NULL: not there. The name is compared without case. */
struct slice sip_param(struct slice params, struct slice name);

/* The next parameter of ";a=1;b": its name and its value, quotes taken off (p NULL: a
 * flag). Empty ones are passed over. Returns false at the end. */
bool sip_param_next(struct slice *params, struct slice *name, struct slice *value);

/* Next comma-separated value of a header line (commas in quotes and angle brackets do
 * not separate). Returns false at the end. */
bool sip_value_next(struct slice *rest, struct slice *out);

/* SIP/2.0/UDP host:port;branch=...;received=...;rport=... (RFC 3261 20.42). */
struct sip_via {
    struct slice transport, host, sent_by, params, branch, received;
    uint16_t port, rport; /* 0: none */
};
bool sip_via(struct slice value, struct sip_via *out);

/* The same, but only transport, sent_by and params are set: for every message. */
bool sip_via_split(struct slice value, struct sip_via *out);

/* The telephone number in a URI's user part: '+' and digits, visual separators taken
 * out, into out (at most cap bytes). Returns its length; 0 where it is no number, or a
 * longer one. */
size_t sip_number(struct slice user, char *out, size_t cap);

#endif
