/* Survival estimators on plain arrays: Kaplan-Meier by group, a Cox model.
 *   cc fit.c $(pkg-config --cflags --libs tenure) -lm && ./a.out */
#include <math.h>
#include <stdio.h>
#include <tenure.h>

/* remission of leukaemia, weeks (Freireich et al. 1963): 21 with 6-MP, 21 with placebo */
static const double weeks[] = {6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32,
    34, 35, 1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
static const int32_t relapse[] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
enum { N = sizeof weeks / sizeof weeks[0], N_TREATED = 21 };

static int print_medians(const tn_spells_t *spells, tn_error_t *err)
{
    static const char *const names[] = {"6-MP", "placebo"};
    const tn_km_options_t opt = TN_KM_OPTIONS_DEFAULT;
    const double half = 0.5;
    tn_km_t km;
    int ret = tn_km_fit(&km, spells, &opt, err);
    for (int s = 0; ret == 0 && s < 2; s++) {
        double median = NAN, low = NAN, high = NAN;
        ret = tn_km_quantile(&km, s, 1, &half, &median, &low, &high, err);
        if (ret == 0) printf("%-8s median %.1f weeks (from %.1f)\n", names[s], median, low);
    }
    tn_km_free(&km);
    return ret;
}

static int print_hazard_ratio(const tn_spells_t *spells, tn_error_t *err)
{
    const tn_cox_options_t opt = TN_COX_OPTIONS_DEFAULT;
    tn_cox_t cox;
    const int ret = tn_cox_fit(&cox, spells, &opt, err);
    if (ret < 0) return ret;
    if (cox.status != TN_FIT_CONVERGED) { /* a fit that cannot be relied on says so */
        printf("%s\n", tn_fit_status_text(cox.status));
    } else {
        printf("placebo against 6-MP: log hazard ratio %.4f (s.e. %.4f), ratio %.2f\n", cox.coef[0],
            sqrt(cox.vcov[0]), exp(cox.coef[0]));
    }
    tn_cox_free(&cox);
    return 0;
}

int main(void)
{
    tn_error_t err = {0};
    int32_t group[N];
    double placebo[N];
    for (int i = 0; i < N; i++) {
        group[i] = i >= N_TREATED;
        placebo[i] = group[i];
    }
    const tn_spells_t by_group = {
        .n = N, .exit = weeks, .cause = relapse, .n_causes = 1, .stratum = group, .n_strata = 2};
    const tn_spells_t with_covariate = {
        .n = N, .exit = weeks, .cause = relapse, .n_causes = 1, .x = placebo, .n_covariates = 1};
    int ret = print_medians(&by_group, &err);
    if (ret == 0) ret = print_hazard_ratio(&with_covariate, &err);
    if (ret < 0) fprintf(stderr, "%s\n", err.message[0] != '\0' ? err.message : tn_error_text(ret));
    return ret < 0 ? tn_error_exit_status(ret) : 0;
}
