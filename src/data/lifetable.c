/* Life tables by name and by state. */
#include "tenure/lifetable.h"

#include <string.h>

#include "data/countries.h"

#define TABLES(group, m69_men, slope_men, m69_women, slope_women)                                  \
    {group "-male", m69_men, slope_men, false}, {group "-female", m69_women, slope_women, true},
static const tn_lifetable_t tables[] = {TN_LIFETABLE_LIST(TABLES)};
#define N_TABLES (sizeof tables / sizeof tables[0])

const tn_lifetable_t *tn_lifetable_list(size_t *n)
{
    *n = N_TABLES;
    return tables;
}

const tn_lifetable_t *tn_lifetable_get(const char *name)
{
    for (size_t i = 0; i < N_TABLES; i++) {
        if (strcmp(tables[i].name, name) == 0) return &tables[i];
    }
    return NULL;
}

const tn_lifetable_t *tn_lifetable_of(int gwcode, bool is_female)
{
    const tn_country_t *country = tn_country_get(gwcode, TN_DATE_NONE);
    if (country == NULL || country->income == NULL) return NULL;
    const size_t n = strlen(country->income);
    for (size_t i = 0; i < N_TABLES; i++) {
        const bool is_group = strncmp(tables[i].name, country->income, n) == 0;
        if (is_group && tables[i].name[n] == '-' && tables[i].is_female == is_female)
            return &tables[i];
    }
    return NULL;
}
