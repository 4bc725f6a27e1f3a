/* Paragraphs and bars on a terminal. Colour only repeats what position and words say already. */
#include "report/page.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report/text.h"

#define DEFAULT_WIDTH 80
#define MIN_WIDTH     40
#define MAX_WIDTH     120 /* longer lines are hard to read */
#define MAX_PARAGRAPH 4096

void tn_page_init(tn_page_t *self, const tn_report_options_t *opt, FILE *out)
{
    static const tn_report_options_t defaults = {0};
    if (opt == NULL) opt = &defaults;
    int width = opt->width > 0 ? opt->width : DEFAULT_WIDTH;
    if (width < MIN_WIDTH) width = MIN_WIDTH;
    if (width > MAX_WIDTH) width = MAX_WIDTH;
    *self = (tn_page_t){.out = out, .width = width, .colour = opt->colour, .unicode = opt->unicode};
    self->plus_minus = self->unicode ? "±" : "+-";
    self->dash = self->unicode ? "–" : "-";
    self->ellipsis = self->unicode ? "…" : "~";
}

void tn_page_styled(tn_page_t *self, tn_style_t style, const char *text)
{
    static const char *const begin[] = {"", "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[1;31m"};
    const bool is_coloured = self->colour && style != TN_STYLE_PLAIN;
    if (is_coloured) fputs(begin[style], self->out);
    fputs(text, self->out);
    if (is_coloured) fputs("\x1b[0m", self->out);
}

void tn_page_blanks(tn_page_t *self, int n)
{
    for (int i = 0; i < n; i++)
        fputc(' ', self->out);
}

/** Bytes of the next line of s: as many words as fit, at least one; a word longer than the line is
 * cut. */
static size_t line_bytes(const char *s, int columns)
{
    const size_t fits = tn_text_cut(s, columns);
    if (s[fits] == '\0' || s[fits] == ' ') return fits;
    size_t n = fits;
    while (n > 0 && s[n - 1] != ' ')
        n--;
    while (n > 0 && s[n - 1] == ' ')
        n--;
    if (n > 0) return n;
    return fits > 0 ? fits : 1;
}

static void put_lines(tn_page_t *self, tn_style_t style, int indent, const char *s)
{
    char line[4 * MAX_WIDTH + 1];
    while (*s != '\0') {
        size_t n = line_bytes(s, self->width - indent);
        if (n >= sizeof line) n = sizeof line - 1; /* many combining characters */
        memcpy(line, s, n);
        line[n] = '\0';
        tn_page_blanks(self, indent);
        tn_page_styled(self, style, line);
        fputc('\n', self->out);
        s += n;
        while (*s == ' ')
            s++;
    }
}

static void put_safe(tn_page_t *self, tn_style_t style, int indent, const char *text)
{
    tn_text_t safe = {0};
    tn_text_append_safe(&safe, text);
    self->failed = self->failed || safe.failed;
    if (safe.s != NULL) put_lines(self, style, indent, safe.s);
    tn_text_free(&safe);
}

void tn_page_paragraph(tn_page_t *self, tn_style_t style, const char *fmt, ...)
{
    char text[MAX_PARAGRAPH];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    put_safe(self, style, style == TN_STYLE_BOLD ? 0 : TN_PAGE_INDENT, text);
}

void tn_page_heading(tn_page_t *self, const char *title, const char *remark)
{
    tn_text_t safe = {0};
    tn_text_append_safe(&safe, title);
    self->failed = self->failed || safe.failed;
    const int columns = safe.s == NULL ? 0 : tn_text_columns(safe.s);
    fputc('\n', self->out);
    if (safe.s != NULL && columns > self->width) {
        put_lines(self, TN_STYLE_BOLD, 0, safe.s);
    } else {
        tn_page_styled(self, TN_STYLE_BOLD, safe.s == NULL ? "" : safe.s);
    }
    tn_text_free(&safe);
    const bool is_beside = remark != NULL && columns + 2 + tn_text_columns(remark) <= self->width;
    if (!is_beside && columns <= self->width) fputc('\n', self->out);
    if (remark != NULL) put_safe(self, TN_STYLE_DIM, TN_PAGE_INDENT, remark);
}

void tn_page_bar(tn_page_t *self, double share, int columns)
{
    static const char *const eighth[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const int steps = self->unicode ? 8 : 1;
    if (!(share > 0.0)) return;
    const double length = fmin(share, 1.0) * (double)(columns * steps);
    int filled = (int)lround(length);
    if (filled == 0) filled = 1;
    if (self->colour) fputs("\x1b[36m", self->out);
    for (int i = 0; i < filled / steps; i++)
        fputs(self->unicode ? "█" : "#", self->out);
    fputs(self->unicode ? eighth[filled % 8] : "", self->out);
    if (self->colour) fputs("\x1b[0m", self->out);
}
