/* tenure ledger VERB: opens the file, writes or looks, says what was done. What is acknowledged on
 * standard output is on the disk. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ledger_request.h"
#include "progress.h"
#include "tables.h"

#define FIRST_PIECE 65536

static int fail(int code, const tn_error_t *err)
{
    return cli_error_exit(LEDGER_COMMAND, code, err);
}

/* ---- writing ---- */

/** Makes the folders of the usual ledger. Those that are there are no mistake. */
static void make_folders(const ledger_request_t *request)
{
    if (request->default_path == NULL) return;
    for (char *at = strchr(request->default_path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        (void)mkdir(request->default_path, 0700);
        *at = '/';
    }
}

static int acknowledge(const ledger_request_t *request, const tn_ledger_receipt_t *r)
{
    if (request->report.format == CLI_JSON) {
        printf("{\"first\": %" PRId64 ", \"last\": %" PRId64
               ", \"questions\": %d, \"forecasts\": %d, \"hash\": \"%s\"}\n",
            r->first, r->last, r->n_questions, r->n_forecasts, r->hash);
    } else if (r->first == r->last) {
        printf("entry %" PRId64 " %s\n", r->last, r->hash);
    } else {
        printf("entries %" PRId64 "-%" PRId64 " %s: %d new question%s, %d forecast%s\n", r->first,
            r->last, r->hash, r->n_questions, r->n_questions == 1 ? "" : "s", r->n_forecasts,
            r->n_forecasts == 1 ? "" : "s");
    }
    return cli_flush_stdout(LEDGER_COMMAND);
}

/** All bytes of a file; "-" is standard input. The caller frees them. */
static char *read_file(const char *path, size_t *n)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char *bytes = NULL;
    size_t capacity = 0;
    *n = 0;
    if (in == NULL) return NULL;
    for (size_t got = 1; got > 0 && *n <= TN_LEDGER_MAX_JSON;) {
        if (*n == capacity) {
            capacity = capacity == 0 ? FIRST_PIECE : 2 * capacity;
            char *longer = realloc(bytes, capacity);
            if (longer == NULL) break;
            bytes = longer;
        }
        got = fread(bytes + *n, 1, capacity - *n, in);
        *n += got;
    }
    const bool has_failed = ferror(in) != 0;
    if (in != stdin) (void)fclose(in);
    if (!has_failed) return bytes;
    free(bytes);
    return NULL;
}

static int add_file(const ledger_request_t *request, tn_ledger_t *ledger, const char *path)
{
    tn_ledger_receipt_t receipt;
    tn_error_t err = {0};
    size_t n = 0;
    errno = 0;
    char *bytes = read_file(path, &n);
    if (bytes == NULL) {
        fprintf(stderr, "tenure ledger: cannot read %s: %s\n", path, strerror(errno));
        return CLI_EXIT_INPUT;
    }
    const tn_ledger_json_options_t opt = {.subject = request->subject,
        .by = request->forecast.by,
        .class_name = request->question.class_name,
        .recorded = request->recorded};
    const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
    const int ret = tn_ledger_add_json(ledger, name, bytes, n, &opt, &receipt, &err);
    free(bytes);
    return ret < 0 ? fail(ret, &err) : acknowledge(request, &receipt);
}

static int add(const ledger_request_t *request, tn_ledger_t *ledger)
{
    tn_ledger_receipt_t receipt;
    tn_error_t err = {0};
    int status = 0;
    for (int i = 0; status == 0 && i < request->n_operands; i++) {
        status = add_file(request, ledger, request->operand[i]);
    }
    if (request->n_operands > 0) return status;
    const int ret =
        tn_ledger_add(ledger, request->question.text != NULL ? &request->question : NULL,
            request->has_p ? &request->forecast : NULL, request->recorded, &receipt, &err);
    return ret < 0 ? fail(ret, &err) : acknowledge(request, &receipt);
}

static int resolve(const ledger_request_t *request, tn_ledger_t *ledger)
{
    tn_ledger_receipt_t receipt;
    tn_error_t err = {0};
    const int ret = request->verb == LEDGER_RESOLVE
                        ? tn_ledger_resolve(ledger, &request->resolution, &receipt, &err)
                        : tn_ledger_annul(ledger, request->operand[0], request->resolution.reason,
                              request->recorded, &receipt, &err);
    return ret < 0 ? fail(ret, &err) : acknowledge(request, &receipt);
}

