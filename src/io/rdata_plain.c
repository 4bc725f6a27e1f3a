/* What of a file is written out: data frames, their columns, of those the levels and classes. */
#include "io/rdata_plain.h"

#include <iconv.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "io/lenient.h"
#include "io/rdata_number.h"
#include "io/rdata_walk.h"

/* Elements of sequences, which take three numbers in the file and all of them in memory: a million,
 * and what several beside one column of ordinary numbers may come to. */
#define MOST_ELEMENTS(n_bytes) (1e6 + 4.0 * (double)(n_bytes))
#define MOST_SCIPEN            400
#define IS_LATIN1              0x4000u /* of a text; on Windows it is that system's superset */
#define IS_UTF8                0x8000u

typedef struct plain {
    tn_rdata_walk_t in;
    tn_text_t *out;
    double sequences; /* elements of all sequences so far */
    iconv_t native;   /* to UTF-8, for texts that say nothing of their encoding */
    bool has_native;
} plain_t;

/* ---- writing ---- */

static void put_word(plain_t *self, uint32_t value)
{
    const char b[4] = {(char)(value >> 24), (char)(value >> 16), (char)(value >> 8), (char)value};
    tn_text_append(self->out, b, sizeof b);
}

static void put_real(plain_t *self, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_word(self, (uint32_t)(bits >> 32));
    put_word(self, (uint32_t)bits);
}

static void put_text(plain_t *self, const char *s, size_t n)
{
    put_word(self, TN_R_CHARACTERS);
    put_word(self, (uint32_t)n);
    tn_text_append(self->out, s, n);
}

static void put_na(plain_t *self)
{
    put_word(self, TN_R_CHARACTERS);
    put_word(self, TN_R_NA_LENGTH);
}

static bool by_native(plain_t *self, const char *s, size_t n, char *out, size_t *n_out)
{
    char *in = (char *)s, *to = out; /* iconv does not write there */
    size_t n_in = n, room = 4 * n;
    (void)iconv(self->native, NULL, NULL, NULL, NULL);
    const bool is_fine = iconv(self->native, &in, &n_in, &to, &room) != (size_t)-1 && n_in == 0;
    *n_out = (size_t)(to - out);
    return is_fine;
}

/** A text of the file in UTF-8: what neither its flags nor the file explain is taken for
 * Windows-1252. */
static int put_utf8(plain_t *self, uint32_t flags, const char *s, size_t n)
{
    bool is_ascii = true;
    for (size_t i = 0; is_ascii && i < n; i++)
        is_ascii = (unsigned char)s[i] < 0x80;
    const bool is_native = self->has_native && (flags & (IS_LATIN1 | IS_UTF8)) == 0;
    const bool is_fine =
        (flags & IS_LATIN1) == 0 && !is_native && n < INT32_MAX && tn_str_utf8_length(s, n) >= 0;
    if (is_ascii || is_fine) {
        put_text(self, s, n);
        return 0;
    }
    size_t n_out = 0;
    char *out = tn_malloc(4 * n + 1);
    if (out == NULL) return TN_ENOMEM;
    if (!is_native || !by_native(self, s, n, out, &n_out)) {
        tn_lenient_text(s, n, out);
        n_out = strlen(out);
    }
    put_text(self, out, n_out);
    tn_free(out);
    return 0;
}

/** A pair whose tag is the name; its value comes next. */
static int put_tag(plain_t *self, tn_rdata_name_t name)
{
    put_word(self, TN_R_PAIRLIST | TN_R_HAS_TAG);
    put_word(self, TN_R_SYMBOL);
    return put_utf8(self, name.flags, name.s, name.n);
}

/** Bytes that have just been walked over. */
static void put_walked(plain_t *self, size_t n)
{
    tn_text_append(self->out, (const char *)self->in.bytes + self->in.at - n, n);
}

static void take_back(plain_t *self, size_t to)
{
    if (self->out->n > to) self->out->n = to;
}

