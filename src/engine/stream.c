#include "engine/stream.h"

#include "dissect/sip_sniff.h"
#include "dissect/websocket.h"
#include "engine/sniff.h"

#include <stdlib.h>

enum {
    SEARCH_MAX = 256 * 1024, /* bytes that may come between messages */
    IDLE_MAX = 16 * 1024,    /* bytes of memory that an empty buffer keeps */
    LINE_MAX_SNIFF = 2048,   /* a start line that is no longer */
    HEAD_MAX = 16 * 1024,    /* of an HTTP message */
    FRAMES_MAX = UINT16_MAX, /* of one message */
    SIPS_PORT = 5061,
};

/* Where the bytes being looked at lie, for the messages found in them. */
struct look {
    struct stream *stream;
    struct intake *in;
    const struct origin *origin;
    struct slice view; /* unread bytes, from the buffer or from the segment */
    size_t used;       /* of them */
    uint64_t number;   /* frame of the segment */
    bool buffered;     /* view is the buffer */
};

void stream_init(struct stream *s, bool from_start)
{
    *s = (struct stream){.from_start = from_start};
}

void stream_done(struct stream *s)
{
    struct stream_buffer *b = s->buffer;
    s->buffer = NULL;
    if (!b)
        return;
    vec_done(&b->bytes);
    vec_done(&b->frames);
    vec_done(&b->ends);
    vec_done(&b->joined);
    vec_done(&b->joined_frames);
    free(b);
}

bool stream_wanted(const struct stream *s)
{
    return s->kind == STREAM_SIP || s->kind == STREAM_WS || s->kind == STREAM_HEP;
}

size_t stream_waiting(const struct stream *s)
{
    return s->buffer ? s->buffer->bytes.n + s->buffer->joined.n : 0;
}

size_t stream_memory(const struct stream *s)
{
    const struct stream_buffer *b = s->buffer;
    if (!b)
        return 0;
    return sizeof *b + b->bytes.cap + b->joined.cap +
           b->frames.cap * sizeof *b->frames.at + b->ends.cap * sizeof *b->ends.at +
           b->joined_frames.cap * sizeof *b->joined_frames.at;
}

bool stream_differs(const struct stream *s, size_t back, struct slice bytes)
{
    const struct stream_buffer *b = s->buffer;
    if (!b)
        return false;
    if (back > b->bytes.n) { /* what was used up is no longer known */
        bytes = slice_skip(bytes, back - b->bytes.n);
        back = b->bytes.n;
    }
    bytes = slice_sub(bytes, 0, back);
    return bytes.n && memcmp(b->bytes.at + b->bytes.n - back, bytes.p, bytes.n);
}

static struct stream_buffer *buffer_get(struct stream *s)
{
    if (!s->buffer)
        s->buffer = calloc(1, sizeof *s->buffer);
    return s->buffer;
}

/* Adds a segment's bytes to those that wait. False when memory is short. */
static bool buffer_add(struct stream *s, uint64_t number, struct slice bytes)
{
    struct stream_buffer *b = buffer_get(s);
    if (!b || !vec_reserve(&b->bytes, bytes.n))
        return false;
    if (b->frames.n < FRAMES_MAX &&
        (!b->frames.n || b->frames.at[b->frames.n - 1] != number))
        if (!vec_reserve(&b->ends, 1) || !vec_push(&b->frames, number))
            return false;
    b->ends.n = b->frames.n;
    memcpy(b->bytes.at + b->bytes.n, bytes.p, bytes.n);
    b->bytes.n += bytes.n;
    b->ends.at[b->ends.n - 1] = (uint32_t)b->bytes.n;
    return true;
}

static void buffer_drop(struct stream *s, size_t n)
{
    struct stream_buffer *b = s->buffer;
    size_t gone = 0;
    if (!b || !n)
        return;
    while (gone < b->ends.n && b->ends.at[gone] <= n)
        gone++;
    b->frames.n = b->ends.n -= gone;
    if (b->ends.n) {
        memmove(b->frames.at, b->frames.at + gone, b->frames.n * sizeof *b->frames.at);
        memmove(b->ends.at, b->ends.at + gone, b->ends.n * sizeof *b->ends.at);
    }
    for (size_t i = 0; i < b->ends.n; i++)
        b->ends.at[i] -= (uint32_t)n;
    b->bytes.n -= n;
    if (b->bytes.n)
        memmove(b->bytes.at, b->bytes.at + n, b->bytes.n);
    else if (b->bytes.cap > IDLE_MAX)
        vec_done(&b->bytes);
}

