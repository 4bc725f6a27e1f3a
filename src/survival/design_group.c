/* Strata: the combinations of levels that have rows, the first variable the slowest. */
#include "survival/design_recipe.h"

#include <string.h>

#include "base/mem.h"

tn_group_part_t tn_group_part(tn_making_t *m, int node, const char *name, bool is_plain)
{
    const tn_formula_t *f = &m->recipe->formula;
    tn_group_part_t part = {.node = node, .is_plain = is_plain};
    if (!tn_bind_column(&m->binding, node)) return part;
    const tn_value_type_t type = m->binding.node[node].type;
    if (type == TN_VALUE_FACTOR) {
        part.node = tn_formula_child(f, node, 0);
        tn_factor_read(m, node, &part.factor);
    } else if (type > TN_VALUE_LEVELS) {
        tn_making_complain(m, node, "expected a column or an expression to group by");
        return part;
    }
    part.name = name;
    return part;
}

/* factor(x, ref = ..): that level first. */
static int put_first(
    const tn_making_t *m, const tn_group_part_t *part, tn_levels_t *levels, tn_arena_t *arena)
{
    const char *reference = part->factor.reference;
    if (reference == NULL) return 0;
    const char **label = tn_arena_calloc(arena, (size_t)levels->n + 1, sizeof *label);
    if (label == NULL) return TN_ENOMEM;
    int front = 0;
    while (front < levels->n && strcmp(levels->label[front], reference) != 0)
        front++;
    if (front == levels->n) {
        if (!m->binding.is_new)
            tn_bind_unknown_level(&m->binding, part->node, reference, levels->label, levels->n);
        return 0;
    }
    for (int k = 0; k < levels->n; k++)
        label[k == front ? 0 : k < front ? k + 1 : k] = levels->label[k];
    for (size_t i = 0; i < m->binding.frame->n_rows; i++) {
        const int32_t k = levels->code[i];
        levels->code[i] = k == front ? 0 : k >= 0 && k < front ? k + 1 : k;
    }
    levels->label = label;
    return 0;
}

int tn_groups_evaluate(tn_making_t *m)
{
    const tn_design_recipe_t *r = m->recipe;
    m->part = tn_arena_calloc(&m->scratch, (size_t)r->n_parts + 1, sizeof *m->part);
    int ret = m->part == NULL ? TN_ENOMEM : 0;
    for (int k = 0; ret == 0 && k < r->n_parts; k++) {
        ret = tn_bind_levels(&m->binding, r->part[k].node, true, &m->scratch, &m->part[k]);
        if (ret == 0) ret = tn_factor_use_explicit(m, &r->part[k].factor, &m->part[k]);
        if (ret == 0) ret = put_first(m, &r->part[k], &m->part[k], &m->scratch);
    }
    return ret;
}

/* stratum := dense number of (stratum, level of the part); combinations keep their order. */
static int refine(const tn_levels_t *part, size_t n, const size_t *row, int32_t *stratum,
    int *n_strata, uint32_t **first, tn_arena_t *arena)
{
    double *key = tn_calloc(n + 1, sizeof *key);
    if (key == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < n; i++)
        key[i] = (double)stratum[i] * part->n + part->code[row[i]];
    const int ret = tn_distinct(n, key, arena, stratum, n_strata, first);
    tn_free(key);
    return ret;
}

static bool is_wanted(const tn_making_t *m, tn_parts_t parts, int k)
{
    return parts == TN_PARTS_ALL || m->recipe->part[k].is_plain == (parts == TN_PARTS_PLAIN);
}

static const char *label_of(const tn_making_t *m, tn_parts_t parts, size_t row, tn_arena_t *arena)
{
    tn_text_t text = {0};
    for (int k = 0; k < m->recipe->n_parts; k++) {
        if (!is_wanted(m, parts, k)) continue;
        const tn_levels_t *part = &m->part[k];
        tn_text_printf(&text, "%s%s=%s", text.n == 0 ? "" : ", ", m->recipe->part[k].name,
            part->label[part->code[row]]);
    }
    char *label = text.failed || text.s == NULL ? NULL : tn_arena_strndup(arena, text.s, text.n);
    tn_text_free(&text);
    return label;
}

int tn_strata_number(tn_making_t *m, tn_parts_t parts, size_t n, const size_t *row,
    int32_t *stratum, int *n_strata, const char ***labels, tn_arena_t *arena)
{
    uint32_t *first = NULL;
    *n_strata = 0;
    if (n > 0) memset(stratum, 0, n * sizeof *stratum);
    for (int k = 0; k < m->recipe->n_parts; k++) {
        if (!is_wanted(m, parts, k)) continue;
        const int ret = refine(&m->part[k], n, row, stratum, n_strata, &first, &m->scratch);
        if (ret < 0) return ret;
    }
    *labels = tn_arena_calloc(arena, (size_t)*n_strata + 1, sizeof **labels);
    if (*labels == NULL) return TN_ENOMEM;
    for (int k = 0; k < *n_strata; k++) {
        (*labels)[k] = label_of(m, parts, row[first[k]], arena);
        if ((*labels)[k] == NULL) return TN_ENOMEM;
    }
    return 0;
}
