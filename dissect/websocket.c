#include "dissect/websocket.h"

#include "dissect/cursor.h"

static bool known_opcode(uint8_t opcode)
{
    return opcode <= WEBSOCKET_BINARY ||
           (opcode >= WEBSOCKET_CLOSE && opcode <= WEBSOCKET_PONG);
}

/* 5.2, 5.5: what the first byte alone must keep to. */
static bool good_first(uint8_t first)
{
    bool control = first & 8, fin = first & 0x80, compressed = first & 0x40;
    if (first & 0x30 || !known_opcode(first & 15))
        return false;
    return !control || (fin && !compressed);
}

/* The payload's length; short forms must be used where they do (5.2). Returns 0, or
 * -REASON_*; a cursor that was cut tells nothing yet. */
static int read_length(struct cursor *c, bool control, uint64_t *out)
{
    uint64_t n = cursor_u8(c) & 0x7f, least = 0;
    if (control && n > 125)
        return -REASON_WS_BAD;
    if (n == 126) {
        n = cursor_u16(c);
        least = 126;
    } else if (n == 127) {
        n = cursor_u64(c);
        least = 0x10000;
    }
    if (!c->cut && (n < least || n >> 63))
        return -REASON_WS_BAD;
    *out = n;
    return !c->cut && n > WEBSOCKET_MAX ? -REASON_WS_TOO_LONG : 0;
}

int websocket_parse(struct slice s, struct websocket *out)
{
    struct cursor c = cursor_of(s);
    struct websocket f = {0};
    uint64_t length;
    if (!s.n)
        return 0;
    uint8_t first = cursor_u8(&c);
    if (!good_first(first))
        return -REASON_WS_BAD;
    f.opcode = (enum websocket_opcode)(first & 15);
    f.fin = first & 0x80;
    f.compressed = first & 0x40;
    f.masked = s.n > 1 && s.p[1] & 0x80;
    int rc = read_length(&c, first & 8, &length);
    if (rc)
        return rc;
    if (f.masked) {
        struct slice key = cursor_take(&c, sizeof f.key);
        memcpy(f.key, key.p, key.n);
    }
    if (c.cut)
        return 0;
    f.payload = cursor_take(&c, (size_t)length);
    if (c.cut)
        return 0;
    *out = f;
    return (int)(c.p - s.p);
}

void websocket_unmask(const struct websocket *frame, uint8_t *out)
{
    struct slice s = frame->payload;
    if (!frame->masked) {
        memmove(out, s.p, s.n);
        return;
    }
    for (size_t i = 0; i < s.n; i++)
        out[i] = s.p[i] ^ frame->key[i & 3];
}
