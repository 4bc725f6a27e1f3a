/* The left side: surv(time, cause), surv(entry, exit, cause), and how a cause is coded. */
#include "survival/design_recipe.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

#define MAX_CAUSES 1000

static void read_arguments(tn_making_t *m, int surv)
{
    tn_design_recipe_t *r = m->recipe;
    const tn_formula_t *f = &r->formula;
    int plain[3], n_plain = 0;
    for (int k = 0; k < f->node[surv].n_args; k++) {
        const int node = tn_formula_child(f, surv, k), arg_name = f->node[node].arg_name;
        const char *name = arg_name < 0 ? NULL : f->token[arg_name].text;
        const bool is_censored = name != NULL && strcmp(name, "censored") == 0;
        const bool is_cause =
            name != NULL && (strcmp(name, "cause") == 0 || strcmp(name, "event") == 0);
        if (name != NULL &&
            ((!is_censored && !is_cause) || (is_censored ? r->censored : r->cause) >= 0)) {
            tn_formula_complain(f, m->binding.diag, arg_name, arg_name,
                "unexpected argument '%.60s', expected censored = \"level\" or cause = (once)",
                name);
        } else if (is_censored) {
            r->censored = node;
        } else if (is_cause) {
            r->cause = node;
        } else if (n_plain < 3) {
            plain[n_plain++] = node;
        } else {
            tn_making_complain(m, node, "too many arguments, expected surv(entry, exit, cause)");
        }
    }
    if (r->cause < 0 && n_plain > 1) r->cause = plain[--n_plain];
    if (r->cause < 0 || n_plain < 1 || n_plain > 2) {
        r->cause = -1;
        tn_making_complain(m, surv, "expected surv(time, cause) or surv(entry, exit, cause)");
        return;
    }
    r->time[1] = plain[n_plain - 1];
    if (n_plain == 2) r->time[0] = plain[0];
}

void tn_response_read(tn_making_t *m)
{
    tn_design_recipe_t *r = m->recipe;
    tn_binding_t *b = &m->binding;
    if (tn_bind_function(&r->formula, r->formula.left) != TN_FUNCTION_SURV) {
        tn_making_complain(m, r->formula.left,
            "the left side must be surv(time, cause) or surv(entry, exit, cause)");
        return;
    }
    r->surv = r->formula.left;
    tn_bind(b, r->surv);
    read_arguments(m, r->surv);
    if (r->cause < 0) return;
    for (int k = 0; k < 2; k++)
        if (r->time[k] >= 0) tn_bind_number(b, r->time[k]);
    if (!tn_bind_column(b, r->cause)) return;
    if (b->node[r->cause].type > TN_VALUE_LEVELS)
        tn_making_complain(m, r->cause, "expected a column or a comparison for the cause");
    if (r->censored >= 0 && b->node[r->cause].type == TN_VALUE_LOGICAL)
        tn_making_complain(m, r->censored, "a comparison says by itself what is censored");
}

static int set_cause_names(tn_making_t *m, int n)
{
    tn_design_t *d = m->design;
    d->n_causes = n;
    d->cause_names = tn_arena_calloc(&m->recipe->arena, (size_t)n + 1, sizeof *d->cause_names);
    return d->cause_names == NULL ? TN_ENOMEM : 0;
}

static const char *keep_text(tn_making_t *m, const char *text)
{
    return tn_arena_strndup(&m->recipe->arena, text, strlen(text));
}

static const char *number_text(tn_making_t *m, double value)
{
    char text[32];
    tn_formula_number(value, text);
    return keep_text(m, text);
}

static int cause_of_logical(tn_making_t *m, const double *value)
{
    for (size_t i = 0; i < m->binding.frame->n_rows; i++)
        m->cause[i] = isnan(value[i]) ? -1 : value[i] != 0.0;
    if (set_cause_names(m, 1) < 0) return TN_ENOMEM;
    m->design->cause_names[0] = "event";
    return 0;
}

