/*
 * Parts of something longer that came out of order: IP fragments, TCP segments behind a
 * hole. They are kept sorted and never overlap: of bytes that come twice the first
 * count.
 */
#ifndef ENGINE_PIECES_H
#define ENGINE_PIECES_H

#include "base/vec.h"
#include "dissect/slice.h"

/* More pieces than this of one thing are a sign of an attack: pieces_add refuses. */
enum { PIECES_MAX = 2048 };

struct piece {
    uint64_t from; /* offset of its first byte */
    uint64_t frame;
    int64_t time;
    uint32_t n;
    uint8_t data[];
};

struct pieces {
    VEC(struct piece *) list; /* by offset; those before `head` are gone */
    size_t head;
    size_t bytes; /* of memory, with what keeps them */
};

/* What pieces_add found, as bits. */
enum {
    PIECES_NEW = 1,    /* bytes that were not there */
    PIECES_KNOWN = 2,  /* bytes that were there */
    PIECES_DIFFER = 4, /* ... with other values */
};

/* Frees what is held; it is then empty. */
void pieces_done(struct pieces *p);

/*
 * Copies the bytes that are missing between `from` and its end. Returns PIECES_* bits
 * (0: no bytes), or -ERR_NOMEM or -ERR_LIMIT with a part of them perhaps taken.
 * O(log pieces) to find, and O(PIECES_MAX) to insert at worst.
 */
int pieces_add(struct pieces *p, uint64_t from, struct slice bytes, uint64_t frame,
               int64_t time);

/* The first piece, NULL: none. */
struct piece *pieces_first(const struct pieces *p);

/* Takes the first piece out; the caller frees it with free(). NULL: none. */
struct piece *pieces_take(struct pieces *p);

/* Number of pieces, their bytes, and the offset behind the last (0: none). */
size_t pieces_count(const struct pieces *p);
size_t pieces_payload(const struct pieces *p);
uint64_t pieces_end(const struct pieces *p);

#endif
