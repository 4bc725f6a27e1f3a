/* The parameter table, and its Markdown form for docs/model.md. Source: model 9. */
#include "model/parameters.h"

#include <stdio.h>
#include <string.h>

#include "tenure/case.h"

static const tn_parameter_info_t table[TN_N_PARAMETERS] = {
#define ROW(name, value, lo, hi, unit, kind, sd, source, meaning)                                  \
    {#name, value, lo, hi, unit, TN_PRIOR_##kind, sd, source, meaning,                             \
        TN_P_##name == TN_P_fear_base || TN_P_##name == TN_P_q_base},
    TN_PARAMETER_LIST(ROW)
#undef ROW
};

const tn_parameter_info_t *tn_parameter(int p) { return &table[p]; }

int tn_parameter_find(const char *name)
{
    for (int p = 0; p < TN_N_PARAMETERS; p++) {
        if (strcmp(table[p].name, name) == 0) return p;
    }
    return -1;
}

static void print_prior(const tn_parameter_info_t *row, FILE *out)
{
    switch (row->kind) {
    case TN_PRIOR_FIXED: fputs("fixed", out); break;
    case TN_PRIOR_ADD: fprintf(out, "+%g z", row->sd); break;
    case TN_PRIOR_LOG: fprintf(out, "×exp(%g z)", row->sd); break;
    }
}

void tn_parameters_write_markdown(FILE *out)
{
    fputs("| name | default | range | unit | prior | source | meaning |\n", out);
    fputs("|---|---|---|---|---|---|---|\n", out);
    for (int p = 0; p < TN_N_PARAMETERS; p++) {
        const tn_parameter_info_t *row = &table[p];
        fprintf(out, "| `%s` | %g | %g .. %g | %s | ", row->name, row->value, row->lowest,
            row->highest, row->unit);
        print_prior(row, out);
        fprintf(out, " | %s | %s |\n", row->source, row->meaning);
    }
}
