/** Text of users made safe for a terminal, and measured in columns. */
#ifndef TN_REPORT_TEXT_H
#define TN_REPORT_TEXT_H
#include <stddef.h>

#include "base/str.h"

/** Appends s with everything replaced that could steer a terminal or mislead the eye: control
 * characters and characters that change the direction of writing become '?', invalid UTF-8 U+FFFD,
 * line breaks and tabs a blank. */
void tn_text_append_safe(tn_text_t *self, const char *s);

/** Columns of the UTF-8 text: none for combining characters, two for wide ones. Invalid bytes count
 * one. */
int tn_text_columns(const char *s);

/** Bytes of the longest beginning of s that fills at most so many columns. */
size_t tn_text_cut(const char *s, int columns);
#endif
