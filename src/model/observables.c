/* The table of observables. Source: model 8.1. */
#include "model/observables.h"

#include <string.h>

static const tn_observable_info_t table[TN_N_OBSERVABLES] = {
#define ROW(name, kind, range, meaning) {#name, TN_OBSERVABLE_##kind, range, meaning},
    TN_OBSERVABLE_LIST(ROW)
#undef ROW
};

const tn_observable_info_t *tn_observable(int o) { return &table[o]; }

int tn_observable_find(const char *name)
{
    for (int o = 0; o < TN_N_OBSERVABLES; o++) {
        if (strcmp(table[o].name, name) == 0) return o;
    }
    return -1;
}
