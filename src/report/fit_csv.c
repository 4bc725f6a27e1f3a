/* One table of a fit as CSV, as R reads it: Inf and -Inf by name, missing figures empty. */
#include <math.h>

#include "report/csv.h"
#include "report/number.h"
#include "tenure/fit.h"

static void put_number(FILE *out, double value)
{
    char text[TN_NUMBER_SIZE];
    if (isinf(value)) {
        fputs(value > 0.0 ? "Inf" : "-Inf", out);
        return;
    }
    tn_number_exact(text, value);
    fputs(text, out);
}

int tn_fit_report_csv(const tn_fit_table_t *table, FILE *out, tn_error_t *err)
{
    for (int j = 0; j < table->n_columns; j++) {
        if (j > 0) fputc(',', out);
        tn_csv_put_field(out, table->column[j].name);
    }
    fputs("\r\n", out);
    for (size_t i = 0; i < table->n_rows; i++) {
        for (int j = 0; j < table->n_columns; j++) {
            const tn_fit_column_t *c = &table->column[j];
            if (j > 0) fputc(',', out);
            if (c->number != NULL) {
                put_number(out, c->number[i]);
            } else {
                tn_csv_put_field(out, c->text[i]);
            }
        }
        fputs("\r\n", out);
    }
    if (ferror(out)) return tn_error_set(err, TN_EIO, "cannot write the table");
    return 0;
}
