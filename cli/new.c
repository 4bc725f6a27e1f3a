/* tenure new NAME: a commented case to start from. An existing file is left alone unless told
 * otherwise. */
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define COMMAND "new"

enum { OPT_OUTPUT, OPT_FORCE, OPT_HELP, N_OPTIONS };

static const cli_option_t options[N_OPTIONS] = {
    [OPT_OUTPUT] = {"output", 'o', "FILE", "write to a file, whole or not at all"},
    [OPT_FORCE] = {"force", 'f', NULL, "overwrite the file if it is there"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = COMMAND,
    .usage = "new [options] NAME",
    .examples = "  tenure new atlantis-2024 -o atlantis-2024.yaml\n"
                "  tenure new atlantis-2024 | less\n",
    .text = "Writes a case named NAME (small letters, digits and '-') in which every key is "
            "explained\nwith its unit, range and default. It can be forecast as it stands, but is "
            "invented.",
    .options = options,
    .n_options = N_OPTIONS,
};

typedef struct request {
    const char *name, *output;
    int n_names;
    bool is_forced, wants_help;
} request_t;

/* Returns 0, or an exit status after printing the reason. */
static int request_init(request_t *self, int argc, char **argv)
{
    cli_args_t args;
    const char *value;
    *self = (request_t){0};
    cli_args_init(&args, &help, argc, argv);
    for (int option; (option = cli_args_next(&args, &value)) != CLI_END;) {
        switch (option) {
        case CLI_OPERAND:
            self->name = value;
            self->n_names++;
            break;
        case OPT_OUTPUT: self->output = value; break;
        case OPT_FORCE: self->is_forced = true; break;
        default: self->wants_help = true; break;
        }
    }
    if (self->wants_help) return 0;
    if (self->n_names == 0) cli_mistake(&args, "no name given");
    if (self->n_names > 1) cli_mistake(&args, "%d names given, expected one", self->n_names);
    return args.n_mistakes > 0 ? cli_usage_exit(&args) : 0;
}

static bool is_in_the_way(const request_t *request)
{
    const char *path = request->output;
    if (path == NULL || strcmp(path, "-") == 0 || request->is_forced) return false;
    return access(path, F_OK) == 0;
}

static int write_case(const request_t *request)
{
    cli_output_t out;
    tn_error_t err = {0};
    if (is_in_the_way(request)) {
        fprintf(stderr, "tenure " COMMAND ": %s is there already; --force overwrites it\n",
            request->output);
        return CLI_EXIT_INPUT;
    }
    int status = cli_output_open(&out, COMMAND, request->output);
    if (status != 0) return status;
    const int ret = tn_case_write_template(request->name, out.stream, &err);
    /* a failed write is named by the close, which knows the file and the reason */
    status = cli_output_close(&out, COMMAND, ret == 0 || ret == TN_EIO);
    if (status == 0 && ret < 0) status = cli_error_exit(COMMAND, ret, &err);
    return status;
}

int tn_cmd_new(int argc, char **argv)
{
    request_t request;
    const int status = request_init(&request, argc, argv);
    if (status != 0) return status;
    return request.wants_help ? cli_help_print(&help) : write_case(&request);
}
