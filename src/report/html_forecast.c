/* The page of a forecast: what a client must see in ten seconds on top (how likely, by when, how,
 * who next, why, how sure), base rate first; then the parts. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/number.h"

#define MAX_PATH_BYTES 160
#define CLASS          "data/base_rate/reference/class/"
#define CLASS_ROWS     "data/base_rate/reference/class|data/base_rate/reference/wider"
#define MAX_RANKED     512
#define N_TOP          3
#define OTHER          "(other)"

/** Text, the number at a path, text. */
static void say(FILE *out, json_t *root, const char *before, const char *path, tn_html_cell_t cell,
    const char *after)
{
    fputs(before, out);
    tn_html_value(out, tn_html_at(root, path), NULL, cell);
    fputs(after, out);
}

/** The estimate {p, se} at a path. */
static void estimate(FILE *out, json_t *root, const char *path)
{
    json_t *e = tn_html_at(root, path);
    tn_html_value(out, json_object_get(e, "p"), json_object_get(e, "se"), TN_CELL_PERCENT);
}

/** "data/" NAME "/" the row of the pivot. */
static void at_pivot(char path[MAX_PATH_BYTES], json_t *root, const char *array)
{
    const char *pivot = tn_html_string(root, "data/question/pivot");
    json_t *rows = tn_html_at(root, array);
    size_t i = 0;
    while (i + 1 < json_array_size(rows)) {
        const char *label = json_string_value(json_object_get(json_array_get(rows, i), "horizon"));
        if (label != NULL && pivot != NULL && strcmp(label, pivot) == 0) break;
        i++;
    }
    (void)snprintf(path, MAX_PATH_BYTES, "%s/%zu", array, i);
}

static void card_begin(FILE *out, const char *question, const char *class)
{
    fprintf(out, "<section class=\"card %s\"><h2>%s</h2>", class, question);
}

static void base_card(FILE *out, json_t *root)
{
    char path[MAX_PATH_BYTES];
    at_pivot(path, root, "data/base_rate/exit");
    card_begin(out, "Base rate", "base");
    fputs("<p class=\"big\">", out);
    estimate(out, root, path);
    fputs("</p><p>", out);
    const char *class = tn_html_string(root, CLASS "class");
    if (class != NULL) {
        fputs("this court without its news. In history: ", out);
        tn_html_text(out, class);
        say(out, root, ": ", CLASS "exits", TN_CELL_NUMBER, " exits in ");
        say(out, root, "", CLASS "leader_years", TN_CELL_NUMBER, " leader-years, ");
        say(out, root, "", CLASS "per_year", TN_CELL_RATE, " a year (95\xC2\xA0%: ");
        say(out, root, "", CLASS "lower", TN_CELL_RATE, " to ");
        say(out, root, "", CLASS "upper", TN_CELL_RATE, ")");
    } else {
        fputs("the same court without war, sanctions, events and reports", out);
    }
    fputs("</p></section>\n", out);
}

static void likely_card(FILE *out, json_t *root)
{
    char path[MAX_PATH_BYTES];
    at_pivot(path, root, "data/exit");
    json_t *row = tn_html_at(root, path);
    card_begin(out, "How likely?", "likely");
    fputs("<p class=\"big\">", out);
    estimate(out, root, path);
    fputs("</p><p>", out);
    const char *words = tn_icd203_words(json_number_value(json_object_get(row, "p")));
    if (words[0] != '\0') fprintf(out, "<strong>%s</strong> to be ", words);
    fputs("gone by ", out);
    tn_html_text(out, json_string_value(json_object_get(row, "date")));
    fputs(" (", out);
    tn_html_span(out, json_string_value(json_object_get(row, "horizon")));
    fputs("), a yearly rate of ", out);
    tn_html_value(out, json_object_get(row, "hazard_per_year"), NULL, TN_CELL_RATE);
    fputs("</p></section>\n", out);
}

