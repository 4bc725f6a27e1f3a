/** Whole files: written so that a reader, or a machine that loses power, sees all of the new one or
 * all of the old one. */
#ifndef TN_BASE_FILE_H
#define TN_BASE_FILE_H
#include "base/bytes.h"
#include "tenure/error.h"

/** Early: TN_EIO if there is something at the path that is no regular file. */
int tn_file_check(const char *path, tn_error_t *err);

/** Replaces the file: a temporary file beside it is written, flushed to the disk and renamed. What
 * is no regular file is left alone. @return 0, TN_ENOMEM, TN_EIO with the reason. */
int tn_file_save(const char *path, const tn_bytes_t *bytes, tn_error_t *err);

/** Reads all of a file of at most `most` bytes.
 *  @return 0; 1 if there is no such file; TN_EINPUT if it cannot be read or is larger; TN_ENOMEM.
 */
int tn_file_load(const char *path, size_t most, tn_bytes_t *bytes, tn_error_t *err);
#endif
