/** Scalars as YAML that reads back to the same text and the same number. */
#ifndef TN_IO_YAML_WRITE_H
#define TN_IO_YAML_WRITE_H
#include <stdio.h>

/** Plain where that is safe inside {} and [], else in double quotation marks with escapes. */
void tn_yaml_write_text(FILE *out, const char *text);
/** Shortest decimal that reads back to the same double. */
void tn_yaml_write_number(FILE *out, double value);
#endif
