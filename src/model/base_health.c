#include "model/base_health.h"

#include <math.h>

#include "base/fmath.h"
#include "tenure/lifetable.h"

#define USUAL_AGE  58.0
#define OLDEST_AGE 100.0

double tn_base_mortality(const tn_known_t *known, int month)
{
    const tn_lifetable_t *table = tn_lifetable_of(known->gwcode, known->sex == TN_SEX_FEMALE);
    if (table == NULL) {
        table = tn_lifetable_get(known->sex == TN_SEX_FEMALE ? "upper-middle-income-female"
                                                             : "upper-middle-income-male");
    }
    const double age = isnan(known->born) ? USUAL_AGE : month / 12.0 - known->born;
    return table->m69 * tn_exp(table->slope * (fmin(age, OLDEST_AGE) - 69.0)) / 12.0;
}
