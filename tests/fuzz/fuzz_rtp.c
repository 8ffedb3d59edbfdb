/* RTP, its table and events, and the telling apart of what shares a media port. */
#include "dissect/demux.h"
#include "dissect/rtp.h"
#include "dissect/rtp_table.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const NAMES[] = {"PCMU", "G723",    "iLBC",
                                        "G729", "G726-40", "L16"};
    struct slice d = slice_of(data, n);
    struct rtp_event event;
    struct rtp r, again;
    demux_datagram(d);
    for (uint32_t more = 0; more < 100; more += 33) {
        if (rtp_parse(d, (uint32_t)n + more, &r))
            continue;
        if (r.payload.n > r.bytes || r.bytes > n + more || r.csrc.n > 60)
            abort();
        struct rtp_mark mark = rtp_mark(&r);
        again = r;
        again.seq++;
        rtp_follows(&mark, &again);
        if (rtp_follows(&mark, &r))
            abort();
        rtp_plausible(d, (uint32_t)n + more, 4000, 4002);
        if (rtp_event_parse(r.payload, &event))
            rtp_event_key(event.event);
        for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
            rtp_ticks(slice_str(NAMES[i]), (uint8_t)(r.seq & 3), r.payload);
        rtp_static_ticks(r.pt, r.payload.n);
    }
    return 0;
}
