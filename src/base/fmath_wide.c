/* exp and log of arrays, compiled once per instruction set: SLEEF's deterministic functions give
 * the bits of their scalar form in every width. */
#include "base/fmath_wide.h"

#include <sleef.h>
#include <string.h>

#include "base/fmath.h"

#if defined(__AVX512F__)
#define WIDTH 8
#define VEXP  Sleef_cinz_expd8_u10avx512fnofma
#define VLOG  Sleef_cinz_logd8_u10avx512fnofma
#elif defined(__AVX__)
#define WIDTH 4
#define VEXP  Sleef_cinz_expd4_u10avx
#define VLOG  Sleef_cinz_logd4_u10avx
#elif defined(__SSE2__)
#define WIDTH 2
#define VEXP  Sleef_cinz_expd2_u10sse2
#define VLOG  Sleef_cinz_logd2_u10sse2
#else
#define WIDTH 1
#define VEXP  tn_exp
#define VLOG  tn_log
#endif

#if WIDTH > 1
typedef double vec_t __attribute__((vector_size(8 * WIDTH)));
#else
typedef double vec_t;
#endif

void TN_WIDE(tn_exp_all)(size_t n, double *x)
{
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        vec_t v;
        memcpy(&v, x + i, sizeof v);
        v = VEXP(v);
        memcpy(x + i, &v, sizeof v);
    }
    for (; i < n; i++)
        x[i] = tn_exp(x[i]);
}

void TN_WIDE(tn_log_all)(size_t n, double *x)
{
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        vec_t v;
        memcpy(&v, x + i, sizeof v);
        v = VLOG(v);
        memcpy(x + i, &v, sizeof v);
    }
    for (; i < n; i++)
        x[i] = tn_log(x[i]);
}
