/** Reference classes: leaders alike by regime, time in office and age, counted in the panel. */
#ifndef TN_MODEL_BASE_CLASS_H
#define TN_MODEL_BASE_CLASS_H
#include <stddef.h>

#include "tenure/case.h"

#define TN_CLASS_REGIMES 8 /* those of tn_regime_t, and unknown */
#define TN_CLASS_TENURES 5
#define TN_CLASS_AGES    4
#define TN_CLASS_ANY     (-1)

/** A class; each of the three may be TN_CLASS_ANY. */
typedef struct tn_base_class_key {
    int regime, tenure, age;
} tn_base_class_key_t;

/** What the panel holds of a class. */
typedef struct tn_base_class {
    size_t n_spells, n_months;
    size_t n_exits[TN_N_ROUTES];
} tn_base_class_t;

typedef struct tn_base_classes {
    tn_base_class_t cell[TN_CLASS_REGIMES + 1][TN_CLASS_TENURES + 1][TN_CLASS_AGES + 1];
} tn_base_classes_t;

/** The class of a key; the last row of each dimension is "any". */
tn_base_class_t *tn_base_class(tn_base_classes_t *self, tn_base_class_key_t key);
const tn_base_class_t *tn_base_class_const(const tn_base_classes_t *self, tn_base_class_key_t key);

/** The narrowest class of a leader. @param regime  tn_regime_t.  @param age  NaN: not known. */
tn_base_class_key_t tn_base_class_of(int regime, double years_in_office, double age);
/** The narrowest class with at least TN_CLASS_FEWEST spells, from `key` outwards: age is dropped
 * first, then time in office, then the regime. */
tn_base_class_key_t tn_base_class_enough(const tn_base_classes_t *self, tn_base_class_key_t key);
/** The next wider class; of all leaders, itself. */
tn_base_class_key_t tn_base_class_wider(tn_base_class_key_t key);
#define TN_CLASS_FEWEST 10

/** "leaders of personalist regimes, 20 or more years in office, 65 to 74 years old"; in buf. */
const char *tn_base_class_text(tn_base_class_key_t key, char *buf, size_t size);
/** "personal"; "unknown" for the last. */
const char *tn_base_regime_name(int regime);
/** "10-19 years"; "65-74". */
const char *tn_base_tenure_name(int tenure);
const char *tn_base_age_name(int age);

/** Exits by any route. */
size_t tn_base_class_exits(const tn_base_class_t *self);
/** Yearly rate of n events in n_months leader-months with exact Poisson limits (Garwood 1936). */
void tn_base_rate(size_t n_events, size_t n_months, double level, double rate[3]);
#endif
