/* A base model: shipped, read, or fitted. */
#include "model/base.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "model/base_fit.h"
#include "model/base_json.h"
#include "tenure/data.h"

#define SEED       1
#define MOST_BYTES ((size_t)1 << 24)
#define FEWEST_ROWS                                                                                \
    1200 /* leader-months; below, or without exits by each route, there is no fit                  \
          */

static int no_memory(tn_error_t *err)
{
    return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

/* Takes the result of making the model. */
static int finish(tn_base_t **self, tn_base_t *made, int ret, tn_error_t *err)
{
    if (ret == 0) {
        ret = tn_base_draws_init(&made->draws, &made->model, TN_BASE_DRAWS, SEED);
        if (ret == TN_ENOMEM) ret = no_memory(err);
    }
    if (ret < 0) {
        tn_base_free(made);
        made = NULL;
    }
    *self = made;
    return ret;
}

static int read_text(
    tn_base_t **self, const char *name, const char *text, size_t n, tn_error_t *err)
{
    *self = NULL;
    tn_base_t *made = tn_calloc(1, sizeof *made);
    if (made == NULL) return no_memory(err);
    return finish(self, made, tn_base_json_read(&made->model, name, text, n, err), err);
}

int tn_base_shipped(tn_base_t **self, tn_error_t *err)
{
    return read_text(
        self, "shipped base rates", (const char *)tn_base_shipped_text, tn_base_shipped_size, err);
}

int tn_base_read(tn_base_t **self, const char *path, tn_error_t *err)
{
    tn_bytes_t bytes = {0};
    *self = NULL;
    int ret = tn_file_load(path, MOST_BYTES, &bytes, err);
    if (ret == 1) ret = tn_error_set(err, TN_EIO, "%s: no such file", path);
    if (ret == 0) ret = read_text(self, path, (const char *)bytes.at, bytes.n, err);
    tn_bytes_free(&bytes);
    return ret;
}

static int remember_source(const tn_data_source_t *source, void *ctx)
{
    tn_base_add_source(ctx, source->title != NULL ? source->title : source->kind,
        source->sha256 != NULL ? source->sha256 : "");
    return 0;
}

static int fit_table(tn_base_t *made, const tn_base_table_t *table, int n_threads)
{
    tn_base_fit_t *fit = tn_calloc(1, sizeof *fit);
    if (fit == NULL) return TN_ENOMEM;
    int ret = tn_base_fit_init(fit, table, n_threads);
    if (ret == 0) ret = tn_base_fit_run(fit, table->panel.to + 1, false, &made->model);
    if (ret == 0) ret = tn_base_fit_finish(fit, table->panel.to + 1, &made->model);
    tn_base_fit_free(fit);
    tn_free(fit);
    return ret;
}

static int fit_history(tn_base_t *made, const char *store, int n_threads, tn_error_t *err)
{
    tn_base_table_t table;
    int ret = tn_base_table_init(
        &table, &made->history, TN_BASE_FIRST_MONTH, tn_panel_routes_to(&made->history), n_threads);
    if (ret < 0) return no_memory(err);
    if (table.panel.n < FEWEST_ROWS) {
        ret = tn_error_set(err, TN_EINPUT,
            "%s: %zu leader-months with known ways out, expected %d or more: import leaders, "
            "regimes "
            "and votes first",
            store, table.panel.n, FEWEST_ROWS);
    } else {
        ret = fit_table(made, &table, n_threads);
        if (ret < 0) tn_error_set(err, ret, "base rates: %s", tn_error_text(ret));
    }
    tn_base_table_free(&table);
    return ret;
}

int tn_base_fit(tn_base_t **self, const char *store, int n_threads, tn_error_t *err)
{
    *self = NULL;
    tn_base_t *made = tn_calloc(1, sizeof *made);
    if (made == NULL) return no_memory(err);
    int ret = tn_base_use_store(made, store, err);
    if (ret == 0) ret = fit_history(made, store, n_threads, err);
    if (ret == 0) ret = tn_data_sources(store, remember_source, &made->model, err);
    return finish(self, made, ret, err);
}

int tn_base_write(const tn_base_t *self, FILE *out, tn_error_t *err)
{
    return tn_base_json_write(&self->model, out, err);
}

int tn_base_use_store(tn_base_t *self, const char *store, tn_error_t *err)
{
    if (self->has_history) tn_history_free(&self->history);
    const int ret = tn_history_load(&self->history, store, err);
    self->has_history = ret == 0;
    return ret;
}

void tn_base_free(tn_base_t *self)
{
    if (self == NULL) return;
    tn_base_model_free(&self->model);
    tn_base_draws_free(&self->draws);
    if (self->has_history) tn_history_free(&self->history);
    tn_free(self);
}
