/* Tables grow in an arena. A failed allocation is remembered; callers ask once, before they fill
 * columns. */
#include "fit/build.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

#define MAX_TABLES 24
#define MAX_TEXTS  64
#define TEXT_SIZE  1024

struct tn_fit_memory {
    tn_arena_t arena;
};

int tn_build_init(tn_fit_t *self)
{
    *self = (tn_fit_t){0};
    self->memory = tn_calloc(1, sizeof *self->memory);
    if (self->memory == NULL) return TN_ENOMEM;
    tn_arena_t *arena = &self->memory->arena;
    self->table = tn_arena_calloc(arena, MAX_TABLES, sizeof *self->table);
    self->warning = tn_arena_calloc(arena, MAX_TEXTS, sizeof *self->warning);
    self->note = tn_arena_calloc(arena, MAX_TEXTS, sizeof *self->note);
    if (!arena->failed) return 0;
    tn_fit_free(self);
    return TN_ENOMEM;
}

void tn_fit_free(tn_fit_t *self)
{
    if (self == NULL) return;
    if (self->memory != NULL) {
        tn_arena_free(&self->memory->arena);
        tn_free(self->memory);
    }
    *self = (tn_fit_t){0};
}

bool tn_build_failed(const tn_fit_t *self) { return self->memory->arena.failed; }

const char *tn_build_copy(tn_fit_t *self, const char *text)
{
    if (text == NULL) return NULL;
    return tn_arena_strndup(&self->memory->arena, text, strlen(text));
}

double *tn_build_scratch(tn_fit_t *self, size_t n)
{
    return tn_arena_calloc(&self->memory->arena, n, sizeof(double));
}

const char **tn_build_texts(tn_fit_t *self, size_t n)
{
    return tn_arena_calloc(&self->memory->arena, n, sizeof(const char *));
}

tn_fit_table_t *tn_build_table(
    tn_fit_t *self, const char *name, const char *title, size_t n_rows, int max_columns)
{
    tn_arena_t *arena = &self->memory->arena;
    if (self->n_tables == MAX_TABLES) {
        arena->failed = true;
        return NULL;
    }
    tn_fit_table_t *table = &self->table[self->n_tables];
    *table = (tn_fit_table_t){.name = name, .title = tn_build_copy(self, title), .n_rows = n_rows};
    table->column = tn_arena_calloc(arena, (size_t)max_columns, sizeof *table->column);
    if (arena->failed) return NULL;
    self->n_tables++;
    return table;
}

double *tn_build_number(tn_fit_t *self, tn_fit_table_t *table, const char *name, tn_fit_kind_t kind)
{
    if (table == NULL) return NULL;
    double *number = tn_arena_calloc(&self->memory->arena, table->n_rows, sizeof *number);
    if (number == NULL) return NULL;
    for (size_t i = 0; i < table->n_rows; i++)
        number[i] = NAN;
    table->column[table->n_columns++] =
        (tn_fit_column_t){.name = name, .kind = kind, .number = number};
    return number;
}

const char **tn_build_text(tn_fit_t *self, tn_fit_table_t *table, const char *name)
{
    if (table == NULL) return NULL;
    const char **text = tn_arena_calloc(&self->memory->arena, table->n_rows, sizeof *text);
    if (text == NULL) return NULL;
    table->column[table->n_columns++] =
        (tn_fit_column_t){.name = name, .kind = TN_FIT_TEXT, .text = text};
    return text;
}

TN_PRINTF(2, 0)
static const char *format(tn_fit_t *self, const char *fmt, va_list args)
{
    char text[TEXT_SIZE];
    (void)vsnprintf(text, sizeof text, fmt, args);
    return tn_build_copy(self, text);
}

const char *tn_build_printf(tn_fit_t *self, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = format(self, fmt, args);
    va_end(args);
    return text;
}

void tn_build_note(tn_fit_t *self, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = format(self, fmt, args);
    va_end(args);
    if (text != NULL && self->n_notes < MAX_TEXTS) self->note[self->n_notes++] = text;
}

void tn_build_warning(tn_fit_t *self, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = format(self, fmt, args);
    va_end(args);
    if (text != NULL && self->n_warnings < MAX_TEXTS) self->warning[self->n_warnings++] = text;
}

const tn_fit_table_t *tn_fit_table(const tn_fit_t *self, const char *name)
{
    for (int i = 0; i < self->n_tables; i++) {
        if (strcmp(self->table[i].name, name) == 0) return &self->table[i];
    }
    return NULL;
}

const tn_fit_column_t *tn_fit_column(const tn_fit_table_t *table, const char *name)
{
    for (int j = 0; j < table->n_columns; j++) {
        if (strcmp(table->column[j].name, name) == 0) return &table->column[j];
    }
    return NULL;
}
