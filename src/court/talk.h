/** How the sums over ties Sum_j k_ij m_j are formed: by groups and exceptions, or tie by tie,
 * whichever takes fewer operations. Same result but for rounding; lanes and the plain version
 * follow the same order. */
#ifndef TN_COURT_TALK_H
#define TN_COURT_TALK_H
#include "model/case.h"

/** An actor who is heard, and how much. */
typedef struct tn_link {
    double tie;
    int to;
} tn_link_t;

/** With W_g = the sum of m over group g and T = the sum of all W_g, ascending:
 *      Sum_j k_ij m_j = between T + more_g W_g - within_g m_i + Sum_links tie m_to,   g = group of
 * i Without groups: the links alone. */
typedef struct tn_talk {
    int n_groups;                  /* 0: tie by tie */
    int n_sums;                    /* sums W that are kept: n_groups, at least 1 */
    int group[TN_MAX_ACTORS];      /* of an actor; 0 without groups */
    int member[TN_MAX_ACTORS];     /* actors, group by group */
    int member_end[TN_MAX_ACTORS]; /* group g: member_end[g-1] .. member_end[g]-1 */
    double between, within[TN_MAX_ACTORS];
    double more[TN_MAX_ACTORS];  /* within - between */
    tn_link_t *link;             /* all ties, or what differs from those of the groups */
    int link_end[TN_MAX_ACTORS]; /* actor i: link_end[i-1] .. link_end[i]-1 */
    /* sets of actors, for whoever goes through them in order */
    uint64_t first;       /* the first of his group */
    uint64_t returns;     /* not the first, and the one before him is of another group */
    uint64_t leaves;      /* the next one is of another group */
    uint64_t heard_later; /* somebody who comes after him has a link to him */
    int operations;       /* to form the sums of all actors once */
} tn_talk_t;

/** @param k      n x n ties, row i
 *  @param group  of each actor; negative: none
 *  @return 0 or TN_ENOMEM */
int tn_talk_init(tn_talk_t *self, const double *k, const int *group, int n);
void tn_talk_free(tn_talk_t *self);
#endif
