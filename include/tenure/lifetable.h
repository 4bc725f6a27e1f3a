/** Mortality of whole populations by age and sex: two constants of a Gompertz law for each table.
 * Leaders die less often; the case multiplies the table (elite_multiplier). */
#ifndef TENURE_LIFETABLE_H
#define TENURE_LIFETABLE_H
#include <stdbool.h>
#include <stddef.h>

#include "tenure/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/** X(group, m69 of men, slope of men, m69 of women, slope of women). Fitted by tools/life-tables to
 *  the death rates in src/data/life_tables.csv at ages 45 to 84: United Nations, World Population
 *  Prospects 2024, years 2015-2020 (CC BY 3.0 IGO). The income groups are the World Bank's. */
#define TN_LIFETABLE_LIST(X)                                                                       \
    X("russia", 0.04479, 0.06489, 0.02103, 0.09356)                                                \
    X("high-income", 0.01980, 0.08915, 0.01144, 0.09769)                                           \
    X("upper-middle-income", 0.03030, 0.08905, 0.01763, 0.10309)                                   \
    X("lower-middle-income", 0.03900, 0.08292, 0.02879, 0.09083)                                   \
    X("low-income", 0.04526, 0.08211, 0.03470, 0.08903)

/** Hazard of death at exact age a (years): m69 exp(slope (a - 69)), per year. Good for ages 45 to
 *  84, within 8 % for men (13 % for low income), 26 % for women, worst at 45 to 49. */
typedef struct tn_lifetable {
    const char *name;  /**< group and sex, "russia-male" */
    double m69, slope; /**< 1/yr, 1/yr */
    bool is_female;
} tn_lifetable_t;

/** All tables: a group's men, its women, the next group. Static. */
TN_API const tn_lifetable_t *tn_lifetable_list(size_t *n);

/** The table of this name; NULL if there is none. */
TN_API const tn_lifetable_t *tn_lifetable_get(const char *name);

/** The table of a state by its Gleditsch-Ward number: that of the state itself (Russia), else that
 *  of its income group. NULL if the number is not known. */
TN_API const tn_lifetable_t *tn_lifetable_of(int gwcode, bool is_female);

#ifdef __cplusplus
}
#endif
#endif
