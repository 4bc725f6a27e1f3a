/** A small history made by hand, owned by the test. */
#ifndef TN_TESTS_HISTORY_FIXTURE_H
#define TN_TESTS_HISTORY_FIXTURE_H
#include "data/panel.h"

#define FIXTURE_SPELLS 3000

typedef struct history_fixture {
    tn_history_t history;
    tn_office_spell_t spell[FIXTURE_SPELLS];
    tn_regime_spell_t regime[200];
    tn_election_t election[4000];
    tn_coup_t coup[1000];
} history_fixture_t;

/** One country, number 1: leaders A (1990-03-10 to 1994-05-20, regular), B (to 1999-02-01, coup), C
 * (to 2010-06-15, regular); presidential; executive votes every four years from May 1990, a second
 * round in June 1994; a coup attempt in August 1998 and one, with success, in February 1999. */
void history_fixture_small(history_fixture_t *self);
/** Many countries with leaders, votes and coups drawn from a fixed sequence, 1946 to 2015. */
void history_fixture_large(history_fixture_t *self, int n_countries);
#endif
