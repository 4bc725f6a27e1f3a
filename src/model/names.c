/* Names of routes, counts and states, from the lists in the public headers. */
#include <stddef.h>

#include "tenure/forecast.h"

const char *tn_route_name(int route)
{
    static const char *const name[TN_N_ROUTES] = {
#define NAME(upper, lower) #lower,
        TN_ROUTE_LIST(NAME)
#undef NAME
    };
    return route >= 0 && route < TN_N_ROUTES ? name[route] : NULL;
}

#define NAME(upper, lower, text) #lower,
#define TEXT(upper, lower, text) text,

const char *tn_count_name(int count)
{
    static const char *const name[TN_N_COUNTS] = {TN_COUNT_LIST(NAME)};
    return count >= 0 && count < TN_N_COUNTS ? name[count] : NULL;
}

const char *tn_count_text(int count)
{
    static const char *const text[TN_N_COUNTS] = {TN_COUNT_LIST(TEXT)};
    return count >= 0 && count < TN_N_COUNTS ? text[count] : NULL;
}

const char *tn_state_name(int state)
{
    static const char *const name[TN_N_STATES] = {TN_STATE_LIST(NAME)};
    return state >= 0 && state < TN_N_STATES ? name[state] : NULL;
}

const char *tn_state_text(int state)
{
    static const char *const text[TN_N_STATES] = {TN_STATE_LIST(TEXT)};
    return state >= 0 && state < TN_N_STATES ? text[state] : NULL;
}
