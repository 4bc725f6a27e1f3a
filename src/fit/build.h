/** Laying out a fitted model: tables, columns, notes, in memory that tn_fit_t owns. */
#ifndef TN_FIT_BUILD_H
#define TN_FIT_BUILD_H
#include "tenure/fit.h"

/** Empties self and gives it memory. @return 0 or TN_ENOMEM. */
int tn_build_init(tn_fit_t *self);
/** Whether an allocation failed since. Ask after adding columns and before filling them. */
bool tn_build_failed(const tn_fit_t *self);

/** Adds a table; NULL on failure, which the functions below accept. title is copied. */
tn_fit_table_t *tn_build_table(
    tn_fit_t *self, const char *name, const char *title, size_t n_rows, int max_columns);
/** Adds a column of NaN; name must live long, as a literal. */
double *tn_build_number(
    tn_fit_t *self, tn_fit_table_t *table, const char *name, tn_fit_kind_t kind);
/** Adds a column of texts, all NULL. */
const char **tn_build_text(tn_fit_t *self, tn_fit_table_t *table, const char *name);
/** Room for n numbers that lives as long as self; NULL on failure. */
double *tn_build_scratch(tn_fit_t *self, size_t n);
/** Room for n texts that lives as long as self; NULL on failure. */
const char **tn_build_texts(tn_fit_t *self, size_t n);
/** A copy that lives as long as self; NULL for NULL. */
const char *tn_build_copy(tn_fit_t *self, const char *text);
/** Text that lives as long as self. */
const char *tn_build_printf(tn_fit_t *self, const char *fmt, ...) TN_PRINTF(2, 3);
void tn_build_note(tn_fit_t *self, const char *fmt, ...) TN_PRINTF(2, 3);
void tn_build_warning(tn_fit_t *self, const char *fmt, ...) TN_PRINTF(2, 3);
#endif
