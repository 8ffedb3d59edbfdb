/*
 * ESP with the NULL cipher (RFC 2410), as IMS phones use it: nothing in the packet says
 * so, nor how long the check value at its end is. So each usual length is tried, and
 * what then stands in the trailer and the header inside must agree.
 */
#include "dissect/layer.h"

#define ESP_HEADER  8 /* security parameter index, sequence number */
#define ESP_TRAILER 2 /* padding length, next header */

/* HMAC-96 (MD5, SHA-1), SHA-256-128, none, SHA-384-192, SHA-512-256, CRC-like 64. */
static const uint8_t CHECK_LENGTHS[] = {12, 16, 0, 24, 32, 8};

static bool udp_fits(struct slice s)
{
    return s.n >= 8 && layer_be16(s.p + 4) == s.n;
}

static bool tcp_fits(struct slice s)
{
    if (s.n < 20)
        return false;
    size_t header = (s.p[12] >> 4) * 4u;
    uint8_t flags = s.p[13] & 0x3f;
    bool odd = !flags || (flags & (TCP_SYN | TCP_FIN)) == (TCP_SYN | TCP_FIN);
    return header >= 20 && header <= s.n && !(s.p[12] & 0x0e) && !odd;
}

static bool sctp_fits(struct slice s)
{
    if (s.n < 16)
        return false;
    size_t chunk = layer_be16(s.p + 14);
    return s.p[12] <= 15 && chunk >= 4 && chunk <= s.n - 12;
}

static bool ip_fits(struct slice s, uint8_t version)
{
    enum layer want = version == 4 ? LAYER_IPV4 : LAYER_IPV6;
    return ip_guess(s, (uint32_t)s.n) == want;
}

static bool inside_fits(uint8_t proto, struct slice s)
{
    switch (proto) {
    case 17: return udp_fits(s);
    case 6: return tcp_fits(s);
    case 4: return ip_fits(s, 4);
    case 41: return ip_fits(s, 6);
    case 132: return sctp_fits(s);
    }
    return false;
}

/* RFC 4303 2.4: padding bytes count 1, 2, 3, ... up to a multiple of four. */
static bool padding_fits(struct slice padding)
{
    for (size_t i = 0; i < padding.n; i++)
        if (padding.p[i] != i + 1)
            return false;
    return true;
}

/* Tries one length of the check value; on success *body is the cleartext. */
static bool try_length(struct slice s, size_t check, struct slice *body, uint8_t *proto)
{
    if (s.n < check + ESP_TRAILER)
        return false;
    size_t end = s.n - check;
    size_t padding = s.p[end - 2];
    if (end % 4 || padding > end - ESP_TRAILER)
        return false;
    size_t n = end - ESP_TRAILER - padding;
    *proto = s.p[end - 1];
    *body = slice_sub(s, 0, n);
    return padding_fits(slice_sub(s, n, padding)) && inside_fits(*proto, *body);
}

/* What a whole packet carries stands in its trailer. */
static bool by_trailer(struct slice s, uint32_t *length, uint8_t *proto)
{
    struct slice body;
    for (size_t i = 0; i < sizeof CHECK_LENGTHS; i++)
        if (try_length(s, CHECK_LENGTHS[i], &body, proto)) {
            *length = (uint32_t)body.n;
            return true;
        }
    return false;
}

/* A UDP length that leaves just the least padding and a usual check value. */
static bool cut_udp(struct slice s, uint32_t whole, uint32_t *length)
{
    if (s.n < 8)
        return false;
    *length = layer_be16(s.p + 4);
    for (size_t i = 0; i < sizeof CHECK_LENGTHS; i++)
        if (((*length + ESP_TRAILER + 3) & ~3u) + CHECK_LENGTHS[i] == whole)
            return *length >= 8;
    return false;
}

/* Nothing urgent, so two bytes of zeros; how long the check value is stays unknown. */
static bool cut_tcp(struct slice s, uint32_t whole, uint32_t *length)
{
    uint32_t trailer = ESP_TRAILER + CHECK_LENGTHS[0];
    if (!tcp_fits(s) || s.p[13] & 0x20 || layer_be16(s.p + 18) || whole < s.n + trailer)
        return false;
    *length = whole - trailer;
    return true;
}

/* Of a frame that was cut the trailer is missing: the header inside has to do. */
static bool by_header(struct slice s, uint32_t whole, uint32_t *length, uint8_t *proto)
{
    *proto = 17;
    if (cut_udp(s, whole, length))
        return true;
    *proto = 6;
    return cut_tcp(s, whole, length);
}

enum layer esp_null(struct walk *w)
{
    if (w->at.n < ESP_HEADER + ESP_TRAILER)
        return LAYER_DONE;
    struct slice s = slice_skip(w->at, ESP_HEADER);
    uint32_t whole = w->whole - ESP_HEADER, length;
    uint8_t proto;
    if (s.n == whole ? !by_trailer(s, &length, &proto)
                     : !by_header(s, whole, &length, &proto))
        return LAYER_DONE;
    layer_pass(w, ESP_HEADER);
    layer_length(w, length);
    w->out->ip_proto = proto;
    return ip_layer(proto);
}

int tunnel_esp(struct walk *w)
{
    if (w->at.n < ESP_HEADER)
        return -REASON_TUNNEL_CUT;
    enum layer layer = esp_null(w);
    return layer == LAYER_DONE ? -REASON_ESP : (int)layer;
}
