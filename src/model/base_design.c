/* One function per design writes value after value; asked for a name, it writes that of one number.
 * The choice among designs was made by the log score of forecasts out of sample:
 * docs/base-rates.md. */
#include "model/base_design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fmath.h"

#define USUAL_AGE      58.0 /* mean of all leaders, where the birth is not known */
#define USUAL_TENURE   4.0  /* years, where nobody left in a regular way before */
#define LONGEST_TENURE 60.0 /* years: the data end there, and so do the curves */
#define TREND_ZERO     (1990 * 12)
#define TREND_UNIT     120.0

/* Where the values go: into x, or, if name is given, the name of number `wanted`. */
typedef struct writer {
    double *x;
    int n, wanted;
    char *name;
    size_t size;
} writer_t;

static void put(writer_t *w, double value, const char *what, const char *more)
{
    if (w->n == w->wanted) snprintf(w->name, w->size, "%s%s", what, more);
    w->x[w->n++] = value;
}

static const char *const regime_name[TN_N_REGIMES] = {
    "parliamentary", "presidential", "personal", "party", "military", "monarchy", "provisional"};

static void put_regime(writer_t *w, tn_regime_t regime)
{
    for (int r = TN_REGIME_PRESIDENTIAL; r < TN_N_REGIMES; r++)
        put(w, (int)regime == r, "regime ", regime_name[r]);
    put(w, regime == TN_REGIME_UNKNOWN, "regime ", "unknown");
}

static double years_in_office(const tn_known_t *k, int month)
{
    return fmin((month - k->entered) / 12.0, LONGEST_TENURE);
}

static void put_age(writer_t *w, const tn_known_t *k, int month)
{
    const double exact = isnan(k->born) ? USUAL_AGE : month / 12.0 - k->born;
    const double age = fmin(fmax(exact, 30.0), 95.0), decades = (age - 60.0) / 10.0;
    const double old = fmax(exact - 70.0, 0.0) / 10.0;
    put(w, decades, "age", "");
    put(w, old, "age over 70", "");
    put(w, old * decades, "age over 70 times age", "");
}

/* Months from a projected vote to the month, in steps of few data each. */
#define N_TO_VOTE 9
static const char *const to_vote_name[N_TO_VOTE] = {"over a year away", "within a year",
    "in 1 to 3 months", "this month", "a month ago", "2 months ago", "3 or 4 months ago",
    "5 to 7 months ago", "longer ago"};

/* -1: no vote is due. Far ahead the next but one counts. */
static int to_vote(const tn_vote_cycle_t *v, int month)
{
    static const int upto[N_TO_VOTE - 1] = {-13, -4, -1, 0, 1, 2, 4, 7};
    if (!v->is_due) return -1;
    int d = month - v->next;
    while (d >= v->term - 1)
        d -= v->term;
    int step = 0;
    while (step < N_TO_VOTE - 1 && d > upto[step])
        step++;
    return step;
}

#define N_SINCE_VOTE 6
static const char *const since_vote_name[N_SINCE_VOTE] = {
    "this month", "a month ago", "2 months ago", "3 or 4 months ago", "5 to 7 months ago", "never"};

/* -1: longer ago. */
static int since_vote(const tn_vote_cycle_t *v, int month)
{
    static const int upto[N_SINCE_VOTE - 1] = {0, 1, 2, 4, 7};
    if (!v->is_held) return N_SINCE_VOTE - 1;
    for (int step = 0; step < N_SINCE_VOTE - 1; step++) {
        if (month - v->last <= upto[step]) return step;
    }
    return -1;
}

static void put_steps(
    writer_t *w, int step, double factor, int n, const char *const *name, const char *const what)
{
    for (int s = 0; s < n; s++)
        put(w, s == step ? factor : 0.0, what, name[s]);
}

static bool has_won(const tn_known_t *k, int kind)
{
    return k->vote[kind].is_held && k->vote[kind].last > k->entered + 1;
}

