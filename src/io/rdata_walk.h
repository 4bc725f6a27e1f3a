/** R's serialisation in binary form (XDR), item by item: R Internals 1.8 and R's serialize.c. */
#ifndef TN_IO_RDATA_WALK_H
#define TN_IO_RDATA_WALK_H
#include <stdbool.h>
#include <stdint.h>

#include "io/frame_read.h"

/** Types of items: the low byte of the word they begin with. */
enum {
    TN_R_SYMBOL = 1,
    TN_R_PAIRLIST = 2,
    TN_R_CLOSURE = 3,
    TN_R_ENVIRONMENT = 4,
    TN_R_PROMISE = 5,
    TN_R_LANGUAGE = 6,
    TN_R_SPECIAL = 7,
    TN_R_BUILTIN = 8,
    TN_R_CHARACTERS = 9,
    TN_R_LOGICAL = 10,
    TN_R_INTEGER = 13,
    TN_R_REAL = 14,
    TN_R_COMPLEX = 15,
    TN_R_STRINGS = 16,
    TN_R_DOTS = 17,
    TN_R_LIST = 19,
    TN_R_EXPRESSION = 20,
    TN_R_BYTECODE = 21,
    TN_R_POINTER = 22,
    TN_R_WEAK_REFERENCE = 23,
    TN_R_RAW = 24,
    TN_R_S4 = 25,
    TN_R_ALTREP = 238, /**< a vector in another form than its elements */
    TN_R_PERSISTENT = 247,
    TN_R_NAMESPACE = 249,
    TN_R_PACKAGE = 250,
    TN_R_NIL = 254,
    TN_R_REFERENCE = 255
};
#define TN_R_IS_OBJECT      0x100u
#define TN_R_HAS_ATTRIBUTES 0x200u
#define TN_R_HAS_TAG        0x400u
#define TN_R_TYPE(flags)    ((flags)&0xFFu)

#define TN_R_NA_LENGTH UINT32_MAX /**< of the text NA */

/** A symbol's name; n is 0 for what has none and is counted with them (an environment, say). */
typedef struct tn_rdata_name {
    const char *s; /**< among the bytes walked, not terminated */
    size_t n;
    uint32_t flags; /**< of the text: its encoding */
} tn_rdata_name_t;

/** Zero-initialise but for the first four. */
typedef struct tn_rdata_walk {
    const char *name; /**< for messages */
    const unsigned char *bytes;
    size_t n;
    tn_error_t *err;
    size_t at;
    tn_rdata_name_t *seen; /**< what references number, from 1 */
    size_t n_seen, capacity;
} tn_rdata_walk_t;

void tn_rdata_walk_free(tn_rdata_walk_t *self);

/** All below: 0; TN_EINPUT with a message; TN_ENOMEM. */
int tn_rdata_complain(const tn_rdata_walk_t *self, const char *what);
int tn_rdata_cut_off(const tn_rdata_walk_t *self);

int tn_rdata_word(tn_rdata_walk_t *self, uint32_t *value);
int tn_rdata_skip(tn_rdata_walk_t *self, size_t n, size_t size);
/** Number of elements. */
int tn_rdata_length(tn_rdata_walk_t *self, size_t *n);
/** Number of items that follow. */
int tn_rdata_count(tn_rdata_walk_t *self, size_t *n);
/** Length of a text that lies ahead whole, or TN_R_NA_LENGTH. */
int tn_rdata_text(tn_rdata_walk_t *self, uint32_t *n);
/** A symbol or a reference to one, after its first word. */
int tn_rdata_symbol(tn_rdata_walk_t *self, uint32_t flags, tn_rdata_name_t *name);
/** Over one item of any kind, from its first word. */
int tn_rdata_pass(tn_rdata_walk_t *self, int depth);
/** Complains if depth is beyond reason. */
int tn_rdata_depth(const tn_rdata_walk_t *self, int depth);
#endif
