#include "model/base_class.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>

#include "data/history.h"

#define MONTHS 12.0

static const double tenure_from[TN_CLASS_TENURES] = {0.0, 2.0, 5.0, 10.0, 20.0};
static const double age_from[TN_CLASS_AGES] = {0.0, 50.0, 65.0, 75.0};

static const char *const regime_name[TN_CLASS_REGIMES] = {"parliamentary", "presidential",
    "personal", "party", "military", "monarchy", "provisional", "unknown"};
static const char *const regime_text[TN_CLASS_REGIMES] = {"parliamentary democracies",
    "presidential democracies", "personalist regimes", "party regimes", "military regimes",
    "monarchies", "provisional and foreign governments", "countries of unknown regime"};
static const char *const tenure_name[TN_CLASS_TENURES] = {"0-1", "2-4", "5-9", "10-19", "20+"};
static const char *const tenure_text[TN_CLASS_TENURES] = {"less than 2 years in office",
    "2 to 4 years in office", "5 to 9 years in office", "10 to 19 years in office",
    "20 or more years in office"};
static const char *const age_name[TN_CLASS_AGES] = {"under 50", "50-64", "65-74", "75+"};
static const char *const age_text[TN_CLASS_AGES] = {
    "under 50 years old", "50 to 64 years old", "65 to 74 years old", "75 or more years old"};

const char *tn_base_regime_name(int regime)
{
    return regime >= 0 && regime < TN_CLASS_REGIMES ? regime_name[regime] : "any";
}

const char *tn_base_tenure_name(int tenure)
{
    return tenure >= 0 && tenure < TN_CLASS_TENURES ? tenure_name[tenure] : "any";
}

const char *tn_base_age_name(int age)
{
    return age >= 0 && age < TN_CLASS_AGES ? age_name[age] : "any";
}

const tn_base_class_t *tn_base_class_const(const tn_base_classes_t *self, tn_base_class_key_t key)
{
    return &self->cell[key.regime < 0 ? TN_CLASS_REGIMES : key.regime]
                      [key.tenure < 0 ? TN_CLASS_TENURES : key.tenure]
                      [key.age < 0 ? TN_CLASS_AGES : key.age];
}

tn_base_class_t *tn_base_class(tn_base_classes_t *self, tn_base_class_key_t key)
{
    return &self->cell[key.regime < 0 ? TN_CLASS_REGIMES : key.regime]
                      [key.tenure < 0 ? TN_CLASS_TENURES : key.tenure]
                      [key.age < 0 ? TN_CLASS_AGES : key.age];
}

static int band(const double *from, int n, double x)
{
    int k = n - 1;
    while (k > 0 && x < from[k])
        k--;
    return k;
}

tn_base_class_key_t tn_base_class_of(int regime, double years_in_office, double age)
{
    return (tn_base_class_key_t){.regime = regime == TN_REGIME_UNKNOWN ? TN_N_REGIMES : regime,
        .tenure = band(tenure_from, TN_CLASS_TENURES, years_in_office),
        .age = isnan(age) ? TN_CLASS_ANY : band(age_from, TN_CLASS_AGES, age)};
}

tn_base_class_key_t tn_base_class_wider(tn_base_class_key_t key)
{
    if (key.age != TN_CLASS_ANY) {
        key.age = TN_CLASS_ANY;
    } else if (key.tenure != TN_CLASS_ANY) {
        key.tenure = TN_CLASS_ANY;
    } else {
        key.regime = TN_CLASS_ANY;
    }
    return key;
}

tn_base_class_key_t tn_base_class_enough(const tn_base_classes_t *self, tn_base_class_key_t key)
{
    for (int k = 0; k < 3 && tn_base_class_const(self, key)->n_spells < TN_CLASS_FEWEST; k++)
        key = tn_base_class_wider(key);
    return key;
}

const char *tn_base_class_text(tn_base_class_key_t key, char *buf, size_t size)
{
    snprintf(buf, size, "%s%s%s%s%s%s", key.regime == TN_CLASS_ANY ? "all leaders" : "leaders of ",
        key.regime == TN_CLASS_ANY ? "" : regime_text[key.regime],
        key.tenure == TN_CLASS_ANY ? "" : ", ",
        key.tenure == TN_CLASS_ANY ? "" : tenure_text[key.tenure],
        key.age == TN_CLASS_ANY ? "" : ", ", key.age == TN_CLASS_ANY ? "" : age_text[key.age]);
    return buf;
}

size_t tn_base_class_exits(const tn_base_class_t *self)
{
    size_t n = 0;
    for (int r = 0; r < TN_N_ROUTES; r++)
        n += self->n_exits[r];
    return n;
}

void tn_base_rate(size_t n_events, size_t n_months, double level, double rate[3])
{
    const double years = (double)n_months / MONTHS, d = (double)n_events;
    const double tail = (1.0 - level) / 2.0;
    rate[0] = d / years;
    rate[1] = n_events == 0 ? 0.0 : gsl_cdf_gamma_Pinv(tail, d, 1.0) / years;
    rate[2] = gsl_cdf_gamma_Qinv(tail, d + 1.0, 1.0) / years;
}
