/* Faces on SLEEF. Idea: `cinz` variants give the same bits in scalar, SSE2, AVX and AVX-512 form.
 */
#include "base/fmath.h"

#include "base/fmath_wide.h"
#include "base/isa.h"

#include <sleef.h>

#define TN_VECTOR_SCALAR
#include "base/chance.h"

double tn_exp(double x) { return Sleef_cinz_expd1_u10purec(x); }

double tn_log(double x) { return Sleef_cinz_logd1_u10purec(x); }

void tn_exp_all(size_t n, double *x)
{
#ifdef TN_HAVE_AVX512
    if (tn_isa_runs(TN_ISA_AVX512)) {
        tn_exp_all_avx512(n, x);
        return;
    }
    if (tn_isa_runs(TN_ISA_AVX2)) {
        tn_exp_all_avx2(n, x);
        return;
    }
#endif
    tn_exp_all_baseline(n, x);
}

void tn_log_all(size_t n, double *x)
{
#ifdef TN_HAVE_AVX512
    if (tn_isa_runs(TN_ISA_AVX512)) {
        tn_log_all_avx512(n, x);
        return;
    }
    if (tn_isa_runs(TN_ISA_AVX2)) {
        tn_log_all_avx2(n, x);
        return;
    }
#endif
    tn_log_all_baseline(n, x);
}

double tn_log1p(double x) { return Sleef_log1pd1_u10purec(x); }

double tn_expm1(double x) { return Sleef_expm1d1_u10purec(x); }

double tn_chance(double y) { return y < SMALL_HAZARD ? chance_of_small(y) : 1.0 - tn_exp(-y); }

double tn_pow(double x, double y) { return Sleef_cinz_powd1_u10purec(x, y); }
