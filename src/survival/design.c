/* The making of a design: parse, bind, evaluate in all rows, keep the complete rows, fill. Whatever
 * lasts lies in the recipe's arena and dies with the design; the rest in a scratch arena.
 * Invariant: after `keep`, every used value is known in the rows kept. */
#include "tenure/design.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "survival/design_recipe.h"

bool tn_making_has_errors(const tn_making_t *m)
{
    return tn_diag_n_errors(m->binding.diag) > m->n_errors;
}

/* Mistakes are in diag: 0 if there are none since the start. */
static int verdict(const tn_making_t *m)
{
    if (m->scratch.failed || m->recipe->arena.failed || tn_diag_failed(m->binding.diag))
        return TN_ENOMEM;
    return tn_making_has_errors(m) ? TN_EINPUT : 0;
}

static void add_part(tn_making_t *m, int node, const char *name, bool is_plain)
{
    const tn_group_part_t part = tn_group_part(m, node, name, is_plain);
    if (part.name != NULL) m->recipe->part[m->recipe->n_parts++] = part;
}

static void add_stratum(tn_making_t *m, int node)
{
    tn_text_t name = {0};
    tn_formula_deparse(&m->recipe->formula, node, &name);
    const char *text = name.s == NULL ? "" : name.s;
    add_part(m, node, tn_arena_strndup(&m->recipe->arena, text, name.n), false);
    tn_text_free(&name);
}

/* Sorts the variables of the right side by their role. */
static void add_special(tn_making_t *m, const tn_term_variable_t *t)
{
    tn_design_recipe_t *r = m->recipe;
    const tn_formula_t *f = &r->formula;
    const int n_args = f->node[t->node].n_args;
    int *slot = t->role == TN_ROLE_WEIGHTS ? &r->weights : &r->cluster;
    tn_bind(&m->binding, t->node);
    if (n_args == 0 || (n_args != 1 && t->role != TN_ROLE_STRATA)) {
        tn_making_complain(m, t->node, "expected one argument, found %d", n_args);
        return;
    }
    for (int k = 0; k < n_args; k++) {
        const int node = tn_formula_child(f, t->node, k);
        const bool is_cluster = t->role == TN_ROLE_CLUSTER;
        if (f->node[node].arg_name >= 0) {
            tn_making_complain(m, node, "unexpected argument with a name");
        } else if (t->role == TN_ROLE_STRATA) {
            add_stratum(m, node);
        } else if (is_cluster ? !tn_bind_column(&m->binding, node)
                              : !tn_bind_number(&m->binding, node)) {
            continue;
        } else if (m->binding.node[node].type > TN_VALUE_LEVELS) {
            tn_making_complain(m, node, "expected a column or an expression here");
        } else if (t->role == TN_ROLE_OFFSET) {
            r->offset[r->n_offsets++] = node;
        } else if (*slot >= 0) {
            tn_making_complain(m, t->node, "%s is given twice",
                t->role == TN_ROLE_WEIGHTS ? "weights()" : "cluster()");
        } else {
            *slot = node;
        }
    }
}

static int read_right(tn_making_t *m)
{
    tn_design_recipe_t *r = m->recipe;
    const int n = r->terms.n_variables;
    const size_t n_nodes = (size_t)r->formula.n_nodes;
    r->variable = tn_arena_calloc(&r->arena, (size_t)n + 1, sizeof *r->variable);
    r->number_of = tn_arena_calloc(&r->arena, (size_t)n + 1, sizeof *r->number_of);
    r->part = tn_arena_calloc(&r->arena, n_nodes + 1, sizeof *r->part);
    r->offset = tn_arena_calloc(&r->arena, n_nodes + 1, sizeof *r->offset);
    if (r->variable == NULL || r->number_of == NULL || r->part == NULL || r->offset == NULL)
        return TN_ENOMEM;
    for (int k = 0; k < n; k++) {
        const tn_term_variable_t *t = &r->terms.variable[k];
        r->number_of[k] = -1;
        if (t->role != TN_ROLE_COVARIATE) {
            add_special(m, t);
        } else if (r->opt.are_groups) {
            tn_bind(&m->binding, t->node);
            add_part(m, t->node, t->name, true);
        } else {
            r->number_of[k] = r->n_variables;
            r->variable[r->n_variables++] =
                (tn_variable_t){.name = t->name, .node = t->node, .value_node = t->node};
            tn_bind(&m->binding, t->node);
        }
    }
    return tn_variables_read(m);
}

