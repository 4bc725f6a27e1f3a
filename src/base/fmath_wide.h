/** The array functions of fmath.h by instruction set: tn_exp_all_avx2 and the like. */
#ifndef TN_BASE_FMATH_WIDE_H
#define TN_BASE_FMATH_WIDE_H
#include <stddef.h>

#define TN_WIDE_NAME(name, isa) name##_##isa
#define TN_WIDE_JOIN(name, isa) TN_WIDE_NAME(name, isa)
#define TN_WIDE(name)           TN_WIDE_JOIN(name, TN_ISA)

#define TN_WIDE_DECLARE(isa)                                                                       \
    void tn_exp_all_##isa(size_t n, double *x);                                                    \
    void tn_log_all_##isa(size_t n, double *x);
TN_WIDE_DECLARE(baseline)
TN_WIDE_DECLARE(avx2)
TN_WIDE_DECLARE(avx512)
#undef TN_WIDE_DECLARE
#endif