static void when_card(FILE *out, json_t *root)
{
    json_t *rows = tn_html_at(root, "data/exit");
    card_begin(out, "By when?", "when");
    fputs("<ul class=\"rows\">", out);
    for (size_t i = 0; i < json_array_size(rows) && i < 6; i++) {
        json_t *row = json_array_get(rows, i);
        fputs("<li><span>", out);
        tn_html_text(out, json_string_value(json_object_get(row, "date")));
        fputs("</span> <b>", out);
        tn_html_value(out, json_object_get(row, "p"), json_object_get(row, "se"), TN_CELL_PERCENT);
        fputs("</b></li>", out);
    }
    fputs("</ul><p>", out);
    if (json_is_number(tn_html_at(root, "data/median_weeks"))) {
        say(out, root, "even odds after ", "data/median_weeks", TN_CELL_NUMBER, " weeks");
    } else {
        fputs("even odds only after the last date", out);
    }
    if (tn_number_is_thin(json_number_value(tn_html_at(root, "data/ess_share")),
            json_integer_value(tn_html_at(root, "data/manifest/worlds")))) {
        fputs("</p><p><strong>Few worlds fit the reports: the standard errors are too "
              "small.</strong> "
              "Run more worlds, or ask whether the claims can all be so.",
            out);
    }
    fputs("</p></section>\n", out);
}

/** Index of the largest `p` below the last taken; ties: the first. */
static size_t next_largest(json_t *rows, const bool *taken)
{
    size_t best = SIZE_MAX;
    double best_p = 0.0;
    for (size_t i = 0; i < json_array_size(rows) && i < MAX_RANKED; i++) {
        const double p = json_number_value(json_object_get(json_array_get(rows, i), "p"));
        if (taken[i] || !(p > best_p)) continue;
        best = i;
        best_p = p;
    }
    return best;
}

/** The largest of the rows that are wanted, with their names. */
static void top_rows(FILE *out, json_t *rows, const char *name, bool taken[MAX_RANKED])
{
    fputs("<ul class=\"rows\">", out);
    for (int k = 0; k < N_TOP; k++) {
        const size_t i = next_largest(rows, taken);
        if (i == SIZE_MAX) break;
        taken[i] = true;
        json_t *row = json_array_get(rows, i);
        fputs("<li><span>", out);
        tn_html_text(out, json_string_value(json_object_get(row, name)));
        fputs("</span> <b>", out);
        tn_html_value(out, json_object_get(row, "p"), json_object_get(row, "se"), TN_CELL_PERCENT);
        fputs("</b></li>", out);
    }
    fputs("</ul>", out);
}

static bool is_text(json_t *value, const char *text)
{
    const char *s = json_string_value(value);
    return s != NULL && text != NULL && strcmp(s, text) == 0;
}

/** Whether a way out counts in the question. */
static bool is_asked(json_t *root, json_t *route)
{
    json_t *routes = tn_html_at(root, "data/question/routes");
    for (size_t i = 0; i < json_array_size(routes); i++) {
        if (json_equal(json_array_get(routes, i), route)) return true;
    }
    return false;
}

static void how_card(FILE *out, json_t *root)
{
    bool taken[MAX_RANKED] = {false};
    json_t *rows = tn_html_at(root, "data/routes");
    const char *pivot = tn_html_string(root, "data/question/pivot");
    for (size_t i = 0; i < json_array_size(rows) && i < MAX_RANKED; i++) {
        json_t *row = json_array_get(rows, i);
        taken[i] = !is_text(json_object_get(row, "horizon"), pivot) ||
                   !is_asked(root, json_object_get(row, "route"));
    }
    card_begin(out, "How?", "how");
    top_rows(out, rows, "route", taken);
    fputs("<p>chance to leave by this way within ", out);
    tn_html_span(out, pivot);
    fputs("</p></section>\n", out);
}

static void who_card(FILE *out, json_t *root)
{
    bool taken[MAX_RANKED] = {false};
    json_t *rows = tn_html_at(root, "data/successors");
    const size_t n = json_array_size(rows);
    for (size_t i = 0; i < n && i < MAX_RANKED; i++)
        taken[i] = is_text(json_object_get(json_array_get(rows, i), "actor"), OTHER);
    card_begin(out, "Who next?", "who");
    top_rows(out, rows, "name", taken);
    fputs("<p>of those who follow, if there is an exit by the last date", out);
    for (size_t i = 0; i < n; i++) {
        json_t *row = json_array_get(rows, i);
        if (!is_text(json_object_get(row, "actor"), OTHER)) continue;
        fputs("; somebody else: ", out);
        tn_html_value(out, json_object_get(row, "p"), json_object_get(row, "se"), TN_CELL_PERCENT);
    }
    fputs("</p></section>\n", out);
}

