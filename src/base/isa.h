/** The instruction sets this build and this processor both have. */
#ifndef TN_BASE_ISA_H
#define TN_BASE_ISA_H
#include "tenure/forecast.h"

/** The best one. */
tn_isa_t tn_isa_best(void);
/** Whether isa (not AUTO) can run here. */
bool tn_isa_runs(tn_isa_t isa);
#endif
