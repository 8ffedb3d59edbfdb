#include "dissect/rtp_table.h"

struct frame {
    const char *name;
    uint8_t bytes, silence;
    uint16_t ticks;
};

static const struct frame FRAMES[] = {
#define FRAME(name, bytes, ticks, silence) {name, bytes, silence, ticks},
    RTP_FRAME_TABLE(FRAME)
#undef FRAME
};

static const struct rtp_static STATICS[] = {
#define STATIC(pt, name, rate, channels) [pt] = {name, rate, channels},
    RTP_STATIC_TABLE(STATIC)
#undef STATIC
};

/* By static payload type: bytes and ticks of a frame, where there is a fixed one. */
static const struct {
    uint8_t bytes, silence;
    uint16_t ticks;
} STATIC_FRAMES[] = {
    [0] = {1, 0, 1},  [3] = {33, 0, 160}, [8] = {1, 0, 1},   [9] = {1, 0, 1},
    [10] = {4, 0, 1}, [11] = {2, 0, 1},   [15] = {5, 0, 20}, [18] = {10, 2, 80},
};

const struct rtp_static *rtp_static(uint8_t pt)
{
    if (pt >= sizeof STATICS / sizeof *STATICS || !STATICS[pt].name)
        return NULL;
    return &STATICS[pt];
}

/* RFC 3551 4.5.6: a G.729 payload may end with one comfort noise frame of 2 bytes. */
static uint32_t frames(size_t bytes, unsigned frame, unsigned silence, unsigned ticks)
{
    size_t n = bytes / frame, left = bytes % frame;
    if ((left && (!silence || left != silence)) || n > UINT16_MAX)
        return 0;
    return (uint32_t)(n + (left != 0)) * ticks;
}

uint32_t rtp_static_ticks(uint8_t pt, size_t bytes)
{
    if (pt >= sizeof STATIC_FRAMES / sizeof *STATIC_FRAMES || !STATIC_FRAMES[pt].bytes)
        return 0;
    return frames(bytes, STATIC_FRAMES[pt].bytes, STATIC_FRAMES[pt].silence,
                  STATIC_FRAMES[pt].ticks);
}

/* RFC 3551 4.5.3: the two low bits of a frame's first byte are its kind, 30 ms each. */
static uint32_t g723_ticks(struct slice payload)
{
    static const uint8_t LENGTH[] = {24, 20, 4, 1};
    uint32_t n = 0;
    for (; payload.n; n++) {
        size_t length = LENGTH[payload.p[0] & 3];
        if (length > payload.n)
            return 0;
        payload = slice_skip(payload, length);
    }
    return n * 240;
}

/* RFC 3952 3: 38 bytes are 20 ms, 50 bytes are 30 ms. */
static uint32_t ilbc_ticks(size_t bytes)
{
    uint32_t ticks = frames(bytes, 38, 0, 160);
    return ticks ? ticks : frames(bytes, 50, 0, 240);
}

uint32_t rtp_ticks(struct slice name, uint8_t channels, struct slice payload)
{
    if (slice_ieq(name, SLICE("G723")))
        return g723_ticks(payload);
    if (slice_ieq(name, SLICE("iLBC")))
        return ilbc_ticks(payload.n);
    for (size_t i = 0; i < sizeof FRAMES / sizeof *FRAMES; i++) {
        const struct frame *f = &FRAMES[i];
        if (slice_ieq(name, slice_str(f->name)))
            return frames(payload.n, f->bytes * (channels ? channels : 1u), f->silence,
                          f->ticks);
    }
    return 0;
}

char rtp_event_key(uint8_t event)
{
    static const char KEYS[] = "0123456789*#ABCD!";
    return event < sizeof KEYS - 1 ? KEYS[event] : 0;
}
