/** Numbers as text, with a decimal point whatever the locale, and no more digits than their error
 * supports. */
#ifndef TN_REPORT_NUMBER_H
#define TN_REPORT_NUMBER_H
#include <stdbool.h>

#include "tenure/forecast.h"

/** Long enough for all texts of this module. */
#define TN_NUMBER_SIZE 48

/** So many digits after the point; "-" if not finite; no "-0.0". */
void tn_number_fixed(char out[TN_NUMBER_SIZE], double value, int decimals);
/** The same with a sign, "+" too; zero has none. */
void tn_number_signed(char out[TN_NUMBER_SIZE], double value, int decimals);
/** 17 significant digits, which read back to the same double; "" if not finite. */
void tn_number_exact(char out[TN_NUMBER_SIZE], double value);

/** One digit before the point, so many after it, and an exponent: "1.23e-08"; "-" if not finite. */
void tn_number_exponent(char out[TN_NUMBER_SIZE], double value, int decimals);

/** Digits after the point that a standard error supports: its first digit counts; 0..most. A
 * missing or zero error supports `most`. */
int tn_number_decimals(double se, int most);

/** A standard error to its first digit, with `least` to `most` decimals and at least one unit of
 * the last; "?" if missing. */
void tn_number_error(char out[TN_NUMBER_SIZE], double se, int least, int most);

/** A probability in percent without the sign: "32.4", small ones with a second decimal: "0.31". */
void tn_number_percent(char out[TN_NUMBER_SIZE], tn_estimate_t e);
/** Its error in percent: "0.2", "0.04". */
void tn_number_percent_error(char out[TN_NUMBER_SIZE], tn_estimate_t e);
/** Any value with its error: "0.06 ±0.003"; pm is the plus-minus sign to use. */
void tn_number_value_error(char out[TN_NUMBER_SIZE], tn_estimate_t e, int most, const char *pm);

/** Rests on so few worlds (effective share below 0.1, and less than ten blocks' worth of them) that
 * errors between blocks say too little. */
bool tn_number_is_thin(double ess_share, int64_t n_worlds);
#endif
