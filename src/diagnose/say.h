/* Words for findings: addresses, spans of time, lists; and what an address tells. */
#ifndef DIAGNOSE_SAY_H
#define DIAGNOSE_SAY_H

#include "base/strbuf.h"
#include "dissect/addr.h"
#include "model/msg.h"

/*
 * Adds text with its facts: %a a struct addr * with its port, %i without, %t a time
 * span in ns ("32.0 s", "3 min"), %s a string, %S a struct slice *, %u an unsigned, %m
 * a struct msg * ("200 OK", "INVITE"), %% a percent sign.
 */
void say(struct strbuf *b, const char *format, ...);

/* RFC 1918, 6598, 3927, loopback; fc00::/7, fe80::/10, ::1. */
bool addr_private(const struct addr *a);

/* The IP that a host text is, without port; false: a name. */
bool host_addr(struct slice host, struct addr *out);

/* Is the host text a private IP address? */
bool host_private(struct slice host);

/* Host and port of the URI in a Contact, Route... value; false: none. */
bool uri_of(struct slice value, struct slice *uri, struct slice *host, uint16_t *port);

/* The same IP, whatever the port. */
bool addr_same_ip(const struct addr *a, const struct addr *b);

/* Does the text hold the word, whatever the case? */
bool slice_has(struct slice text, const char *word);

/* When a message was repeated last, else its time; ns. */
static inline int64_t msg_last(const struct msg *m)
{
    return m->time + (int64_t)m->repeated * 1000000;
}

#endif
