/** Parametric models as methods. */
#ifndef TN_FIT_PARAMETRIC_H
#define TN_FIT_PARAMETRIC_H
#include "tenure/fit.h"
#include "tenure/parametric.h"

/** The family of a parametric method. */
tn_parametric_family_t tn_fit_family(tn_fit_method_t method);
#endif
