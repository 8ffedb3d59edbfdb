/* The IP and UDP headers before an envelope that came through a socket: what is handed
 * on, and saved, is what a capture beside the listener would have had. */
#ifndef CAPTURE_HEP_PACKET_H
#define CAPTURE_HEP_PACKET_H

#include "dissect/slice.h"

#include <sys/socket.h>

/* Longest that hep_packet_header() writes. */
enum { HEP_PACKET_HEADER = 40 + 8 };

/* Writes the headers for an envelope from one address to another of the same family,
 * and returns their length. Lengths that do not fit in 16 bits are 0, as with large
 * segments left to a network card. */
size_t hep_packet_header(const struct sockaddr_storage *from,
                         const struct sockaddr_storage *to, struct slice envelope,
                         uint8_t out[HEP_PACKET_HEADER]);

#endif
