/*
 * Writes capture files: classic pcap (ns) while all frames have one link type, pcapng
 * when the name ends in .pcapng or link types differ. Written to a temporary name
 * beside the target and renamed by pcap_writer_close, so a full disk leaves no half
 * file.
 */
#ifndef CAPTURE_PCAP_WRITER_H
#define CAPTURE_PCAP_WRITER_H

#include "base/err.h"
#include "base/frame.h"

#include <stdbool.h>

struct pcap_writer;

/* force_ng: pcapng whatever the name. Returns 0 and *out, or -ERR_* and why. */
int pcap_writer_open(const char *path, bool force_ng, struct pcap_writer **out,
                     struct errmsg *why);

/* Who knows the names of interfaces, as struct view does: pcapng keeps them. */
void pcap_writer_names(struct pcap_writer *w,
                       const char *(*name)(void *ctx, uint16_t file,
                                           uint16_t interface),
                       void *ctx);

/* Adds a frame. Returns 0, or -ERR_IO with why (disk full, file size limit). */
int pcap_writer_add(struct pcap_writer *w, const struct frame *frame,
                    struct errmsg *why);

/* Writes what waits in memory to the file, and how large that is with it. Flushing
 * returns as pcap_writer_add does. */
int pcap_writer_flush(struct pcap_writer *w, struct errmsg *why);
uint64_t pcap_writer_size(const struct pcap_writer *w);

/* After a failure: gives up what is not in the file, which then ends with a whole frame
 * and may be closed. Returns how many frames these were. */
uint64_t pcap_writer_forget(struct pcap_writer *w);

/* Finishes and renames; on failure removes the temporary file. Frees w. */
int pcap_writer_close(struct pcap_writer *w, struct errmsg *why);

/* Gives up: removes the temporary file and frees w. NULL is fine. */
void pcap_writer_abort(struct pcap_writer *w);

#endif
