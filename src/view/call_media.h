/* All media of a call, or of all legs of its session: descriptions, streams, and their
 * figures over time. */
#ifndef VIEW_CALL_MEDIA_H
#define VIEW_CALL_MEDIA_H

#include "view/field.h"
#include "view/ladder_media.h"

/* What is drawn over time, a value a slice of ten seconds. */
enum call_media_graph { GRAPH_JITTER, GRAPH_LOSS, GRAPH_LATE, GRAPH_MOS, GRAPHS };

struct call_media_stream {
    const void *row; /* of TABLE_STREAMS; valid while calls->layout stays */
    uint32_t id;
    unsigned leg;                 /* index */
    uint32_t call;                /* id of it */
    int64_t start;                /* of its first slice, ns */
    struct ladder_media *figures; /* owned */
    float *slice[GRAPHS];         /* figures->slices each; NAN: not known; owned */
};

struct call_media {
    const void **offer;               /* rows of TABLE_OFFERS, in order of time */
    struct call_media_stream *stream; /* in order of their start */
    size_t offers, streams, legs;
    int64_t start, end; /* of all slices, ns */
    uint64_t packets;   /* of all streams when it was built */
};

/* NULL when memory is short; free accepts NULL. `session`: all legs. Late: packets that
 * a jitter buffer of 50 ms plays no more, in %. */
struct call_media *call_media_build(const struct view *v, const struct call *call,
                                    bool session);
void call_media_free(struct call_media *m);

/* Adds what was offered, answered, held and resumed, in one line of raw text: "offer
 * opus,PCMA -> answer PCMA -> 12:04:30 hold -> 12:04:41 resume". */
void call_media_timeline(const struct view *v, const struct call_media *m,
                         struct strbuf *out);

/* Adds the loss of each slice as a sign, the worst of several where there are more than
 * `room`: nothing lost, under 1 %, under 3, under 5, 5 and more. */
void call_media_loss_map(const struct call_media_stream *s, size_t room, bool ascii,
                         struct strbuf *out);

/* The row of TABLE_STREAMS with an id; NULL: it is no longer kept. */
const void *call_media_stream(const struct view *v, uint32_t id);

#endif
