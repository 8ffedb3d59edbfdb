/* Blocks of a pcapng file in this machine's byte order, for the writer and the spool.
 */
#ifndef CAPTURE_PCAPNG_WRITER_H
#define CAPTURE_PCAPNG_WRITER_H

#include "base/frame.h"
#include "base/strbuf.h"
#include "capture/pcapng_block.h"

/* Text that is no frame, in the spool: a block type for local use. */
#define PCAPNG_TEXT 0x80005347u

/* Bytes of an EPB before its data. */
enum { PCAPNG_EPB_HEAD = 28 };

/* Adds a section header. */
void pcapng_section(struct strbuf *b);

/* Adds an interface with nanosecond times; name may be NULL. */
void pcapng_interface(struct strbuf *b, uint32_t link, const char *name);

/*
 * Adds a frame as an enhanced packet block of interface `index`. numbered: with its
 * number as epb_packetid. Returns the offset of the frame's data from the start of the
 * block.
 */
size_t pcapng_packet(struct strbuf *b, uint32_t index, const struct frame *frame,
                     bool numbered);

/* Adds bytes as a PCAPNG_TEXT block. Returns the offset of the bytes from its start. */
size_t pcapng_text(struct strbuf *b, const void *bytes, size_t n);

#endif
