/* Figures of streams for those who show them: worked out when they are asked for. */
#include "model/streams.h"

const struct rtp_figures *streams_figures(const struct streams *s,
                                          const struct rtp_stream *stream)
{
    struct figures_cache *c = s->figures;
    uint32_t reports = stream->remote ? stream->remote->reports : 0;
    if (c->id != stream->id || c->packets != stream->packets || c->reports != reports) {
        rtp_stream_figures(stream, &c->figures);
        c->id = stream->id;
        c->packets = stream->packets;
        c->reports = reports;
    }
    return &c->figures;
}

const struct rtp_stream *streams_worst(const struct streams *s, const struct call *call)
{
    const struct rtp_stream *worst = NULL;
    double least = 0;
    for (const struct rtp_stream *n = call->streams; n; n = n->call_next) {
        const struct rtp_figures *f = streams_figures(s, n);
        if (!worst || (f->has_mos && (!(least > 0) || f->mos < least))) {
            worst = n;
            least = f->has_mos ? f->mos : 0;
        }
    }
    return worst;
}
