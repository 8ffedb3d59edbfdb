#include "engine/stream_look.h"

#include "dissect/sip_sniff.h"
#include "dissect/websocket.h"
#include "engine/sniff.h"

enum { HEAD_MAX = 16 * 1024 }; /* of an HTTP message */

bool stream_begins_http(struct slice bytes)
{
    return slice_istarts(bytes, SLICE("HTTP/1.")) ||
           slice_istarts(bytes, SLICE("GET "));
}

bool stream_begins_ws(struct slice bytes)
{
    struct websocket ws;
    uint8_t start[64];
    if (bytes.n < 8 || (bytes.p[0] != 0x81 && bytes.p[0] != 0x82) ||
        websocket_parse(bytes, &ws) <= 0)
        return false;
    ws.payload = sniff_skip_crlf(slice_sub(ws.payload, 0, sizeof start));
    websocket_unmask(&ws, start);
    return sip_sniff(slice_of(start, ws.payload.n));
}

/* The end of the head of an HTTP message (RFC 9112 2.1), from where the last look
 * ended. */
static size_t head_end(struct stream *s, struct slice view)
{
    size_t from = s->searched > 3 ? s->searched - 3 : 0;
    if (from > view.n)
        from = 0;
    const uint8_t *end = memmem(view.p + from, view.n - from, "\r\n\r\n", 4);
    s->searched = (uint32_t)view.n;
    return end ? (size_t)(end - view.p) + 4 : 0;
}

/* The value of a header line of an HTTP head; empty where there is none. */
static struct slice http_value(struct slice head, struct slice name)
{
    while (head.n) {
        size_t n = slice_find(head, '\n');
        struct slice line = slice_sub(head, 0, n);
        head = slice_skip(head, n + 1);
        if (slice_istarts(line, name))
            return slice_trim(slice_skip(line, name.n));
    }
    return (struct slice){0};
}

/* What follows the head: a WebSocket, a tunnel (no body), or a body and more of the
 * same. */
static enum stream_kind behind_head(struct slice head, struct slice rest)
{
    if (slice_istarts(http_value(head, SLICE("Upgrade:")), SLICE("websocket")))
        return STREAM_WS;
    if (http_value(head, SLICE("Content-Length:")).n ||
        http_value(head, SLICE("Transfer-Encoding:")).n)
        return STREAM_OTHER;
    return sip_sniff(rest) ? STREAM_SIP : STREAM_OTHER;
}

bool look_http(struct look *l)
{
    struct stream *s = l->stream;
    struct slice view = look_unread(l);
    size_t n = head_end(s, view);
    if (!n && view.n < HEAD_MAX)
        return false;
    s->searched = 0;
    s->kind = STREAM_OTHER;
    if (n)
        s->kind = (uint8_t)behind_head(slice_sub(view, 0, n), slice_skip(view, n));
    l->used += n;
    return true;
}

/* Gives a WebSocket message on; other sub-protocols than SIP are passed over. */
static void ws_message(struct look *l, struct slice payload, const uint64_t *frames,
                       uint16_t nframes)
{
    struct slice text = sniff_skip_crlf(payload);
    if (text.n && sip_sniff(text))
        look_message(l, text, frames, nframes, false);
}

void look_ws_drop(struct stream *s)
{
    s->joining = false;
    if (s->buffer)
        s->buffer->joined.n = s->buffer->joined_frames.n = 0;
}

/* Adds a frame's payload to the message that it is a part of. */
static bool ws_join(struct look *l, const struct websocket *ws, size_t length)
{
    struct stream *s = l->stream;
    struct stream_buffer *b = s->buffer ? s->buffer : stream_buffer_new();
    uint16_t n;
    s->buffer = b;
    if (!b || b->joined.n + ws->payload.n > l->in->longest ||
        !vec_reserve(&b->joined, ws->payload.n + 1))
        return false;
    const uint64_t *frames = look_frames(l, length, &n);
    for (; n; n--, frames++) {
        size_t have = b->joined_frames.n;
        if (have < STREAM_FRAMES_MAX &&
            (!have || b->joined_frames.at[have - 1] != *frames) &&
            !vec_push(&b->joined_frames, *frames))
            return false;
    }
    websocket_unmask(ws, b->joined.at + b->joined.n);
    b->joined.n += ws->payload.n;
    return true;
}

static void ws_frame(struct look *l, const struct websocket *ws, size_t length)
{
    struct stream *s = l->stream;
    uint16_t n;
    if (ws->opcode >= WEBSOCKET_CLOSE) /* may come between the frames of a message */
        return;
    if (ws->opcode != WEBSOCKET_CONTINUATION)
        look_ws_drop(s);
    else if (!s->joining)
        return;
    if (ws->compressed) {
        intake_count(l->in, l->origin->frame, REASON_WS_BAD, 0, length);
        return;
    }
    if (ws->fin && !s->joining && !ws->masked) { /* read where it lies */
        const uint64_t *frames = look_frames(l, length, &n);
        ws_message(l, ws->payload, frames, n);
        return;
    }
    s->joining = true;
    if (!ws_join(l, ws, length)) {
        intake_count(l->in, l->origin->frame, REASON_WS_TOO_LONG, 0, length);
        look_ws_drop(s);
    } else if (ws->fin) {
        struct stream_buffer *b = s->buffer;
        ws_message(l, slice_of(b->joined.at, b->joined.n), b->joined_frames.at,
                   (uint16_t)b->joined_frames.n);
        look_ws_drop(s);
    }
}

bool look_ws(struct look *l)
{
    struct websocket ws;
    int n = websocket_parse(look_unread(l), &ws);
    if (!n)
        return false;
    if (n < 0) {
        intake_count(l->in, l->origin->frame, (uint32_t)-n, 0, look_unread(l).n);
        look_ws_drop(l->stream);
        l->stream->kind = STREAM_OTHER;
        return true;
    }
    ws_frame(l, &ws, (size_t)n);
    l->used += (size_t)n;
    return true;
}
