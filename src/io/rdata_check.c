/* R's serialisation, version 2 and 3: items of a type, with attributes and tags. Source: R
 * Internals 1.8, serialize.c's type numbers. */
#include "io/rdata_check.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MOST_DEPTH    64
#define MOST_ELEMENTS 5e7 /* of sequences: three numbers in the file, all of them in memory */

enum {
    SYMBOL = 1,
    PAIRLIST = 2,
    ENVIRONMENT = 4,
    LANGUAGE = 6,
    SPECIAL = 7,
    BUILTIN = 8,
    CHARACTERS = 9,
    LOGICAL = 10,
    INTEGER = 13,
    REAL = 14,
    COMPLEX = 15,
    STRINGS = 16,
    LIST = 19,
    EXPRESSION = 20,
    POINTER = 22, /* data.table keeps one */
    RAW = 24,
    S4 = 25,
    ALTREP = 238,
    REFERENCE = 255
};
#define HAS_ATTRIBUTES 0x200u
#define HAS_TAG        0x400u

typedef struct walk {
    const char *name;
    const unsigned char *bytes;
    size_t n, at;
    double sequences; /* elements of all sequences that are written as from, by, length */
    tn_error_t *err;
} walk_t;

static int item(walk_t *self, int depth);

static int complain(const walk_t *self, const char *what)
{
    return tn_error_set(self->err, TN_EINPUT, "%s: not a whole R data file: %s", self->name, what);
}

static int cut_off(const walk_t *self) { return complain(self, "it is cut off or damaged"); }

static int word(walk_t *self, uint32_t *value)
{
    if (self->n - self->at < 4) return cut_off(self);
    const unsigned char *b = self->bytes + self->at;
    *value = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    self->at += 4;
    return 0;
}

static int skip(walk_t *self, size_t n, size_t size)
{
    if (n > (self->n - self->at) / size) return cut_off(self);
    self->at += n * size;
    return 0;
}

/* Number of elements; 2^32 - 1 announces a long vector, which no file here can hold. */
static int length(walk_t *self, size_t *n)
{
    uint32_t value = 0;
    const int ret = word(self, &value);
    if (ret < 0) return ret;
    if (value > INT32_MAX) return cut_off(self);
    *n = value;
    return 0;
}

static int items(walk_t *self, size_t n, int depth)
{
    if (n > (self->n - self->at) / 4) return cut_off(self);
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < n; i++)
        ret = item(self, depth);
    return ret;
}

static int vector_of(walk_t *self, size_t size, int depth)
{
    size_t n = 0;
    const int ret = length(self, &n);
    if (ret < 0) return ret;
    return size > 0 ? skip(self, n, size) : items(self, n, depth);
}

static int characters(walk_t *self)
{
    uint32_t n = 0;
    const int ret = word(self, &n);
    if (ret < 0 || n == UINT32_MAX) return ret; /* NA */
    return n > INT32_MAX ? cut_off(self) : skip(self, n, 1);
}

/* Class, state, attributes. The state of 1:n is (n, 1, 1). */
static int alternative(walk_t *self, int depth)
{
    int ret = item(self, depth);
    const unsigned char *state = self->bytes + self->at;
    static const unsigned char three_reals[] = {0, 0, 0, REAL, 0, 0, 0, 3};
    if (ret == 0 && self->n - self->at >= 16 && memcmp(state, three_reals, 8) == 0) {
        uint64_t bits = 0;
        double n;
        for (int k = 8; k < 16; k++)
            bits = bits << 8 | state[k];
        memcpy(&n, &bits, sizeof n);
        self->sequences += n;
        if (!(n >= 0.0 && self->sequences <= MOST_ELEMENTS))
            return complain(self, "a sequence is too long");
        if (n != floor(n)) return complain(self, "a sequence has no whole number of elements");
    }
    return ret == 0 ? items(self, 2, depth) : ret;
}

/* Attributes, tag and value; the rest of the list is the next item of the caller's loop. */
static int pair(walk_t *self, uint32_t flags, int depth)
{
    int ret = 0;
    if ((flags & HAS_ATTRIBUTES) != 0) ret = item(self, depth);
    if (ret == 0 && (flags & HAS_TAG) != 0) ret = item(self, depth);
    return ret == 0 ? item(self, depth) : ret;
}

