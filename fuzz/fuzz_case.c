/* Cases from outside bytes: what reads must be written to a case that reads to the same bytes
 * again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/case.h"

static tn_case_t *parse(const void *bytes, size_t n)
{
    tn_diag_t *diag;
    tn_case_t *c;
    if (tn_diag_new(&diag) < 0) abort();
    const int ret = tn_case_parse(&c, "fuzz", bytes, n, NULL, diag, NULL);
    tn_diag_free(diag);
    return ret == 0 ? c : NULL;
}

static char *text_of(const tn_case_t *c, size_t *n)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, n);
    if (out == NULL || tn_case_write(c, out, NULL) < 0 || fclose(out) != 0) abort();
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    size_t n_first, n_second;
    tn_case_t *c = parse(bytes, n);
    if (c == NULL) return 0;
    char *first = text_of(c, &n_first);
    tn_case_t *again = parse(first, n_first);
    char *second = again == NULL ? NULL : text_of(again, &n_second);
    if (second == NULL || n_first != n_second || memcmp(first, second, n_first) != 0) abort();
    tn_case_free(c), tn_case_free(again);
    free(first), free(second);
    return 0;
}