/** The origin that moved the forecast most; NULL if none. */
static json_t *largest_origin(json_t *root)
{
    json_t *rows = tn_html_at(root, "data/origins"), *best = NULL;
    double size = 0.0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        const double points = fabs(json_number_value(json_object_get(row, "points")));
        if (points <= size) continue;
        size = points;
        best = row;
    }
    return best;
}

static void step_row(FILE *out, json_t *root, const char *label, const char *array)
{
    char path[MAX_PATH_BYTES];
    at_pivot(path, root, array);
    fprintf(out, "<li><span>%s</span> <b>", label);
    estimate(out, root, path);
    fputs("</b></li>", out);
}

static void why_card(FILE *out, json_t *root)
{
    card_begin(out, "Why?", "why");
    fputs("<ul class=\"rows\">", out);
    step_row(out, root, "base rate", "data/base_rate/exit");
    step_row(out, root, "+ situation", "data/prior/exit");
    step_row(out, root, "+ reports", "data/exit");
    fputs("</ul>", out);
    json_t *origin = largest_origin(root);
    if (origin != NULL) {
        fputs("<p>most from ", out);
        tn_html_text(out, json_string_value(json_object_get(origin, "name")));
        fputs(": ", out);
        tn_html_value(out, json_object_get(origin, "points"), NULL, TN_CELL_POINTS);
        fputs(" points</p>", out);
    }
    fputs("</section>\n", out);
}

static void sure_card(FILE *out, json_t *root)
{
    char path[MAX_PATH_BYTES];
    at_pivot(path, root, "data/exit");
    card_begin(out, "How sure?", "sure");
    fputs("<ul class=\"rows\"><li><span>simulation error</span> <b>", out);
    tn_html_value(out, json_object_get(tn_html_at(root, path), "se"), NULL, TN_CELL_ERROR);
    fputs(" <small>points</small></b></li><li><span>largest unknown</span> <b>", out);
    say(out, root, "", "data/drivers/0/swing", TN_CELL_POINTS, " <small>points</small></b></li>");
    say(out, root, "<li><span>effective sample</span> <b>", "data/ess_share", TN_CELL_PERCENT,
        "</b></li></ul><p>");
    if (tn_html_string(root, "data/drivers/0/meaning") != NULL) {
        fputs("largest unknown, high against low: ", out);
        tn_html_text(out, tn_html_string(root, "data/drivers/0/meaning"));
        fputs(". ", out);
    }
    fputs("The model itself may be off by more</p></section>\n", out);
}

static void head(FILE *out, json_t *root)
{
    char path[MAX_PATH_BYTES];
    const char *leader = tn_html_string(root, "data/question/leader");
    at_pivot(path, root, "data/exit");
    json_t *row = tn_html_at(root, path);
    const char *words = tn_icd203_words(json_number_value(json_object_get(row, "p")));
    fputs("<header><p class=\"kicker\">Forecast from ", out);
    tn_html_text(out, tn_html_string(root, "data/question/as_of"));
    fputs(" · ", out);
    tn_html_text(out, tn_html_string(root, "title"));
    fputs("</p>\n<h1>", out);
    tn_html_text(out, leader);
    fputs(" leaves office by ", out);
    tn_html_text(out, json_string_value(json_object_get(row, "date")));
    fputs(": ", out);
    if (words[0] != '\0') fprintf(out, "%s, ", words);
    tn_html_value(out, json_object_get(row, "p"), json_object_get(row, "se"), TN_CELL_PERCENT);
    fputs("</h1>\n<p class=\"question\">", out);
    tn_html_text(out, tn_html_string(root, "data/question/text"));
    fputs("</p></header>\n<div class=\"cards seven\">\n", out);
    base_card(out, root);
    likely_card(out, root);
    why_card(out, root);
    when_card(out, root);
    how_card(out, root);
    who_card(out, root);
    sure_card(out, root);
    fputs("</div>\n", out);
}