static void read_intercept(tn_making_t *m)
{
    tn_design_recipe_t *r = m->recipe;
    m->design->has_intercept = r->opt.intercept != TN_INTERCEPT_NONE && r->terms.intercept != 0;
    if (r->opt.intercept == TN_INTERCEPT_NONE && r->terms.intercept == 0) {
        tn_formula_complain_at(&r->formula, m->binding.diag, TN_SEVERITY_WARNING,
            r->terms.intercept_node,
            "this model has no intercept that could be left out: without effect");
    }
}

/* Formula to recipe. */
static int compile(tn_making_t *m, const char *formula)
{
    tn_design_recipe_t *r = m->recipe;
    const char *shown = r->opt.shown == NULL ? "formula" : r->opt.shown;
    int ret = tn_formula_parse(&r->formula, &r->arena, shown, formula, m->binding.diag);
    if (ret < 0) return ret;
    r->opt.shown = r->formula.shown;
    m->binding.formula = &r->formula;
    m->binding.node =
        tn_arena_calloc(&m->scratch, (size_t)r->formula.n_nodes, sizeof *m->binding.node);
    if (m->binding.node == NULL) return TN_ENOMEM;
    if (r->opt.is_right_only && r->formula.left >= 0) {
        tn_making_complain(m, r->formula.left, "this formula has a right side only: ~ a + b");
    } else if (!r->opt.is_right_only && r->formula.left < 0) {
        tn_making_complain(
            m, r->formula.right, "the left side is missing, expected surv(time, cause) ~ ...");
    } else if (r->formula.left >= 0) {
        tn_response_read(m);
    }
    ret = tn_terms_expand(&r->terms, &r->arena, &r->formula, m->binding.diag);
    if (ret == TN_ENOMEM) return ret;
    ret = read_right(m);
    if (ret < 0) return ret;
    read_intercept(m);
    return verdict(m);
}

static int evaluate_sum(tn_making_t *m, const int *node, int n_nodes, double **out)
{
    const size_t n = m->binding.frame->n_rows;
    if (n_nodes == 0) return 0;
    *out = tn_arena_calloc(&m->scratch, n, sizeof **out);
    if (*out == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < n_nodes; k++)
            (*out)[i] += tn_bind_value(&m->binding, node[k], i);
    }
    return 0;
}

static int evaluate(tn_making_t *m)
{
    const tn_design_recipe_t *r = m->recipe;
    int ret = tn_variables_evaluate(m);
    if (ret == 0) ret = tn_groups_evaluate(m);
    if (ret == 0) ret = evaluate_sum(m, r->offset, r->n_offsets, &m->offset);
    if (ret == 0 && r->weights >= 0) ret = evaluate_sum(m, &r->weights, 1, &m->weight);
    if (ret == 0 && r->cluster >= 0)
        ret = tn_bind_levels(&m->binding, r->cluster, false, &m->scratch, &m->cluster);
    if (ret == 0 && r->surv >= 0) ret = tn_response_evaluate(m);
    return ret < 0 ? ret : verdict(m);
}

static double *gather(tn_making_t *m, const double *from)
{
    double *to = tn_arena_calloc(&m->recipe->arena, m->design->n, sizeof *to);
    for (size_t i = 0; to != NULL && i < m->design->n; i++)
        to[i] = from[m->design->row[i]];
    return to;
}

/* Values of the covariates move up to the rows kept, in place. */
static void compact(tn_making_t *m)
{
    for (int k = 0; k < m->recipe->n_variables; k++) {
        for (size_t i = 0; i < m->design->n; i++) {
            const size_t row = m->design->row[i];
            if (m->value[k].number != NULL) m->value[k].number[i] = m->value[k].number[row];
            if (m->value[k].code != NULL) m->value[k].code[i] = m->value[k].code[row];
        }
    }
}

