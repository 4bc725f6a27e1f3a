/* Three libraries behind one loop: a step takes what it can and gives what fits. */
#include "io/decompress.h"

#include <bzlib.h>
#include <limits.h>
#include <lzma.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

#define MOST_BYTES ((size_t)2 << 30)
#define CHUNK      ((size_t)1 << 20)
#define XZ_MEMORY  ((uint64_t)1 << 28)

typedef struct stream {
    z_stream gz;
    bz_stream bz;
    lzma_stream xz;
    enum { GZIP, BZIP2, XZ } kind;
    const unsigned char *in;
    size_t n_in;
    unsigned char *out;
    size_t n_out; /* room */
} stream_t;

static unsigned clip(size_t n) { return n > UINT_MAX ? UINT_MAX : (unsigned)n; }

static void *gz_alloc(void *opaque, unsigned n, unsigned size)
{
    (void)opaque;
    return tn_calloc(n, size);
}

static void gz_free(void *opaque, void *p)
{
    (void)opaque;
    tn_free(p);
}

static void *bz_alloc(void *opaque, int n, int size)
{
    (void)opaque;
    return tn_calloc((size_t)n, (size_t)size);
}

/* Each step: 1 the end, 0 go on, negative damaged or out of memory. */
static int gz_step(stream_t *s)
{
    s->gz.next_in = (unsigned char *)s->in; /* zlib does not write there */
    s->gz.avail_in = clip(s->n_in);
    s->gz.next_out = s->out;
    s->gz.avail_out = clip(s->n_out);
    const int ret = inflate(&s->gz, Z_NO_FLUSH);
    s->n_in -= (size_t)(s->gz.next_in - s->in);
    s->in = s->gz.next_in;
    s->n_out -= (size_t)(s->gz.next_out - s->out);
    s->out = s->gz.next_out;
    return ret == Z_STREAM_END ? 1 : ret == Z_OK ? 0 : ret == Z_MEM_ERROR ? TN_ENOMEM : TN_EINPUT;
}

static int bz_step(stream_t *s)
{
    s->bz.next_in = (char *)s->in; /* nor does bzip2 */
    s->bz.avail_in = clip(s->n_in);
    s->bz.next_out = (char *)s->out;
    s->bz.avail_out = clip(s->n_out);
    const unsigned before_in = s->bz.avail_in, before_out = s->bz.avail_out;
    const int ret = BZ2_bzDecompress(&s->bz);
    s->in += before_in - s->bz.avail_in;
    s->n_in -= before_in - s->bz.avail_in;
    s->out += before_out - s->bz.avail_out;
    s->n_out -= before_out - s->bz.avail_out;
    return ret == BZ_STREAM_END  ? 1
           : ret == BZ_OK        ? 0
           : ret == BZ_MEM_ERROR ? TN_ENOMEM
                                 : TN_EINPUT;
}

static int xz_step(stream_t *s)
{
    s->xz.next_in = s->in;
    s->xz.avail_in = s->n_in;
    s->xz.next_out = s->out;
    s->xz.avail_out = s->n_out;
    const lzma_ret ret = lzma_code(&s->xz, LZMA_RUN);
    s->in = s->xz.next_in;
    s->n_in = s->xz.avail_in;
    s->out = s->xz.next_out;
    s->n_out = s->xz.avail_out;
    return ret == LZMA_STREAM_END  ? 1
           : ret == LZMA_OK        ? 0
           : ret == LZMA_MEM_ERROR ? TN_ENOMEM
                                   : TN_EINPUT;
}

static int begin(stream_t *s)
{
    switch (s->kind) {
    case GZIP:
        s->gz.zalloc = gz_alloc;
        s->gz.zfree = gz_free;
        return inflateInit2(&s->gz, 15 + 16) == Z_OK ? 0 : TN_ENOMEM;
    case BZIP2:
        s->bz.bzalloc = bz_alloc;
        s->bz.bzfree = gz_free;
        return BZ2_bzDecompressInit(&s->bz, 0, 0) == BZ_OK ? 0 : TN_ENOMEM;
    default: return lzma_stream_decoder(&s->xz, XZ_MEMORY, 0) == LZMA_OK ? 0 : TN_ENOMEM;
    }
}

static void end(stream_t *s)
{
    switch (s->kind) {
    case GZIP: (void)inflateEnd(&s->gz); break;
    case BZIP2: (void)BZ2_bzDecompressEnd(&s->bz); break;
    default: lzma_end(&s->xz);
    }
}

static int step(stream_t *s)
{
    return s->kind == GZIP ? gz_step(s) : s->kind == BZIP2 ? bz_step(s) : xz_step(s);
}

/* Until the end, or until neither bytes come in nor go out: cut off. */
static int run(stream_t *s, unsigned char **out, size_t *n_out)
{
    size_t capacity = 0;
    for (;;) {
        if (s->n_out == 0) {
            if (capacity >= MOST_BYTES) return TN_EINPUT;
            const size_t more = capacity == 0 ? CHUNK : capacity;
            unsigned char *grown = tn_realloc(*out, capacity + more, 1);
            if (grown == NULL) return TN_ENOMEM;
            *out = grown;
            s->out = grown + capacity;
            s->n_out = more;
            capacity += more;
        }
        const size_t in = s->n_in, room = s->n_out;
        const int ret = step(s);
        *n_out = capacity - s->n_out;
        if (ret != 0) return ret < 0 ? ret : 0;
        if (s->n_in == in && s->n_out == room) return TN_EINPUT;
    }
}

int tn_decompress(const unsigned char *bytes, size_t n, unsigned char **out, size_t *n_out)
{
    stream_t s = {.in = bytes, .n_in = n, .xz = LZMA_STREAM_INIT};
    *out = NULL;
    *n_out = 0;
    if (n >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0) {
        s.kind = GZIP;
    } else if (n >= 3 && memcmp(bytes, "BZh", 3) == 0) {
        s.kind = BZIP2;
    } else if (n >= 6 && memcmp(bytes,
                             "\xFD"
                             "7zXZ\0",
                             6) == 0) {
        s.kind = XZ;
    } else {
        return 0;
    }
    int ret = begin(&s);
    if (ret < 0) return ret;
    ret = run(&s, out, n_out);
    end(&s);
    if (ret >= 0) return 0;
    tn_free(*out);
    *out = NULL;
    return ret;
}
