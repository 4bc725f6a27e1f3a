/* Pages of comparisons and of series: the answer, then where it comes from. */
#include <math.h>
#include <string.h>

#include "report/html.h"

/** The row of the horizon nearest to 52 weeks. */
static json_t *pivot_row(json_t *root)
{
    json_t *rows = tn_html_at(root, "data/tables/exit/rows"), *best = NULL;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        const double d = fabs(json_number_value(json_object_get(row, "weeks")) - 52.0);
        if (best == NULL || d < fabs(json_number_value(json_object_get(best, "weeks")) - 52.0))
            best = row;
    }
    return best;
}

static void side_card(FILE *out, json_t *root, size_t side, const char *key)
{
    json_t *row = pivot_row(root);
    json_t *about = json_array_get(tn_html_at(root, "data/tables/sides/rows"), side);
    static const char *const parts[][2] = {
        {"set", "with "}, {"force", "if this happens for sure: "}, {"left.out", "without "}};
    const char *words = tn_icd203_words(json_number_value(json_object_get(row, key)));
    fprintf(out, "<section class=\"card\"><h2>%s</h2><p class=\"big\">", side == 0 ? "A" : "B");
    tn_html_value(out, json_object_get(row, key), json_object_get(row, side == 0 ? "a.se" : "b.se"),
        TN_CELL_PERCENT);
    fputs("</p><p>", out);
    if (words[0] != '\0') fprintf(out, "<strong>%s</strong>, ", words);
    fputs("within ", out);
    tn_html_span(out, json_string_value(json_object_get(row, "horizon")));
    fputs(" of ", out);
    tn_html_text(out, json_string_value(json_object_get(about, "as.of")));
    fputs("</p><p>", out);
    tn_html_text(out, json_string_value(json_object_get(about, "case")));
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
        const char *text = json_string_value(json_object_get(about, parts[k][0]));
        if (text == NULL || text[0] == '\0') continue;
        fprintf(out, "; %s", parts[k][1]);
        tn_html_text(out, text);
    }
    fputs("</p></section>\n", out);
}

static void difference_card(FILE *out, json_t *root)
{
    json_t *row = pivot_row(root);
    json_t *error = json_object_get(row, "std.error");
    const double d = fabs(json_number_value(json_object_get(row, "difference")));
    const bool is_clear = d > 2.0 * json_number_value(error);
    fputs("<section class=\"card\"><h2>B minus A</h2><p class=\"big\">", out);
    tn_html_value(out, json_object_get(row, "difference"), NULL, TN_CELL_POINTS);
    fputs(" <small>points</small></p><p>95 %: ", out);
    tn_html_value(out, error, NULL, TN_CELL_ERROR);
    fputs(" points of simulation error", out);
    if (!json_is_number(error)) {
        fputs("; <strong>too few worlds to tell</strong>", out);
    } else if (!is_clear) {
        fputs("; <strong>not clear of the noise</strong>", out);
    }
    fputs("</p></section>\n", out);
}

/** The forecast as of one date of a series. */
static void date_card(FILE *out, const char *head, json_t *row)
{
    const char *words = tn_icd203_words(json_number_value(json_object_get(row, "p")));
    fprintf(out, "<section class=\"card\"><h2>%s</h2><p class=\"big\">", head);
    tn_html_value(
        out, json_object_get(row, "p"), json_object_get(row, "std.error"), TN_CELL_PERCENT);
    fputs("</p><p>", out);
    if (words[0] != '\0') fprintf(out, "<strong>%s</strong>, ", words);
    fputs("as of ", out);
    tn_html_text(out, json_string_value(json_object_get(row, "date")));
    fputs("; without reports ", out);
    tn_html_value(out, json_object_get(row, "without.reports"), json_object_get(row, "std.error"),
        TN_CELL_PERCENT);
    fputs("</p></section>\n", out);
}

/** The step from one date to the next that moved the forecast most. */
static void step_card(FILE *out, json_t *rows)
{
    json_t *most = NULL;
    double size = 0.0;
    for (size_t i = 1; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        const double change = fabs(json_number_value(json_object_get(row, "change")));
        if (change <= size) continue;
        size = change;
        most = row;
    }
    if (most == NULL) return;
    fputs("<section class=\"card\"><h2>Largest step</h2><p class=\"big\">", out);
    tn_html_value(out, json_object_get(most, "change"), NULL, TN_CELL_POINTS);
    fputs(" <small>points</small></p><p>to ", out);
    tn_html_text(out, json_string_value(json_object_get(most, "date")));
    fputs(", 95\xC2\xA0%: ", out);
    tn_html_value(out, json_object_get(most, "change.se"), NULL, TN_CELL_ERROR);
    const char *reports = json_string_value(json_object_get(most, "new.reports"));
    if (reports != NULL && reports[0] != '\0') {
        fputs("; new reports: ", out);
        tn_html_text(out, reports);
    }
    fputs("</p></section>\n", out);
}

static void series_cards(FILE *out, json_t *rows)
{
    const size_t n = json_array_size(rows);
    if (n == 0) return;
    fputs("<div class=\"cards\">\n", out);
    date_card(out, "First", json_array_get(rows, 0));
    if (n > 1) date_card(out, "Last", json_array_get(rows, n - 1));
    step_card(out, rows);
    fputs("</div>\n", out);
}

