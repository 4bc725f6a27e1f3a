/* The columns of a design for other rows: the recipe bound to another frame. */
#include "tenure/design.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "survival/design_recipe.h"

/* Do all names under the node stand for columns of the frame? Nothing is reported. */
static bool has_columns(const tn_binding_t *b, int root)
{
    const tn_formula_t *f = b->formula;
    for (int i = root - f->node[root].size + 1; i <= root; i++) {
        const tn_token_t *token = &f->token[f->node[i].token];
        const bool is_constant = token->text != NULL && (strcmp(token->text, "TRUE") == 0 ||
                                                            strcmp(token->text, "FALSE") == 0);
        if (f->node[i].kind == TN_NODE_LEAF && token->kind == TN_TOKEN_NAME && !is_constant &&
            tn_frame_find(b->frame, token->text) < 0) {
            return false;
        }
    }
    return true;
}

/* The column must hold what it held in the fit. */
static void check_kind(tn_making_t *m, const tn_variable_t *v)
{
    if (m->binding.node[v->node].type == TN_VALUE_BAD) return;
    if (v->kind == TN_VARIABLE_FACTOR) {
        tn_bind_column(&m->binding, v->value_node);
    } else {
        tn_bind_number(&m->binding, v->value_node);
    }
}

static int bind_all(tn_making_t *m)
{
    const tn_design_recipe_t *r = m->recipe;
    m->binding.node =
        tn_arena_calloc(&m->scratch, (size_t)r->formula.n_nodes, sizeof *m->binding.node);
    if (m->binding.node == NULL) return TN_ENOMEM;
    for (int k = 0; k < r->n_variables; k++) {
        tn_bind(&m->binding, r->variable[k].node);
        check_kind(m, &r->variable[k]);
    }
    for (int k = 0; k < r->n_offsets; k++) {
        tn_bind(&m->binding, r->offset[k]);
        tn_bind_number(&m->binding, r->offset[k]);
    }
    return tn_diag_n_errors(m->binding.diag) > m->n_errors ? TN_EINPUT : 0;
}

/* Numbers the strata of the rows in which all parts are known. */
static int match_strata(tn_making_t *m, tn_design_rows_t *rows)
{
    const tn_design_recipe_t *r = m->recipe;
    size_t *row = tn_arena_calloc(&m->scratch, rows->n, sizeof *row), n = 0;
    int32_t *own = tn_arena_calloc(&m->scratch, rows->n, sizeof *own);
    const char **labels = NULL;
    int n_own = 0;
    if (row == NULL || own == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < rows->n; i++) {
        bool is_known = true;
        for (int k = 0; k < r->n_parts; k++)
            is_known = is_known && m->part[k].code[i] >= 0;
        rows->stratum[i] = -1;
        if (is_known) row[n++] = i;
    }
    int ret = tn_strata_number(m, TN_PARTS_ALL, n, row, own, &n_own, &labels, &m->scratch);
    int32_t *place =
        ret < 0 ? NULL : tn_arena_calloc(&m->scratch, (size_t)n_own + 1, sizeof *place);
    if (place == NULL) return TN_ENOMEM;
    for (int k = 0; k < n_own; k++) {
        place[k] = -1;
        for (int i = 0; i < m->design->n_strata; i++)
            if (strcmp(labels[k], m->design->strata[i]) == 0) place[k] = i;
        if (place[k] < 0) {
            tn_making_complain(
                m, r->part[0].node, "stratum '%.200s' was not in the fit", labels[k]);
            ret = TN_EINPUT;
        }
    }
    for (size_t i = 0; i < n; i++)
        rows->stratum[row[i]] = place[own[i]];
    return ret;
}

