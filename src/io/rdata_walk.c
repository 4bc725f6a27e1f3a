/* What an item is made of. Pairs go on in a loop, everything else by recursion of limited depth. */
#include "io/rdata_walk.h"

#include <string.h>

#include "base/mem.h"

#define MOST_DEPTH 400
#define MOST_TEXT  ((uint32_t)1 << 28)
#define MOST_NAME  10000 /* R's own limit */

/* Bytecode only: pairs that are shared are given a number, and have types of their own. */
enum {
    CODE_PAIR_ATTRIBUTES = 239,
    CODE_LANGUAGE_ATTRIBUTES = 240,
    CODE_REFERENCE = 243,
    CODE_DEFINITION = 244
};

void tn_rdata_walk_free(tn_rdata_walk_t *self) { tn_free(self->seen); }

int tn_rdata_complain(const tn_rdata_walk_t *self, const char *what)
{
    return tn_error_set(self->err, TN_EINPUT, "%s: not a whole R data file: %s", self->name, what);
}

int tn_rdata_cut_off(const tn_rdata_walk_t *self)
{
    return tn_rdata_complain(self, "it is cut off or damaged");
}

int tn_rdata_depth(const tn_rdata_walk_t *self, int depth)
{
    return depth > MOST_DEPTH ? tn_rdata_complain(self, "it is nested too deeply") : 0;
}

int tn_rdata_word(tn_rdata_walk_t *self, uint32_t *value)
{
    if (self->n - self->at < 4) return tn_rdata_cut_off(self);
    const unsigned char *b = self->bytes + self->at;
    *value = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    self->at += 4;
    return 0;
}

int tn_rdata_skip(tn_rdata_walk_t *self, size_t n, size_t size)
{
    if (n > (self->n - self->at) / size) return tn_rdata_cut_off(self);
    self->at += n * size;
    return 0;
}

/* 2^32 - 1 announces a long vector, which no file here can hold. */
int tn_rdata_length(tn_rdata_walk_t *self, size_t *n)
{
    uint32_t value = 0;
    const int ret = tn_rdata_word(self, &value);
    if (ret < 0) return ret;
    if (value > INT32_MAX) return tn_rdata_cut_off(self);
    *n = value;
    return 0;
}

int tn_rdata_count(tn_rdata_walk_t *self, size_t *n)
{
    const int ret = tn_rdata_length(self, n);
    return ret == 0 && *n > (self->n - self->at) / 4 ? tn_rdata_cut_off(self) : ret;
}

int tn_rdata_text(tn_rdata_walk_t *self, uint32_t *n)
{
    const int ret = tn_rdata_word(self, n);
    if (ret < 0 || *n == TN_R_NA_LENGTH) return ret;
    return *n > MOST_TEXT || *n > self->n - self->at ? tn_rdata_cut_off(self) : 0;
}

/* ---- symbols and references ---- */

static int remember(tn_rdata_walk_t *self, tn_rdata_name_t name)
{
    if (self->n_seen == self->capacity) {
        const size_t capacity = self->capacity == 0 ? 64 : 2 * self->capacity;
        tn_rdata_name_t *more = tn_realloc(self->seen, capacity, sizeof *more);
        if (more == NULL) return TN_ENOMEM;
        self->seen = more;
        self->capacity = capacity;
    }
    self->seen[self->n_seen++] = name;
    return 0;
}

static int new_symbol(tn_rdata_walk_t *self, tn_rdata_name_t *name)
{
    uint32_t flags = 0, n = 0;
    int ret = tn_rdata_word(self, &flags);
    if (ret == 0 && TN_R_TYPE(flags) != TN_R_CHARACTERS) ret = tn_rdata_cut_off(self);
    if (ret == 0) ret = tn_rdata_text(self, &n);
    if (ret < 0) return ret;
    const char *s = (const char *)self->bytes + self->at;
    if (n == 0 || n > MOST_NAME || memchr(s, 0, n) != NULL) return tn_rdata_cut_off(self);
    *name = (tn_rdata_name_t){.s = s, .n = n, .flags = flags};
    self->at += n;
    return remember(self, *name);
}

