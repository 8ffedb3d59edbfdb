/* One captured frame, as a source hands it on. */
#ifndef BASE_FRAME_H
#define BASE_FRAME_H

#include <stdint.h>

/* struct frame.offset where the bytes are not to be found in a file again. */
#define FRAME_NOWHERE UINT64_MAX

/* The bytes are valid until engine_feed() returns. */
struct frame {
    const uint8_t *data;
    uint32_t caplen;    /* bytes at data */
    uint32_t len;       /* bytes on the wire */
    int64_t time;       /* ns since 1970, UTC */
    uint32_t link;      /* LINKTYPE_ number */
    uint16_t file;      /* index of the source, from 0, in the order given */
    uint16_t interface; /* index in interface_name() of the trace; 0: the only one */
    uint64_t number;    /* of the frame in its source, from 1 */
    uint64_t offset;    /* of data in a plain file, or FRAME_NOWHERE */
};

#endif
