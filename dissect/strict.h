/*
 * The strict reading of one message, when somebody opens it: every header and body part
 * as a tree, and what is wrong with it by our own rules and by libosip2. Only strict.c
 * takes memory and only it knows libosip2, which gets copies behind caps: it may
 * refuse, but never hides anything.
 */
#ifndef DISSECT_STRICT_H
#define DISSECT_STRICT_H

#include "dissect/sip.h"

/* RULE(id, name, sentence, reference) */
#define STRICT_RULE_TABLE(RULE)                                                        \
    RULE(UNUSABLE, "unusable", "the message cannot be used", "RFC 3261 7")             \
    RULE(START_BLANKS, "start_blanks",                                                 \
         "start line with more or other blanks than one space", "RFC 3261 7.1")        \
    RULE(NO_PHRASE_SPACE, "no_phrase", "status line ends after the status code",       \
         "RFC 3261 7.2")                                                               \
    RULE(REQUEST_URI, "request_uri", "Request-URI is not a URI", "RFC 3261 7.1")       \
    RULE(REQUEST_URI_ANGLE, "request_uri_angle", "Request-URI in angle brackets",      \
         "RFC 3261 7.1")                                                               \
    RULE(REQUEST_URI_HEADERS, "request_uri_headers", "Request-URI with headers",       \
         "RFC 3261 19.1.1")                                                            \
    RULE(NO_FROM, "no_from", "no From", "RFC 3261 8.1.1")                              \
    RULE(NO_TO, "no_to", "no To", "RFC 3261 8.1.1")                                    \
    RULE(NO_VIA, "no_via", "no Via", "RFC 3261 8.1.1")                                 \
    RULE(NO_MAX_FORWARDS, "no_max_forwards", "request without Max-Forwards",           \
         "RFC 3261 8.1.1.6")                                                           \
    RULE(NO_CONTACT, "no_contact", "no Contact where a dialog needs it",               \
         "RFC 3261 8.1.1.8")                                                           \
    RULE(NO_EVENT, "no_event", "SUBSCRIBE or NOTIFY without Event", "RFC 6665 8.2.1")  \
    RULE(NO_SUBSCRIPTION_STATE, "no_subscription_state",                               \
         "NOTIFY without Subscription-State", "RFC 6665 4.1.3")                        \
    RULE(NO_REFER_TO, "no_refer_to", "REFER without Refer-To", "RFC 3515 2.1")         \
    RULE(NO_RACK, "no_rack", "PRACK without RAck", "RFC 3262 7.2")                     \
    RULE(NO_CHALLENGE, "no_challenge",                                                 \
         "401 without WWW-Authenticate or 407 without Proxy-Authenticate",             \
         "RFC 3261 22.1")                                                              \
    RULE(NO_ALLOW, "no_allow", "405 without Allow", "RFC 3261 21.4.6")                 \
    RULE(REPEATED, "repeated", "a header that may stand once stands again",            \
         "RFC 3261 7.3.1")                                                             \
    RULE(FROM_TAG, "from_tag", "From without a tag", "RFC 3261 8.1.1.3")               \
    RULE(TO_TAG, "to_tag", "response without a tag in To", "RFC 3261 8.2.6.2")         \
    RULE(TO_TAG_REGISTER, "to_tag_register", "REGISTER with a tag in To",              \
         "RFC 3261 8.1.1.2")                                                           \
    RULE(METHODS_DIFFER, "methods_differ", "the method of CSeq is not the request's",  \
         "RFC 3261 8.1.1.5")                                                           \
    RULE(CSEQ_RANGE, "cseq_range", "CSeq number is 2^31 or more", "RFC 3261 8.1.1.5")  \
    RULE(MAX_FORWARDS, "max_forwards", "Max-Forwards is not 0 to 255",                 \
         "RFC 3261 20.22")                                                             \
    RULE(NUMBER, "number", "not a number that fits 32 bits", "RFC 3261 20.19")         \
    RULE(VIA_FORM, "via_form", "not a Via of SIP/2.0", "RFC 3261 20.42")               \
    RULE(VIA_IPV6, "via_ipv6", "IPv6 address without brackets", "RFC 5118 4.5")        \
    RULE(NO_BRANCH, "no_branch", "top Via without branch", "RFC 3261 8.1.1.7")         \
    RULE(BRANCH_COOKIE, "branch_cookie",                                               \
         "branch does not begin with z9hG4bK: sender follows RFC 2543",                \
         "RFC 3261 8.1.1.7")                                                           \
    RULE(BRANCH_EMPTY, "branch_empty", "branch is nothing but z9hG4bK",                \
         "RFC 3261 8.1.1.7")                                                           \
    RULE(ADDRESS, "address", "no URI where an address belongs", "RFC 3261 20.10")      \
    RULE(ADDRESS_OPEN, "address_open", "angle bracket or quote that is not closed",    \
         "RFC 3261 25.1")                                                              \
    RULE(ADDRESS_BARE, "address_bare",                                                 \
         "URI with '?' or ',' must stand in angle brackets", "RFC 3261 20.10")         \
    RULE(DISPLAY_NAME, "display_name",                                                 \
         "display name with characters that need quotes", "RFC 3261 25.1")             \
    RULE(URI_ESCAPE, "uri_escape", "'%' without two hex digits, or a blank, in a URI", \
         "RFC 3261 25.1")                                                              \
    RULE(HEADER_FORM, "header_form", "not a header: no colon, or no name before it",   \
         "RFC 3261 7.3")                                                               \
    RULE(HEADER_BLANK, "header_blank", "blank before the first header",                \
         "RFC 3261 7.3.1")                                                             \
    RULE(CONTROL, "control", "control character in a header", "RFC 3261 25.1")         \
    RULE(UTF8, "utf8", "bytes that are not UTF-8", "RFC 3261 7")                       \
    RULE(LINE_ENDS, "line_ends", "lines that end in LF alone", "RFC 3261 7")           \
    RULE(NO_BLANK, "no_blank", "no empty line after the headers", "RFC 3261 7")        \
    RULE(NO_LENGTH, "no_length", "no Content-Length", "RFC 3261 20.14")                \
    RULE(BAD_LENGTH, "bad_length", "Content-Length is not a number", "RFC 3261 20.14") \
    RULE(BODY_CUT, "body_cut", "body is shorter than Content-Length", "RFC 3261 18.3") \
    RULE(BODY_LONGER, "body_longer", "bytes after the body that Content-Length gives", \
         "RFC 3261 18.3")                                                              \
    RULE(NO_TYPE, "no_type", "body without Content-Type", "RFC 3261 7.4.1")            \
    RULE(TYPE_FORM, "type_form", "Content-Type is not type/subtype", "RFC 3261 20.15") \
    RULE(SDP_ORDER, "sdp_order",                                                       \
         "session description does not begin with v=, o=, s=", "RFC 8866 5")           \
    RULE(SDP_TIME, "sdp_time", "session description without t=", "RFC 8866 5.9")       \
    RULE(SDP_ADDRESS, "sdp_address", "medium without a c= line", "RFC 8866 5.7")       \
    RULE(SDP_MEDIA, "sdp_media", "m= line without port, protocol or format",           \
         "RFC 8866 5.14")                                                              \
    RULE(SDP_RTPMAP, "sdp_rtpmap", "dynamic payload type without a=rtpmap",            \
         "RFC 8866 6.6")                                                               \
    RULE(SDP_LINE, "sdp_line", "not a line of a session description", "RFC 8866 5")    \
    RULE(OSIP_MESSAGE, "osip_message", "libosip2 refuses the message", "RFC 3261 25")  \
    RULE(OSIP_HEADER, "osip_header", "libosip2 refuses this header", "RFC 3261 25")    \
    RULE(OSIP_SDP, "osip_sdp", "libosip2 refuses the session description",             \
         "RFC 8866 9")                                                                 \
    RULE(OSIP_SKIPPED, "osip_skipped",                                                 \
         "longer or more divided than libosip2 is given to read", "")                  \
    RULE(MORE, "more", "further findings are left out", "")

