#include "dissect/sip_frame.h"

#include "dissect/sip_sniff.h"

enum line_state {
    LINE_WHOLE,
    LINE_OPEN, /* its end has not come yet */
};

/* Finds the end of the line at f->line. LINE_WHOLE: *line holds it with its LF, and
 * f->line, f->scanned stand behind it. */
static enum line_state line_next(struct sip_frame *f, struct slice stream,
                                 struct slice *line)
{
    size_t at = f->scanned + slice_find(slice_skip(stream, f->scanned), '\n');
    if (at >= stream.n) {
        f->scanned = stream.n;
        *line = slice_skip(stream, f->line);
        return LINE_OPEN;
    }
    *line = slice_sub(stream, f->line, at + 1 - f->line);
    f->line = f->scanned = at + 1;
    return LINE_WHOLE;
}

static bool is_empty(struct slice line)
{
    return line.n == 1 || (line.n == 2 && line.p[0] == '\r');
}

/* Passes garbage over, to a line that holds a start line or is not whole yet. */
static enum sip_frame_result resync(struct sip_frame *f, struct slice stream,
                                    bool final, size_t *skip)
{
    struct slice line;
    for (;;) {
        size_t from = f->line;
        bool whole = line_next(f, stream, &line) == LINE_WHOLE;
        size_t start = whole || final ? sip_start_find(line) : 0;
        *skip = from + start;
        if (start < line.n || !whole)
            return SIP_FRAME_BAD;
    }
}

/* Length of the message from its headers: known, or open_end. */
static void measure(struct sip_frame *f, struct slice head)
{
    struct sip_line line;
    bool typed = false, counted = false;
    uint64_t n = 0;

    head = slice_skip(head, slice_find(head, '\n') + 1);
    while (sip_header_next(&head, &line)) {
        typed |= line.id == SIP_H_CONTENT_TYPE;
        if (line.id == SIP_H_CONTENT_LENGTH) {
            counted = line.value.n && slice_u64(line.value, &n) == line.value.n;
            break;
        }
    }
    if (!counted)
        while (!typed && sip_header_next(&head, &line))
            typed = line.id == SIP_H_CONTENT_TYPE;
    if (!counted || n > SIP_MAX_MESSAGE - f->head)
        n = 0;
    f->open_end = !counted && typed;
    f->length = f->open_end ? 0 : f->head + (size_t)n;
}

/* Reads lines until the empty one. Returns MESSAGE where f->head is set. */
static enum sip_frame_result head_find(struct sip_frame *f, struct slice stream,
                                       bool final, size_t *skip)
{
    struct slice line;
    for (;;) {
        size_t from = f->line;
        enum line_state state = line_next(f, stream, &line);
        if (f->scanned > SIP_MAX_MESSAGE) {
            *skip = from ? from : SIP_MAX_MESSAGE;
            return SIP_FRAME_BAD;
        }
        if (state == LINE_OPEN)
            break;
        if (!f->started) {
            size_t start = sip_start_find(line);
            if (start == line.n)
                return resync(f, stream, final, skip);
            if (start) {
                *skip = start;
                return SIP_FRAME_BAD;
            }
            f->started = true;
        } else if (is_empty(line)) {
            f->head = f->line;
            measure(f, slice_sub(stream, 0, f->head));
            return SIP_FRAME_MESSAGE;
        }
    }
    if (!final)
        return SIP_FRAME_MORE;
    *skip = f->started ? 0 : sip_start_find(line);
    if (*skip)
        return SIP_FRAME_BAD;
    f->head = f->length = stream.n;
    return SIP_FRAME_MESSAGE;
}

/* A body without a length: up to the next start line, to a keep-alive right after the
 * headers, or to the end. */
static enum sip_frame_result body_find(struct sip_frame *f, struct slice stream,
                                       bool final)
{
    for (;;) {
        struct slice line;
        size_t from = f->line;
        bool whole = line_next(f, stream, &line) == LINE_WHOLE;

        size_t start = whole || final ? sip_start_find(line) : line.n;
        if (f->scanned > SIP_MAX_MESSAGE)
            f->length = SIP_MAX_MESSAGE;
        else if (start < line.n)
            f->length = from + start;
        else if (whole && from == f->head && is_empty(line))
            f->length = from;
        else if (whole)
            continue;
        else if (final)
            f->length = stream.n;
        return f->length ? SIP_FRAME_MESSAGE : SIP_FRAME_MORE;
    }
}

/* Length of the line ends that a stream begins with (RFC 5626 3.5.1). */
static size_t keep_alive(struct slice stream)
{
    struct slice rest = stream;
    while (sip_blank_line(&rest))
        continue;
    return stream.n - rest.n;
}

enum sip_frame_result sip_frame_next(struct sip_frame *f, struct slice stream,
                                     bool final, size_t *skip)
{
    *skip = 0;
    if (!stream.n)
        return SIP_FRAME_MORE;
    if (!f->started && !f->scanned) {
        *skip = keep_alive(stream);
        if (*skip)
            return SIP_FRAME_SKIP;
        if (stream.n == 1 && stream.p[0] == '\r' && !final)
            return SIP_FRAME_MORE;
    }
    if (!f->head) {
        enum sip_frame_result r = head_find(f, stream, final, skip);
        if (r != SIP_FRAME_MESSAGE)
            return r;
    }
    if (f->open_end && !f->length)
        return body_find(f, stream, final);
    if (stream.n < f->length && !final)
        return SIP_FRAME_MORE;
    if (stream.n < f->length)
        f->length = stream.n;
    return SIP_FRAME_MESSAGE;
}