/* The frames of the next n bytes of the view. */
static const uint64_t *frames_of(const struct look *l, size_t n, uint16_t *count)
{
    const struct stream_buffer *b = l->stream->buffer;
    size_t from = 0, to;
    *count = 1;
    if (!l->buffered)
        return &l->number;
    while (from + 1 < b->ends.n && b->ends.at[from] <= l->used)
        from++;
    for (to = from; to + 1 < b->ends.n && b->ends.at[to] < l->used + n; to++)
        ;
    *count = (uint16_t)(to - from + 1);
    return b->frames.at + from;
}

static void message(struct look *l, struct slice text, const uint64_t *frames,
                    uint16_t nframes, bool cut)
{
    struct stream *s = l->stream;
    struct origin o = *l->origin;
    if (nframes > 1 || (nframes == 1 && frames[0] != o.frame->number)) {
        o.reassembled = true;
        o.frames = frames;
        o.nframes = nframes;
    }
    o.cut = cut;
    if (s->kind == STREAM_WS)
        o.transport = TRANSPORT_WS;
    intake_message(l->in, &o, text);
    s->messages++;
    s->searched = 0;
    if (s->touch)
        calls_touch(l->in->calls, &o.src, &o.dst, o.transport, CALL_INCOMPLETE_HOLE);
    s->touch = false;
}

static struct slice unread(const struct look *l)
{
    return slice_skip(l->view, l->used);
}

/* Passes over bytes that are no message. Too many of them: the stream is something
 * else. */
static void pass(struct look *l, size_t n, bool count)
{
    struct stream *s = l->stream;
    l->used += n;
    if (!count)
        return;
    if (s->kind == STREAM_SIP && s->messages)
        intake_count(l->in, l->origin->frame, LEDGER_STREAM_NOT_SIP, 0, n);
    s->searched += (uint32_t)n;
    if (s->searched > SEARCH_MAX) {
        s->kind = STREAM_OTHER;
        s->searched = 0;
    }
}

static bool printable(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~')
            return false;
    return true;
}

/* While a start line is searched for, a line that can be none need not wait for its
 * end. */
static bool hopeless(struct look *l, struct sip_frame *f)
{
    struct slice line = unread(l);
    if (line.n <= LINE_MAX_SNIFF && printable(slice_sub(line, 0, line.n - 1)))
        return false;
    *f = (struct sip_frame){0};
    pass(l, line.n, true);
    return true;
}

/* False for a message that ends in its headers, before what makes it usable. */
static bool whole_head(struct slice text)
{
    struct sip sip;
    return !sip_parse(text, &sip) || !(sip.flags & SIP_NO_BLANK);
}

/* One step of a stream of SIP: false when more bytes are needed. */
static bool step_sip(struct look *l, bool final, bool hole)
{
    struct stream *s = l->stream;
    struct sip_frame local = {0}, *f = s->buffer ? &s->buffer->sip : &local;
    struct slice view = unread(l);
    size_t n = 0;
    enum sip_frame_result r = sip_frame_next(f, view, final, &n);
    if (r == SIP_FRAME_MORE)
        return s->kind == STREAM_SEARCH && !f->started && hopeless(l, f);
    struct sip_frame was = *f;
    *f = (struct sip_frame){0};
    if (r != SIP_FRAME_MESSAGE) {
        /* Start lines without an end could make every byte be looked at again and
         * again. */
        if (r == SIP_FRAME_BAD && view.n >= SIP_MAX_MESSAGE)
            n = view.n;
        pass(l, n ? n : view.n, r == SIP_FRAME_BAD);
        return true;
    }
    struct slice text = slice_sub(view, 0, was.length);
    if (final && !whole_head(text)) {
        pass(l, text.n, true); /* too little to say whose it is */
        return true;
    }
    uint16_t nframes;
    const uint64_t *frames = frames_of(l, text.n, &nframes);
    s->kind = STREAM_SIP;
    message(l, text, frames, nframes, hole && was.open_end);
    l->used += text.n;
    return true;
}

/* One frame with a whole SIP message: what a WebSocket looks like in its middle. */
static bool looks_ws(struct slice bytes)
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

static bool looks_tls(struct slice bytes)
{
    return bytes.n >= 3 && bytes.p[0] >= 0x14 && bytes.p[0] <= 0x17 &&
           bytes.p[1] == 3 && bytes.p[2] <= 4;
}

