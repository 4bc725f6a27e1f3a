/** The data frames of an R data file, written out again in the plainest form there is, for
 * librdata: it takes lengths at their word, loses its place in what it does not know, counts
 * references otherwise than R, and knows few of R's compact vectors. */
#ifndef TN_IO_RDATA_PLAIN_H
#define TN_IO_RDATA_PLAIN_H
#include "base/str.h"
#include "io/frame_read.h"

/** Walks R's serialisation (XDR, versions 2 and 3) from end to end. What is written has the form of
 * the file (one object, or named ones); in it are the data frames, with vectors of numbers, truth
 * values and texts as columns, their levels and classes, and the names of the columns; compact
 * vectors are written in full, columns of another kind (lists, matrices) without elements,
 * everything else is nil.
 *  @param plain  zeroed; the caller's to tn_text_free, also after an error.
 *  @return 0; TN_EINPUT: cut off, no R data, text (ASCII) form, nested beyond reason; TN_ENOMEM. */
int tn_rdata_plain(
    const char *name, const unsigned char *bytes, size_t n, tn_text_t *plain, tn_error_t *err);
#endif
