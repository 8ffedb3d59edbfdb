/* A growing array of any type: VEC(struct msg *) list; vec_push(&list, m). */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>

#define VEC(type)      \
    struct {           \
        type *at;      \
        size_t n, cap; \
    }

/* Makes room for `more` elements of `size` bytes. Returns false: no memory. */
bool vec_grow(void **at, size_t *cap, size_t n, size_t more, size_t size);

/* Room for k more elements; false when memory is short. */
#define vec_reserve(v, k)        \
    ((v)->n + (k) <= (v)->cap || \
     vec_grow((void **)&(v)->at, &(v)->cap, (v)->n, (k), sizeof *(v)->at))

/* Adds one element; false when memory is short. */
#define vec_push(v, element) \
    (vec_reserve((v), 1) ? ((v)->at[(v)->n++] = (element), true) : false)

/* Frees the array, not what its elements point to; it is then empty. */
#define vec_done(v) (vec_free((void **)&(v)->at, &(v)->n, &(v)->cap))
void vec_free(void **at, size_t *n, size_t *cap);

#endif
