/*
 * The fast SIP parser: one pass over a message to views of its start line, routing
 * headers and body. It takes what exists in the wild and says what was odd; the strict
 * reading of one message is strict.h. Nothing is copied: every slice lies in the text.
 */
#ifndef DISSECT_SIP_H
#define DISSECT_SIP_H

#include "dissect/reason.h"
#include "dissect/sip_table.h"

enum { SIP_MAX_MESSAGE = 256 * 1024, SIP_MAX_HEADERS = 4096 };

/* struct sip.flags */
enum {
    SIP_CUT = 1,       /* the body is shorter than Content-Length says */
    SIP_NO_LENGTH = 2, /* no Content-Length */
    SIP_LF = 4,        /* a line ended in LF alone */
    SIP_NUL = 8,       /* a NUL byte in the headers */
    SIP_FOLDED = 16,   /* a header went on over a line end */
    SIP_REPEATED = 32, /* Call-ID, CSeq, From or To came twice; the first counts */
    SIP_NO_BLANK = 64, /* the headers were cut: no empty line before the end */
    SIP_METHODS_DIFFER = 128, /* CSeq's method is not the request's */
    SIP_BAD_LENGTH = 256, /* Content-Length is no number; the body goes to the end */
    SIP_VIA_LIST = 512,   /* several Via values in one line, or none */
};

struct sip {
    bool response;
    uint8_t method;      /* enum sip_method: the request's, or CSeq's of a response */
    uint8_t cseq_method; /* enum sip_method */
    uint16_t status;     /* of a response; 0: a request */
    uint16_t flags;
    uint16_t via_count;    /* Via values, also several in one line */
    uint16_t header_count; /* header lines, folded ones once */
    uint32_t cseq;
    uint64_t content_length;  /* valid without SIP_NO_LENGTH and SIP_BAD_LENGTH; may be
                                 more than body.n */
    struct slice method_name; /* as the request line or the CSeq of a response has it */
    struct slice uri;         /* Request-URI; empty in a response */
    struct slice phrase;      /* reason phrase of a response */
    struct slice head;        /* start line to the empty line, that included */
    struct slice body;
    /* first value line of each; p NULL: not there; blanks trimmed at both ends, folds
     * left inside */
    struct slice header[SIP_H_COUNT];
    struct slice from_tag, to_tag; /* parameters of From and To; empty: none */
    struct slice branch;           /* of the top Via; empty: none */
    struct slice sent_by;          /* host[:port] of the top Via */
    struct slice via_transport;    /* "UDP" of the top Via */
};

/*
 * Parses one whole message (a datagram, or what sip_frame.h cut out of a stream).
 * Returns 0 and fills *out; or -REASON_* when it cannot be used (what was read until
 * then is in *out, so that the row can be shown). A missing From, To or Via is no
 * reason to refuse; a missing Call-ID or CSeq is. Body: what follows the empty line,
 * limited to Content-Length where that is shorter.
 */
int sip_parse(struct slice text, struct sip *out);

/*
 * The same in two steps, for a caller who looks something up by the Call-ID meanwhile:
 * first the lines (out->header is then complete), then what the values say. *walk
 * carries what the second step needs.
 */
struct sip_walk {
    struct slice rest; /* behind the headers */
    int start, lines;  /* what was wrong with the start line, with the headers */
    bool too_long;
};
void sip_parse_lines(struct slice text, struct sip *out, struct sip_walk *walk);
int sip_parse_values(struct sip *out, const struct sip_walk *walk);

/*
 * Walks the header lines of `head` (start line first is passed over): sets *name and
 * *value (folds inside, trimmed) and moves *rest on. Returns false at the end. A line
 * without a colon is given with an empty name. Start with *rest = sip.head.
 */
struct sip_line {
    /* raw: the whole line with its folds, without the line end */
    struct slice name, value, raw;
    enum sip_header id;
};
bool sip_line_next(struct slice *rest, struct sip_line *out);

/* The same where *rest begins behind the start line: no line is taken for one. */
bool sip_header_next(struct slice *rest, struct sip_line *out);

/* Passes an empty line (CRLF or LF) at the start of *rest over; false where it is none.
 */
bool sip_blank_line(struct slice *rest);

#endif
