/* What the base model is compared with, fitted at every origin to what ended before it: the share
 * of exits by regime, a plain logit, a Cox model. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "forecast/backtest.h"
#include "tenure/cox.h"
#include "tenure/logit.h"

#define MONTHS         12
#define CLIMATE_MONTHS (20 * MONTHS)
#define PRIOR_ROWS     1.0 /* rows of the overall share that a regime starts with */
#define N_LOGIT        13
#define N_COX          9
#define FIRST_DAY      (-8766) /* 1946-01-01 */
#define USUAL_AGE      58.0
#define DAYS_PER_YEAR  365.25
#define SMALLEST       1e-6

static int regime_of(const tn_bt_row_t *row)
{
    return row->known.regime == TN_REGIME_UNKNOWN ? TN_N_REGIMES : (int)row->known.regime;
}

/* Rows of earlier years' origins in the same month whose question was settled by the origin. */
static bool is_past(const tn_backtest_t *self, const tn_bt_row_t *row, int origin)
{
    return row->origin + self->opt.months <= origin && (origin - row->origin) % MONTHS == 0;
}

static double within_bounds(double p) { return fmin(fmax(p, SMALLEST), 1.0 - SMALLEST); }

static void answer_climatology(tn_backtest_t *self, int origin, size_t first, size_t end)
{
    double n[TN_N_REGIMES + 1] = {0}, yes[TN_N_REGIMES + 1] = {0}, all = 0.0, all_yes = 0.0;
    for (size_t i = 0; i < first; i++) {
        const tn_bt_row_t *row = &self->row[i];
        if (!is_past(self, row, origin) || origin - row->origin > CLIMATE_MONTHS) continue;
        n[regime_of(row)] += 1.0;
        yes[regime_of(row)] += row->y;
        all += 1.0;
        all_yes += row->y;
    }
    const double share = all > 0.0 ? all_yes / all : 0.5;
    for (size_t i = first; i < end; i++) {
        const int r = regime_of(&self->row[i]);
        self->p[TN_BT_CLIMATOLOGY][i] =
            within_bounds((yes[r] + PRIOR_ROWS * share) / (n[r] + PRIOR_ROWS));
    }
}

/* ---- logit ---- */

static void logit_covariates(const tn_bt_row_t *row, double *x)
{
    const tn_known_t *k = &row->known;
    const double age = isnan(k->born) ? USUAL_AGE : row->origin / 12.0 - k->born;
    for (int r = 0; r < TN_N_REGIMES; r++)
        x[r] = (int)k->regime == r + 1 || (r == TN_N_REGIMES - 1 && k->regime == TN_REGIME_UNKNOWN);
    x[7] = tn_log((row->origin - k->entered) / 12.0 + 0.25);
    x[8] = (age - 60.0) / 10.0;
    x[9] = k->entry == TN_ENTRY_IRREGULAR;
    x[10] = tn_log1p(k->irregular);
    x[11] = tn_log1p(k->coups);
    x[12] = (row->origin - 1990 * MONTHS) / 120.0;
}

/* Rows to columns. */
static void put_columns(double *to, size_t n, size_t i, const double *x, int p)
{
    for (int j = 0; j < p; j++)
        to[(size_t)j * n + i] = x[j];
}

typedef struct training {
    size_t n;
    double *x;
    int32_t *outcome;
} training_t;

static int collect(const tn_backtest_t *self, int origin, size_t first, training_t *t)
{
    size_t n = 0;
    double x[N_LOGIT];
    for (size_t i = 0; i < first; i++)
        n += is_past(self, &self->row[i], origin);
    *t = (training_t){.n = n};
    t->x = tn_calloc((n + 1) * N_LOGIT, sizeof *t->x);
    t->outcome = tn_calloc(n + 1, sizeof *t->outcome);
    if (t->x == NULL || t->outcome == NULL) return TN_ENOMEM;
    n = 0;
    for (size_t i = 0; i < first; i++) {
        if (!is_past(self, &self->row[i], origin)) continue;
        logit_covariates(&self->row[i], x);
        put_columns(t->x, t->n, n, x, N_LOGIT);
        t->outcome[n++] = self->row[i].y;
    }
    return 0;
}

/* A little ridge keeps regimes without an exit finite. */
static int answer_logit(tn_backtest_t *self, int origin, size_t first, size_t end, tn_error_t *err)
{
    training_t t = {0};
    tn_logit_t fit = {0};
    const tn_logit_options_t opt = {.ridge = 0.1, .n_threads = 1};
    double x[N_LOGIT];
    int ret = collect(self, origin, first, &t);
    const tn_logit_rows_t rows = {
        .n = t.n, .outcome = t.outcome, .n_causes = 1, .x = t.x, .n_covariates = N_LOGIT};
    if (ret == 0) ret = tn_logit_fit(&fit, &rows, &opt, err);
    for (size_t i = first; i < end && ret == 0; i++) {
        const bool is_fitted = fit.status == TN_FIT_CONVERGED;
        double eta = is_fitted ? fit.coef[0] : 0.0;
        logit_covariates(&self->row[i], x);
        for (int j = 0; j < N_LOGIT && is_fitted; j++)
            eta += fit.coef[1 + j] * x[j];
        self->p[TN_BT_LOGIT][i] =
            is_fitted ? within_bounds(1.0 / (1.0 + tn_exp(-eta))) : self->p[TN_BT_CLIMATOLOGY][i];
    }
    tn_logit_free(&fit);
    tn_free(t.x);
    tn_free(t.outcome);
    return ret;
}

/* ---- Cox ---- */

