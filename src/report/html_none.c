/* A build without pages: their script and style were not made. */
#include <stddef.h>

extern const unsigned char tn_html_script_text[], tn_html_style_text[];
extern const size_t tn_html_script_size, tn_html_style_size;
const unsigned char tn_html_script_text[] = {0}, tn_html_style_text[] = {0};
const size_t tn_html_script_size = 0, tn_html_style_size = 0;
