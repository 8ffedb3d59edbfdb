/* Media in a ladder: what a stream's row says, in as many columns as there are. */
#ifndef VIEW_LADDER_MEDIA_H
#define VIEW_LADDER_MEDIA_H

#include "view/view.h"

struct rtp_stream;

/* Figures of a stream when the ladder was built. */
struct ladder_media {
    char *codec; /* raw; NULL: not known; owned */
    uint64_t packets;
    double loss, jitter, mos; /* %, mean in ms, MOS-LQE */
    bool has_jitter, has_mos, srtp;
    size_t slices;   /* of ten seconds each */
    uint8_t tenth[]; /* of MOS, one a slice; 0: not known */
};

/* NULL when memory is short; free accepts NULL. */
struct ladder_media *ladder_media_new(const struct view *v, const struct rtp_stream *s);
void ladder_media_free(struct ladder_media *m);

/* Packets of all streams of a call: tells whether figures are out of date. */
uint64_t ladder_media_packets(const struct call *c);

/* Colour of the row: by MOS (the bands of G.109), else by loss. */
enum tone ladder_media_tone(const struct ladder_media *m);

/*
 * Adds clean text of at most `room` columns: codec, packets, loss, jitter, MOS and the
 * strip of slices; what has no room is left out, the least telling first. Returns
 * whether the strip is in it.
 */
bool ladder_media_text(const struct ladder_media *m, size_t room, bool ascii,
                       struct strbuf *out);

/* Adds the strip in at most `room` columns, a sign a slice; where there are more
 * slices, each sign stands for the worst of several. ASCII: the MOS, rounded. */
void ladder_media_strip(const struct ladder_media *m, size_t room, bool ascii,
                        struct strbuf *out);

#endif
