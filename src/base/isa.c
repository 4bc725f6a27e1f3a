/* Asks the processor once per call; nothing is kept. */
#include "base/isa.h"

#ifdef TN_HAVE_AVX2
/** What the kernels of AVX2 and AVX-512 use besides: instructions on bits. */
static bool has_bit_instructions(void)
{
    return __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt");
}
#endif

bool tn_isa_runs(tn_isa_t isa)
{
#ifdef TN_HAVE_AVX512
    if (isa == TN_ISA_AVX512) {
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && has_bit_instructions();
    }
#endif
#ifdef TN_HAVE_AVX2
    if (isa == TN_ISA_AVX2) return __builtin_cpu_supports("avx2") && has_bit_instructions();
#endif
    return isa == TN_ISA_BASELINE;
}

tn_isa_t tn_isa_best(void)
{
    if (tn_isa_runs(TN_ISA_AVX512)) return TN_ISA_AVX512;
    return tn_isa_runs(TN_ISA_AVX2) ? TN_ISA_AVX2 : TN_ISA_BASELINE;
}
