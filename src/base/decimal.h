/** Doubles as text that reads back to the same double, with a decimal point under every locale. */
#ifndef TN_BASE_DECIMAL_H
#define TN_BASE_DECIMAL_H

#define TN_DECIMAL_SIZE 40

/** The shortest form of value with at most n_digits (1..17) significant digits that reads back to
 * the same double; with n_digits of them if none does. value must be finite. */
void tn_decimal_format(double value, int n_digits, char out[TN_DECIMAL_SIZE]);
#endif
