#include "engine/stream_look.h"

#include "dissect/sip_sniff.h"
#include "engine/sniff.h"

enum {
    SEARCH_MAX = 256 * 1024, /* bytes that may come between messages */
    LINE_MAX_SNIFF = 2048,   /* a start line that is no longer */
    SIPS_PORT = 5061,
};

void stream_init(struct stream *s, bool from_start)
{
    *s = (struct stream){.from_start = from_start};
}

void stream_done(struct stream *s)
{
    stream_buffer_free(s->buffer);
    s->buffer = NULL;
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
    return s->buffer ? stream_buffer_memory(s->buffer) : 0;
}

bool stream_differs(const struct stream *s, size_t back, struct slice bytes)
{
    return s->buffer && stream_buffer_differs(s->buffer, back, bytes);
}

void look_message(struct look *l, struct slice text, const uint64_t *frames,
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
    struct slice line = look_unread(l);
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
    struct slice view = look_unread(l);
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
    const uint64_t *frames = look_frames(l, text.n, &nframes);
    s->kind = STREAM_SIP;
    look_message(l, text, frames, nframes, hole && was.open_end);
    l->used += text.n;
    return true;
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

static enum stream_kind classify(struct stream *s, const struct origin *o,
                                 struct slice b)
{
    if (sip_sniff(b))
        return STREAM_SIP;
    if (slice_istarts(b, SLICE("HEP3")))
        return STREAM_HEP;
    if (stream_begins_http(b))
        return STREAM_HTTP;
    if (stream_begins_ws(b))
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
    struct slice view = look_unread(l), start = sniff_skip_crlf(view);
    l->used += view.n - start.n;
    if (!start.n)
        return false;
    s->kind = (uint8_t)classify(s, l->origin, start);
    return s->kind != STREAM_NEW;
}

/* HEP3 over TCP: envelopes one after the other, their length behind the magic. */
static bool step_hep(struct look *l)
{
    struct slice view = look_unread(l);
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
        intake_count(l->in, l->origin->frame, LEDGER_TLS, 0, look_unread(l).n);
    l->used = l->view.n;
    return false;
}

static bool step(struct look *l)
{
    switch (l->stream->kind) {
    case STREAM_NEW: return step_new(l);
    case STREAM_SEARCH:
    case STREAM_SIP: return step_sip(l, false, false);
    case STREAM_HTTP: return look_http(l);
    case STREAM_WS: return look_ws(l);
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
    else if (first >> 1 == 0x40 && stream_begins_ws(bytes))
        s->kind = STREAM_WS;
    else
        return;
    s->searched = 0;
}

/* What no step could use waits for more. */
static void wait(struct look *l, struct slice rest)
{
    struct stream *s = l->stream;
    if (!rest.n || ((s->buffer || (s->buffer = stream_buffer_new())) &&
                    stream_buffer_add(s->buffer, l->number, rest)))
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
            wait(&l, look_unread(&l));
            return;
        }
        if (l.used < old) {
            stream_buffer_drop(s->buffer, l.used);
            return;
        }
        /* What is left lies in the segment whole: it is read there. */
        bytes = slice_skip(bytes, l.used - old);
        stream_buffer_drop(s->buffer, l.view.n);
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
        if ((s->messages || s->kind == STREAM_SIP) && !open)
            intake_count(in, origin->frame, LEDGER_STREAM_CUT, 0, waiting);
    }
    if (b)
        stream_buffer_clear(b);
    look_ws_drop(s);
    s->from_start = false;
    if (s->kind == STREAM_WS) /* the next frame is found at a segment's start alone */
        s->kind = STREAM_OTHER;
    if (s->kind == STREAM_NEW || s->kind == STREAM_HTTP || s->kind == STREAM_HEP)
        s->kind = STREAM_SEARCH;
}
