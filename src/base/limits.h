/* Bounds on what is kept; every one has a counter in the ledger. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

struct limits {
    uint32_t max_calls;    /* calls kept */
    uint32_t max_messages; /* messages kept of a call */
    size_t max_memory;     /* bytes of the model */
    size_t fragments;      /* bytes of IP fragments waiting */
    size_t tcp;            /* bytes of TCP segments waiting */
    size_t message;        /* longest SIP message */
};

#define LIMITS_DEFAULT                                                               \
    {                                                                                \
        .max_calls = 200000, .max_messages = 1000, .max_memory = (size_t)1 << 30,    \
        .fragments = (size_t)32 << 20, .tcp = (size_t)64 << 20, .message = 256 << 10 \
    }

#endif
