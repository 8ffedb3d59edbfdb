/* What other calls tell of a peer: what it accepted, and who reached it. */
#ifndef DIAGNOSE_PEER_H
#define DIAGNOSE_PEER_H

#include "diagnose/exam.h"

/* What kind of media a session description asks for. */
struct sdp_kind {
    bool any, audio, secure, private_ip; /* private_ip: of the audio */
    struct addr at;                      /* of the audio; family 0: none */
};

/* Adds the codecs of a message's description to out ("PCMA, opus"), telephone-event and
 * CN left out. All false: it has none. */
struct sdp_kind peer_codecs(struct exam *e, const struct msg *m, struct strbuf *out);

/* Adds the codecs that the peer (its IP) answered with in one of the calls before.
 * Returns false where none is known. */
bool peer_accepts(struct exam *e, const struct addr *peer, struct strbuf *out);

/* A call before this one to the same next hop that was answered; NULL: none. */
const struct call *peer_good_call(const struct exam *e);

#endif
