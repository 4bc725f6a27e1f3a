/* Fitting columns to a page. Widths are those of the longest cell; what does not fit is dropped in
 * the order the caller set. Cost: a few passes over the cells. */
#include "report/grid.h"

#include <string.h>

#include "base/mem.h"
#include "report/text.h"

#define GAP       2
#define ERROR_GAP 1
#define MIN_BAR   4
#define MAX_BAR   20
#define MIN_TEXT  8

typedef struct layout {
    int width[TN_GRID_MAX_COLUMNS]; /* 0: dropped */
    int bar;                        /* index of the bar's column, -1: none */
} layout_t;

void tn_grid_init(tn_grid_t *self, int max_rows)
{
    *self = (tn_grid_t){.max_rows = max_rows};
    const size_t n = (size_t)max_rows;
    self->cell = tn_calloc(n * TN_GRID_MAX_COLUMNS + 1, TN_GRID_CELL);
    self->bar = tn_calloc(n + 1, sizeof *self->bar);
    self->failed = self->cell == NULL || self->bar == NULL;
}

void tn_grid_free(tn_grid_t *self)
{
    if (self == NULL) return;
    tn_free(self->cell);
    tn_free(self->bar);
    *self = (tn_grid_t){0};
}

static char *cell_at(const tn_grid_t *self, int row, int column)
{
    return self->cell + ((size_t)row * TN_GRID_MAX_COLUMNS + (size_t)column) * TN_GRID_CELL;
}

int tn_grid_column(
    tn_grid_t *self, const char *title, tn_column_kind_t kind, int drop, bool can_shrink)
{
    if (self->n_columns == TN_GRID_MAX_COLUMNS) return -1;
    tn_column_t *c = &self->column[self->n_columns];
    *c = (tn_column_t){.kind = kind, .drop = drop, .can_shrink = can_shrink};
    (void)snprintf(c->title, sizeof c->title, "%s", title);
    return self->n_columns++;
}

void tn_grid_row(tn_grid_t *self)
{
    if (self->failed || self->n_rows == self->max_rows) {
        self->failed = true;
        return;
    }
    self->n_rows++;
}

void tn_grid_set(tn_grid_t *self, int column, const char *text)
{
    if (self->failed || column < 0) return;
    tn_text_t safe = {0};
    tn_text_append_safe(&safe, text);
    self->failed = safe.failed;
    char *cell = cell_at(self, self->n_rows - 1, column);
    size_t n = safe.n < TN_GRID_CELL ? safe.n : TN_GRID_CELL - 1;
    while (n > 0 && n < safe.n && (safe.s[n] & 0xc0) == 0x80)
        n--; /* not inside a character */
    if (n > 0) memcpy(cell, safe.s, n);
    cell[n] = '\0';
    tn_text_free(&safe);
}

void tn_grid_bar(tn_grid_t *self, double value)
{
    if (self->failed) return;
    self->bar[self->n_rows - 1] = value > 0.0 ? value : 0.0;
}

static int gap_before(const tn_grid_t *self, int column)
{
    return self->column[column].kind == TN_COLUMN_ERROR ? ERROR_GAP : GAP;
}

static void natural_widths(const tn_grid_t *self, layout_t *l)
{
    l->bar = -1;
    for (int c = 0; c < self->n_columns; c++) {
        l->width[c] = tn_text_columns(self->column[c].title);
        if (self->column[c].kind == TN_COLUMN_BAR) {
            l->bar = c;
            l->width[c] = MIN_BAR;
            continue;
        }
        for (int r = 0; r < self->n_rows; r++) {
            const int n = tn_text_columns(cell_at(self, r, c));
            if (n > l->width[c]) l->width[c] = n;
        }
    }
}

static int total_width(const tn_grid_t *self, const layout_t *l)
{
    int total = TN_PAGE_INDENT - GAP;
    for (int c = 0; c < self->n_columns; c++) {
        if (l->width[c] > 0) total += l->width[c] + gap_before(self, c);
    }
    return total;
}

/** Column to drop next, -1 if all that are left must stay. */
static int most_droppable(const tn_grid_t *self, const layout_t *l)
{
    int best = -1;
    for (int c = 0; c < self->n_columns; c++) {
        if (l->width[c] == 0 || self->column[c].drop == 0) continue;
        if (best < 0 || self->column[c].drop >= self->column[best].drop) best = c;
    }
    return best;
}

