/* Moments of the influence, moved along with it (see the header for letters and equations). They
 * are kept on the scale of the influence itself: sums of V, W and C alone cancel to rubble when
 * survival is small. The influence is that of R's survfit(), which computes it for every cluster
 * at every time; this agrees to rounding at a fraction of the cost. The equations follow from the
 * product-limit and Aalen-Johansen formulas by differentiating by the case weights. */
#include "survival/jack.h"

#include <math.h>

#include "base/mem.h"

static size_t n_cells(const tn_risk_t *risk)
{
    const tn_spells_t *s = risk->spells;
    if (s->cluster != NULL) return (size_t)s->n_clusters;
    return s->entry != NULL ? s->n : 0;
}

static size_t cell_of(const tn_risk_t *risk, size_t row)
{
    return risk->spells->cluster != NULL ? (size_t)risk->spells->cluster[row] : row;
}

/* True if the row's cell changes from in to out (is_out: to = true) or back. */
static bool turns(bool *is_out, const tn_risk_t *risk, size_t row, bool to)
{
    if (is_out == NULL) return true;
    bool *state = &is_out[cell_of(risk, row)];
    const bool is_change = *state != to;
    *state = to;
    return is_change;
}

int tn_jack_init(tn_jack_t *self, const tn_risk_t *risk, int n_causes)
{
    const size_t k = (size_t)n_causes, cells = n_cells(risk);
    *self = (tn_jack_t){.risk = risk, .n_causes = n_causes, .is_plain = cells == 0};
    self->block = tn_calloc(6 * k + 1, sizeof *self->block);
    /* one more cell: the plain row that is just going */
    self->cells = tn_calloc(cells + 1, (k + 2) * sizeof *self->cells);
    if (risk->spells->cluster != NULL) self->is_out = tn_calloc(cells + 1, sizeof *self->is_out);
    if (self->block == NULL || self->cells == NULL ||
        (risk->spells->cluster != NULL && self->is_out == NULL)) {
        tn_jack_free(self);
        return TN_ENOMEM;
    }
    self->f = self->block;
    self->b = self->f + k;
    self->mkk = self->b + k;
    self->mk0 = self->mkk + k;
    self->mkw = self->mk0 + k;
    self->u = self->mkw + k;
    return 0;
}

void tn_jack_free(tn_jack_t *self)
{
    if (self == NULL) return;
    tn_free(self->block);
    tn_free(self->cells);
    tn_free(self->is_out);
    *self = (tn_jack_t){0};
}

void tn_jack_begin(tn_jack_t *self, int stratum)
{
    const tn_risk_t *r = self->risk;
    const size_t k = (size_t)self->n_causes;
    self->is_over = false;
    self->surv = 1.0;
    self->a = self->m00 = self->m0w = self->mww = 0.0;
    for (size_t i = 0; i < 6 * k; i++)
        self->block[i] = 0.0;
    if (self->is_plain) return;
    for (size_t i = r->start[stratum]; i < r->start[stratum + 1]; i++) {
        double *cell = self->cells + (k + 2) * cell_of(r, r->exits[i]);
        for (size_t j = 0; j < k + 2; j++)
            cell[j] = 0.0;
    }
}

/* The row's cell; a plain row has been at risk from the start and has V = C = 0. */
static double *find_cell(const tn_jack_t *self, size_t row, double w)
{
    const size_t width = (size_t)self->n_causes + 2;
    if (!self->is_plain) return self->cells + width * cell_of(self->risk, row);
    self->cells[0] = w;
    for (size_t j = 1; j < width; j++)
        self->cells[j] = 0.0;
    return self->cells;
}

/* Influence of a cell now: U_0 returned, U_k in self->u. */
static double influence(tn_jack_t *self, const double *cell)
{
    for (int k = 0; k < self->n_causes; k++)
        self->u[k] = cell[2 + k] + cell[1] * self->f[k] + cell[0] * self->b[k];
    return self->surv * (cell[1] + cell[0] * self->a);
}

/* Adds weight (w < 0: takes it) and an event of cause k (jump of U_k; k < 0: none; l: of U_0 / S);
 * everything else of the cell's influence stays as it is. */
static void change(tn_jack_t *self, double *cell, double w, int k, double jump, double l)
{
    influence(self, cell);
    if (k >= 0 && k < self->n_causes) self->u[k] += jump;
    cell[1] += l - w * self->a;
    cell[0] += w;
    for (int j = 0; j < self->n_causes; j++)
        cell[2 + j] = self->u[j] - cell[1] * self->f[j] - cell[0] * self->b[j];
}

