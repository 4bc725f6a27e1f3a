/** Fields of CSV (RFC 4180). */
#ifndef TN_REPORT_CSV_H
#define TN_REPORT_CSV_H
#include <stdio.h>

/** Writes one field, quoted where it must be, with an apostrophe before what a spreadsheet would
 * take for a formula; NULL is an empty field. */
void tn_csv_put_field(FILE *out, const char *text);
#endif
