/* tenure base: opens the figures, asks the library for tables, writes one of three reports. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base_request.h"
#include "progress.h"
#include "tables.h"

#define SCHEMA "tenure-base/1"

/* The figures, and the store if there is one. Without --store, a store that is not there is no
 * mistake unless a name or all leaders are asked for. */
static int open_base(const base_request_t *request, tn_base_t **base)
{
    tn_error_t err = {0};
    int ret = request->model != NULL ? tn_base_read(base, request->model, &err)
                                     : tn_base_shipped(base, &err);
    const bool must = request->has_store || request->name != NULL || request->verb == BASE_WORLD;
    if (ret == 0 && !request->no_store && (must || access(request->store, F_OK) == 0)) {
        ret = tn_base_use_store(*base, request->store, &err);
        if (ret < 0 && access(request->store, F_OK) != 0) {
            fprintf(stderr,
                "tenure " BASE_COMMAND
                ": no store at %s: 'tenure data import FILE...' makes one, or "
                "ask by traits (--regime, --entered)\n",
                request->store);
            return CLI_EXIT_INPUT;
        }
    }
    return ret < 0 ? cli_error_exit(BASE_COMMAND, ret, &err) : 0;
}

static int find_leader(base_request_t *request, const tn_base_t *base)
{
    tn_error_t err = {0};
    int ret = 0;
    if (request->country != NULL)
        ret = tn_base_set_country(&request->leader, request->country, &err);
    if (ret == 0 && request->name != NULL)
        ret = tn_base_find(base, request->name, request->leader.as_of, &request->leader, &err);
    return ret < 0 ? cli_error_exit(BASE_COMMAND, ret, &err) : 0;
}

static int make_tables(const base_request_t *request, const tn_base_t *base, tn_fit_t *tables)
{
    tn_error_t err = {0};
    const tn_base_options_t opt = {.weeks = request->weeks,
        .n_weeks = request->n_weeks,
        .level = request->level,
        .route = request->route};
    const tn_base_leader_t *leader =
        request->leader.entered != TN_BASE_NO_DATE ? &request->leader : NULL;
    int ret;
    if (request->implied > 0.0) {
        ret = tn_base_implied_tables(
            tables, base, request->implied, request->within, leader, &opt, &err);
    } else if (request->verb == BASE_WORLD) {
        ret = tn_base_world_tables(tables, base, request->leader.as_of, &opt, &err);
    } else if (request->verb == BASE_TABLE) {
        ret = tn_base_class_tables(tables, base, &opt, &err);
    } else if (request->verb == BASE_CURVE) {
        ret = tn_base_curve_tables(tables, base, &request->leader, &opt, &err);
    } else {
        ret = tn_base_leader_tables(tables, base, &request->leader, &opt, &err);
    }
    return ret < 0 ? cli_error_exit(BASE_COMMAND, ret, &err) : 0;
}

static int report(const base_request_t *request, const tn_fit_t *tables, const char *path)
{
    tn_fit_t shown;
    cli_report_t how = request->report;
    const bool is_whole = how.table == NULL && request->verb == BASE_LEADER;
    cli_tables_text_t *text = is_whole && !(request->implied > 0.0) ? tn_base_report_text : NULL;
    how.output = path;
    int status = cli_tables_choose(&shown, tables, BASE_COMMAND, how.table);
    if (status == 0) status = cli_tables_write(&shown, BASE_COMMAND, SCHEMA, text, &how);
    if (status == 0) status = cli_page_write_tables(BASE_COMMAND, tables, SCHEMA, &how);
    if (status == 0 && !request->is_quiet) cli_tables_warn(tables, BASE_COMMAND);
    return status;
}

static int write_model(const base_request_t *request, const tn_base_t *base)
{
    cli_output_t out;
    tn_error_t err = {0};
    int status = cli_output_open(&out, BASE_COMMAND, request->report.output);
    if (status != 0) return status;
    const int ret = tn_base_write(base, out.stream, &err);
    status = cli_output_close(&out, BASE_COMMAND, ret == 0);
    return ret < 0 ? cli_error_exit(BASE_COMMAND, ret, &err) : status;
}

/* tenure base fit: the new figures to --output, what changed to standard output. */
static int run_fit(const base_request_t *request, tn_fit_t *tables)
{
    tn_error_t err = {0};
    tn_base_t *before = NULL, *after = NULL;
    int ret = request->model != NULL ? tn_base_read(&before, request->model, &err)
                                     : tn_base_shipped(&before, &err);
    if (ret == 0) ret = tn_base_fit(&after, request->store, request->n_threads, &err);
    if (ret == 0) ret = tn_base_change_tables(tables, before, after, NULL, &err);
    int status = ret < 0 ? cli_error_exit(BASE_COMMAND, ret, &err) : 0;
    if (status == 0 && request->report.output != NULL) status = write_model(request, after);
    const bool is_taken =
        request->report.output != NULL && strcmp(request->report.output, "-") == 0;
    if (status == 0 && !is_taken) status = report(request, tables, NULL);
    tn_base_free(before);
    tn_base_free(after);
    return status;
}

static int run(base_request_t *request, tn_fit_t *tables)
{
    tn_base_t *base = NULL;
    int status = cli_output_check(BASE_COMMAND, request->report.output);
    if (status == 0)
        status = cli_page_check(BASE_COMMAND, request->report.page, request->report.output);
    if (status != 0) return status;
    cli_release_signals(); /* nothing is written yet: a signal may end the program at once */
    if (request->verb == BASE_FIT) return run_fit(request, tables);
    status = open_base(request, &base);
    if (status == 0) status = find_leader(request, base);
    if (status == 0) status = make_tables(request, base, tables);
    tn_base_free(base);
    cli_catch_signals();
    return status != 0 ? status : report(request, tables, request->report.output);
}

int tn_cmd_base(int argc, char **argv)
{
    base_request_t *request = malloc(sizeof *request);
    tn_fit_t tables = {0};
    if (request == NULL) return cli_error_exit(BASE_COMMAND, TN_ENOMEM, NULL);
    int status = base_request_init(request, argc, argv);
    if (status == 0) {
        status = request->wants_help ? cli_help_print(&base_help) : run(request, &tables);
    }
    tn_fit_free(&tables);
    free(request->command_line);
    free(request);
    return status;
}