/* Puts a cell into the moments (sign 1) or takes it out (-1). */
static void put(tn_jack_t *self, const double *cell, double sign)
{
    const double u0 = influence(self, cell), w = cell[0];
    self->m00 += sign * u0 * u0;
    self->m0w += sign * u0 * w;
    self->mww += sign * w * w;
    for (int k = 0; k < self->n_causes; k++) {
        self->mkk[k] += sign * self->u[k] * self->u[k];
        self->mk0[k] += sign * self->u[k] * u0;
        self->mkw[k] += sign * self->u[k] * w;
    }
}

static void enter(tn_jack_t *self, size_t row)
{
    const double w = tn_risk_weight_of(self->risk, row);
    if (self->is_plain) {
        self->mww += w * w;
        return;
    }
    double *cell = find_cell(self, row, w);
    put(self, cell, -1.0);
    change(self, cell, w, -1, 0.0, 0.0);
    put(self, cell, 1.0);
}

/* The map that moves all clusters; q = 1 - h. */
static void move(tn_jack_t *self, double y, double total, const double *d, double q)
{
    const double c0 = self->surv * (total / y) / y;
    for (int k = 0; k < self->n_causes; k++) {
        const double h = d[k] / y, c = self->surv * h / y;
        self->mkk[k] += h * h * self->m00 + c * c * self->mww + 2.0 * h * self->mk0[k] -
                        2.0 * c * self->mkw[k] - 2.0 * h * c * self->m0w;
        self->mk0[k] = q * self->mk0[k] + c0 * self->mkw[k] + h * q * self->m00 +
                       (h * c0 - c * q) * self->m0w - c * c0 * self->mww;
        self->mkw[k] += h * self->m0w - c * self->mww;
        self->b[k] += (self->a - 1.0 / y) * self->surv * h;
        self->f[k] += self->surv * h;
    }
    self->m00 = q * q * self->m00 + 2.0 * q * c0 * self->m0w + c0 * c0 * self->mww;
    self->m0w = q * self->m0w + c0 * self->mww;
    self->surv *= q;
    if (q > 0.0) self->a += total / (y * y * q);
}

/* The row at a place of exits goes, after the map. s_y = S / Y before it; l = 1 / (Y - d), 0 if
 * nobody stays. */
static void leave(tn_jack_t *self, size_t place, bool has_event, double s_y, double l)
{
    const double w = tn_risk_weight_at(self->risk, place);
    const int k = has_event ? self->risk->cause[place] - 1 : -1;
    double *cell = find_cell(self, self->risk->exits[place], w);
    change(self, cell, -w, k, w * s_y, has_event ? -w * l : 0.0);
    if (self->is_plain) put(self, cell, 1.0);
}

static void take_out_leavers(tn_jack_t *self, const tn_sweep_t *sweep)
{
    const tn_risk_t *r = self->risk;
    for (size_t i = sweep->first; i < sweep->last; i++) {
        const size_t row = r->exits[i];
        if (!turns(self->is_out, r, row, true)) continue;
        put(self, find_cell(self, row, tn_risk_weight_at(r, i)), -1.0);
    }
    if (sweep->n_risk > sweep->last - sweep->first) return;
    self->mww = self->m0w = 0.0; /* nobody left: no rubble either */
    for (int k = 0; k < self->n_causes; k++)
        self->mkw[k] = 0.0;
}

void tn_jack_step(tn_jack_t *self, const tn_sweep_t *sweep, double total, const double *d, int only)
{
    const tn_risk_t *r = self->risk;
    if (self->is_over) return;
    for (size_t i = sweep->entered_from; i < sweep->entered_to; i++)
        enter(self, r->entries[i]);
    take_out_leavers(self, sweep);
    const double y = sweep->weight, s_y = self->surv / y;
    size_t n_events = 0;
    for (size_t i = sweep->first; i < sweep->last; i++)
        n_events += tn_risk_is_event(r, i, only);
    const bool is_end = n_events == sweep->n_risk;
    const double rest = is_end ? 0.0 : y - total;
    if (n_events > 0) move(self, y, total, d, rest / y);
    for (size_t i = sweep->first; i < sweep->last; i++) {
        leave(self, i, tn_risk_is_event(r, i, only), s_y, is_end ? 0.0 : 1.0 / rest);
    }
    for (size_t i = sweep->first; i < sweep->last && !self->is_plain; i++) {
        const size_t row = r->exits[i];
        if (turns(self->is_out, r, row, false)) put(self, find_cell(self, row, 0.0), 1.0);
    }
    self->is_over = is_end;
}