/* Plain terms and strata() apart, for a stratified test of the plain ones. */
static int fill_tested(tn_making_t *m)
{
    tn_design_t *d = m->design;
    tn_arena_t *arena = &m->recipe->arena;
    int n_plain = 0;
    const char **labels = NULL;
    for (int k = 0; k < m->recipe->n_parts; k++)
        n_plain += m->recipe->part[k].is_plain;
    if (n_plain == 0) return 0;
    d->group = tn_arena_calloc(arena, d->n, sizeof *d->group);
    if (d->group == NULL) return TN_ENOMEM;
    int ret = tn_strata_number(
        m, TN_PARTS_PLAIN, d->n, d->row, d->group, &d->n_groups, &d->groups, arena);
    if (ret < 0 || n_plain == m->recipe->n_parts) return ret;
    d->block = tn_arena_calloc(arena, d->n, sizeof *d->block);
    if (d->block == NULL) return TN_ENOMEM;
    return tn_strata_number(
        m, TN_PARTS_STRATA, d->n, d->row, d->block, &d->n_blocks, &labels, arena);
}

static int fill_groups(tn_making_t *m)
{
    tn_design_t *d = m->design;
    tn_arena_t *arena = &m->recipe->arena;
    int ret = 0;
    if (m->recipe->n_parts > 0) {
        d->stratum = tn_arena_calloc(arena, d->n, sizeof *d->stratum);
        if (d->stratum == NULL) return TN_ENOMEM;
        ret = tn_strata_number(
            m, TN_PARTS_ALL, d->n, d->row, d->stratum, &d->n_strata, &d->strata, arena);
    }
    if (ret == 0 && m->recipe->opt.are_groups) ret = fill_tested(m);
    if (ret == 0 && m->cluster.code != NULL) {
        d->cluster = tn_arena_calloc(arena, d->n, sizeof *d->cluster);
        double *key = tn_arena_calloc(&m->scratch, d->n, sizeof *key);
        if (d->cluster == NULL || key == NULL) return TN_ENOMEM;
        for (size_t i = 0; i < d->n; i++)
            key[i] = m->cluster.code[d->row[i]];
        ret = tn_distinct(d->n, key, &m->scratch, d->cluster, &d->n_clusters, NULL);
    }
    return ret;
}

static int fill_rows(tn_making_t *m)
{
    tn_design_t *d = m->design;
    d->row = tn_arena_calloc(&m->recipe->arena, m->binding.frame->n_rows, sizeof *d->row);
    if (d->row == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < m->binding.frame->n_rows; i++)
        if (m->is_kept[i]) d->row[d->n++] = i;
    if (m->time[0] != NULL) d->entry = gather(m, m->time[0]);
    if (m->time[1] != NULL) d->exit = gather(m, m->time[1]);
    if (m->weight != NULL) d->weight = gather(m, m->weight);
    if (m->offset != NULL) d->offset = gather(m, m->offset);
    if (m->cause != NULL) d->cause = tn_arena_calloc(&m->recipe->arena, d->n, sizeof *d->cause);
    if (m->recipe->arena.failed) return TN_ENOMEM;
    for (size_t i = 0; m->cause != NULL && i < d->n; i++)
        d->cause[i] = m->cause[d->row[i]];
    for (size_t i = 0; d->offset != NULL && i < d->n; i++) {
        if (isfinite(d->offset[i])) continue;
        tn_making_complain(
            m, m->recipe->offset[0], "row %zu: the offset is infinite", d->row[i] + 1);
        break;
    }
    return 0;
}

static void complain_empty(tn_making_t *m)
{
    const tn_design_t *d = m->design;
    const int right = m->recipe->formula.right;
    if (d->n_frame == 0) {
        tn_making_complain(m, right, "the data have no rows");
        return;
    }
    tn_making_complain(m, right,
        "no row is left of %zu: %zu with missing values%s%.60s%s, %zu of weight 0", d->n_frame,
        d->n_missing, d->n_missing_names > 0 ? " (most in '" : "",
        d->n_missing_names > 0 ? d->missing[0].name : "", d->n_missing_names > 0 ? "')" : "",
        d->n_zero_weight);
}

static void find_means(tn_design_t *d)
{
    for (int j = 0; j < d->n_columns; j++) {
        const double *x = d->x + (size_t)j * d->n;
        double sum = 0.0, total = 0.0;
        for (size_t i = 0; i < d->n; i++) {
            const double w = d->weight == NULL ? 1.0 : d->weight[i];
            sum += w * x[i];
            total += w;
        }
        d->means[j] = sum / total;
    }
}

