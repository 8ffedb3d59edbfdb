/* The tables of SIP's words: methods, header names with compact forms, status phrases.
 */
#ifndef DISSECT_SIP_TABLE_H
#define DISSECT_SIP_TABLE_H

#include "dissect/slice.h"

#define SIP_METHOD_TABLE(METHOD) \
    METHOD(INVITE)               \
    METHOD(ACK)                  \
    METHOD(BYE)                  \
    METHOD(CANCEL)               \
    METHOD(OPTIONS)              \
    METHOD(REGISTER)             \
    METHOD(PRACK)                \
    METHOD(SUBSCRIBE)            \
    METHOD(NOTIFY)               \
    METHOD(PUBLISH)              \
    METHOD(INFO)                 \
    METHOD(REFER)                \
    METHOD(MESSAGE)              \
    METHOD(UPDATE)

enum sip_method {
    SIP_OTHER, /* a method that is not in the table: its name is in the message */
#define METHOD(name) SIP_##name,
    SIP_METHOD_TABLE(METHOD)
#undef METHOD
        SIP_METHOD_COUNT
};

/* HEADER(id, name, compact letter or 0): those that the fast parser keeps a view of. */
#define SIP_HEADER_TABLE(HEADER)                            \
    HEADER(CALL_ID, "Call-ID", 'i')                         \
    HEADER(CSEQ, "CSeq", 0)                                 \
    HEADER(FROM, "From", 'f')                               \
    HEADER(TO, "To", 't')                                   \
    HEADER(VIA, "Via", 'v')                                 \
    HEADER(CONTACT, "Contact", 'm')                         \
    HEADER(CONTENT_LENGTH, "Content-Length", 'l')           \
    HEADER(CONTENT_TYPE, "Content-Type", 'c')               \
    HEADER(CONTENT_ENCODING, "Content-Encoding", 'e')       \
    HEADER(EXPIRES, "Expires", 0)                           \
    HEADER(USER_AGENT, "User-Agent", 0)                     \
    HEADER(SERVER, "Server", 0)                             \
    HEADER(RSEQ, "RSeq", 0)                                 \
    HEADER(RACK, "RAck", 0)                                 \
    HEADER(REQUIRE, "Require", 0)                           \
    HEADER(SUPPORTED, "Supported", 'k')                     \
    HEADER(ROUTE, "Route", 0)                               \
    HEADER(RECORD_ROUTE, "Record-Route", 0)                 \
    HEADER(EVENT, "Event", 'o')                             \
    HEADER(SUBSCRIPTION_STATE, "Subscription-State", 0)     \
    HEADER(REFER_TO, "Refer-To", 'r')                       \
    HEADER(REFERRED_BY, "Referred-By", 'b')                 \
    HEADER(REPLACES, "Replaces", 0)                         \
    HEADER(IN_REPLY_TO, "In-Reply-To", 0)                   \
    HEADER(DIVERSION, "Diversion", 0)                       \
    HEADER(HISTORY_INFO, "History-Info", 0)                 \
    HEADER(SESSION_ID, "Session-ID", 0)                     \
    HEADER(X_CALL_ID, "X-Call-ID", 0)                       \
    HEADER(X_CID, "X-CID", 0)                               \
    HEADER(P_CHARGING_VECTOR, "P-Charging-Vector", 0)       \
    HEADER(P_ASSERTED_IDENTITY, "P-Asserted-Identity", 0)   \
    HEADER(P_PREFERRED_IDENTITY, "P-Preferred-Identity", 0) \
    HEADER(REMOTE_PARTY_ID, "Remote-Party-ID", 0)           \
    HEADER(REASON, "Reason", 0)                             \
    HEADER(WARNING, "Warning", 0)                           \
    HEADER(RETRY_AFTER, "Retry-After", 0)                   \
    HEADER(MAX_FORWARDS, "Max-Forwards", 0)                 \
    HEADER(WWW_AUTHENTICATE, "WWW-Authenticate", 0)         \
    HEADER(PROXY_AUTHENTICATE, "Proxy-Authenticate", 0)     \
    HEADER(AUTHORIZATION, "Authorization", 0)               \
    HEADER(PROXY_AUTHORIZATION, "Proxy-Authorization", 0)   \
    HEADER(SESSION_EXPIRES, "Session-Expires", 'x')         \
    HEADER(ALLOW, "Allow", 0)                               \
    HEADER(PATH, "Path", 0)                                 \
    HEADER(SUBJECT, "Subject", 's')

enum sip_header {
#define HEADER(id, name, compact) SIP_H_##id,
    SIP_HEADER_TABLE(HEADER)
#undef HEADER
        SIP_H_COUNT,
    SIP_H_OTHER = SIP_H_COUNT
};

/* RFC 3261 25.1: not empty, and only letters, digits and -.!%*_+`'~ */
bool sip_is_token(struct slice s);

/* The method called `name`; case matters (RFC 3261 7.1). SIP_OTHER: not in the table.
 */
enum sip_method sip_method_find(struct slice name);

/* "INVITE"; "?" for SIP_OTHER. */
const char *sip_method_name(enum sip_method m);

/* The header called `name`, compact forms too, in any case; SIP_H_OTHER: not in the
 * table. The whole name is compared. sip_name.h has a quicker one. */
enum sip_header sip_header_find(struct slice name);

/* "Call-ID"; "?" for SIP_H_OTHER. */
const char *sip_header_name(enum sip_header h);

/* The phrase that RFC 3261 and the IANA registry give a status ("Busy Here"); "" if
 * none. */
const char *sip_status_phrase(unsigned status);

#endif
