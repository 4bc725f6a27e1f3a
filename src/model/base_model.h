/** Base rates of leaving office: hazards by route from what is known of a leader, fitted to the
 * panel of leader-months.
 *
 *  Each route has a monthly hazard. Regular exits, coups, uprisings, assassinations and foreign
 *  removals: binary logits with a ridge on the leader-months, each taking the other routes as
 *  censored (Begg & Gray 1984; discrete-time competing risks, Allison 1982). Death and incapacity:
 * a life table by age and sex times a fitted multiplier. */
#ifndef TN_MODEL_BASE_MODEL_H
#define TN_MODEL_BASE_MODEL_H
#include "model/base_class.h"
#include "model/base_design.h"

/** The logits, of leaders whose country's record is known and of others. X(upper, route, design) */
#define TN_BASE_EQUATION_LIST(X)                                                                   \
    X(REGULAR, TN_ROUTE_REGULAR, TN_DESIGN_REGULAR)                                                \
    X(COUP, TN_ROUTE_COUP, TN_DESIGN_IRREGULAR)                                                    \
    X(UPRISING, TN_ROUTE_UPRISING, TN_DESIGN_IRREGULAR)                                            \
    X(ASSASSINATION, TN_ROUTE_ASSASSINATION, TN_DESIGN_IRREGULAR)                                  \
    X(FOREIGN, TN_ROUTE_FOREIGN, TN_DESIGN_IRREGULAR)                                              \
    X(REGULAR_TRAITS, TN_ROUTE_REGULAR, TN_DESIGN_REGULAR_TRAITS)                                  \
    X(COUP_TRAITS, TN_ROUTE_COUP, TN_DESIGN_IRREGULAR_TRAITS)                                      \
    X(UPRISING_TRAITS, TN_ROUTE_UPRISING, TN_DESIGN_IRREGULAR_TRAITS)                              \
    X(ASSASSINATION_TRAITS, TN_ROUTE_ASSASSINATION, TN_DESIGN_IRREGULAR_TRAITS)                    \
    X(FOREIGN_TRAITS, TN_ROUTE_FOREIGN, TN_DESIGN_IRREGULAR_TRAITS)
typedef enum tn_base_equation_id {
#define TN_BASE_EQUATION_ENUM(upper, route, design) TN_EQUATION_##upper,
    TN_BASE_EQUATION_LIST(TN_BASE_EQUATION_ENUM)
#undef TN_BASE_EQUATION_ENUM
        TN_N_EQUATIONS
} tn_base_equation_id_t;

typedef struct tn_base_equation {
    int route, design, p;
    size_t n_events;
    double coef[TN_DESIGN_MAX];
    double *variance; /* p x p, clustered by country; NULL if not asked for */
} tn_base_equation_t;

/** Health: yearly hazard = multiplier times the life table's. */
typedef struct tn_base_health {
    size_t n_events;
    double expected;   /* events by the life table alone, over the panel */
    double multiplier; /* n_events / expected */
} tn_base_health_t;

#define TN_BASE_SOURCES 16
typedef struct tn_base_model {
    tn_base_equation_t equation[TN_N_EQUATIONS];
    tn_base_health_t death, incapacity;
    int from, to;    /* months of the panel, inclusive */
    size_t n_months; /* leader-months */
    tn_base_classes_t classes;
    int n_sources;
    struct {
        char title[160], sha256[65];
    } source[TN_BASE_SOURCES];
} tn_base_model_t;

void tn_base_model_free(tn_base_model_t *self);

int tn_base_equation_route(int e);
int tn_base_equation_design(int e);
/** Is e of leaders known by their traits alone? */
bool tn_base_equation_is_traits(int e);
/** "traits", or "country": what e takes to be known. */
const char *tn_base_equation_knows(int e);
/** Route, design and number of covariates of equation e. */
void tn_base_equation_init(tn_base_equation_t *self, int e);
/** Remembers a source; texts too long are cut. */
void tn_base_add_source(tn_base_model_t *self, const char *title, const char *sha256);

/** Parameters of one draw: the fitted ones, or a draw from their distribution. */
typedef struct tn_base_draw {
    double coef[TN_N_EQUATIONS][TN_DESIGN_MAX];
    double death, incapacity;
} tn_base_draw_t;

void tn_base_draw_centre(tn_base_draw_t *self, const tn_base_model_t *model);

/** The covariates of one month ahead, for any number of draws. */
typedef struct tn_base_month {
    bool by_traits; /* else with the country's record */
    double x[TN_N_DESIGNS][TN_DESIGN_MAX];
    int n_used[TN_N_DESIGNS]; /* covariates that are not zero, most are: */
    int used[TN_N_DESIGNS][TN_DESIGN_MAX];
    double mortality; /* monthly hazard of the life table */
} tn_base_month_t;
void tn_base_month_init(
    tn_base_month_t *self, const tn_base_model_t *model, const tn_known_t *known, int month);

/** Hazard by route, as intensities: the chance to leave in the month is 1 - exp(-sum).
 *  @param hazard  out, TN_N_ROUTES, per month. */
void tn_base_month_hazards(const tn_base_model_t *model, const tn_base_draw_t *draw,
    const tn_base_month_t *month, double *hazard);
#endif
