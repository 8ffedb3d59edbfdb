/* The first byte chooses the link type, the second how much longer the frame was on
 * the wire; the rest is the frame. */
#include "dissect/packet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_slice(struct slice s, struct slice frame)
{
    if (s.n && (s.p < frame.p || s.p + s.n > frame.p + frame.n))
        abort();
}

static void check(int rc, const struct packet *p, struct slice frame)
{
    if (rc > 0 || rc <= -REASON_COUNT)
        abort();
    if (rc)
        return;
    check_slice(p->payload, frame);
    if (p->whole < p->payload.n)
        abort();
    if (p->kind == PACKET_SCTP) {
        struct slice chunks = p->payload;
        struct sctp_data d;
        while (sctp_data_next(&chunks, &d) > 0)
            check_slice(d.data, frame);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const uint32_t LINKS[] = {1,
                                     0,
                                     9,
                                     12,
                                     50,
                                     51,
                                     101,
                                     104,
                                     105,
                                     108,
                                     113,
                                     127,
                                     197,
                                     228,
                                     229,
                                     276,
                                     LINKTYPE_SIPGLASS_HEP,
                                     252};
    struct packet p;
    if (n < 2)
        return 0;
    uint32_t link = LINKS[data[0] % (sizeof LINKS / sizeof *LINKS)];
    struct slice frame = slice_of(data + 2, n - 2);
    int rc = packet_decode(link, frame, (uint32_t)frame.n + data[1], &p);
    check(rc, &p, frame);
    if (rc == 0 && p.kind == PACKET_FRAGMENT) {
        struct slice whole = p.payload;
        check(packet_decode_transport(whole, &p), &p, frame);
    }
    return 0;
}
