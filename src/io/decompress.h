/** Packed bytes unpacked in memory: gzip, bzip2, xz. */
#ifndef TN_IO_DECOMPRESS_H
#define TN_IO_DECOMPRESS_H
#include <stddef.h>

#include "tenure/error.h"

/** Unpacks n bytes if their first bytes say that they are packed.
 *  @param out    the bytes, the caller's to tn_free; NULL if they are not packed.
 *  @return 0; TN_EINPUT (damaged, cut off, or more than 2 GiB); TN_ENOMEM. */
int tn_decompress(const unsigned char *bytes, size_t n, unsigned char **out, size_t *n_out);
#endif
