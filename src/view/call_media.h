/* All media of a call, or of all legs of its session: descriptions, streams, and their
 * figures over time. */
#ifndef VIEW_CALL_MEDIA_H
#define VIEW_CALL_MEDIA_H

#include "view/field.h"
#include "view/ladder_media.h"

/* What is drawn over time, a value a slice of ten seconds. */
enum call_media_graph { GRAPH_JITTER, GRAPH_LOSS, GRAPH_MOS, GRAPHS };

struct call_media_stream {
    const void *row; /* of TABLE_STREAMS; valid while calls->layout stays */
    uint32_t id;
    unsigned leg;                 /* index */
    struct ladder_media *figures; /* owned */
    float *slice[GRAPHS];         /* figures->slices each; NAN: not known; owned */
};

struct call_media {
    const void **offer;               /* rows of TABLE_OFFERS, in order of time */
    struct call_media_stream *stream; /* in order of their start */
    size_t offers, streams, legs;
    uint64_t packets; /* of all streams when it was built */
};

/* NULL when memory is short; free accepts NULL. `session`: all legs. */
struct call_media *call_media_build(const struct view *v, const struct call *call,
                                    bool session);
void call_media_free(struct call_media *m);

/* The row of TABLE_STREAMS with an id; NULL: it is no longer kept. */
const void *call_media_stream(const struct view *v, uint32_t id);

#endif