static void check_columns(tn_making_t *m)
{
    const tn_design_t *d = m->design;
    for (int j = 0; j < d->n_columns; j++) {
        const double *x = d->x + (size_t)j * d->n;
        for (size_t i = 0; i < d->n; i++) {
            if (isfinite(x[i])) continue;
            tn_making_complain(m, m->recipe->formula.right,
                "row %zu: %.100s is not a finite number", d->row[i] + 1, d->names[j]);
            return;
        }
    }
}

/* Everything that depends on which rows are kept. */
static int fill(tn_making_t *m)
{
    tn_design_t *d = m->design;
    int ret = fill_rows(m);
    if (ret == 0 && d->n == 0) complain_empty(m);
    if (ret == 0 && m->recipe->surv >= 0) tn_response_check(m);
    if (ret == 0) ret = tn_variables_fix_levels(m);
    if (ret == 0) ret = fill_groups(m);
    if (ret == 0) ret = verdict(m);
    if (ret == 0) ret = tn_columns_plan(m);
    if (ret < 0) return ret;
    compact(m);
    ret = tn_variables_expand(m, d->n);
    if (ret < 0) return ret;
    d->x = tn_arena_calloc(&m->recipe->arena, d->n * (size_t)d->n_columns, sizeof *d->x);
    if (d->x == NULL) return TN_ENOMEM;
    tn_columns_fill(m, d->n, d->x);
    find_means(d);
    check_columns(m);
    return verdict(m);
}

static int start(tn_making_t *m, tn_design_t *design, const tn_frame_t *frame,
    const tn_design_options_t *opt, tn_diag_t *diag)
{
    static const tn_design_options_t DEFAULT = TN_DESIGN_OPTIONS_DEFAULT;
    *m = (tn_making_t){.design = design, .binding = {.frame = frame, .diag = diag}};
    m->n_errors = tn_diag_n_errors(diag);
    design->n_frame = frame->n_rows;
    m->recipe = design->recipe = tn_calloc(1, sizeof *design->recipe);
    if (m->recipe == NULL) return TN_ENOMEM;
    m->recipe->opt = opt == NULL ? DEFAULT : *opt;
    m->recipe->weights = m->recipe->cluster = m->recipe->surv = m->recipe->cause =
        m->recipe->censored = -1;
    m->recipe->time[0] = m->recipe->time[1] = -1;
    return 0;
}

/* The rows that all designs can use, then the designs. */
static int keep_and_fill(tn_making_t *m, int n_designs)
{
    const size_t n = m->binding.frame->n_rows;
    bool *is_dropped = tn_arena_calloc(&m->scratch, n, sizeof *is_dropped);
    bool *is_kept = tn_arena_calloc(&m->scratch, n, sizeof *is_kept);
    if (is_dropped == NULL || is_kept == NULL) return TN_ENOMEM;
    size_t n_missing = 0, n_zero_weight = 0;
    if (tn_rows_drop(m, n_designs, is_dropped, &n_missing, &n_zero_weight) < 0) return TN_ENOMEM;
    for (size_t i = 0; i < n; i++)
        is_kept[i] = !is_dropped[i];
    int ret = 0;
    for (int k = 0; k < n_designs; k++) {
        m[k].is_kept = is_kept;
        m[k].design->n_missing = n_missing;
        m[k].design->n_zero_weight = n_zero_weight;
        const int each = fill(&m[k]);
        if (ret == 0 || each == TN_ENOMEM) ret = each;
    }
    return ret;
}

static int make(tn_making_t *m, int n_designs, const char *const *formula, const tn_frame_t *frame,
    const tn_design_options_t *const *opt, tn_design_t *const *design, tn_diag_t *diag)
{
    int ret = 0;
    for (int k = 0; k < n_designs; k++) {
        int each = start(&m[k], design[k], frame, opt[k], diag);
        if (each == 0) each = compile(&m[k], formula[k]);
        if (each == 0) each = evaluate(&m[k]);
        if (ret == 0 || each == TN_ENOMEM) ret = each;
    }
    if (ret == 0) ret = keep_and_fill(m, n_designs);
    return tn_diag_failed(diag) ? TN_ENOMEM : ret;
}