/* The largest cause; -1: reported. *shift is 1 if 1 means censored and 2 event. */
static int largest_cause(tn_making_t *m, const double *value, int *shift)
{
    int most = 0;
    bool has_zero = false;
    for (size_t i = 0; i < m->binding.frame->n_rows; i++) {
        const double v = value[i];
        if (isnan(v)) continue;
        if (!(v >= 0.0 && v <= MAX_CAUSES && v == floor(v))) {
            tn_making_complain(m, m->recipe->cause,
                "row %zu: the cause is %g, expected 0 (censored) or a whole number from 1 to %d",
                i + 1, v, MAX_CAUSES);
            return -1;
        }
        if ((int)v > most) most = (int)v;
        has_zero = has_zero || v == 0.0;
    }
    *shift = !has_zero && most == 2 ? 1 : 0;
    return most - *shift;
}

static int cause_of_number(tn_making_t *m, const double *value)
{
    int shift = 0;
    const int most = largest_cause(m, value, &shift);
    if (most < 0) return 0;
    const int n = most > 0 ? most : 1;
    for (size_t i = 0; i < m->binding.frame->n_rows; i++)
        m->cause[i] = isnan(value[i]) ? -1 : (int32_t)value[i] - shift;
    if (set_cause_names(m, n) < 0) return TN_ENOMEM;
    for (int k = 0; k < n; k++)
        m->design->cause_names[k] = number_text(m, k + 1 + shift);
    return 0;
}

static bool is_word(const char *text, const char *word)
{
    size_t i = 0;
    while (word[i] != '\0' && (text[i] == word[i] || text[i] == word[i] - 32))
        i++;
    return word[i] == '\0' && text[i] == '\0';
}

/* Texts that mean censored when nothing else is said. */
static bool means_censored(const char *text)
{
    static const char *const WORDS[] = {"censored", "censor", "none", "0"};
    for (size_t k = 0; k < sizeof WORDS / sizeof *WORDS; k++)
        if (is_word(text, WORDS[k])) return true;
    return false;
}

/* TRUE and FALSE, as R writes truth values to CSV: value[i] in the rows, or false. */
static bool read_truth(const tn_frame_column_t *column, size_t n, double *value)
{
    if (column == NULL || column->is_factor || column->level == NULL) return false;
    for (int k = 0; k < column->n_levels; k++)
        if (!is_word(column->levels[k], "true") && !is_word(column->levels[k], "false"))
            return false;
    for (size_t i = 0; i < n; i++) {
        const int32_t k = column->level[i];
        value[i] = k < 0 ? NAN : is_word(column->levels[k], "true") ? 1.0 : 0.0;
    }
    return column->n_levels > 0;
}

static void mark_given(tn_making_t *m, const tn_levels_t *levels, bool *is_censored)
{
    int n;
    const char **texts = tn_constant_texts(m, m->recipe->censored, &n);
    for (int i = 0; texts != NULL && i < n; i++) {
        int k = 0;
        while (k < levels->n && strcmp(levels->label[k], texts[i]) != 0)
            k++;
        if (k < levels->n) {
            is_censored[k] = true;
        } else {
            tn_bind_unknown_level(
                &m->binding, m->recipe->censored, texts[i], levels->label, levels->n);
        }
    }
}

static void mark_by_custom(tn_making_t *m, const tn_levels_t *levels, bool *is_censored)
{
    const tn_frame_column_t *column = m->binding.node[m->recipe->cause].column;
    int n_found = 0;
    if (column != NULL && column->is_factor) {
        is_censored[0] = true;
        return;
    }
    for (int k = 0; k < levels->n; k++)
        n_found += is_censored[k] = means_censored(levels->label[k]);
    if (n_found == 1) return;
    tn_text_t list = {0};
    for (int k = 0; k < levels->n && k < 10; k++)
        tn_text_printf(&list, "%s'%.60s'", k == 0 ? "" : ", ", levels->label[k]);
    tn_making_complain(m, m->recipe->cause,
        "which level is censored? say surv(..., censored = \"LEVEL\"); the levels are: %s%s",
        list.s == NULL ? "(none)" : list.s, levels->n > 10 ? ", ..." : "");
    tn_text_free(&list);
}

