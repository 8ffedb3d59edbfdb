/* Our own rules about a session description (RFC 8866, RFC 3264). */
#include "dissect/strict.h"

#include "dissect/sdp.h"

/* The number of the line of the message in which p lies; the body's lines go on
 * counting after the headers'. */
static unsigned line_number(const struct strict *s, const uint8_t *p)
{
    unsigned n = 1;
    for (const uint8_t *q = s->sip.head.p; q < p; q++)
        n += *q == '\n';
    return n;
}

static void about(struct strict *s, enum strict_rule rule, struct slice at)
{
    if (s->findings < STRICT_MAX_FINDINGS) /* or each would cost a count of lines */
        strict_add(s, rule, at, at.p ? line_number(s, at.p) : 0);
}

static void medium(struct strict *s, const struct sdp *sdp, struct slice line,
                   const struct sdp_media *m)
{
    struct sdp_codec codecs[128];
    if (!m->type.n || !m->proto.n || !m->formats.n)
        about(s, STRICT_RULE_SDP_MEDIA, line);
    if (!m->address.n)
        about(s, STRICT_RULE_SDP_ADDRESS, line);
    size_t n = m->port ? sdp_codecs(m, codecs, 128) : 0;
    bool rtp = slice_istarts(m->proto, SLICE("RTP/"));
    for (size_t i = 0; rtp && i < n; i++)
        if (!codecs[i].name.n) {
            about(s, STRICT_RULE_SDP_RTPMAP, line);
            break;
        }
}

static void lines(struct strict *s, struct slice text)
{
    struct sdp_line line;
    char first[3] = {0};
    size_t n = 0;
    bool timed = false;

    while (sdp_line_next(&text, &line)) {
        if (n < sizeof first)
            first[n] = line.type;
        n++;
        timed |= line.type == 't';
        if (line.type < 'a' || line.type > 'z')
            about(s, STRICT_RULE_SDP_LINE, line.value);
    }
    if (memcmp(first, "vos", sizeof first) != 0)
        about(s, STRICT_RULE_SDP_ORDER, (struct slice){0});
    if (!timed)
        about(s, STRICT_RULE_SDP_TIME, (struct slice){0});
}

void strict_sdp(struct strict *s)
{
    struct sdp sdp;
    struct sdp_media m;

    lines(s, s->sdp);
    if (!sdp_parse(s->sdp, &sdp))
        return;
    for (struct slice rest = sdp.media, begin = rest; sdp_media_next(&sdp, &rest, &m);
         begin = rest) {
        begin = slice_trim(begin);
        medium(s, &sdp, slice_trim(slice_sub(begin, 0, slice_find(begin, '\n'))), &m);
    }
}
