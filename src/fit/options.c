/* Which options belong to which method. */
#include <math.h>
#include <string.h>

#include "fit/fitting.h"

#define M(name) (1u << TN_FIT_##name)
#define PARAMETRIC                                                                                 \
    (M(EXPONENTIAL) | M(WEIBULL) | M(LOGNORMAL) | M(LOGLOGISTIC) | M(GOMPERTZ) | M(PIECEWISE))
#define REGRESSION (M(COX) | M(FINEGRAY) | PARAMETRIC | M(SPLITPOP) | M(LOGIT))

static const char *const WORDS[] = {
#define WORD(name, word, title) word,
    TN_FIT_METHOD_LIST(WORD)
#undef WORD
};

const char *tn_fit_method_name(tn_fit_method_t method)
{
    return (unsigned)method < TN_N_FIT_METHODS ? WORDS[method] : NULL;
}

int tn_fit_method_find(const char *name)
{
    for (int m = 0; m < TN_N_FIT_METHODS; m++) {
        if (strcmp(WORDS[m], name) == 0) return m;
    }
    return -1;
}

static int check_methods(const tn_fit_options_t *o, tn_error_t *err)
{
    const struct {
        const char *option;
        bool is_set;
        unsigned methods;
    } rule[] = {
        {"risk", o->risk != NULL, M(SPLITPOP)},
        {"cause", o->cause != NULL, ~M(CIF) & ~M(SPLITPOP) & ~M(LOGIT)},
        {"interval", o->has_interval, M(KM) | M(CIF) | M(COX) | M(FINEGRAY) | PARAMETRIC},
        {"ties", o->ties != TN_COX_EFRON, M(COX) | M(COMPARE)},
        {"robust", o->is_robust, M(KM) | M(COX) | PARAMETRIC | M(SPLITPOP) | M(LOGIT)},
        {"loglogistic", o->is_loglogistic, M(SPLITPOP)},
        {"ridge", o->ridge != 0.0, M(COX) | M(LOGIT)},
        {"rho", o->rho != 0.0, M(KM) | M(CIF)},
        {"cuts", o->n_cuts > 0, M(PIECEWISE) | M(COMPARE)},
        {"period", o->period != 0.0, M(LOGIT)},
        {"times", o->n_times > 0, ~0u},
        {"newdata", o->newdata != NULL, REGRESSION},
        {"residuals", o->wants_residuals, M(COX) | M(FINEGRAY) | PARAMETRIC},
        {"models", o->n_models > 0, M(COMPARE)},
        {"boot", o->n_boot > 0, M(COX)},
    };
    for (size_t i = 0; i < sizeof rule / sizeof rule[0]; i++) {
        if (rule[i].is_set && (rule[i].methods >> o->method & 1u) == 0) {
            return tn_error_set(err, TN_EARG, "option '--%s' does not belong to %s", rule[i].option,
                WORDS[o->method]);
        }
    }
    return 0;
}

static int check_values(const tn_fit_options_t *o, tn_error_t *err)
{
    if (!(o->level > 0.0 && o->level < 1.0)) {
        return tn_error_set(err, TN_EARG, "level %g is not between 0 and 1", o->level);
    }
    if (!(o->ridge >= 0.0 && isfinite(o->ridge))) {
        return tn_error_set(err, TN_EARG, "ridge %g is not a number from 0", o->ridge);
    }
    if (!(o->period >= 0.0 && isfinite(o->period))) {
        return tn_error_set(err, TN_EARG, "period %g is not a positive number", o->period);
    }
    if (!isfinite(o->rho)) return tn_error_set(err, TN_EARG, "rho is not a number");
    for (int i = 0; i < o->n_times; i++) {
        if (!(o->times[i] >= 0.0 && isfinite(o->times[i]))) {
            return tn_error_set(err, TN_EARG, "time %g is not a number from 0", o->times[i]);
        }
    }
    for (int i = 0; i < o->n_cuts; i++) {
        if (!(o->cuts[i] > (i > 0 ? o->cuts[i - 1] : 0.0) && isfinite(o->cuts[i]))) {
            return tn_error_set(err, TN_EARG, "cuts must be positive and ascending");
        }
    }
    for (int i = 0; i < o->n_models; i++) {
        const tn_fit_method_t m = o->models[i];
        if ((unsigned)m >= TN_N_FIT_METHODS || ((M(COX) | PARAMETRIC) >> m & 1u) == 0) {
            return tn_error_set(err, TN_EARG,
                "model '%s' cannot be compared, expected cox, "
                "exponential, weibull, lognormal, loglogistic, gompertz or piecewise",
                (unsigned)m < TN_N_FIT_METHODS ? WORDS[m] : "?");
        }
    }
    return 0;
}

int tn_fit_check(const tn_fit_options_t *opt, tn_error_t *err)
{
    if ((unsigned)opt->method >= TN_N_FIT_METHODS) {
        return tn_error_set(err, TN_EARG, "unknown method");
    }
    if (opt->n_formulas < 1 || (opt->n_formulas > 1 && opt->method != TN_FIT_COMPARE)) {
        return tn_error_set(err, TN_EARG, "%d formulas, expected one", opt->n_formulas);
    }
    const int ret = check_methods(opt, err);
    return ret < 0 ? ret : check_values(opt, err);
}
