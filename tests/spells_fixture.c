/* See spells_fixture.h. */
#include "spells_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "check.h"

void fixture_init(fixture_t *self, size_t n)
{
    *self = (fixture_t){0};
    self->entry = calloc(n + 1, sizeof(double));
    self->exit = calloc(n + 1, sizeof(double));
    self->weight = calloc(n + 1, sizeof(double));
    self->cause = calloc(n + 1, sizeof(int32_t));
    self->stratum = calloc(n + 1, sizeof(int32_t));
    self->cluster = calloc(n + 1, sizeof(int32_t));
    self->group = calloc(n + 1, sizeof(int32_t));
    self->spells = (tn_spells_t){.n = n, .exit = self->exit, .cause = self->cause, .n_causes = 2};
}

void fixture_free(fixture_t *self)
{
    free(self->entry);
    free(self->exit);
    free(self->weight);
    free(self->cause);
    free(self->stratum);
    free(self->cluster);
    free(self->group);
    *self = (fixture_t){0};
}

void fixture_dozen(fixture_t *self)
{
    static const double exit[12] = {1, 2, 2, 3, 3, 3, 5, 6, 6, 8, 9, 9};
    static const double entry[12] = {0, 0, 1, 0, 2, 1, 0, 3, 0, 4, 5, 2};
    static const double weight[12] = {.5, 1, 2, 1.5, 1, 1, .5, 2, 1, 1, 3, .7};
    static const int32_t cause[12] = {1, 2, 1, 0, 1, 1, 2, 0, 1, 2, 0, 1};
    static const int32_t cluster[12] = {0, 0, 1, 2, 1, 3, 3, 4, 5, 4, 2, 5};
    fixture_init(self, 12);
    memcpy(self->exit, exit, sizeof exit);
    memcpy(self->entry, entry, sizeof entry);
    memcpy(self->weight, weight, sizeof weight);
    memcpy(self->cause, cause, sizeof cause);
    memcpy(self->cluster, cluster, sizeof cluster);
    for (int i = 0; i < 12; i++) {
        self->group[i] = i < 6 ? i % 2 : 1 - i % 2;
        self->stratum[i] = cluster[i] > 2;
    }
}

void fixture_random(fixture_t *self, uint32_t trial, size_t n, unsigned what)
{
    fixture_init(self, n);
    for (size_t i = 0; i < n; i++) {
        double u[4], v[4];
        tn_rng_uniforms(17, i, trial, 0, what, 0, u);
        tn_rng_uniforms(17, i, trial, 1, what, 0, v);
        self->exit[i] = what & FIXTURE_TIES ? 1.0 + floor(9.0 * u[0]) : 1e-3 - 10.0 * log(u[0]);
        self->entry[i] = self->exit[i] * u[1];
        if (what & FIXTURE_TIES) self->entry[i] = floor(self->entry[i]);
        self->cause[i] = (int32_t)(3.0 * u[2]);
        self->weight[i] = what & FIXTURE_FRACTIONS ? 2.0 * u[3] : 1.0 + floor(3.0 * u[3]);
        self->group[i] = (int32_t)(3.0 * v[0]);
        self->stratum[i] = (int32_t)(3.0 * v[1]);
        self->cluster[i] = (int32_t)(v[2] * (double)(n / 3 + 1));
    }
    tn_spells_t *s = &self->spells;
    if (what & FIXTURE_ENTRY) s->entry = self->entry;
    if (what & (FIXTURE_COUNTS | FIXTURE_FRACTIONS)) s->weight = self->weight;
    if (what & FIXTURE_STRATA) s->stratum = self->stratum;
    if (what & FIXTURE_CLUSTERS) s->cluster = self->cluster;
    s->n_strata = 3;
    s->n_clusters = (int)(n / 3 + 1);
}

/* The spells of self point to its own arrays where those of from do. */
static void follow(fixture_t *self, const fixture_t *from)
{
    const tn_spells_t *f = &from->spells;
    tn_spells_t *s = &self->spells;
    s->n_causes = f->n_causes;
    s->n_strata = f->n_strata;
    s->n_clusters = f->n_clusters;
    s->entry = f->entry == NULL ? NULL : self->entry;
    s->weight = f->weight == NULL ? NULL : self->weight;
    s->stratum = f->stratum == NULL ? NULL : self->stratum;
    s->cluster = f->cluster == NULL ? NULL : self->cluster;
}

static void copy_row(fixture_t *self, size_t to, const fixture_t *from, size_t i)
{
    self->entry[to] = from->entry[i];
    self->exit[to] = from->exit[i];
    self->weight[to] = from->weight[i];
    self->cause[to] = from->cause[i];
    self->stratum[to] = from->stratum[i];
    self->cluster[to] = from->cluster[i];
    self->group[to] = from->group[i];
}

void fixture_reverse(fixture_t *self, const fixture_t *from)
{
    const size_t n = from->spells.n;
    fixture_init(self, n);
    follow(self, from);
    for (size_t i = 0; i < n; i++)
        copy_row(self, n - 1 - i, from, i);
}

void fixture_expand(fixture_t *self, const fixture_t *from)
{
    size_t n = 0, to = 0;
    for (size_t i = 0; i < from->spells.n; i++)
        n += (size_t)from->weight[i];
    fixture_init(self, n);
    follow(self, from);
    self->spells.weight = NULL;
    for (size_t i = 0; i < from->spells.n; i++) {
        for (size_t j = 0; j < (size_t)from->weight[i]; j++)
            copy_row(self, to++, from, i);
    }
}

static int32_t code(const char *text)
{
    if (*text >= '0' && *text <= '9') return (int32_t)strtol(text, NULL, 10);
    return *text == 'm';
}

bool fixture_read(fixture_t *self, const fixture_columns_t *c)
{
    reference_t ref;
    char path[256];
    snprintf(path, sizeof path, "datasets/%s.csv", c->file);
    if (!reference_read(&ref, path)) return false;
    fixture_init(self, ref.n_rows);
    size_t n = 0;
    for (size_t i = 0; i < ref.n_rows; i++) {
        if (c->filter != NULL && strcmp(reference_text(&ref, i, c->filter), c->value) != 0)
            continue;
        if (c->group != NULL && strcmp(reference_text(&ref, i, c->group), "NA") == 0) continue;
        self->exit[n] = reference_number(&ref, i, c->exit);
        if (c->entry != NULL) self->entry[n] = reference_number(&ref, i, c->entry);
        const int32_t cause = (int32_t)reference_number(&ref, i, c->cause);
        self->cause[n] = c->event > 0 ? cause == c->event : cause;
        if (c->group != NULL) self->group[n] = code(reference_text(&ref, i, c->group));
        n++;
    }
    self->spells.n = n;
    if (c->entry != NULL) self->spells.entry = self->entry;
    reference_free(&ref);
    return true;
}