static int predict_strata(tn_making_t *m, tn_design_rows_t *rows)
{
    const tn_design_recipe_t *r = m->recipe;
    for (int k = 0; k < r->n_parts; k++)
        if (!has_columns(&m->binding, r->part[k].node)) return 0;
    if (r->n_parts == 0) return 0;
    rows->stratum = tn_calloc(rows->n + 1, sizeof *rows->stratum);
    if (rows->stratum == NULL) return TN_ENOMEM;
    for (int k = 0; k < r->n_parts; k++) {
        tn_bind(&m->binding, r->part[k].node);
        if (!tn_bind_column(&m->binding, r->part[k].node)) return TN_EINPUT;
        if (m->binding.node[r->part[k].node].type == TN_VALUE_BAD) return TN_EINPUT;
    }
    const int ret = tn_groups_evaluate(m);
    if (ret < 0) return ret;
    return match_strata(m, rows);
}

/* A row with any missing value is missing as a whole. */
static void mark_missing(const tn_making_t *m, tn_design_rows_t *rows)
{
    const size_t n_columns = (size_t)m->design->n_columns;
    for (size_t i = 0; i < rows->n; i++) {
        bool is_missing = rows->offset != NULL && isnan(rows->offset[i]);
        for (size_t j = 0; j < n_columns; j++)
            is_missing = is_missing || isnan(rows->x[j * rows->n + i]);
        for (size_t j = 0; is_missing && j < n_columns; j++)
            rows->x[j * rows->n + i] = NAN;
        rows->n_missing += is_missing;
    }
}

static int predict(tn_making_t *m, tn_design_rows_t *rows)
{
    const tn_design_recipe_t *r = m->recipe;
    const size_t n = rows->n;
    int ret = bind_all(m);
    if (ret == 0) ret = tn_variables_evaluate(m);
    if (ret == 0) ret = tn_variables_match_levels(m);
    if (ret == 0) ret = predict_strata(m, rows);
    if (ret == 0) ret = tn_variables_expand(m, n);
    if (ret == 0 && tn_diag_n_errors(m->binding.diag) > m->n_errors) ret = TN_EINPUT;
    if (ret < 0) return ret;
    if ((double)n * m->design->n_columns > TN_FRAME_MAX_CELLS) {
        tn_making_complain(m, r->formula.right, "more than %d cells", TN_FRAME_MAX_CELLS);
        return TN_EINPUT;
    }
    rows->x = tn_calloc(n * (size_t)m->design->n_columns + 1, sizeof *rows->x);
    if (rows->x == NULL) return TN_ENOMEM;
    tn_columns_fill(m, n, rows->x);
    if (r->n_offsets > 0) {
        rows->offset = tn_calloc(n + 1, sizeof *rows->offset);
        if (rows->offset == NULL) return TN_ENOMEM;
        for (size_t i = 0; i < n; i++)
            for (int k = 0; k < r->n_offsets; k++)
                rows->offset[i] += tn_bind_value(&m->binding, r->offset[k], i);
    }
    mark_missing(m, rows);
    return 0;
}

int tn_design_predict(const tn_design_t *self, const tn_frame_t *frame, tn_design_rows_t *rows,
    tn_diag_t *diag, tn_error_t *err)
{
    tn_design_t view = *self;
    tn_diag_t *own = NULL;
    *rows = (tn_design_rows_t){.n = frame->n_rows};
    if (self->recipe == NULL) return tn_error_set(err, TN_EARG, "the design is empty");
    if (diag == NULL && tn_diag_new(&own) < 0) return tn_error_set(err, TN_ENOMEM, "out of memory");
    if (diag == NULL) diag = own;
    tn_making_t m = {.design = &view,
        .recipe = self->recipe,
        .binding = {.formula = &self->recipe->formula,
            .frame = frame,
            .diag = diag,
            .is_new = true},
        .n_errors = tn_diag_n_errors(diag)};
    int ret = predict(&m, rows);
    if (tn_diag_failed(diag) || m.scratch.failed) ret = TN_ENOMEM;
    tn_arena_free(&m.scratch);
    if (ret < 0) {
        tn_design_rows_free(rows);
        tn_design_report(ret, diag, err);
    }
    tn_diag_free(own);
    return ret;
}

void tn_design_rows_free(tn_design_rows_t *self)
{
    if (self == NULL) return;
    tn_free(self->x), tn_free(self->offset), tn_free(self->stratum);
    *self = (tn_design_rows_t){0};
}
