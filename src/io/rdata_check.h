/** Whether the lengths in an unpacked R data file fit its bytes. librdata takes them at their word.
 */
#ifndef TN_IO_RDATA_CHECK_H
#define TN_IO_RDATA_CHECK_H
#include "io/frame_read.h"

/** Walks R's serialisation (XDR) from end to end.
 *  @return 0; TN_EINPUT: cut off, no R data, text (ASCII) form, code, or nested beyond reason. */
int tn_rdata_check(const char *name, const unsigned char *bytes, size_t n, tn_error_t *err);
#endif
