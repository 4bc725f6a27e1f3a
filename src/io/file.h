/** Whole files into memory. */
#ifndef TN_IO_FILE_H
#define TN_IO_FILE_H
#include <stddef.h>

#include "tenure/error.h"

/** Reads a regular file of at most max_bytes; "-" is standard input. tn_free(*bytes); it has a NUL
 *  behind it.
 *  @return 0; TN_EIO with the path and the reason; TN_EINPUT if it is larger; TN_ENOMEM. */
TN_MUST_CHECK int tn_file_read(
    const char *path, size_t max_bytes, unsigned char **bytes, size_t *n, tn_error_t *err);
#endif
