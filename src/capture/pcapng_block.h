/* pcapng blocks (draft-ietf-opsawg-pcapng): their numbers, and writing them. */
#ifndef CAPTURE_PCAPNG_BLOCK_H
#define CAPTURE_PCAPNG_BLOCK_H

#include "base/frame.h"

#include <stddef.h>
#include <stdint.h>

enum pcapng_block_type {
    PCAPNG_SHB = 0x0a0d0d0a, /* section header */
    PCAPNG_IDB = 1,          /* interface description */
    PCAPNG_PB = 2,           /* packet, obsolete */
    PCAPNG_SPB = 3,          /* simple packet */
    PCAPNG_NRB = 4,          /* name resolution */
    PCAPNG_ISB = 5,          /* interface statistics */
    PCAPNG_EPB = 6,          /* enhanced packet */
    PCAPNG_DSB = 10,         /* decryption secrets */
};

enum { PCAPNG_MAGIC = 0x1a2b3c4d, PCAPNG_EPB_HEADER = 28, PCAPNG_EPB_MORE = 40 };

/* Room for any block without packet data that is written here. */
enum { PCAPNG_SMALL = 64 };

/* Each writes a block in this machine's byte order and returns its length. */
size_t pcapng_block_section(uint8_t out[PCAPNG_SMALL]);

/* An interface of this link type with times in ns. */
size_t pcapng_block_interface(uint8_t out[PCAPNG_SMALL], uint32_t link);

/*
 * An EPB comes in three parts: head (PCAPNG_EPB_HEADER bytes), the frame's data, and
 * the tail: padding, epb_packetid with the frame's number, length. Returns the tail's
 * length; *total is that of the block.
 */
size_t pcapng_block_frame(uint8_t head[PCAPNG_EPB_HEADER], uint8_t tail[PCAPNG_SMALL],
                          const struct frame *frame, uint32_t interface, size_t *total);

#endif
