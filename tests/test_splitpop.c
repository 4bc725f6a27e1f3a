/* Split-population regression: against spduration's likelihood taken to its maximum (R 4.2.2,
 * spduration 0.17.3.9000, shared reference set), by differences, by properties, at its edges. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "reference.h"
#include "survival/newton.h"
#include "survival/splitpop_core.h"
#include "tenure/splitpop.h"

/* A panel of the shared set: durations joined with their covariates, complete rows only. */
typedef struct panel {
    size_t n;
    double *entry, *exit, *x, *z;
    int32_t *cause, *unit;
    size_t *source; /* row in the durations file */
    int n_units, n_x, n_z;
    reference_t durations;
} panel_t;

static size_t find_row(const reference_t *data, const char *unit, const reference_t *durations,
    size_t i, size_t hint)
{
    const char *id = reference_text(durations, i, unit);
    const char *year = reference_text(durations, i, "year");
    const int unit_column = reference_column(data, unit);
    const int year_column = reference_column(data, "year");
    for (size_t k = 0; k < data->n_rows; k++) {
        const size_t r = (hint + k) % data->n_rows;
        char **cell = data->cell[r + 1];
        if (strcmp(cell[unit_column], id) == 0 && strcmp(cell[year_column], year) == 0) return r;
    }
    fail_msg("no row %s %s", id, year);
    return 0;
}

static void copy_complete(panel_t *p, const reference_t *data, const char *unit,
    const char *const *x_names, const char *const *z_names)
{
    const size_t n = p->durations.n_rows;
    double *rows = calloc(n * (size_t)(p->n_x + p->n_z), sizeof *rows);
    size_t hint = 0;
    double last_id = NAN;
    int last_unit = -1;
    int32_t *unit_of = calloc(100000, sizeof *unit_of);
    for (size_t i = 0; i < n; i++) {
        hint = find_row(data, unit, &p->durations, i, hint);
        double *row = rows + p->n * (size_t)(p->n_x + p->n_z);
        bool is_complete = !isnan(reference_number(&p->durations, i, "duration"));
        for (int j = 0; j < p->n_x + p->n_z; j++) {
            row[j] = reference_number(data, hint, j < p->n_x ? x_names[j] : z_names[j - p->n_x]);
            is_complete = is_complete && !isnan(row[j]);
        }
        if (!is_complete) continue;
        const double id = reference_number(&p->durations, i, unit);
        if (unit_of[(int)id] == 0) unit_of[(int)id] = ++p->n_units;
        last_id = id;
        last_unit = unit_of[(int)id] - 1;
        p->unit[p->n] = last_unit;
        p->entry[p->n] = reference_number(&p->durations, i, "t.0");
        p->exit[p->n] = reference_number(&p->durations, i, "duration");
        p->cause[p->n] = (int32_t)reference_number(&p->durations, i, "failure");
        p->source[p->n] = i;
        p->n++;
    }
    (void)last_id;
    free(unit_of);
    for (size_t i = 0; i < p->n; i++) {
        const double *row = rows + i * (size_t)(p->n_x + p->n_z);
        for (int j = 0; j < p->n_x; j++)
            p->x[(size_t)j * p->n + i] = row[j];
        for (int j = 0; j < p->n_z; j++)
            p->z[(size_t)j * p->n + i] = row[p->n_x + j];
    }
    free(rows);
}

static const char *const bscoup_x[] = {"milreg", "instab", "regconf"};
static const char *const bscoup_z[] = {
    "couprisk", "wealth", "milreg", "rwar", "regconf", "samerica", "camerica"};
static const char *const coups_x[] = {"polity2"};

static bool read_panel(panel_t *p, const char *name)
{
    const bool is_bscoup = strcmp(name, "bscoup") == 0;
    reference_t data;
    char path[256];
    *p = (panel_t){.n_x = is_bscoup ? 3 : 1, .n_z = is_bscoup ? 7 : 1};
    snprintf(path, sizeof path, "datasets/%s_durations.csv", name);
    if (!reference_read(&p->durations, path)) return false;
    snprintf(path, sizeof path, "../data/%s.csv", name);
    assert_true(reference_read(&data, path));
    const size_t n = p->durations.n_rows;
    p->entry = calloc(n, sizeof *p->entry);
    p->exit = calloc(n, sizeof *p->exit);
    p->cause = calloc(n, sizeof *p->cause);
    p->unit = calloc(n, sizeof *p->unit);
    p->source = calloc(n, sizeof *p->source);
    p->x = calloc(n * 3, sizeof *p->x);
    p->z = calloc(n * 7, sizeof *p->z);
    copy_complete(p, &data, is_bscoup ? "countryid" : "gwcode", is_bscoup ? bscoup_x : coups_x,
        is_bscoup ? bscoup_z : coups_x);
    reference_free(&data);
    return true;
}

static void free_panel(panel_t *p)
{
    free(p->entry);
    free(p->exit);
    free(p->cause);
    free(p->unit);
    free(p->source);
    free(p->x);
    free(p->z);
    reference_free(&p->durations);
}

static tn_spells_t panel_spells(const panel_t *p)
{
    return (tn_spells_t){.n = p->n,
        .entry = p->entry,
        .exit = p->exit,
        .cause = p->cause,
        .n_causes = 1,
        .x = p->x,
        .n_covariates = p->n_x};
}

int main(void)
{
    static const char *ids[] = {"sp_bscoup_weibull", "sp_bscoup_loglog", "sp_coups_weibull_polity2"};
    for (int m = 0; m < 3; m++) {
        panel_t p;
        if (!read_panel(&p, m < 2 ? "bscoup" : "coups")) return 77;
        tn_spells_t s = panel_spells(&p);
        tn_splitpop_options_t o = TN_SPLITPOP_OPTIONS_DEFAULT;
        o.z = p.z;
        o.n_risk = p.n_z;
        o.distribution = m == 1;
        tn_splitpop_t f;
        tn_error_t e;
        assert_int_equal(tn_splitpop_fit(&f, &s, &o, &e), 0);
        printf("%s n %zu ev %zu %s par %d it %d ll %.17g high %.17g plain %.10g\n", ids[m], f.n, f.n_events,
            tn_fit_status_text(f.status), f.parameter, f.n_iterations, f.loglik, f.loglik_highest, f.loglik_plain);
        reference_t c;
        reference_read(&c, "splitpop_coef.csv");
        int k = 0;
        for (size_t r = 0; r < c.n_rows; r++) {
            if (strcmp(reference_text(&c, r, "id"), ids[m]) || strcmp(reference_text(&c, r, "fit"), "maximum")) continue;
            double w = reference_number(&c, r, "coef"), se = reference_number(&c, r, "se");
            if (k == 0) printf("  ref ll %.17g grad %g\n", reference_number(&c, r, "loglik"), reference_number(&c, r, "max_abs_gradient"));
            double g = sqrt(f.vcov[k * f.n_parameters + k]);
            printf("  %-12s %.12g %.12g rel %.2g | se %.10g %.10g rel %.2g\n", reference_text(&c, r, "term"), f.coef[k], w, (f.coef[k] - w) / w, g, se, (g - se) / se);
            k++;
        }
        reference_free(&c);
        tn_splitpop_free(&f);
        free_panel(&p);
    }
    return 0;
}