static int cause_of_levels(tn_making_t *m)
{
    tn_levels_t levels;
    if (tn_bind_levels(&m->binding, m->recipe->cause, true, &m->scratch, &levels) < 0)
        return TN_ENOMEM;
    bool *is_censored = tn_arena_calloc(&m->scratch, (size_t)levels.n + 1, sizeof *is_censored);
    int32_t *cause = tn_arena_calloc(&m->scratch, (size_t)levels.n + 1, sizeof *cause);
    if (is_censored == NULL || cause == NULL) return TN_ENOMEM;
    if (m->recipe->censored >= 0) {
        mark_given(m, &levels, is_censored);
    } else {
        mark_by_custom(m, &levels, is_censored);
    }
    int n = 0;
    for (int k = 0; k < levels.n; k++)
        cause[k] = is_censored[k] ? 0 : ++n;
    if (n > MAX_CAUSES || n == 0) {
        tn_making_complain(m, m->recipe->cause, "%d causes, expected 1 to %d", n, MAX_CAUSES);
        return 0;
    }
    if (set_cause_names(m, n) < 0) return TN_ENOMEM;
    for (int k = 0; k < levels.n; k++)
        if (cause[k] > 0) m->design->cause_names[cause[k] - 1] = keep_text(m, levels.label[k]);
    for (size_t i = 0; i < m->binding.frame->n_rows; i++)
        m->cause[i] = levels.code[i] < 0 ? -1 : cause[levels.code[i]];
    return 0;
}

static int evaluate_cause(tn_making_t *m)
{
    const tn_design_recipe_t *r = m->recipe;
    const size_t n = m->binding.frame->n_rows;
    const tn_value_type_t type = m->binding.node[r->cause].type;
    m->cause = tn_arena_calloc(&m->scratch, n, sizeof *m->cause);
    if (m->cause == NULL) return TN_ENOMEM;
    if (r->censored >= 0) return cause_of_levels(m);
    double *value = tn_calloc(n + 1, sizeof *value);
    if (value == NULL) return TN_ENOMEM;
    int ret = 0;
    if (type == TN_VALUE_LEVELS) {
        const bool is_truth = read_truth(m->binding.node[r->cause].column, n, value);
        ret = is_truth ? cause_of_logical(m, value) : cause_of_levels(m);
    } else {
        tn_bind_values(&m->binding, r->cause, value);
        ret = type == TN_VALUE_LOGICAL ? cause_of_logical(m, value) : cause_of_number(m, value);
    }
    tn_free(value);
    return ret;
}

int tn_response_evaluate(tn_making_t *m)
{
    const tn_design_recipe_t *r = m->recipe;
    for (int k = 0; k < 2; k++) {
        if (r->time[k] < 0) continue;
        m->time[k] = tn_arena_calloc(&m->scratch, m->binding.frame->n_rows, sizeof *m->time[k]);
        if (m->time[k] == NULL) return TN_ENOMEM;
        tn_bind_values(&m->binding, r->time[k], m->time[k]);
    }
    const int ret = evaluate_cause(m);
    return m->recipe->arena.failed ? TN_ENOMEM : ret;
}

void tn_response_check(const tn_making_t *m)
{
    size_t n_bad = 0, first = 0;
    const double *entry = m->time[0], *exit = m->time[1];
    for (size_t i = 0; i < m->binding.frame->n_rows; i++) {
        if (!m->is_kept[i]) continue;
        const bool is_fine =
            isfinite(exit[i]) &&
            (entry == NULL ? exit[i] >= 0.0 : isfinite(entry[i]) && entry[i] < exit[i]);
        if (!is_fine && n_bad++ == 0) first = i;
    }
    if (n_bad == 0) return;
    char more[60] = "";
    if (n_bad > 1)
        snprintf(
            more, sizeof more, ", and %zu more row%s like it", n_bad - 1, n_bad == 2 ? "" : "s");
    if (entry == NULL) {
        tn_making_complain(m, m->recipe->surv,
            "row %zu: the time is %.17g, expected a number from 0%s", first + 1, exit[first], more);
    } else {
        tn_making_complain(m, m->recipe->surv, "row %zu: exit is not after entry (%.17g, %.17g)%s",
            first + 1, entry[first], exit[first], more);
    }
}
