#include "history_fixture.h"

#include <string.h>

static int32_t day(int y, int m, int d) { return tn_date_from_ymd(y, m, d); }

static tn_office_spell_t *add_spell(
    history_fixture_t *f, int gwcode, int32_t start, int32_t end, int route)
{
    tn_history_t *h = &f->history;
    tn_office_spell_t *s = &f->spell[h->n_spells++];
    *s = (tn_office_spell_t){.id = "test:1",
        .person = "p",
        .name = "Leader",
        .gwcode = gwcode,
        .start = start,
        .end = end,
        .counts_from = start,
        .born = start - 20000,
        .exit_route = (int16_t)route};
    return s;
}

static void add_vote(history_fixture_t *f, int gwcode, int32_t at, bool executive)
{
    f->election[f->history.n_elections++] =
        (tn_election_t){.gwcode = gwcode, .day = at, .executive = executive, .direct = true};
}

static void start(history_fixture_t *f)
{
    memset(f, 0, sizeof *f);
    f->history = (tn_history_t){.spell = f->spell,
        .regime = f->regime,
        .election = f->election,
        .coup = f->coup,
        .spells_to = day(2015, 12, 31),
        .regimes_to = day(2015, 12, 31),
        .elections_to = day(2015, 12, 31),
        .coups_to = day(2015, 12, 31)};
}

void history_fixture_small(history_fixture_t *f)
{
    start(f);
    tn_history_t *h = &f->history;
    add_spell(f, 1, day(1990, 3, 10), day(1994, 5, 20), TN_ROUTE_REGULAR);
    add_spell(f, 1, day(1994, 5, 20), day(1999, 2, 1), TN_ROUTE_COUP);
    add_spell(f, 1, day(1999, 2, 1), day(2010, 6, 15), TN_ROUTE_REGULAR)->entry =
        TN_ENTRY_IRREGULAR;
    f->regime[h->n_regimes++] = (tn_regime_spell_t){.gwcode = 1,
        .from = day(1946, 1, 1),
        .to = day(2015, 12, 31),
        .regime = TN_REGIME_PRESIDENTIAL,
        .type = "presidential"};
    add_vote(f, 1, day(1990, 5, 6), true);
    add_vote(f, 1, day(1994, 5, 8), true);
    add_vote(f, 1, day(1994, 6, 12), true);
    add_vote(f, 1, day(1998, 5, 10), true);
    f->coup[h->n_coups++] = (tn_coup_t){.gwcode = 1, .day = day(1998, 8, 20)};
    f->coup[h->n_coups++] = (tn_coup_t){.gwcode = 1, .day = day(1999, 2, 1), .success = true};
}

static uint32_t draw(uint32_t *state, uint32_t below)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % below;
}

void history_fixture_large(history_fixture_t *f, int n_countries)
{
    static const int routes[] = {TN_ROUTE_REGULAR, TN_ROUTE_REGULAR, TN_ROUTE_REGULAR,
        TN_ROUTE_REGULAR, TN_ROUTE_COUP, TN_ROUTE_UPRISING, TN_ROUTE_DEATH, TN_ROUTE_ASSASSINATION,
        TN_ROUTE_FOREIGN, TN_ROUTE_INCAPACITY};
    uint32_t state = 7;
    start(f);
    tn_history_t *h = &f->history;
    for (int c = 1; c <= n_countries; c++) {
        f->regime[h->n_regimes++] = (tn_regime_spell_t){.gwcode = c,
            .from = day(1940, 1, 1),
            .to = day(2015, 12, 31),
            .regime = (tn_regime_t)(c % TN_N_REGIMES),
            .type = "test"};
        for (int32_t at = day(1944, 1, 1); at < h->spells_to && h->n_spells < FIXTURE_SPELLS;) {
            const int32_t end = at + 200 + (int32_t)draw(&state, 3500);
            const bool stays = end > h->spells_to;
            const int route = stays ? TN_EXIT_CENSORED : routes[draw(&state, 10)];
            tn_office_spell_t *s = add_spell(f, c, at, stays ? h->spells_to : end, route);
            s->entry = (int8_t)(draw(&state, 4) == 0);
            s->born = at - 14000 - (int32_t)draw(&state, 12000);
            at = end;
        }
        for (int y = 1948; y < 2015 && c % 3 != 0; y += 4)
            add_vote(f, c, day(y, 1 + (int)draw(&state, 12), 5), c % 2 == 0);
        for (int k = 0; k < 4; k++)
            f->coup[h->n_coups++] = (tn_coup_t){.gwcode = c, .day = day(1950 + 15 * k, 6, 1)};
    }
}
