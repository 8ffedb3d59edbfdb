#include "dissect/sdp.h"

#include "dissect/multipart.h"
#include "dissect/rtp_table.h"

static const char *const directions[] = {
    [SDP_SENDRECV] = "sendrecv",
    [SDP_SENDONLY] = "sendonly",
    [SDP_RECVONLY] = "recvonly",
    [SDP_INACTIVE] = "inactive",
};
enum { DIRECTIONS = sizeof directions / sizeof *directions, MAX_DEPTH = 4 };

const char *sdp_direction_name(enum sdp_direction d)
{
    return (unsigned)d < DIRECTIONS ? directions[d] : "?";
}

static bool is_type(struct slice content_type, struct slice want)
{
    size_t end = slice_find(content_type, ';');
    return slice_ieq(slice_trim(slice_sub(content_type, 0, end)), want);
}

struct slice sdp_find(struct slice content_type, struct slice body)
{
    struct multipart stack[MAX_DEPTH];
    struct multipart_part part;
    int depth = 0;

    if (is_type(content_type, SLICE("application/sdp")))
        return body;
    if (!content_type.n && slice_istarts(body, SLICE("v=")))
        return body;
    depth += multipart_begin(&stack[0], content_type, body);
    while (depth) {
        if (!multipart_next(&stack[depth - 1], &part))
            depth--;
        else if (is_type(part.type, SLICE("application/sdp")))
            return part.body;
        else if (depth < MAX_DEPTH)
            depth += multipart_begin(&stack[depth], part.type, part.body);
    }
    return (struct slice){0};
}

bool sdp_line_next(struct slice *rest, struct sdp_line *out)
{
    while (rest->n) {
        struct slice line = slice_sub(*rest, 0, slice_find(*rest, '\n'));
        *rest = slice_skip(*rest, line.n + 1);
        line = slice_trim(line);
        if (!line.n)
            continue;
        bool typed = line.n > 1 && line.p[1] == '=';
        out->type = typed ? (char)line.p[0] : '\0';
        out->value = typed ? slice_trim(slice_skip(line, 2)) : line;
        return true;
    }
    return false;
}

/* The next word of *rest; empty at the end. */
static struct slice word_next(struct slice *rest)
{
    struct slice s = slice_trim(*rest);
    size_t n = 0;
    while (n < s.n && !slice_blank(s.p[n]))
        n++;
    *rest = slice_skip(s, n);
    return slice_sub(s, 0, n);
}

/* IN IP4 192.0.2.1/127 */
static struct slice address_of(struct slice value)
{
    word_next(&value);
    word_next(&value);
    struct slice address = word_next(&value);
    return slice_sub(address, 0, slice_find(address, '/'));
}

static bool direction_find(struct slice attribute, enum sdp_direction *out)
{
    for (int d = 0; d < DIRECTIONS; d++)
        if (slice_ieq(attribute, slice_str(directions[d]))) {
            *out = (enum sdp_direction)d;
            return true;
        }
    return false;
}

bool sdp_parse(struct slice text, struct sdp *out)
{
    struct slice rest = text;
    struct sdp_line line;
    size_t lines = 0, before = 0;

    *out = (struct sdp){.direction = SDP_SENDRECV};
    for (; sdp_line_next(&rest, &line) && line.type != 'm'; before = text.n - rest.n) {
        lines += line.type != '\0';
        if (line.type == 'o' && !out->origin.p)
            out->origin = line.value;
        else if (line.type == 'c')
            out->address = address_of(line.value);
        else if (line.type == 'a')
            direction_find(line.value, &out->direction);
    }
    out->session = slice_sub(text, 0, before);
    out->media = slice_skip(text, before);
    return lines || out->media.n;
}

/* m=audio 49170/2 RTP/AVP 0 8 */
static void media_line(struct slice value, struct sdp_media *out)
{
    uint64_t port = 0;
    out->type = word_next(&value);
    slice_u64(word_next(&value), &port);
    out->port = port <= UINT16_MAX ? (uint16_t)port : 0;
    out->proto = word_next(&value);
    out->formats = slice_trim(value);
}

static struct slice attribute_value(struct slice attribute, struct slice name)
{
    if (attribute.n > name.n && attribute.p[name.n] == ':' &&
        slice_istarts(attribute, name))
        return slice_trim(slice_skip(attribute, name.n + 1));
    return (struct slice){0};
}

