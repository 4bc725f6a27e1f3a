/* Faces on SLEEF. Idea: `cinz` variants give the same bits in scalar, SSE2, AVX and AVX-512 form.
 */
#include "base/fmath.h"

#include <sleef.h>

double tn_exp(double x) { return Sleef_cinz_expd1_u10purec(x); }

double tn_log(double x) { return Sleef_cinz_logd1_u10purec(x); }

#ifdef __SSE2__ /* every x86-64 */
void tn_exp_all(size_t n, double *x)
{
    size_t i = 0;
    for (; i + 2 <= n; i += 2)
        _mm_storeu_pd(x + i, Sleef_cinz_expd2_u10sse2(_mm_loadu_pd(x + i)));
    if (i < n) x[i] = tn_exp(x[i]);
}

void tn_log_all(size_t n, double *x)
{
    size_t i = 0;
    for (; i + 2 <= n; i += 2)
        _mm_storeu_pd(x + i, Sleef_cinz_logd2_u10sse2(_mm_loadu_pd(x + i)));
    if (i < n) x[i] = tn_log(x[i]);
}
#else
void tn_exp_all(size_t n, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = tn_exp(x[i]);
}

void tn_log_all(size_t n, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = tn_log(x[i]);
}
#endif

double tn_log1p(double x) { return Sleef_log1pd1_u10purec(x); }

double tn_expm1(double x) { return Sleef_expm1d1_u10purec(x); }

double tn_pow(double x, double y) { return Sleef_cinz_powd1_u10purec(x, y); }

void tn_sincospi(double x, double *sine, double *cosine)
{
    const Sleef_double_2 r = Sleef_cinz_sincospid1_u05purec(x);
    *sine = r.x;
    *cosine = r.y;
}
