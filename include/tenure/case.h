/** A case: one court at one date, read from a YAML file (tenure-case(5)). */
#ifndef TENURE_CASE_H
#define TENURE_CASE_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tenure/diag.h"
#include "tenure/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Largest case file accepted, bytes; deepest nesting. */
#define TN_CASE_MAX_BYTES 4194304 /* 4 MiB */
#define TN_CASE_MAX_DEPTH 16

/** Ways out of office. The order is the order of tables and of the simulator's competing hazards.
 */
#define TN_ROUTE_LIST(X)                                                                           \
    X(DEATH, death)                                                                                \
    X(INCAPACITY, incapacity)                                                                      \
    X(ASSASSINATION, assassination)                                                                \
    X(COUP, coup)                                                                                  \
    X(UPRISING, uprising)                                                                          \
    X(REGULAR, regular)                                                                            \
    X(FOREIGN, foreign)

typedef enum tn_route {
#define TN_ROUTE_ENUM(upper, lower) TN_ROUTE_##upper,
    TN_ROUTE_LIST(TN_ROUTE_ENUM)
#undef TN_ROUTE_ENUM
        TN_N_ROUTES
} tn_route_t;

/** Name of a route, e.g. "coup"; NULL if out of range. */
TN_API const char *tn_route_name(int route);

typedef struct tn_case tn_case_t;

/** How to read a case. Zero-initialise; NULL means: from the file, unchanged. */
typedef struct tn_case_options {
    const char *const *set; /**< n_set texts "path=value", e.g. "actors.army.power=9" */
    size_t n_set;
    const char *as_of;    /**< "YYYY-MM-DD"; reports after it are left out */
    const char *horizons; /**< "13w,26w,5y" */
} tn_case_options_t;

/** Reads a case file; path "-" is standard input.
 *  @param diag  filled with every mistake (and with warnings even on success). Must not be NULL.
 *  @return 0; TN_EINPUT if diag holds errors (a missing or unreadable file too); TN_ENOMEM.
 *  On failure *self is NULL. */
TN_API TN_MUST_CHECK int tn_case_read(tn_case_t **self, const char *path,
    const tn_case_options_t *opt, tn_diag_t *diag, tn_error_t *err);

/** The same from memory; name is shown in messages. */
TN_API TN_MUST_CHECK int tn_case_parse(tn_case_t **self, const char *name, const void *bytes,
    size_t n_bytes, const tn_case_options_t *opt, tn_diag_t *diag, tn_error_t *err);

TN_API void tn_case_free(tn_case_t *self);

/** Short name, one-line title and dates (days since 1970-01-01). Borrowed. */
TN_API const char *tn_case_name(const tn_case_t *self);
TN_API const char *tn_case_title(const tn_case_t *self);
TN_API int32_t tn_case_start(const tn_case_t *self);
TN_API int32_t tn_case_as_of(const tn_case_t *self);
TN_API size_t tn_case_n_actors(const tn_case_t *self);
TN_API size_t tn_case_n_events(const tn_case_t *self);
TN_API size_t tn_case_n_origins(const tn_case_t *self);
TN_API size_t tn_case_n_reports(const tn_case_t *self);
/** SHA-256 of the file's bytes and of the settings of the command line, 64 hex digits. Borrowed. */
TN_API const char *tn_case_hash(const tn_case_t *self);

/** Writes the whole case with all defaults filled in, as a case file that reads back to the same
 * case. */
TN_API TN_MUST_CHECK int tn_case_write(const tn_case_t *self, FILE *out, tn_error_t *err);

/** Writes a commented case to start from (tenure new). name: [a-z0-9-]+ */
TN_API TN_MUST_CHECK int tn_case_write_template(const char *name, FILE *out, tn_error_t *err);

/** Writes the man page tenure-case(5) from the schema table. */
TN_API void tn_case_write_man(FILE *out);

/** Writes the parameter table of the model as Markdown (docs/model.md holds the same). */
TN_API void tn_parameters_write_markdown(FILE *out);

#ifdef __cplusplus
}
#endif
#endif
