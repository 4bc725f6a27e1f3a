/** Spells to test with: a dozen rows worked through R, random ones, the same rows in another order
 * or with weights written out, rows of the reference data. */
#ifndef TN_TESTS_SPELLS_FIXTURE_H
#define TN_TESTS_SPELLS_FIXTURE_H
#include "reference.h"
#include "tenure/spells.h"

/** Arrays behind the spells; set a pointer of `spells` to use them. group: 0..2. */
typedef struct fixture {
    tn_spells_t spells;
    double *entry, *exit, *weight;
    int32_t *cause, *stratum, *cluster, *group;
} fixture_t;

enum {
    FIXTURE_ENTRY = 1,
    FIXTURE_COUNTS = 2,
    FIXTURE_FRACTIONS = 4,
    FIXTURE_STRATA = 8,
    FIXTURE_CLUSTERS = 16,
    FIXTURE_TIES = 32
};

void fixture_init(fixture_t *self, size_t n);
void fixture_free(fixture_t *self);
/** Twelve rows with ties in two groups; entry, weight, cluster filled, not yet used. */
void fixture_dozen(fixture_t *self);
/** n random rows, two causes; weights 1..3 (COUNTS) or (0, 2) (FRACTIONS), 3 strata, n/3 clusters,
 * times of 10 values (TIES). */
void fixture_random(fixture_t *self, uint32_t trial, size_t n, unsigned what);
/** The same rows backwards. */
void fixture_reverse(fixture_t *self, const fixture_t *from);
/** A row of whole weight w as w rows. */
void fixture_expand(fixture_t *self, const fixture_t *from);
/** n rows of a reference file that `keep` (NULL: all) keeps: columns of exit, cause (number), and
 * stratum (its first character's number, or NULL) into group. */
typedef struct fixture_columns {
    const char *file, *entry, *exit, *cause, *group;
    int event;                  /* > 0: this value of `cause` is the event, others censored */
    const char *filter, *value; /* only rows with this text in that column */
} fixture_columns_t;
bool fixture_read(fixture_t *self, const fixture_columns_t *columns);
#endif