static uint32_t word_at(const char *s)
{
    const unsigned char *b = (const unsigned char *)s;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static double real_at(const char *s)
{
    const uint64_t bits = (uint64_t)word_at(s) << 32 | word_at(s + 4);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int real(plain_t *self, double *value)
{
    const int ret = tn_rdata_skip(&self->in, 1, 8);
    if (ret == 0) *value = real_at((const char *)self->in.bytes + self->in.at - 8);
    return ret;
}

/* ---- columns: *type is that of the vector written, 0 if the item is none ---- */

static int column(plain_t *self, int depth, bool has_kept, unsigned *type);

static int numbers(plain_t *self, unsigned type)
{
    const size_t size = type == TN_R_REAL ? 8 : 4;
    size_t n = 0;
    int ret = tn_rdata_length(&self->in, &n);
    if (ret == 0) ret = tn_rdata_skip(&self->in, n, size);
    if (ret < 0) return ret;
    put_word(self, type);
    put_word(self, (uint32_t)n);
    put_walked(self, n * size);
    return 0;
}

static int strings(plain_t *self)
{
    size_t n = 0;
    int ret = tn_rdata_count(&self->in, &n);
    if (ret < 0) return ret;
    put_word(self, TN_R_STRINGS);
    put_word(self, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        uint32_t flags = 0, length = 0;
        ret = tn_rdata_word(&self->in, &flags);
        if (ret == 0 && TN_R_TYPE(flags) != TN_R_CHARACTERS) ret = tn_rdata_cut_off(&self->in);
        if (ret == 0) ret = tn_rdata_text(&self->in, &length);
        if (ret == 0 && length != TN_R_NA_LENGTH) {
            const char *s = (const char *)self->in.bytes + self->in.at;
            self->in.at += length;
            ret = put_utf8(self, flags, s, length);
        } else if (ret == 0) {
            put_na(self);
        }
        if (ret < 0) return ret;
    }
    return 0;
}

static bool is_whole_in(double x, double lo, double hi)
{
    return x >= lo && x <= hi && x == rint(x);
}

/* Number of elements, first, step. */
static int sequence(plain_t *self, unsigned type)
{
    uint32_t flags = 0;
    size_t three = 0;
    double n = 0.0, first = 0.0, step = 0.0;
    int ret = tn_rdata_word(&self->in, &flags);
    if (ret == 0) ret = tn_rdata_length(&self->in, &three);
    if (ret == 0 && (flags != TN_R_REAL || three != 3)) ret = tn_rdata_cut_off(&self->in);
    if (ret == 0) ret = real(self, &n);
    if (ret == 0) ret = real(self, &first);
    if (ret == 0) ret = real(self, &step);
    if (ret < 0) return ret;
    self->sequences += n;
    if (!(n >= 0.0 && self->sequences <= MOST_ELEMENTS(self->in.n))) {
        return tn_rdata_complain(&self->in, "a sequence is too long");
    }
    if (!is_whole_in(n, 0.0, INT32_MAX)) {
        return tn_rdata_complain(&self->in, "a sequence has no whole number of elements");
    }
    const double last = first + step * (n - 1.0);
    if (type == TN_R_INTEGER && n > 0.0 &&
        !(is_whole_in(first, -INT32_MAX, INT32_MAX) && is_whole_in(last, -INT32_MAX, INT32_MAX) &&
            is_whole_in(step, -INT32_MAX, INT32_MAX))) {
        return tn_rdata_cut_off(&self->in);
    }
    put_word(self, type);
    put_word(self, (uint32_t)n);
    for (int32_t i = 0; i < (int32_t)n; i++) {
        if (type == TN_R_INTEGER) {
            put_word(self, (uint32_t)(int32_t)(first + step * (double)i));
        } else {
            put_real(self, first + step * (double)i);
        }
    }
    return 0;
}

/** The first half of a state that is a pair; the second comes next. */
static int first_half(plain_t *self, int depth, unsigned *type)
{
    uint32_t flags = 0;
    const int ret = tn_rdata_word(&self->in, &flags);
    if (ret < 0) return ret;
    if (TN_R_TYPE(flags) != TN_R_PAIRLIST || (flags & (TN_R_HAS_ATTRIBUTES | TN_R_HAS_TAG)) != 0) {
        return tn_rdata_cut_off(&self->in);
    }
    return column(self, depth, false, type);
}

/** A vector, and what R knows of its order. */
static int wrapped(plain_t *self, int depth, unsigned *type)
{
    const int ret = first_half(self, depth, type);
    return ret == 0 ? tn_rdata_pass(&self->in, depth) : ret;
}

static void put_number(plain_t *self, double x, int scipen)
{
    char text[TN_RDATA_NUMBER_BYTES];
    put_text(self, text, tn_rdata_number(x, scipen, text));
}

/* R's NA among the reals is the NaN whose low word is 1954. */
static void put_texts_of(plain_t *self, unsigned type, const char *numbers, size_t n, int scipen)
{
    put_word(self, TN_R_STRINGS);
    put_word(self, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        const char *s = numbers + i * (type == TN_R_REAL ? 8 : 4);
        const double x = type == TN_R_REAL ? real_at(s) : (double)(int32_t)word_at(s);
        const bool is_na = type == TN_R_REAL ? isnan(x) && word_at(s + 4) == 1954 : x == INT32_MIN;
        if (is_na) {
            put_na(self);
        } else {
            put_number(self, x, type == TN_R_REAL ? scipen : MOST_SCIPEN);
        }
    }
}

/** as.character() of a vector of numbers, which R puts off: the numbers, and the option scipen. */
static int deferred(plain_t *self, int depth, unsigned *type)
{
    const size_t from = self->out->n;
    uint32_t flags = 0, scipen = 0;
    size_t one = 0;
    unsigned inner = 0;
    int ret = first_half(self, depth, &inner);
    if (ret == 0) ret = tn_rdata_word(&self->in, &flags);
    if (ret == 0) ret = tn_rdata_length(&self->in, &one);
    if (ret == 0 && (flags != TN_R_INTEGER || one != 1)) ret = tn_rdata_cut_off(&self->in);
    if (ret == 0) ret = tn_rdata_word(&self->in, &scipen);
    if (ret < 0 || self->out->failed) return ret < 0 ? ret : TN_ENOMEM;
    if (inner != TN_R_INTEGER && inner != TN_R_REAL) {
        take_back(self, from);
        return 0;
    }
    const size_t n = word_at(self->out->s + from + 4), n_bytes = self->out->n - from - 8;
    char *numbers = tn_malloc(n_bytes + 1);
    if (numbers == NULL) return TN_ENOMEM;
    memcpy(numbers, self->out->s + from + 8, n_bytes);
    take_back(self, from);
    const int32_t s = (int32_t)scipen;
    const int within = s > MOST_SCIPEN ? MOST_SCIPEN : s < -MOST_SCIPEN ? -MOST_SCIPEN : s;
    put_texts_of(self, inner, numbers, n, within);
    tn_free(numbers);
    *type = TN_R_STRINGS;
    return 0;
}

static bool is_named(tn_rdata_name_t name, const char *word)
{
    return name.n == strlen(word) && memcmp(name.s, word, name.n) == 0;
}

/* A pairlist of class, package and type; the state, whose form is the class's. */
static int alternative(plain_t *self, int depth, unsigned *type)
{
    uint32_t flags = 0, symbol = 0;
    tn_rdata_name_t class = {0};
    int ret = tn_rdata_depth(&self->in, depth);
    if (ret == 0) ret = tn_rdata_word(&self->in, &flags);
    if (ret == 0 && flags != TN_R_PAIRLIST) ret = tn_rdata_cut_off(&self->in);
    if (ret == 0) ret = tn_rdata_word(&self->in, &symbol);
    if (ret == 0) ret = tn_rdata_symbol(&self->in, symbol, &class);
    if (ret == 0) ret = tn_rdata_pass(&self->in, depth);
    if (ret < 0) return ret;
    if (is_named(class, "compact_intseq")) return sequence(self, *type = TN_R_INTEGER);
    if (is_named(class, "compact_realseq")) return sequence(self, *type = TN_R_REAL);
    if (is_named(class, "deferred_string")) return deferred(self, depth, type);
    const bool is_wrapped = class.n > 5 && memcmp(class.s, "wrap_", 5) == 0;
    return is_wrapped ? wrapped(self, depth, type) : tn_rdata_pass(&self->in, depth);
}

/* ---- attributes ---- */

/** What the attributes say of what they belong to. */
typedef struct kind {
    bool is_frame, has_names;
    bool is_matrix; /* of several columns, or an array */
} kind_t;

static bool holds(const char *strings, size_t n, const char *word)
{
    for (size_t i = 0, at = 0; i < n; i++) {
        const uint32_t length = word_at(strings + at + 4);
        const size_t n_bytes = length == TN_R_NA_LENGTH ? 0 : length;
        if (is_named((tn_rdata_name_t){.s = strings + at + 8, .n = n_bytes}, word)) return true;
        at += 8 + n_bytes;
    }
    return false;
}

/** One that is kept if it is made of texts. */
static int kept_attribute(
    plain_t *self, tn_rdata_name_t name, bool is_list, int depth, kind_t *kind)
{
    const size_t from = self->out->n;
    unsigned type = 0;
    int ret = put_tag(self, name);
    const size_t value = self->out->n;
    if (ret == 0) ret = column(self, depth, false, &type);
    if (ret < 0 || self->out->failed) return ret < 0 ? ret : TN_ENOMEM;
    const bool is_texts = type == TN_R_STRINGS;
    if (is_list && is_texts && is_named(name, "class")) {
        const char *s = self->out->s + value;
        kind->is_frame = holds(s + 8, word_at(s + 4), "data.frame");
    }
    if (is_texts && is_named(name, "names")) kind->has_names = true;
    if (!is_texts || (is_list && is_named(name, "class"))) take_back(self, from);
    return 0;
}

static int dimensions(plain_t *self, int depth, kind_t *kind)
{
    const size_t from = self->out->n;
    unsigned type = 0;
    const int ret = column(self, depth, false, &type);
    if (ret < 0 || self->out->failed) return ret < 0 ? ret : TN_ENOMEM;
    const char *dim = self->out->s + from + 4;
    kind->is_matrix = type != TN_R_INTEGER || word_at(dim) != 2 || word_at(dim + 8) != 1;
    take_back(self, from);
    return 0;
}

static bool is_kept(tn_rdata_name_t name, unsigned owner)
{
    return is_named(name, "class") || (owner == TN_R_LIST && is_named(name, "names")) ||
           (owner == TN_R_INTEGER && is_named(name, "levels"));
}

/** The attributes of the vector or list that is written from `from` on. */
static int attributes(plain_t *self, size_t from, bool has_kept, int depth, kind_t *kind)
{
    const size_t begin = self->out->n;
    if (self->out->failed) return TN_ENOMEM;
    const unsigned owner = TN_R_TYPE(word_at(self->out->s + from));
    uint32_t flags = 0, symbol = 0;
    tn_rdata_name_t name;
    int ret = tn_rdata_depth(&self->in, depth);
    while (ret == 0) {
        ret = tn_rdata_word(&self->in, &flags);
        if (ret < 0 || flags == TN_R_NIL) break;
        if (TN_R_TYPE(flags) != TN_R_PAIRLIST || (flags & TN_R_HAS_TAG) == 0 ||
            (flags & TN_R_HAS_ATTRIBUTES) != 0) {
            return tn_rdata_cut_off(&self->in);
        }
        ret = tn_rdata_word(&self->in, &symbol);
        if (ret == 0) ret = tn_rdata_symbol(&self->in, symbol, &name);
        if (ret < 0) break;
        if (has_kept && is_kept(name, owner)) {
            ret = kept_attribute(self, name, owner == TN_R_LIST, depth + 1, kind);
        } else if (has_kept && is_named(name, "dim")) {
            ret = dimensions(self, depth + 1, kind);
        } else {
            ret = tn_rdata_pass(&self->in, depth + 1);
        }
    }
    if (ret == 0 && self->out->failed) ret = TN_ENOMEM;
    if (ret == 0 && self->out->n > begin) {
        put_word(self, TN_R_NIL);
        self->out->s[from + 2] |= (char)(TN_R_HAS_ATTRIBUTES >> 8);
    }
    return ret;
}

static int column(plain_t *self, int depth, bool has_kept, unsigned *type)
{
    const size_t from = self->out->n, item = self->in.at;
    uint32_t flags = 0;
    kind_t kind = {0};
    *type = 0;
    int ret = tn_rdata_word(&self->in, &flags);
    if (ret < 0) return ret;
    switch (TN_R_TYPE(flags)) {
    case TN_R_LOGICAL:
    case TN_R_INTEGER:
    case TN_R_REAL: ret = numbers(self, *type = TN_R_TYPE(flags)); break;
    case TN_R_STRINGS:
        *type = TN_R_STRINGS;
        ret = strings(self);
        break;
    case TN_R_ALTREP:
        ret = alternative(self, depth + 1, type);
        if (ret == 0 && *type == 0) return tn_rdata_pass(&self->in, depth + 1);
        flags |= TN_R_HAS_ATTRIBUTES; /* or nil in their place */
        break;
    default: self->in.at = item; return tn_rdata_pass(&self->in, depth);
    }
    if (ret == 0 && (flags & TN_R_HAS_ATTRIBUTES) != 0)
        ret = attributes(self, from, has_kept, depth + 1, &kind);
    if (ret < 0 || !kind.is_matrix) return ret;
    take_back(self, from);
    *type = 0;
    return 0;
}

/* ---- data frames ---- */

/** A list with a class, after its first word; takes itself back if it is no data frame. A column
 * that is no vector of numbers, truth values or texts (a list, a matrix) is written without
 * elements. */
static int frame(plain_t *self, bool *is_frame)
{
    const size_t from = self->out->n;
    size_t n = 0;
    kind_t kind = {0};
    int ret = tn_rdata_count(&self->in, &n);
    put_word(self, TN_R_LIST | TN_R_IS_OBJECT);
    put_word(self, (uint32_t)n);
    for (size_t i = 0; ret == 0 && i < n; i++) {
        unsigned type = 0;
        ret = column(self, 1, true, &type);
        if (ret < 0 || type != 0) continue;
        put_word(self, TN_R_LOGICAL);
        put_word(self, 0);
    }
    if (ret == 0) ret = attributes(self, from, true, 1, &kind);
    if (ret < 0) return ret;
    *is_frame = kind.is_frame && kind.has_names;
    if (!*is_frame) take_back(self, from);
    return 0;
}

/** An object of the file: a data frame, or nothing is written. */
static int object(plain_t *self, bool *is_frame)
{
    const size_t item = self->in.at;
    uint32_t flags = 0;
    const uint32_t both = TN_R_IS_OBJECT | TN_R_HAS_ATTRIBUTES;
    const int ret = tn_rdata_word(&self->in, &flags);
    *is_frame = false;
    if (ret < 0) return ret;
    if (TN_R_TYPE(flags) == TN_R_LIST && (flags & both) == both) return frame(self, is_frame);
    self->in.at = item;
    return tn_rdata_pass(&self->in, 0);
}

static int named_objects(plain_t *self)
{
    for (;;) {
        const size_t from = self->out->n;
        uint32_t flags = 0, symbol = 0;
        tn_rdata_name_t name;
        bool is_frame = false;
        int ret = tn_rdata_word(&self->in, &flags);
        if (ret < 0) return ret;
        if (flags == TN_R_NIL) break;
        if (flags != (TN_R_PAIRLIST | TN_R_HAS_TAG)) return tn_rdata_cut_off(&self->in);
        ret = tn_rdata_word(&self->in, &symbol);
        if (ret == 0) ret = tn_rdata_symbol(&self->in, symbol, &name);
        if (ret == 0) ret = put_tag(self, name);
        if (ret == 0) ret = object(self, &is_frame);
        if (ret < 0) return ret;
        if (!is_frame) take_back(self, from);
    }
    put_word(self, TN_R_NIL);
    return 0;
}

static int single_object(plain_t *self)
{
    bool is_frame = false;
    const int ret = object(self, &is_frame);
    if (ret == 0 && !is_frame) put_word(self, TN_R_NIL);
    return ret;
}

/* ---- the file ---- */

/* Of version 3 only; R's own name of it. */
static int encoding(plain_t *self)
{
    uint32_t n = 0;
    char name[64];
    const int ret = tn_rdata_text(&self->in, &n);
    if (ret < 0) return ret;
    if (n == 0 || n >= sizeof name) return tn_rdata_cut_off(&self->in);
    memcpy(name, self->in.bytes + self->in.at, n);
    name[n] = '\0';
    self->in.at += n;
    if (strcmp(name, "UTF-8") == 0) return 0;
    self->native = iconv_open("UTF-8", name);
    self->has_native = self->native != (iconv_t)-1; /* NOLINT: as iconv says it failed */
    return self->has_native
               ? 0
               : tn_rdata_complain(&self->in, "its texts are in an encoding not known here");
}

/* What is written is of version 2, whose texts here are UTF-8. */
static void put_header(plain_t *self, bool has_names)
{
    static const char names[] = "RDX2\n", form[] = "X\n";
    if (has_names) tn_text_append(self->out, names, sizeof names - 1);
    tn_text_append(self->out, form, sizeof form - 1);
    put_word(self, 2);
    put_word(self, 0); /* versions of R: the writer's, the oldest reader's */
    put_word(self, 0);
}

static int header(plain_t *self, bool *has_names)
{
    tn_rdata_walk_t *in = &self->in;
    uint32_t version = 0;
    *has_names = in->n >= 5 && memcmp(in->bytes, "RDX", 3) == 0 && in->bytes[4] == '\n';
    if (*has_names) in->at = 5;
    const unsigned char *b = in->bytes + in->at;
    if (in->n - in->at >= 2 && memcmp(b, "A\n", 2) == 0) {
        return tn_rdata_complain(in, "it is in text form, save it with ascii = FALSE");
    }
    if (in->n - in->at < 2 || memcmp(b, "X\n", 2) != 0) {
        return tn_rdata_complain(in, "it does not begin as one");
    }
    in->at += 2;
    int ret = tn_rdata_word(in, &version);
    if (ret == 0) ret = tn_rdata_skip(in, 2, 4);
    if (ret < 0) return ret;
    if ((version != 2 && version != 3) || (*has_names && in->bytes[3] != '0' + version)) {
        return tn_rdata_complain(in, "a version that is not known");
    }
    put_header(self, *has_names);
    return version == 3 ? encoding(self) : 0;
}

int tn_rdata_plain(
    const char *name, const unsigned char *bytes, size_t n, tn_text_t *plain, tn_error_t *err)
{
    plain_t self = {.in = {.name = name, .bytes = bytes, .n = n, .err = err}, .out = plain};
    bool has_names = false;
    int ret = header(&self, &has_names);
    if (ret == 0) ret = has_names ? named_objects(&self) : single_object(&self);
    if (ret == 0 && self.in.at != n) ret = tn_rdata_complain(&self.in, "something follows its end");
    if (ret == 0 && plain->failed) ret = TN_ENOMEM;
    if (self.has_native) iconv_close(self.native);
    tn_rdata_walk_free(&self.in);
    return ret;
}
