/** A page of text on a terminal: headings, paragraphs, bars. All text passes through here and is
 * made safe. */
#ifndef TN_REPORT_PAGE_H
#define TN_REPORT_PAGE_H
#include "tenure/report.h"

#define TN_PAGE_INDENT 2

/** ALERT is for what must not be overlooked. */
typedef enum tn_style {
    TN_STYLE_PLAIN,
    TN_STYLE_BOLD,
    TN_STYLE_DIM,
    TN_STYLE_ACCENT,
    TN_STYLE_ALERT
} tn_style_t;

typedef struct tn_page {
    FILE *out;
    int width;
    bool colour, unicode;
    bool failed; /* out of memory on the way */
    const char *plus_minus, *dash, *ellipsis;
} tn_page_t;

void tn_page_init(tn_page_t *self, const tn_report_options_t *opt, FILE *out);

/** A blank line, then a heading, and a remark beside it or, if there is no room, below it; remark
 * may be NULL. */
void tn_page_heading(tn_page_t *self, const char *title, const char *remark);

/** A paragraph, broken at blanks to the width of the page. */
void tn_page_paragraph(tn_page_t *self, tn_style_t style, const char *fmt, ...) TN_PRINTF(3, 4);

/** Text in a style; the text must be safe already. */
void tn_page_styled(tn_page_t *self, tn_style_t style, const char *text);

/** A bar of so many columns for a share of 0..1, in eighths of a column if the page speaks Unicode.
 * Nothing that is above zero is invisible. */
void tn_page_bar(tn_page_t *self, double share, int columns);

void tn_page_blanks(tn_page_t *self, int n);
#endif
