/** Texts of mixed encoding: what is not UTF-8 is read as Windows-1252. */
#ifndef TN_IO_LENIENT_H
#define TN_IO_LENIENT_H
#include "tenure/frame.h"

/** Where the n bytes are UTF-8 throughout, *out stays NULL. Else *out is a copy of *n_out bytes in
 *  UTF-8, and the lines of the bytes that were not go to frame->foreign_line.
 *  @return 0 or TN_ENOMEM; then the frame is to be freed. tn_free(*out). */
int tn_lenient_utf8(
    tn_frame_t *frame, const unsigned char *s, size_t n, unsigned char **out, size_t *n_out);
/** One text of n bytes into out, which has room for 3 n + 1. */
void tn_lenient_text(const char *s, size_t n, char *out);
#endif
