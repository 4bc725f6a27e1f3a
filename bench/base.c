/* bench_base STORE: everybody's base rate, a refit, backtests, each against its stated limit. STORE
 * holds the imported data sets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "tenure.h"

typedef struct task {
    const char *store, *name;
    double limit; /* seconds; 0: none */
    int (*run)(const struct task *self, tn_error_t *err);
    int monthly, route;
} task_t;

static int world(const task_t *self, tn_error_t *err)
{
    tn_base_t *base = NULL;
    tn_fit_t tables = {0};
    int ret = tn_base_shipped(&base, err);
    if (ret == 0) ret = tn_base_use_store(base, self->store, err);
    int32_t day = 0;
    (void)tn_base_parse_date("2020-01-01", &day);
    if (ret == 0) ret = tn_base_world_tables(&tables, base, day, NULL, err);
    if (ret == 0) printf("  %zu leaders\n", tables.table[0].n_rows);
    tn_fit_free(&tables);
    tn_base_free(base);
    return ret;
}

static int fit(const task_t *self, tn_error_t *err)
{
    tn_base_t *base = NULL;
    const int ret = tn_base_fit(&base, self->store, 0, err);
    tn_base_free(base);
    return ret;
}

static int backtest(const task_t *self, tn_error_t *err)
{
    tn_fit_t tables = {0};
    const tn_backtest_options_t opt = {
        .monthly = self->monthly != 0, .route = self->route, .seed = 1};
    const int ret = tn_backtest_run(&tables, self->store, &opt, err);
    if (ret == 0) printf("  %zu forecasts\n", tn_fit_table(&tables, "forecasts")->n_rows);
    tn_fit_free(&tables);
    return ret;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: bench_base STORE\n", stderr);
        return 64;
    }
    const task_t tasks[] = {{argv[1], "base world", 0.5, world, 0, 0},
        {argv[1], "base fit", 0.0, fit, 0, 0},
        {argv[1], "backtest, yearly", 0.0, backtest, 0, TN_BACKTEST_ANY},
        {argv[1], "backtest, yearly, irregular", 0.0, backtest, 0, TN_BACKTEST_IRREGULAR},
        {argv[1], "backtest, monthly", 60.0, backtest, 1, TN_BACKTEST_ANY}};
    for (size_t k = 0; k < sizeof tasks / sizeof tasks[0]; k++) {
        tn_error_t err = {0};
        const double begin = bench_now();
        if (tasks[k].run(&tasks[k], &err) < 0) {
            fprintf(stderr, "bench_base: %s\n", err.message);
            return 2;
        }
        const double seconds = bench_now() - begin;
        printf("%-28s %8.3f s", tasks[k].name, seconds);
        if (tasks[k].limit > 0.0)
            printf("   limit %g s: %.2f of it", tasks[k].limit, seconds / tasks[k].limit);
        putchar('\n');
    }
    return 0;
}
