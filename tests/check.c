#include "check.h"

#include <math.h>

void check_close_at(
    double got, double want, double rel, double abs, const char *reason, const char *file, int line)
{
    const double allowed = fmax(rel * fabs(want), abs);
    if (isnan(got) && isnan(want)) return;
    if (fabs(got - want) <= allowed) return; /* false for NaN */
    print_error("%s: got %.17g, want %.17g, difference %.3g, allowed %.3g\n", reason, got, want,
        got - want, allowed);
    _fail(file, line);
}