/* ---- looking ---- */

static int look(const ledger_request_t *request, tn_ledger_t *ledger)
{
    tn_fit_t tables;
    tn_error_t err = {0};
    int ret;
    if (request->verb == LEDGER_LIST) {
        ret = tn_ledger_list(&tables, ledger, request->status, request->subject, &err);
    } else if (request->verb == LEDGER_SHOW) {
        ret = tn_ledger_show(&tables, ledger, request->operand[0], &err);
    } else {
        ret = tn_ledger_numbers(&tables, ledger, &err);
    }
    if (ret < 0) return fail(ret, &err);
    tn_fit_t shown;
    int status = cli_tables_choose(&shown, &tables, LEDGER_COMMAND, request->report.table);
    if (status == 0)
        status =
            cli_tables_write(&shown, LEDGER_COMMAND, "tenure-tables/1", NULL, &request->report);
    tn_fit_free(&tables);
    return status;
}

static int export(const ledger_request_t *request, tn_ledger_t *ledger)
{
    cli_output_t out;
    tn_error_t err = {0};
    if (request->report.format == CLI_CSV) return look(request, ledger);
    int status = cli_output_open(&out, LEDGER_COMMAND, request->report.output);
    if (status != 0) return status;
    const int ret = tn_ledger_export(ledger, out.stream, &err);
    status = cli_output_close(&out, LEDGER_COMMAND, ret == 0 || ret == TN_EIO);
    return status == 0 && ret < 0 ? fail(ret, &err) : status;
}

static int verify(const ledger_request_t *request, tn_ledger_t *ledger)
{
    tn_ledger_verdict_t v;
    tn_error_t err = {0};
    const int ret = tn_ledger_verify(ledger, request->head, &v, &err);
    if (ret < 0) return fail(ret, &err);
    const bool is_json = request->report.format == CLI_JSON;
    const size_t n_kept =
        v.n_findings < TN_LEDGER_MAX_FINDINGS ? v.n_findings : TN_LEDGER_MAX_FINDINGS;
    if (is_json) {
        printf("{\"entries\": %" PRId64 ", \"hash\": \"%.64s\", \"findings\": %zu}\n", v.n_entries,
            v.hash, v.n_findings);
    } else {
        printf("%" PRId64 " entr%s, last %" PRId64 " %.64s: %s\n", v.n_entries,
            v.n_entries == 1 ? "y" : "ies", v.last, v.hash,
            v.n_findings == 0 ? "the chain holds" : "NOT AS IT WAS WRITTEN");
    }
    for (size_t i = 0; i < n_kept; i++) {
        fprintf(stderr, "tenure ledger: %s\n", v.finding[i]);
    }
    if (v.n_findings > n_kept) {
        fprintf(stderr, "tenure ledger: and %zu more\n", v.n_findings - n_kept);
    }
    const int status = cli_flush_stdout(LEDGER_COMMAND);
    return v.n_findings > 0 ? CLI_EXIT_INPUT : status;
}

static int run(const ledger_request_t *request)
{
    tn_ledger_t *ledger = NULL;
    tn_error_t err = {0};
    int status = cli_output_check(LEDGER_COMMAND, request->report.output);
    if (status != 0) return status;
    cli_release_signals(); /* a transaction is whole or absent, whenever the program ends */
    if (request->verb == LEDGER_ADD) make_folders(request);
    const tn_ledger_mode_t mode = request->verb == LEDGER_ADD ? TN_LEDGER_APPEND : TN_LEDGER_READ;
    const int ret = tn_ledger_open(&ledger, request->path, mode, &err);
    if (ret < 0) return fail(ret, &err);
    cli_catch_signals();
    switch (request->verb) {
    case LEDGER_ADD: status = add(request, ledger); break;
    case LEDGER_RESOLVE:
    case LEDGER_ANNUL: status = resolve(request, ledger); break;
    case LEDGER_EXPORT: status = export(request, ledger); break;
    case LEDGER_VERIFY: status = verify(request, ledger); break;
    default: status = look(request, ledger); break;
    }
    tn_ledger_close(ledger);
    return status;
}

int tn_cmd_ledger(int argc, char **argv)
{
    ledger_request_t request;
    int status = ledger_request_init(&request, argc, argv);
    if (status == 0) status = request.wants_help ? ledger_help() : run(&request);
    ledger_request_free(&request);
    return status;
}
