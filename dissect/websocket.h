/*
 * WebSocket frames (RFC 6455 5), which carry SIP by RFC 7118: one SIP message a
 * message, a message in one frame or more. Putting a message together from frames
 * (FIN, continuation) needs memory and is the caller's.
 */
#ifndef DISSECT_WEBSOCKET_H
#define DISSECT_WEBSOCKET_H

#include "dissect/reason.h"
#include "dissect/slice.h"

/* Longest payload of one frame that is read: the limit of a SIP message. */
#define WEBSOCKET_MAX (256 * 1024)

enum websocket_opcode {
    WEBSOCKET_CONTINUATION = 0,
    WEBSOCKET_TEXT = 1,
    WEBSOCKET_BINARY = 2,
    WEBSOCKET_CLOSE = 8,
    WEBSOCKET_PING = 9,
    WEBSOCKET_PONG = 10,
};

struct websocket {
    struct slice payload; /* as sent: still masked where `masked` is set */
    enum websocket_opcode opcode;
    bool fin;        /* the last frame of its message */
    bool compressed; /* RSV1: permessage-deflate, RFC 7692 */
    bool masked;     /* as every frame from a client is */
    uint8_t key[4];  /* masking key */
};

/*
 * One frame at the start of a stream's bytes. Returns its length, 0 where it goes on
 * past s (*out is left alone), or -REASON_WS_BAD, -REASON_WS_TOO_LONG. A frame that
 * can only be wrong is told as soon as the wrong bytes are there.
 */
int websocket_parse(struct slice s, struct websocket *out);

/* Writes the payload, unmasked where it is masked, to the payload.n bytes at out,
 * which may be where the payload lies. */
void websocket_unmask(const struct websocket *frame, uint8_t *out);

#endif