static const tn_html_section_t sections[] = {
    {"base-rate", "Base rate",
        "Start here: what became of leaders like this one, before any news. The model's own base "
        "rate is this court without war, sanctions, events and reports.",
        NULL, "This court without its news", "data/base_rate/exit",
        {{"date", "by", 0}, {"horizon", "after", TN_CELL_SPAN},
            {"p", "chance to leave", TN_CELL_PERCENT}, {"se", "95 %, points", TN_CELL_ERROR},
            {"hazard_per_year", "yearly rate", TN_CELL_RATE}}},
    {"classes", NULL, NULL, NULL, "Leaders alike in history, counted, with exact 95 % limits",
        CLASS_ROWS,
        {{"class", "leaders", 0}, {"spells", "spells", 0}, {"exits", "exits", 0},
            {"leader_years", "leader-years", 0}, {"per_year", "exits a year", TN_CELL_RATE},
            {"lower", "from", TN_CELL_RATE}, {"upper", "to", TN_CELL_RATE}}},
    {"when", "Chance by date",
        "The chance that the leader has left by each date: base rate, the case before its reports, "
        "and the forecast; then the forecast by way out. Bands are 95 % simulation error.",
        "exit routes", "Chance to have left by each date", "data/exit",
        {{"date", "by", 0}, {"horizon", "after", TN_CELL_SPAN},
            {"/data/base_rate/exit/#/p", "base rate", TN_CELL_PERCENT},
            {"/data/prior/exit/#/p", "before reports", TN_CELL_PERCENT},
            {"p", "forecast", TN_CELL_PERCENT}, {"se", "95 %, points", TN_CELL_ERROR}}},
    {"routes", NULL, NULL, NULL, "Chance by way out and date; the ways of the question add up",
        "data/routes",
        {{"route", "way out", 0}, {"horizon", "within", TN_CELL_SPAN},
            {"p", "chance", TN_CELL_PERCENT}, {"se", "95 %, points", TN_CELL_ERROR}}},
    {"hazard", "Hazard over time",
        "The rate of leaving among those still in office, per year and quarter by quarter. A flat "
        "line would be a constant risk.",
        "hazard", "Mean yearly hazard from the as-of date to each date", "data/exit",
        {{"date", "until", 0}, {"horizon", "after", TN_CELL_SPAN},
            {"/data/base_rate/exit/#/hazard_per_year", "base rate", TN_CELL_RATE},
            {"/data/prior/exit/#/hazard_per_year", "before reports", TN_CELL_RATE},
            {"hazard_per_year", "forecast, % a year", TN_CELL_RATE},
            {"hazard_per_year_se", "95 %, points", TN_CELL_ERROR}}},
    {"successors", "Who follows",
        "Shares given that the leader leaves by the last date: not the chance that this person "
        "comes to office, which is the share times the chance of an exit.",
        "successors", "Successors, given an exit", "data/successors",
        {{"name", "successor", 0}, {"p", "share", TN_CELL_PERCENT},
            {"se", "95 %, points", TN_CELL_ERROR},
            {"/data/successors/#/by_route/0/p", "after death", TN_CELL_PERCENT},
            {"/data/successors/#/by_route/3/p", "after a coup", TN_CELL_PERCENT},
            {"/data/successors/#/by_route/4/p", "after an uprising", TN_CELL_PERCENT},
            {"/data/successors/#/by_route/5/p", "after a regular exit", TN_CELL_PERCENT}}},
    {"reports", "What the reports changed",
        "Each origin of reports against a forecast without it. However often one origin is "
        "repeated, it counts once. Origins overlap, so their parts need not add up to the whole: "
        "the rest is shown.",
        "waterfall", "Change by origin, exit within the pivot horizon", "data/origins",
        {{"name", "origin", 0}, {"reports", "reports", 0}, {"claims", "claims", 0},
            {"points", "points", TN_CELL_POINTS}, {"points_se", "95 %, points", TN_CELL_ERROR},
            {"log_odds", "log-odds", TN_CELL_NUMBER}, {"se", "s.e.", TN_CELL_NUMBER},
            {"ess_share", "sample without it", TN_CELL_PERCENT}}},
    {"provenance", "Who said it, on whose word",
        "From the origins of the claims through those who passed them on to the reader. A claim is "
        "what somebody said, not what is so.",
        "provenance", "Reports, worded as claims", "case/reports",
        {{"date", "date", 0}, {"origin_name", "who says it", 0}, {"reliability", "rated", 0},
            {"chain", "passed on by", 0}, {"wording", "claim", 0}, {"quote", "quoted as", 0},
            {"credibility", "credibility", 0}}},
    {"timeline", "Timeline",
        "Events of the case and the days of the reports. Open bars are events that may happen, "
        "within those dates.",
        "timeline", "Events of the case", "case/events",
        {{"id", "event", 0}, {"from", "from", 0}, {"to", "to", 0},
            {"probability", "chance", TN_CELL_PERCENT}, {"effects", "effects", 0},
            {"basis", "basis", 0}, {"note", "note", 0}}},
    {"drivers", "What drives the forecast",
        "Parameters that nobody knows well. Swing: the chance in the third of the worlds where it "
        "is high, less that in the third where it is low.",
        "drivers", "Swings, largest first", "data/drivers",
        {{"parameter", "parameter", 0}, {"meaning", "meaning", 0},
            {"swing", "swing, points", TN_CELL_POINTS}, {"se", "95 %, points", TN_CELL_ERROR}}},
    {"tripwires", "What to watch",
        "What could be seen in the five weeks after the as-of date, how likely that is, and what "
        "the forecast would be then. These are observations of our own, surely made; somebody's "
        "word of them counts for less. Bits: how much the observation tells about the exit, on "
        "average.",
        "tripwires", "Tripwires, most telling first", "data/tripwires",
        {{"observation", "observation", 0}, {"meaning", "seen if", 0},
            {"p_seen", "chance", TN_CELL_PERCENT}, {"if_seen", "if seen", TN_CELL_PERCENT},
            {"if_seen_se", "95 %, points", TN_CELL_ERROR}, {"if_not", "if not", TN_CELL_PERCENT},
            {"if_not_se", "95 %, points", TN_CELL_ERROR}, {"bits", "bits", TN_CELL_NUMBER},
            {"bits_se", "s.e.", TN_CELL_NUMBER}}},
    {"given", "If it happens", "Among the worlds in which the event has happened by the date.",
        NULL, "Conditional forecast", "data/conditional/exit",
        {{"date", "by", 0}, {"/data/conditional/event", "event", 0},
            {"/data/conditional/p_event/#/p", "chance of the event", TN_CELL_PERCENT},
            {"p", "chance of exit given it", TN_CELL_PERCENT},
            {"se", "95 %, points", TN_CELL_ERROR}}},
    {"assumptions", "Assumptions",
        "What went into the case and on what basis: public record, reported by others, or the "
        "analyst's judgement.",
        NULL, "Parts of the case", "case/assumptions",
        {{"part", "part", 0}, {"value", "setting", 0}, {"basis", "basis", 0}, {"note", "note", 0}}},
    {"actors", NULL, NULL, NULL, "Actors", "case/actors",
        {{"name", "actor", 0}, {"office", "office", 0}, {"group", "group", 0},
            {"power", "power", 0}, {"position", "position", 0}, {"exposure", "exposure", 0},
            {"rent", "rents", 0}, {"candidate", "candidate", 0}, {"basis", "basis", 0},
            {"note", "note", 0}}},
    {"origins", NULL, NULL, NULL, "Sources", "case/origins",
        {{"name", "source", 0}, {"office", "office", 0}, {"reliability", "rated", 0},
            {"basis", "basis", 0}, {"note", "note", 0}}},
    {"not-entered", NULL, NULL, NULL, "Statements not entered", "case/not_entered",
        {{"text", "statement", 0}}},
    {"method", "Method and manifest",
        "Many histories of this court are simulated week by week, from before the as-of date on. "
        "Each is weighed by how likely the reports would be in it, given who said them, through "
        "whom, and with what interest. Chances are weighted shares. Rates of the neutral court are "
        "calibrated to the base rates. The same case, seed and version give the same page.",
        NULL, "What made this forecast", "data/manifest",
        {{"version", "tenure", 0}, {"case", "case", 0}, {"case_hash", "SHA-256 of the case", 0},
            {"seed", "seed", 0}, {"worlds", "worlds", 0}, {"command_line", "command line", 0}}},
    {"state", NULL, NULL, NULL, "The model's inner state on the as-of date, for comparing cases",
        "case/state",
        {{"text", "quantity", 0}, {"mean", "mean", TN_CELL_NUMBER},
            {"se", "s.e.", TN_CELL_NUMBER}}},
};

const tn_html_kind_t tn_html_forecast_kind = {
    "forecast", head, sections, sizeof sections / sizeof sections[0], NULL};
