/*
 * What is let in at the HEP listener: whole envelopes, with the key where one is asked
 * for. Pure: bytes in, an answer out.
 */
#ifndef CAPTURE_HEP_DOOR_H
#define CAPTURE_HEP_DOOR_H

#include "dissect/hep.h"

/* Longest envelope: its length has 16 bits. */
enum { HEP_DOOR_LONGEST = 65535 };

enum hep_door {
    HEP_DOOR_OPEN,
    HEP_DOOR_NOISE, /* no envelope, or one that contradicts itself */
    HEP_DOOR_KEY,   /* the key is missing or wrong; versions 1 and 2 have none */
};

/* Judges the bytes of a datagram, or what hep_door_cut() cut off. key NULL: none is
 * asked for. The time it takes says nothing of the key. */
enum hep_door hep_door_look(const char *key, struct slice envelope);

/* Length of the envelope at the start of a connection's bytes (version 3 alone goes
 * over TCP); 0: not whole yet; -1: no envelope begins there. */
int hep_door_cut(struct slice bytes);

#endif
