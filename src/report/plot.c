/* A curve is a line of dots: two by four to a character in Braille, else one, with a mark of its
 * own where there are several. */
#include "report/plot.h"

#include <math.h>

#include "report/number.h"
#include "report/text.h"

#define ROWS      12
#define MAX_WIDTH 60
#define LABEL     7 /* columns of the labels at the left */
#define DOTS_X    2
#define DOTS_Y    4

typedef struct canvas {
    const tn_plot_t *plot;
    int width; /* in characters */
    bool is_braille;
    double longest, top;
    unsigned char cell[ROWS][MAX_WIDTH]; /* Braille: dots; else 1 + the number of the curve */
} canvas_t;

static const char *mark(const tn_page_t *page, int curve)
{
    static const char *const plain[TN_PLOT_MAX_CURVES] = {"*", "o", "+", "x", "#", "@"};
    static const char *const shapes[TN_PLOT_MAX_CURVES] = {"●", "○", "■", "□", "▲", "△"};
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

static bool canvas_init(canvas_t *self, const tn_plot_t *plot, const tn_page_t *page)
{
    *self = (canvas_t){.plot = plot};
    self->is_braille = page->unicode && plot->n_curves == 1 && !plot->has_legend;
    self->width = page->width - TN_PAGE_INDENT - LABEL - 2;
    if (self->width > MAX_WIDTH) self->width = MAX_WIDTH;
    double largest = 0.0;
    size_t most_points = 0;
    for (int k = 0; k < plot->n_curves; k++) {
        const tn_curve_t *c = &plot->curve[k];
        if (c->n > most_points) most_points = c->n;
        for (size_t i = 0; i < c->n; i++) {
            if (isfinite(c->time[i])) self->longest = fmax(self->longest, c->time[i]);
            if (isfinite(c->value[i])) largest = fmax(largest, c->value[i]);
        }
    }
    self->top = round_up(largest, plot->is_probability);
    return page->width >= TN_PLOT_MIN_PAGE && self->longest > 0.0 && most_points > 2 &&
           largest > 0.0;
}

static void put_dot(canvas_t *self, int curve, int x, int y)
{
    static const unsigned char dots[DOTS_Y][DOTS_X] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    const int column = self->is_braille ? x / DOTS_X : x, row = self->is_braille ? y / DOTS_Y : y;
    if (column < 0 || column >= MAX_WIDTH || row < 0 || row >= ROWS) return;
    unsigned char *cell = &self->cell[row][column];
    if (self->is_braille) {
        *cell |= dots[y % DOTS_Y][x % DOTS_X];
    } else if (*cell == 0) {
        *cell = (unsigned char)(curve + 1);
    }
}

/* On the straight line from the point before `next` to that point. */
static double between(const tn_curve_t *c, size_t next, double t)
{
    if (next == c->n) return c->value[c->n - 1];
    const double t0 = next > 0 ? c->time[next - 1] : 0.0, t1 = c->time[next];
    const double v0 = next > 0 ? c->value[next - 1] : c->start, v1 = c->value[next];
    return t1 > t0 ? v0 + (v1 - v0) * (t - t0) / (t1 - t0) : v1;
}

static void draw(canvas_t *self, int curve)
{
    const tn_curve_t *c = &self->plot->curve[curve];
    const int nx = self->width * (self->is_braille ? DOTS_X : 1);
    const int ny = ROWS * (self->is_braille ? DOTS_Y : 1);
    double value = c->start;
    size_t next = 0;
    int before = -1;
    for (int x = 0; x < nx && c->n > 0; x++) {
        const double t = self->longest * x / (nx - 1);
        while (next < c->n && !(c->time[next] > t))
            value = c->value[next++];
        if (next == c->n && t > c->time[c->n - 1] && x > 0) break; /* nothing is known beyond */
        if (self->plot->is_smooth) value = between(c, next, t);
        if (!isfinite(value)) continue;
        const double height = fmax(0.0, fmin(1.0, value / self->top));
        const int y = (int)lround((1.0 - height) * (ny - 1));
        const int step = before < 0 || before == y ? 0 : y > before ? 1 : -1;
        if (step != 0) {
            for (int at = before + step; at != y; at += step)
                put_dot(self, curve, x, at);
        }
        put_dot(self, curve, x, y);
        before = y;
    }
}

static void put_cell(tn_page_t *page, const canvas_t *self, unsigned char cell)
{
    if (cell == 0) {
        fputc(' ', page->out);
    } else if (self->is_braille) { /* U+2800 + dots */
        const char text[] = {(char)0xe2, (char)(0xa0 | cell >> 6), (char)(0x80 | (cell & 0x3f)), 0};
        tn_page_styled(page, TN_STYLE_ACCENT, text);
    } else {
        fputs(mark(page, cell - 1), page->out);
    }
}

static void put_label(tn_page_t *page, double value, const char *unit)
{
    char text[TN_NUMBER_SIZE];
    const int decimals = value == floor(value) ? 0 : value >= 0.1 ? 2 : 4;
    tn_number_fixed(text, value, decimals);
    if (value != 0.0 && (value < 0.001 || value >= 1e5)) tn_number_exponent(text, value, 0);
    tn_page_blanks(page, TN_PAGE_INDENT + LABEL - tn_text_columns(text) - tn_text_columns(unit));
    fprintf(page->out, "%s%s", text, unit);
}

static void put_rows(tn_page_t *page, const canvas_t *self)
{
    const bool is_percent = self->plot->is_percent;
    for (int y = 0; y < ROWS; y++) {
        int last = self->width - 1;
        if (y == 0) {
            put_label(page, is_percent ? 100.0 * self->top : self->top, is_percent ? " %" : "");
        } else if (y == ROWS - 1) {
            put_label(page, 0.0, is_percent ? " %" : "");
        } else {
            tn_page_blanks(page, TN_PAGE_INDENT + LABEL);
        }
        fputs(page->unicode ? " │" : " |", page->out);
        while (last >= 0 && self->cell[y][last] == 0)
            last--;
        for (int x = 0; x <= last; x++)
            put_cell(page, self, self->cell[y][x]);
        fputc('\n', page->out);
    }
}

static void put_axis(tn_page_t *page, const canvas_t *self)
{
    const tn_plot_t *p = self->plot;
    tn_page_blanks(page, TN_PAGE_INDENT + LABEL + 1);
    fputs(page->unicode ? "└" : "+", page->out);
    for (int x = 0; x < self->width; x++)
        fputs(page->unicode ? "─" : "-", page->out);
    fputc('\n', page->out);
    tn_page_blanks(page, TN_PAGE_INDENT + LABEL + 2);
    fputs(p->first, page->out);
    tn_page_blanks(page, self->width - tn_text_columns(p->first) - tn_text_columns(p->last));
    fprintf(page->out, "%s\n", p->last);
}

static void put_legend(tn_page_t *page, const tn_plot_t *p)
{
    for (int k = 0; k < p->n_curves && p->has_legend; k++) {
        tn_text_t text = {0};
        tn_text_printf(&text, "%s ", mark(page, k));
        tn_text_append_safe(&text, p->curve[k].name);
        page->failed = page->failed || text.failed;
        tn_page_blanks(page, TN_PAGE_INDENT + LABEL);
        if (text.s != NULL) {
            const size_t n = tn_text_cut(text.s, page->width - TN_PAGE_INDENT - LABEL);
            fwrite(text.s, 1, n, page->out);
        }
        fputc('\n', page->out);
        tn_text_free(&text);
    }
}

bool tn_plot_print(const tn_plot_t *self, tn_page_t *page)
{
    canvas_t canvas;
    if (!canvas_init(&canvas, self, page)) return false;
    for (int k = 0; k < self->n_curves; k++)
        draw(&canvas, k);
    put_rows(page, &canvas);
    put_axis(page, &canvas);
    put_legend(page, self);
    return true;
}
