/* How the sums over ties are formed. Most courts have one tie between groups, one inside each group
 * and a few exceptions: sums of the groups and the exceptions are then all that is needed, N +
 * pairs in place of N^2. Counted at set-up; the way with fewer operations is taken. Source:
 * model 7.5. */
#include "court/talk.h"

#include <stdlib.h>

#include "base/mem.h"

#define PER_ACTOR 5 /* operations of the way by groups: the sums, the own part, the division */
#define PER_GROUP 4

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool is_same(double a, double b) { return !(a < b) && !(a > b); }

/** The most frequent of n numbers, the smallest of those; sorts them. */
static double commonest(double *y, size_t n)
{
    double best = 0.0;
    size_t most = 0;
    qsort(y, n, sizeof *y, compare);
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i + 1; k < n && is_same(y[k], y[i]);)
            k++;
        if (k - i <= most) continue;
        most = k - i;
        best = y[i];
    }
    return best;
}

/** Groups numbered by first member; an actor of none is his own. */
static void number_groups(tn_talk_t *self, const int *group, int n)
{
    int n_members = 0;
    for (int i = 0; i < n; i++)
        self->group[i] = -1;
    for (int i = 0; i < n; i++) {
        if (self->group[i] >= 0) continue;
        for (int j = i; j < n; j++) {
            if (j != i && (group[i] < 0 || group[j] != group[i])) continue;
            self->group[j] = self->n_groups;
            self->member[n_members++] = j;
        }
        self->member_end[self->n_groups++] = n_members;
    }
}

/** The commonest tie between groups (g < 0) or inside group g. */
static double tie_of(const tn_talk_t *self, const double *k, int n, int g, double *scratch)
{
    size_t n_pairs = 0;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            const bool is_inside = self->group[i] == self->group[j];
            const bool is_wanted = g < 0 ? !is_inside : is_inside && self->group[i] == g;
            if (i != j && is_wanted) scratch[n_pairs++] = k[i * n + j];
        }
    }
    return commonest(scratch, n_pairs);
}

/** Lists what the groups leave out of each tie; returns how much that is. */
static int list_links(tn_talk_t *self, const double *k, int n)
{
    int n_links = 0;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            double said = 0.0;
            if (self->n_groups > 0 && i != j) {
                said =
                    self->group[i] == self->group[j] ? self->within[self->group[i]] : self->between;
            }
            if (is_same(k[i * n + j], said)) continue;
            self->link[n_links++] = (tn_link_t){k[i * n + j] - said, j};
        }
        self->link_end[i] = n_links;
    }
    return n_links;
}

static void mark_actors(tn_talk_t *self, int n)
{
    uint64_t seen = 0; /* groups */
    self->n_sums = self->n_groups > 0 ? self->n_groups : 1;
    for (int i = 0; i < n; i++) {
        const uint64_t me = (uint64_t)1 << i, mine = (uint64_t)1 << self->group[i];
        if (!(seen & mine)) {
            self->first |= me;
        } else if (self->group[i - 1] != self->group[i]) {
            self->returns |= me;
        }
        if (i + 1 == n || self->group[i + 1] != self->group[i]) self->leaves |= me;
        seen |= mine;
        for (int k = i > 0 ? self->link_end[i - 1] : 0; k < self->link_end[i]; k++) {
            if (self->link[k].to < i) self->heard_later |= (uint64_t)1 << self->link[k].to;
        }
    }
}

int tn_talk_init(tn_talk_t *self, const double *k, const int *group, int n)
{
    const size_t size = (size_t)n * (size_t)n;
    *self = (tn_talk_t){.link = tn_calloc(size, sizeof *self->link)};
    double *scratch = tn_calloc(size, sizeof *scratch);
    if (self->link == NULL || scratch == NULL) {
        tn_free(scratch);
        tn_talk_free(self);
        return TN_ENOMEM;
    }
    const int one_by_one = n + 2 * list_links(self, k, n);
    number_groups(self, group, n);
    self->between = tie_of(self, k, n, -1, scratch);
    for (int g = 0; g < self->n_groups; g++) {
        self->within[g] = tie_of(self, k, n, g, scratch);
        self->more[g] = self->within[g] - self->between;
    }
    self->operations = PER_ACTOR * n + PER_GROUP * self->n_groups + 2 * list_links(self, k, n);
    if (one_by_one <= self->operations) {
        self->n_groups = 0;
        for (int i = 0; i < n; i++) {
            self->group[i] = 0;
            self->member[i] = i;
        }
        self->member_end[0] = n;
        self->operations = n + 2 * list_links(self, k, n);
    }
    tn_free(scratch);
    mark_actors(self, n);
    return 0;
}

void tn_talk_free(tn_talk_t *self)
{
    tn_free(self->link);
    *self = (tn_talk_t){0};
}