/** Takes `excess` columns from those that can shrink, the widest first. */
static void shrink(const tn_grid_t *self, layout_t *l, int excess)
{
    while (excess > 0) {
        int widest = -1;
        for (int c = 0; c < self->n_columns; c++) {
            if (!self->column[c].can_shrink || l->width[c] <= MIN_TEXT) continue;
            if (widest < 0 || l->width[c] > l->width[widest]) widest = c;
        }
        if (widest < 0) return;
        l->width[widest]--;
        excess--;
    }
}

static void fit(const tn_grid_t *self, layout_t *l, int width)
{
    natural_widths(self, l);
    const int excess = total_width(self, l) - width;
    int spare = 0;
    for (int c = 0; c < self->n_columns; c++) {
        if (self->column[c].can_shrink && l->width[c] > 2 * MIN_TEXT) {
            spare += l->width[c] - 2 * MIN_TEXT;
        }
    }
    if (excess > 0 && excess <= spare) { /* long names give way before bars do */
        shrink(self, l, excess);
        return;
    }
    if (excess > 0 && l->bar >= 0) {
        l->width[l->bar] = 0;
        l->bar = -1;
    }
    shrink(self, l, spare < excess ? spare : excess);
    while (total_width(self, l) > width) {
        const int c = most_droppable(self, l);
        if (c < 0) break;
        l->width[c] = 0;
    }
    shrink(self, l, total_width(self, l) - width);
    if (l->bar < 0) return;
    l->width[l->bar] += width - total_width(self, l);
    if (l->width[l->bar] > MAX_BAR) l->width[l->bar] = MAX_BAR;
}

static void put_cell(tn_page_t *page, const char *text, int width, bool is_right, bool is_last)
{
    char cut[TN_GRID_CELL + 8];
    const int columns = tn_text_columns(text);
    if (columns > width) {
        const size_t n = tn_text_cut(text, width - 1);
        (void)snprintf(cut, sizeof cut, "%.*s%s", (int)n, text, page->ellipsis);
        text = cut;
    }
    const int fill = columns < width ? width - columns : 0;
    if (is_right) tn_page_blanks(page, fill);
    fputs(text, page->out);
    if (!is_right && !is_last) tn_page_blanks(page, fill);
}

/** Last column of the row that shows anything, so that lines have no blanks at their end. */
static int last_column(const tn_grid_t *self, const layout_t *l, int row)
{
    int last = -1;
    for (int c = 0; c < self->n_columns; c++) {
        if (l->width[c] == 0) continue;
        const char *text = row < 0 ? self->column[c].title : cell_at(self, row, c);
        const bool is_bar = row >= 0 && c == l->bar && self->bar[row] > 0.0;
        if (text[0] != '\0' || is_bar) last = c;
    }
    return last;
}

/** row < 0: the titles. */
static void put_row(
    const tn_grid_t *self, const layout_t *l, int row, double longest, tn_page_t *page)
{
    const int last = last_column(self, l, row);
    bool is_first = true;
    for (int c = 0; c <= last; c++) {
        if (l->width[c] == 0) continue;
        tn_page_blanks(page, is_first ? TN_PAGE_INDENT : gap_before(self, c));
        is_first = false;
        if (c == l->bar && row >= 0) {
            if (longest > 0.0) tn_page_bar(page, self->bar[row] / longest, l->width[c]);
            continue;
        }
        const char *text = row < 0 ? self->column[c].title : cell_at(self, row, c);
        put_cell(page, text, l->width[c], self->column[c].kind == TN_COLUMN_RIGHT, c == last);
    }
    fputc('\n', page->out);
}

void tn_grid_print(tn_grid_t *self, tn_page_t *page)
{
    layout_t l = {0};
    double longest = 0.0;
    page->failed = page->failed || self->failed;
    if (self->failed) return;
    fit(self, &l, page->width);
    self->n_dropped = 0;
    for (int c = 0; c < self->n_columns; c++)
        self->n_dropped += l.width[c] == 0 && self->column[c].kind != TN_COLUMN_BAR;
    for (int r = 0; r < self->n_rows; r++) {
        if (self->bar[r] > longest) longest = self->bar[r];
    }
    if (self->full > 0.0) longest = self->full;
    if (page->colour) fputs("\x1b[2m", page->out);
    put_row(self, &l, -1, longest, page);
    if (page->colour) fputs("\x1b[0m", page->out);
    for (int r = 0; r < self->n_rows; r++)
        put_row(self, &l, r, longest, page);
}