static bool is_sips(const struct origin *o)
{
    return o->src.port == SIPS_PORT || o->dst.port == SIPS_PORT;
}

static bool looks_http(struct slice bytes)
{
    return slice_istarts(bytes, SLICE("HTTP/1.")) ||
           slice_istarts(bytes, SLICE("GET "));
}

static enum stream_kind classify(struct stream *s, const struct origin *o,
                                 struct slice b)
{
    if (sip_sniff(b))
        return STREAM_SIP;
    if (slice_istarts(b, SLICE("HEP3")))
        return STREAM_HEP;
    if (looks_http(b))
        return STREAM_HTTP;
    if (looks_ws(b))
        return STREAM_WS;
    if (looks_tls(b)) {
        s->tls = is_sips(o);
        return STREAM_OTHER;
    }
    /* The beginning of a line alone says nothing yet. */
    if (b.n < LINE_MAX_SNIFF && slice_find(b, '\n') == b.n && printable(b) &&
        (s->from_start || b.n < 16))
        return STREAM_NEW;
    return s->from_start ? STREAM_OTHER : STREAM_SEARCH;
}

static bool step_new(struct look *l)
{
    struct stream *s = l->stream;
    struct slice view = unread(l), start = sniff_skip_crlf(view);
    l->used += view.n - start.n;
    if (!start.n)
        return false;
    s->kind = (uint8_t)classify(s, l->origin, start);
    return s->kind != STREAM_NEW;
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

static bool step_http(struct look *l)
{
    struct stream *s = l->stream;
    struct slice view = unread(l);
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
        message(l, text, frames, nframes, false);
}

static void ws_drop(struct stream *s)
{
    s->joining = false;
    if (s->buffer)
        s->buffer->joined.n = s->buffer->joined_frames.n = 0;
}

/* Adds a frame's payload to the message that it is a part of. */
static bool ws_join(struct look *l, const struct websocket *ws, size_t length)
{
    struct stream_buffer *b = buffer_get(l->stream);
    uint16_t n;
    if (!b || b->joined.n + ws->payload.n > l->in->longest ||
        !vec_reserve(&b->joined, ws->payload.n + 1))
        return false;
    const uint64_t *frames = frames_of(l, length, &n);
    for (; n; n--, frames++) {
        size_t have = b->joined_frames.n;
        if (have < FRAMES_MAX && (!have || b->joined_frames.at[have - 1] != *frames) &&
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
        ws_drop(s);
    else if (!s->joining)
        return;
    if (ws->compressed) {
        intake_count(l->in, l->origin->frame, REASON_WS_BAD, 0, length);
        return;
    }
    if (ws->fin && !s->joining && !ws->masked) { /* read where it lies */
        const uint64_t *frames = frames_of(l, length, &n);
        ws_message(l, ws->payload, frames, n);
        return;
    }
    s->joining = true;
    if (!ws_join(l, ws, length)) {
        intake_count(l->in, l->origin->frame, REASON_WS_TOO_LONG, 0, length);
        ws_drop(s);
    } else if (ws->fin) {
        struct stream_buffer *b = s->buffer;
        ws_message(l, slice_of(b->joined.at, b->joined.n), b->joined_frames.at,
                   (uint16_t)b->joined_frames.n);
        ws_drop(s);
    }
}

static bool step_ws(struct look *l)
{
    struct websocket ws;
    int n = websocket_parse(unread(l), &ws);
    if (!n)
        return false;
    if (n < 0) {
        intake_count(l->in, l->origin->frame, (uint32_t)-n, 0, unread(l).n);
        ws_drop(l->stream);
        l->stream->kind = STREAM_OTHER;
        return true;
    }
    ws_frame(l, &ws, (size_t)n);
    l->used += (size_t)n;
    return true;
}

/* HEP3 over TCP: envelopes one after the other, their length behind the magic. */
static bool step_hep(struct look *l)
{
    struct slice view = unread(l);
    struct packet p;
    if (view.n < 6)
        return false;
    size_t n = (size_t)view.p[4] << 8 | view.p[5];
    if (n < 6 || !slice_istarts(view, SLICE("HEP3"))) {
        intake_count(l->in, l->origin->frame, REASON_HEP_BAD, 0, view.n);
        l->stream->kind = STREAM_OTHER;
        return true;
    }
    if (view.n < n)
        return false;
    int r =
        packet_decode(LINKTYPE_SIPGLASS_HEP, slice_sub(view, 0, n), (uint32_t)n, &p);
    if (r < 0)
        intake_count(l->in, l->origin->frame, (uint32_t)-r, p.detail, n);
    else if (p.kind == PACKET_HEP)
        intake_hep(l->in, l->origin->frame, &p);
    l->used += n;
    return true;
}

/* Nothing more is looked for here; the next segment is looked at anew. */
static bool step_other(struct look *l)
{
    if (l->stream->tls)
        intake_count(l->in, l->origin->frame, LEDGER_TLS, 0, unread(l).n);
    l->used = l->view.n;
    return false;
}

static bool step(struct look *l)
{
    switch (l->stream->kind) {
    case STREAM_NEW: return step_new(l);
    case STREAM_SEARCH:
    case STREAM_SIP: return step_sip(l, false, false);
    case STREAM_HTTP: return step_http(l);
    case STREAM_WS: return step_ws(l);
    case STREAM_HEP: return step_hep(l);
    default: return step_other(l);
    }
}

/* A segment of a connection that carried no message so far may begin one all the same.
 */
static void reconsider(struct stream *s, const struct origin *o, struct slice bytes)
{
    uint8_t first = bytes.p[0];
    s->tls |= is_sips(o) && looks_tls(bytes);
    if (s->tls)
        s->kind = STREAM_OTHER;
    if (s->kind == STREAM_OTHER && first >= 'A' && first <= 'Z' && sip_sniff(bytes))
        s->kind = STREAM_SIP;
    else if (first >> 1 == 0x40 && looks_ws(bytes))
        s->kind = STREAM_WS;
    else
        return;
    s->searched = 0;
}

/* What no step could use waits for more. */
static void wait(struct look *l, struct slice rest)
{
    struct stream *s = l->stream;
    if (!rest.n || buffer_add(s, l->number, rest))
        return;
    intake_count(l->in, l->origin->frame, LEDGER_NO_MEMORY, 0, rest.n);
    stream_done(s);
    s->kind = STREAM_SEARCH;
}

void stream_feed(struct stream *s, struct intake *in, const struct origin *origin,
                 uint64_t number, struct slice bytes)
{
    struct look l = {.stream = s, .in = in, .origin = origin, .number = number};
    if (bytes.n && (s->kind == STREAM_OTHER || s->kind == STREAM_SEARCH) &&
        !(s->buffer && s->buffer->bytes.n))
        reconsider(s, origin, bytes);
    while (bytes.n) {
        size_t old = s->buffer ? s->buffer->bytes.n : 0;
        l.used = 0;
        l.buffered = old > 0;
        l.view = bytes;
        if (old) {
            wait(&l, bytes);
            if (!s->buffer)
                return;
            l.view = slice_of(s->buffer->bytes.at, s->buffer->bytes.n);
        }
        while (l.used < l.view.n && (!old || l.used < old) && step(&l))
            ;
        if (!old) {
            wait(&l, unread(&l));
            return;
        }
        if (l.used < old) {
            buffer_drop(s, l.used);
            return;
        }
        /* What is left lies in the segment whole: it is read there. */
        bytes = slice_skip(bytes, l.used - old);
        buffer_drop(s, l.view.n);
    }
}

void stream_break(struct stream *s, struct intake *in, const struct origin *origin,
                  bool hole)
{
    struct stream_buffer *b = s->buffer;
    struct look l = {.stream = s, .in = in, .origin = origin, .buffered = true};
    bool sip = s->kind == STREAM_SIP || s->kind == STREAM_SEARCH;
    if (b && b->bytes.n && sip) {
        l.view = slice_of(b->bytes.at, b->bytes.n);
        size_t waiting = b->bytes.n;
        bool open = b->sip.open_end && !hole; /* ends with the stream, as it should */
        while (l.used < l.view.n && step_sip(&l, true, hole))
            ;
        if (s->messages && !open)
            intake_count(in, origin->frame, LEDGER_STREAM_CUT, 0, waiting);
    }
    if (b) {
        b->bytes.n = b->frames.n = b->ends.n = 0;
        b->sip = (struct sip_frame){0};
    }
    ws_drop(s);
    s->from_start = false;
    if (s->kind == STREAM_WS) /* the next frame is found at a segment's start alone */
        s->kind = STREAM_OTHER;
    if (s->kind == STREAM_NEW || s->kind == STREAM_HTTP || s->kind == STREAM_HEP)
        s->kind = STREAM_SEARCH;
}
