/** Which coefficient runs off to infinity, in the caller's columns. In standardised columns the
 * intercept runs along with the slope that does. */
#ifndef TN_SURVIVAL_SEPARATION_H
#define TN_SURVIVAL_SEPARATION_H
#include "survival/columns.h"

/** step := variance score, the step that Newton's method would take next; p numbers. */
void tn_separation_step(int p, const double *variance, const double *score, double *step);

/** The coefficient of an intercept and its columns with the largest step; only called worse than
 *  *largest, which it then replaces, together with *parameter := first + its index. step is in the
 *  caller's columns; slopes count by standard deviation, an intercept a tenth: where both run, the
 *  slope says more. */
void tn_separation_look(
    const tn_columns_t *columns, const double *step, int first, double *largest, int *parameter);
#endif
