#include "survival/separation.h"

#include <math.h>

void tn_separation_step(int p, const double *variance, const double *score, double *step)
{
    for (int j = 0; j < p; j++) {
        step[j] = 0.0;
        for (int k = 0; k < p; k++)
            step[j] += variance[(size_t)j * (size_t)p + (size_t)k] * score[k];
    }
}

void tn_separation_look(
    const tn_columns_t *columns, const double *step, int first, double *largest, int *parameter)
{
    for (int j = 0; j <= columns->p; j++) {
        const double size = fabs(step[j]) * (j == 0 ? 0.1 : columns->sd[j - 1]);
        if (!(size > *largest)) continue; /* NaN, too: no variance, no step */
        *largest = size;
        *parameter = first + j;
    }
}
