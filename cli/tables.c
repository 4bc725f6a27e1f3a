/* Named tables as text, JSON or CSV, whole or not at all. */
#include "tables.h"

#include <stdlib.h>

#include "progress.h"

static int unknown_table(const tn_fit_t *tables, const char *command, const char *name)
{
    const char **names = calloc((size_t)tables->n_tables + 1, sizeof *names);
    fprintf(stderr, "tenure %s: no table '%s' here, expected one of: ", command, name);
    for (int k = 0; k < tables->n_tables; k++) {
        fprintf(stderr, "%s%s", k > 0 ? ", " : "", tables->table[k].name);
        if (names != NULL) names[k] = tables->table[k].name;
    }
    const char *near = names == NULL ? NULL : cli_nearest(name, names, (size_t)tables->n_tables);
    if (near != NULL) fprintf(stderr, " (did you mean '%s'?)", near);
    fputc('\n', stderr);
    free(names);
    return CLI_EXIT_USAGE;
}

int cli_tables_choose(
    tn_fit_t *shown, const tn_fit_t *tables, const char *command, const char *name)
{
    *shown = *tables;
    if (name == NULL) return 0;
    shown->table = (tn_fit_table_t *)tn_fit_table(tables, name);
    shown->n_tables = 1;
    return shown->table != NULL ? 0 : unknown_table(tables, command, name);
}

static int write_json(const tn_fit_t *tables, const char *schema, const tn_report_options_t *opt,
    FILE *out, tn_error_t *err)
{
    if (schema == NULL) return tn_fit_report_json(tables, opt, out, err);
    return tn_tables_report_json(tables, schema, opt, out, err);
}

int cli_tables_write(const tn_fit_t *tables, const char *command, const char *schema,
    cli_tables_text_t *text, const cli_report_t *report)
{
    cli_output_t out;
    tn_error_t err = {0};
    int ret = 0, status = cli_output_open(&out, command, report->output);
    if (status != 0) return status;
    const tn_report_options_t opt = cli_report_options(report, out.stream);
    if (text == NULL) text = tn_tables_report_text;
    switch (report->format) {
    case CLI_TABLE: ret = text(tables, &opt, out.stream, &err); break;
    case CLI_JSON: ret = write_json(tables, schema, &opt, out.stream, &err); break;
    case CLI_CSV: ret = tn_fit_report_csv(&tables->table[0], out.stream, &err); break;
    }
    if (ret == 0 && cli_is_interrupted()) ret = TN_EINTERRUPT;
    return cli_report_close(&out, command, ret, &err);
}

int cli_page_write_tables(
    const char *command, const tn_fit_t *tables, const char *schema, const cli_report_t *report)
{
    char *json = NULL;
    size_t n = 0;
    tn_error_t err = {0};
    const tn_report_options_t opt = {.command_line = report->command_line};
    if (report->page == NULL) return 0;
    FILE *out = open_memstream(&json, &n);
    if (out == NULL) return cli_error_exit(command, TN_ENOMEM, NULL);
    int ret = tn_tables_report_json(tables, schema, &opt, out, &err);
    if (fclose(out) != 0 && ret == 0) ret = TN_ENOMEM;
    const int status = ret < 0 ? cli_error_exit(command, ret, &err)
                               : cli_page_write(command, report->page, json, n);
    free(json);
    return status;
}

void cli_tables_warn(const tn_fit_t *tables, const char *command)
{
    for (int k = 0; k < tables->n_warnings; k++)
        fprintf(stderr, "tenure %s: warning: %s\n", command, tables->warning[k]);
}
