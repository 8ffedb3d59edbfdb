/* Telephone numbers and names of users, brought to a form in which they compare. */
#ifndef MODEL_NUMBER_H
#define MODEL_NUMBER_H

#include "dissect/slice.h"

enum { NUMBER_MAX = 40 };

/* A number without '+', international prefix and visual separators; or a name as it is.
 */
struct number {
    uint8_t n;
    bool digits; /* a telephone number of at least NUMBER_LONG digits */
    char p[NUMBER_MAX];
};

enum { NUMBER_LONG = 7 };

/* Reads the user part of a URI. Returns false where it is empty, too long or
 * "anonymous". */
bool number_read(struct slice user, struct number *out);

/* Hash of what is alike in all forms of a number (its last digits), or of the name. */
uint64_t number_hash(uint64_t seed, const struct number *a);

/*
 * The same subscriber: equal, or one national (with or without a trunk 0) and the other
 * international, with NUMBER_LONG digits in common. Names and short numbers: equal.
 */
bool number_same(const struct number *a, const struct number *b);

/* Says much by itself: a long number, or a name of some length. */
bool number_strong(const struct number *a);

#endif