static void put_votes(writer_t *w, const tn_known_t *k, int month)
{
    const double is_parl = k->regime == TN_REGIME_PARLIAMENTARY;
    const double is_dem = is_parl + (k->regime == TN_REGIME_PRESIDENTIAL);
    const tn_vote_cycle_t *l = &k->vote[TN_VOTE_LEGISLATIVE], *x = &k->vote[TN_VOTE_EXECUTIVE];
    const int next_l = to_vote(l, month), next_x = to_vote(x, month);
    const int since_l = since_vote(l, month), since_x = since_vote(x, month);
    put_steps(w, next_l, 1.0, N_TO_VOTE, to_vote_name, "legislative vote projected ");
    put_steps(w, next_l, is_parl, N_TO_VOTE, to_vote_name, "parliamentary, vote projected ");
    put_steps(w, next_x, 1.0, N_TO_VOTE, to_vote_name, "executive vote projected ");
    put_steps(w, next_x, is_dem, N_TO_VOTE, to_vote_name, "democracy, executive vote projected ");
    put_steps(w, since_l, 1.0, N_SINCE_VOTE, since_vote_name, "legislative vote ");
    put_steps(w, since_l, is_parl, N_SINCE_VOTE, since_vote_name, "parliamentary, vote ");
    put_steps(w, since_x, 1.0, N_SINCE_VOTE, since_vote_name, "executive vote ");
    put_steps(w, since_x, is_dem, N_SINCE_VOTE, since_vote_name, "democracy, executive vote ");
    put(w, has_won(k, TN_VOTE_LEGISLATIVE), "survived a legislative vote", "");
    put(w, has_won(k, TN_VOTE_EXECUTIVE), "survived an executive vote", "");
    put_steps(w, next_x, has_won(k, TN_VOTE_EXECUTIVE), N_TO_VOTE, to_vote_name,
        "survived one, executive vote projected ");
}

/* A slope of its own in parliamentary and in presidential regimes. */
static void put_by_democracy(writer_t *w, const tn_known_t *k, double value, const char *what)
{
    put(w, k->regime == TN_REGIME_PARLIAMENTARY ? value : 0.0, what, "parliamentary");
    put(w, k->regime == TN_REGIME_PRESIDENTIAL ? value : 0.0, what, "presidential");
}

/* How long the last leaders who left in a regular way had been there. */
static void put_past(writer_t *w, const tn_known_t *k, int month)
{
    const int now = month - k->entered;
    double sum = 0.0, n_same = 0.0, n_about = 0.0, n_longer = 0.0;
    for (int i = 0; i < k->n_past; i++) {
        const int past = k->past[i];
        sum += tn_log(past > 2 ? past : 2.0);
        n_same += past - now >= -1 && past - now <= 1;
        n_about += past - now >= -3 && past - now <= 3;
        n_longer += past - now >= -1;
    }
    const bool has = k->n_past > 0;
    const double mean = has ? tn_exp(sum / k->n_past) / 12.0 : USUAL_TENURE;
    const double relative = has ? tn_log((years_in_office(k, month) + 0.5) / (mean + 0.5)) : 0.0;
    put(w, has ? tn_log(mean + 0.3) : tn_log(USUAL_TENURE), "past tenures", "");
    put(w, relative, "tenure relative to past ones", "");
    put(w, fmax(relative, 0.0), "tenure beyond past ones", "");
    put(w, has, "past tenures known", "");
    put(w, has ? n_same / k->n_past : 0.0, "past tenures ended here", "");
    put(w, has ? n_about / k->n_past : 0.0, "past tenures ended about here", "");
    put(w, has ? n_longer / k->n_past : 0.0, "past tenures lasted longer", "");
    put_by_democracy(w, k, relative, "tenure relative to past ones, ");
}

/* The leader's own. */
static void put_leader(writer_t *w, const tn_known_t *k, int month)
{
    const double tenure = tn_log(years_in_office(k, month) + 0.25);
    put(w, 1.0, "constant", "");
    put_regime(w, k->regime);
    put(w, tenure, "log tenure", "");
    put(w, tenure * tenure, "log tenure squared", "");
    put(w, tenure * tenure * tenure, "log tenure cubed", "");
    put_age(w, k, month);
    put(w, k->entry == TN_ENTRY_IRREGULAR, "entered irregularly", "");
    put(w, k->times_before > 0, "was in office before", "");
}

static void put_regular(writer_t *w, const tn_known_t *k, int month)
{
    put_leader(w, k, month);
    put_by_democracy(w, k, tn_log(years_in_office(k, month) + 0.25), "log tenure, ");
    put(w, month - k->entered < 6, "first half-year", "");
    put(w, month - k->entered < 12, "first year", "");
    put_votes(w, k, month);
    put_past(w, k, month);
    put(w, k->irregular, "irregular exits", "");
    put(w, k->coups, "coup attempts", "");
}