enum strict_rule {
#define RULE(id, name, text, reference) STRICT_RULE_##id,
    STRICT_RULE_TABLE(RULE)
#undef RULE
        STRICT_RULE_COUNT
};

enum strict_kind {
    STRICT_FACT,   /* a piece of the start line */
    STRICT_HEADER, /* a header line */
    STRICT_PART,   /* a piece of the node above it with less depth */
    STRICT_SDP,    /* a line of a session description; name is its letter */
    STRICT_BODY,   /* a body or a part of one; value is its text where it is not SDP */
};

struct strict_node {
    enum strict_kind kind;
    unsigned depth;
    struct slice name, value; /* raw, in the message or in memory that stays */
};

struct strict_finding {
    enum strict_rule rule;
    const char *name, *text, *reference; /* a UNUSABLE one: of its reason */
    struct slice at;                     /* the line it is about; empty: the message */
    unsigned line;                       /* its number, the start line is 1; 0: none */
};

enum { STRICT_MAX_FINDINGS = 200 };

struct strict {
    struct strict_node *node;
    struct strict_finding *finding;
    size_t nodes, findings;
    size_t node_cap, finding_cap;
    bool failed; /* memory was short */
    struct slice text;
    struct sip sip;   /* the fast parser's view of the same text */
    int reason;       /* its verdict: 0 or -REASON_* */
    struct slice sdp; /* the session description in its body; empty: none */
};

/* Reads one message whole. `text` must stay as long as the result, whose views lie in
 * it. Returns NULL when memory is short; the caller frees it with strict_free(). */
struct strict *strict_decode(struct slice text);

/* Frees what strict_decode() returned; NULL is fine. */
void strict_free(struct strict *s);

/* Adds a node. For strict_tree.c. */
void strict_node(struct strict *s, enum strict_kind kind, unsigned depth,
                 struct slice name, struct slice value);

/* Adds a finding about the line `at` with number `line`. For strict_rules.c. */
void strict_add(struct strict *s, enum strict_rule rule, struct slice at,
                unsigned line);

/* Fills the nodes and s->sdp from s->text and s->sip. In strict_tree.c. */
void strict_tree(struct strict *s);

/* Adds the findings of our own rules. In strict_rules.c. */
void strict_rules(struct strict *s);

/* Adds the findings about s->sdp. In strict_sdp.c. */
void strict_sdp(struct strict *s);

#endif
