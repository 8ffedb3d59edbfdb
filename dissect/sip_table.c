#include "dissect/sip_table.h"

#include "dissect/sip_name.h"

static const struct {
    uint8_t n;
    char text[15];
} methods[SIP_METHOD_COUNT] = {{1, "?"},
#define METHOD(name) {sizeof(#name) - 1, #name},
                               SIP_METHOD_TABLE(METHOD)
#undef METHOD
};

/* Where a method stands in method_places: no two of the table meet there. */
static inline unsigned method_hash(struct slice name)
{
    return ((unsigned)name.n + name.p[0] + 7u * name.p[name.n - 1]) & 31;
}

static const uint8_t method_places[32] = {
    [2] = SIP_PRACK,    [3] = SIP_NOTIFY,     [8] = SIP_BYE,      [15] = SIP_PUBLISH,
    [17] = SIP_ACK,     [18] = SIP_INVITE,    [21] = SIP_REFER,   [22] = SIP_INFO,
    [23] = SIP_MESSAGE, [24] = SIP_REGISTER,  [27] = SIP_OPTIONS, [29] = SIP_CANCEL,
    [30] = SIP_UPDATE,  [31] = SIP_SUBSCRIBE,
};

const struct sip_name SIP_NAMES[SIP_H_COUNT + 1] = {
#define HEADER(id, name, compact) {sizeof(name) - 1, name},
    SIP_HEADER_TABLE(HEADER)
#undef HEADER
        {1, "?"},
};

/* Each header's number plus one, so that 0 is none. */
#define H(id) (SIP_H_##id + 1)
const uint8_t SIP_NAME_PLACES[128] = {
    [0] = H(PATH),
    [3] = H(IN_REPLY_TO),
    [4] = H(X_CID),
    [6] = H(RECORD_ROUTE),
    [22] = H(RACK),
    [25] = H(SUBJECT),
    [26] = H(REFERRED_BY),
    [28] = H(X_CALL_ID),
    [32] = H(DIVERSION),
    [38] = H(RSEQ),
    [43] = H(USER_AGENT),
    [44] = H(P_ASSERTED_IDENTITY),
    [53] = H(CONTENT_ENCODING),
    [56] = H(PROXY_AUTHENTICATE),
    [57] = H(CALL_ID),
    [58] = H(ROUTE),
    [62] = H(REASON),
    [63] = H(EXPIRES),
    [64] = H(P_PREFERRED_IDENTITY),
    [66] = H(FROM),
    [69] = H(CSEQ),
    [76] = H(PROXY_AUTHORIZATION),
    [77] = H(CONTENT_LENGTH),
    [80] = H(HISTORY_INFO),
    [81] = H(SESSION_EXPIRES),
    [84] = H(P_CHARGING_VECTOR),
    [86] = H(REPLACES),
    [90] = H(REMOTE_PARTY_ID),
    [93] = H(CONTENT_TYPE),
    [94] = H(REFER_TO),
    [97] = H(WWW_AUTHENTICATE),
    [98] = H(REQUIRE),
    [99] = H(MAX_FORWARDS),
    [101] = H(SERVER),
    [105] = H(SUPPORTED),
    [108] = H(TO),
    [109] = H(SUBSCRIPTION_STATE),
    [110] = H(VIA),
    [114] = H(RETRY_AFTER),
    [115] = H(ALLOW),
    [117] = H(WARNING),
    [119] = H(EVENT),
    [121] = H(CONTACT),
    [123] = H(AUTHORIZATION),
    [125] = H(SESSION_ID),
};

/* The header of each compact letter, plus one too. */
const uint8_t SIP_NAME_LETTERS[128] = {
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
    if (!name.n)
        return SIP_OTHER;
    unsigned m = method_places[method_hash(name)];
    return methods[m].n == name.n && !memcmp(methods[m].text, name.p, name.n)
               ? (enum sip_method)m
               : SIP_OTHER;
}

const char *sip_method_name(enum sip_method m)
{
    return methods[(unsigned)m < SIP_METHOD_COUNT ? m : SIP_OTHER].text;
}

enum sip_header sip_header_find(struct slice name)
{
    uint8_t wide[SIP_NAME_WIDE] = {0};
    if (name.n >= sizeof wide)
        return sip_name_find(name);
    if (name.n)
        memcpy(wide, name.p, name.n);
    return sip_name_find(slice_of(wide, name.n));
}

const char *sip_header_name(enum sip_header h)
{
    return SIP_NAMES[(unsigned)h < SIP_H_COUNT ? h : SIP_H_COUNT].text;
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