/* The number stands beside the type or, if it is large, after it. */
static int reference(tn_rdata_walk_t *self, uint32_t flags, tn_rdata_name_t *name)
{
    uint32_t index = flags >> 8;
    const int ret = index == 0 ? tn_rdata_word(self, &index) : 0;
    if (ret < 0) return ret;
    if (index == 0 || index > self->n_seen) return tn_rdata_cut_off(self);
    *name = self->seen[index - 1];
    return 0;
}

int tn_rdata_symbol(tn_rdata_walk_t *self, uint32_t flags, tn_rdata_name_t *name)
{
    if (flags == TN_R_SYMBOL) return new_symbol(self, name);
    if (TN_R_TYPE(flags) != TN_R_REFERENCE) return tn_rdata_cut_off(self);
    const int ret = reference(self, flags, name);
    return ret == 0 && name->n == 0 ? tn_rdata_cut_off(self) : ret;
}

/* ---- items ---- */

static int pass_n(tn_rdata_walk_t *self, size_t n, int depth)
{
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < n; i++)
        ret = tn_rdata_pass(self, depth);
    return ret;
}

static int pass_text(tn_rdata_walk_t *self)
{
    uint32_t n = 0;
    const int ret = tn_rdata_text(self, &n);
    return ret < 0 || n == TN_R_NA_LENGTH ? ret : tn_rdata_skip(self, n, 1);
}

/* A namespace and its like: a word that is not used, then the texts that name it. */
static int pass_named(tn_rdata_walk_t *self, int depth)
{
    uint32_t ignored = 0;
    size_t n = 0;
    int ret = tn_rdata_word(self, &ignored);
    if (ret == 0) ret = tn_rdata_count(self, &n);
    if (ret == 0) ret = pass_n(self, n, depth);
    return ret == 0 ? remember(self, (tn_rdata_name_t){0}) : ret;
}

static int pass_environment(tn_rdata_walk_t *self, int depth)
{
    uint32_t is_locked = 0;
    int ret = remember(self, (tn_rdata_name_t){0});
    if (ret == 0) ret = tn_rdata_word(self, &is_locked);
    return ret == 0 ? pass_n(self, 4, depth) : ret; /* enclosure, frame, hash table, attributes */
}

/* Bytes of an element of a plain vector; 0: its elements are items; -1: no vector. */
static int element_size(unsigned type)
{
    switch (type) {
    case TN_R_LOGICAL:
    case TN_R_INTEGER: return 4;
    case TN_R_REAL: return 8;
    case TN_R_COMPLEX: return 16;
    case TN_R_RAW:
    case TN_R_SPECIAL:
    case TN_R_BUILTIN: return 1;
    case TN_R_STRINGS:
    case TN_R_LIST:
    case TN_R_EXPRESSION: return 0;
    default: return -1;
    }
}

static int pass_vector(tn_rdata_walk_t *self, size_t size, int depth)
{
    size_t n = 0;
    const int ret = size > 0 ? tn_rdata_length(self, &n) : tn_rdata_count(self, &n);
    if (ret < 0) return ret;
    return size > 0 ? tn_rdata_skip(self, n, size) : pass_n(self, n, depth);
}

static bool is_single(unsigned type)
{
    return type == 242 || type == 241 || (type >= 251 && type <= TN_R_NIL);
}

static bool is_pair(unsigned type)
{
    return type == TN_R_PAIRLIST || type == TN_R_LANGUAGE || type == TN_R_CLOSURE ||
           type == TN_R_PROMISE || type == TN_R_DOTS;
}

/* ---- bytecode ---- */

/* A pair of code: definition, attributes, tag; then its halves, each with a type before it. */
static int pass_code_pair(tn_rdata_walk_t *self, uint32_t type, int depth)
{
    uint32_t ignored = 0;
    int ret = tn_rdata_depth(self, depth);
    while (ret == 0) {
        if (type == CODE_REFERENCE) return tn_rdata_word(self, &ignored);
        if (type == CODE_DEFINITION) {
            ret = tn_rdata_word(self, &ignored);
            if (ret == 0) ret = tn_rdata_word(self, &type);
            if (ret < 0) return ret;
        }
        const bool has_attributes =
            type == CODE_PAIR_ATTRIBUTES || type == CODE_LANGUAGE_ATTRIBUTES;
        if (!has_attributes && type != TN_R_PAIRLIST && type != TN_R_LANGUAGE) {
            return tn_rdata_pass(self, depth + 1);
        }
        ret = pass_n(self, has_attributes ? 2 : 1, depth + 1);
        if (ret == 0) ret = tn_rdata_word(self, &type);
        if (ret == 0) ret = pass_code_pair(self, type, depth + 1);
        if (ret == 0) ret = tn_rdata_word(self, &type);
    }
    return ret;
}