int tn_design_report(int ret, const tn_diag_t *diag, tn_error_t *err)
{
    if (ret != TN_EINPUT) return tn_error_set(err, ret, "%s", tn_error_text(ret));
    for (size_t i = 0; i < tn_diag_n_entries(diag); i++) {
        const tn_diag_entry_t *e = tn_diag_entry(diag, i);
        if (e->severity != TN_SEVERITY_ERROR) continue;
        if (e->line == 0) return tn_error_set(err, ret, "%s: %s", e->file, e->message);
        return tn_error_set(err, ret, "%s:%d:%d: %s", e->file, e->line, e->column, e->message);
    }
    return tn_error_set(err, ret, "%s", tn_error_text(ret));
}

static int init(int n_designs, tn_design_t *const *design, const char *const *formula,
    const tn_frame_t *frame, const tn_design_options_t *const *opt, tn_diag_t *diag,
    tn_error_t *err)
{
    tn_making_t m[2] = {{0}};
    tn_diag_t *own = NULL;
    for (int k = 0; k < n_designs; k++)
        *design[k] = (tn_design_t){0};
    int ret = diag == NULL ? tn_diag_new(&own) : 0;
    if (diag == NULL) diag = own;
    if (ret == 0) ret = make(m, n_designs, formula, frame, opt, design, diag);
    for (int k = 0; k < n_designs; k++) {
        tn_arena_free(&m[k].scratch);
        if (ret < 0) tn_design_free(design[k]);
    }
    if (ret < 0) tn_design_report(ret, diag, err);
    tn_diag_free(own);
    return ret;
}

int tn_design_init(tn_design_t *self, const char *formula, const tn_frame_t *frame,
    const tn_design_options_t *opt, tn_diag_t *diag, tn_error_t *err)
{
    return init(1, &self, &formula, frame, &opt, diag, err);
}

int tn_design_init_pair(tn_design_t *self, tn_design_t *second, const char *formula,
    const char *second_formula, const tn_frame_t *frame, const tn_design_options_t *opt,
    const tn_design_options_t *second_opt, tn_diag_t *diag, tn_error_t *err)
{
    tn_design_options_t right = TN_DESIGN_OPTIONS_DEFAULT;
    if (second_opt != NULL) right = *second_opt;
    right.is_right_only = true;
    if (right.shown == NULL) right.shown = "second formula";
    tn_design_t *const designs[2] = {self, second};
    const char *const formulas[2] = {formula, second_formula};
    const tn_design_options_t *const opts[2] = {opt, &right};
    return init(2, designs, formulas, frame, opts, diag, err);
}

void tn_design_free(tn_design_t *self)
{
    if (self == NULL) return;
    if (self->recipe != NULL) tn_arena_free(&self->recipe->arena);
    tn_free(self->recipe);
    *self = (tn_design_t){0};
}

tn_spells_t tn_design_spells(const tn_design_t *self)
{
    return (tn_spells_t){.n = self->n,
        .entry = self->entry,
        .exit = self->exit,
        .cause = self->cause,
        .n_causes = self->n_causes,
        .weight = self->weight,
        .stratum = self->stratum,
        .n_strata = self->n_strata,
        .cluster = self->cluster,
        .n_clusters = self->n_clusters,
        .x = self->x,
        .n_covariates = self->n_columns};
}

static const tn_variable_t *find_variable(const tn_design_t *self, const char *name)
{
    for (int k = 0; self->recipe != NULL && k < self->recipe->n_variables; k++)
        if (strcmp(self->recipe->variable[k].name, name) == 0) return &self->recipe->variable[k];
    return NULL;
}

const char *const *tn_design_levels(const tn_design_t *self, const char *variable, int *n_levels)
{
    const tn_variable_t *v = find_variable(self, variable);
    if (v == NULL || v->kind != TN_VARIABLE_FACTOR) return NULL;
    *n_levels = v->n_levels;
    return v->level;
}

const double *tn_design_knots(
    const tn_design_t *self, const char *variable, int *n_knots, const double **boundary)
{
    const tn_variable_t *v = find_variable(self, variable);
    if (v == NULL || v->kind != TN_VARIABLE_SPLINE) return NULL;
    *n_knots = v->spline->n_inner;
    *boundary = v->spline->boundary;
    return v->spline->inner;
}
