/*
 * Where streams are found: by addresses and SSRC, by SSRC alone, by addresses alone. In
 * the two last ones the newest is found, and the others by its links.
 */
#ifndef MODEL_STREAM_INDEX_H
#define MODEL_STREAM_INDEX_H

#include "model/rtp_stream.h"

struct stream_key {
    const struct addr *src, *dst;
    uint32_t ssrc;
    bool fax;
};

struct stream_index {
    struct hash by_key, by_ssrc, by_flow;
    uint64_t secret[2]; /* of the hash of by_key */
};

/* An empty index. */
void stream_index_init(struct stream_index *x);
void stream_index_done(struct stream_index *x);

/* The hash of a key, for the two below. */
uint64_t stream_index_hash(const struct stream_index *x, const struct stream_key *k);

/* The stream of a key; NULL: none. */
struct rtp_stream *stream_index_find(const struct stream_index *x,
                                     const struct stream_key *k, uint64_t hash);

/* Begins to load the stream that a packet with this hash most likely belongs to. The
 * slot should have been asked for before, by hash_prefetch(). */
void stream_index_fetch(const struct stream_index *x, uint64_t hash);

/* The newest stream with an SSRC; the others by ssrc_older. */
struct rtp_stream *stream_index_ssrc(const struct stream_index *x, uint32_t ssrc);

/* The newest stream between two addresses; the others by flow_older. */
struct rtp_stream *stream_index_flow(const struct stream_index *x,
                                     const struct addr *src, const struct addr *dst);

/* Takes a stream in; one that was stored gets no more packets and is not found by its
 * key. Returns false when memory is short. */
bool stream_index_add(struct stream_index *x, struct rtp_stream *n);

/* Takes it out. */
void stream_index_remove(struct stream_index *x, struct rtp_stream *n);

/* Bytes in use. */
size_t stream_index_memory(const struct stream_index *x);

#endif
