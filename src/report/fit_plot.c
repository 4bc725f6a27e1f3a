/* Curves drawn with characters: step functions over time. One curve on a page that speaks Unicode
 * is drawn in Braille dots, two by four to a character; several get a mark each. */
#include <math.h>
#include <string.h>

#include "report/fit_text.h"
#include "report/text.h"

#define ROWS       12
#define MAX_WIDTH  60
#define MIN_WIDTH  20
#define LABEL      7 /* columns of the labels at the left */
#define MAX_CURVES 6
#define DOTS_X     2
#define DOTS_Y     4

typedef struct plot {
    const tn_fit_table_t *table;
    const double *time, *value;
    const tn_shown_t *shown;
    int n_curves, width;        /* width in characters */
    bool is_braille, is_smooth; /* smooth: figures at chosen times, joined by straight lines */
    double longest, top;
    unsigned char cell[ROWS][MAX_WIDTH]; /* Braille: dots; else 1 + the number of the curve */
} plot_t;

static const char *mark(const tn_page_t *page, const plot_t *p, int curve)
{
    static const char *const plain[MAX_CURVES] = {"*", "o", "+", "x", "#", "@"};
    static const char *const shapes[MAX_CURVES] = {"●", "○", "■", "□", "▲", "△"};
    if (p->is_braille) return "";
    return page->unicode ? shapes[curve] : plain[curve];
}

/* The smallest of 1, 2, 5, 10, ... that is not below a value; probabilities go no higher than 1. */
static double round_up(double value, bool is_probability)
{
    if (!(value > 0.0)) return 1.0;
    if (is_probability && value > 0.5) return 1.0;
    const double unit = pow(10.0, floor(log10(value)));
    const double steps[] = {1.0, 2.0, 5.0, 10.0};
    for (size_t i = 0; i < 4; i++) {
        if (value <= steps[i] * unit * (1.0 + 1e-9)) return steps[i] * unit;
    }
    return value;
}

static bool plot_init(
    plot_t *self, const tn_page_t *page, const tn_fit_table_t *table, const tn_shown_t *shown)
{
    const int time = tn_shown_find(table, "time"), value = tn_shown_find(table, "estimate");
    *self = (plot_t){.table = table, .shown = shown};
    self->is_smooth = strcmp(table->name, "predictions") == 0;
    if (time < 0 || value < 0 || shown->n_kept == 0) return false;
    self->time = table->column[time].number;
    self->value = table->column[value].number;
    if (self->time == NULL || self->value == NULL) return false;
    self->n_curves = shown->n_kept < MAX_CURVES ? (int)shown->n_kept : MAX_CURVES;
    self->is_braille = page->unicode && shown->n_groups == 1;
    self->width = page->width - TN_PAGE_INDENT - LABEL - 2;
    if (self->width > MAX_WIDTH) self->width = MAX_WIDTH;
    double largest = 0.0;
    size_t most_steps = 0;
    for (int k = 0; k < self->n_curves; k++) {
        const tn_group_t *g = &shown->group[k];
        if (g->to - g->from > most_steps) most_steps = g->to - g->from;
        for (size_t i = g->from; i < g->to; i++) {
            if (isfinite(self->time[i])) self->longest = fmax(self->longest, self->time[i]);
            if (isfinite(self->value[i])) largest = fmax(largest, self->value[i]);
        }
    }
    const bool is_probability = table->column[value].kind == TN_FIT_PROBABILITY;
    self->top = round_up(largest, is_probability);
    return self->width >= MIN_WIDTH && self->longest > 0.0 && most_steps > 2 && largest > 0.0;
}

/* Before its first step a falling curve is 1, a rising one 0. */
static double start_of(const plot_t *p, const tn_group_t *g)
{
    const double first = p->value[g->from], last = p->value[g->to - 1];
    const bool is_falling = first > last || (first == last && first > 0.5);
    return is_falling ? fmax(first, 1.0) : 0.0;
}

static void put_dot(plot_t *p, int curve, int x, int y)
{
    static const unsigned char dots[DOTS_Y][DOTS_X] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    const int column = p->is_braille ? x / DOTS_X : x, row = p->is_braille ? y / DOTS_Y : y;
    if (column < 0 || column >= MAX_WIDTH || row < 0 || row >= ROWS) return;
    unsigned char *cell = &p->cell[row][column];
    if (p->is_braille) {
        *cell |= dots[y % DOTS_Y][x % DOTS_X];
    } else if (*cell == 0) {
        *cell = (unsigned char)(curve + 1);
    }
}

/* On the straight line from the point before row `next` to that row. */
static double between(const plot_t *p, const tn_group_t *g, size_t next, double start, double t)
{
    if (next == g->to) return p->value[g->to - 1];
    const double t0 = next > g->from ? p->time[next - 1] : 0.0, t1 = p->time[next];
    const double v0 = next > g->from ? p->value[next - 1] : start, v1 = p->value[next];
    return t1 > t0 ? v0 + (v1 - v0) * (t - t0) / (t1 - t0) : v1;
}

