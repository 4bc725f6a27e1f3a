/* Importers from outside bytes: the first byte says which, the rest is the file. The store is made
 * anew each time; what was imported must be whole, and loads. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/history.h"
#include "tenure/data.h"

static char folder[] = "/tmp/tenure-fuzz-XXXXXX";

static void remove_store(const char *store)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[128];
    for (int k = 0; k < 3; k++) {
        (void)snprintf(path, sizeof path, "%s%s", store, ends[k]);
        (void)unlink(path);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static int is_ready;
    char file[64], store[64];
    tn_data_import_result_t result;
    tn_history_t history;
    const char *const *kinds = tn_data_kinds();
    size_t n_kinds = 0;
    if (!is_ready && mkdtemp(folder) == NULL) abort();
    is_ready = 1;
    if (n == 0) return 0;
    while (kinds[n_kinds] != NULL)
        n_kinds++;
    (void)snprintf(file, sizeof file, "%s/a.csv", folder);
    (void)snprintf(store, sizeof store, "%s/store.db", folder);
    FILE *out = fopen(file, "wb");
    if (out == NULL || fwrite(bytes + 1, 1, n - 1, out) != n - 1 || fclose(out) != 0) abort();
    const tn_data_import_options_t opt = {.kind = kinds[bytes[0] % n_kinds]};
    tn_diag_t *diag = NULL;
    if (tn_diag_new(&diag) == 0 && tn_data_import(store, file, &opt, &result, diag, NULL) == 0) {
        if (result.n_kept > result.n_rows) abort();
        if (tn_data_verify(store, NULL, NULL, NULL) < 0) abort();
        if (tn_history_load(&history, store, NULL) < 0) abort();
        tn_history_free(&history);
    }
    tn_diag_free(diag);
    remove_store(store);
    return 0;
}
