/* A reader for the well-formed CSV files of the reference set: no line breaks within quotes. */
#include "reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static char *read_all(const char *path)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL) fail_msg("cannot open %s", path);
    fseek(in, 0, SEEK_END);
    const long n = ftell(in);
    rewind(in);
    char *bytes = calloc((size_t)n + 1, 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)n, in), n);
    fclose(in);
    return bytes;
}

/* Cuts one field out of the text; *p moves behind its separator, which is returned. */
static char cut(char **p, char **field)
{
    char *s = *p, *to = s;
    *field = s;
    bool is_quoted = false;
    for (; *s != '\0' && (is_quoted || (*s != ',' && *s != '\n')); s++) {
        if (*s == '"') {
            is_quoted = !is_quoted;
        } else if (*s != '\r') {
            *to++ = *s;
        }
    }
    const char end = *s;
    *p = end == '\0' ? s : s + 1;
    *to = '\0';
    return end;
}

bool reference_read(reference_t *self, const char *name)
{
    const char *shared = getenv("TENURE_SHARED");
    char path[4096];
    *self = (reference_t){0};
    if (shared == NULL) return false;
    snprintf(path, sizeof path, "%s/reference/%s", shared, name);
    reference_read_file(self, path);
    return true;
}

void reference_read_file(reference_t *self, const char *path)
{
    *self = (reference_t){0};
    self->bytes = read_all(path);
    size_t n_lines = 0;
    self->n_columns = 1;
    for (const char *c = self->bytes; *c != '\0'; c++) {
        if (n_lines == 0 && *c == ',') self->n_columns++;
        if (*c == '\n') n_lines++;
    }
    self->cell = calloc(n_lines + 1, sizeof *self->cell);
    char *p = self->bytes;
    size_t row = 0;
    for (; *p != '\0'; row++) {
        self->cell[row] = calloc((size_t)self->n_columns, sizeof **self->cell);
        for (int j = 0; j < self->n_columns; j++) {
            const char end = cut(&p, &self->cell[row][j]);
            if ((end == ',') != (j + 1 < self->n_columns)) fail_msg("%s: row %zu", path, row);
        }
    }
    self->n_rows = row - 1;
}

void reference_free(reference_t *self)
{
    if (self->cell == NULL) return;
    for (size_t i = 0; i <= self->n_rows; i++)
        free(self->cell[i]);
    free(self->cell);
    free(self->bytes);
    *self = (reference_t){0};
}

int reference_column(const reference_t *self, const char *name)
{
    for (int j = 0; j < self->n_columns; j++) {
        if (strcmp(self->cell[0][j], name) == 0) return j;
    }
    fail_msg("no column %s", name);
    return -1;
}

const char *reference_text(const reference_t *self, size_t row, const char *column)
{
    return self->cell[row + 1][reference_column(self, column)];
}

double reference_number(const reference_t *self, size_t row, const char *column)
{
    const char *text = reference_text(self, row, column);
    char *end;
    const double value = strtod(text, &end);
    if (strcmp(text, "NA") == 0 || *text == '\0') return NAN;
    if (strcmp(text, "Inf") != 0 && *end != '\0') fail_msg("'%s' is not a number", text);
    return value;
}

double *reference_numbers(const reference_t *self, const char *column)
{
    double *out = calloc(self->n_rows + 1, sizeof *out);
    for (size_t i = 0; i < self->n_rows; i++)
        out[i] = reference_number(self, i, column);
    return out;
}