static void media_attribute(struct slice attribute, struct sdp_media *out)
{
    struct slice value;
    uint64_t n = 0;
    if (direction_find(attribute, &out->direction))
        return;
    if ((value = attribute_value(attribute, SLICE("ptime"))).p) {
        slice_u64(value, &n);
        out->ptime = n <= UINT16_MAX ? (uint32_t)n : 0;
    } else if ((value = attribute_value(attribute, SLICE("rtcp"))).p) {
        slice_u64(value, &n);
        out->rtcp_port = n <= UINT16_MAX ? (uint16_t)n : 0;
    } else if (!out->crypto.p) {
        out->crypto = attribute_value(attribute, SLICE("crypto"));
    }
}

bool sdp_media_next(const struct sdp *sdp, struct slice *rest, struct sdp_media *out)
{
    struct slice text = *rest;
    struct sdp_line line;

    do {
        if (!sdp_line_next(rest, &line))
            return false;
    } while (line.type != 'm');
    *out = (struct sdp_media){.address = sdp->address, .direction = sdp->direction};
    media_line(line.value, out);
    struct slice lines = *rest;
    text = *rest;
    while (sdp_line_next(&text, &line) && line.type != 'm') {
        if (line.type == 'c')
            out->address = address_of(line.value);
        else if (line.type == 'a')
            media_attribute(line.value, out);
        *rest = text;
    }
    out->lines = slice_sub(lines, 0, lines.n - rest->n);
    return true;
}

bool sdp_attribute_next(struct slice *lines, struct slice name, struct slice *value)
{
    struct sdp_line line;
    while (sdp_line_next(lines, &line)) {
        if (line.type != 'a')
            continue;
        *value = attribute_value(line.value, name);
        if (value->p)
            return true;
    }
    return false;
}

bool sdp_static_codec(uint8_t pt, struct sdp_codec *out)
{
    const struct rtp_static *type = rtp_static(pt);
    *out = (struct sdp_codec){.pt = pt, .channels = 1};
    if (!type)
        return false;
    out->name = slice_str(type->name);
    out->rate = type->rate;
    out->channels = type->channels;
    return true;
}

/* PCMU/8000 or opus/48000/2 */
static void rtpmap(struct slice value, struct sdp_codec *out)
{
    uint64_t rate = 0, channels = 1;
    struct slice word = word_next(&value);
    out->name = slice_sub(word, 0, slice_find(word, '/'));
    word = slice_skip(word, out->name.n + 1);
    slice_u64(word, &rate);
    slice_u64(slice_skip(word, slice_find(word, '/') + 1), &channels);
    out->rate = rate <= UINT32_MAX ? (uint32_t)rate : 0;
    out->channels = channels <= UINT8_MAX ? (uint8_t)channels : 0;
}

/* Payload type at the start of *value, which is moved behind it; 128: none. */
static uint8_t payload_type(struct slice *value)
{
    uint64_t n = 128;
    *value = slice_skip(*value, slice_u64(*value, &n));
    return n < 128 ? (uint8_t)n : 128;
}

size_t sdp_codecs(const struct sdp_media *m, struct sdp_codec *out, size_t cap)
{
    uint8_t place[129] = {0}; /* by payload type: index + 1 */
    struct slice formats = m->formats, lines = m->lines, word;
    struct sdp_line line;
    size_t n = 0;

    while (n < cap && (word = word_next(&formats)).n) {
        uint8_t pt = payload_type(&word);
        if (pt == 128 || word.n || place[pt])
            continue;
        sdp_static_codec(pt, &out[n]);
        place[pt] = (uint8_t)++n;
    }
    while (n && sdp_line_next(&lines, &line)) {
        struct slice value = attribute_value(line.value, SLICE("rtpmap"));
        bool map = value.p != NULL;
        if (!map)
            value = attribute_value(line.value, SLICE("fmtp"));
        uint8_t pt = payload_type(&value);
        if (line.type != 'a' || !place[pt])
            continue;
        if (map)
            rtpmap(value, &out[place[pt] - 1]);
        else
            out[place[pt] - 1].fmtp = slice_trim(value);
    }
    return n;
}
