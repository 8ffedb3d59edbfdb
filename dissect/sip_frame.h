/*
 * Cuts SIP messages out of a byte stream (TCP, or the payload of WebSocket frames).
 * Incremental: every byte is looked at once, however the segments fall.
 */
#ifndef DISSECT_SIP_FRAME_H
#define DISSECT_SIP_FRAME_H

#include "dissect/sip.h"

/* State between calls for one direction; zero it to start. */
struct sip_frame {
    size_t scanned; /* bytes of the buffer already searched for line ends */
    size_t line;    /* where the line that is not whole yet begins */
    size_t head;   /* of start line and headers with the empty line; 0: not found yet */
    size_t length; /* of the whole message, once known; 0: not yet */
    bool started;  /* the first line is a start line */
    bool open_end; /* no usable Content-Length, but a Content-Type: the body goes to the
                      next start line or the end */
};

enum sip_frame_result {
    SIP_FRAME_MORE,    /* not whole yet */
    SIP_FRAME_MESSAGE, /* f->length bytes are one message */
    SIP_FRAME_SKIP,    /* *skip bytes are keep-alive CRLFs: pass them over */
    SIP_FRAME_BAD,     /* *skip bytes up to the next start line (or all) are no SIP */
};

/*
 * Looks at the unread bytes of a stream. Without Content-Length (RFC 3261 18.3 wants
 * one) and without Content-Type there is no body; with a length over SIP_MAX_MESSAGE
 * the message ends at its headers. `final`: no more bytes will come, so an open or cut
 * message ends here. After MESSAGE, SKIP or BAD the caller drops the bytes and zeroes
 * *f.
 */
enum sip_frame_result sip_frame_next(struct sip_frame *f, struct slice stream,
                                     bool final, size_t *skip);

#endif