static int pass_code(tn_rdata_walk_t *self, int depth)
{
    size_t n = 0;
    int ret = tn_rdata_depth(self, depth);
    if (ret == 0) ret = tn_rdata_pass(self, depth + 1); /* the instructions */
    if (ret == 0) ret = tn_rdata_count(self, &n);
    for (size_t i = 0; ret == 0 && i < n; i++) { /* the constants */
        uint32_t type = 0;
        ret = tn_rdata_word(self, &type);
        if (ret < 0) return ret;
        switch (type) {
        case TN_R_BYTECODE: ret = pass_code(self, depth + 1); break;
        case TN_R_PAIRLIST:
        case TN_R_LANGUAGE:
        case CODE_PAIR_ATTRIBUTES:
        case CODE_LANGUAGE_ATTRIBUTES:
        case CODE_REFERENCE:
        case CODE_DEFINITION: ret = pass_code_pair(self, type, depth + 1); break;
        default: ret = tn_rdata_pass(self, depth + 1);
        }
    }
    return ret;
}

/* ---- any item ---- */

static int pass_other(tn_rdata_walk_t *self, uint32_t flags, int depth)
{
    uint32_t ignored = 0;
    tn_rdata_name_t name;
    const unsigned type = TN_R_TYPE(flags);
    int ret = 0;
    switch (type) {
    case TN_R_SYMBOL: return tn_rdata_symbol(self, flags, &name);
    case TN_R_REFERENCE: return reference(self, flags, &name);
    case TN_R_CHARACTERS: return pass_text(self);
    case TN_R_ENVIRONMENT: return pass_environment(self, depth);
    case TN_R_ALTREP: return pass_n(self, 3, depth); /* class, state, attributes */
    case TN_R_PERSISTENT:
    case TN_R_NAMESPACE:
    case TN_R_PACKAGE: return pass_named(self, depth);
    case TN_R_POINTER: /* data.table keeps one */
        ret = remember(self, (tn_rdata_name_t){0});
        if (ret == 0) ret = pass_n(self, 2, depth);
        break;
    case TN_R_WEAK_REFERENCE: ret = remember(self, (tn_rdata_name_t){0}); break;
    case TN_R_BYTECODE:
        ret = tn_rdata_word(self, &ignored);
        if (ret == 0) ret = pass_code(self, depth);
        break;
    case TN_R_S4: break;
    default: return tn_rdata_cut_off(self);
    }
    return ret == 0 && (flags & TN_R_HAS_ATTRIBUTES) != 0 ? tn_rdata_pass(self, depth) : ret;
}

int tn_rdata_pass(tn_rdata_walk_t *self, int depth)
{
    uint32_t flags = 0;
    int ret = tn_rdata_depth(self, depth);
    if (ret < 0) return ret;
    for (;;) { /* along the pairs, whose end is any other item */
        ret = tn_rdata_word(self, &flags);
        if (ret < 0) return ret;
        if (!is_pair(TN_R_TYPE(flags))) break;
        size_t n = 1;
        if ((flags & TN_R_HAS_ATTRIBUTES) != 0) n++;
        if ((flags & TN_R_HAS_TAG) != 0) n++;
        ret = pass_n(self, n, depth + 1);
        if (ret < 0) return ret;
    }
    const unsigned type = TN_R_TYPE(flags);
    if (is_single(type)) return 0;
    const int size = element_size(type);
    if (size < 0) return pass_other(self, flags, depth + 1);
    ret = pass_vector(self, (size_t)size, depth + 1);
    return ret == 0 && (flags & TN_R_HAS_ATTRIBUTES) != 0 ? tn_rdata_pass(self, depth + 1) : ret;
}
