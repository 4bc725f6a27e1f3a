/* The only file that knows MPI: a module that the program loads when mpirun has started it, so that
 * an ordinary start neither loads nor needs MPI. An error of MPI itself ends all ranks (MPI's
 * default), and mpirun says which. */
#include <mpi.h>

#include <limits.h>

#include "team.h"

#define EXPORT __attribute__((visibility("default")))

static int share(void *ctx, int root, void *bytes, size_t n)
{
    (void)ctx;
    for (char *at = bytes; n > 0;) {
        const int part = n < INT_MAX ? (int)n : INT_MAX;
        if (MPI_Bcast(at, part, MPI_BYTE, root, MPI_COMM_WORLD) != MPI_SUCCESS) return TN_EIO;
        at += part;
        n -= (size_t)part;
    }
    return 0;
}

EXPORT int tenure_mpi_begin(tn_team_t *team)
{
    int provided; /* threads of a rank never call MPI: only the one that started it does */
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) return TN_EIO;
    *team = (tn_team_t){.share = share};
    (void)MPI_Comm_rank(MPI_COMM_WORLD, &team->rank);
    (void)MPI_Comm_size(MPI_COMM_WORLD, &team->size);
    return 0;
}

EXPORT void tenure_mpi_end(void) { (void)MPI_Finalize(); }
