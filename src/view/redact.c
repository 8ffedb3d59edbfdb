#include "view/redact.h"

#include "dissect/sip_table.h"

bool redact_header(struct slice name)
{
    enum sip_header id = sip_header_find(name);
    return id == SIP_H_AUTHORIZATION || id == SIP_H_PROXY_AUTHORIZATION;
}

/* Length of the scheme that the text begins with, its colon included; 0: none. */
static size_t scheme_length(struct slice s)
{
    if (slice_istarts(s, SLICE("sip:")))
        return 4;
    return slice_istarts(s, SLICE("sips:")) ? 5 : 0;
}

/* Does the byte end the user part of a URI without an '@'? */
static bool ends_user(uint8_t c)
{
    return c <= ' ' || c == '<' || c == '>' || c == '"' || c == '@';
}

bool redact_text(struct strbuf *out, struct slice text)
{
    bool found = false;
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        size_t scheme = scheme_length(slice_skip(text, i)), at, colon = 0;
        if (!scheme)
            continue;
        for (at = i + scheme; at < text.n && !ends_user(text.p[at]); at++)
            if (text.p[at] == ':' && !colon)
                colon = at;
        if (colon && at < text.n && text.p[at] == '@') {
            strbuf_add(out, text.p + from, colon + 1 - from);
            strbuf_str(out, "***");
            from = at;
            found = true;
        }
        i = at - 1; /* nothing is looked at twice */
    }
    strbuf_add(out, text.p + from, text.n - from);
    return found;
}
