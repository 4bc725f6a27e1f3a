/** A forecast on paper: terminal table, JSON, CSV. Reads a forecast, computes nothing. */
#ifndef TENURE_REPORT_H
#define TENURE_REPORT_H
#include <stdbool.h>
#include <stdio.h>

#include "tenure/forecast.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tn_report_options {
    int width;                /**< columns of the terminal; 0: 80 */
    bool colour;              /**< ANSI colours */
    bool unicode;             /**< block characters for bars; otherwise '#' */
    const char *command_line; /**< for the manifest; NULL: left out */
} tn_report_options_t;

/** Words of ICD-203 for a probability ("unlikely"); "" below 1 % and above 99 %. Never NULL.
 *  Tie rule: an edge belongs to the higher class. */
TN_API const char *tn_icd203_words(double p);

TN_API TN_MUST_CHECK int tn_report_table(
    const tn_forecast_t *f, const tn_report_options_t *opt, FILE *out, tn_error_t *err);
/** JSON, schema "tenure-forecast/1" (docs/forecast.schema.json). */
TN_API TN_MUST_CHECK int tn_report_json(
    const tn_forecast_t *f, const tn_report_options_t *opt, FILE *out, tn_error_t *err);
/** Tidy CSV: quantity,view,route,horizon,date,item,estimate,std.error. */
TN_API TN_MUST_CHECK int tn_report_csv(
    const tn_forecast_t *f, const tn_report_options_t *opt, FILE *out, tn_error_t *err);
/** One page of HTML that holds all it needs and loads nothing: docs/pages.md.
 *  @return 0; TN_EINPUT if this build is without pages (see tn_pages_check), TN_ENOMEM, TN_EIO. */
TN_API TN_MUST_CHECK int tn_report_html(
    const tn_forecast_t *f, const tn_report_options_t *opt, FILE *out, tn_error_t *err);

/** Whether this build can write pages: 0, or TN_EINPUT and what is missing and how to get it. */
TN_API TN_MUST_CHECK int tn_pages_check(tn_error_t *err);
/** A page from the JSON document of any command, by its schema ("tenure-score/1").
 *  @param json  n bytes of JSON.
 *  @return 0; TN_EINPUT (no JSON object with a schema, or no pages in this build), TN_ENOMEM,
 *  TN_EIO. */
TN_API TN_MUST_CHECK int tn_pages_write(const char *json, size_t n, FILE *out, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
