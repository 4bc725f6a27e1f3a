/** The ranks of a program started by mpirun. */
#ifndef TENURE_CLI_TEAM_H
#define TENURE_CLI_TEAM_H
#include "cli.h"

/** Joins the team if mpirun (or another starter of MPI programs) has started this process as one of
 *  several; MPI is not even loaded otherwise.
 *  @param team  out: NULL if alone; borrowed.
 *  @return 0, or an exit status after printing the reason. */
int cli_team_begin(const tn_team_t **team, const char *command);
/** Leaves the team, if there is one: all ranks call it. */
void cli_team_end(void);

/** Collective, on rank 0: sends the job to the others; NULL sends them home. @return 0 or TN_E...
 */
int cli_team_send(const tn_team_t *team, unsigned char *job, size_t n);
/** Collective, on the other ranks: *job is NULL if there is nothing to do; tn_job_free() it. */
int cli_team_receive(const tn_team_t *team, tn_job_t **job, tn_error_t *err);

/** Whether this process writes: alone, or rank 0. */
bool cli_team_leads(const tn_team_t *team);
/** Collective: the first exit status of any rank that is not 0. */
int cli_team_agree(const tn_team_t *team, int status);
/** Ranks above 0 say nothing from here on: rank 0 says it. */
void cli_team_mute(const tn_team_t *team);

/** What the module (mpi.c) offers; both names are looked up in it. */
int tenure_mpi_begin(tn_team_t *team);
void tenure_mpi_end(void);
#endif