static void cox_covariates(const tn_backtest_t *self, const tn_office_spell_t *s, double *x)
{
    tn_known_t known;
    tn_known_of_spell(&known, self->history, s, tn_month_of_day(s->start));
    for (int r = 0; r < TN_N_REGIMES; r++)
        x[r] = (int)known.regime == r + 1 ||
               (r == TN_N_REGIMES - 1 && known.regime == TN_REGIME_UNKNOWN);
    const double age = isnan(known.born) ? USUAL_AGE : known.entered / 12.0 - known.born;
    x[7] = (age - 55.0) / 10.0;
    x[8] = s->entry == TN_ENTRY_IRREGULAR;
}

typedef struct cox_data {
    size_t n;
    double *entry, *exit, *x;
    int32_t *cause;
} cox_data_t;

static void cox_free(cox_data_t *d)
{
    tn_free(d->entry);
    tn_free(d->exit);
    tn_free(d->x);
    tn_free(d->cause);
}

/* The spells as they stood on the eve of the origin. */
static int cox_collect(const tn_backtest_t *self, int origin, cox_data_t *d)
{
    const tn_history_t *h = self->history;
    const int32_t day = tn_month_begin(origin);
    double x[N_COX], *rows;
    size_t n = 0;
    *d = (cox_data_t){.entry = tn_calloc(h->n_spells + 1, sizeof *d->entry),
        .exit = tn_calloc(h->n_spells + 1, sizeof *d->exit),
        .cause = tn_calloc(h->n_spells + 1, sizeof *d->cause),
        .x = tn_calloc((h->n_spells + 1) * N_COX, sizeof *d->x)};
    rows = tn_calloc((h->n_spells + 1) * N_COX, sizeof *rows);
    if (!d->entry || !d->exit || !d->cause || !d->x || !rows) {
        tn_free(rows);
        return TN_ENOMEM;
    }
    for (size_t k = 0; k < h->n_spells; k++) {
        const tn_office_spell_t *s = &h->spell[k];
        if (!self->knows_routes[k] || s->start >= day || s->end < FIRST_DAY) continue;
        const bool has_ended = s->end < day;
        d->entry[n] = s->start < FIRST_DAY ? (FIRST_DAY - s->start) / DAYS_PER_YEAR : 0.0;
        const double days = (has_ended ? s->end : day) - s->start;
        d->exit[n] = fmax(days, 0.5) / DAYS_PER_YEAR;
        if (d->exit[n] <= d->entry[n]) continue;
        d->cause[n] = has_ended && tn_bt_counts(&self->opt, s->exit_route);
        cox_covariates(self, s, x);
        memcpy(rows + n * N_COX, x, sizeof x);
        n++;
    }
    d->n = n;
    for (size_t i = 0; i < n; i++)
        put_columns(d->x, n, i, rows + i * N_COX, N_COX);
    tn_free(rows);
    return 0;
}

/* Cumulative hazard up to and including time t. */
static double cumulative(const tn_cox_baseline_t *b, double t)
{
    size_t lo = b->start[0], hi = b->start[1];
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (b->time[mid] <= t) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo > b->start[0] ? b->cumhaz[lo - 1] : 0.0;
}

static void cox_predict(
    tn_backtest_t *self, const tn_cox_t *fit, const tn_cox_baseline_t *b, size_t i)
{
    double x[N_COX], lp = 0.0;
    const tn_bt_row_t *row = &self->row[i];
    const tn_office_spell_t *s = &self->history->spell[row->spell];
    const double t = (tn_month_begin(row->origin) - s->start) / DAYS_PER_YEAR;
    cox_covariates(self, s, x);
    for (int j = 0; j < N_COX; j++)
        lp += fit->coef[j] * (x[j] - b->centre[j]);
    const double hazard = cumulative(b, t + self->opt.months / 12.0) - cumulative(b, t);
    self->p[TN_BT_COX][i] = within_bounds(-tn_expm1(-hazard * tn_exp(lp)));
}

static int answer_cox(tn_backtest_t *self, int origin, size_t first, size_t end, tn_error_t *err)
{
    cox_data_t d;
    tn_cox_t fit = {0};
    tn_cox_baseline_t baseline = {0};
    double penalty[N_COX];
    for (int j = 0; j < N_COX; j++)
        penalty[j] = 0.1;
    const tn_cox_options_t opt = {
        .cause = 1, .ridge = penalty}; /* keeps a regime without exits finite */
    int ret = cox_collect(self, origin, &d);
    const tn_spells_t spells = {.n = d.n,
        .entry = d.entry,
        .exit = d.exit,
        .cause = d.cause,
        .n_causes = 1,
        .x = d.x,
        .n_covariates = N_COX};
    if (ret == 0) ret = tn_cox_fit(&fit, &spells, &opt, err);
    const bool is_fitted = ret == 0 && fit.status == TN_FIT_CONVERGED;
    if (is_fitted) ret = tn_cox_baseline(&baseline, &fit, err);
    for (size_t i = first; i < end && ret == 0; i++) {
        self->p[TN_BT_COX][i] = self->p[TN_BT_CLIMATOLOGY][i];
        if (is_fitted) cox_predict(self, &fit, &baseline, i);
    }
    tn_cox_baseline_free(&baseline);
    tn_cox_free(&fit);
    cox_free(&d);
    return ret;
}

int tn_bt_answer_rivals(tn_backtest_t *self, int origin, tn_error_t *err)
{
    size_t first, end;
    tn_bt_rows_of(self, origin, &first, &end);
    answer_climatology(self, origin, first, end);
    int ret = answer_logit(self, origin, first, end, err);
    if (ret == 0) ret = answer_cox(self, origin, first, end, err);
    return ret;
}
