#include "dissect/sip_table.h"

struct word {
    uint8_t n;
    const char *text;
};

static const struct word methods[SIP_METHOD_COUNT] = {{1, "?"},
#define METHOD(name) {sizeof(#name) - 1, #name},
                                                      SIP_METHOD_TABLE(METHOD)
#undef METHOD
};

static const struct word headers[SIP_H_COUNT + 1] = {
#define HEADER(id, name, compact) {sizeof(name) - 1, name},
    SIP_HEADER_TABLE(HEADER)
#undef HEADER
        {1, "?"},
};

/* The headers that begin with each letter, the frequent ones first. Each is
 * its number plus one, so that 0 ends a row and unnamed letters are empty rows. */
#define H(id) (SIP_H_##id + 1)
static const uint8_t by_letter[26][12] = {
    ['a' - 'a'] = {H(ALLOW), H(AUTHORIZATION)},
    ['c' - 'a'] = {H(CSEQ), H(CALL_ID), H(CONTACT), H(CONTENT_LENGTH), H(CONTENT_TYPE),
                   H(CONTENT_ENCODING)},
    ['d' - 'a'] = {H(DIVERSION)},
    ['e' - 'a'] = {H(EXPIRES), H(EVENT)},
    ['f' - 'a'] = {H(FROM)},
    ['h' - 'a'] = {H(HISTORY_INFO)},
    ['i' - 'a'] = {H(IN_REPLY_TO)},
    ['m' - 'a'] = {H(MAX_FORWARDS)},
    ['p' - 'a'] = {H(PROXY_AUTHORIZATION), H(P_ASSERTED_IDENTITY),
                   H(PROXY_AUTHENTICATE), H(P_PREFERRED_IDENTITY), H(P_CHARGING_VECTOR),
                   H(PATH)},
    ['r' - 'a'] = {H(RECORD_ROUTE), H(ROUTE), H(REQUIRE), H(REASON), H(RSEQ), H(RACK),
                   H(REMOTE_PARTY_ID), H(REFER_TO), H(REFERRED_BY), H(REPLACES),
                   H(RETRY_AFTER)},
    ['s' - 'a'] = {H(SUPPORTED), H(SERVER), H(SESSION_EXPIRES), H(SUBSCRIPTION_STATE),
                   H(SESSION_ID), H(SUBJECT)},
    ['t' - 'a'] = {H(TO)},
    ['u' - 'a'] = {H(USER_AGENT)},
    ['v' - 'a'] = {H(VIA)},
    ['w' - 'a'] = {H(WARNING), H(WWW_AUTHENTICATE)},
    ['x' - 'a'] = {H(X_CALL_ID), H(X_CID)},
};

/* The header of each compact letter, again plus one. */
static const uint8_t by_compact[128] = {
    ['i'] = H(CALL_ID),
    ['f'] = H(FROM),
    ['t'] = H(TO),
    ['v'] = H(VIA),
    ['m'] = H(CONTACT),
    ['l'] = H(CONTENT_LENGTH),
    ['c'] = H(CONTENT_TYPE),
    ['e'] = H(CONTENT_ENCODING),
    ['k'] = H(SUPPORTED),
    ['o'] = H(EVENT),
    ['r'] = H(REFER_TO),
    ['b'] = H(REFERRED_BY),
    ['x'] = H(SESSION_EXPIRES),
    ['s'] = H(SUBJECT),
};
#undef H

/* Bit per byte: the characters of a token. */
static const uint32_t token_bits[8] = {0, 0x03ff6ca2, 0x87fffffe, 0x47ffffff};

bool sip_is_token(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(token_bits[s.p[i] >> 5] >> (s.p[i] & 31) & 1))
            return false;
    return s.n > 0;
}

enum sip_method sip_method_find(struct slice name)
{
    for (unsigned m = 1; name.n && m < SIP_METHOD_COUNT; m++)
        if (methods[m].n == name.n && methods[m].text[0] == (char)name.p[0] &&
            !memcmp(methods[m].text, name.p, name.n))
            return (enum sip_method)m;
    return SIP_OTHER;
}

const char *sip_method_name(enum sip_method m)
{
    return methods[(unsigned)m < SIP_METHOD_COUNT ? m : SIP_OTHER].text;
}

