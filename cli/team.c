/* Finding out whether there are other ranks costs two looks at the environment. The module with MPI
 * lies beside the program, or where it was installed. */
#include "team.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef TENURE_MPI_MODULE
#include <dlfcn.h>
#endif

#define MAX_PATH 4096

static struct {
    tn_team_t team;
    void (*end)(void);
} joined;

static bool is_number_above(const char *name, long long least)
{
    long long number;
    const char *text = getenv(name);
    return text != NULL && cli_parse_integer(text, least + 1, INT32_MAX, &number);
}

/** Open MPI says its size; so do starters with PMI; those with PMIx say at least the rank. */
static bool is_one_of_several(void)
{
    if (getenv("OMPI_COMM_WORLD_SIZE") != NULL) return is_number_above("OMPI_COMM_WORLD_SIZE", 1);
    if (getenv("PMI_SIZE") != NULL) return is_number_above("PMI_SIZE", 1);
    return is_number_above("PMIX_RANK", -1) && is_number_above("SLURM_NTASKS", 1);
}

#ifdef TENURE_MPI_MODULE
/** Beside the program (the build folder), else as installed. */
static void *load_module(void)
{
    static const char name[] = "/tenure_mpi.so";
    char path[MAX_PATH];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof name);
    void *module = NULL;
    if (n > 0) {
        path[n] = '\0';
        char *slash = strrchr(path, '/');
        if (slash != NULL) {
            memcpy(slash, name, sizeof name);
            module = access(path, R_OK) == 0 ? dlopen(path, RTLD_NOW | RTLD_GLOBAL) : NULL;
        }
    }
    return module != NULL ? module : dlopen(TENURE_MPI_MODULE, RTLD_NOW | RTLD_GLOBAL);
}

static int join(const char *command)
{
    int (*begin)(tn_team_t * team) = NULL;
    void *module = load_module();
    if (module == NULL) {
        fprintf(stderr,
            "tenure %s: started as one of several ranks, but MPI cannot be loaded: %s\n", command,
            dlerror());
        return CLI_EXIT_INPUT;
    }
    /* POSIX: a function's address fits a void *; C has no cast for it */
    void *at = dlsym(module, "tenure_mpi_begin"), *end = dlsym(module, "tenure_mpi_end");
    memcpy(&begin, &at, sizeof at);
    memcpy(&joined.end, &end, sizeof end);
    if (begin == NULL || joined.end == NULL || begin(&joined.team) < 0) {
        fprintf(stderr, "tenure %s: MPI cannot be started\n", command);
        return CLI_EXIT_INPUT;
    }
    return 0;
}
#else
static int join(const char *command)
{
    fprintf(stderr,
        "tenure %s: started as one of several ranks, but this tenure was built without MPI "
        "(install libopenmpi-dev and build again; or use --blocks and tenure merge)\n",
        command);
    return CLI_EXIT_INPUT;
}
#endif

int cli_team_begin(const tn_team_t **team, const char *command)
{
    *team = NULL;
    if (!is_one_of_several()) return 0;
    const int status = join(command);
    if (status == 0 && joined.team.size > 1) *team = &joined.team;
    return status;
}

void cli_team_end(void)
{
    if (joined.end != NULL) joined.end();
    joined.end = NULL;
}

int cli_team_send(const tn_team_t *team, unsigned char *job, size_t n)
{
    uint64_t size = job == NULL ? 0 : n;
    const int ret = team->share(team->ctx, 0, &size, sizeof size);
    return ret < 0 || size == 0 ? ret : team->share(team->ctx, 0, job, n);
}

int cli_team_receive(const tn_team_t *team, tn_job_t **job, tn_error_t *err)
{
    uint64_t size = 0;
    *job = NULL;
    int ret = team->share(team->ctx, 0, &size, sizeof size);
    if (ret < 0 || size == 0) return ret;
    unsigned char *bytes = malloc((size_t)size);
    if (bytes == NULL) return TN_ENOMEM;
    ret = team->share(team->ctx, 0, bytes, (size_t)size);
    if (ret == 0) ret = tn_job_unpack(job, bytes, (size_t)size, err);
    free(bytes);
    return ret;
}

bool cli_team_leads(const tn_team_t *team) { return team == NULL || team->rank == 0; }

int cli_team_agree(const tn_team_t *team, int status)
{
    int first = team == NULL ? status : 0;
    for (int rank = 0; team != NULL && rank < team->size; rank++) {
        int of_rank = status;
        if (team->share(team->ctx, rank, &of_rank, sizeof of_rank) < 0) of_rank = CLI_EXIT_INPUT;
        if (first != 0 || of_rank == 0) continue;
        first = of_rank;
        if (team->rank == 0 && rank > 0)
            fprintf(stderr, "tenure: rank %d failed where rank 0 did not (exit status %d)\n", rank,
                of_rank);
    }
    return first;
}

void cli_team_mute(const tn_team_t *team)
{
    if (cli_team_leads(team)) return;
    if (freopen("/dev/null", "w", stdout) == NULL) fclose(stdout);
    if (freopen("/dev/null", "w", stderr) == NULL) fclose(stderr);
}