/* Bytes of an element of a plain vector; 0: its elements are items; -1: no vector. */
static int element_size(unsigned type)
{
    switch (type) {
    case LOGICAL:
    case INTEGER: return 4;
    case REAL: return 8;
    case COMPLEX: return 16;
    case RAW:
    case SPECIAL:
    case BUILTIN: return 1;
    case STRINGS:
    case LIST:
    case EXPRESSION: return 0;
    default: return -1;
    }
}

static bool is_single(unsigned type)
{
    return type == 242 || type == 241 || (type >= 251 && type <= 254);
}

static bool is_pair(unsigned type) { return type == PAIRLIST || type == LANGUAGE; }

static int other(walk_t *self, unsigned type, uint32_t flags, int depth)
{
    uint32_t ignored = 0;
    int ret = 0;
    switch (type) {
    case SYMBOL: return item(self, depth);
    case CHARACTERS: return characters(self);
    case REFERENCE: return flags >> 8 == 0 ? word(self, &ignored) : 0;
    case ENVIRONMENT: ret = word(self, &ignored); return ret < 0 ? ret : items(self, 4, depth);
    case ALTREP: return alternative(self, depth);
    case POINTER: ret = items(self, 2, depth); break;
    case S4: return (flags & HAS_ATTRIBUTES) != 0 ? item(self, depth) : 0;
    default:
        return tn_error_set(self->err, TN_EINPUT,
            "%s: holds an R object that is no data (type %u): save the data frame alone",
            self->name, type);
    }
    return ret == 0 && (flags & HAS_ATTRIBUTES) != 0 ? item(self, depth) : ret;
}

/* Flags that R never writes for this type, which readers take in different ways. */
static bool has_odd_flags(unsigned type, uint32_t flags)
{
    if (type == REFERENCE) return false; /* a number stands there */
    const bool is_bare = type == CHARACTERS || type == SYMBOL || type == ALTREP;
    return (flags & HAS_TAG) != 0 || (is_bare && (flags & HAS_ATTRIBUTES) != 0);
}

static int item(walk_t *self, int depth)
{
    uint32_t flags = 0;
    int ret = 0;
    if (depth > MOST_DEPTH) return complain(self, "it is nested too deeply");
    for (bool is_rest = false;; is_rest = true) { /* along a pairlist, whose end is nil */
        ret = word(self, &flags);
        if (ret < 0) return ret;
        const unsigned type = flags & 0xFFu;
        if (is_rest && type != 254 && !is_pair(type)) return cut_off(self);
        if (is_single(type)) return 0;
        if (!is_pair(type)) break;
        ret = pair(self, flags, depth + 1);
        if (ret < 0) return ret;
    }
    const unsigned type = flags & 0xFFu;
    if (has_odd_flags(type, flags)) return cut_off(self);
    const int size = element_size(type);
    if (size < 0) return other(self, type, flags, depth + 1);
    ret = vector_of(self, (size_t)size, depth + 1);
    const bool has_more = (flags & HAS_ATTRIBUTES) != 0 && type != SPECIAL && type != BUILTIN;
    return ret == 0 && has_more ? item(self, depth + 1) : ret;
}

static int header(walk_t *self)
{
    const unsigned char *b = self->bytes;
    if (self->n >= 5 && (memcmp(b, "RDX2\n", 5) == 0 || memcmp(b, "RDX3\n", 5) == 0)) self->at = 5;
    if (self->n - self->at >= 2 && memcmp(b + self->at, "A\n", 2) == 0)
        return complain(self, "it is in text form, save it with ascii = FALSE");
    if (self->n - self->at < 2 || memcmp(b + self->at, "X\n", 2) != 0)
        return complain(self, "it does not begin as one");
    self->at += 2;
    uint32_t version = 0, ignored = 0;
    size_t n = 0;
    int ret = word(self, &version);
    if (ret == 0) ret = word(self, &ignored);
    if (ret == 0) ret = word(self, &ignored);
    if (ret < 0) return ret;
    if (version != 2 && version != 3) return complain(self, "a version that is not known");
    if (version == 2) return 0;
    ret = length(self, &n); /* name of the encoding */
    return ret == 0 ? skip(self, n, 1) : ret;
}

int tn_rdata_check(const char *name, const unsigned char *bytes, size_t n, tn_error_t *err)
{
    walk_t walk = {.name = name, .bytes = bytes, .n = n, .err = err};
    int ret = header(&walk);
    if (ret == 0) ret = item(&walk, 0);
    return ret == 0 && walk.at != n ? complain(&walk, "something follows its end") : ret;
}
