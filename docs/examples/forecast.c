/* Reads a case, forecasts it, prints the chance of exit by every date and what each origin changed.
 *   cc forecast.c $(pkg-config --cflags --libs tenure) && ./a.out case.yaml */
#include <stdio.h>
#include <tenure.h>

static void print_forecast(const tn_forecast_t *f)
{
    for (int h = 0; h < f->n_horizons; h++) {
        const tn_estimate_t now = f->posterior.exit[h], base = f->base.exit[h];
        printf("within %-4s %.3f (s.e. %.3f), base rate %.3f\n", f->horizon[h].label, now.p, now.se,
            base.p);
    }
    for (int i = 0; i < f->n_origins; i++) {
        const tn_origin_effect_t *o = &f->origin[i];
        printf("claims attributed to %s: %+.3f log-odds (s.e. %.3f)\n", o->name, o->log_odds.p,
            o->log_odds.se);
    }
}

int main(int argc, char **argv)
{
    tn_error_t err = {0};
    tn_diag_t *diag = NULL;
    tn_case_t *c = NULL;
    tn_forecast_t f = {0};
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_worlds = 8192; /* 100000 for a real one */
    int ret = argc == 2 ? tn_diag_new(&diag) : TN_EARG;
    if (ret == 0) ret = tn_case_read(&c, argv[1], NULL, diag, &err);
    if (diag != NULL) tn_diag_print(diag, stderr, false); /* every mistake, with line and column */
    if (ret == 0) ret = tn_forecast_run(&f, c, &opt, &err);
    if (ret == 0) print_forecast(&f);
    if (ret < 0) fprintf(stderr, "%s\n", err.message[0] != '\0' ? err.message : tn_error_text(ret));
    tn_forecast_free(&f); /* before the case: the forecast borrows from it */
    tn_case_free(c);
    tn_diag_free(diag);
    return ret < 0 ? tn_error_exit_status(ret) : 0;
}
