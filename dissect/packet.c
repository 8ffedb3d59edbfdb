#include "dissect/packet.h"

#include "dissect/layer.h"

/* More headers than any real frame has; a label stack or a nest of tunnels ends here.
 */
#define LAYERS_MAX 32

static int (*const DECODERS[LAYER_COUNT])(struct walk *) = {
#define LAYER(id, decoder) [LAYER_##id] = decoder,
    LAYER_TABLE(LAYER)
#undef LAYER
};

static int walk_layers(struct walk *w, int layer)
{
    for (int i = 0; i < LAYERS_MAX; i++) {
        layer = DECODERS[layer](w);
        if (layer <= 0)
            return layer;
    }
    return -REASON_NESTING;
}

int packet_decode(uint32_t link, struct slice frame, uint32_t wire, struct packet *out)
{
    struct walk w = {.at = frame, .whole = wire, .out = out};
    /* The union is set by the kind that uses it. */
    memset(out, 0, offsetof(struct packet, tcp));
    out->detail = 0;
    if (w.at.n > UINT32_MAX)
        w.at.n = UINT32_MAX;
    if (w.whole < w.at.n)
        w.whole = (uint32_t)w.at.n;
    enum layer first = link_layer(link);
    if (first == LAYER_DONE) {
        out->detail = link;
        return -REASON_LINK_UNKNOWN;
    }
    return walk_layers(&w, (int)first);
}

int packet_decode_transport(struct slice whole, struct packet *out)
{
    if (whole.n > UINT32_MAX)
        return -REASON_IP_BAD;
    struct walk w = {whole, (uint32_t)whole.n, out->depth + 1u, out};
    out->ip_proto = out->frag.proto;
    return walk_layers(&w, (int)ip_layer(out->ip_proto));
}
