#include "query/skeleton.h"

#include <ctype.h>
#include <sqlite3.h>
#include <string.h>

enum {
    K_METHOD,
    K_STATUS,
    K_REASON,
    K_CSEQ,
    K_FROM_TAG,
    K_TO_TAG,
    K_BRANCH,
    K_CONTENT_TYPE,
    K_SDP,
    K_SUMMARY,
    K_CALL_ID,
    K_FROM,
    K_TO,
    K_AGENT,
    K_TRANSPORT,
    K_SRC,
    K_MALFORMED
};

struct skeleton {
    sqlite3_stmt *s;
    int first;
    struct strbuf *out;
};

static bool has(const struct skeleton *k, int i)
{
    return sqlite3_column_bytes(k->s, k->first + i) > 0;
}

/* A column without line ends: what is in a file stays inside its header. */
static void add(const struct skeleton *k, int i)
{
    const char *p = (const char *)sqlite3_column_text(k->s, k->first + i);
    int n = sqlite3_column_bytes(k->s, k->first + i);
    for (int j = 0; p && j < n; j++)
        strbuf_char(k->out, p[j] == '\r' || p[j] == '\n' ? ' ' : p[j]);
}

static void header(const struct skeleton *k, const char *name, int i)
{
    if (!has(k, i))
        return;
    strbuf_str(k->out, name);
    add(k, i);
    strbuf_str(k->out, "\r\n");
}

static void party(const struct skeleton *k, const char *name, int uri, int tag)
{
    if (!has(k, uri) && !has(k, tag))
        return;
    strbuf_str(k->out, name);
    /* What was taken for a URI may be a whole odd value. */
    const char *p = (const char *)sqlite3_column_text(k->s, k->first + uri);
    bool odd = p && strpbrk(p, "<>\"");
    strbuf_str(k->out, odd ? "" : "<");
    add(k, uri);
    strbuf_str(k->out, odd ? "" : ">");
    if (has(k, tag)) {
        strbuf_str(k->out, ";tag=");
        add(k, tag);
    }
    strbuf_str(k->out, "\r\n");
}

static void start_line(const struct skeleton *k)
{
    int status = sqlite3_column_int(k->s, k->first + K_STATUS);
    if (status) {
        strbuf_printf(k->out, "SIP/2.0 %d ", status);
        add(k, K_REASON);
        strbuf_str(k->out, "\r\n");
        return;
    }
    add(k, K_SUMMARY); /* method and Request-URI; of a malformed one its first line */
    strbuf_str(k->out, has(k, K_MALFORMED) ? "\r\n" : " SIP/2.0\r\n");
}

static void via(const struct skeleton *k)
{
    const char *p = (const char *)sqlite3_column_text(k->s, k->first + K_TRANSPORT);
    strbuf_str(k->out, "Via: SIP/2.0/");
    for (; p && *p; p++)
        strbuf_char(k->out, (char)toupper((unsigned char)*p));
    strbuf_char(k->out, ' ');
    add(k, K_SRC);
    if (has(k, K_BRANCH)) {
        strbuf_str(k->out, ";branch=");
        add(k, K_BRANCH);
    }
    strbuf_str(k->out, "\r\n");
}

void skeleton_make(struct sqlite3_stmt *s, int first, const struct skeleton_options *o,
                   struct strbuf *out)
{
    struct skeleton k = {s, first, out};
    start_line(&k);
    via(&k);
    party(&k, "From: ", K_FROM, K_FROM_TAG);
    party(&k, "To: ", K_TO, K_TO_TAG);
    header(&k, "Call-ID: ", K_CALL_ID);
    if (has(&k, K_CSEQ)) {
        strbuf_str(out, "CSeq: ");
        add(&k, K_CSEQ);
        strbuf_char(out, ' ');
        add(&k, K_METHOD);
        strbuf_str(out, "\r\n");
    }
    if (!sqlite3_column_int(s, first + K_STATUS))
        header(&k, "User-Agent: ", K_AGENT);
    if (o->id)
        strbuf_printf(out, "X-Message: %lld\r\n", (long long)o->id);
    if (o->sdp.n) {
        strbuf_str(out, "Content-Type: application/sdp\r\n\r\n");
        strbuf_add(out, o->sdp.p, o->sdp.n);
        return;
    }
    header(&k, "Content-Type: ", K_CONTENT_TYPE);
    strbuf_str(out, sqlite3_column_int(s, first + K_SDP) ? "\r\nv=0\r\n" : "\r\n");
}