static void draw(plot_t *p, int curve)
{
    const tn_group_t *g = &p->shown->group[curve];
    const int nx = p->width * (p->is_braille ? DOTS_X : 1);
    const int ny = ROWS * (p->is_braille ? DOTS_Y : 1);
    const double start = start_of(p, g);
    double value = start;
    size_t next = g->from;
    int before = -1;
    for (int x = 0; x < nx; x++) {
        const double t = p->longest * x / (nx - 1);
        while (next < g->to && !(p->time[next] > t))
            value = p->value[next++];
        if (next == g->to && t > p->time[g->to - 1] && x > 0) break; /* nothing is known beyond */
        if (p->is_smooth) value = between(p, g, next, start, t);
        if (!isfinite(value)) continue;
        const double height = fmax(0.0, fmin(1.0, value / p->top));
        const int y = (int)lround((1.0 - height) * (ny - 1));
        const int step = before < 0 || before == y ? 0 : y > before ? 1 : -1;
        if (step != 0) {
            for (int at = before + step; at != y; at += step)
                put_dot(p, curve, x, at);
        }
        put_dot(p, curve, x, y);
        before = y;
    }
}

static void put_cell(tn_page_t *page, const plot_t *p, unsigned char cell)
{
    if (cell == 0) {
        fputc(' ', page->out);
    } else if (p->is_braille) { /* U+2800 + dots */
        const char text[] = {(char)0xe2, (char)(0xa0 | cell >> 6), (char)(0x80 | (cell & 0x3f)), 0};
        tn_page_styled(page, TN_STYLE_ACCENT, text);
    } else {
        fputs(mark(page, p, cell - 1), page->out);
    }
}

static void put_label(tn_page_t *page, double value)
{
    char text[TN_NUMBER_SIZE];
    const int decimals = value == floor(value) ? 0 : value >= 0.1 ? 2 : 4;
    tn_number_fixed(text, value, decimals);
    if (value != 0.0 && (value < 0.001 || value >= 1e5)) tn_number_exponent(text, value, 0);
    tn_page_blanks(page, TN_PAGE_INDENT + LABEL - tn_text_columns(text));
    fputs(text, page->out);
}

static void put_rows(tn_page_t *page, const plot_t *p)
{
    for (int y = 0; y < ROWS; y++) {
        int last = p->width - 1;
        if (y == 0) {
            put_label(page, p->top);
        } else if (y == ROWS - 1) {
            put_label(page, 0.0);
        } else {
            tn_page_blanks(page, TN_PAGE_INDENT + LABEL);
        }
        fputs(page->unicode ? " │" : " |", page->out);
        while (last >= 0 && p->cell[y][last] == 0)
            last--;
        for (int x = 0; x <= last; x++)
            put_cell(page, p, p->cell[y][x]);
        fputc('\n', page->out);
    }
}

static void put_axis(tn_page_t *page, const plot_t *p)
{
    char text[TN_NUMBER_SIZE];
    const tn_fit_column_t column = {.kind = TN_FIT_TIME, .number = (double[]){p->longest}};
    const tn_figures_t f = tn_figures_for(&column, (size_t[]){0}, 1);
    tn_page_blanks(page, TN_PAGE_INDENT + LABEL + 1);
    fputs(page->unicode ? "└" : "+", page->out);
    for (int x = 0; x < p->width; x++)
        fputs(page->unicode ? "─" : "-", page->out);
    fputc('\n', page->out);
    tn_figures_format(&f, p->longest, text);
    tn_page_blanks(page, TN_PAGE_INDENT + LABEL + 2);
    fputs("0", page->out);
    tn_page_blanks(page, p->width - 1 - (int)strlen(text));
    fprintf(page->out, "%s\n", text);
}

/* "sex=1, coup": what the group's rows have in common. */
static void put_name(tn_text_t *text, const tn_fit_table_t *table, size_t row)
{
    bool is_first = true;
    for (int j = 0; j < table->n_columns; j++) {
        const tn_fit_column_t *c = &table->column[j];
        if (!tn_shown_is_key(c)) continue;
        if (!is_first) tn_text_append(text, ", ", 2);
        is_first = false;
        if (c->number != NULL) {
            char number[TN_NUMBER_SIZE];
            tn_number_fixed(number, c->number[row], 0);
            tn_text_printf(text, "row %s", number);
        } else {
            tn_text_append_safe(text, c->text[row] != NULL ? c->text[row] : "-");
        }
    }
}

static void put_legend(tn_page_t *page, const plot_t *p)
{
    for (int k = 0; k < p->n_curves && p->shown->n_groups > 1; k++) {
        tn_text_t text = {0};
        tn_text_printf(&text, "%s ", mark(page, p, k));
        put_name(&text, p->table, p->shown->group[k].from);
        page->failed = page->failed || text.failed;
        tn_page_blanks(page, TN_PAGE_INDENT + LABEL);
        if (text.s != NULL) {
            const size_t n = tn_text_cut(text.s, page->width - TN_PAGE_INDENT - LABEL);
            fwrite(text.s, 1, n, page->out);
        }
        fputc('\n', page->out);
        tn_text_free(&text);
    }
    if ((size_t)p->n_curves < p->shown->n_groups) {
        tn_page_paragraph(page, TN_STYLE_DIM, "The first %d of %zu curves are drawn.", p->n_curves,
            p->shown->n_groups);
    }
}

void tn_fit_plot(tn_page_t *page, const tn_fit_table_t *table, const tn_shown_t *shown)
{
    plot_t p;
    if (!plot_init(&p, page, table, shown)) return;
    for (int k = 0; k < p.n_curves; k++)
        draw(&p, k);
    put_rows(page, &p);
    put_axis(page, &p);
    put_legend(page, &p);
    fputc('\n', page->out);
}
