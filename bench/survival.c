/* Survival estimators against R's packages on the same simulated data, in one run:
 *     bench_survival RSCRIPT-FILE [MOST-ROWS [TASK]]
 * Times count from unsorted arrays to results; R's from a data frame to results. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "bench.h"
#include "tenure.h"

#define N_COVARIATES 5
#define N_LEADERS    3400 /* spells of the world's leaders since 1875 */
#define N_REFITS     4000

typedef struct data {
    size_t n;
    double *exit, *x;
    int32_t *cause;
    tn_spells_t spells;
} data_t;

static void *allocate(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (p == NULL) exit(EXIT_FAILURE);
    return p;
}

/* Two causes with proportional hazards, a fourth censored; times to four decimals, so few ties. */
static void simulate(data_t *d, size_t n)
{
    *d = (data_t){.n = n};
    d->exit = allocate(n, sizeof *d->exit);
    d->x = allocate(n * N_COVARIATES, sizeof *d->x);
    d->cause = allocate(n, sizeof *d->cause);
    for (size_t i = 0; i < n; i++) {
        double z[8], u[4], eta = 0.0;
        tn_rng_normals(1, i, 0, 0, 1, 0, z);
        tn_rng_normals(1, i, 0, 0, 1, 1, z + 4);
        tn_rng_uniforms(1, i, 0, 0, 2, 0, u);
        for (size_t j = 0; j < N_COVARIATES; j++) {
            const double v = j == 1 ? (z[j] > 0.0) : z[j];
            d->x[j * n + i] = v;
            eta += 0.3 * v;
        }
        const double first = -log(u[0]) * exp(-eta), second = -log(u[1]) * 1.5;
        const double censored = -log(u[2]) * 2.0;
        const double t = fmin(fmin(first, second), censored);
        d->exit[i] = ceil(t * 1e4) / 1e4;
        d->cause[i] = t == censored ? 0 : t == first ? 1 : 2;
    }
    d->spells = (tn_spells_t){.n = n,
        .exit = d->exit,
        .cause = d->cause,
        .n_causes = 2,
        .x = d->x,
        .n_covariates = N_COVARIATES};
}

static void data_free(data_t *d)
{
    free(d->exit);
    free(d->x);
    free(d->cause);
}

/* Columns of doubles, as R's readBin likes them. */
static void write_columns(const data_t *d, const char *path)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL) exit(EXIT_FAILURE);
    (void)fwrite(d->exit, sizeof(double), d->n, f);
    for (size_t i = 0; i < d->n; i++) {
        const double cause = d->cause[i];
        (void)fwrite(&cause, sizeof cause, 1, f);
    }
    (void)fwrite(d->x, sizeof(double), d->n * N_COVARIATES, f);
    if (fclose(f) != 0) exit(EXIT_FAILURE);
}

/* ---- ours ---- */

static int run_cox(void *ctx)
{
    const data_t *d = ctx;
    const tn_cox_options_t opt = TN_COX_OPTIONS_DEFAULT;
    tn_cox_t fit;
    const int ret = tn_cox_fit(&fit, &d->spells, &opt, NULL);
    tn_cox_free(&fit);
    return ret;
}

static int run_cox_concordance(void *ctx)
{
    const data_t *d = ctx;
    const tn_cox_options_t opt = TN_COX_OPTIONS_DEFAULT;
    tn_concordance_options_t reversed = TN_CONCORDANCE_OPTIONS_DEFAULT;
    tn_cox_t fit;
    tn_concordance_t c;
    int ret = tn_cox_fit(&fit, &d->spells, &opt, NULL);
    double *lp = calloc(d->n, sizeof *lp);
    if (ret < 0 || lp == NULL) return -1;
    for (size_t j = 0; j < N_COVARIATES; j++) { /* coxph computes the concordance, too */
        for (size_t i = 0; i < d->n; i++)
            lp[i] += fit.coef[j] * d->x[j * d->n + i];
    }
    reversed.is_reversed = true;
    ret = tn_concordance_run(&c, &d->spells, 1, lp, &reversed, NULL);
    tn_concordance_free(&c);
    tn_cox_free(&fit);
    free(lp);
    return ret;
}

static int run_km(void *ctx)
{
    const data_t *d = ctx;
    const tn_km_options_t opt = TN_KM_OPTIONS_DEFAULT;
    tn_km_t fit;
    const int ret = tn_km_fit(&fit, &d->spells, &opt, NULL);
    tn_km_free(&fit);
    return ret;
}

static int run_aj(void *ctx)
{
    const data_t *d = ctx;
    const tn_cif_options_t opt = {.variances = TN_CIF_GREENWOOD}; /* prodlim's */
    tn_cif_t fit;
    const int ret = tn_cif_fit(&fit, &d->spells, &opt, NULL);
    tn_cif_free(&fit);
    return ret;
}

static int run_cuminc(void *ctx)
{
    const data_t *d = ctx;
    const tn_cif_options_t opt = {.variances = TN_CIF_AALEN};
    tn_cif_t fit;
    const int ret = tn_cif_fit(&fit, &d->spells, &opt, NULL);
    tn_cif_free(&fit);
    return ret;
}

static int run_finegray(void *ctx)
{
    const data_t *d = ctx;
    const tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
    tn_finegray_t fit;
    const int ret = tn_finegray_fit(&fit, &d->spells, &opt, NULL);
    tn_finegray_free(&fit);
    return ret;
}