static void compare_head(FILE *out, json_t *root)
{
    json_t *series = tn_html_at(root, "data/tables/series/rows");
    fprintf(out, "<header><p class=\"kicker\">%s</p><h1>",
        series != NULL ? "The forecast, date by date" : "Comparison");
    tn_html_text(out, tn_html_string(root, "title"));
    fputs("</h1></header>\n", out);
    series_cards(out, series);
    if (pivot_row(root) == NULL) return;
    fputs("<div class=\"cards\">\n", out);
    side_card(out, root, 0, "a");
    side_card(out, root, 1, "b");
    difference_card(out, root);
    fputs("</div>\n", out);
}

#define ROWS(name) "data/tables/" name "/rows"
#define SIDES                                                                                      \
    {"a", "A", TN_CELL_PERCENT}, { "b", "B", TN_CELL_PERCENT }
#define CHANGE                                                                                     \
    {                                                                                              \
        "difference", "B − A, points", TN_CELL_POINTS                                              \
    }
#define CHANGE_ERROR                                                                               \
    {                                                                                              \
        "std.error", "95 %, points", TN_CELL_ERROR                                                 \
    }
#define FIGURES                                                                                    \
    {"a", "A", TN_CELL_NUMBER}, {"b", "B", TN_CELL_NUMBER},                                        \
        {"difference", "B − A", TN_CELL_NUMBER},                                                   \
    {                                                                                              \
        "std.error", "s.e.", TN_CELL_NUMBER                                                        \
    }

static const tn_html_section_t sections[] = {
    {"series", "The forecast over its dates",
        "Each date knows the reports of its own day only, and looks equally far ahead. Events and "
        "judgements of the case are those of today: what moves is the calendar and the reports.",
        "series seriesRoutes", "By date", ROWS("series"),
        {{"date", "as of", 0}, {"p", "forecast", TN_CELL_PERCENT},
            {"std.error", "95 %, points", TN_CELL_ERROR},
            {"without.reports", "without reports", TN_CELL_PERCENT},
            {"per.year", "a year", TN_CELL_RATE}, {"change", "change, points", TN_CELL_POINTS},
            {"change.se", "95 %, points", TN_CELL_ERROR}, {"reports", "reports", 0},
            {"new.reports", "new reports", 0}}},
    {"series-routes", NULL, NULL, NULL, "By date and way out", ROWS("series.routes"),
        {{"date", "as of", 0}, {"route", "way out", 0}, {"p", "chance", TN_CELL_PERCENT},
            {"std.error", "95 %, points", TN_CELL_ERROR}}},
    {"series-successors", "Who follows, date by date",
        "Shares given that the leader leaves by the last horizon.", "seriesSuccessors",
        "By date and successor", ROWS("series.successors"),
        {{"date", "as of", 0}, {"name", "successor", 0}, {"p", "share", TN_CELL_PERCENT},
            {"std.error", "95 %, points", TN_CELL_ERROR}}},
    {"difference", "Chance by date",
        "Both sides were simulated with the same random numbers, so that chance does not pass for "
        "a "
        "difference: its error is smaller than the errors of the two sides suggest.",
        "compareExit compareDifference", "Chance to have left, and the difference", ROWS("exit"),
        {{"horizon", "within", TN_CELL_SPAN}, {"until", "until", 0}, SIDES, CHANGE, CHANGE_ERROR,
            {"unpaired.se", "95 % if unpaired", TN_CELL_ERROR},
            {"log.odds", "log-odds", TN_CELL_NUMBER}, {"log.odds.se", "s.e.", TN_CELL_NUMBER}}},
    {"views", "Where it comes from",
        "The same difference in the base rate, in the case without its reports, and in the "
        "forecast with them.",
        "compareViews", "Base rate, case, reports", ROWS("views"),
        {{"view", "view", 0}, SIDES, CHANGE, CHANGE_ERROR}},
    {"routes", "How", "Ways out add up to the whole.", "compareRoutes", "By way out and horizon",
        ROWS("routes"),
        {{"route", "way out", 0}, {"horizon", "within", TN_CELL_SPAN}, SIDES, CHANGE,
            CHANGE_ERROR}},
    {"successors", "Who follows", "Shares given that the leader leaves by the last horizon.",
        "compareSuccessors", "Successors, given an exit", ROWS("successors"),
        {{"name", "successor", 0}, SIDES, CHANGE, CHANGE_ERROR}},
    {"state", "The court on the as-of date", "What the model thinks of it, means over worlds.",
        NULL, "State", ROWS("state"), {{"figure", "quantity", 0}, FIGURES}},
    {"events", "Expected events", "Mean numbers until exit or the end of the last horizon.", NULL,
        "Events", ROWS("counts"), {{"event", "event", 0}, FIGURES}},
    {"sides", "What is compared", NULL, NULL, "The two sides", ROWS("sides"),
        {{"side", "side", 0}, {"case", "case", 0}, {"as.of", "as of", 0}, {"set", "settings", 0},
            {"force", "forced", 0}, {"left.out", "left out", 0}, {"reports", "reports", 0},
            {"rates", "calibrated rates", 0}, {"hash", "SHA-256 of the case", 0}}},
};

const tn_html_kind_t tn_html_compare_kind = {
    "compare", compare_head, sections, sizeof sections / sizeof sections[0], tn_html_manifest};
