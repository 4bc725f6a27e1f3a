/* Strata: the combinations of levels that have rows, the first variable the slowest. */
#include "survival/design_recipe.h"

#include <string.h>

#include "base/mem.h"

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
