/** The question a forecast answers, in words: the same in every output. */
#ifndef TN_REPORT_QUESTION_H
#define TN_REPORT_QUESTION_H
#include "base/str.h"
#include "tenure/forecast.h"

/** One sentence: who, from when, within what, by which ways out; and what is assumed. */
void tn_question_write(tn_text_t *out, const tn_forecast_t *f);

/** Appends the names of the routes in the mask: "death, coup or regular". */
void tn_question_routes(tn_text_t *out, unsigned routes);
#endif
