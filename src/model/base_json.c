#include "model/base_json.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "tenure/forecast.h"

#define SCHEMA "tenure-base-model/2"
#define DIGITS 9

/* ---- writing: each function returns a new reference, NULL when out of memory ---- */

static json_t *numbers(const double *x, size_t n)
{
    json_t *array = json_array();
    for (size_t k = 0; array != NULL && k < n; k++) {
        if (json_array_append_new(array, json_real(x[k])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *month_text(int month)
{
    return json_sprintf("%04d-%02d", month / 12, month % 12 + 1);
}

static json_t *term_names(int design, int p)
{
    char buf[128];
    json_t *array = json_array();
    for (int j = 0; array != NULL && j < p; j++)
        json_array_append_new(array, json_string(tn_base_design_name(design, j, buf, sizeof buf)));
    return array;
}

static json_t *covariance(const tn_base_equation_t *eq)
{
    json_t *array = json_array();
    for (int i = 0; array != NULL && i < eq->p; i++) {
        for (int j = 0; j <= i; j++)
            json_array_append_new(array, json_real(eq->variance[i * eq->p + j]));
    }
    return array;
}

static json_t *equations(const tn_base_model_t *m)
{
    json_t *array = json_array();
    for (int e = 0; array != NULL && e < TN_N_EQUATIONS; e++) {
        const tn_base_equation_t *eq = &m->equation[e];
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:I, s:o, s:o, s:o}", "route", tn_route_name(eq->route),
                       "knows", tn_base_equation_knows(e), "exits", (json_int_t)eq->n_events,
                       "terms", term_names(eq->design, eq->p), "coef",
                       numbers(eq->coef, (size_t)eq->p), "covariance", covariance(eq)));
    }
    return array;
}

static json_t *health(const tn_base_health_t *h)
{
    return json_pack("{s:I, s:f, s:f}", "exits", (json_int_t)h->n_events, "expected", h->expected,
        "multiplier", h->multiplier);
}

static json_t *classes(const tn_base_classes_t *all)
{
    json_t *array = json_array();
    for (int r = TN_CLASS_ANY; array != NULL && r < TN_CLASS_REGIMES; r++) {
        for (int t = TN_CLASS_ANY; t < TN_CLASS_TENURES; t++) {
            for (int a = TN_CLASS_ANY; a < TN_CLASS_AGES; a++) {
                const tn_base_class_t *c = tn_base_class_const(all, (tn_base_class_key_t){r, t, a});
                if (c->n_months == 0) continue;
                json_t *row = json_pack(
                    "[i, i, i, I, I]", r, t, a, (json_int_t)c->n_spells, (json_int_t)c->n_months);
                for (int k = 0; k < TN_N_ROUTES; k++)
                    json_array_append_new(row, json_integer((json_int_t)c->n_exits[k]));
                json_array_append_new(array, row);
            }
        }
    }
    return array;
}

static json_t *sources(const tn_base_model_t *m)
{
    json_t *array = json_array();
    for (int k = 0; array != NULL && k < m->n_sources; k++)
        json_array_append_new(array,
            json_pack("{s:s, s:s}", "title", m->source[k].title, "sha256", m->source[k].sha256));
    return array;
}

int tn_base_json_write(const tn_base_model_t *self, FILE *out, tn_error_t *err)
{
    json_t *root = json_pack("{s:s, s:o, s:o, s:I, s:o, s:o, s:{s:o, s:o}, s:o}", "schema", SCHEMA,
        "from", month_text(self->from), "to", month_text(self->to), "leader_months",
        (json_int_t)self->n_months, "sources", sources(self), "equations", equations(self),
        "health", "death", health(&self->death), "incapacity", health(&self->incapacity), "classes",
        classes(&self->classes));
    if (root == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    const int ret = json_dumpf(root, out, JSON_INDENT(0) | JSON_REAL_PRECISION(DIGITS));
    json_decref(root);
    if (ret != 0 || fputc('\n', out) == EOF || fflush(out) != 0)
        return tn_error_set(err, TN_EIO, "%s", tn_error_text(TN_EIO));
    return 0;
}

/* ---- reading ---- */

typedef struct reader {
    const char *name;
    tn_error_t *err;
} reader_t;

static int bad(const reader_t *r, const char *where, const char *expected)
{
    return tn_error_set(r->err, TN_EINPUT, "%s: %s: expected %s", r->name, where, expected);
}

static int read_month(const reader_t *r, const json_t *root, const char *key, int *month)
{
    int y = 0, m = 0;
    const char *text = json_string_value(json_object_get(root, key));
    if (text == NULL || strlen(text) != 7 || sscanf(text, "%4d-%2d", &y, &m) != 2 || y < 1800 ||
        y > 2200 || m < 1 || m > 12) {
        return bad(r, key, "a month such as 2015-12");
    }
    *month = y * 12 + m - 1;
    return 0;
}

static int read_count(const reader_t *r, const json_t *value, const char *where, size_t *n)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return bad(r, where, "a whole number");
    *n = (size_t)json_integer_value(value);
    return 0;
}

static int read_numbers(
    const reader_t *r, const json_t *array, const char *where, double *x, size_t n)
{
    if (!json_is_array(array) || json_array_size(array) != n)
        return bad(r, where, "a list of numbers, one for each term");
    for (size_t k = 0; k < n; k++) {
        const json_t *value = json_array_get(array, k);
        x[k] = json_number_value(value);
        if (!json_is_number(value) || !isfinite(x[k])) return bad(r, where, "numbers only");
    }
    return 0;
}

static int read_terms(const reader_t *r, const json_t *array, const tn_base_equation_t *eq)
{
    char buf[128], expected[192];
    for (int j = 0; j < eq->p; j++) {
        const char *name = tn_base_design_name(eq->design, j, buf, sizeof buf);
        const char *found = json_string_value(json_array_get(array, (size_t)j));
        if (found != NULL && strcmp(found, name) == 0) continue;
        snprintf(expected, sizeof expected, "the term '%s': the file is of another version", name);
        return bad(r, "equations.terms", expected);
    }
    if (json_array_size(array) == (size_t)eq->p) return 0;
    return bad(r, "equations.terms", "as many terms as this version has");
}

static int read_covariance(const reader_t *r, const json_t *array, tn_base_equation_t *eq)
{
    const size_t p = (size_t)eq->p;
    double *packed = tn_calloc(p * (p + 1) / 2, sizeof *packed);
    eq->variance = tn_calloc(p * p, sizeof *eq->variance);
    if (packed == NULL || eq->variance == NULL) {
        tn_free(packed);
        return tn_error_set(r->err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    }
    const int ret = read_numbers(r, array, "equations.covariance", packed, p * (p + 1) / 2);
    for (size_t i = 0, k = 0; ret == 0 && i < p; i++) {
        for (size_t j = 0; j <= i; j++, k++)
            eq->variance[i * p + j] = eq->variance[j * p + i] = packed[k];
    }
    tn_free(packed);
    return ret;
}

static int read_equation(const reader_t *r, const json_t *object, int e, tn_base_equation_t *eq)
{
    const char *route = json_string_value(json_object_get(object, "route"));
    const char *known = json_string_value(json_object_get(object, "knows"));
    if (route == NULL || strcmp(route, tn_route_name(eq->route)) != 0)
        return bad(r, "equations.route", tn_route_name(eq->route));
    if (known == NULL || strcmp(known, tn_base_equation_knows(e)) != 0)
        return bad(r, "equations.knows", tn_base_equation_knows(e));
    int ret = read_count(r, json_object_get(object, "exits"), "equations.exits", &eq->n_events);
    if (ret == 0) ret = read_terms(r, json_object_get(object, "terms"), eq);
    if (ret == 0) {
        ret = read_numbers(
            r, json_object_get(object, "coef"), "equations.coef", eq->coef, (size_t)eq->p);
    }
    return ret == 0 ? read_covariance(r, json_object_get(object, "covariance"), eq) : ret;
}

static int read_equations(const reader_t *r, const json_t *root, tn_base_model_t *self)
{
    const json_t *array = json_object_get(root, "equations");
    if (json_array_size(array) != TN_N_EQUATIONS)
        return bad(r, "equations", "one for each route, with and without the country");
    int ret = 0;
    for (int e = 0; ret == 0 && e < TN_N_EQUATIONS; e++) {
        tn_base_equation_init(&self->equation[e], e);
        ret = read_equation(r, json_array_get(array, (size_t)e), e, &self->equation[e]);
    }
    return ret;
}

static int read_health(
    const reader_t *r, const json_t *root, const char *key, tn_base_health_t *health)
{
    const json_t *object = json_object_get(json_object_get(root, "health"), key);
    const json_t *expected = json_object_get(object, "expected");
    const json_t *multiplier = json_object_get(object, "multiplier");
    health->expected = json_number_value(expected);
    health->multiplier = json_number_value(multiplier);
    if (!(health->multiplier >= 0.0 && health->multiplier < 100.0) || !json_is_number(multiplier) ||
        !json_is_number(expected)) {
        return bad(r, "health", "expected and multiplier of death and incapacity");
    }
    return read_count(r, json_object_get(object, "exits"), "health.exits", &health->n_events);
}

static bool is_within(const json_t *value, int n)
{
    return json_is_integer(value) && json_integer_value(value) >= TN_CLASS_ANY &&
           json_integer_value(value) < n;
}

static int read_class(const reader_t *r, const json_t *row, tn_base_classes_t *classes)
{
    const json_t *regime = json_array_get(row, 0), *tenure = json_array_get(row, 1),
                 *age = json_array_get(row, 2);
    if (json_array_size(row) != 5 + TN_N_ROUTES || !is_within(regime, TN_CLASS_REGIMES) ||
        !is_within(tenure, TN_CLASS_TENURES) || !is_within(age, TN_CLASS_AGES)) {
        return bad(r, "classes", "rows of regime, tenure, age, spells, months and exits by route");
    }
    tn_base_class_t *c =
        tn_base_class(classes, (tn_base_class_key_t){(int)json_integer_value(regime),
                                   (int)json_integer_value(tenure), (int)json_integer_value(age)});
    int ret = read_count(r, json_array_get(row, 3), "classes", &c->n_spells);
    if (ret == 0) ret = read_count(r, json_array_get(row, 4), "classes", &c->n_months);
    for (size_t k = 0; ret == 0 && k < TN_N_ROUTES; k++)
        ret = read_count(r, json_array_get(row, 5 + k), "classes", &c->n_exits[k]);
    return ret;
}

static int read_sources(const reader_t *r, const json_t *root, tn_base_model_t *self)
{
    const json_t *array = json_object_get(root, "sources");
    if (json_array_size(array) > TN_BASE_SOURCES) return bad(r, "sources", "fewer");
    for (size_t k = 0; k < json_array_size(array); k++) {
        const json_t *object = json_array_get(array, k);
        const char *title = json_string_value(json_object_get(object, "title"));
        const char *sum = json_string_value(json_object_get(object, "sha256"));
        if (title == NULL || sum == NULL) return bad(r, "sources", "title and sha256");
        tn_base_add_source(self, title, sum);
    }
    return 0;
}

static int read_root(const reader_t *r, const json_t *root, tn_base_model_t *self)
{
    const char *schema = json_string_value(json_object_get(root, "schema"));
    if (schema == NULL || strcmp(schema, SCHEMA) != 0) return bad(r, "schema", "\"" SCHEMA "\"");
    int ret = read_month(r, root, "from", &self->from);
    if (ret == 0) ret = read_month(r, root, "to", &self->to);
    if (ret == 0) {
        ret =
            read_count(r, json_object_get(root, "leader_months"), "leader_months", &self->n_months);
    }
    if (ret == 0) ret = read_sources(r, root, self);
    if (ret == 0) ret = read_equations(r, root, self);
    if (ret == 0) ret = read_health(r, root, "death", &self->death);
    if (ret == 0) ret = read_health(r, root, "incapacity", &self->incapacity);
    const json_t *rows = json_object_get(root, "classes");
    for (size_t k = 0; ret == 0 && k < json_array_size(rows); k++)
        ret = read_class(r, json_array_get(rows, k), &self->classes);
    return ret;
}

int tn_base_json_read(
    tn_base_model_t *self, const char *name, const char *text, size_t n, tn_error_t *err)
{
    json_error_t where;
    *self = (tn_base_model_t){0};
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);
    if (root == NULL) {
        return tn_error_set(
            err, TN_EINPUT, "%s:%d:%d: %s", name, where.line, where.column, where.text);
    }
    const reader_t r = {.name = name, .err = err};
    const int ret = read_root(&r, root, self);
    json_decref(root);
    if (ret < 0) tn_base_model_free(self);
    return ret;
}