/* Same n bytes; names are short, so that a call to memcmp costs more than the work. */
static inline bool same_bytes(const char *a, const uint8_t *b, size_t n)
{
    uint64_t x, y;
    if (n < sizeof x) {
        while (n && a[n - 1] == (char)b[n - 1])
            n--;
        return !n;
    }
    for (size_t i = 0;; i = i + 2 * sizeof x <= n ? i + sizeof x : n - sizeof x) {
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        if (x != y)
            return false;
        if (i + sizeof x == n)
            return true;
    }
}

enum sip_header sip_header_find(struct slice name)
{
    if (!name.n)
        return SIP_H_OTHER;
    unsigned letter = (unsigned)slice_lower(name.p[0]) - 'a';
    if (letter >= 26)
        return SIP_H_OTHER;
    if (name.n == 1) {
        unsigned h = by_compact[letter + 'a'];
        return h ? (enum sip_header)(h - 1) : SIP_H_OTHER;
    }
    for (const uint8_t *row = by_letter[letter]; *row; row++) {
        const struct word *w = &headers[*row - 1];
        if (w->n != name.n)
            continue;
        if (same_bytes(w->text, name.p, name.n) ||
            slice_ieq(slice_of(w->text, w->n), name))
            return (enum sip_header)(*row - 1);
    }
    return SIP_H_OTHER;
}

const char *sip_header_name(enum sip_header h)
{
    return headers[(unsigned)h < SIP_H_COUNT ? h : SIP_H_COUNT].text;
}

/* RFC 3261 21 and the IANA registry of SIP response codes, by status. */
static const char *const phrases[700] = {
    [100] = "Trying",
    [180] = "Ringing",
    [181] = "Call Is Being Forwarded",
    [182] = "Queued",
    [183] = "Session Progress",
    [199] = "Early Dialog Terminated",
    [200] = "OK",
    [202] = "Accepted",
    [204] = "No Notification",
    [300] = "Multiple Choices",
    [301] = "Moved Permanently",
    [302] = "Moved Temporarily",
    [305] = "Use Proxy",
    [380] = "Alternative Service",
    [400] = "Bad Request",
    [401] = "Unauthorized",
    [402] = "Payment Required",
    [403] = "Forbidden",
    [404] = "Not Found",
    [405] = "Method Not Allowed",
    [406] = "Not Acceptable",
    [407] = "Proxy Authentication Required",
    [408] = "Request Timeout",
    [410] = "Gone",
    [412] = "Conditional Request Failed",
    [413] = "Request Entity Too Large",
    [414] = "Request-URI Too Long",
    [415] = "Unsupported Media Type",
    [416] = "Unsupported URI Scheme",
    [417] = "Unknown Resource-Priority",
    [420] = "Bad Extension",
    [421] = "Extension Required",
    [422] = "Session Interval Too Small",
    [423] = "Interval Too Brief",
    [424] = "Bad Location Information",
    [425] = "Bad Alert Message",
    [428] = "Use Identity Header",
    [429] = "Provide Referrer Identity",
    [430] = "Flow Failed",
    [433] = "Anonymity Disallowed",
    [436] = "Bad Identity Info",
    [437] = "Unsupported Credential",
    [438] = "Invalid Identity Header",
    [439] = "First Hop Lacks Outbound Support",
    [440] = "Max-Breadth Exceeded",
    [469] = "Bad Info Package",
    [470] = "Consent Needed",
    [480] = "Temporarily Unavailable",
    [481] = "Call/Transaction Does Not Exist",
    [482] = "Loop Detected",
    [483] = "Too Many Hops",
    [484] = "Address Incomplete",
    [485] = "Ambiguous",
    [486] = "Busy Here",
    [487] = "Request Terminated",
    [488] = "Not Acceptable Here",
    [489] = "Bad Event",
    [491] = "Request Pending",
    [493] = "Undecipherable",
    [494] = "Security Agreement Required",
    [500] = "Server Internal Error",
    [501] = "Not Implemented",
    [502] = "Bad Gateway",
    [503] = "Service Unavailable",
    [504] = "Server Time-out",
    [505] = "Version Not Supported",
    [513] = "Message Too Large",
    [555] = "Push Notification Service Not Supported",
    [580] = "Precondition Failure",
    [600] = "Busy Everywhere",
    [603] = "Decline",
    [604] = "Does Not Exist Anywhere",
    [606] = "Not Acceptable",
    [607] = "Unwanted",
    [608] = "Rejected",
};

const char *sip_status_phrase(unsigned status)
{
    return status < 700 && phrases[status] ? phrases[status] : "";
}
