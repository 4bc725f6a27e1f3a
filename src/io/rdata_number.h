/** Numbers as R writes them into texts. */
#ifndef TN_IO_RDATA_NUMBER_H
#define TN_IO_RDATA_NUMBER_H
#include <stddef.h>

#define TN_RDATA_NUMBER_BYTES 400 /**< room for any of them */

/** R's as.character(): at most 15 significant digits, no more than are needed, in the shorter of
 * the fixed and the scientific notation. Source: R, formatReal() and scientific() in format.c.
 *  @param scipen  R's option: so much longer may the fixed notation be.
 *  @return length of the text. */
size_t tn_rdata_number(double x, int scipen, char text[TN_RDATA_NUMBER_BYTES]);
#endif