static void put_trend(writer_t *w, int month, int trend_to)
{
    put(w, ((month < trend_to ? month : trend_to) - TREND_ZERO) / TREND_UNIT, "decades", "");
}

/* Around the ends of usual terms, which is all that is known of votes without the country. */
static void put_terms(writer_t *w, const tn_known_t *k, int month)
{
    static const int presidential[] = {48, 60, 72, 96, 120}, parliamentary[] = {36, 48, 60};
    static const char *const presidential_name[] = {"4", "5", "6", "8", "10"};
    static const char *const parliamentary_name[] = {"3", "4", "5"};
    const int months = month - k->entered;
    const bool is_pres = k->regime == TN_REGIME_PRESIDENTIAL;
    const bool is_parl = k->regime == TN_REGIME_PARLIAMENTARY;
    put(w, is_pres && months < 45, "presidential, before any term ends", "");
    for (size_t t = 0; t < sizeof presidential / sizeof *presidential; t++)
        put(w, is_pres && abs(months - presidential[t]) <= 2,
            "presidential, years in office: ", presidential_name[t]);
    put(w, is_pres && months >= 75, "presidential, beyond one term", "");
    put(w, is_pres && months >= 123, "presidential, beyond two terms", "");
    for (size_t t = 0; t < sizeof parliamentary / sizeof *parliamentary; t++)
        put(w, is_parl && abs(months - parliamentary[t]) <= 1,
            "parliamentary, years in office: ", parliamentary_name[t]);
}

static void put_regular_traits(writer_t *w, const tn_known_t *k, int month, int trend_to)
{
    const double tenure = tn_log(years_in_office(k, month) + 0.25);
    put_leader(w, k, month);
    for (int r = TN_REGIME_PRESIDENTIAL; r < TN_N_REGIMES; r++)
        put(w, (int)k->regime == r ? tenure : 0.0, "log tenure, ", regime_name[r]);
    put(w, k->regime == TN_REGIME_UNKNOWN ? tenure : 0.0, "log tenure, ", "unknown");
    put_terms(w, k, month);
    put_trend(w, month, trend_to);
}

static void put_irregular_traits(writer_t *w, const tn_known_t *k, int month, int trend_to)
{
    const bool is_loose = k->regime == TN_REGIME_MILITARY || k->regime == TN_REGIME_PROVISIONAL ||
                          k->regime == TN_REGIME_UNKNOWN;
    put(w, 1.0, "constant", "");
    put(w, k->regime == TN_REGIME_PARLIAMENTARY, "regime parliamentary", "");
    put(w, k->regime == TN_REGIME_PRESIDENTIAL, "regime presidential", "");
    put(w, is_loose, "regime military, provisional or unknown", "");
    put(w, tn_log(years_in_office(k, month) + 0.25), "log tenure", "");
    put(w, k->entry == TN_ENTRY_IRREGULAR, "entered irregularly", "");
    put_trend(w, month, trend_to);
}

static void put_irregular(writer_t *w, const tn_known_t *k, int month, int trend_to)
{
    put_irregular_traits(w, k, month, trend_to);
    put(w, tn_log1p(k->irregular), "log irregular exits", "");
    put(w, tn_log1p(k->coups), "log coup attempts", "");
}

static void write_design(writer_t *w, int design, const tn_known_t *k, int month, int trend_to)
{
    switch ((tn_base_design_t)design) {
    case TN_DESIGN_REGULAR: put_regular(w, k, month); break;
    case TN_DESIGN_IRREGULAR: put_irregular(w, k, month, trend_to); break;
    case TN_DESIGN_REGULAR_TRAITS: put_regular_traits(w, k, month, trend_to); break;
    case TN_DESIGN_IRREGULAR_TRAITS: put_irregular_traits(w, k, month, trend_to); break;
    case TN_N_DESIGNS: break;
    }
}

int tn_base_design(int design, const tn_known_t *known, int month, int trend_to, double *x)
{
    writer_t w = {.wanted = -1};
    w.x = x;
    write_design(&w, design, known, month, trend_to);
    return w.n;
}

const char *tn_base_design_name(int design, int j, char *buf, size_t size)
{
    const tn_known_t nobody = {.regime = TN_REGIME_UNKNOWN};
    double x[TN_DESIGN_MAX];
    writer_t w = {.wanted = j, .size = size};
    w.x = x;
    w.name = buf;
    write_design(&w, design, &nobody, 1, 1);
    return buf;
}