static int run_weibull(void *ctx)
{
    const data_t *d = ctx;
    const tn_parametric_options_t opt = TN_PARAMETRIC_OPTIONS_DEFAULT;
    tn_parametric_t fit;
    const int ret = tn_parametric_fit(&fit, &d->spells, &opt, NULL);
    tn_parametric_free(&fit);
    return ret;
}

/* ---- the table ---- */

typedef struct task {
    const char *name, *r_name, *peer;
    int (*run)(void *ctx);
    size_t most_rows_in_r; /* beyond, R takes too long for a run */
    double target;         /* least ratio; 0: none stated */
} task_t;

static const task_t TASKS[] = {
    {"Cox, Efron", "cox", "survival::coxph", run_cox, 1000000, 20.0},
    {"Cox, Efron, concordance", "cox", "survival::coxph", run_cox_concordance, 1000000, 0.0},
    {"Kaplan-Meier, std.error", "km", "prodlim", run_km, 1000000, 20.0},
    {"Aalen-Johansen, std.error", "aj", "prodlim", run_aj, 1000000, 20.0},
    {"Aalen-Johansen, Aalen's var", "cuminc", "cmprsk::cuminc", run_cuminc, 100000, 0.0},
    {"Weibull regression", "weibull", "survival::survreg", run_weibull, 1000000, 0.0},
    {"Fine-Gray, crr's variance", "finegray", "cmprsk::crr", run_finegray, 10000, 1e4},
};

/* Seconds that R took; NaN if there is no R or it failed. */
static double run_r(const char *script, const task_t *task, size_t n, const char *path)
{
    char command[1024], line[256];
    double seconds = NAN;
    (void)snprintf(command, sizeof command, "Rscript --vanilla '%s' %s %zu '%s' 2>/dev/null",
        script, task->r_name, n, path);
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): a benchmark's peer */
    if (pipe == NULL) return NAN;
    if (fgets(line, sizeof line, pipe) != NULL) seconds = strtod(line, NULL);
    if (pclose(pipe) != 0) seconds = NAN;
    return seconds > 0.0 ? seconds : NAN;
}

static void run_task(const task_t *task, data_t *d, const char *script, const char *path)
{
    const double ours = bench_best(task->run, d, 3);
    const double theirs = d->n <= task->most_rows_in_r ? run_r(script, task, d->n, path) : NAN;
    printf("%-28s %8zu  %-18s %10s %10s", task->name, d->n, task->peer,
        isnan(theirs) ? "-" : bench_seconds(theirs), bench_seconds(ours));
    if (isnan(theirs)) {
        puts("");
    } else if (task->target > 0.0) {
        const double ratio = theirs / ours;
        printf(" %9.0f x   >= %.0f x: %s\n", ratio, task->target,
            ratio >= task->target ? "met" : "MISSED");
    } else {
        printf(" %9.0f x\n", theirs / ours);
    }
    (void)fflush(stdout);
}

static void limit(const char *what, double value, const char *unit, double bound, bool is_least)
{
    const bool is_met = is_least ? value >= bound : value <= bound;
    printf("%-48s %10.3g %s   %s %g: %s\n", what, value, unit, is_least ? ">=" : "<=", bound,
        is_met ? "met" : "MISSED");
}

static void run_limits(size_t most_rows)
{
    data_t d;
    tn_cox_t fit;
    int64_t n_failed;
    const tn_cox_options_t opt = TN_COX_OPTIONS_DEFAULT;
    const tn_cox_bootstrap_options_t boot = {.n_refits = N_REFITS, .seed = 1};
    double *coef = allocate(N_REFITS, N_COVARIATES * sizeof *coef);
    if (most_rows >= 1000000) {
        simulate(&d, 1000000);
        limit("Fine-Gray with variance, 1000000 rows", bench_best(run_finegray, &d, 3), "s", 1.0,
            false);
        data_free(&d);
    }
    simulate(&d, N_LEADERS);
    if (tn_cox_fit(&fit, &d.spells, &opt, NULL) < 0) exit(EXIT_FAILURE);
    const double from = bench_now();
    if (tn_cox_bootstrap(&fit, &boot, coef, NULL, &n_failed, NULL) < 0) exit(EXIT_FAILURE);
    limit("Cox refits a second, 3400 rows, all processors", (double)N_REFITS / (bench_now() - from),
        "1/s", 2000.0, true);
    tn_cox_free(&fit);
    data_free(&d);
    free(coef);
}

int main(int argc, char **argv)
{
    static const size_t rows[] = {10000, 100000, 1000000};
    const size_t most_rows = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 1000000;
    char path[] = "/tmp/tenure-bench-XXXXXX";
    if (argc < 2) {
        fputs("usage: bench_survival SCRIPT.R [MOST-ROWS [TASK]]\n", stderr);
        return 64;
    }
    const int file = mkstemp(path);
    if (file < 0 || close(file) != 0) return EXIT_FAILURE;
    printf("%-28s %8s  %-18s %10s %10s %11s\n", "task", "rows", "peer", "R", "tenure", "ratio");
    for (size_t k = 0; k < sizeof rows / sizeof rows[0] && rows[k] <= most_rows; k++) {
        data_t d;
        simulate(&d, rows[k]);
        write_columns(&d, path);
        for (size_t t = 0; t < sizeof TASKS / sizeof TASKS[0]; t++) {
            if (argc > 3 && strcmp(TASKS[t].r_name, argv[3]) != 0) continue;
            run_task(&TASKS[t], &d, argv[1], path);
        }
        data_free(&d);
    }
    (void)unlink(path);
    if (argc <= 3) run_limits(most_rows);
    return 0;
}