double tn_jack_variance(const tn_jack_t *self, int k)
{
    return fmax(0.0, k == 0 ? self->m00 : self->mkk[k - 1]);
}

int tn_jack_hazard_init(tn_jack_hazard_t *self, const tn_risk_t *risk)
{
    const size_t cells = n_cells(risk);
    const bool has_clusters = risk->spells->cluster != NULL;
    *self = (tn_jack_hazard_t){.risk = risk, .is_plain = cells == 0};
    self->cells = tn_calloc(cells + 1, 2 * sizeof *self->cells);
    if (has_clusters) self->is_out = tn_calloc(cells + 1, sizeof *self->is_out);
    if (self->cells != NULL && (!has_clusters || self->is_out != NULL)) return 0;
    tn_jack_hazard_free(self);
    return TN_ENOMEM;
}

void tn_jack_hazard_free(tn_jack_hazard_t *self)
{
    if (self == NULL) return;
    tn_free(self->cells);
    tn_free(self->is_out);
    *self = (tn_jack_hazard_t){0};
}

void tn_jack_hazard_begin(tn_jack_hazard_t *self, int stratum)
{
    const tn_risk_t *r = self->risk;
    self->g = self->mhh = self->mhw = self->mww = 0.0;
    if (self->is_plain) return;
    for (size_t i = r->start[stratum]; i < r->start[stratum + 1]; i++) {
        double *cell = self->cells + 2 * cell_of(r, r->exits[i]);
        cell[0] = cell[1] = 0.0;
    }
}

static double *hazard_cell(const tn_jack_hazard_t *self, size_t row, double w)
{
    if (!self->is_plain) return self->cells + 2 * cell_of(self->risk, row);
    self->cells[0] = w;
    self->cells[1] = 0.0;
    return self->cells;
}

static void hazard_put(tn_jack_hazard_t *self, const double *cell, double sign)
{
    const double u = cell[1] - cell[0] * self->g;
    self->mhh += sign * u * u;
    self->mhw += sign * u * cell[0];
    self->mww += sign * cell[0] * cell[0];
}

static void hazard_change(const tn_jack_hazard_t *self, double *cell, double w, double jump)
{
    cell[0] += w;
    cell[1] += jump + w * self->g;
}

static void hazard_enter(tn_jack_hazard_t *self, size_t row)
{
    const double w = tn_risk_weight_of(self->risk, row);
    if (self->is_plain) {
        self->mww += w * w;
        return;
    }
    double *cell = hazard_cell(self, row, w);
    hazard_put(self, cell, -1.0);
    hazard_change(self, cell, w, 0.0);
    hazard_put(self, cell, 1.0);
}

void tn_jack_hazard_step(
    tn_jack_hazard_t *self, const tn_sweep_t *sweep, double at_risk, double event, int only)
{
    const tn_risk_t *r = self->risk;
    for (size_t i = sweep->entered_from; i < sweep->entered_to; i++)
        hazard_enter(self, r->entries[i]);
    for (size_t i = sweep->first; i < sweep->last; i++) {
        const size_t row = r->exits[i];
        if (!turns(self->is_out, r, row, true)) continue;
        hazard_put(self, hazard_cell(self, row, tn_risk_weight_at(r, i)), -1.0);
    }
    if (sweep->n_risk == sweep->last - sweep->first) self->mww = self->mhw = 0.0;
    self->mhh += at_risk * (at_risk * self->mww - 2.0 * self->mhw);
    self->mhw -= at_risk * self->mww;
    self->g += at_risk;
    for (size_t i = sweep->first; i < sweep->last; i++) {
        const size_t row = r->exits[i];
        const double w = tn_risk_weight_at(r, i);
        double *cell = hazard_cell(self, row, w);
        hazard_change(self, cell, -w, tn_risk_is_event(r, i, only) ? w * event : 0.0);
        if (self->is_plain) hazard_put(self, cell, 1.0);
    }
    for (size_t i = sweep->first; i < sweep->last && !self->is_plain; i++) {
        const size_t row = r->exits[i];
        if (turns(self->is_out, r, row, false)) hazard_put(self, hazard_cell(self, row, 0.0), 1.0);
    }
}
