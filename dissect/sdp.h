/*
 * A lazy reader of session descriptions (RFC 8866): views of lines, media and codecs.
 * It takes lines in any order and ends at CRLF or LF.
 */
#ifndef DISSECT_SDP_H
#define DISSECT_SDP_H

#include "dissect/sip.h"

enum sdp_direction { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE };

/* "sendrecv", "sendonly", ... */
const char *sdp_direction_name(enum sdp_direction d);

/* The session description in a body: the body itself where Content-Type says
 * application/sdp (or says nothing and it begins with "v="), or a part of a multipart
 * body. Empty: none. */
struct slice sdp_find(struct slice content_type, struct slice body);

/* One line: a=rtpmap:0 PCMU/8000 has type 'a'. A line without '=' has type 0. */
struct sdp_line {
    char type;
    struct slice value; /* after '=', trimmed; of type 0: the line */
};

/* Takes the next line off *rest; empty ones are passed over. Returns false at the end.
 */
bool sdp_line_next(struct slice *rest, struct sdp_line *out);

/* The session part, up to the first m= line. */
struct sdp {
    struct slice origin;  /* value of o= */
    struct slice address; /* of c=, without "/ttl"; empty: none */
    enum sdp_direction direction;
    struct slice session; /* its lines */
    struct slice media;   /* from the first m= line to the end */
};

/* Reads the session part. Returns false where text has no line of SDP at all. */
bool sdp_parse(struct slice text, struct sdp *out);

/* One m= line with what follows it; what the session says holds where it says nothing.
 */
struct sdp_media {
    struct slice type;    /* "audio" */
    struct slice proto;   /* "RTP/AVP" */
    struct slice formats; /* "0 8 101" */
    struct slice address; /* may be a host name; empty: none */
    struct slice crypto;  /* value of the first a=crypto; empty: none */
    struct slice lines;   /* the lines after m= */
    uint16_t port;        /* 0: refused or disabled */
    uint16_t rtcp_port;   /* of a=rtcp; 0: none */
    uint32_t ptime;       /* ms; 0: none */
    enum sdp_direction direction;
};

/* The next medium; start with *rest = sdp->media. Returns false at the end. */
bool sdp_media_next(const struct sdp *sdp, struct slice *rest, struct sdp_media *out);

/* The next a= line called `name` ("rtpmap"), value after its colon; false at the end.
 */
bool sdp_attribute_next(struct slice *lines, struct slice name, struct slice *value);

/* A payload type of a medium, in the order of the m= line. */
struct sdp_codec {
    uint8_t pt;
    uint8_t channels;  /* 1 where nothing is said */
    uint32_t rate;     /* clock rate in Hz; 0: not known */
    struct slice name; /* encoding name; empty: neither a=rtpmap nor a static type */
    struct slice fmtp; /* value of a=fmtp after the payload type; empty: none */
};

/* The codecs of a medium, at most cap, a payload type once. Returns their number.
 * Static payload types have RFC 3551's names. */
size_t sdp_codecs(const struct sdp_media *m, struct sdp_codec *out, size_t cap);

/* Name and clock rate that RFC 3551 6 gives a payload type; false: none. */
bool sdp_static_codec(uint8_t pt, struct sdp_codec *out);

#endif
