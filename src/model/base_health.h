/** Death: the life table of the leader's country and sex. */
#ifndef TN_MODEL_BASE_HEALTH_H
#define TN_MODEL_BASE_HEALTH_H
#include "data/panel.h"

/** Monthly hazard of death in a month, by the life table alone. Birth unknown: as at the usual age;
 * country unknown: as in upper-middle-income countries. */
double tn_base_mortality(const tn_known_t *known, int month);
#endif
