/* Whole files into memory, by doubling: the size that the system tells may be wrong. */
#include "io/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define CHUNK ((size_t)1 << 16)

static int read_stream(
    FILE *f, const char *path, size_t max_bytes, unsigned char **bytes, size_t *n, tn_error_t *err)
{
    size_t capacity = 0;
    for (;;) {
        if (capacity - *n < 2) {
            capacity = capacity == 0 ? CHUNK : 2 * capacity;
            unsigned char *more = tn_realloc(*bytes, capacity, 1);
            if (more == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
            *bytes = more;
        }
        *n += fread(*bytes + *n, 1, capacity - *n - 1, f);
        if (ferror(f)) return tn_error_set(err, TN_EIO, "%s: %s", path, strerror(errno));
        if (*n > max_bytes) {
            return tn_error_set(
                err, TN_EINPUT, "%s: larger than %zu bytes, the most read", path, max_bytes);
        }
        if (feof(f)) break;
    }
    (*bytes)[*n] = '\0';
    return 0;
}

int tn_file_read(
    const char *path, size_t max_bytes, unsigned char **bytes, size_t *n, tn_error_t *err)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    *bytes = NULL;
    *n = 0;
    FILE *f = is_stdin ? stdin : fopen(path, "rb");
    if (f == NULL) return tn_error_set(err, TN_EIO, "%s: %s", path, strerror(errno));
    const int ret = read_stream(f, path, max_bytes, bytes, n, err);
    if (!is_stdin) (void)fclose(f);
    if (ret < 0) {
        tn_free(*bytes);
        *bytes = NULL;
    }
    return ret;
}
