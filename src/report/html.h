/** A page of HTML: one file that holds all it needs. Headline and tables are written here, from one
 * JSON document; the script in the page draws its charts from the same document. So nothing on a
 * page is computed twice, and a page can be read without running the script.
 *
 * A new kind of page is a row in the list of html_kinds.c; a kind that has none still gets a page
 * with all its members as tables. */
#ifndef TN_REPORT_HTML_H
#define TN_REPORT_HTML_H
#include <jansson.h>
#include <stdio.h>

#include "report/number.h"
#include "tenure/report.h"

/** What to put on the page. */
typedef struct tn_html_page {
    const char *kind;  /* "forecast": the schema's name between "tenure-" and "/" */
    const char *title; /* one line */
    json_t *data;      /* the JSON document of the command; borrowed */
    json_t *more;      /* further members for the page, an object or NULL; borrowed */
} tn_html_page_t;

/** 0, or TN_EINPUT with what is missing and how to get it: a build may be without pages. */
TN_MUST_CHECK int tn_html_check(tn_error_t *err);

/** Writes the page. Same document, same bytes.
 *  @return 0; TN_EINPUT (see above), TN_ENOMEM, TN_EIO. */
TN_MUST_CHECK int tn_html_write(const tn_html_page_t *page, FILE *out, tn_error_t *err);

/** How a value of the document is shown. */
typedef enum tn_html_cell {
    TN_CELL_AUTO,    /* by its type: text as it is, numbers to four digits */
    TN_CELL_PERCENT, /* 0.0812: 8.1 % */
    TN_CELL_ERROR,   /* a standard error, shown as half of a 95 % interval in points: ± 0.4 */
    TN_CELL_POINTS,  /* a difference of probabilities: +0.8 */
    TN_CELL_RATE,    /* per year, in percent */
    TN_CELL_NUMBER,  /* four digits */
    TN_CELL_SPAN     /* a text such as 52w: 52 weeks */
} tn_html_cell_t;

#define TN_HTML_COLUMNS 10

typedef struct tn_html_column {
    const char *key; /* of a member of the row; from "/" on: path from the document's root, with '#'
                        for the row's number */
    const char *head;
    tn_html_cell_t cell;
} tn_html_column_t;

/** A heading with its charts and one table; without title it goes on with the section before. */
typedef struct tn_html_section {
    const char *id, *title, *lead;
    const char *charts;  /* names of charts, with blanks between; NULL: none */
    const char *caption; /* of the table; NULL: no table */
    const char *path;    /* of the rows, from the root: "data/exit"; several with '|' */
    tn_html_column_t column[TN_HTML_COLUMNS];
} tn_html_section_t;

typedef struct tn_html_kind {
    const char *kind;
    void (*head)(FILE *out, json_t *root); /* headline and cards; NULL: title only */
    const tn_html_section_t *section;
    size_t n_sections;
    void (*tail)(FILE *out, json_t *root); /* after the sections; may be NULL */
} tn_html_kind_t;

extern const tn_html_kind_t tn_html_forecast_kind, tn_html_tables_kind, tn_html_base_kind,
    tn_html_score_kind, tn_html_backtest_kind, tn_html_compare_kind, tn_html_explain_kind;

/* What the parts of the writer share. */

/** Text with everything escaped that could be markup; control characters and overrides of the
 * direction of writing become U+FFFD; NULL writes nothing. */
void tn_html_text(FILE *out, const char *text);
/** Member at a path such as "data/exit/0/p"; NULL if there is none. */
json_t *tn_html_at(json_t *root, const char *path);
/** Number at a path, NAN if there is none. */
double tn_html_number(json_t *root, const char *path);
/** Text at a path, NULL if there is none. */
const char *tn_html_string(json_t *root, const char *path);
/** A number with four significant digits, whole numbers whole. */
void tn_html_plain(char text[TN_NUMBER_SIZE], double value);
/** An id such as mass_protest in words: mass protest. */
void tn_html_words(FILE *out, const char *id);
/** A time such as "52w" in words: 52 weeks; another text as it is. */
void tn_html_span(FILE *out, const char *text);
/** A value as the page shows it, inside <data value="..."> if it is a number. */
void tn_html_value(FILE *out, json_t *value, json_t *se, tn_html_cell_t cell);
/** Whether there is anything at one of the paths of a section; true if it names none. */
bool tn_html_has(json_t *root, const tn_html_section_t *section);
/** One section of a page. */
void tn_html_section(FILE *out, json_t *root, const tn_html_section_t *section);
/** An array of objects as a table of that name, with the keys of the first as heads. */
void tn_html_rows(FILE *out, const char *name, json_t *rows);
/** Any JSON object as tables, for members that no section names. */
void tn_html_members(FILE *out, json_t *object);
/** Texts as a list of that class; nothing if there are none. */
void tn_html_list(FILE *out, json_t *texts, const char *class);
/** The end of a page of tables: its notes, then every member that is no table. */
void tn_html_manifest(FILE *out, json_t *root);
/** Compact JSON in ASCII that cannot end a script element. -1 if it cannot be written. */
int tn_html_json(FILE *out, json_t *value);

/** What a page of a forecast holds beyond the forecast: the case and the weekly curves. NULL if out
 * of memory. */
json_t *tn_html_forecast_more(const tn_forecast_t *f);
#endif
